// SPDX-License-Identifier: GPL-2.0-only
/*
 * PURE: where would a program start that is about to be executed?
 *
 * At exec nothing needs to travel: the old memory goes, the new one is not
 * there yet. So the best place costs no more than any other, and nobody has to
 * have worked for a time to be worth it. All that it takes is to know how busy
 * the others are now, and news that are seconds old do not say that when most
 * programs last for tenths of one. So:
 *
 *  1. Where it would not wait here, and no faster node is known, it starts here
 *     and nobody is asked anything.
 *  2. Else nodes of the window are asked, one after the other: in turn the one
 *     that should be best by what it told, and any. Who told that it was idle
 *     has been found by all the others since, and who is idle by now told
 *     otherwise: the news alone lead away from them. The first on which it
 *     would not wait ends it.
 *  3. A node that is asked says what a second of work would take there now, and
 *     counts the program as a guest on its way from then on (load.c).
 *  4. It starts where that is least, if it is less than here by as much as a
 *     move must gain. Where both are as busy, it starts with the oldest: who has
 *     worked for long has, by experience, long to go, and feels a short
 *     companion least.
 *
 * Example: three nodes of one CPU. Two jobs compute here, one on B, which told
 * so, and C told two jobs that have ended since. B is asked first: a second
 * would take 2; here it would take 3. C is asked, since it might be idle: 1, and
 * there it starts, gain 2000.
 */
#include "place.h"
#include "cost.h"

/* As in balance.c: keeps products below 64 bits. */
#define TALK_MAX_MILLI	100000U

/* With @proc there; calls that go home are part of it. */
static u64 stretch_on(const struct lb_node *node, struct lb_state state,
		      const struct lb_proc *proc,
		      const struct lb_params *params)
{
	u64 talk = node->id == proc->home ? 0 :
		   min(proc->talk_milli, TALK_MAX_MILLI);
	u64 stretch = lb_cost_stretch(node, lb_cost_with(state, proc), params);

	return stretch * (LB_MILLI + talk) / LB_MILLI;
}

/* It would have a CPU for itself, and memory. */
static bool has_room(const struct lb_node *node, struct lb_state state,
		     const struct lb_proc *proc,
		     const struct lb_params *params)
{
	struct lb_state with = lb_cost_with(state, proc);

	return with.demand_milli <= (u64)node->cpus * LB_MILLI &&
	       lb_cost_pressure(node, with) <= params->mem_knee_milli;
}

/**
 * lb_place_answer() - what this node says when it is asked for a place
 * @self: this node, with the demand that it has at this moment
 * @coming: guests that were accepted and are not here yet
 * @youngest_ms: work that the youngest of its processes has done, U64_MAX if
 *	it has none
 * @offer: what would come
 * @params: tunables
 *
 * Return: the answer.
 * Context: Any.
 */
struct lb_answer lb_place_answer(const struct lb_node *self, u32 coming,
				 u64 youngest_ms, const struct lb_offer *offer,
				 const struct lb_params *params)
{
	struct lb_state state = lb_cost_state(self);
	struct lb_proc proc = {
		.home = self->id, .demand_milli = offer->demand_milli,
		.mem_kib = offer->mem_kib,
	};
	struct lb_offer unpriced = *offer;
	struct lb_answer a;

	/* Whether it pays is for who asks to say. */
	unpriced.stretch_milli = 0;
	a.reason = lb_balance_admit(self, coming, &unpriced, params);
	a.stretch_milli = stretch_on(self, state, &proc, params);
	a.youngest_ms = has_room(self, state, &proc, params) ? U64_MAX :
			youngest_ms;
	return a;
}

static bool may_ask(const struct lb_view *view, const struct lb_entry *e,
		    const struct lb_proc *proc)
{
	const struct lb_node *node = &e->node;
	u32 i;

	if (node->flags & (LB_NODE_BLOCKED | LB_NODE_LEAVING) ||
	    proc->features & ~node->features ||
	    node->mem_total_kib < proc->mem_kib ||
	    !lb_nodeset_has(proc->nodes, node->id))
		return false;
	for (i = 0; i < LB_REFUSALS; i++) {
		const struct lb_refusal *r = &view->history->refusal[i];

		if (r->node == node->id && view->now_at_ms < r->until_at_ms)
			return false;
	}
	return true;
}

/* Nobody can be better than a node that is idle. */
static bool is_worth_asking(const struct lb_place *place,
			    const struct lb_hope *hope)
{
	return hope->idle_milli < place->best.stretch_milli &&
	       hope->idle_milli + place->min_gain_milli <=
	       place->here.stretch_milli;
}

/* Who could not be better than here never will be: best only gets better. */
static void consider(struct lb_place *place, const struct lb_view *view,
		     const struct lb_entry *e)
{
	struct lb_node node = lb_window_node(e);
	struct lb_state idle = {};
	struct lb_hope hope = { .node = node.id };

	place->open = true;
	hope.idle_milli = stretch_on(&node, idle, &place->proc, view->params);
	if (!is_worth_asking(place, &hope))
		return;
	hope.told_milli = stretch_on(&node, lb_cost_state(&node), &place->proc,
				     view->params);
	place->hope[place->count++] = hope;
}

/**
 * lb_place_begin() - begin to look for a place
 * @place: filled in
 * @view: what is known, this node with the demand that it has at this moment
 * @proc: the process as it will begin: demand, memory, talk with home
 * @youngest_ms: as for lb_place_answer(), of this node
 *
 * News of any age do, since the node itself will say how it is now.
 *
 * Context: Any; large: not for a stack.
 */
void lb_place_begin(struct lb_place *place, const struct lb_view *view,
		    const struct lb_proc *proc, u64 youngest_ms)
{
	const struct lb_window *window = view->window;
	struct lb_state state = lb_cost_state(view->self);
	u32 count = window->count, i;

	*place = (struct lb_place) {
		.proc = *proc, .self = view->self->id,
		.min_gain_milli = view->params->min_gain_milli,
	};
	place->here.reason = LB_ADMIT;
	place->here.stretch_milli = stretch_on(view->self, state, proc,
					       view->params);
	place->here.youngest_ms = has_room(view->self, state, proc,
					   view->params) ?
				  U64_MAX : youngest_ms;
	place->best = place->here;
	place->blank = !count ? LB_STAY_ALONE : LB_REASON_NONE;
	if (view->self->flags & LB_NODE_STAY)
		place->blank = LB_STAY_ADMIN;
	for (i = 0; i < count; i++) {
		const struct lb_entry *e =
			&window->entry[(view->dice % count + i) % count];

		if (!place->blank && may_ask(view, e, proc))
			consider(place, view, e);
	}
}

/* The best by what it told; every second time whoever the dice have put in front. */
static u32 whose_turn(const struct lb_place *place)
{
	u32 turn = place->count, i;

	for (i = place->at; i < place->count; i++) {
		const struct lb_hope *hope = &place->hope[i];

		if (!is_worth_asking(place, hope))
			continue;
		if (turn == place->count ||
		    hope->told_milli < place->hope[turn].told_milli)
			turn = i;
		if (place->asked % 2)
			break;
	}
	return turn;
}

/**
 * lb_place_next() - whom to ask next
 * @place: begun
 *
 * Return: the node; 0 when it is time for lb_place_end().
 * Context: Any.
 */
u16 lb_place_next(struct lb_place *place)
{
	u32 turn = whose_turn(place);
	struct lb_hope hope;

	if (place->asked >= LB_PLACE_ASKS || turn == place->count)
		return 0;
	hope = place->hope[turn];
	place->hope[turn] = place->hope[place->at];
	place->hope[place->at] = hope;
	return hope.node;
}

/* Of equals the one with company that minds less. */
static bool is_better(const struct lb_answer *a, const struct lb_answer *b)
{
	if (a->stretch_milli != b->stretch_milli)
		return a->stretch_milli < b->stretch_milli;
	return a->youngest_ms > b->youngest_ms;
}

/* Away from here for a gain that is worth it, or for better company alone. */
static bool is_worth_it(const struct lb_place *place,
			const struct lb_answer *a)
{
	const struct lb_answer *here = &place->here;

	if (a->stretch_milli == here->stretch_milli)
		return a->youngest_ms > here->youngest_ms;
	return a->stretch_milli + place->min_gain_milli <=
	       here->stretch_milli;
}

/**
 * lb_place_answered() - the node that lb_place_next() named has said something
 * @place: begun
 * @answer: what; its stretch without the time that calls home take. Who has not
 *	answered in time has refused
 *
 * Context: Any.
 */
void lb_place_answered(struct lb_place *place, const struct lb_answer *answer)
{
	u64 talk = min(place->proc.talk_milli, TALK_MAX_MILLI);
	u16 node = place->hope[place->at++].node;
	struct lb_answer there = *answer;

	place->asked++;
	if (answer->reason != LB_ADMIT)
		return;
	there.stretch_milli = min(there.stretch_milli, 1000000000ULL);
	if (node != place->proc.home)
		there.stretch_milli = there.stretch_milli *
				      (LB_MILLI + talk) / LB_MILLI;
	if (!is_worth_it(place, &there) || !is_better(&there, &place->best))
		return;
	place->best = there;
	place->node = node;
}

/**
 * lb_place_end() - where it starts
 * @place: nobody is left to be asked
 *
 * Return: LB_MOVE_CPU or LB_MOVE_HOME with the node, or LB_STAY_* for here;
 *	   the cost is 0.
 * Context: Any.
 */
struct lb_decision lb_place_end(const struct lb_place *place)
{
	struct lb_decision d = { .pid = place->proc.pid, .node = place->node };

	d.gain_milli = (s64)place->here.stretch_milli -
		       (s64)place->best.stretch_milli;
	if (place->node)
		d.reason = place->node == place->proc.home ? LB_MOVE_HOME :
							     LB_MOVE_CPU;
	else if (place->blank)
		d.reason = place->blank;
	else if (place->here.youngest_ms == U64_MAX)
		d.reason = LB_STAY_NO_WAIT;
	else
		d.reason = place->open ? LB_STAY_GAIN : LB_STAY_NO_TARGET;
	return d;
}
