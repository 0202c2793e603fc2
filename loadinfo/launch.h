/* SPDX-License-Identifier: GPL-2.0-only */
/* Where a program starts that was just executed. */
#ifndef MOSIX_LOADINFO_LAUNCH_H
#define MOSIX_LOADINFO_LAUNCH_H

#include "balance.h"

int mosix_launch_init(void);
void mosix_launch_period(const struct lb_history *history, u64 now_ms);

#endif /* MOSIX_LOADINFO_LAUNCH_H */
