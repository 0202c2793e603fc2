// SPDX-License-Identifier: GPL-2.0-only
/*
 * A body between its first instruction here and its last: safe points, the
 * way home, the end.
 */
#include "body.h"

#include "../kernel/call.h"
#include "../kernel/image.h"
#include "../kernel/migrate.h"
#include "../kernel/pages.h"
#include "../kernel/x86.h"

#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/time_namespace.h>
#include <linux/timekeeping.h>

/* Who it was meant for has ended: what was for its process goes back there. */
static void send_back(struct mosix_link *link, struct mosix_msg *msg)
{
	struct wire_signal *s = (void *)msg->data;

	if (le32_to_cpu(s->to) == SIGNAL_TO_THREAD) {
		mosix_msg_free(msg);
		return;
	}
	s->to = cpu_to_le32(SIGNAL_TO_PROCESS);
	mosix_link_send(link, msg);
}

static int poke_thread(struct mosix_link *link, struct mosix_proc *proc,
		       struct mosix_msg *msg)
{
	struct mosix_task *mt;
	int ret = 0;

	spin_lock(&proc->lock);
	mt = mosix_proc_thread(proc, le32_to_cpu(msg->h.tid));
	if (mt && mosix_pace_admits(mt)) {
		list_add_tail(&msg->node, &mt->signals);
		mt->ncame++;
		mosix_task_kick(mt);
		msg = NULL;
	} else if (mt) {
		ret = -EPROTO;
	}
	spin_unlock(&proc->lock);
	if (msg && !mt)
		send_back(link, msg);
	else
		mosix_msg_free(msg);
	return ret;
}

/*
 * Set @flag for all threads, or clear it, and have them look. CONT begins each
 * further connection, also that of a child that is not adopted yet.
 */
static int poke(struct mosix_link *link, struct mosix_msg *msg,
		enum mosix_proc_flag flag)
{
	struct mosix_proc *proc = mosix_link_proc(link);
	bool goes_on = mosix_msg_type(msg) == MSG_CONT;

	if (!proc) {
		mosix_msg_free(msg);
		return goes_on ? 0 : -EPROTO;
	}
	if (goes_on)
		clear_bit(flag, &proc->flags);
	else
		set_bit(flag, &proc->flags);
	mosix_proc_kick(proc);
	mosix_proc_put(proc);
	mosix_msg_free(msg);
	return 0;
}

/**
 * mosix_body_come_home - home asks the body to come
 * @link: where
 * @msg: MSG_COME_HOME; consumed
 *
 * Return: 0, -EPROTO without a body.
 * Context: the link's receiver.
 */
int mosix_body_come_home(struct mosix_link *link, struct mosix_msg *msg)
{
	return poke(link, msg, MP_GO_HOME);
}

/**
 * mosix_body_signal - a signal from home
 * @link: where
 * @msg: MSG_SIGNAL, checked; consumed
 *
 * Return: 0, -EPROTO without a body, or when home sends more than it may.
 * Context: the link's receiver.
 */
int mosix_body_signal(struct mosix_link *link, struct mosix_msg *msg)
{
	struct mosix_proc *proc = mosix_link_proc(link);
	int ret;

	if (!proc) {
		mosix_msg_free(msg);
		return -EPROTO;
	}
	ret = poke_thread(link, proc, msg);
	mosix_proc_put(proc);
	return ret;
}

/**
 * mosix_body_stop - the deputy stopped, or goes on
 * @link: where
 * @msg: MSG_STOP or MSG_CONT; consumed
 *
 * Return: 0, -EPROTO for STOP without a body.
 * Context: the link's receiver.
 */
int mosix_body_stop(struct mosix_link *link, struct mosix_msg *msg)
{
	return poke(link, msg, MP_STOPPED);
}

/**
 * mosix_body_kill - the process was killed at home
 * @link: where
 * @msg: MSG_KILL; consumed
 *
 * Return: 0, -EPROTO without a body.
 * Context: the link's receiver.
 */
int mosix_body_kill(struct mosix_link *link, struct mosix_msg *msg)
{
	struct mosix_proc *proc = mosix_link_proc(link);

	mosix_msg_free(msg);
	if (!proc)
		return -EPROTO;
	mosix_proc_kill(proc);
	mosix_proc_put(proc);
	return 0;
}

static void stand_still(struct mosix_task *mt, struct mosix_link *link)
{
	wait_event_state(mt->wait, !test_bit(MP_STOPPED, &mt->proc->flags) ||
			 test_bit(MP_GO_HOME, &mt->proc->flags) ||
			 READ_ONCE(link->error), (TASK_KILLABLE | TASK_NOLOAD));
}

/* Nothing of the process remains here; home has it all. */
static void __noreturn vanish(struct mosix_task *mt, struct mosix_link *link)
{
	mosix_proc_event(mt->proc, EV_LEFT);
	set_bit(MP_VANISH, &mt->proc->flags);
	mosix_link_finish(link);
	mosix_link_put(link);
	do_group_exit(0);
}

static int tell_complete(struct mosix_task *mt, struct mosix_link *link)
{
	struct mosix_msg *msg = mosix_msg_new(MSG_HOME_END,
					      sizeof(struct wire_home_end));
	struct mosix_msg *answer;
	struct wire_home_end *end;
	struct timespec64 now;
	int ret = 0;

	if (!msg)
		return -ENOMEM;
	end = (void *)msg->data;
	mosix_pack_usage(&end->usage, current);
	ktime_get_ts64(&now);
	timens_add_monotonic(&now);
	end->mono_ns = cpu_to_le64(timespec64_to_ns(&now));
	end->visitor = cpu_to_le32(READ_ONCE(mt->proc->visitor));
	msg->h.tid = cpu_to_le32(mt->tid);
	answer = mosix_call(link, msg, MAX_SCHEDULE_TIMEOUT, TASK_KILLABLE);
	if (IS_ERR(answer))
		return PTR_ERR(answer);
	if (mosix_msg_type(answer) != MSG_HOME_OK)
		ret = -EPROTO;
	mosix_msg_free(answer);
	return ret;
}

/* All threads stand still, and home holds their signals back. */
static void __noreturn lead_home(struct mosix_task *mt, struct mosix_link *link)
{
	struct mosix_proc *proc = mt->proc;
	int ret = mosix_proc_event(proc, EV_PACK);

	mosix_link_cork(link, true);
	ret = ret ?: mosix_pack_return(proc, link);
	ret = ret ?: mosix_push_all(proc->pages);
	mosix_link_cork(link, false);
	ret = ret ?: tell_complete(mt, link);
	if (ret)
		mosix_link_close(link, ret);
	vanish(mt, link);
}

/* No page comes or goes behind this. */
static int fence_pages(struct mosix_task *mt, struct mosix_link *link)
{
	return mosix_push_leave(mt->proc->pages) ?: mosix_body_fence(mt, link);
}

/* What came behind those that there was room for; who dies goes without. */
static bool has_more(struct mosix_task *mt, struct mosix_link *link)
{
	/* Where it reads a clock it takes none: it dies of a fault there. */
	if (list_empty_careful(&mt->signals) || mosix_x86_in_vdso() ||
	    READ_ONCE(link->error))
		return false;
	schedule_timeout_killable(1);
	return !fatal_signal_pending(current);
}

/*
 * The body goes home. What it has made stays here, too, until home says that
 * it has all; then it vanishes. Without that word the link has failed, and
 * with it the body. Each thread gives its signals back; the last one to have
 * done that leads. One fence does for signals and pages if there is only one
 * thread; otherwise the others touch pages until they stand still, too.
 */
static void go_home(struct mosix_task *mt, struct mosix_link *link)
{
	bool alone = READ_ONCE(mt->proc->nlive) == 1;
	struct kernel_siginfo info;

	if (mosix_proc_state(mt->proc) != ST_RUNNING)
		return;
	if (alone ? fence_pages(mt, link) : mosix_body_fence(mt, link))
		return;		/* the link has failed, or we are killed */
	do {
		mosix_signal_take(mt);
		mosix_signal_give_back(link, mt, ~0ULL);
	} while (has_more(mt, link));
	if (mosix_core_take(mt, &info))
		mosix_signal_send(link, mt, &info, SIGNAL_DEADLY);
	if (mosix_freeze_join(mt) != FROZEN_LEADS)
		return;
	if (!alone && fence_pages(mt, link))
		mosix_link_close(link, -EINTR);
	lead_home(mt, link);
}

static void go_home_soon(struct mosix_task *mt, struct mosix_link *link)
{
	/* A signal that it would take is delivered first, here. */
	if (task_sigpending(current) || mosix_x86_in_vdso())
		mosix_migrate_kick_later(mt->proc);
	else
		go_home(mt, link);
}

/* It must not run on; without a link both halves die. */
static void die_at_home(struct mosix_task *mt, struct mosix_link *link)
{
	mosix_body_call_home(mt->proc, 0);
	while (!fatal_signal_pending(current) && !READ_ONCE(link->error)) {
		go_home(mt, link);
		schedule_timeout_killable(1);
	}
}

/* The first safe point: the registers were the last thing missing. */
static void begin(struct mosix_task *mt)
{
	struct mosix_image *image = mt->image;

	mosix_x86_load_regs(&image->regs);
	mt->image = NULL;
	mosix_image_free(image);
	mt->waits = ~0ULL;	/* or not: home knows */
	/* Perhaps it stopped in a call: have the signal code look. */
	set_notify_signal(current);
}

/**
 * mosix_body_safe_point - current is a body at the boundary to user mode
 * @mt: its record
 *
 * Context: task work.
 */
void mosix_body_safe_point(struct mosix_task *mt)
{
	struct mosix_link *link = mosix_proc_link(mt->proc);

	if (!link)
		return;
	if (mt->image && mosix_proc_state(mt->proc) == ST_RUNNING)
		begin(mt);
	mosix_signal_take(mt);
	if (test_bit(MP_STOPPED, &mt->proc->flags))
		stand_still(mt, link);
	if (mt->core.si_signo)
		die_at_home(mt, link);
	else if (test_bit(MP_GO_HOME, &mt->proc->flags) &&
		 !fatal_signal_pending(current))
		go_home_soon(mt, link);
	mosix_link_put(link);
}

/**
 * mosix_body_send_back - signals that came for a thread go back home
 * @mt: its record; it has ended, or will not be, so no more come
 * @link: to the home
 *
 * Context: a thread of the body.
 */
void mosix_body_send_back(struct mosix_task *mt, struct mosix_link *link)
{
	struct mosix_msg *msg, *next;
	LIST_HEAD(signals);

	spin_lock(&mt->proc->lock);
	list_splice_init(&mt->signals, &signals);
	spin_unlock(&mt->proc->lock);
	list_for_each_entry_safe(msg, next, &signals, node) {
		list_del(&msg->node);
		send_back(link, msg);
	}
}

/* Home must know, or it has a thread for ever that is no more. */
static void say_last_words(struct mosix_task *mt, struct mosix_link *link,
			   long code, bool last)
{
	struct mosix_msg *msg = mosix_msg_new(MSG_EXIT,
					      sizeof(struct wire_exit));
	struct wire_exit *x;

	if (!msg) {
		mosix_link_close(link, -ENOMEM);
		return;
	}
	x = (void *)msg->data;
	if (last && (current->signal->flags & SIGNAL_GROUP_EXIT))
		code = current->signal->group_exit_code;
	x->code = cpu_to_le32(code);
	x->group = cpu_to_le32(last);
	mosix_pack_usage(&x->usage, current);
	msg->h.tid = cpu_to_le32(mt->tid);
	mosix_link_send(link, msg);
}

/**
 * mosix_body_exit - current, a thread of a body, exits
 * @mt: its record
 * @code: exit code
 *
 * Each says so, and ends its deputy; the last one ends the process.
 *
 * Context: head of do_exit().
 */
void mosix_body_exit(struct mosix_task *mt, long code)
{
	struct mosix_proc *proc = mt->proc;
	struct mosix_link *link = mosix_proc_link(proc);
	bool last = mosix_task_gone(mt);

	if (link && !test_bit(MP_VANISH, &proc->flags) &&
	    !test_bit(MT_GHOST, &mt->flags)) {
		mosix_body_send_back(mt, link);
		say_last_words(mt, link, code, last);
	}
	if (last) {
		mosix_proc_event(proc, EV_EXIT);
		if (link)
			mosix_link_finish(link);
		if (proc->pages)
			mosix_pages_lost(proc->pages, link, -ESRCH);
		mosix_proc_unlink(proc);
	}
	mosix_link_put(link);
}
