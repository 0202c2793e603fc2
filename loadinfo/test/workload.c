// SPDX-License-Identifier: GPL-2.0-only
#include <math.h>

#include "workload.h"

/*
 * Pieces of P(L > t) = above * (t / from)^-alpha, each to where the next one
 * begins; at the end of the last the law is cut off.
 */
struct piece {
	double from_us;
	double alpha;
};

struct pieces {
	u32 count;
	struct piece piece[2];
	double end_us;
};

static const struct pieces laws[] = {
	/* 10^-1.155 = 0.07 */
	[LAW_TRACE] = { 2, { { 1e5, 1.155 }, { 1e6, 1.35 } }, 1573e6 },
	[LAW_PARETO] = { 1, { { 1e6, 1.0 } }, 1000e6 },
};

static double random_unit(u64 *seed)
{
	u64 z = *seed += 0x9e3779b97f4a7c15ULL;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return ((double)((z ^ (z >> 31)) >> 11) + 0.5) / 9007199254740992.0;
}

static double piece_end_us(const struct pieces *l, u32 i)
{
	return i + 1 < l->count ? l->piece[i + 1].from_us : l->end_us;
}

/* Of those that reach this piece, the share which outlives it. */
static double outlive(const struct pieces *l, u32 i)
{
	return pow(piece_end_us(l, i) / l->piece[i].from_us,
		   -l->piece[i].alpha);
}

/* What outlives the last piece ends there. */
double law_draw_us(enum law law, u64 *seed)
{
	const struct pieces *l = &laws[law];
	double u = random_unit(seed);
	u32 i;

	for (i = 0; i < l->count; i++) {
		double rest = outlive(l, i);

		if (u > rest)
			return l->piece[i].from_us *
			       pow(u, -1 / l->piece[i].alpha);
		u /= rest;
	}
	return l->end_us;
}

/* The integral of P(L > t). */
double law_mean_us(enum law law)
{
	const struct pieces *l = &laws[law];
	double mean = l->piece[0].from_us, above = 1;
	u32 i;

	for (i = 0; i < l->count; i++) {
		double from = l->piece[i].from_us, end = piece_end_us(l, i);
		double a = l->piece[i].alpha;

		if (a == 1)
			mean += above * from * log(end / from);
		else
			mean += above * from / (1 - a) *
				(pow(end / from, 1 - a) - 1);
		above *= outlive(l, i);
	}
	return mean;
}

static void next(struct workload *w, struct cluster *c)
{
	double us = -log(random_unit(&w->seed)) * w->gap_us;

	if (w->left)
		cluster_feed(c, c->now_us + (u64)us);
}

static void feed(struct cluster *c, void *arg)
{
	struct workload *w = arg;
	u32 home = (u32)(random_unit(&w->seed) * c->nodes), i;

	w->left--;
	i = cluster_new_job(c, home, c->now_us, law_draw_us(w->law, &w->seed));
	c->job[i].travel_kib = w->travel_kib;
	next(w, c);
}

/* Load: the share of all CPU time of the cluster that the jobs want. */
void workload_start(struct workload *w, struct cluster *c, double load,
		    u64 jobs)
{
	double capacity = 0;
	u32 i;

	for (i = 0; i < c->nodes; i++)
		capacity += c->node[i].is.cpus *
			    (double)c->node[i].is.speed_milli / LB_MILLI;
	w->gap_us = law_mean_us(w->law) / (load * capacity);
	w->left = jobs;
	c->feed = feed;
	c->feed_arg = w;
	next(w, c);
}
