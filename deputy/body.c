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

/* Set @flag, take @msg as a signal if it is one, and have the body look. */
static int poke(struct mosix_link *link, struct mosix_msg *msg,
		enum mosix_task_flag flag)
{
	struct mosix_proc *proc = mosix_link_proc(link);
	struct mosix_task *mt;

	if (!proc) {
		mosix_msg_free(msg);
		return -EPROTO;
	}
	spin_lock(&proc->lock);
	mt = mosix_proc_main(proc);
	if (mt) {
		if (mosix_msg_type(msg) == MSG_SIGNAL) {
			list_add_tail(&msg->node, &mt->signals);
			msg = NULL;
		} else if (mosix_msg_type(msg) == MSG_CONT) {
			clear_bit(flag, &mt->flags);
		} else {
			set_bit(flag, &mt->flags);
		}
		mosix_task_kick(mt);
	}
	spin_unlock(&proc->lock);
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
	return poke(link, msg, MT_GO_HOME);
}

/**
 * mosix_body_signal - a signal from home
 * @link: where
 * @msg: MSG_SIGNAL, checked; consumed
 *
 * Return: 0, -EPROTO without a body.
 * Context: the link's receiver.
 */
int mosix_body_signal(struct mosix_link *link, struct mosix_msg *msg)
{
	return poke(link, msg, MT_STOPPED);
}

/**
 * mosix_body_stop - the deputy stopped, or goes on
 * @link: where
 * @msg: MSG_STOP or MSG_CONT; consumed
 *
 * Return: 0, -EPROTO without a body.
 * Context: the link's receiver.
 */
int mosix_body_stop(struct mosix_link *link, struct mosix_msg *msg)
{
	return poke(link, msg, MT_STOPPED);
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
	struct mosix_task *mt;

	mosix_msg_free(msg);
	if (!proc)
		return -EPROTO;
	spin_lock(&proc->lock);
	mt = mosix_proc_main(proc);
	if (mt && mt->task)
		send_sig(SIGKILL, mt->task, 1);
	spin_unlock(&proc->lock);
	mosix_proc_put(proc);
	return 0;
}

static void stand_still(struct mosix_task *mt, struct mosix_link *link)
{
	wait_event_state(mt->wait, !test_bit(MT_STOPPED, &mt->flags) ||
			 test_bit(MT_GO_HOME, &mt->flags) ||
			 READ_ONCE(link->error), (TASK_KILLABLE | TASK_NOLOAD));
}

/* Nothing of the process remains here; home has it all. */
static void __noreturn vanish(struct mosix_task *mt, struct mosix_link *link)
{
	mosix_proc_event(mt->proc, EV_LEFT);
	set_bit(MT_VANISH, &mt->flags);
	mosix_link_finish(link);
	mosix_link_put(link);
	do_exit(0);
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
	mosix_account_read(&end->usage, current);
	ktime_get_ts64(&now);
	timens_add_monotonic(&now);
	end->mono_ns = cpu_to_le64(timespec64_to_ns(&now));
	msg->h.tid = cpu_to_le32(mt->tid);
	answer = mosix_call(link, msg, MAX_SCHEDULE_TIMEOUT, TASK_KILLABLE);
	if (IS_ERR(answer))
		return PTR_ERR(answer);
	if (mosix_msg_type(answer) != MSG_HOME_OK)
		ret = -EPROTO;
	mosix_msg_free(answer);
	return ret;
}

/*
 * The body goes home. What it has made stays here, too, until home says that
 * it has all; then it vanishes. Without that word the link has failed, and
 * with it the body.
 */
static void go_home(struct mosix_task *mt, struct mosix_link *link)
{
	int ret;

	/* A signal that it would take is delivered first, here. */
	if (task_sigpending(current) || mosix_x86_in_vdso()) {
		mosix_migrate_kick_later(mt->proc);
		return;
	}
	if (mosix_proc_event(mt->proc, EV_PACK))
		return;
	ret = mosix_body_fence(mt, link);
	mosix_signal_take(mt);
	mosix_signal_give_back(link, mt, true);
	ret = ret ?: mosix_push_leave(mt->proc->pages);
	ret = ret ?: mosix_pack_return(mt, link);
	ret = ret ?: mosix_push_all(mt->proc->pages);
	ret = ret ?: tell_complete(mt, link);
	if (ret)
		mosix_link_close(link, ret);
	vanish(mt, link);
}

/* The first safe point: the registers were the last thing missing. */
static void begin(struct mosix_task *mt)
{
	struct mosix_image *image = mt->proc->image;

	mosix_x86_load_regs(&image->regs);
	mt->proc->image = NULL;
	mosix_image_free(image);
	set_bit(MT_PENDING, &mt->flags);
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
	if (mt->proc->image && mosix_proc_state(mt->proc) == ST_RUNNING)
		begin(mt);
	mosix_signal_take(mt);
	if (test_bit(MT_STOPPED, &mt->flags))
		stand_still(mt, link);
	if (test_bit(MT_GO_HOME, &mt->flags) && !fatal_signal_pending(current))
		go_home(mt, link);
	mosix_link_put(link);
}

/**
 * mosix_body_exit - current, a body, exits
 * @mt: its record
 * @code: exit code
 *
 * Context: head of do_exit().
 */
void mosix_body_exit(struct mosix_task *mt, long code)
{
	struct mosix_proc *proc = mt->proc;
	struct mosix_link *link = mosix_proc_link(proc);
	bool speak = !test_bit(MT_VANISH, &mt->flags);
	struct mosix_msg *msg;
	struct wire_exit *x;

	mosix_proc_event(proc, EV_EXIT);
	if (!link)
		return;
	msg = speak ? mosix_msg_new(MSG_EXIT, sizeof(*x)) : NULL;
	if (msg) {
		x = (void *)msg->data;
		x->code = cpu_to_le32(code);
		mosix_account_read(&x->usage, current);
		msg->h.tid = cpu_to_le32(mt->tid);
		mosix_link_send(link, msg);
	}
	mosix_link_finish(link);
	if (proc->pages)
		mosix_pages_lost(proc->pages, link, -ESRCH);
	mosix_proc_unlink(proc);
	mosix_link_put(link);
}
