// SPDX-License-Identifier: GPL-2.0-only
/* T7, T8 and T10: flood, ping-pong, memory. */
#include <stdio.h>

#include "bench.h"
#include "cluster.h"
#include "rows.h"

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
	if (size == BENCH_FULL) {
		join(1000);
		join(4095);
	}
	for (jobs = 2; jobs <= 9; jobs++)
		ping_pong(jobs);
	overcommit();
}
