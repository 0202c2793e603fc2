// SPDX-License-Identifier: GPL-2.0-only
/*
 * Life of struct mosix_task, from the first time somebody asks about a process
 * to the end of its task.
 *
 * A task reaches its record through task->mosix, which is set once (by the
 * first request, by inheritance of a lock, or at a body's birth) and lives
 * until the task_struct is freed; so whoever holds the task holds the record.
 */
#include "task.h"

#include "allow.h"
#include "link.h"
#include "migrate.h"
#include "pages.h"
#include "visit.h"

#include <linux/llist.h>
#include <linux/mosix.h>
#include <linux/pid_namespace.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

enum {
	/* Two calls, and what a thread says in between; of a peer that floods. */
	INBOX_MAX = 2 * WIRE_PAYLOAD_MAX,
	BARE_MAX = 64,		/* threads that get a record at a time */
};

static void free_records(struct work_struct *work);

static LLIST_HEAD(freed);		/* records whose task is gone */
static DECLARE_WORK(free_work, free_records);

/**
 * mosix_task_free_record - a record that nobody can reach any more
 * @mt: the record, in no list
 *
 * Context: process context.
 */
void mosix_task_free_record(struct mosix_task *mt)
{
	struct mosix_msg *msg, *next;

	list_splice_init(&mt->signals, &mt->inbox);
	list_for_each_entry_safe(msg, next, &mt->inbox, node) {
		list_del(&msg->node);
		mosix_msg_free(msg);
	}
	mosix_msg_free(mt->reply);
	mosix_image_free(mt->image);
	kfree(mt);
}

/**
 * mosix_task_new - a record for a thread
 * @proc: its process; a reference is taken when it gets attached to a task
 * @tid: its TID at home, in its PID namespace
 *
 * It counts as a live thread from now on.
 *
 * Return: the record, NULL when there is no memory.
 * Context: process context.
 */
struct mosix_task *mosix_task_new(struct mosix_proc *proc, pid_t tid)
{
	struct mosix_task *mt = kzalloc(sizeof(*mt), GFP_KERNEL);

	if (!mt)
		return NULL;
	mt->proc = proc;
	mt->tid = tid;
	INIT_LIST_HEAD(&mt->inbox);
	INIT_LIST_HEAD(&mt->signals);
	init_waitqueue_head(&mt->wait);
	init_task_work(&mt->work, mosix_migrate_safe_point);
	spin_lock(&proc->lock);
	list_add_tail(&mt->node, &proc->threads);
	proc->nlive++;
	spin_unlock(&proc->lock);
	return mt;
}

/**
 * mosix_task_attach - current is this thread from now on
 * @mt: its record, attached to no task yet
 *
 * Context: the task itself.
 */
void mosix_task_attach(struct mosix_task *mt)
{
	mosix_proc_get(mt->proc);
	spin_lock(&mt->proc->lock);
	mt->task = current;
	spin_unlock(&mt->proc->lock);
	current->mosix = mt;
}

/**
 * mosix_task_gone - a thread is no more, or will not be
 * @mt: its record
 *
 * Return: true when it was the last one of its process.
 * Context: any; not with the process's lock.
 */
bool mosix_task_gone(struct mosix_task *mt)
{
	struct mosix_proc *proc = mt->proc;
	bool last = false;

	spin_lock(&proc->lock);
	mt->task = NULL;
	if (!test_and_set_bit(MT_GONE, &mt->flags))
		last = !--proc->nlive;
	spin_unlock(&proc->lock);
	wake_up_all(&proc->wait);
	return last;
}

/**
 * mosix_task_drop - nobody needs the record of a thread any more
 * @mt: the record, of one that is gone; freed here
 *
 * Context: process context; the caller holds the process.
 */
void mosix_task_drop(struct mosix_task *mt)
{
	spin_lock(&mt->proc->lock);
	list_del(&mt->node);
	spin_unlock(&mt->proc->lock);
	mosix_task_free_record(mt);
}

/* One that was. */
static void drop_record(struct mosix_task *mt)
{
	struct mosix_proc *proc = mt->proc;

	mosix_task_gone(mt);
	mosix_task_drop(mt);
	mosix_proc_put(proc);
}

/* One ensures at a time; clone comes in between, see mosix_task_born(). */
static DEFINE_MUTEX(ensure_lock);

/*
 * @mt becomes the record of @p, which is not freed. The barrier pairs with
 * (A) in mosix_task_exit(): whoever is second of the two sees the other. Nobody
 * finds the task by a record that is not its own: as long as that he would use it.
 */
static bool adopt(struct mosix_task *mt, struct task_struct *p)
{
	mosix_proc_get(mt->proc);
	if (cmpxchg(&p->mosix, NULL, mt)) {
		mosix_proc_put(mt->proc);
		return false;
	}
	spin_lock(&mt->proc->lock);
	if (!test_bit(MT_GONE, &mt->flags))
		mt->task = p;
	spin_unlock(&mt->proc->lock);
	if (p->flags & PF_EXITING)
		mosix_task_gone(mt);
	return true;
}

/* In its own PID namespace, which is where it goes by it. */
static pid_t own_tid(struct task_struct *p)
{
	pid_t tid;

	rcu_read_lock();
	tid = task_pid_nr_ns(p, task_active_pid_ns(p));
	rcu_read_unlock();
	return tid;
}

/**
 * mosix_task_own_pid - the PID of a process in its PID namespace
 * @p: a task of it that the caller holds
 *
 * Return: its TGID there; 0 when that namespace is the node's own.
 * Context: any.
 */
pid_t mosix_task_own_pid(struct task_struct *p)
{
	struct pid_namespace *ns;
	pid_t pid;

	rcu_read_lock();
	ns = task_active_pid_ns(p);
	pid = ns == &init_pid_ns ? 0 : task_tgid_nr_ns(p, ns);
	rcu_read_unlock();
	return pid;
}

static struct mosix_task *record_of(struct mosix_proc *proc,
				    struct task_struct *p)
{
	struct mosix_task *mt = mosix_task_new(proc, own_tid(p));

	if (!mt)
		return NULL;
	if (adopt(mt, p))
		return mt;
	/* Somebody made one meanwhile: drop ours. */
	mosix_proc_get(proc);
	drop_record(mt);
	return p->mosix;
}

static bool wants_record(const struct task_struct *p)
{
	return !READ_ONCE(p->mosix) &&
	       !(p->flags & (PF_KTHREAD | PF_USER_WORKER));
}

/*
 * Threads without a record, referenced; how many, 0: each has one. Some at a time: who
 * has tens of thousands would have them all walked for each, while others wait.
 */
static u32 find_bare_threads(struct task_struct *p, struct task_struct **bare)
{
	unsigned long flags;
	struct task_struct *t;
	u32 n = 0;

	/* A clone adds its thread under this lock. */
	if (!lock_task_sighand(p, &flags))
		return 0;
	__for_each_thread(p->signal, t) {
		if (wants_record(t))
			bare[n++] = get_task_struct(t);
		if (n == BARE_MAX)
			break;
	}
	unlock_task_sighand(p, &flags);
	return n;
}

/*
 * The process's record is where one of its threads has it. Its leader's record
 * says whose it is; it stays until the whole group is gone.
 */
static int ensure_leader(struct task_struct *leader)
{
	struct mosix_proc *proc;

	if (leader->mosix)
		return 0;
	proc = mosix_proc_new(0, leader->tgid);
	if (!proc || !record_of(proc, leader)) {
		mosix_proc_put(proc);
		return -ENOMEM;
	}
	mosix_proc_put(proc);
	return 0;
}

static int ensure_group(struct task_struct *p)
{
	struct task_struct *leader, *bare[BARE_MAX];
	u32 i, n;
	int ret;

	rcu_read_lock();
	leader = get_task_struct(READ_ONCE(p->group_leader));
	rcu_read_unlock();
	ret = p->mosix ? 0 : ensure_leader(leader);
	while (!ret && (n = find_bare_threads(p, bare))) {
		for (i = 0; i < n; i++) {
			if (!ret && !record_of((p->mosix ?: leader->mosix)->proc,
					       bare[i]))
				ret = -ENOMEM;
			put_task_struct(bare[i]);
		}
	}
	put_task_struct(leader);
	return ret;
}

/*
 * A body can be found before it takes its record, which is the first thing that it does,
 * and waits for it: it must not be given another one. Its memory tells, if it has any.
 */
static bool begins_as_body(struct task_struct *p)
{
	struct mm_struct *mm;
	bool begins;

	task_lock(p);
	mm = p->mm;
	if (mm)
		begins = mm->mosix && READ_ONCE(mm->mosix->side) == PAGES_BODY;
	else
		begins = !(p->flags & PF_EXITING);
	task_unlock(p);
	return begins;
}

/**
 * mosix_task_ensure - make sure that all threads of a process have a record
 * @p: one of them that the caller holds
 *
 * While somebody else is at it some have none yet: who moves the process waits for
 * them (mosix_task_complete()).
 *
 * That needs no node map: what is said of a process before holds after.
 *
 * Return: 0, -ENOMEM; -EBUSY for a kernel thread: what it makes, bodies among
 * others, must not inherit, and for what has no memory yet or is about to be a body;
 * -ESRCH when it is exiting.
 * Context: process context.
 */
int mosix_task_ensure(struct task_struct *p)
{
	int ret;

	if (READ_ONCE(p->mosix))
		return 0;
	if (p->flags & PF_KTHREAD || begins_as_body(p))
		return -EBUSY;
	mutex_lock(&ensure_lock);
	ret = ensure_group(p);
	mutex_unlock(&ensure_lock);
	if (ret)
		return ret;
	return p->mosix && READ_ONCE(p->mosix->proc->nlive) ? 0 : -ESRCH;
}

/**
 * mosix_task_complete - has each thread of current's process a record by now?
 *
 * Who finds one does not wait for the others' (mosix_task_ensure()), and for some
 * there may not have been the memory.
 *
 * Return: 0, those that had none are counted as threads that do not stand still;
 * -ENOMEM.
 * Context: the leader of a move, which has a record itself.
 */
int mosix_task_complete(void)
{
	int ret;

	mutex_lock(&ensure_lock);
	ret = ensure_group(current);
	mutex_unlock(&ensure_lock);
	return ret;
}

/**
 * mosix_task_proc - the process that a task belongs to
 * @p: a task that the caller holds
 *
 * Return: the process, held as long as @p is; NULL when nobody asked yet.
 * Context: any.
 */
struct mosix_proc *mosix_task_proc(struct task_struct *p)
{
	struct mosix_task *mt = READ_ONCE(p->mosix);

	return mt ? mt->proc : NULL;
}

/**
 * mosix_task_kick - have a task reach its safe point soon
 * @mt: its record; the caller holds the process's lock or is the task
 *
 * Return: 0, -ESRCH when it exits or is not born yet.
 * Context: atomic.
 */
int mosix_task_kick(struct mosix_task *mt)
{
	/* A dump into a pipe would be cut; behind it there is no safe point. */
	if (!mt->task || READ_ONCE(mt->task->signal->core_state))
		return -ESRCH;
	wake_up_all(&mt->wait);
	if (test_and_set_bit(MT_KICKED, &mt->flags)) {
		/* A deputy deep in a call must see it all the same. */
		set_notify_signal(mt->task);
		return 0;
	}
	return task_work_add(mt->task, &mt->work, TWA_SIGNAL);
}

/**
 * mosix_proc_kick - have all threads reach their safe points soon
 * @proc: the process
 *
 * Return: 0, -ESRCH when none of them lives.
 * Context: any that may take the lock.
 */
int mosix_proc_kick(struct mosix_proc *proc)
{
	struct mosix_task *mt;
	int ret = -ESRCH;

	spin_lock(&proc->lock);
	list_for_each_entry(mt, &proc->threads, node)
		if (!mosix_task_kick(mt))
			ret = 0;
	spin_unlock(&proc->lock);
	return ret;
}

/**
 * mosix_proc_kill - end a process that is here
 * @proc: the process; without a task there is nothing to end
 *
 * Context: any that may take the lock.
 */
void mosix_proc_kill(struct mosix_proc *proc)
{
	struct mosix_task *mt;

	spin_lock(&proc->lock);
	mt = mosix_proc_main(proc);
	if (mt && mt->task)
		send_sig(SIGKILL, mt->task, 1);
	spin_unlock(&proc->lock);
}

static u32 bytes_of(const struct mosix_msg *msg)
{
	return struct_size(msg, data, msg->len);
}

/*
 * A body may block and unblock signals faster than its deputy hears of it. When
 * that is far behind, only the last word counts of those that follow each other.
 */
static bool replaces_last(struct mosix_task *to, const struct mosix_msg *msg)
{
	struct mosix_msg *last;

	if (list_empty(&to->inbox) || to->inbox_bytes < INBOX_MAX / 2 ||
	    mosix_msg_type(msg) != MSG_MASK)
		return false;
	last = list_last_entry(&to->inbox, struct mosix_msg, node);
	if (mosix_msg_type(last) != MSG_MASK)
		return false;
	memcpy(last->data, msg->data, sizeof(struct wire_mask));
	return true;
}

/* True when it is in the inbox from now on. */
static bool put_into(struct mosix_task *to, struct mosix_msg *msg, int *ret)
{
	if (replaces_last(to, msg))
		return false;
	if (to->inbox_bytes >= INBOX_MAX) {
		*ret = -EPROTO;
		return false;
	}
	list_add_tail(&msg->node, &to->inbox);
	to->inbox_bytes += bytes_of(msg);
	wake_up_all(&to->wait);
	return true;
}

/**
 * mosix_task_deliver - put a message into a thread's inbox
 * @proc: the process
 * @msg: the message, for the thread that its header names; consumed but for -ESRCH
 *
 * Return: 0; -ESRCH when there is no such thread, -EPROTO when it has more waiting
 * than an honest peer can send (the message is dropped).
 * Context: process context.
 */
int mosix_task_deliver(struct mosix_proc *proc, struct mosix_msg *msg)
{
	u32 tid = le32_to_cpu(msg->h.tid);
	struct mosix_task *to;
	bool taken = false;
	int ret = 0;

	spin_lock(&proc->lock);
	to = mosix_proc_thread(proc, tid);
	if (to)
		taken = put_into(to, msg, &ret);
	else
		ret = -ESRCH;
	spin_unlock(&proc->lock);
	if (!taken && ret != -ESRCH)
		mosix_msg_free(msg);
	return ret;
}

/**
 * mosix_task_receive - take the oldest message out of the own inbox
 * @mt: record of current
 *
 * Return: the message, NULL when there is none.
 * Context: the task itself.
 */
struct mosix_msg *mosix_task_receive(struct mosix_task *mt)
{
	struct mosix_msg *msg;

	spin_lock(&mt->proc->lock);
	msg = list_first_entry_or_null(&mt->inbox, struct mosix_msg, node);
	if (msg) {
		list_del_init(&msg->node);
		mt->inbox_bytes -= bytes_of(msg);
	}
	spin_unlock(&mt->proc->lock);
	return msg;
}

/**
 * mosix_task_put_back - a message is the oldest one of the own inbox again
 * @mt: record of current
 * @msg: what was received last
 *
 * Context: the task itself.
 */
void mosix_task_put_back(struct mosix_task *mt, struct mosix_msg *msg)
{
	spin_lock(&mt->proc->lock);
	list_add(&msg->node, &mt->inbox);
	mt->inbox_bytes += bytes_of(msg);
	spin_unlock(&mt->proc->lock);
}

/**
 * mosix_task_flush - what is in the own inbox is of a stay that is over
 * @mt: record of current
 *
 * Context: the task itself.
 */
void mosix_task_flush(struct mosix_task *mt)
{
	struct mosix_msg *msg;

	while ((msg = mosix_task_receive(mt)))
		mosix_msg_free(msg);
}

/* Is there anything that its children have of it? */
static bool bequeaths(const struct mosix_proc *proc)
{
	return READ_ONCE(proc->user_lock) || READ_ONCE(proc->strategy) ||
	       mosix_allow_limits(proc);
}

static void inherit(struct task_struct *p, struct mosix_proc *from)
{
	struct mosix_proc *proc = p->mosix->proc;

	WRITE_ONCE(proc->user_lock, READ_ONCE(from->user_lock));
	WRITE_ONCE(proc->strategy, READ_ONCE(from->strategy));
	mosix_allow_inherit(proc, from);
}

/**
 * mosix_task_was_born - hook: a task with a record has made another one
 * @p: the new task, which can be found and does not run yet
 * @thread: not 0 when it is a thread of the same process
 *
 * A process of its own starts at home with nothing but the lock, the strategy and
 * the nodes where it may be, which are inherited, and goes where its parent goes
 * back to. A thread joins its process; when that is about to move it has to stand
 * still like the others.
 * At a host its maker does all that.
 *
 * Context: process context, fork, nothing held.
 */
void mosix_task_was_born(struct task_struct *p, u64 thread)
{
	struct mosix_proc *proc = current->mosix->proc;
	struct mosix_task *mt;

	if (mosix_proc_is_guest(proc) || p->flags & PF_USER_WORKER)
		return;
	if (current->mosix->newborn) {
		if (!mosix_task_ensure(p))
			inherit(p, proc);
		mosix_fork_born(current->mosix, p);
		return;
	}
	if (!thread) {
		if (bequeaths(proc) && !mosix_task_ensure(p))
			inherit(p, proc);
		mosix_visit_inherit(proc, p);
		return;
	}
	mt = p->mosix ?: record_of(proc, p);
	if (!mt) {
		/* It cannot be refused any more; without it none moves. */
		pr_warn_once("mosix: no memory for a thread of %d\n", p->tgid);
		return;
	}
	spin_lock(&proc->lock);
	if (proc->move || proc->barrier != BARRIER_OPEN)
		mosix_task_kick(mt);
	spin_unlock(&proc->lock);
}

static void free_records(struct work_struct *work)
{
	struct llist_node *list = llist_del_all(&freed);
	struct mosix_task *mt, *next;

	llist_for_each_entry_safe(mt, next, list, free_node)
		drop_record(mt);
}

/**
 * mosix_task_freed - a task_struct goes away
 * @p: the task, with no reference left
 *
 * A record may hold the last reference to a socket, which sleeps when it is
 * released; this may run in an RCU callback.
 *
 * Context: any.
 */
void mosix_task_freed(struct task_struct *p)
{
	struct mosix_task *mt = p->mosix;

	p->mosix = NULL;
	if (llist_add(&mt->free_node, &freed))
		schedule_work(&free_work);
}
