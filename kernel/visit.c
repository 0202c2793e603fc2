// SPDX-License-Identifier: GPL-2.0-only
/*
 * A visit: a body comes home for a call that can be made only there, and goes
 * back. What it makes there, a child or a new program, goes with it.
 *
 * The call is made again at home, as after a signal. Its entry is where the way
 * back begins: the move is prepared while the call runs, and the safe point
 * behind the call is where the process leaves. Whoever else wants it elsewhere waits
 * for the call: it would have to come again for it. A child is marked as it is made
 * and sets out with its first call; one of vfork() when it has executed a
 * program, since before that it shares its parent's memory.
 */
#include "visit.h"

#include "migrate.h"
#include "param.h"
#include "sigmig.h"

#include <linux/entry-common.h>
#include <linux/sched.h>

/* Set at boot, before the first move. */
static bool (*more)(u16 node);

/**
 * mosix_visit_set_more - who knows which nodes have CPU features that this one lacks
 * @fn: says so of a node
 *
 * Context: at boot.
 */
void mosix_visit_set_more(bool (*fn)(u16 node))
{
	more = fn;
}

static bool has_more(u16 node)
{
	return node && more && more(node);
}

/**
 * mosix_visit_has_more - would code that begins on the host of a process find more CPU
 *	features there than at home?
 * @proc: the process, of this node
 *
 * What looks once at what there is, and goes on to use it, could never come home: so it
 * looks at home.
 *
 * Return: true when it may.
 * Context: any that may take a lock.
 */
bool mosix_visit_has_more(const struct mosix_proc *proc)
{
	return has_more(READ_ONCE(proc->where));
}

/**
 * mosix_visit_is_worth - shall a process that comes home for a call go back?
 * @proc: the process, at home, not yet restored
 *
 * Return: true when that was worth the way, and nobody wants it elsewhere.
 * Context: any.
 */
bool mosix_visit_is_worth(const struct mosix_proc *proc)
{
	const struct mosix_move *move;
	const struct mosix_task *mt;
	u64 work_ns = 0;

	lockdep_assert_held(&proc->lock);
	move = proc->move;
	/* Its host may have asked for it, to interrupt other threads' calls. */
	if (move && (move->why != MOSIX_WHY_HOST || move->to))
		return false;
	list_for_each_entry(mt, &proc->threads, node)
		work_ns += mt->utime_ns + mt->stime_ns;
	return work_ns >= VISIT_WORK_MIN_NS;
}

static void mark(struct mosix_task *mt, u16 node)
{
	mt->visit = node;
	set_task_syscall_work(mt->task, MOSIX);
}

/**
 * mosix_visit_begin - a process has come for one call
 * @proc: the process, whole again, at home
 * @tid: the thread that makes the call
 * @node: where it came from, and goes back; 0: nowhere
 *
 * Context: process context.
 */
void mosix_visit_begin(struct mosix_proc *proc, u32 tid, u16 node)
{
	struct mosix_task *mt;

	spin_lock(&proc->lock);
	mt = mosix_proc_thread(proc, tid);
	if (mt && mt->task) {
		mark(mt, node);
		set_bit(MP_VISITS, &proc->flags);
	}
	spin_unlock(&proc->lock);
}

/**
 * mosix_visit_inherit - a process has made another one
 * @proc: the process
 * @child: the new one, which has a record if it was to have one, and does not
 *	run yet
 *
 * Context: fork.
 */
void mosix_visit_inherit(struct mosix_proc *proc, struct task_struct *child)
{
	u16 node = 0;

	spin_lock(&proc->lock);
	if (proc->move && proc->move->why == MOSIX_WHY_VISIT)
		node = proc->move->to;
	spin_unlock(&proc->lock);
	/* It may be there to execute a program, and would set out as that begins. */
	if (node && !has_more(node) && !mosix_task_ensure(child))
		mark(child->mosix, node);
}

/**
 * mosix_visit_call - a visitor makes its call
 * @mt: record of current
 * @nr: number of the call
 *
 * Return: @nr: it is carried out here.
 * Context: syscall entry, at home.
 */
long mosix_visit_call(struct mosix_task *mt, long nr)
{
	int ret = -EBUSY;

	clear_bit(MP_VISITS, &mt->proc->flags);
	/* Its parent waits, and they share their memory. */
	if (current->vfork_done)
		return nr;
	/* Where the own are to stay it does not go back. */
	if (mt->visit && !mosix_param(PARAM_LSTAY))
		ret = mosix_migrate_start(current, mt->visit, MOSIX_WHY_VISIT);
	/* The move that brought it here may end in a moment. */
	if (ret == -EALREADY)
		return nr;
	if (ret)
		mosix_sigmig_send(mt->proc);
	mt->visit = 0;
	clear_task_syscall_work(current, MOSIX);
	return nr;
}
