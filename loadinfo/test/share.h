/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * CPUs shared fairly, exactly and without steps in time.
 *
 * All jobs of a node work at rates that stay in proportion: to how much of its
 * time each wants a CPU (its duty). So the node has a clock of its own, the
 * work that a job of full duty has done by now: it runs slower the more jobs
 * there are, and a job ends when that clock shows what it showed when the job
 * came plus the job's work by its duty. Who comes or goes changes the rate of
 * the clock and no end on it; the next end is the first of a heap.
 *
 * Example: a CPU, job A of 10 s at second 0, job B of 3 s at second 4. The
 * clock runs with real time to 4, then at half its rate. A ends at 10 on it, B
 * at 4 + 3 = 7, which it shows at second 4 + 3 * 2 = 10; then at full rate
 * again: A ends at second 13.
 */
#ifndef LOADINFO_TEST_SHARE_H
#define LOADINFO_TEST_SHARE_H

#include "../../kernel/pure.h"

/* A job's part in it. */
struct part {
	double end;	/* on the node's clock */
	u32 job;
	u32 duty_milli;
};

struct share {
	double clock_us;	/* of work at full duty */
	double rate;		/* of that clock by real time */
	u64 now_us;
	u64 want_milli;		/* sum of the duties */
	u64 capacity_milli;	/* 1000 for each CPU */
	u32 speed_milli;
	u32 slower;		/* 1; more while memory is over-committed */
	double busy_us;		/* CPU time given away, for who measures it */
	u32 count;
	u32 room;
	struct part *part;	/* a heap, the first to end in front */
	u32 **place;		/* of the cluster, by job: index in its heap */
};

void share_advance(struct share *s, u64 now_us);
void share_refit(struct share *s);
void share_add(struct share *s, u32 job, u32 duty_milli, double work_us);
double share_remove(struct share *s, u32 job);
double share_left(const struct share *s, const struct part *part);
bool share_has_end(const struct share *s);
u64 share_next_us(const struct share *s);

#endif /* LOADINFO_TEST_SHARE_H */
