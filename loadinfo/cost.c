// SPDX-License-Identifier: GPL-2.0-only
/*
 * PURE: what a place costs, and what it costs to get there.
 *
 * The *stretch* of a node is how long a second of work takes on it:
 *
 *	stretch = crowd / speed * thrash
 *	crowd	= demand / CPUs where there are more jobs than CPUs, else 1
 *	thrash	= 1 up to the knee (90 % of the memory), then growing with the
 *		  square of what is beyond: at a full memory 10, and still more
 *		  where more is wanted than there is
 *
 * Below one job a CPU the crowd is 1: such a node makes nobody wait, and moving
 * its jobs about would gain nothing.
 *
 * The *cost* of a node is the sum of the stretches of its jobs, demand *
 * stretch: in each second so many seconds of waiting and working are spent on
 * it. What a job adds to it, the marginal cost, is what the cluster pays for
 * having it there: its own stretch and what it takes from the others. It is
 * least where the cluster is best served, and as the thrash term explodes near
 * a full memory, the same comparison drives processes away from nodes that run
 * out of memory, with no second rule.
 *
 * Example, two CPUs of speed 1000, memory plentiful: demand 3000 gives a crowd
 * and so a stretch of 1500 and a cost of 4500; without one job 1000 and 2000.
 * The third job costs 2500, of which 1500 is its own time and 1000 what the
 * other two lose.
 */
#include "cost.h"

/* Keeps each product below 64 bits: a million jobs on a node, no more. */
#define DEMAND_MAX_MILLI	1000000000ULL
/* A stretch of a million is as bad as any greater one. */
#define STRETCH_MAX_MILLI	1000000000ULL
/* How far beyond full memory the thrash term still grows, in thousandths. */
#define OVERCOMMIT_MAX_MILLI	2000U

/**
 * lb_cost_state() - a node as it says that it is
 * @node: the node
 *
 * Return: its demand and its memory in use.
 * Context: Any.
 */
struct lb_state lb_cost_state(const struct lb_node *node)
{
	struct lb_state state = {
		.demand_milli = node->demand_milli,
	};

	if (node->mem_total_kib > node->mem_free_kib)
		state.used_kib = node->mem_total_kib - node->mem_free_kib;
	return state;
}

/**
 * lb_cost_with() - a node as it would be with one more process
 * @state: the node as it is
 * @proc: the process
 *
 * Return: the state after.
 * Context: Any.
 */
struct lb_state lb_cost_with(struct lb_state state, const struct lb_proc *proc)
{
	state.demand_milli += proc->demand_milli;
	state.used_kib += proc->mem_kib;
	return state;
}

/**
 * lb_cost_without() - a node as it would be with one process less
 * @state: the node as it is
 * @proc: the process
 *
 * Return: the state after.
 * Context: Any.
 */
struct lb_state lb_cost_without(struct lb_state state,
				const struct lb_proc *proc)
{
	state.demand_milli -= min_t(u64, state.demand_milli,
				    proc->demand_milli);
	state.used_kib -= min_t(u64, state.used_kib, proc->mem_kib);
	return state;
}

/**
 * lb_cost_pressure() - share of the memory that is in use
 * @node: the node
 * @state: as it is, or as it would be
 *
 * Return: thousandths, 1000 = all of it; more where more is wanted. 0 when the
 *	   node does not say how much it has.
 * Context: Any.
 */
u32 lb_cost_pressure(const struct lb_node *node, struct lb_state state)
{
	u64 share;

	if (!node->mem_total_kib)
		return 0;
	share = state.used_kib * LB_MILLI / node->mem_total_kib;
	return min_t(u64, share, OVERCOMMIT_MAX_MILLI);
}

/* lb_cost_pressure() is at most @knee, said without a division. */
static bool is_up_to(const struct lb_node *node, struct lb_state state,
		     u64 knee)
{
	return state.used_kib * LB_MILLI < (knee + 1) * node->mem_total_kib ||
	       !node->mem_total_kib;
}

/* Factor by which the want of memory stretches all work of a node. */
static u64 thrash(const struct lb_node *node, struct lb_state state,
		  const struct lb_params *params)
{
	u64 knee = min(params->mem_knee_milli, (u32)LB_MILLI - 1);
	u64 beyond, full, more;

	if (is_up_to(node, state, knee) || params->thrash_milli <= LB_MILLI)
		return LB_MILLI;
	beyond = lb_cost_pressure(node, state) - knee;
	full = LB_MILLI - knee;
	more = (params->thrash_milli - LB_MILLI) * (beyond * beyond) /
		(full * full);
	return min(LB_MILLI + more, STRETCH_MAX_MILLI);
}

/**
 * lb_cost_stretch() - how long a second of work takes on a node
 * @node: the node
 * @state: as it is, or as it would be
 * @params: tunables
 *
 * Return: the stretch in thousandths, at least 1 and at most 10^9.
 * Context: Any.
 */
u64 lb_cost_stretch(const struct lb_node *node, struct lb_state state,
		    const struct lb_params *params)
{
	u64 cpus = node->cpus ? node->cpus : 1;
	u64 speed = node->speed_milli ? node->speed_milli : 1;
	u64 demand = min(state.demand_milli, DEMAND_MAX_MILLI);
	u64 stretch = LB_MILLI;

	/* Divisions are most of what a decision takes: none for nothing. */
	if (demand > cpus * LB_MILLI)
		stretch = demand / cpus;
	if (speed != LB_MILLI)
		stretch = stretch * LB_MILLI / speed;
	stretch = min(stretch, STRETCH_MAX_MILLI);
	stretch = stretch * thrash(node, state, params) / LB_MILLI;
	return clamp(stretch, 1ULL, STRETCH_MAX_MILLI);
}

/**
 * lb_cost_sum() - what all jobs of a node pay that has this stretch
 * @state: as it is, or as it would be
 * @stretch_milli: from lb_cost_stretch()
 *
 * Return: the sum of the stretches of its jobs, in thousandths.
 * Context: Any.
 */
u64 lb_cost_sum(struct lb_state state, u64 stretch_milli)
{
	return min(state.demand_milli, DEMAND_MAX_MILLI) * stretch_milli /
	       LB_MILLI;
}

/**
 * lb_cost_node() - what all jobs of a node pay, each second
 * @node: the node
 * @state: as it is, or as it would be
 * @params: tunables
 *
 * Return: the sum of the stretches of its jobs, in thousandths.
 * Context: Any.
 */
u64 lb_cost_node(const struct lb_node *node, struct lb_state state,
		 const struct lb_params *params)
{
	return lb_cost_sum(state, lb_cost_stretch(node, state, params));
}

/**
 * lb_cost_move() - how long a process stands still when it moves
 * @proc: the process
 * @params: tunables
 *
 * Return: milliseconds.
 * Context: Any.
 */
u64 lb_cost_move(const struct lb_proc *proc, const struct lb_params *params)
{
	u64 rate = params->link_kib_per_s ? params->link_kib_per_s : 1;

	return params->move_ms + (u64)proc->travel_kib * 1000 / rate;
}
