/* SPDX-License-Identifier: GPL-2.0-only */
/* PURE: which process should go where, and may that one come here. */
#ifndef MOSIX_LOADINFO_BALANCE_H
#define MOSIX_LOADINFO_BALANCE_H

#include "gossip.h"
#include "model.h"

/**
 * struct lb_refusal - a node that would not take a process
 * @node: the node, 0 if the slot is free
 * @until_at_ms: how long it is not asked again
 */
struct lb_refusal {
	u16 node;
	u64 until_at_ms;
};

/**
 * struct lb_history - what this node did
 * @moving: processes that are on their way out
 * @moved_at_ms: when the last one began to move, 0 if none ever did
 * @refusal: who refused
 */
struct lb_history {
	u32 moving;
	u64 moved_at_ms;
	struct lb_refusal refusal[LB_REFUSALS];
};

/**
 * struct lb_view - all that a decision is made from
 * @self: this node, with the demand that it itself believes (local)
 * @window: the others
 * @history: what this node did
 * @params: tunables
 * @now_at_ms: the clock
 * @dice: random
 */
struct lb_view {
	const struct lb_node *self;
	const struct lb_window *window;
	const struct lb_history *history;
	const struct lb_params *params;
	u64 now_at_ms;
	u32 dice;
};

/**
 * struct lb_round - one decision in the making
 * @view: what it is made from; stays valid as long as the round
 * @choices: how many candidates there are
 * @candidate: nodes that one process might go to
 * @all: look at the whole window, not at @candidate
 * @blank: why no process goes anywhere, if that is known before looking at one
 * @best: the decision so far
 */
struct lb_round {
	const struct lb_view *view;
	u32 choices;
	struct lb_node candidate[LB_CHOICES];
	bool all;
	enum lb_reason blank;
	struct lb_decision best;
};

/**
 * struct lb_offer - a process that another node would like to send here
 * @demand_milli: CPUs that it would use if it could
 * @mem_kib: memory that it occupies
 * @stretch_milli: what a second of work takes it there; 0 if somebody asked
 *	for the move, which needs no gain
 * @features: CPU features of its home
 */
struct lb_offer {
	u32 demand_milli;
	u32 mem_kib;
	u64 stretch_milli;
	u64 features;
};

void lb_balance_begin(struct lb_round *round, const struct lb_view *view);
struct lb_decision lb_balance_consider(struct lb_round *round,
				       const struct lb_proc *proc);
struct lb_decision lb_balance_would(const struct lb_view *view,
				    const struct lb_proc *proc);
enum lb_reason lb_balance_admit(const struct lb_node *self, u32 coming,
				const struct lb_offer *offer,
				const struct lb_params *params);
void lb_history_moved(struct lb_history *history, u64 now_at_ms);
void lb_history_ended(struct lb_history *history);
void lb_history_refused(struct lb_history *history, u16 node, u64 until_at_ms);
const char *lb_reason_name(enum lb_reason reason);

#endif /* MOSIX_LOADINFO_BALANCE_H */
