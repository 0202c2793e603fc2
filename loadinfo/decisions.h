/* SPDX-License-Identifier: GPL-2.0-only */
/* The last decisions, each with its reason. */
#ifndef MOSIX_LOADINFO_DECISIONS_H
#define MOSIX_LOADINFO_DECISIONS_H

#include "model.h"

struct task_struct;

/** enum mosix_decisions_limits - how many are remembered */
enum mosix_decisions_limits {
	DECISIONS = 128,
};

/**
 * struct mosix_decided - one remembered decision
 * @at_ms: when, on the balancer's clock
 * @from: node on which the process was
 * @d: the decision; @d.reason is LB_MOVE_*, LB_STAY_* or LB_FAILED
 */
struct mosix_decided {
	u64 at_ms;
	u16 from;
	struct lb_decision d;
};

u32 mosix_decision_print(const struct lb_decision *d, char *text, u32 size);
void mosix_decision_explain(struct task_struct *task,
			    const struct lb_decision *d);
void mosix_decisions_add(const struct lb_decision *d, u16 from, u64 now_ms);
u32 mosix_decisions_get(u32 back, struct mosix_decided *entry);

#endif /* MOSIX_LOADINFO_DECISIONS_H */
