// SPDX-License-Identifier: GPL-2.0-only
/*
 * Timers on CPU time, and the limit on it, of a process that is away: they are
 * at home, as all its timers are, and the CPU time is spent elsewhere.
 *
 * What a body has used is known at home when it says so (account.c). So home says
 * after how much of it a timer may expire (WATCH), and the body reports as it gets
 * there. Home books that, and the kernel's own code finds what has expired; then
 * home says the next. A thread asks for its share of what its process has left,
 * as if all its threads ran: it reports too early rather than too late.
 *
 * The body looks at the clock of a thread no more often than the tick does, and
 * less often while the thread sleeps.
 */
#include "body.h"
#include "deputy.h"

#include <linux/math64.h>
#include <linux/posix-timers.h>
#include <linux/sched/cputime.h>
#include <linux/sched/signal.h>
#include <linux/task_work.h>
#include <linux/workqueue.h>

#include <asm/unistd.h>

enum {
	LOOK_SHIFT_MAX	= 4,	/* a sleeper is looked at each 1 << 4 ticks */
	OVERDUE_MAX	= 64,	/* expiries on one report */
};

#define NEVER	U64_MAX

static void look_at_all(struct work_struct *work);
static DECLARE_DELAYED_WORK(look, look_at_all);

/* ---- home ---- */

static u64 first_of(struct posix_cputimers *timers, u32 clock)
{
	struct timerqueue_node *first =
		timerqueue_getnext(&timers->bases[clock].tqhead);

	return first ? (u64)first->expires : NEVER;
}

static u64 until(u64 expires, u64 now)
{
	if (expires == NEVER)
		return NEVER;
	return expires > now ? expires - now : 0;
}

/* The least of CPU time after which one of these may expire. */
static u64 least_left(const u64 expires[CPUCLOCK_MAX], u64 utime, u64 stime,
		      u64 runtime)
{
	u64 left = until(expires[CPUCLOCK_PROF], utime + stime);

	left = min(left, until(expires[CPUCLOCK_VIRT], utime));
	return min(left, until(expires[CPUCLOCK_SCHED], runtime));
}

static u64 left_of_thread(struct task_struct *p)
{
	u64 expires[CPUCLOCK_MAX];
	u32 i;

	for (i = 0; i < CPUCLOCK_MAX; i++)
		expires[i] = first_of(&p->posix_cputimers, i);
	return least_left(expires, p->utime, p->stime, p->se.sum_exec_runtime);
}

static u64 left_of_process(struct signal_struct *sig)
{
	const struct task_cputime_atomic *used = &sig->cputimer.cputime_atomic;
	u64 limit = READ_ONCE(sig->rlim[RLIMIT_CPU].rlim_cur);
	u64 expires[CPUCLOCK_MAX];
	u32 i;

	if (!READ_ONCE(sig->posix_cputimers.timers_active))
		return NEVER;
	for (i = 0; i < CPUCLOCK_MAX; i++) {
		expires[i] = first_of(&sig->posix_cputimers, i);
		if (i < CPUCLOCK_SCHED && sig->it[i].expires)
			expires[i] = min(expires[i], sig->it[i].expires);
	}
	if (limit < NEVER / NSEC_PER_SEC)
		expires[CPUCLOCK_PROF] = min(expires[CPUCLOCK_PROF],
					     limit * NSEC_PER_SEC);
	return least_left(expires, atomic64_read(&used->utime),
			  atomic64_read(&used->stime),
			  atomic64_read(&used->sum_exec_runtime));
}

/* Without a lock: a look costs nothing when there is nothing to see. */
static bool has_own_timers(struct task_struct *p)
{
	u32 i;

	for (i = 0; i < CPUCLOCK_MAX; i++)
		if (timerqueue_getnext(&p->posix_cputimers.bases[i].tqhead))
			return true;
	return false;
}

static bool is_timed(struct task_struct *p)
{
	return READ_ONCE(p->signal->posix_cputimers.timers_active) ||
	       has_own_timers(p);
}

/* One that sleeps by now had no tick in which to find what it has brought about. */
static struct mosix_task *finder(struct mosix_task *mt)
{
	struct mosix_task *other;

	if (mt->runs || has_own_timers(mt->task))
		return mt;
	list_for_each_entry(other, &mt->proc->threads, node)
		if (other->task && other->runs)
			return other;
	return mt;
}

/**
 * mosix_cputimer_booked - home has booked CPU time of a thread
 * @mt: its record; the process is locked
 *
 * The signal of a process's timer is for the thread that runs: its deputy finds what
 * has expired.
 *
 * Context: any.
 */
void mosix_cputimer_booked(struct mosix_task *mt)
{
	lockdep_assert_held(&mt->proc->lock);
	if (!is_timed(mt->task))
		return;
	mt = finder(mt);
	set_bit(MT_BOOKED, &mt->flags);
	wake_up(&mt->wait);
}

static void tell(struct mosix_task *mt, u64 at_ns)
{
	struct mosix_link *link = mosix_proc_link(mt->proc);
	struct mosix_msg *msg = mosix_msg_new(MSG_WATCH,
					      sizeof(struct wire_watch));

	if (msg && link) {
		((struct wire_watch *)msg->data)->at_ns = cpu_to_le64(at_ns);
		msg->h.tid = cpu_to_le32(mt->tid);
		mosix_link_send(link, msg);
		mt->watch_ns = at_ns;
	} else {
		mosix_msg_free(msg);
	}
	mosix_link_put(link);
}

/* What current may use before one of its timers can expire. */
static u64 left_of_current(struct mosix_task *mt)
{
	u64 process, thread;

	spin_lock_irq(&mosix_own_sighand()->siglock);
	process = left_of_process(current->signal);
	thread = left_of_thread(current);
	spin_unlock_irq(&mosix_own_sighand()->siglock);
	if (process != NEVER)
		process = div_u64(process, max(READ_ONCE(mt->proc->nlive), 1U));
	return min(process, thread);
}

static u64 reported_by(struct mosix_task *mt)
{
	u64 ns;

	spin_lock(&mt->proc->lock);
	ns = mt->utime_ns + mt->stime_ns;
	spin_unlock(&mt->proc->lock);
	return ns;
}

/* What the tick would do, on time that the body has spent. */
static void run_timers(void)
{
	local_irq_disable();
	run_posix_cpu_timers();
	local_irq_enable();
	if (task_work_pending(current))
		task_work_run();	/* it may have left the rest to that */
}

/**
 * mosix_cputimer_wanted - has a deputy to look at its timers on CPU time?
 * @mt: its record
 *
 * Return: true when it has.
 * Context: any.
 */
bool mosix_cputimer_wanted(const struct mosix_task *mt)
{
	unsigned long flags = READ_ONCE(mt->flags);

	return flags & (BIT(MT_BOOKED) | BIT(MT_TIMED)) &&
	       !(flags & BIT(MT_FENCED));
}

/**
 * mosix_cputimer_run - what has expired, and when the body shall report next
 * @mt: record of current
 *
 * Not behind a fence, where all signals are blocked: the process finds it at home.
 *
 * Context: the deputy.
 */
void mosix_cputimer_run(struct mosix_task *mt)
{
	bool booked;
	u64 left, at_ns;

	if (test_bit(MT_FENCED, &mt->flags))
		return;
	booked = test_and_clear_bit(MT_BOOKED, &mt->flags);
	clear_bit(MT_TIMED, &mt->flags);
	if (booked)
		run_timers();
	if (!is_timed(current))
		return;
	left = left_of_current(mt);
	if (left == NEVER)
		return;
	/*
	 * It is due more than once: again when its signal is on its way. What is
	 * due by the time of another thread is for that one to find.
	 */
	if (!left && booked && mt->overdue++ < OVERDUE_MAX) {
		set_bit(MT_BOOKED, &mt->flags);
		return;
	}
	mt->overdue = 0;
	at_ns = reported_by(mt) + max(left, 1ULL);
	/* What its deputy uses here brings the time nearer, by very little. */
	if (abs_diff(at_ns, mt->watch_ns) > TICK_NSEC / 2)
		tell(mt, at_ns);
}

static int wake_one(struct mosix_task *mt, struct task_struct *task, void *arg)
{
	set_bit(MT_TIMED, &mt->flags);
	wake_up(&mt->wait);
	return 0;
}

/**
 * mosix_cputimer_set - current may have set a timer, or a limit, of its process
 * @mt: record of current
 * @nr: number of the call that it has made
 *
 * Each thread of the body has to report.
 *
 * Context: the deputy, behind the call.
 */
void mosix_cputimer_set(struct mosix_task *mt, unsigned long nr)
{
	switch (nr) {
	case __NR_setitimer:
	case __NR_timer_settime:
	case __NR_setrlimit:
	case __NR_prlimit64:
		if (is_timed(current))
			mosix_proc_each(mt->proc, wake_one, NULL);
	}
}

/**
 * mosix_cputimer_renewed - a signal went to the body, which may be a timer's
 * @mt: record of current
 * @info: the signal
 *
 * As it was taken out of the queue its timer was set anew.
 *
 * Context: the deputy.
 */
void mosix_cputimer_renewed(struct mosix_task *mt,
			    const struct kernel_siginfo *info)
{
	if (info->si_code == SI_TIMER && is_timed(current))
		mosix_proc_each(mt->proc, wake_one, NULL);
}

/* ---- body ---- */

static u64 used_by(struct task_struct *p)
{
	u64 utime, stime;

	task_cputime_adjusted(p, &utime, &stime);
	return utime + stime;
}

/*
 * In the middle of a handler, for which home has been told to block signals: it
 * will soon be over. No tick would have found it there, and the signal would be
 * another thread's.
 */
static bool handles_signal(struct mosix_task *mt, struct task_struct *task)
{
	u64 blocked = READ_ONCE(task->blocked.sig[0]), now = ktime_get_ns();

	for (; blocked; blocked &= blocked - 1)
		if (now - READ_ONCE(mt->masked_ns[__ffs64(blocked)]) <
		    2 * TICK_NSEC)
			return true;
	return false;
}

/* Reports what is due; the time after which to look again, in @next. */
static int look_at_one(struct mosix_task *mt, struct task_struct *task,
		       void *next)
{
	u64 at_ns = READ_ONCE(mt->watch_ns), used;
	unsigned long *delay = next, left;

	if (!at_ns)
		return 0;
	used = used_by(task);
	if (used >= at_ns) {
		if (handles_signal(mt, task)) {
			*delay = 1;
			return 0;
		}
		cmpxchg(&mt->watch_ns, at_ns, 0);
		return mosix_account_report(mt, task);
	}
	left = nsecs_to_jiffies(at_ns - used) + 1;
	if (used != mt->watch_used_ns)
		mt->watch_idle = 0;
	else if (mt->watch_idle < LOOK_SHIFT_MAX)
		mt->watch_idle++;
	mt->watch_used_ns = used;
	*delay = min(*delay, max(left, 1UL << mt->watch_idle));
	return 0;
}

static void look_at_all(struct work_struct *work)
{
	unsigned long delay = MAX_JIFFY_OFFSET;
	struct mosix_proc *proc = NULL;

	while ((proc = mosix_proc_next(proc)))
		if (mosix_proc_state(proc) == ST_RUNNING)
			mosix_proc_each(proc, look_at_one, &delay);
	if (delay != MAX_JIFFY_OFFSET)
		schedule_delayed_work(&look, delay);
}

/**
 * mosix_cputimer_heard - home says when a thread shall report
 * @link: where
 * @msg: MSG_WATCH, checked; consumed
 *
 * Return: 0, -EPROTO without a process.
 * Context: the link's receiver.
 */
int mosix_cputimer_heard(struct mosix_link *link, struct mosix_msg *msg)
{
	const struct wire_watch *watch = (void *)msg->data;
	struct mosix_proc *proc = mosix_link_proc(link);
	struct mosix_task *mt;

	if (!proc) {
		mosix_msg_free(msg);
		return -EPROTO;
	}
	spin_lock(&proc->lock);
	mt = mosix_proc_thread(proc, le32_to_cpu(msg->h.tid));
	if (mt) {
		WRITE_ONCE(mt->watch_ns, max(le64_to_cpu(watch->at_ns), 1ULL));
		mt->watch_idle = 0;
	}
	spin_unlock(&proc->lock);
	mod_delayed_work(system_wq, &look, 1);
	mosix_proc_put(proc);
	mosix_msg_free(msg);
	return 0;
}
