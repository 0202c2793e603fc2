/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A cluster that does not exist: nodes share their CPUs fairly among their
 * jobs, measure, gossip and decide with the very files that the kernel runs.
 * Deterministic: the same seed gives the same run, to the byte.
 */
#ifndef LOADINFO_TEST_CLUSTER_H
#define LOADINFO_TEST_CLUSTER_H

#include "../balance.h"
#include "../load.h"

enum cluster_limits {
	/* Simulated time advances by this much. */
	CLUSTER_STEP_MS = 10,
	/* Sampling, gossip and decisions, as in the kernel. */
	CLUSTER_PERIOD_MS = 500,
	/* How long an accepted guest counts before it is measured. */
	CLUSTER_RESERVE_MS = 3000,
};

enum job_state {
	JOB_AWAITED,
	JOB_RUNNING,
	JOB_MOVING,
	JOB_DONE,
};

struct job {
	enum job_state state;
	u32 home;		/* index of a node, as are the next two */
	u32 node;
	u32 to;
	u64 start_ms;
	u64 done_ms;
	u64 here_ms;		/* when it came to this node */
	u64 arrive_ms;		/* when it will be where it goes */
	u64 work_us;		/* of a reference CPU, in all */
	u64 used_us;		/* of that, so far */
	u64 wanted_us;		/* runnable time in this period */
	u32 duty_milli;		/* share of its time that it computes */
	u32 demand_milli;	/* as last measured */
	u32 mem_kib;
	u32 travel_kib;
	u32 moves;
	u64 moved_ms;		/* when the last move began */
	u64 quickest_ms;	/* shortest time between two moves of it */
};

struct node {
	struct lb_node is;
	struct lb_load load;
	struct lb_window window;
	struct lb_history history;
	struct lb_peer *peer;
	u64 next_ms;
	u64 joins_ms;		/* silent before */
	u64 blocks_ms;		/* takes no guests after */
	u64 overcommit_ms;	/* time with more memory wanted than there is */
	u32 jobs;		/* there now, those that are leaving included */
	u64 want_milli;		/* their demand */
	u64 mem_kib;		/* their memory */
};

struct cluster {
	struct lb_params params;
	u32 nodes;
	struct node *node;
	u32 jobs;
	struct job *job;
	u32 active;		/* jobs by number that may not be done yet */
	u32 *live;
	u64 now_ms;
	u64 seed;
	u32 loss_percent;
	u32 balance;		/* 0: nobody moves */
	u32 trace;		/* 1: print each decision that is not "stay" */
	u32 moves;
	u64 last_move_ms;
	u64 refusals;
	u64 messages;
	u64 uneven_ms;		/* time in which a move would have paid */
};

struct cluster *cluster_create(u32 nodes, u64 seed);
void cluster_destroy(struct cluster *c);
struct job *cluster_add_job(struct cluster *c, u32 home, u64 start_ms,
			    u64 work_ms);
void cluster_run(struct cluster *c, u64 until_ms);
u32 cluster_dice(struct cluster *c);

u64 cluster_makespan_ms(const struct cluster *c);
u64 cluster_slowdown_milli(const struct cluster *c);
u64 cluster_undone(const struct cluster *c);
u64 cluster_quickest_ms(const struct cluster *c);
u32 cluster_most_moves(const struct cluster *c);

#endif /* LOADINFO_TEST_CLUSTER_H */
