// SPDX-License-Identifier: GPL-2.0-only
/* The last decisions, each with its reason, in a ring. */
#include "decisions.h"

#include "balance.h"

#include "../kernel/task.h"
#include "../kernel/trace.h"

#include <linux/cleanup.h>
#include <linux/kernel.h>
#include <linux/spinlock.h>

static DEFINE_SPINLOCK(lock);		/* protects what follows */
static struct mosix_decided ring[DECISIONS];
static u64 added;

/**
 * mosix_decision_print() - a decision about one process in words
 * @d: the decision
 * @text: where to
 * @size: of @text
 *
 * Return: how long it is, without the "\0" at its end.
 * Context: Any.
 */
u32 mosix_decision_print(const struct lb_decision *d, char *text, u32 size)
{
	return scnprintf(text, size, "%s node %u gain %lld cost %llu worth %lld",
			 lb_reason_name(d->reason), d->node, d->gain_milli,
			 d->cost_ms, d->worth_ms);
}

/**
 * mosix_decision_explain() - what /proc/PID/mosix/why says from now on
 * @task: a task of the process, held; one that nobody asked about has none
 * @d: the decision
 *
 * Context: Process context.
 */
void mosix_decision_explain(struct task_struct *task,
			    const struct lb_decision *d)
{
	struct mosix_proc *proc = mosix_task_proc(task);

	if (!proc)
		return;
	spin_lock(&proc->lock);
	mosix_decision_print(d, proc->why, sizeof(proc->why));
	spin_unlock(&proc->lock);
}

/**
 * mosix_decisions_add() - remember a decision
 * @d: the decision
 * @from: node on which it was made
 * @now_ms: the clock
 *
 * Context: Any that may take a lock.
 */
void mosix_decisions_add(const struct lb_decision *d, u16 from, u64 now_ms)
{
	trace_mosix_decision(d->pid, from, d->node, lb_reason_name(d->reason),
			     d->gain_milli, d->cost_ms, d->worth_ms);
	guard(spinlock)(&lock);
	ring[added++ % DECISIONS] = (struct mosix_decided) {
		.at_ms = now_ms,
		.from = from,
		.d = *d,
	};
}

/**
 * mosix_decisions_get() - look at one of the last
 * @back: 0 for the last, 1 for the one before, ...
 * @entry: filled in
 *
 * Return: 1, or 0 when it is forgotten or never was.
 * Context: Any that may take a lock.
 */
u32 mosix_decisions_get(u32 back, struct mosix_decided *entry)
{
	guard(spinlock)(&lock);
	if (back >= DECISIONS || back >= added)
		return 0;
	*entry = ring[(added - 1 - back) % DECISIONS];
	return 1;
}
