/* SPDX-License-Identifier: GPL-2.0-only */
/* Where a program starts that was just executed. */
#ifndef MOSIX_LOADINFO_LAUNCH_H
#define MOSIX_LOADINFO_LAUNCH_H

#include "balance.h"

int mosix_launch_init(void);
void mosix_launch_period(const struct lb_history *history, u64 now_ms);
void mosix_launch_said(u16 from, u64 number, const struct lb_answer *answer);

#endif /* MOSIX_LOADINFO_LAUNCH_H */
