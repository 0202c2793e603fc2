// SPDX-License-Identifier: GPL-2.0-only
/* Who traces a process has it come home first. */
#include "migrate.h"

#include "node.h"

#include <linux/mosix.h>
#include <linux/ptrace.h>
#include <linux/sched/signal.h>

static void count_tracer(struct mosix_proc *proc, int more)
{
	spin_lock(&proc->lock);
	proc->tracers += more;
	spin_unlock(&proc->lock);
}

/**
 * mosix_task_trace - hook: current wants to trace a task
 * @p: the task, held
 * @request: PTRACE_ATTACH or PTRACE_SEIZE
 * @addr: its argument
 * @flags: its options
 * @attach: what attaches
 *
 * What a tracer looks at is at home only while the body is: it comes home
 * first. A move that is wanted already is waited for, and none begins from
 * here on: a tracer that comes is a reason to stay, as one that is there.
 *
 * Return: what @attach returns; -EPERM for a guest, which is traced at its
 * home; -ERESTARTNOINTR when a signal came first; what
 * mosix_migrate_request() returns when it cannot come home.
 * Context: process context, sleeps.
 */
int mosix_task_trace(struct task_struct *p, long request, unsigned long addr,
		     unsigned long flags, mosix_attach_fn attach)
{
	struct mosix_proc *proc;
	int ret;

	/* Who may not trace it must not be able to move it either. */
	if ((!mosix_node_self() && !mosix_task_proc(p)) ||
	    (p->flags & PF_KTHREAD) ||
	    same_thread_group(p, current) ||
	    !ptrace_may_access(p, PTRACE_MODE_ATTACH_REALCREDS))
		return attach(p, request, addr, flags);
	ret = mosix_task_ensure(p);
	if (ret == -EBUSY)
		return -EPERM;		/* about to be a guest */
	if (ret)
		return attach(p, request, addr, flags);
	proc = mosix_task_proc(p);
	if (mosix_proc_is_guest(proc))
		return -EPERM;
	count_tracer(proc, 1);
	ret = mosix_migrate_request(p, 0, MOSIX_WHY_USER);
	if (!ret)
		ret = attach(p, request, addr, flags);
	count_tracer(proc, -1);
	return ret == -EINTR ? -ERESTARTNOINTR : ret;
}
