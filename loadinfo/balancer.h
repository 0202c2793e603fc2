/* SPDX-License-Identifier: GPL-2.0-only */
/* The thread that measures, tells and decides. */
#ifndef MOSIX_LOADINFO_BALANCER_H
#define MOSIX_LOADINFO_BALANCER_H

int mosix_balancer_start(void);

#endif /* MOSIX_LOADINFO_BALANCER_H */
