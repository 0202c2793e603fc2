// SPDX-License-Identifier: GPL-2.0-only
/*
 * Signals of a process that is away.
 *
 * They are sent to the deputy, which has the PID. It takes them by the
 * kernel's own get_signal(): what stops, kills or is ignored happens at home
 * and by the kernel's rules; what has a handler goes to the body, which
 * queues it to itself and lets the kernel build the frame. So that home
 * decides as the body would, dispositions and mask are mirrored in order.
 *
 * A thread's own signals and those of its process are told apart: what was sent to
 * the process is any thread's that lets it in, also when the one that home has
 * chosen has ended, or blocks it by then.
 *
 * What the body finds pending but blocked (it arrived while the mask was on
 * its way) is given back before the next call goes home, where sigpending,
 * sigtimedwait and signalfd look for it. It is older than what home has kept,
 * but for what was given back since home sent one of its number, and is queued
 * in between.
 */
#include "body.h"
#include "deputy.h"

#include "../kernel/clock.h"
#include "../kernel/migrate.h"
#include "../kernel/x86.h"

#include <linux/list.h>
#include <linux/mosix.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>

enum {
	GIVEN_BACK	= 1 << 7,	/* in a sigqueue's flags, beside the kernel's */
	LENT_MAX	= 4 * WIRE_SIGNALS_AHEAD,	/* for each thread */
};

static_assert(!(GIVEN_BACK & SIGQUEUE_PREALLOC));

/* siginfo_t's union, as the user ABI of x86_64 lays it out. */
static_assert(sizeof(((struct kernel_siginfo *)0)->_sifields) <=
	      WIRE_SIGINFO_FIELDS);

/**
 * mosix_signal_send - a signal for the other half
 * @link: where
 * @mt: the thread
 * @info: the signal
 * @to: enum wire_signal_to
 *
 * Without memory for it the link ends.
 *
 * Return: 0, or the error that ended the link.
 * Context: process context, nothing held.
 */
int mosix_signal_send(struct mosix_link *link, struct mosix_task *mt,
		      const struct kernel_siginfo *info, enum wire_signal_to to)
{
	struct mosix_msg *msg = mosix_msg_new(MSG_SIGNAL,
					      sizeof(struct wire_signal));
	struct wire_signal *s;

	if (!msg) {
		/* It is in no queue any more, and its program waits for it. */
		mosix_link_close(link, -ENOMEM);
		return -ENOMEM;
	}
	s = (void *)msg->data;
	s->signo = cpu_to_le32(info->si_signo);
	s->code = cpu_to_le32(info->si_code);
	s->error = cpu_to_le32(info->si_errno);
	s->to = cpu_to_le32(to);
	memcpy(s->fields, &info->_sifields, sizeof(info->_sifields));
	msg->h.tid = cpu_to_le32(mt->tid);
	return mosix_link_send(link, msg);
}

/* Behind those of its number that were given back, in front of the others. */
static void put_in_front(struct sigpending *pending, struct sigqueue *q)
{
	struct sigqueue *other;

	q->flags |= GIVEN_BACK;
	list_for_each_entry(other, &pending->list, list) {
		if (other->info.si_signo != q->info.si_signo ||
		    (other->flags & GIVEN_BACK))
			continue;
		list_move_tail(&q->list, &other->list);
		return;
	}
}

/*
 * The other half was about to die of it: that this is PID 1 of its namespace does
 * not save it; nor, in the body, do a handler or a mask. Home gets these from the
 * body, with its memory, and must not die before.
 */
static void be_killable(int signo, bool at_home)
{
	struct sighand_struct *sighand = mosix_own_sighand();

	lockdep_assert_held(&sighand->siglock);
	current->signal->flags &= ~SIGNAL_UNKILLABLE;
	if (at_home)
		return;
	sighand->action[signo - 1].sa.sa_handler = SIG_DFL;
	sigdelset(&current->blocked, signo);
	recalc_sigpending();
}

/* A timer has one signal at most that waits, which counts what it stands for. */
static bool joins(struct sigpending *pending, const struct kernel_siginfo *info)
{
	struct sigqueue *q;

	list_for_each_entry(q, &pending->list, list) {
		if (q->info.si_signo != info->si_signo ||
		    q->info.si_code != SI_TIMER ||
		    q->info.si_tid != info->si_tid)
			continue;
		if (check_add_overflow(q->info.si_overrun, info->si_overrun + 1U,
				       &q->info.si_overrun))
			q->info.si_overrun = INT_MAX;
		return true;
	}
	return false;
}

/*
 * One of a number below SIGRTMIN is dropped where one waits already. But each timer
 * queues its own beside others', here as there.
 */
static int send_to(struct task_struct *p, struct sigpending *pending,
		   struct kernel_siginfo *info, enum pid_type type)
{
	bool waits = sigismember(&pending->signal, info->si_signo);
	int ret;

	if (info->si_code == SI_TIMER) {
		if (joins(pending, info))
			return 0;
		sigdelset(&pending->signal, info->si_signo);
	}
	ret = send_signal_locked(info->si_signo, info, p, type);
	if (waits)
		sigaddset(&pending->signal, info->si_signo);
	return ret;
}

/*
 * What comes back was in the queue already: others may have filled it up meanwhile.
 * Nobody sets the limit, reads it or copies it for a child while it is lifted.
 */
static int send_past_limit(struct task_struct *p, struct sigpending *pending,
			   struct kernel_siginfo *info, enum pid_type type)
{
	struct rlimit *limit = &p->signal->rlim[RLIMIT_SIGPENDING];
	unsigned long most = limit->rlim_cur;
	int ret;

	lockdep_assert_held(&p->group_leader->alloc_lock);
	WRITE_ONCE(limit->rlim_cur, RLIM_INFINITY);
	ret = send_to(p, pending, info, type);
	WRITE_ONCE(limit->rlim_cur, most);
	return ret;
}

static void unpack(struct kernel_siginfo *info, const struct wire_signal *s)
{
	clear_siginfo(info);
	info->si_signo = le32_to_cpu(s->signo);
	info->si_code = le32_to_cpu(s->code);
	info->si_errno = le32_to_cpu(s->error);
	memcpy(&info->_sifields, s->fields, sizeof(info->_sifields));
}

/* Where it waits: for the process, or for one thread. */
static struct sigpending *pending_of(struct task_struct *p,
				     const struct wire_signal *s,
				     enum pid_type *type)
{
	bool shared = le32_to_cpu(s->to) == SIGNAL_TO_PROCESS;

	*type = shared ? PIDTYPE_TGID : PIDTYPE_PID;
	return shared ? &p->signal->shared_pending : &p->pending;
}

/* One that came from home, by the body to itself, so that si_pid stays what it is. */
static int queue(const struct wire_signal *s)
{
	struct sigpending *pending;
	struct kernel_siginfo info;
	enum pid_type type;
	int ret;

	unpack(&info, s);
	spin_lock_irq(&mosix_own_sighand()->siglock);
	if (le32_to_cpu(s->to) == SIGNAL_DEADLY)
		be_killable(info.si_signo, false);
	pending = pending_of(current, s, &type);
	ret = send_to(current, pending, &info, type);
	spin_unlock_irq(&mosix_own_sighand()->siglock);
	return ret;
}

/* There is at most one of them, whoever sends how many. */
static bool is_bounded(const struct kernel_siginfo *info)
{
	return info->si_signo < SIGRTMIN && info->si_code != SI_TIMER;
}

/*
 * What was just queued, NULL: nothing was. @last: the entry at the end before. One that
 * stops is taken out by SIGCONT, and the other way round, also if what takes it out is
 * ignored: what is at the end then may be older, or nothing.
 */
static struct sigqueue *just_queued(struct sigpending *pending, int signo,
				    const struct list_head *last)
{
	struct sigqueue *q;

	if (list_empty(&pending->list) || pending->list.prev == last)
		return NULL;
	q = list_last_entry(&pending->list, struct sigqueue, list);
	return q->info.si_signo == signo ? q : NULL;
}

/*
 * One that comes back, with all that it had, whoever puts it there. What home has
 * not sent is a host's invention, and counts like what the process sends itself.
 */
static int queue_back(struct task_struct *p, const struct wire_signal *s,
		      bool lent)
{
	enum pid_type type;
	struct sigpending *pending = pending_of(p, s, &type);
	struct list_head *last = pending->list.prev;
	struct kernel_siginfo info;
	struct sigqueue *q;
	int ret;

	unpack(&info, s);
	if (le32_to_cpu(s->to) == SIGNAL_DEADLY)
		be_killable(info.si_signo, true);
	if (lent || is_bounded(&info))
		ret = send_past_limit(p, pending, &info, type);
	else
		ret = send_to(p, pending, &info, type);
	q = just_queued(pending, info.si_signo, last);
	if (q) {
		unpack(&q->info, s);
		put_in_front(pending, q);
	}
	return ret;
}

/**
 * mosix_signal_lend - a signal goes to a body, which may give it back
 * @proc: its process
 *
 * A body has so many pending at most, and as many on the way (pace.c): who has given
 * back none for long cannot give back all at once.
 *
 * Context: the deputy.
 */
void mosix_signal_lend(struct mosix_proc *proc)
{
	spin_lock(&proc->lock);
	if (proc->lent < LENT_MAX * proc->nlive)
		proc->lent++;
	spin_unlock(&proc->lock);
}

static bool was_lent(struct mosix_proc *proc)
{
	bool lent;

	spin_lock(&proc->lock);
	lent = proc->lent;
	if (lent)
		proc->lent--;
	spin_unlock(&proc->lock);
	return lent;
}

/**
 * mosix_signal_take_back - a signal that was the body's is home's again
 * @s: the signal, checked
 *
 * Return: 0, or a negative errno of the kernel's queue.
 * Context: the deputy, in the task itself.
 */
int mosix_signal_take_back(const struct wire_signal *s)
{
	bool lent = was_lent(current->mosix->proc);
	int ret;

	task_lock(current->group_leader);
	spin_lock_irq(&mosix_own_sighand()->siglock);
	ret = queue_back(current, s, lent);
	spin_unlock_irq(&mosix_own_sighand()->siglock);
	task_unlock(current->group_leader);
	return ret;
}

/* The leader stays where it is while RCU says so. */
static int queue_for_other(struct task_struct *p, const struct wire_signal *s,
			   bool lent)
{
	struct task_struct *leader;
	unsigned long flags;
	int ret = -ESRCH;

	rcu_read_lock();
	leader = READ_ONCE(p->group_leader);
	task_lock(leader);
	if (lock_task_sighand(p, &flags)) {
		ret = queue_back(p, s, lent);
		unlock_task_sighand(p, &flags);
	}
	task_unlock(leader);
	rcu_read_unlock();
	return ret;
}

/**
 * mosix_signal_inherit - the thread that a signal comes back to has ended
 * @proc: its process
 * @s: the signal, checked, for the process
 *
 * Whoever has not ended can have it.
 *
 * Return: 0, -ESRCH without a thread, or a negative errno of the kernel's queue.
 * Context: the link's receiver.
 */
int mosix_signal_inherit(struct mosix_proc *proc, const struct wire_signal *s)
{
	struct task_struct *p;
	int ret = -ESRCH;

	if (le32_to_cpu(s->to) != SIGNAL_TO_PROCESS)
		return -EINVAL;
	p = mosix_proc_task(proc, 0);
	if (p) {
		ret = queue_for_other(p, s, was_lent(proc));
		put_task_struct(p);
	}
	return ret;
}

static void forget_marks(struct sigpending *pending, int signo)
{
	struct sigqueue *q;

	list_for_each_entry(q, &pending->list, list)
		if (q->info.si_signo == signo)
			q->flags &= ~GIVEN_BACK;
}

/**
 * mosix_signal_went - home has taken a signal out of its queues for the body
 * @signo: its number
 *
 * Whatever of that number comes back now is older than what is still queued.
 *
 * Context: the deputy, in the task itself.
 */
void mosix_signal_went(int signo)
{
	if (!mosix_signal_waits())
		return;
	spin_lock_irq(&mosix_own_sighand()->siglock);
	forget_marks(&current->pending, signo);
	forget_marks(&current->signal->shared_pending, signo);
	spin_unlock_irq(&mosix_own_sighand()->siglock);
}

/* The next one that came becomes pending; false: there is none, or not now. */
static bool take_one(struct mosix_task *mt)
{
	struct mosix_msg *msg;

	spin_lock(&mt->proc->lock);
	msg = list_first_entry_or_null(&mt->signals, struct mosix_msg, node);
	if (msg) {
		list_del(&msg->node);
		mt->nsignals++;
	}
	spin_unlock(&mt->proc->lock);
	if (!msg)
		return false;
	if (queue((void *)msg->data) != -EAGAIN) {
		mosix_msg_free(msg);
		return true;
	}
	/* No memory, or the node has too many signals. */
	spin_lock(&mt->proc->lock);
	list_add(&msg->node, &mt->signals);
	mt->nsignals--;
	spin_unlock(&mt->proc->lock);
	return false;
}

/**
 * mosix_signal_waits - which signals are pending for current, blocked or not?
 *
 * Return: their mask.
 * Context: the task itself.
 */
u64 mosix_signal_waits(void)
{
	return current->pending.signal.sig[0] |
	       current->signal->shared_pending.signal.sig[0];
}

/* What is for the process and no thread of it here lets in. */
static u64 let_in_by_none(void)
{
	struct task_struct *t;
	u64 set;

	spin_lock_irq(&mosix_own_sighand()->siglock);
	set = current->signal->shared_pending.signal.sig[0];
	for_each_thread(current, t) {
		if (!set)
			break;
		if (!(t->flags & PF_EXITING))
			set &= t->blocked.sig[0];
	}
	spin_unlock_irq(&mosix_own_sighand()->siglock);
	return set;
}

/* Dequeue a signal of the set @which, a mask. */
static int take_pending(struct kernel_siginfo *info, enum pid_type *type,
			u64 which)
{
	sigset_t leave = {
		.sig[0] = ~which | sigmask(SIGKILL) | sigmask(SIGSTOP),
	};
	int signo;

	if (!mosix_signal_waits())
		return 0;
	spin_lock_irq(&mosix_own_sighand()->siglock);
	signo = dequeue_signal(&leave, info, type);
	spin_unlock_irq(&mosix_own_sighand()->siglock);
	return signo;
}

/**
 * mosix_signal_give_back - what is pending here waits at home
 * @link: where
 * @mt: record of current
 * @which: mask of what home holds back from now on
 *
 * Context: the body.
 */
void mosix_signal_give_back(struct mosix_link *link, struct mosix_task *mt,
			    u64 which)
{
	struct kernel_siginfo info;
	enum pid_type type;

	while (take_pending(&info, &type, which)) {
		mt->waits |= sigmask(info.si_signo);
		mosix_signal_send(link, mt, &info,
				  type == PIDTYPE_PID ? SIGNAL_TO_THREAD :
							SIGNAL_TO_PROCESS);
	}
}

/*
 * Threads that wait for a signal (sigwait, signalfd) wait at home. Others of its
 * number may be on their way to us, so a call precedes the next unblocking.
 */
static void offer_at_home(struct mosix_link *link, struct mosix_task *mt)
{
	u64 which = thread_group_empty(current) ? 0 : let_in_by_none();

	if (!which)
		return;
	mosix_signal_give_back(link, mt, which);
	set_bit(MT_STRAYED, &mt->flags);
}

/**
 * mosix_signal_take - signals that came from home become the body's
 * @mt: record of current
 *
 * Not while it reads a clock: a handler that runs then may move, and its return
 * would go on with half a value of the node that it left, in pages that the
 * next node does not have. They wait until it has read it, and those that are too
 * many until handlers have run.
 *
 * Context: the body, at its safe point.
 */
void mosix_signal_take(struct mosix_task *mt)
{
	struct mosix_link *link;

	if (list_empty_careful(&mt->signals))
		return;
	link = mosix_proc_link(mt->proc);
	if (link && !mosix_x86_in_vdso()) {
		/* A timer's is not early by the clock that its handler reads. */
		mosix_clock_catch_up(link);
		while (mosix_pace_has_room(link, mt) && take_one(mt))
			;
		offer_at_home(link, mt);
		mosix_pace_tell(link, mt);
	}
	mosix_link_put(link);
	/* The next ones take the places of those whose handlers run now. */
	if (!list_empty_careful(&mt->signals))
		mosix_migrate_kick_later(mt->proc);
}

static void note_blocked(struct mosix_task *mt, u64 blocked)
{
	u64 more = blocked & ~mt->masked, now = more ? ktime_get_ns() : 0;

	mt->masked = blocked;
	for (; more; more &= more - 1)
		WRITE_ONCE(mt->masked_ns[__ffs64(more)], now);
}

/**
 * mosix_signal_is_due - may one of these wait at home, and for long?
 * @mt: record of current
 * @opened: signals that are blocked no longer
 *
 * One that came there since home replied last is not known here. If it was blocked
 * for a moment only it may as well have come behind that. Where another of its
 * number is pending here that is older: its handler comes first, and asks as it
 * returns.
 *
 * Return: true when home has to be asked.
 * Context: the body.
 */
bool mosix_signal_is_due(struct mosix_task *mt, u64 opened)
{
	u64 now = ktime_get_ns();

	opened &= ~mosix_signal_waits();
	if (opened & mt->waits)
		return true;
	for (; opened; opened &= opened - 1)
		if (now - mt->masked_ns[__ffs64(opened)] > TICK_NSEC)
			return true;
	return false;
}

/**
 * mosix_signal_masked - hook: the blocked mask of current changed
 * @p: current
 *
 * Context: process context.
 */
void mosix_signal_masked(struct task_struct *p)
{
	struct mosix_task *mt = p->mosix;
	struct mosix_link *link;
	struct mosix_msg *msg;
	struct wire_mask *mask;

	mt->settled &= p->blocked.sig[0];
	note_blocked(mt, p->blocked.sig[0]);
	if (mosix_proc_state(mt->proc) != ST_RUNNING)
		return;
	link = mosix_proc_link(mt->proc);
	if (!link)
		return;
	msg = mosix_msg_new(MSG_MASK, sizeof(*mask));
	if (msg) {
		mask = (void *)msg->data;
		mask->blocked = cpu_to_le64(p->blocked.sig[0]);
		msg->h.tid = cpu_to_le32(mt->tid);
		mosix_link_send(link, msg);
	} else {
		mosix_link_close(link, -ENOMEM);
	}
	mosix_link_put(link);
}

/* The lock keeps the link, which another thread may drop. */
static void stop_level(int by)
{
	struct mosix_task *mt = current->mosix;
	struct mosix_proc *proc = mt->proc;

	if (!test_bit(MT_DEPUTY, &mt->flags))
		return;
	spin_lock(&proc->lock);
	if (proc->link)
		mosix_link_stop_level(proc->link, by);
	spin_unlock(&proc->lock);
}

/**
 * mosix_signal_stopped - hook: current is about to sleep, stopped or frozen
 *
 * Context: must not sleep.
 */
void mosix_signal_stopped(void)
{
	stop_level(1);
}

/**
 * mosix_signal_continued - hook: current goes on after that
 *
 * Context: process context.
 */
void mosix_signal_continued(void)
{
	stop_level(-1);
}
