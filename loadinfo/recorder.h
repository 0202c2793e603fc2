/* SPDX-License-Identifier: GPL-2.0-only */
/* /proc/mosix/journal: the last rounds, with all that they were made from. */
#ifndef MOSIX_LOADINFO_RECORDER_H
#define MOSIX_LOADINFO_RECORDER_H

#include "balance.h"

/* For the balancer's thread alone. */
void mosix_recorder_begin(const struct lb_view *view);
void mosix_recorder_proc(const struct lb_proc *proc,
			 const struct lb_decision *found);
void mosix_recorder_end(const struct lb_decision *best);

int mosix_recorder_init(void);

#endif /* MOSIX_LOADINFO_RECORDER_H */
