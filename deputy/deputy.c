// SPDX-License-Identifier: GPL-2.0-only
/*
 * A deputy: the original task, which runs no user code while its body is
 * away. It is task work that serves the link in a loop until the process is
 * whole again or ends (invariant 2).
 *
 *	signals first, then messages in order, then wait
 */
#include "deputy.h"

#include "body.h"

#include "../kernel/migrate.h"
#include "../kernel/msgdef.h"
#include "../kernel/nice.h"
#include "../kernel/node.h"
#include "../kernel/pages.h"
#include "../kernel/stay.h"

#include <linux/mosix.h>
#include <linux/sched/coredump.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>

enum { LAST_WORD_S = 2 };	/* how long a dying deputy waits for EXIT */

/*
 * A handler that is for one signal only is reset by whoever takes the signal,
 * and that is the body: it may block it by now, and give it back.
 */
static void keep_handler(const struct ksignal *ksig)
{
	struct sighand_struct *sighand = mosix_own_sighand();

	if (!(ksig->ka.sa.sa_flags & SA_ONESHOT))
		return;
	spin_lock_irq(&sighand->siglock);
	sighand->action[ksig->sig - 1].sa.sa_handler = ksig->ka.sa.sa_handler;
	spin_unlock_irq(&sighand->siglock);
}

/*
 * For whom was it? The kernel takes what is a thread's own first. What was sent to
 * the process another thread can have if this one ends, or blocks it by then.
 */
static enum wire_signal_to addressee(const struct kernel_siginfo *info, u64 own)
{
	if (info->si_code == SI_TKILL || own & sigmask(info->si_signo))
		return SIGNAL_TO_THREAD;
	return SIGNAL_TO_PROCESS;
}

/**
 * mosix_deputy_signals - take the signals that are pending
 * @mt: record of current
 *
 * The kernel's own code stops, kills and ignores; a signal with a handler
 * comes back and goes to the body, and so does one that dumps core. Those for
 * which it is not the body's time yet stay where they are. Does not return when
 * the process dies.
 *
 * Context: the deputy.
 */
void mosix_deputy_signals(struct mosix_task *mt)
{
	struct mosix_link *link = mosix_proc_link(mt->proc);
	enum wire_signal_to to;
	struct ksignal ksig;
	u64 own;

	mosix_pace_open(mt);
	/* get_signal() may keep one that dumps core, and then find another one. */
	while (link && (signal_pending(current) || mt->core.si_signo)) {
		if (mosix_pace_holds(mt))
			continue;
		mosix_link_put(link);	/* get_signal() may not return */
		own = current->pending.signal.sig[0];
		if (get_signal(&ksig)) {
			keep_handler(&ksig);
			to = addressee(&ksig.info, own);
		} else if (mosix_core_take(mt, &ksig.info)) {
			to = SIGNAL_DEADLY;
		} else {
			return;
		}
		mosix_signal_went(ksig.info.si_signo);
		mosix_cputimer_renewed(mt, &ksig.info);
		link = mosix_proc_link(mt->proc);
		/* Before the body can say that it has taken it up. */
		mt->nsignals++;
		mosix_signal_lend(mt->proc);
		if (!link || mosix_signal_send(link, mt, &ksig.info, to))
			mt->nsignals--;
	}
	mosix_link_put(link);
}

/**
 * mosix_deputy_settle - no page is on its way to the body any more
 * @proc: the process
 *
 * What home sends of its own accord ends, what was asked for is answered.
 *
 * Context: the deputy.
 */
void mosix_deputy_settle(struct mosix_proc *proc)
{
	struct mosix_link *link = mosix_proc_link(proc);

	mosix_background_stop(proc->pages);
	if (link)
		mosix_serve_await(proc->pages, link);
	mosix_link_put(link);
}

/**
 * mosix_deputy_obey - is there a reason to come home now?
 * @p: a deputy
 *
 * It came up by what it has called, or by somebody at home who pinned it to CPUs or
 * made it one for real time. What passes by itself is none.
 *
 * Context: process context, nothing held.
 */
void mosix_deputy_obey(struct task_struct *p)
{
	u64 why = mosix_stay_of_thread(p);

	/* Whom it has lent its memory to may have become somebody else. */
	if (p == current && get_dumpable(p->mm) != SUID_DUMP_USER)
		why |= BIT_ULL(STAY_PRIVATE);
	if (why && !mosix_stay_passes(why) && !(why & BIT_ULL(STAY_EXITING)))
		mosix_migrate_start(p, 0, MOSIX_WHY_STAY);
}

/**
 * mosix_deputy_signal - the body gives back a signal that it blocks
 * @mt: record of current
 * @msg: MSG_SIGNAL, checked; consumed
 *
 * Return: 0, -ENOMEM.
 * Context: the deputy.
 */
int mosix_deputy_signal(struct mosix_task *mt, struct mosix_msg *msg)
{
	int ret = mosix_signal_take_back((void *)msg->data);

	mosix_msg_free(msg);
	return ret == -EAGAIN ? -ENOMEM : 0;
}

/* Status as wait(2) shows it; a peer may have written anything there. */
static void __noreturn end_process(long code)
{
	if (code & 0x7f)
		current->flags |= PF_SIGNALED;
	do_group_exit(code & 0xffff);
}

/* The thread of the body has ended, the others go on. */
static void __noreturn end_thread(struct mosix_task *mt, long code)
{
	set_bit(MT_OVER, &mt->flags);
	do_exit(code & 0xffff);
}

/**
 * mosix_deputy_exit - a thread of the body has ended, or the last one
 * @mt: record of current
 * @msg: MSG_EXIT; consumed
 *
 * Return: does not.
 * Context: the deputy.
 */
int mosix_deputy_exit(struct mosix_task *mt, struct mosix_msg *msg)
{
	const struct wire_exit *x = (void *)msg->data;
	bool group = le32_to_cpu(x->group);
	long code = le32_to_cpu(x->code);
	struct mosix_link *link;

	mosix_account_add(mt->proc, mt->tid, &x->usage);
	mosix_msg_free(msg);
	if (!group)
		end_thread(mt, code);
	mosix_proc_event(mt->proc, EV_EXIT);
	link = mosix_proc_link(mt->proc);
	if (link)
		mosix_link_finish(link);
	mosix_proc_unlink(mt->proc);
	mosix_link_put(link);
	end_process(code);
}

/*
 * One asks for all. Those deputies that wait in calls are interrupted, after
 * the flag is set: who begins a call later sees it.
 */
static void ask_home(struct mosix_proc *proc, struct mosix_link *link)
{
	if (test_and_set_bit(MP_GO_HOME, &proc->flags))
		return;
	if (mosix_link_send_plain(link, MSG_COME_HOME, 0) == -ENOMEM)
		clear_bit(MP_GO_HOME, &proc->flags);
	mosix_proc_kick(proc);
}

/* Its host may know already that it runs there, and who waits for that here not yet. */
static bool has_host(struct mosix_proc *proc)
{
	enum mosix_state state = mosix_proc_state(proc);

	return state == ST_FROZEN || state == ST_AWAY || state == ST_RETURNING;
}

/**
 * mosix_deputy_leave - the host thinks that the body is better off elsewhere
 * @link: where
 * @msg: MSG_LEAVE, checked; consumed
 *
 * Return: 0, -EPROTO without a process.
 * Context: the link's receiver.
 */
int mosix_deputy_leave(struct mosix_link *link, struct mosix_msg *msg)
{
	const struct wire_leave *leave = (void *)msg->data;
	bool insist = le32_to_cpu(leave->insist);
	enum mosix_why why = insist ? MOSIX_WHY_HOST : MOSIX_WHY_BALANCE;
	u32 load_milli = le32_to_cpu(leave->load_milli);
	u16 node = insist ? 0 : le16_to_cpu(leave->node);
	struct mosix_proc *proc = mosix_link_proc(link);
	struct task_struct *task = NULL;
	struct mosix_task *mt;
	int ret = -EBUSY;

	mosix_msg_free(msg);
	if (!proc)
		return -EPROTO;
	spin_lock(&proc->lock);
	mt = mosix_proc_main(proc);
	if (mt && mt->task && (insist || !proc->user_lock))
		task = get_task_struct(mt->task);
	if (task)
		proc->cpu_milli = load_milli;	/* for the offer */
	spin_unlock(&proc->lock);
	if (task) {
		ret = mosix_migrate_start(task, node, why);
		put_task_struct(task);
	}
	/* While another move is prepared nobody would ask. */
	if (ret == -EALREADY && insist && has_host(proc))
		ask_home(proc, link);
	else if (ret)
		mosix_move_stays(link, ret);
	mosix_proc_put(proc);
	return 0;
}

/**
 * mosix_deputy_usage - CPU time that the body used so far
 * @link: where
 * @msg: MSG_USAGE; consumed
 *
 * Return: 0, -EPROTO without a process.
 * Context: the link's receiver.
 */
int mosix_deputy_usage(struct mosix_link *link, struct mosix_msg *msg)
{
	struct mosix_proc *proc = mosix_link_proc(link);
	u32 tid = le32_to_cpu(msg->h.tid);
	struct task_struct *task;

	if (!proc) {
		mosix_msg_free(msg);
		return -EPROTO;
	}
	task = mosix_proc_is_away(proc) ? mosix_proc_task(proc, tid) : NULL;
	if (task) {
		/* It is to be told anew when it shall report. */
		WRITE_ONCE(task->mosix->watch_ns, 0);
		mosix_account_heard(proc, task->mosix, (void *)msg->data);
		mosix_nice_tell(link, proc, tid);
		mosix_deputy_obey(task);
		put_task_struct(task);
	}
	mosix_proc_put(proc);
	mosix_msg_free(msg);
	return 0;
}

/* Another thread ends the process, with the right status; it takes us along. */
static void await_end(void)
{
	while (!fatal_signal_pending(current))
		schedule_timeout_killable(HZ);
}

/* The host died, or the link to it: what ran there is lost. */
static void lose(struct mosix_task *mt, int error)
{
	struct mosix_proc *proc = mt->proc;

	/* One thread says so; there may be several that see it. */
	if (mosix_proc_event(proc, EV_LOST)) {
		await_end();
		return;
	}
	pr_warn("mosix: process %d (%s) is lost: link to node %u: %pe\n",
		proc->pid, current->comm, mosix_proc_where(proc), ERR_PTR(error));
	mosix_proc_unlink(proc);
	end_process(SIGKILL);
}

static bool has_message(struct mosix_task *mt)
{
	return !list_empty_careful(&mt->inbox);
}

static bool must_ask(struct mosix_task *mt)
{
	u16 to;

	return !test_bit(MP_GO_HOME, &mt->proc->flags) &&
	       mosix_migrate_wanted(mt->proc, &to);
}

static bool must_restore(struct mosix_task *mt)
{
	return test_bit(MP_RESTORE, &mt->proc->flags) &&
	       !test_bit(MP_FAILED, &mt->proc->flags);
}

/*
 * The error that ended the link. But an image that is complete makes the process whole
 * all the same: one deputy reads it, and what comes of that decides for the others.
 */
static int lost(struct mosix_task *mt, struct mosix_link *link)
{
	const unsigned long *flags = &mt->proc->flags;
	int error = READ_ONCE(link->error);

	smp_rmb();	/* what came before the error is seen with it */
	if (test_bit(MP_COMPLETE, flags) && !test_bit(MP_FAILED, flags))
		return 0;
	return error;
}

/* Ask, or wait; the error that ended the link, with nothing left to read. */
static int await_message(struct mosix_task *mt)
{
	struct mosix_link *link = mosix_proc_link(mt->proc);
	int error;

	if (!link)
		return -ENOTCONN;
	if (must_ask(mt))
		ask_home(mt->proc, link);
	wait_event_interruptible(mt->wait, has_message(mt) ||
				 lost(mt, link) || must_ask(mt) ||
				 must_restore(mt) || mosix_pace_opens(mt) ||
				 mosix_cputimer_wanted(mt));
	error = lost(mt, link);
	if (has_message(mt))
		error = 0;
	mosix_link_put(link);
	return error;
}

static void run_message(struct mosix_task *mt, struct mosix_msg *msg)
{
	/* No reference is held: an EXIT does not return. */
	int ret = mosix_msgdef_run(mt, msg);
	struct mosix_link *link;

	if (!ret)
		return;
	link = mosix_proc_link(mt->proc);
	if (link)
		mosix_link_close(link, ret);
	mosix_link_put(link);
}

/**
 * mosix_task_runs_away - hook: is this a deputy that waits while its body runs?
 * @p: a task with a record
 *
 * One that makes a call, is stopped or frozen is at what it is at.
 *
 * Return: true when it is, as far as the body's last report says.
 * Context: any; @p is referenced.
 */
bool mosix_task_runs_away(struct task_struct *p)
{
	struct mosix_task *mt = p->mosix;
	unsigned long flags = READ_ONCE(mt->flags);

	return flags & BIT(MT_DEPUTY) && !(flags & BIT(MT_CALLS)) &&
	       READ_ONCE(mt->runs) && mosix_proc_is_away(mt->proc) &&
	       READ_ONCE(p->__state) == TASK_INTERRUPTIBLE;
}

/**
 * mosix_deputy_serve - current is a deputy until its body is home or gone
 * @mt: its record
 *
 * Context: task work at the safe point; returns with the process whole and
 * its registers as the body left them, or not at all.
 */
void mosix_deputy_serve(struct mosix_task *mt)
{
	struct mosix_msg *msg;
	int error;

	mosix_deputy_drop_pointers();
	clear_bit(MT_FENCED, &mt->flags);
	mt->watch_ns = 0;
	mt->held = 0;
	while (mosix_proc_is_away(mt->proc)) {
		mosix_cputimer_run(mt);
		mosix_deputy_signals(mt);
		msg = mosix_task_receive(mt);
		if (msg && mosix_cputimer_wanted(mt)) {
			/* What was booked came first, with another mask. */
			mosix_task_put_back(mt, msg);
			continue;
		}
		if (msg) {
			run_message(mt, msg);
			continue;
		}
		if (must_restore(mt)) {
			mosix_restore_own(mt);
			continue;
		}
		error = await_message(mt);
		if (error && mosix_proc_is_away(mt->proc))
			lose(mt, error);
	}
	if (mosix_proc_state(mt->proc) == ST_ENDED)
		await_end();
	mosix_restore_done(mt);
}

/**
 * mosix_deputy_kill - the body shall end
 * @link: to it; without memory it sees the end of that
 * @code: exit code
 *
 * Context: process context.
 */
void mosix_deputy_kill(struct mosix_link *link, long code)
{
	struct mosix_msg *msg = mosix_msg_new(MSG_KILL,
					      sizeof(struct wire_exit));
	struct wire_exit *x;

	if (!msg)
		return;
	x = (void *)msg->data;
	x->code = cpu_to_le32(code);
	mosix_link_send(link, msg);
}

/*
 * What it said before the process, or this thread, ended otherwise. What comes back to
 * a thread that is about to end the kernel gives to another one.
 */
static void hear_late(struct mosix_task *mt, struct mosix_msg *msg)
{
	struct wire_exit *x = (void *)msg->data;

	switch (mosix_msg_type(msg)) {
	case MSG_EXIT:
		mosix_account_add(mt->proc, mt->tid, &x->usage);
		break;
	case MSG_SIGNAL:
		mosix_signal_take_back((void *)msg->data);
		break;
	case MSG_HOME_END:
		mosix_proc_fail(mt->proc);
		break;
	}
	mosix_msg_free(msg);
}

/* The last word of a thread is the CPU time that it used. */
static void hear_last_word(struct mosix_task *mt, struct mosix_link *link)
{
	unsigned long end = jiffies + LAST_WORD_S * HZ;
	struct mosix_msg *msg;
	bool last = false;
	long left;

	/* Whatever else is said, and however much. */
	while (!last && (left = (long)(end - jiffies)) > 0) {
		wait_event_idle_timeout(mt->wait, has_message(mt) ||
					READ_ONCE(link->error), left);
		msg = mosix_task_receive(mt);
		if (!msg)
			return;
		last = mosix_msg_type(msg) == MSG_EXIT;
		hear_late(mt, msg);
	}
}

static void hear_inbox(struct mosix_task *mt)
{
	struct mosix_msg *msg;

	while ((msg = mosix_task_receive(mt)))
		hear_late(mt, msg);
}

/**
 * mosix_deputy_drop_pointers - current must not touch what is its body's
 *
 * The image that comes home brings them back.
 *
 * Context: a thread whose process is away.
 */
void mosix_deputy_drop_pointers(void)
{
	current->robust_list = NULL;
	current->clear_child_tid = NULL;
}

/**
 * mosix_deputy_end - current is exiting at home
 * @mt: its record
 * @code: exit code
 *
 * The first thread of a process that is killed takes the body along, unless a
 * filter has ended that thread alone; the last one ends the link.
 *
 * Context: head of do_exit().
 */
void mosix_deputy_end(struct mosix_task *mt, long code)
{
	struct mosix_proc *proc = mt->proc;
	struct mosix_link *link = mosix_proc_link(proc);
	bool away = mosix_proc_is_away(proc), last;

	/* A filter may end it in a call: its body can come home from here on. */
	clear_bit(MT_CALLS, &mt->flags);
	if (away || mosix_proc_state(proc) == ST_ENDED)
		mosix_deputy_drop_pointers();
	if (link && away && !test_bit(MT_OVER, &mt->flags)) {
		if (!mosix_filter_ends(mt, link, code) &&
		    !test_and_set_bit(MP_KILLED, &proc->flags))
			mosix_deputy_kill(link, code);
		hear_last_word(mt, link);
	}
	hear_inbox(mt);
	/* The memory may be that of others, who go on. */
	mosix_scratch_end(mt);
	last = mosix_task_gone(mt);
	hear_inbox(mt);		/* nothing comes behind this */
	if (last) {
		mosix_proc_event(proc, EV_EXIT);
		if (link) {
			mosix_link_close(link, -ESHUTDOWN);
			mosix_pages_lost(proc->pages, link, -ESRCH);
		}
		mosix_proc_unlink(proc);
	}
	mosix_link_put(link);
}

/**
 * mosix_task_exiting - hook: head of do_exit() of a task with a record
 * @p: current
 * @code: exit code
 *
 * Context: process context.
 */
void mosix_task_exiting(struct task_struct *p, long code)
{
	struct mosix_task *mt = p->mosix;

	if (mosix_proc_is_guest(mt->proc))
		mosix_body_exit(mt, code);
	else
		mosix_deputy_end(mt, code);
	/* Whoever wants a move from now on finds no task to kick. */
	if (!READ_ONCE(mt->proc->nlive))
		mosix_migrate_end(mt->proc, -ESRCH, "process has ended");
}
