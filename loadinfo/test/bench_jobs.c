// SPDX-License-Identifier: GPL-2.0-only
/*
 * Slowdown of heavy-tailed jobs under ours and under the peers, what stale
 * news do to it, and how fast the simulator is.
 */
#include <stdio.h>
#include <time.h>

#include "../place.h"
#include "bench.h"
#include "policy.h"
#include "rows.h"
#include "workload.h"

enum { NODES = 16 };

/* One run: the same seed, the same jobs. */
struct run {
	const struct policy *policy;
	u32 nodes;
	u32 cpus;
	double load;
	u32 move_ms;
	u32 stale_ms;
	u64 jobs;
};

struct fare {
	double slowdown;	/* mean of time taken by time needed */
	double asks;		/* of nodes, for each job that began */
	double delay;		/* mean of time taken beyond it, in seconds */
};

static struct fare fare(const struct run *r)
{
	struct workload w = { .law = LAW_TRACE, .seed = 7 };
	struct cluster *c = cluster_create(r->nodes, 1);
	struct fare f;
	u32 i;

	for (i = 0; i < r->nodes; i++)
		c->node[i].is.cpus = (u16)r->cpus;
	c->policy = r->policy;
	c->params.move_ms = r->move_ms;
	c->stale_ms = r->stale_ms;
	workload_start(&w, c, r->load, r->jobs);
	cluster_run(c, ~0ULL / 2000);
	f.slowdown = c->tally.slowdown / (double)c->tally.done;
	f.asks = (double)c->tally.asks / (double)c->tally.done;
	f.delay = c->tally.delay_us / (double)c->tally.done / 1e6;
	cluster_destroy(c);
	return f;
}

static void compare(const struct run *base, const struct fare *ours)
{
	static const struct policy *const peers[] = {
		&policy_none, &policy_round_robin, &policy_stale, &policy_two,
		&policy_mosix, &policy_least, &policy_epvm, &policy_emosix,
	};
	struct run one = *base;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(peers); i++) {
		struct run r = *base;

		r.policy = peers[i];
		row_claim((struct figure) { ours->slowdown, "slowdown",
			  fare(&r).slowdown, "<= 1" },
			  "load %.1f, moves of %u ms, against %s",
			  base->load, base->move_ms, peers[i]->name);
	}
	/* All CPUs in one node: nobody ever waits while one is idle. */
	one.nodes = 1;
	one.cpus = base->nodes;
	one.policy = &policy_none;
	row_show((struct figure) { ours->slowdown, "slowdown",
		 fare(&one).slowdown, ">= 1" },
		 "load %.1f, moves of %u ms, against the omniscient",
		 base->load, base->move_ms);
}

/* T5: delay of ours by that of placement alone, with equal information. */
static void against_placement(const struct run *base, const struct fare *ours)
{
	struct run r = *base;

	r.policy = &policy_two;
	if (base->load < 0.6 || (base->load > 0.75 && base->load < 0.85))
		row_claim((struct figure) { ours->delay, "s", fare(&r).delay,
			  base->load < 0.6 ? "<= 0.60" : "<= 0.75" },
			  "delay, %u nodes, load %.1f, moves of %u ms, against two choices",
			  base->nodes, base->load, base->move_ms);
}

/* Each question is a round trip that exec waits for. */
static void asked(const struct run *base, const struct fare *ours)
{
	row_claim((struct figure) { ours->asks, "nodes", LB_PLACE_ASKS,
		  "<= 1" }, "load %.1f, nodes that are asked when a job begins",
		  base->load);
}

/* A queue for each node: 1 / (1 - load) is what theory says of "none". */
static void calibrate(const struct run *base, enum bench_size size)
{
	struct run r = *base;

	r.policy = &policy_none;
	/* Long runs are needed where the load is high and tails are heavy. */
	if (size == BENCH_FULL)
		r.jobs = 3000000;
	(base->load > 0.5 && size == BENCH_DAILY ? row_show : row_claim)
		((struct figure) { fare(&r).slowdown, "slowdown",
		  1 / (1 - base->load), "1 +- 0.10" },
		 "load %.1f, none against theory", base->load);
}

/* What moves add to placement by the same rule, and placement to moves. */
static void alone(const struct run *base, const struct fare *ours)
{
	struct run r = *base;
	struct fare f;

	r.policy = &policy_placed;
	row_show((struct figure) { ours->delay, "s", fare(&r).delay, "<= 1" },
		 "delay, load %.1f, moves of %u ms, against ours without moves",
		 base->load, base->move_ms);
	r.policy = &policy_moves;
	f = fare(&r);
	row_show((struct figure) { ours->slowdown, "slowdown", f.slowdown,
		 "<= 1" }, "load %.1f, moves of %u ms, against ours without placement",
		 base->load, base->move_ms);
	r.policy = &policy_mosix;
	row_show((struct figure) { f.slowdown, "slowdown", fare(&r).slowdown,
		 "<= 1" },
		 "load %.1f, moves of %u ms, ours without placement against MOSIX",
		 base->load, base->move_ms);
}

/* T6: nodes that look at themselves seldom tell what is not so any more. */
static void herd(struct run *r)
{
	double fresh;

	r->load = 0.8;
	r->move_ms = 20;
	r->policy = &policy_ours;
	fresh = fare(r).slowdown;
	for (r->stale_ms = 1000; r->stale_ms <= 8000; r->stale_ms *= 2)
		row_claim((struct figure) { fare(r).slowdown, "slowdown", fresh,
			  "<= 1.3" }, "herd: news up to %u s old against fresh",
			  r->stale_ms / 1000);
	/* Nobody is asked before a job is sent: news alone. */
	r->policy = &policy_moves;
	r->stale_ms = 0;
	fresh = fare(r).slowdown;
	for (r->stale_ms = 1000; r->stale_ms <= 8000; r->stale_ms *= 2)
		row_claim((struct figure) { fare(r).slowdown, "slowdown", fresh,
			  "<= 1.3" },
			  "herd without placement: news up to %u s old against fresh",
			  r->stale_ms / 1000);
	r->stale_ms = 0;
}

/* T6 on many: a crowd is larger there, and each sees but its window of it. */
static void larger_herd(struct run *r)
{
	static const struct policy *const policies[] = {
		&policy_ours, &policy_moves,
	};
	u32 i;

	r->load = 0.8;
	r->move_ms = 20;
	for (r->nodes = 256; r->nodes <= 4096; r->nodes *= 4) {
		r->jobs = 300ULL * r->nodes;
		for (i = 0; i < ARRAY_SIZE(policies) &&
		     bench_wants(r->nodes); i++) {
			double fresh;

			r->policy = policies[i];
			r->stale_ms = 0;
			fresh = fare(r).slowdown;
			r->stale_ms = 8000;
			row_show((struct figure) { fare(r).slowdown,
				 "slowdown", fresh, "<= 1.3" },
				 "crowd of %u nodes%s: news up to 8 s old against fresh",
				 r->nodes, i ? ", without placement" : "");
		}
	}
	r->stale_ms = 0;
	r->nodes = NODES;
}

/* T5 on few and on many nodes, and with moves that take long. */
static void other_sizes(struct run *r)
{
	static const u32 nodes[] = { 6, 64 };
	static const u32 moves[] = { 20, 300, 2000 };
	u32 i, j;

	for (i = 0; i < ARRAY_SIZE(nodes); i++) {
		for (j = 0; j < ARRAY_SIZE(moves); j++) {
			for (r->load = 0.5; r->load < 0.9; r->load += 0.3) {
				struct fare ours;

				r->nodes = nodes[i];
				r->move_ms = moves[j];
				r->policy = &policy_ours;
				ours = fare(r);
				against_placement(r, &ours);
			}
		}
	}
	r->nodes = NODES;
}

void bench_slowdown(enum bench_size size)
{
	static const double loads[] = { 0.5, 0.7, 0.8, 0.9 };
	static const u32 moves[] = { 20, 300 };
	struct run r = {
		.nodes = NODES, .cpus = 1,
	};
	u32 i, j;

	for (i = 0; i < ARRAY_SIZE(loads); i++) {
		for (j = 0; j < ARRAY_SIZE(moves); j++) {
			struct fare ours;

			r.load = loads[i];
			/* The peers are closest there. */
			r.jobs = size == BENCH_FULL || loads[i] < 0.6 ?
				 300000 : 100000;
			r.move_ms = moves[j];
			r.policy = &policy_ours;
			ours = fare(&r);
			compare(&r, &ours);
			against_placement(&r, &ours);
			if (size == BENCH_FULL)
				alone(&r, &ours);
			if (!j)
				asked(&r, &ours);
		}
		calibrate(&r, size);
	}
	herd(&r);
	if (size != BENCH_FULL)
		return;
	other_sizes(&r);
	larger_herd(&r);
}

/* A decision that looks at a full window and a node full of processes. */
static void decision(void)
{
	enum { PROCS = 100, ROUNDS = 2000 };
	struct cluster *c = cluster_create(LB_WINDOW + 1, 1);
	struct node *n = &c->node[0];
	struct lb_view view = {
		.self = &n->is, .window = &n->window, .history = &n->history,
		.params = &c->params, .now_at_ms = 1000,
	};
	struct lb_proc proc = {
		.home = 1, .demand_milli = 1000, .work_ms = 60000,
	};
	double least = 1e9;
	u32 i, p;

	n->is.demand_milli = PROCS * LB_MILLI;
	for (i = 1; i < c->nodes; i++)
		lb_window_merge(&n->window, &c->node[i].is, 1000);
	/* The least: what else runs on the machine only adds to it. */
	for (i = 0; i < ROUNDS; i++) {
		struct lb_round round;
		clock_t begin = clock();

		view.dice = i;
		lb_balance_begin(&round, &view);
		for (p = 1; p <= PROCS; p++) {
			proc.pid = (s32)p;
			lb_balance_consider(&round, &proc);
		}
		if (lb_reason_moves(round.best.reason))
			least = min(least, (double)(clock() - begin) * 1e6 /
				    CLOCKS_PER_SEC);
	}
	row_claim((struct figure) { least, "us", 50, "<= 1" },
		  "one decision: a full window, %u processes", PROCS);
	cluster_destroy(c);
}

void bench_speed(enum bench_size size)
{
	u64 seconds = size == BENCH_FULL ? 600 : 60;
	struct workload w = { .law = LAW_TRACE, .seed = 7 };
	struct cluster *c = cluster_create(4096, 1);
	clock_t begin = clock();
	u32 i;

	for (i = 0; i < c->nodes; i++)
		c->node[i].is.cpus = 1;
	c->policy = &policy_ours;
	workload_start(&w, c, 0.6, ~0ULL);
	cluster_run(c, seconds * 1000);
	row_claim((struct figure) {
		  (double)(clock() - begin) / CLOCKS_PER_SEC, "CPU s",
		  60 * (double)seconds / 600, "<= 1" },
		  "4096 nodes for %llu s, %llu jobs", seconds, c->tally.done);
	cluster_destroy(c);
	decision();
}
