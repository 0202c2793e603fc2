/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Jobs that come from outside, at random, for as long as is wanted. Their
 * lengths and arrivals have dice of their own: whatever balances them, it is
 * the same jobs.
 */
#ifndef LOADINFO_TEST_WORKLOAD_H
#define LOADINFO_TEST_WORKLOAD_H

#include "cluster.h"

/* How long jobs are; bounded, none with an exponential tail alone. */
enum law {
	/*
	 * After the process lifetimes that Harchol-Balter and Downey recorded:
	 * 7 % of those above 0.1 s last over 1 s, then P(L > t) ~ t^-1.35, the
	 * longest 1,573 s.
	 */
	LAW_TRACE,
	/* P(L > t) = 1 s / t, up to 1,000 s. */
	LAW_PARETO,
};

struct workload {
	enum law law;
	u64 seed;
	u64 left;		/* jobs that are still to come */
	u32 travel_kib;		/* of each */
	double gap_us;		/* between two of them, on average */
};

double law_mean_us(enum law law);
double law_draw_us(enum law law, u64 *seed);
void workload_start(struct workload *w, struct cluster *c, double load,
		    u64 jobs);

#endif /* LOADINFO_TEST_WORKLOAD_H */
