/* SPDX-License-Identifier: GPL-2.0-only */
/* What this node and its processes do, measured once a period. */
#ifndef MOSIX_LOADINFO_SAMPLE_H
#define MOSIX_LOADINFO_SAMPLE_H

#include "model.h"

#include <linux/spinlock.h>

struct task_struct;

/**
 * struct sample_proc - one process, at the last sample
 * @lb: as the balancer sees it
 * @start_ns: when it started: with the PID, its identity
 * @total_ns: time that its threads ran or waited for a CPU, in all
 * @run_ns: time that they ran, in all
 * @calls: at home: calls of it that would go home if it were away, in all
 * @past_milli: at home: talk of its bodies so far, as lb_proc.talk_milli
 * @talked_ns: of a guest: time that its calls took longer than at home, in all
 * @recent_run_ns: time that they ran in the last periods, decayed
 * @recent_lost_ns: time that its calls lost, or would lose, in those
 * @stays_ms: it cannot move, as was found; not looked at again before
 * @movable: nothing that is seen from outside keeps it here
 * @nodes: where it may be; @lb.nodes when that is not everywhere
 */
struct sample_proc {
	struct lb_proc lb;
	u64 start_ns;
	u64 total_ns;
	u64 run_ns;
	u64 calls;
	u32 past_milli;
	u64 talked_ns;
	u64 recent_run_ns;
	u64 recent_lost_ns;
	u64 stays_ms;
	u8 movable;
	struct lb_nodeset nodes;
};

/**
 * sample_proc_settle() - a copy has its set of nodes in itself
 * @s: just filled in, or copied
 *
 * Context: Any.
 */
static inline void sample_proc_settle(struct sample_proc *s)
{
	s->lb.nodes = s->nodes.ranges ? &s->nodes : NULL;
}

/**
 * struct mosix_sample - the node at the last sample
 *
 * One thread uses it. Others may look at @seen, which is not written to as long
 * as it is that: the next sample goes where the one before was.
 *
 * @node: itself; @node.demand_milli is that of the last period alone
 * @at_ns: when, on the monotonic clock
 * @busy_ns: time that its CPUs were not idle, since boot
 * @count: processes in @proc
 * @room: how many @proc and @old have space for
 * @proc: the user processes, in the order of the kernel's list
 * @old: the same, one sample earlier
 * @lock: protects @seen and @seen_count
 * @seen: the processes of the last sample that is whole
 * @seen_count: how many
 */
struct mosix_sample {
	struct lb_node node;
	u64 at_ns;
	u64 busy_ns;
	u32 count;
	u32 room;
	struct sample_proc *proc;
	struct sample_proc *old;
	spinlock_t lock;	/* see above */
	const struct sample_proc *seen;
	u32 seen_count;
};

int mosix_sample_init(struct mosix_sample *sample);
void mosix_sample_exit(struct mosix_sample *sample);
void mosix_sample_take(struct mosix_sample *sample);
int mosix_sample_find(struct mosix_sample *sample, struct task_struct *p,
		      struct sample_proc *found);
u32 mosix_sample_runnable_milli(void);
u64 mosix_sample_youngest_ms(const struct mosix_sample *sample);
u64 mosix_sample_clock_ms(void);
u64 mosix_sample_wanted_ns(struct task_struct *t);

#endif /* MOSIX_LOADINFO_SAMPLE_H */
