// SPDX-License-Identifier: GPL-2.0-only
/* PURE: run one row of a test table. For tests alone. */
#include "cost.h"
#include "lb_check.h"
#include "load.h"

static const struct lb_params params = LB_PARAMS_DEFAULT;

/* Too large for the stack of the kernel; rows are run one after the other. */
static struct lb_window window;
static struct lb_gossip_message msg;

static struct lb_node ordinary_node(struct lb_node node)
{
	if (!node.cpus)
		node.cpus = 2;
	if (!node.speed_milli)
		node.speed_milli = 1000;
	if (!node.features)
		node.features = 0xff;
	if (!node.mem_total_kib) {
		node.mem_total_kib = 1 << 20;
		node.mem_free_kib = 1 << 19;
	}
	return node;
}

static struct lb_proc ordinary_proc(struct lb_proc proc)
{
	if (!proc.home)
		proc.home = 1;
	if (!proc.demand_milli)
		proc.demand_milli = 1000;
	if (!proc.work_ms)
		proc.work_ms = 60000;
	if (!proc.here_ms)
		proc.here_ms = 60000;
	if (!proc.mem_kib)
		proc.mem_kib = 4096;
	if (!proc.features)
		proc.features = 0x0f;
	return proc;
}

static void step(struct lb_load *load, enum lb_case_verb verb, u32 value,
		 u64 *guests)
{
	switch (verb) {
	case LB_DO_NOTHING:
		break;
	case LB_DO_SAMPLE:
		lb_load_sample(load, value);
		break;
	case LB_DO_DEPART:
		lb_load_depart(load, value);
		break;
	case LB_DO_RESERVE:
		++*guests;
		if (lb_load_reserve(load, *guests, value, 10000))
			*guests = LB_RESERVATIONS;
		break;
	case LB_DO_ARRIVE:
		lb_load_settle(load, 2, 2000);
		break;
	case LB_DO_CANCEL:
		lb_load_settle(load, value, 0);
		break;
	case LB_DO_EXPIRE:
		lb_load_expire(load, value);
		break;
	}
}

/**
 * lb_check_load() - run a row of lb_load_cases
 * @c: the row
 *
 * Return: 0, or 10^12 times the step, counted from 1, plus the figure that is
 *	   wrong there.
 * Context: Any.
 */
s64 lb_check_load(const struct lb_load_case *c)
{
	struct lb_load load = {};
	u64 guests = 0;
	u32 i;

	for (i = 0; i < LB_CASE_STEPS; i++) {
		s64 at = (i + 1) * 1000000000000LL;

		if (c->step[i].verb == LB_DO_NOTHING)
			break;
		step(&load, c->step[i].verb, c->step[i].value, &guests);
		if (load.local_milli != c->step[i].local_milli)
			return at + load.local_milli;
		if (lb_load_export(&load) != c->step[i].export_milli)
			return at + lb_load_export(&load);
	}
	return 0;
}

/**
 * lb_check_cost() - run a row of lb_cost_cases
 * @c: the row
 *
 * Return: 0, or the stretch or the cost that was got instead.
 * Context: Any.
 */
s64 lb_check_cost(const struct lb_cost_case *c)
{
	struct lb_state state = lb_cost_state(&c->node);
	u64 got;

	state.used_kib += c->more_kib;
	got = lb_cost_stretch(&c->node, state, &params);
	if (got != c->stretch_milli)
		return (s64)got;
	got = lb_cost_node(&c->node, state, &params);
	if (got != c->cost_milli)
		return got ? (s64)got : -1;
	return 0;
}

static void fill_window(const struct lb_balance_case *c)
{
	u32 i;

	window.self = c->self.id;
	window.count = 0;
	for (i = 0; i < LB_CASE_NODES && c->other[i].node.id; i++) {
		struct lb_node node = ordinary_node(c->other[i].node);

		lb_window_merge(&window, &node,
				LB_CASE_NOW_MS - c->other[i].age_ms);
		lb_window_bump(&window, node.id, c->other[i].bump_milli,
			       LB_CASE_NOW_MS);
	}
}

static struct lb_decision decide(const struct lb_balance_case *c,
				 const struct lb_view *view)
{
	struct lb_round round;
	u32 i;

	lb_balance_begin(&round, view);
	for (i = 0; i < LB_CASE_PROCS && c->proc[i].pid; i++) {
		struct lb_proc proc = ordinary_proc(c->proc[i]);

		lb_balance_consider(&round, &proc);
	}
	return round.best;
}

/**
 * lb_check_balance() - run a row of lb_balance_cases, with many dice
 * @c: the row
 *
 * Return: 0, or 10^9 times the reason plus 10^6 times the node plus the
 *	   process that were decided instead.
 * Context: Any.
 */
s64 lb_check_balance(const struct lb_balance_case *c)
{
	struct lb_node self = ordinary_node(c->self);
	struct lb_view view = {
		.self = &self,
		.window = &window,
		.history = &c->history,
		.params = &params,
		.now_at_ms = LB_CASE_NOW_MS,
	};

	fill_window(c);
	for (view.dice = 0; view.dice < 16; view.dice++) {
		struct lb_decision got = decide(c, &view);

		if (got.pid != c->want.pid || got.node != c->want.node ||
		    got.reason != c->want.reason)
			return got.reason * 1000000000LL +
			       got.node * 1000000LL + got.pid;
	}
	return 0;
}

/**
 * lb_check_admit() - run a row of lb_admit_cases
 * @c: the row
 *
 * Return: 0, or the reason that was given instead.
 * Context: Any.
 */
s64 lb_check_admit(const struct lb_admit_case *c)
{
	struct lb_node self = ordinary_node(c->self);
	enum lb_reason got = lb_balance_admit(&self, c->coming, &c->offer,
					      &params);

	return got == c->want ? 0 : (s64)got;
}

/**
 * lb_check_codec() - run a row of lb_codec_cases
 * @c: the row
 *
 * Return: 0, or a number that is the error which was got instead, 1 for none.
 * Context: Any.
 */
s64 lb_check_codec(const struct lb_codec_case *c)
{
	struct lb_node self = {
		.id = 1, .cpus = 2, .speed_milli = 1000,
		.mem_total_kib = 1 << 20,
	};
	struct lb_node other = self;
	u32 len;
	s32 got;

	window.self = 1;
	window.count = 0;
	other.id = 3;
	lb_window_merge(&window, &other, LB_CASE_NOW_MS);
	len = lb_gossip_pack(&msg, &self, &window, LB_CASE_NOW_MS);
	if (c->flip)
		((u8 *)&msg)[c->at] ^= c->flip;
	got = lb_gossip_check(&msg, len + (u32)c->len);
	if (got == c->want)
		return 0;
	return got ? got : 1;
}
