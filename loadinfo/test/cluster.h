/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A cluster that does not exist: nodes share their CPUs fairly among their
 * jobs, measure, gossip and decide with the very files that the kernel runs.
 * Nothing happens between two events, so thousands of nodes and millions of
 * jobs take minutes. Deterministic: the same seed gives the same run, to the
 * byte.
 */
#ifndef LOADINFO_TEST_CLUSTER_H
#define LOADINFO_TEST_CLUSTER_H

#include "../balance.h"
#include "../load.h"
#include "../journal.h"
#include "queue.h"
#include "share.h"

enum cluster_limits {
	/* Sampling, gossip and decisions, as in the kernel. */
	CLUSTER_PERIOD_MS = 500,
	/* How long an accepted guest counts before it is measured. */
	CLUSTER_RESERVE_MS = 3000,
	/* A node whose memory is over-committed works so much slower. */
	CLUSTER_THRASH = 10,
	/* All know by then that a node is dead: see detect.c. */
	CLUSTER_DEATH_MS = 15000,
	/* Clusters up to this size are watched for what a move would improve. */
	CLUSTER_WATCHED = 64,
};

enum job_state {
	JOB_NONE,		/* the slot is free */
	JOB_AWAITED,
	JOB_RUNNING,
	JOB_MOVING,
};

/* Forgotten when it is done: what is asked of it then is in struct tally. */
struct job {
	enum job_state state;
	u32 home;		/* index of a node, as are the next two */
	u32 node;
	u32 to;
	u64 start_us;
	u64 here_us;		/* when it came to this node */
	double work_us;		/* of a reference CPU, in all */
	double left_us;		/* of that, when it last moved */
	u32 duty_milli;		/* share of its time that it computes */
	u32 demand_milli;	/* as last measured */
	u32 mem_kib;
	u32 travel_kib;
	u32 moves;
	u64 moved_us;		/* when the last move began */
	struct lb_nodeset nodes;	/* where it may be */
	u32 next_free;
};

struct node {
	struct lb_node is;
	struct lb_load load;
	struct lb_window window;
	struct lb_history history;
	struct share share;
	u64 joins_ms;		/* silent before */
	u64 blocks_ms;		/* takes no guests after */
	u64 dies_ms;		/* does nothing after */
	struct lb_node told;	/* what it says of itself, and since when */
	u64 told_ms;
	u64 sampled_us;
	double busy_us;		/* of its share, at the last sample */
	u64 overcommit_us;	/* time with more memory wanted than there is */
	u64 mem_kib;		/* of its jobs, those that are leaving included */
	u32 coming;		/* jobs on their way to it */
	double most_milli;	/* greatest demand that it ever had */
};

/* What has become of the jobs that are done. */
struct tally {
	u64 done;
	u64 lost;		/* with the node on which they were */
	u64 last_done_us;
	double slowdown;	/* sum of time taken by time needed */
	double delay_us;	/* sum of time taken beyond time needed */
	u64 moves;
	u64 refusals;
	u64 asks;		/* of nodes whether a job may begin there */
	u64 messages;
	u64 bytes;		/* of the messages, without their wrapping */
	u32 most_moves;		/* of one job */
	u64 quickest_us;	/* shortest time between two moves of one job */
	u64 last_move_us;
	u64 uneven_us;		/* time in which a move would have paid */
	u64 events;
};

struct cluster;

/* A way to balance: ours, or one of those that it is compared with. */
struct policy {
	const char *name;
	/* 0: no messages, no samples; place() and tick() see all nodes */
	int gossips;
	/* Where a new job of this home begins; NULL: at home. */
	u32 (*place)(struct cluster *c, u32 job);
	/* Once a period on each node; NULL: nobody moves. */
	void (*tick)(struct cluster *c, struct node *n);
	/* On the node that a job has left, as it arrives elsewhere; or NULL. */
	void (*left)(struct cluster *c, struct node *n);
};

extern const struct policy policy_none, policy_moves;

struct cluster {
	struct lb_params params;
	const struct policy *policy;
	u32 nodes;
	struct node *node;
	struct lb_peer *peer;	/* who is heard of: see cluster.c */
	u32 slots;
	struct job *job;
	u32 *place;		/* by job: for struct share */
	u32 free;		/* first free slot, plus 1 */
	u32 active;		/* jobs that are not done */
	struct queue queue;
	u64 now_us;
	u64 seed;
	u32 loss_percent;
	u32 stale_ms;		/* a node looks at itself so seldom */
	u32 trace;		/* 1: print each decision that is not "stay" */
	const struct lb_journal *journal;	/* of each round; or NULL */
	struct tally tally;
	/* Called when its timer goes off; sets it again, or not. */
	void (*feed)(struct cluster *c, void *arg);
	void *feed_arg;
	void *policy_data;	/* of a policy, freed with the cluster */
};

struct cluster *cluster_create(u32 nodes, u64 seed);
void cluster_destroy(struct cluster *c);
struct job *cluster_add_job(struct cluster *c, u32 home, u64 start_ms,
			    u64 work_ms);
u32 cluster_new_job(struct cluster *c, u32 home, u64 start_us, double work_us);
void cluster_feed(struct cluster *c, u64 at_us);
void cluster_run(struct cluster *c, u64 until_ms);
u32 cluster_dice(struct cluster *c);
void cluster_depart(struct cluster *c, u32 job, u32 to, u64 cost_us);
double cluster_used_us(const struct cluster *c, const struct job *job);

u64 cluster_makespan_ms(const struct cluster *c);
u64 cluster_slowdown_milli(const struct cluster *c);
u64 cluster_undone(const struct cluster *c);
u64 cluster_quickest_ms(const struct cluster *c);
u32 cluster_most_moves(const struct cluster *c);

/* member.c: what a node does each period, with the files of the kernel. */
void member_tick(struct cluster *c, struct node *n);
void member_arrived(struct cluster *c, struct node *from, struct node *to,
		    u32 job);
bool cluster_is_up(const struct cluster *c, const struct node *n);
enum lb_reason member_ask(const struct cluster *c, const struct node *to,
			  const struct lb_offer *offer);

#endif /* LOADINFO_TEST_CLUSTER_H */
