/* SPDX-License-Identifier: GPL-2.0-only */
/* The thread that measures, tells and decides. */
#ifndef MOSIX_LOADINFO_BALANCER_H
#define MOSIX_LOADINFO_BALANCER_H

#include "balance.h"
#include "sample.h"

int mosix_balancer_look(struct task_struct *p, struct sample_proc *seen,
			struct lb_history *past);
bool mosix_balancer_ask(u16 node, const struct lb_gossip_message *msg, u32 len);
int mosix_balancer_start(void);

#endif /* MOSIX_LOADINFO_BALANCER_H */
