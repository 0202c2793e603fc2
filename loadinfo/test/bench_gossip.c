// SPDX-License-Identifier: GPL-2.0-only
/* T1 to T3: ages, scatter, bytes, and who knows of whom in time. */
#include <math.h>

#include "ages.h"
#include "bench.h"
#include "detect.h"
#include "rows.h"

/*
 * Windows near a quarter of the nodes: the formulas are off by more. With
 * half of the nodes they are off by a tenth and more, which is shown.
 */
static const char *age_reach(u32 nodes, u32 window)
{
	return window * 4 >= nodes ? "1 +- 0.10" : "1 +- 0.05";
}

static void compare_age(u32 nodes, u32 window)
{
	struct ages want = ages_expected(nodes, window);
	struct ages got = ages_measured(nodes, window, nodes + window);
	const char *reach = age_reach(nodes, window);

	bool (*row)(struct figure f, const char *format, ...) =
		window * 2 >= nodes ? row_show : row_claim;

	row((struct figure) { got.mean, "periods", want.mean, reach },
	    "mean age, %u nodes, %u entries", nodes, window);
	row((struct figure) { got.oldest, "periods", want.oldest, reach },
	    "greatest age, %u nodes, %u entries", nodes, window);
}

static void bytes(u32 nodes)
{
	struct detect *d = detect_create(nodes, 5, 1);
	u64 before;

	detect_run(d, 20);
	before = d->bytes;
	detect_run(d, 40);
	row_claim((struct figure) {
		(double)(d->bytes - before) / nodes / 20, "B/s", 2000,
		"<= 1" }, "bytes of a node and second, %u nodes", nodes);
	detect_destroy(d);
}

static void scatter(u32 nodes, u32 runs)
{
	double log2n = log2(nodes), half = 2.4 * (log2n - 1);

	row_claim((struct figure) { scatter_steps(nodes, nodes, 0, runs),
		  "steps", 1.693 * log2n + 2, "<= 1" },
		  "one item everywhere, %u nodes", nodes);
	row_claim((struct figure) {
		  scatter_steps(nodes, nodes / 2, LB_NODE_DEAD, runs), "steps",
		  half + 2, "<= 1" },
		  "the same, half of %u nodes dead, which is known", nodes);
	row_show((struct figure) {
		 scatter_steps(nodes, nodes / 2, 0, runs), "steps", half + 2,
		 "<= 1" },
		 "the same, half of %u nodes dead, which nobody knows", nodes);
}

void bench_ages(enum bench_size size)
{
	static const u32 windows[] = { 8, 16, 32, 64 };
	u32 nodes, i, most = size == BENCH_FULL ? 1024 : 256;

	for (nodes = 64; nodes <= most; nodes *= 4) {
		for (i = 0; i < ARRAY_SIZE(windows); i++) {
			/* Who sends all that there is has no window. */
			if (windows[i] < nodes)
				compare_age(nodes, windows[i]);
		}
	}
	if (size == BENCH_DAILY) {
		compare_age(1024, 32);
		return;
	}
	compare_age(4096, 64);
	compare_age(16384, 64);
}

void bench_gossip(enum bench_size size)
{
	u32 nodes, most = size == BENCH_FULL ? 16384 : 4096;

	for (nodes = 16; nodes <= most; nodes *= 4)
		scatter(nodes, size == BENCH_FULL ? 200 : 40);
	for (nodes = 16; nodes <= most; nodes *= 4)
		bytes(nodes);
}

/* Periods until @flag of @node is what all know of it, or is not any more. */
static u32 periods_until(struct detect *d, u32 node, u16 flag, u32 knowing)
{
	u32 periods;

	for (periods = 0; periods < 400; periods++) {
		if (detect_knowing(d, node, flag) == knowing)
			break;
		detect_run(d, 1);
	}
	return periods;
}

/* The worst of @kills nodes that die one after the other. */
static u32 slowest_death(struct detect *d, u32 kills)
{
	u32 worst = 0, i;

	for (i = 0; i < kills; i++) {
		u32 node = (i * 37 + 5) % d->nodes;

		detect_kill(d, node);
		worst = max(worst, periods_until(d, node, LB_NODE_DEAD,
						 detect_live(d)));
		detect_revive(d, node);
		periods_until(d, node, LB_NODE_DEAD, 0);
	}
	return worst;
}

/* One in twenty has no CPU for 10 s, others in each round. */
static u32 wronged(struct detect *d, u32 rounds)
{
	u32 wronged = 0, r, i;

	for (r = 0; r < rounds; r++) {
		for (i = 0; i < d->nodes / 20; i++)
			detect_starve(d, (r * 37 + i * 20) % d->nodes, 10000);
		for (i = 0; i < 30; i++) {
			detect_run(d, 1);
			if (i > 15)
				wronged += detect_wronged(d);
		}
	}
	return wronged;
}

/*
 * T2 once more, for what must be known soon: pushes, probes and answers say it.
 * Half of the nodes have died at this moment.
 */
static void urgent_among_dead(u32 nodes)
{
	struct detect *d = detect_create(nodes, 5, 3);
	u32 i;

	detect_run(d, 20);
	for (i = 1; i < nodes; i += 2)
		detect_kill(d, i);
	detect_flag(d, 6, LB_NODE_BLOCKED);
	row_claim((struct figure) {
		  periods_until(d, 6, LB_NODE_BLOCKED, detect_live(d) - 1),
		  "periods", 2.4 * (log2(nodes) - 1) + 2, "<= 1" },
		  "a block known to all, half of %u nodes dead, which nobody knows",
		  nodes);
	detect_destroy(d);
}

void bench_detect(enum bench_size size)
{
	u32 kills = size == BENCH_FULL ? 40 : 4;
	struct detect *d = detect_create(1000, 5, 1);
	double reach = 3 * log2(1000);

	detect_run(d, 20);
	row_claim((struct figure) { slowest_death(d, kills), "periods", reach,
		  "<= 1" }, "a death known to all, 1000 nodes, 5 %% lost");
	detect_flag(d, 7, LB_NODE_BLOCKED);
	row_claim((struct figure) {
		  periods_until(d, 7, LB_NODE_BLOCKED, d->nodes - 1),
		  "periods", log2(1000), "<= 1" },
		  "a block known to all, 1000 nodes, 5 %% lost");
	row_claim((struct figure) {
		  wronged(d, size == BENCH_FULL ? 20 : 3), "nodes", 0, "<= 0" },
		  "live nodes held for dead, starved of CPU for 10 s");
	detect_destroy(d);
	urgent_among_dead(64);
	urgent_among_dead(1024);

	d = detect_create(200, 20, 2);
	detect_run(d, size == BENCH_FULL ? 2000 : 200);
	row_claim((struct figure) { detect_wronged(d), "nodes", 0, "<= 0" },
		  "live nodes held for dead, 20 %% lost");
	detect_destroy(d);
}
