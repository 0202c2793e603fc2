/* SPDX-License-Identifier: GPL-2.0-only */
/* PURE: where would a program start that is about to be executed? */
#ifndef MOSIX_LOADINFO_PLACE_H
#define MOSIX_LOADINFO_PLACE_H

#include "balance.h"

/** enum lb_place_limits - sizes */
enum lb_place_limits {
	/** @LB_PLACE_ASKS: nodes that are asked for one program at most */
	LB_PLACE_ASKS = 16,
};

/**
 * struct lb_hope - a node that may be asked
 * @node: which
 * @told_milli: what a second of work would take there by what it told
 * @idle_milli: the same if it were idle by now
 */
struct lb_hope {
	u16 node;
	u64 told_milli;
	u64 idle_milli;
};

/**
 * struct lb_place - a placement in the making
 * @proc: the process as it will begin
 * @self: this node
 * @min_gain_milli: as in struct lb_params
 * @here: what it is like here
 * @node: the best so far, 0 for here
 * @best: what it is like there
 * @blank: why it starts here, if that is known without asking
 * @open: there are nodes that it may start on, better or not
 * @asked: how many nodes were asked
 * @at: the one of @hope whose turn it is
 * @count: how many of @hope there are
 * @hope: whom to ask that could be better; before @at who was asked
 */
struct lb_place {
	struct lb_proc proc;
	u16 self;
	u32 min_gain_milli;
	struct lb_answer here;
	u16 node;
	struct lb_answer best;
	enum lb_reason blank;
	bool open;
	u32 asked;
	u32 at;
	u32 count;
	struct lb_hope hope[LB_WINDOW];
};

struct lb_answer lb_place_answer(const struct lb_node *self, u32 coming,
				 u64 youngest_ms, const struct lb_offer *offer,
				 const struct lb_params *params);
void lb_place_begin(struct lb_place *place, const struct lb_view *view,
		    const struct lb_proc *proc, u64 youngest_ms);
u16 lb_place_next(struct lb_place *place);
void lb_place_answered(struct lb_place *place, const struct lb_answer *answer);
struct lb_decision lb_place_end(const struct lb_place *place);

#endif /* MOSIX_LOADINFO_PLACE_H */
