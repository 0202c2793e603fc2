// SPDX-License-Identifier: GPL-2.0-only
/*
 * Life of struct mosix_proc, from the first time somebody asks about a process
 * to the last reference, and the way from it to its threads.
 */
#include "task.h"

#include "image.h"
#include "link.h"
#include "migrate.h"
#include "node.h"
#include "pages.h"
#include "trace.h"

#include <linux/cleanup.h>
#include <linux/mosix.h>
#include <linux/sched/task_stack.h>
#include <linux/slab.h>

static LIST_HEAD(procs);
static DEFINE_SPINLOCK(procs_lock);	/* protects procs and proc->node */

/**
 * mosix_proc_new - a record for a process
 * @home: its home node; 0: this one
 * @pid: its TGID there
 *
 * Return: the record with one reference, NULL when there is no memory.
 * Context: process context.
 */
struct mosix_proc *mosix_proc_new(u16 home, pid_t pid)
{
	struct mosix_proc *proc = kzalloc(sizeof(*proc), GFP_KERNEL);

	if (!proc)
		return NULL;
	refcount_set(&proc->ref, 1);
	spin_lock_init(&proc->lock);
	INIT_LIST_HEAD(&proc->threads);
	init_waitqueue_head(&proc->wait);
	proc->home = home;
	proc->pid = pid;
	proc->home_uid = WIRE_NO_USER;
	proc->state = ST_HOME;
	proc->since = jiffies;
	spin_lock(&procs_lock);
	list_add_tail(&proc->node, &procs);
	spin_unlock(&procs_lock);
	return proc;
}

/**
 * mosix_proc_get - take a reference
 * @proc: the process
 *
 * Context: any.
 */
void mosix_proc_get(struct mosix_proc *proc)
{
	refcount_inc(&proc->ref);
}

/**
 * mosix_proc_put - drop a reference
 * @proc: the process, NULL is fine
 *
 * Context: process context.
 */
void mosix_proc_put(struct mosix_proc *proc)
{
	struct mosix_task *mt, *next;

	if (!proc || !refcount_dec_and_lock(&proc->ref, &procs_lock))
		return;
	list_del(&proc->node);
	spin_unlock(&procs_lock);
	/* What is left are threads that were never born. */
	list_for_each_entry_safe(mt, next, &proc->threads, node)
		mosix_task_free_record(mt);
	mosix_pages_put(proc->pages);
	mosix_image_free(proc->image);
	mosix_link_put(proc->link);
	kfree(proc);
}

/**
 * mosix_proc_next - walk all processes
 * @prev: where to go on from, its reference is dropped; NULL for the first
 *
 * Return: the next one with a reference taken, NULL at the end.
 * Context: process context.
 */
struct mosix_proc *mosix_proc_next(struct mosix_proc *prev)
{
	struct mosix_proc *proc, *found = NULL;

	spin_lock(&procs_lock);
	proc = prev ? list_next_entry(prev, node) :
		      list_first_entry(&procs, struct mosix_proc, node);
	list_for_each_entry_from(proc, &procs, node) {
		if (refcount_inc_not_zero(&proc->ref)) {
			found = proc;
			break;
		}
	}
	spin_unlock(&procs_lock);
	mosix_proc_put(prev);
	return found;
}

static int step(struct mosix_proc *proc, enum mosix_event ev)
{
	enum mosix_state next = mosix_state_next(proc->state, ev);

	lockdep_assert_held(&proc->lock);
	if (next == ST_INVALID)
		return -EPROTO;
	trace_mosix_state(proc, proc->state, next);
	WRITE_ONCE(proc->state, next);
	return 0;
}

/**
 * mosix_proc_event - something happened to a process
 * @proc: the process
 * @ev: what
 *
 * Return: 0, -EPROTO when that must not happen in its present state, which
 * then stays.
 * Context: any that may take the lock.
 */
int mosix_proc_event(struct mosix_proc *proc, enum mosix_event ev)
{
	guard(spinlock)(&proc->lock);
	return step(proc, ev);
}

/* What no body that stands still has: a call at home, or memory that is lent. */
static bool may_return(struct mosix_proc *proc)
{
	struct mosix_task *mt;

	lockdep_assert_held(&proc->lock);
	list_for_each_entry(mt, &proc->threads, node)
		if (!test_bit(MT_GONE, &mt->flags) &&
		    (test_bit(MT_CALLS, &mt->flags) ||
		     test_bit(MT_BORROWS, &mt->flags)))
			return false;
	return true;
}

/**
 * mosix_proc_returns - the first record of a body that comes home is there
 * @proc: its process, at home
 *
 * From here on none of its threads begins a call: one that executes a program, or
 * changes the memory, must find the process away until it is done.
 *
 * Return: 0, -EPROTO for a body that cannot stand still, or is not away.
 * Context: any that may take the lock.
 */
int mosix_proc_returns(struct mosix_proc *proc)
{
	guard(spinlock)(&proc->lock);
	return may_return(proc) ? step(proc, EV_IMAGE) : -EPROTO;
}

/**
 * mosix_proc_calls - a thread of a body makes a call
 * @mt: record of its deputy, current
 *
 * MT_CALLS is set until the caller clears it.
 *
 * Return: 0, -EPROTO when the process is on its way home already.
 * Context: any that may take the lock.
 */
int mosix_proc_calls(struct mosix_task *mt)
{
	bool away;

	spin_lock(&mt->proc->lock);
	away = mt->proc->state == ST_AWAY;
	if (away)
		set_bit(MT_CALLS, &mt->flags);
	spin_unlock(&mt->proc->lock);
	return away ? 0 : -EPROTO;
}

/**
 * mosix_proc_state - where it stands
 * @proc: the process
 *
 * Return: the state, which may be old when the caller looks at it.
 * Context: any.
 */
enum mosix_state mosix_proc_state(const struct mosix_proc *proc)
{
	return READ_ONCE(proc->state);
}

/**
 * mosix_proc_is_guest - is this the host's half?
 * @proc: the process
 *
 * Return: true for a body of another node.
 * Context: any.
 */
bool mosix_proc_is_guest(const struct mosix_proc *proc)
{
	return mosix_proc_state(proc) >= ST_OFFERED;
}

/**
 * mosix_proc_is_away - is its body elsewhere?
 * @proc: the process
 *
 * Return: true on the home node while the body is away.
 * Context: any.
 */
bool mosix_proc_is_away(const struct mosix_proc *proc)
{
	enum mosix_state state = mosix_proc_state(proc);

	return state == ST_AWAY || state == ST_RETURNING;
}

/**
 * mosix_proc_home - its home node
 * @proc: the process
 *
 * Return: the id that the map gives that node now; 0: this one, without a map.
 * Context: any.
 */
u16 mosix_proc_home(const struct mosix_proc *proc)
{
	return proc->home ?: mosix_node_self();
}

/**
 * mosix_proc_where - the node that its body is on
 * @proc: the process
 *
 * Return: its id, which may be old when the caller looks at it; 0: this node,
 * without a map.
 * Context: any.
 */
u16 mosix_proc_where(const struct mosix_proc *proc)
{
	return READ_ONCE(proc->where) ?: mosix_node_self();
}

/**
 * mosix_proc_link - its link
 * @proc: the process
 *
 * Return: the link with a reference taken, NULL when there is none.
 * Context: any that may take the lock.
 */
struct mosix_link *mosix_proc_link(struct mosix_proc *proc)
{
	struct mosix_link *link;

	spin_lock(&proc->lock);
	link = proc->link;
	if (link)
		mosix_link_get(link);
	spin_unlock(&proc->lock);
	return link;
}

/**
 * mosix_proc_unlink - it has no link any more
 * @proc: the process
 *
 * Drops the process's reference; the link ends by itself or was ended.
 *
 * Context: process context.
 */
void mosix_proc_unlink(struct mosix_proc *proc)
{
	struct mosix_link *link;

	spin_lock(&proc->lock);
	link = proc->link;
	proc->link = NULL;
	spin_unlock(&proc->lock);
	mosix_link_put(link);
}

/**
 * mosix_proc_main - a thread that stands for its process
 * @proc: the process
 *
 * Return: the record of the first thread that lives, or of one that is not
 * born yet; NULL when there is none. It lives as long as its task or, before
 * birth, as @proc.
 * Context: any; the caller holds @proc and knows that the task lives, or
 * holds the lock.
 */
struct mosix_task *mosix_proc_main(struct mosix_proc *proc)
{
	struct mosix_task *mt;

	list_for_each_entry(mt, &proc->threads, node)
		if (mt->task)
			return mt;
	return list_first_entry_or_null(&proc->threads, struct mosix_task,
					node);
}

/**
 * mosix_proc_thread - a thread by its TID
 * @proc: the process, locked
 * @tid: its TID at home; 0: any thread that stands for the process
 *
 * Return: its record, NULL when there is none.
 * Context: @proc->lock held.
 */
struct mosix_task *mosix_proc_thread(struct mosix_proc *proc, u32 tid)
{
	struct mosix_task *mt;

	lockdep_assert_held(&proc->lock);
	if (!tid)
		return mosix_proc_main(proc);
	list_for_each_entry(mt, &proc->threads, node)
		if (mt->tid == tid && !test_bit(MT_GONE, &mt->flags))
			return mt;
	return NULL;
}

/**
 * mosix_proc_task - the task of a thread
 * @proc: the process
 * @tid: its TID at home; 0: any thread that stands for the process
 *
 * Return: the task with a reference, NULL when there is none.
 * Context: any.
 */
struct task_struct *mosix_proc_task(struct mosix_proc *proc, u32 tid)
{
	struct task_struct *task = NULL;
	struct mosix_task *mt;

	spin_lock(&proc->lock);
	mt = mosix_proc_thread(proc, tid);
	if (mt && mt->task)
		task = get_task_struct(mt->task);
	spin_unlock(&proc->lock);
	return task;
}

static void let_go(struct task_struct *held)
{
	if (!held)
		return;
	put_task_stack(held);
	put_task_struct(held);
}

/**
 * mosix_proc_each - something for each thread that lives
 * @proc: the process
 * @fn: called with the record, its task and @arg; not 0 ends the walk. Its registers
 *	are in memory as long, also if it is killed meanwhile and ends
 * @arg: for @fn
 *
 * Return: what @fn returned last, 0 without a thread.
 * Context: process context; @fn may sleep.
 */
int mosix_proc_each(struct mosix_proc *proc,
		    int (*fn)(struct mosix_task *mt, struct task_struct *task,
			      void *arg), void *arg)
{
	struct task_struct *held = NULL;
	struct mosix_task *mt;
	int ret = 0;

	spin_lock(&proc->lock);
	list_for_each_entry(mt, &proc->threads, node) {
		struct task_struct *task = mt->task;

		if (!task || !try_get_task_stack(task))
			continue;
		get_task_struct(task);	/* and with it the record */
		spin_unlock(&proc->lock);
		let_go(held);
		held = task;
		ret = fn(mt, task, arg);
		spin_lock(&proc->lock);
		if (ret)
			break;
	}
	spin_unlock(&proc->lock);
	let_go(held);
	return ret;
}

/**
 * mosix_proc_wake - what threads of a process wait for may be so
 * @proc: the process
 *
 * Context: any that may take the lock.
 */
void mosix_proc_wake(struct mosix_proc *proc)
{
	struct mosix_task *mt;

	spin_lock(&proc->lock);
	list_for_each_entry(mt, &proc->threads, node)
		wake_up_all(&mt->wait);
	spin_unlock(&proc->lock);
	wake_up_all(&proc->wait);
}

/**
 * mosix_proc_fail - a process will not be complete: who waits for that need not
 * @proc: the process, which is being built on its host, or restored at home
 *
 * Context: any that may take the lock.
 */
void mosix_proc_fail(struct mosix_proc *proc)
{
	set_bit(MP_FAILED, &proc->flags);
	mosix_proc_wake(proc);
}

/**
 * mosix_proc_arrive - current has done what all threads have to do
 * @proc: its process
 *
 * Context: the task itself.
 */
void mosix_proc_arrive(struct mosix_proc *proc)
{
	spin_lock(&proc->lock);
	proc->arrived++;
	spin_unlock(&proc->lock);
	wake_up_all(&proc->wait);
}
