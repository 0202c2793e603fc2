/* SPDX-License-Identifier: GPL-2.0-only */
/* A process that moves, or may; its threads. */
#ifndef MOSIX_TASK_H
#define MOSIX_TASK_H

#include "choice.h"
#include "nodeset.h"
#include "state.h"
#include "wire.h"

#include <linux/list.h>
#include <linux/llist.h>
#include <linux/mosix.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/signal_types.h>
#include <linux/spinlock.h>
#include <linux/task_work.h>
#include <linux/wait.h>

struct mosix_bulk;
struct mosix_image;
struct mosix_link;
struct mosix_move;
struct mosix_msg;
struct mosix_newborn;
struct mosix_pages;

enum { MOSIX_LAST_LEN = 96 };

/* Threads of a process stand still together; freeze.c. */
enum mosix_barrier {
	BARRIER_OPEN,	/* they run */
	BARRIER_GATHER,	/* some wait for the others */
	BARRIER_CLOSED,	/* all wait, one of them leads */
};

/* How a wait at the barrier ended. */
enum mosix_frozen {
	FROZEN_WAITS,	/* not yet */
	FROZEN_LEADS,	/* all are here, the caller leads */
	FROZEN_DONE,	/* who led has done it, or has failed for good */
	FROZEN_THAWED,	/* go on and try again later */
	FROZEN_LATE,	/* the same; one thread of each late gathering is told */
};

/**
 * struct mosix_proc - a thread group, on its home node or as a guest
 * @ref: each of its tasks, its link and each walker hold one
 * @lock: protects @state, @where, @link, @move, @threads, @last, @result,
 *	@newborn, @tracers, @nlive, @nodes, @sigmig up to @untold, @chosen with
 *	what follows it, the barrier, @arrived, and each thread's @task, @inbox,
 *	@signals, @scratch, @bulk; not @home, which never changes
 * @node: in the list of all, under that list's lock
 * @threads: its struct mosix_task
 * @nlive: those that have not ended
 * @flags: enum mosix_proc_flag
 * @barrier: enum mosix_barrier
 * @round: which gathering this is
 * @nfrozen: threads that wait in it
 * @outcome: how the last one ended, enum mosix_frozen
 * @gather_end: jiffies when this one is given up
 * @arrived: threads that have done what they all have to do
 * @wait: threads that wait for each other
 * @state: enum mosix_state; changed by mosix_proc_event() and
 *	mosix_proc_returns() alone
 * @home: node it was started on; 0: this one, whatever id it has or will have
 * @where: node its body is on; 0: this one
 * @pid: its TGID at home, in the node's own PID namespace, known when it first
 *	leaves
 * @home_uid: body: its real user there as it came, or as its maker did, WIRE_NO_USER:
 *	not told; only shown: it owns nothing here
 * @life: body that waits for its adoption: which life of its home made it
 * @link: while away or a guest; reference held
 * @pages: state of its memory; reference held
 * @move: the move that is wanted or under way; reference held
 * @image: what arrived of it so far; owned by the arriving task
 * @since: jiffies when it came to where it is
 * @nmigs: moves completed; body: those before this one, as home told
 * @result: of the last move that was asked for, 0 or a negative errno
 * @user_lock: 1: no automatic moves
 * @sigmig: home: signal that it gets at each move, 0 none
 * @sigmig_program: home: the program that asked for it, as self_exec_id counts them
 * @untold: home: moves that are counted and for which it was not sent
 * @strategy: home: how its memory shall travel, enum mosix_strategy
 * @chosen: home: how it did on the last move, and why
 * @frozen_us: home: how long it stood still for its last move out
 * @moved_bytes: home: what was sent until it ran there
 * @stay_ms: home: how long it was away the last time, 0 never yet
 * @nodes: where it may be; body: as home said
 * @tracers: who is about to trace it: it stays meanwhile
 * @cpu_milli: CPU it uses, 1000 = one CPU, decayed (written by loadinfo)
 * @newborn: home: the child that its body is making, NULL none
 * @made_at_ns: body: CPU time on this stay when it last made a process
 * @visitor: body: TID of the thread that has to go home for a call
 * @calls: home: calls that its bodies made
 * @stalled_ns: body: time that its threads waited for its own pages
 * @talked_ns: body: time that its calls took longer than at home
 * @lost_ns: body: the same of the last call, 0 none yet
 * @booked_ns: home: CPU time of its bodies elsewhere, part of its task's
 * @lent: home: signals that its body has been sent on this stay and may give back; no
 *	more than can be on their way
 * @last: why the last move failed, empty when it did not
 * @why: the balancer's last words about it
 */
struct mosix_proc {
	refcount_t ref;
	spinlock_t lock;	/* see above */
	struct list_head node;
	struct list_head threads;
	u32 nlive;
	unsigned long flags;
	u8 barrier;
	u8 outcome;
	u32 round;
	u32 nfrozen;
	unsigned long gather_end;
	u32 arrived;
	wait_queue_head_t wait;
	enum mosix_state state;
	u16 home;
	u16 where;
	pid_t pid;
	u32 home_uid;
	u64 life;
	struct mosix_link *link;
	struct mosix_pages *pages;
	struct mosix_move *move;
	struct mosix_image *image;
	unsigned long since;
	u32 nmigs;
	int result;
	u8 user_lock;
	u8 sigmig;
	u64 sigmig_program;
	u32 untold;
	u8 strategy;
	struct choice chosen;
	u64 frozen_us;
	u64 moved_bytes;
	u64 stay_ms;
	struct lb_nodeset nodes;
	u32 tracers;
	u32 cpu_milli;
	struct mosix_newborn *newborn;
	u64 made_at_ns;
	u32 visitor;
	u64 calls;
	atomic64_t stalled_ns;
	atomic64_t talked_ns;
	u64 lost_ns;
	u64 booked_ns;
	u32 lent;
	char last[MOSIX_LAST_LEN];
	char why[MOSIX_LAST_LEN];
};

/* Bits of mosix_proc.flags. */
enum mosix_proc_flag {
	MP_GO_HOME,	/* body: wanted at home; home: it was asked to come */
	MP_STOPPED,	/* body: a deputy is stopped */
	MP_VANISH,	/* body: end without a word, home has everything */
	MP_KILLED,	/* home: the body was told to end */
	MP_COMPLETE,	/* the image has arrived, on either side */
	MP_RESTORE,	/* home: the image is complete */
	MP_FAILED,	/* a thread could not be built, or restored */
	MP_DESCRIBED,	/* host: all mappings are told of, pages follow */
	MP_STARTED,	/* host: all threads may run */
	MP_DUMPS,	/* body: home would dump core */
	MP_VISITS,	/* home: came for a call, and has not begun it */
	MP_LOADS,	/* home: it comes to map code, and stays */
	MP_ORPHAN,	/* host: made here, home hears of it, and may adopt it */
	MP_ASKED,	/* host: home was asked to move it, and has not said no */
};

/* Bits of mosix_task.flags. */
enum mosix_task_flag {
	MT_KICKED,	/* safe point queued and not yet reached */
	MT_DEPUTY,	/* serves its body: nested safe points do nothing */
	MT_RESTART_HOME,/* restart_syscall(2) continues a call at home */
	MT_GONE,	/* has ended, or never was: not counted in nlive */
	MT_BORN,	/* host: a task for it is being made */
	MT_FROZEN,	/* waits at the barrier */
	MT_OVER,	/* deputy: its thread of the body has ended */
	MT_BOOKED,	/* deputy: a timer on CPU time may have expired */
	MT_CALLS,	/* deputy: makes a call for its body */
	MT_JUDGED,	/* deputy: filters look at a call of its body */
	MT_STRAYED,	/* body: signals went home, others may be on their way */
	MT_ENDS,	/* body: a filter of home has ended this thread */
	MT_FENCED,	/* deputy: its body has fenced, and may leave */
	MT_TIMED,	/* deputy: there are other timers on CPU time now */
	MT_FILTERED,	/* home has seccomp filters for its calls */
	MT_BORROWS,	/* either half: a child of vfork() made away, before exec */
	MT_FOLLOWS,	/* home: made away by one that was there for its work */
	MT_HURRIES,	/* home: leads its process out, and is less nice meanwhile */
	MT_GHOST,	/* host: leads the group, its thread has ended long ago */
};

/**
 * struct mosix_task - a thread of such a process
 * @node: in mosix_proc.threads
 * @proc: its process, reference held
 * @task: the task, NULL before it is born and once it exits
 * @tid: its TID at home, in its PID namespace
 * @image: what arrived of it; its own from the safe point on
 * @inbox: messages for it, oldest first
 * @inbox_bytes: what they take in memory
 * @wait: woken for the inbox, flags and the end of the link
 * @work: the safe point, as task work
 * @flags: enum mosix_task_flag
 * @signals: body: signals from home, not yet queued as the kernel's
 * @waits: body: signals that may wait at home, since they are blocked
 * @masked: body: signals that it blocks
 * @masked_ns: since when it does
 * @settled: body: signals that home has known to be blocked ever since its last
 *	answer: it sends none of them
 * @nsignals: deputy: signals sent on this stay; body: taken up
 * @nheard: deputy: how many of them its body has taken up; body: how many it has
 *	said so of
 * @ncame: body: signals that came for it on this stay, taken up or not
 * @held: deputy: signals that wait until the body has taken up more, and are
 *	blocked here only for that
 * @free_node: on its way out
 * @reply: deputy: what is to be freed if it ends now: a call, or its result
 * @passed: deputy: call of the program that filters have let pass, which its body makes
 * @code: body: exit code of a thread that is ended
 * @scratch: deputy: address of its scratch area, 0 none
 * @bulk: deputy: the large window of its call, NULL none; only the task changes it
 * @core: signal that it will die of at home, with a dump; si_signo 0: none
 * @sched: how it is scheduled, as its body knows
 * @nice: home: while it leads its process out, how nice it was
 * @makes: it makes a process while it is away: receives the state of the child's
 *	memory; NULL: it does not, and its memory must not be copied
 * @newborn: deputy: the child that it makes, NULL none
 * @visit: home: node that it goes back to with its next call, 0 none
 * @utime_ns: deputy: body's user time already added; body: at arrival
 * @stime_ns: the same for system time
 * @counts: as @utime_ns, of what enum wire_count names
 * @runs: deputy: the body's thread was running when it said so last
 * @watch_ns: CPU time on this stay at which the body shall report; 0: none, or home
 *	has to say so again
 * @overdue: home: expiries in a row that the body's last report has brought
 * @watch_used_ns: body: CPU time when that was last looked at
 * @watch_idle: body: looks in a row that found it asleep
 */
struct mosix_task {
	struct list_head node;
	struct mosix_proc *proc;
	struct task_struct *task;
	pid_t tid;
	struct mosix_image *image;
	struct list_head inbox;
	u32 inbox_bytes;
	wait_queue_head_t wait;
	struct callback_head work;
	unsigned long flags;
	struct list_head signals;
	u64 waits;
	u64 masked;
	u64 masked_ns[WIRE_SIGNALS];
	u64 settled;
	u32 nsignals;
	u32 nheard;
	u32 ncame;
	u64 held;
	struct llist_node free_node;
	struct mosix_msg *reply;
	u32 passed;
	u32 code;
	unsigned long scratch;
	struct mosix_bulk *bulk;
	struct kernel_siginfo core;
	struct wire_sched sched;
	s8 nice;
	struct mosix_pages **makes;
	struct mosix_newborn *newborn;
	u16 visit;
	u64 utime_ns;
	u64 stime_ns;
	u64 counts[WIRE_COUNTS];
	u8 runs;
	u64 watch_ns;
	u32 overdue;
	u64 watch_used_ns;
	u32 watch_idle;
};

/* process.c */
struct mosix_proc *mosix_proc_new(u16 home, pid_t pid);
void mosix_proc_get(struct mosix_proc *proc);
void mosix_proc_put(struct mosix_proc *proc);
struct mosix_proc *mosix_proc_next(struct mosix_proc *prev);
int mosix_proc_event(struct mosix_proc *proc, enum mosix_event ev);
int mosix_proc_returns(struct mosix_proc *proc);
int mosix_proc_calls(struct mosix_task *mt);
enum mosix_state mosix_proc_state(const struct mosix_proc *proc);
struct mosix_link *mosix_proc_link(struct mosix_proc *proc);
void mosix_proc_unlink(struct mosix_proc *proc);
bool mosix_proc_is_guest(const struct mosix_proc *proc);
bool mosix_proc_is_away(const struct mosix_proc *proc);
u16 mosix_proc_home(const struct mosix_proc *proc);
u16 mosix_proc_where(const struct mosix_proc *proc);
int mosix_proc_each(struct mosix_proc *proc,
		    int (*fn)(struct mosix_task *mt, struct task_struct *task,
			      void *arg), void *arg);
struct mosix_task *mosix_proc_thread(struct mosix_proc *proc, u32 tid);
struct task_struct *mosix_proc_task(struct mosix_proc *proc, u32 tid);
struct mosix_task *mosix_proc_main(struct mosix_proc *proc);
void mosix_proc_wake(struct mosix_proc *proc);
void mosix_proc_fail(struct mosix_proc *proc);
void mosix_proc_arrive(struct mosix_proc *proc);

/* task.c */
struct mosix_task *mosix_task_new(struct mosix_proc *proc, pid_t tid);
struct mosix_proc *mosix_task_proc(struct task_struct *p);
int mosix_task_ensure(struct task_struct *p);
int mosix_task_complete(void);
pid_t mosix_task_own_pid(struct task_struct *p);
void mosix_task_free_record(struct mosix_task *mt);
void mosix_task_drop(struct mosix_task *mt);
void mosix_task_attach(struct mosix_task *mt);
bool mosix_task_gone(struct mosix_task *mt);
int mosix_task_kick(struct mosix_task *mt);
int mosix_proc_kick(struct mosix_proc *proc);
void mosix_proc_kill(struct mosix_proc *proc);
int mosix_task_deliver(struct mosix_proc *proc, struct mosix_msg *msg);
struct mosix_msg *mosix_task_receive(struct mosix_task *mt);
void mosix_task_put_back(struct mosix_task *mt, struct mosix_msg *msg);
void mosix_task_flush(struct mosix_task *mt);

/* freeze.c */
enum mosix_frozen mosix_freeze_join(struct mosix_task *mt);
bool mosix_freeze_is_whole(struct mosix_proc *proc);
void mosix_freeze_end(struct mosix_proc *proc, enum mosix_frozen outcome);

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

/* Would current leave a core dump if it died of one? As do_coredump() sees it. */
static inline bool mosix_core_is_made(void)
{
	return rlimit(RLIMIT_CORE) || mosix_core_is_piped();
}

#endif /* MOSIX_TASK_H */
