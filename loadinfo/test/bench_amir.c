// SPDX-License-Identifier: GPL-2.0-only
/*
 * T4: the cluster and the jobs of Amir, Awerbuch, Barak, Borgstrom and Keren,
 * "An Opportunity Cost Approach for Job Assignment in a Scalable Computing
 * Cluster". Six unequal machines; a job wants 2/r s of the fastest CPU and 1/m %
 * of the largest memory, r and m uniform in (0, 1]; one in twenty wants 20/r s in
 * 1 to 20 parts that run side by side. Memory that is over-committed slows a
 * machine down by ten; moves cost nothing.
 *
 * The paper leaves out what its tails are cut off at (here: 500 times the
 * shortest job, and all of the largest memory), so that the figures are not its
 * own: the order is what is compared. Arrivals go on for 10,000 s.
 */
#include <math.h>
#include <stdio.h>

#include "bench.h"
#include "policy.h"
#include "rows.h"

enum { MACHINES = 6, ARRIVALS_S = 10000, TAIL = 500, LARGEST_KIB = 64 << 10 };

static const struct {
	u32 speed_milli;
	u32 mem_mib;
} machines[MACHINES] = {
	{ 1000, 64 }, { 1000, 64 }, { 1000, 64 },
	{ 665, 32 }, { 665, 32 }, { 450, 24 },
};

/* The jobs have dice of their own: the same for all policies. */
struct amir {
	u64 seed;
	double gap_us;
};

static double unit(u64 *seed)
{
	u64 z = *seed += 0x9e3779b97f4a7c15ULL;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return ((double)((z ^ (z >> 31)) >> 11) + 0.5) / 9007199254740992.0;
}

/* 1/u, cut off. */
static double inverse(u64 *seed, double most)
{
	return fmin(1 / unit(seed), most);
}

static void next(struct amir *a, struct cluster *c)
{
	double us = -log(unit(&a->seed)) * a->gap_us;

	if (c->now_us < ARRIVALS_S * 1000000ULL)
		cluster_feed(c, c->now_us + (u64)us);
}

static void feed(struct cluster *c, void *arg)
{
	struct amir *a = arg;
	u32 home = (u32)(unit(&a->seed) * c->nodes);
	double work_us = 2e6 * inverse(&a->seed, TAIL);
	double mem = inverse(&a->seed, 100) / 100 * LARGEST_KIB;
	u32 parts = 1, i;

	if (unit(&a->seed) < 0.05) {
		parts = 1 + (u32)(unit(&a->seed) * 20);
		work_us *= 10;
	}
	for (i = 0; i < parts; i++) {
		u32 job = cluster_new_job(c, home, c->now_us, work_us / parts);

		c->job[job].mem_kib = (u32)mem;
		c->job[job].travel_kib = 0;
	}
	next(a, c);
}

/* Sum over the runs of the mean slowdown of each. */
static double slowdown(const struct policy *policy, double gap_s, u32 runs)
{
	double sum = 0;
	u32 run, i;

	for (run = 1; run <= runs; run++) {
		struct cluster *c = cluster_create(MACHINES, run);
		struct amir a = { .seed = run, .gap_us = gap_s * 1e6 };

		for (i = 0; i < MACHINES; i++) {
			c->node[i].is.cpus = 1;
			c->node[i].is.speed_milli = machines[i].speed_milli;
			c->node[i].is.mem_total_kib = machines[i].mem_mib << 10;
		}
		c->policy = policy;
		c->params.move_ms = 0;
		c->feed = feed;
		c->feed_arg = &a;
		next(&a, c);
		cluster_run(c, ~0ULL / 2000);
		sum += c->tally.slowdown / (double)c->tally.done;
		cluster_destroy(c);
	}
	return sum / runs;
}

static void compare(double gap_s, u32 runs)
{
	static const struct policy *const peers[] = {
		&policy_round_robin, &policy_least, &policy_epvm,
		&policy_mosix, &policy_emosix,
	};
	double ours = slowdown(&policy_ours, gap_s, runs), got[5];
	u32 i;

	for (i = 0; i < ARRAY_SIZE(peers); i++) {
		got[i] = slowdown(peers[i], gap_s, runs);
		row_claim((struct figure) { ours, "slowdown", got[i], "<= 1" },
			  "AMIR2000, a job each %.0f s, against %s", gap_s,
			  peers[i]->name);
	}
	for (i = 0; i + 1 < 3; i++)
		row_show((struct figure) { got[i], "slowdown", got[i + 1],
			 ">= 1" }, "AMIR2000, a job each %.0f s, %s against %s",
			 gap_s, peers[i]->name, peers[i + 1]->name);
	row_show((struct figure) { got[2], "slowdown", got[4], ">= 1" },
		 "AMIR2000, a job each %.0f s, %s against %s", gap_s,
		 peers[2]->name, peers[4]->name);
}

void bench_amir(enum bench_size size)
{
	u32 runs = size == BENCH_FULL ? 60 : 10;

	compare(10, runs);
	compare(20, runs);
}
