// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makespans: four CPU-bound jobs for each node begin on the first one, which has
 * memory for them all. How long until the last has ended?
 *
 * The optimum is what nobody can be below: all work shared by all CPUs from the
 * first moment on, or the longest job alone on the fastest CPU. A move at least
 * is needed to get there.
 */
#include <stdio.h>

#include "../cost.h"
#include "bench.h"
#include "rows.h"
#include "workload.h"

enum kind {
	KIND_EQUAL,		/* jobs and nodes */
	KIND_SPEEDS,		/* a third each of half, full and double speed */
	KIND_TAILS,		/* heavy-tailed jobs on equal nodes */
};

static const char *const kind_names[] = {
	[KIND_EQUAL]	= "equal jobs",
	[KIND_SPEEDS]	= "equal jobs, unequal nodes",
	[KIND_TAILS]	= "heavy-tailed jobs",
};

struct span {
	enum kind kind;
	u32 nodes;
	double seconds;		/* of each job; of the shortest */
	bool moves_are_free;
};

static struct cluster *machines(const struct span *s)
{
	static const u32 speeds[] = { 1000, 500, 2000 };
	struct cluster *c = cluster_create(s->nodes, s->nodes);
	u32 i;

	if (s->moves_are_free) {
		c->params.move_ms = 0;
		c->params.gap_ms = 0;
		c->params.link_kib_per_s = ~0U;
	}
	for (i = 0; i < s->nodes; i++) {
		c->node[i].is.cpus = 1;
		c->node[i].is.mem_total_kib = 1 << 27;
		if (s->kind == KIND_SPEEDS)
			c->node[i].is.speed_milli =
				speeds[i % ARRAY_SIZE(speeds)];
	}
	return c;
}

/* Fills the first node; returns the optimum, in seconds. */
static double fill(struct cluster *c, const struct span *s)
{
	double work = 0, longest = 0, speed = 0, fastest = 0;
	u64 seed = 11;
	u32 i;

	for (i = 0; i < 4 * s->nodes; i++) {
		double one = s->seconds;

		if (s->kind == KIND_TAILS)
			one *= law_draw_us(LAW_PARETO, &seed) / 1e6;
		work += one;
		longest = max(longest, one);
		cluster_new_job(c, 0, 0, one * 1e6);
	}
	for (i = 0; i < s->nodes; i++) {
		double one = (double)c->node[i].is.speed_milli / LB_MILLI;

		speed += one;
		fastest = max(fastest, one);
	}
	return max(work / speed, longest / fastest);
}

static double run(struct cluster *c)
{
	double s;

	cluster_run(c, ~0ULL / 2000);
	s = (double)cluster_makespan_ms(c) / 1000;
	cluster_destroy(c);
	return s;
}

/* The same jobs where all CPUs are in one node: nothing ever has to move. */
static double in_one_node(const struct span *s)
{
	struct cluster *c = machines(s);

	fill(c, s);
	c->policy = &policy_none;
	c->node[0].is.cpus = (u16)s->nodes;
	return run(c);
}

/*
 * What is left when moves take no time is the rule's, and the news'; the rest is
 * bound by the one node that all have to leave, one after the other.
 */
static void without_cost(const struct span *s, double optimum)
{
	struct span free = *s;
	struct cluster *c;

	free.moves_are_free = true;
	c = machines(&free);
	fill(c, &free);
	row_show((struct figure) { run(c), "s", optimum, "<= 1.05" },
		 "the same if a move took no time");
}

static void measure(const struct span *s)
{
	struct cluster *c = machines(s);
	double optimum = fill(c, s), move_s;
	struct lb_proc proc = { .travel_kib = c->job[0].travel_kib };
	struct figure f = { .unit = "s", .reach = "<= 1.05" };
	bool is_bound;

	/* Not above 1.05 times the optimum and a move. */
	move_s = (double)lb_cost_move(&proc, &c->params) / 1000;
	f.reference = optimum + move_s / 1.05;
	/* All moves go one after the other from one node: no time for them. */
	is_bound = 3.0 * s->nodes * move_s > 0.05 * optimum;
	f.ours = run(c);
	(s->kind == KIND_TAILS || is_bound ? row_show : row_claim)
		(f, "makespan on %u nodes, %s of %.0f s", s->nodes,
		 kind_names[s->kind], s->seconds);
	if (f.ours > 1.05 * f.reference)
		without_cost(s, optimum);
	if (s->kind != KIND_TAILS)
		return;
	/* Nobody knows which job is the longest: all CPUs in one node do not. */
	f = (struct figure) { f.ours, "s", in_one_node(s), "<= 1.05" };
	(is_bound ? row_show : row_claim)
		(f, "the same against one node with %u CPUs", s->nodes);
}

void bench_makespan(enum bench_size size)
{
	u32 most = size == BENCH_FULL ? 4096 : 64;
	struct span s = {};

	/* The smallest first: those of 4,096 nodes take most of the time. */
	for (s.nodes = 4; s.nodes <= most; s.nodes *= 4) {
		for (s.kind = KIND_EQUAL; s.kind <= KIND_TAILS &&
		     bench_wants(s.nodes); s.kind++) {
			s.seconds = s.kind == KIND_TAILS ? 10 : 3600;
			measure(&s);
			s.seconds = 60;
			if (s.kind != KIND_TAILS && s.nodes <= 64)
				measure(&s);
		}
	}
}
