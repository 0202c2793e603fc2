/* SPDX-License-Identifier: GPL-2.0-only */
/* A process that moves, or may; its threads. */
#ifndef MOSIX_TASK_H
#define MOSIX_TASK_H

#include "state.h"
#include "wire.h"

#include <linux/list.h>
#include <linux/llist.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/task_work.h>
#include <linux/wait.h>

struct mosix_image;
struct mosix_link;
struct mosix_move;
struct mosix_msg;
struct mosix_pages;

enum { MOSIX_LAST_LEN = 96 };

/**
 * struct mosix_proc - a thread group, on its home node or as a guest
 * @ref: each of its tasks, its link and each walker hold one
 * @lock: protects @state, @where, @link, @move, @threads, @last, @tracers, and
 *	each thread's @task, @inbox, @signals, @scratch; not @home, which never
 *	changes
 * @node: in the list of all, under that list's lock
 * @threads: its struct mosix_task
 * @state: enum mosix_state; changed by mosix_proc_event() alone
 * @home: node it was started on
 * @where: node its body is on
 * @pid: its TGID at home, known when it first leaves
 * @link: while away or a guest; reference held
 * @pages: state of its memory; reference held
 * @move: the move that is wanted or under way; reference held
 * @image: what arrived of it so far; owned by the arriving task
 * @since: jiffies when it came to where it is
 * @nmigs: moves completed
 * @user_lock: 1: no automatic moves
 * @tracers: who is about to trace it: it stays meanwhile
 * @cpu_milli: CPU it uses, 1000 = one CPU, decayed (written by loadinfo)
 * @calls: body: calls that it sent home on this stay
 * @booked_ns: home: CPU time of its bodies elsewhere, part of its task's
 * @last: why the last move failed, empty when it did not
 * @why: the balancer's last words about it
 */
struct mosix_proc {
	refcount_t ref;
	spinlock_t lock;	/* see above */
	struct list_head node;
	struct list_head threads;
	enum mosix_state state;
	u16 home;
	u16 where;
	pid_t pid;
	struct mosix_link *link;
	struct mosix_pages *pages;
	struct mosix_move *move;
	struct mosix_image *image;
	unsigned long since;
	u32 nmigs;
	u8 user_lock;
	u32 tracers;
	u32 cpu_milli;
	u64 calls;
	u64 booked_ns;
	char last[MOSIX_LAST_LEN];
	char why[MOSIX_LAST_LEN];
};

/* Bits of mosix_task.flags. */
enum mosix_task_flag {
	MT_KICKED,	/* safe point queued and not yet reached */
	MT_DEPUTY,	/* serves its body: nested safe points do nothing */
	MT_GO_HOME,	/* body: wanted at home */
	MT_STOPPED,	/* body: its deputy is stopped */
	MT_RESTART_HOME,/* restart_syscall(2) continues a call at home */
	MT_PENDING,	/* body: blocked signals may wait at home */
	MT_VANISH,	/* body: end without a word, home has everything */
};

/**
 * struct mosix_task - a thread of such a process
 * @node: in mosix_proc.threads
 * @proc: its process, reference held
 * @task: the task, NULL before it is born and once it exits
 * @tid: its TID at home
 * @inbox: messages for it, oldest first
 * @wait: woken for the inbox, flags and the end of the link
 * @work: the safe point, as task work
 * @flags: enum mosix_task_flag
 * @signals: body: signals from home, not yet queued as the kernel's
 * @nsignals: deputy: signals sent on this stay; body: taken up
 * @free_node: on its way out
 * @reply: deputy: result of the call that it carries out, not yet sent
 * @scratch: deputy: address of its scratch area, 0 none
 * @utime_ns: deputy: body's user time already added; body: at arrival
 * @stime_ns: the same for system time
 */
struct mosix_task {
	struct list_head node;
	struct mosix_proc *proc;
	struct task_struct *task;
	pid_t tid;
	struct list_head inbox;
	wait_queue_head_t wait;
	struct callback_head work;
	unsigned long flags;
	struct list_head signals;
	u32 nsignals;
	struct llist_node free_node;
	struct mosix_msg *reply;
	unsigned long scratch;
	u64 utime_ns;
	u64 stime_ns;
};

struct mosix_proc *mosix_proc_new(u16 home, pid_t pid);
void mosix_proc_get(struct mosix_proc *proc);
void mosix_proc_put(struct mosix_proc *proc);
struct mosix_proc *mosix_proc_next(struct mosix_proc *prev);
int mosix_proc_event(struct mosix_proc *proc, enum mosix_event ev);
enum mosix_state mosix_proc_state(const struct mosix_proc *proc);
struct mosix_link *mosix_proc_link(struct mosix_proc *proc);
void mosix_proc_unlink(struct mosix_proc *proc);
bool mosix_proc_is_guest(const struct mosix_proc *proc);
bool mosix_proc_is_away(const struct mosix_proc *proc);

struct mosix_task *mosix_task_new(struct mosix_proc *proc, pid_t tid);
struct mosix_proc *mosix_task_proc(struct task_struct *p);
int mosix_task_ensure(struct task_struct *p);
void mosix_task_attach(struct mosix_task *mt);
int mosix_task_kick(struct mosix_task *mt);
int mosix_task_deliver(struct mosix_proc *proc, struct mosix_msg *msg);
struct mosix_msg *mosix_task_receive(struct mosix_task *mt);
struct mosix_task *mosix_proc_main(struct mosix_proc *proc);

/**
 * mosix_own_sighand - current's signal handlers
 *
 * Return: they stay as long as current does not exec().
 * Context: a task with an mm, not exiting.
 */
static inline struct sighand_struct *mosix_own_sighand(void)
{
	return rcu_dereference_protected(current->sighand, true);
}

#endif /* MOSIX_TASK_H */
