// SPDX-License-Identifier: GPL-2.0-only
/*
 * Slowdown of heavy-tailed jobs under ours and under the peers, what stale
 * news do to it, and how fast the simulator is.
 */
#include <stdio.h>
#include <time.h>

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
	if (base->load == 0.5 || base->load == 0.8)
		row_claim((struct figure) { ours->delay, "s", fare(&r).delay,
			  base->load == 0.5 ? "<= 0.60" : "<= 0.75" },
			  "delay, load %.1f, moves of %u ms, against two choices",
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
}

void bench_slowdown(enum bench_size size)
{
	static const double loads[] = { 0.5, 0.7, 0.8, 0.9 };
	static const u32 moves[] = { 20, 300 };
	struct run r = {
		.nodes = NODES, .cpus = 1,
		.jobs = size == BENCH_FULL ? 300000 : 60000,
	};
	u32 i, j;

	for (i = 0; i < ARRAY_SIZE(loads); i++) {
		for (j = 0; j < ARRAY_SIZE(moves); j++) {
			struct fare ours;

			r.load = loads[i];
			r.move_ms = moves[j];
			r.policy = &policy_ours;
			ours = fare(&r);
			compare(&r, &ours);
			against_placement(&r, &ours);
		}
	}
	herd(&r);
}

/*
 * T7: a node joins @nodes that have four endless jobs each on one CPU. It must
 * fill up, but never have more than the mean and 1.3 jobs.
 */
static void join(u32 nodes)
{
	struct cluster *c = cluster_create(nodes + 1, nodes);
	struct node *last = &c->node[nodes];
	double mean = 4.0 * nodes / (nodes + 1);
	u32 i;

	for (i = 0; i <= nodes; i++)
		c->node[i].is.cpus = 1;
	last->joins_ms = 30000;
	for (i = 0; i < 4 * nodes; i++)
		cluster_add_job(c, i % nodes, 0, 100000000);
	cluster_run(c, 90000);
	row_claim((struct figure) { last->most_milli / LB_MILLI, "jobs",
		  mean + 1.3, "<= 1" },
		  "flood: most jobs of one that joins %u", nodes);
	row_claim((struct figure) {
		  (double)last->share.want_milli / LB_MILLI, "jobs", mean - 1.3,
		  ">= 1" }, "flood: jobs of one that joins %u, a minute later",
		  nodes);
	cluster_destroy(c);
}

/* T8: moves after the first 10 s of @jobs endless ones on two equal nodes. */
static void ping_pong(u32 jobs)
{
	struct cluster *c = cluster_create(2, jobs);
	u64 before;
	u32 i;

	c->node[0].is.cpus = 1;
	c->node[1].is.cpus = 1;
	for (i = 0; i < jobs; i++)
		cluster_add_job(c, 0, 0, 100000000);
	cluster_run(c, 10000);
	before = c->tally.moves;
	cluster_run(c, 610000);
	row_claim((struct figure) { (double)(c->tally.moves - before), "moves",
		  0, jobs % 2 ? "<= 120" : "<= 0" },
		  "ping-pong: moves of %u jobs on two nodes in 600 s", jobs);
	cluster_destroy(c);
}

/*
 * T10: nodes of 64, 32 and 24 MiB. Two jobs of 30 MiB and one of 10 begin on
 * each of the first kind after 20 s; the cluster has room for all.
 */
static void overcommit(void)
{
	static const u32 mib[] = { 64, 64, 64, 32, 32, 32, 32, 24, 24, 24 };
	struct cluster *c = cluster_create(ARRAY_SIZE(mib), 1);
	double worst = 0;
	u32 i, j;

	for (i = 0; i < ARRAY_SIZE(mib); i++)
		c->node[i].is.mem_total_kib = mib[i] << 10;
	for (i = 0; i < 3; i++) {
		for (j = 0; j < 3; j++) {
			struct job *job = cluster_add_job(c, i, 20000, 60000);

			job->mem_kib = (j == 2 ? 10 : 30) << 10;
		}
	}
	cluster_run(c, 600000);
	for (i = 0; i < ARRAY_SIZE(mib); i++)
		worst = max(worst, (double)c->node[i].overcommit_us / 1e6);
	row_claim((struct figure) { worst, "s", 1, "<= 1" },
		  "memory: longest that a node is over-committed");
	cluster_destroy(c);
}

void bench_rules(enum bench_size size)
{
	u32 jobs;

	join(16);
	join(100);
	if (size == BENCH_FULL)
		join(1000);
	for (jobs = 2; jobs <= 9; jobs++)
		ping_pong(jobs);
	overcommit();
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
}
