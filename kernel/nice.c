// SPDX-License-Identifier: GPL-2.0-only
/*
 * How a thread is scheduled goes with it: its nice value and whether it is one
 * for batches, or for idle times. Somebody at home may change that while it is
 * away; the body follows when it next says what it has used, within a second.
 *
 * On the host no guest goes before what is the node's own: a nice value below 0
 * counts as 0 there.
 *
 * Who leads a process out goes before all others meanwhile. It stands still, and where
 * many compute it would do so for the longer, the more it is wanted elsewhere: each
 * step would wait for its turn among them. Nobody can use that to compute: it does not
 * run in user mode before it is as nice as it was. Its nice value can be seen, but does
 * not travel.
 */
#include "nice.h"

#include "link.h"
#include "task.h"

#include <linux/sched.h>
#include <linux/sched/task.h>
#include <uapi/linux/sched/types.h>

/**
 * mosix_nice_read - how a thread is scheduled
 * @s: receives it
 * @p: the thread, not one of a real-time policy
 *
 * Context: any.
 */
void mosix_nice_read(struct wire_sched *s, struct task_struct *p)
{
	struct mosix_task *mt = p->mosix;
	s32 nice = task_nice(p);

	/* Set before the one is changed, cleared when it is as it was. */
	if (test_bit(MT_HURRIES, &mt->flags))
		nice = READ_ONCE(mt->nice);
	s->policy = cpu_to_le32(READ_ONCE(p->policy));
	s->nice = cpu_to_le32(nice);
}

/**
 * mosix_nice_hurry - current goes before who computes here
 * @mt: its record
 *
 * Until mosix_nice_calm(), which must come before it returns to user mode.
 *
 * Context: current, in process context.
 */
void mosix_nice_hurry(struct mosix_task *mt)
{
	mt->nice = task_nice(current);
	smp_mb__before_atomic();	/* for mosix_nice_read() */
	set_bit(MT_HURRIES, &mt->flags);
	set_user_nice(current, MIN_NICE);
}

/**
 * mosix_nice_calm - current is as nice as it was
 * @mt: its record
 *
 * Or as somebody has wanted it meanwhile.
 *
 * Context: current, in process context.
 */
void mosix_nice_calm(struct mosix_task *mt)
{
	if (task_nice(current) == MIN_NICE)
		set_user_nice(current, mt->nice);
	clear_bit_unlock(MT_HURRIES, &mt->flags);
}

/**
 * mosix_nice_follow - a thread of a body is scheduled as at home from now on
 * @p: the thread
 * @s: what home says, checked
 *
 * Context: process context, no lock held.
 */
void mosix_nice_follow(struct task_struct *p, const struct wire_sched *s)
{
	const struct sched_attr attr = {
		.size		= sizeof(attr),
		.sched_policy	= le32_to_cpu(s->policy),
		.sched_nice	= max((s32)le32_to_cpu(s->nice), 0),
	};

	/* It may be about to end. */
	if (sched_setattr_nocheck(p, &attr))
		pr_debug("mosix: %d is scheduled as before\n", p->pid);
}

/* True when the body does not know @now yet; it is taken for told. */
static bool is_news(struct mosix_task *mt, struct wire_sched *now)
{
	bool news;

	mosix_nice_read(now, mt->task);
	/* Who has become one for real time comes home for that. */
	news = wire_check_sched(now) == 0 &&
	       memcmp(now, &mt->sched, sizeof(*now));
	if (news)
		mt->sched = *now;
	return news;
}

/**
 * mosix_nice_tell - does the body know how a thread is scheduled at home?
 * @link: to the body; it is told if not
 * @proc: the process
 * @tid: the thread
 *
 * Context: process context.
 */
void mosix_nice_tell(struct mosix_link *link, struct mosix_proc *proc, u32 tid)
{
	struct mosix_msg *msg = NULL;
	struct mosix_task *mt;
	struct wire_sched now;
	bool news;

	spin_lock(&proc->lock);
	mt = mosix_proc_thread(proc, tid);
	news = mt && mt->task && is_news(mt, &now);
	spin_unlock(&proc->lock);
	if (news)
		msg = mosix_msg_new(MSG_SCHED, sizeof(now));
	if (!msg)
		return;
	memcpy(msg->data, &now, sizeof(now));
	msg->h.tid = cpu_to_le32(tid);
	mosix_link_send(link, msg);
}

/**
 * mosix_nice_heard - home says how a thread is scheduled
 * @link: where
 * @msg: MSG_SCHED, checked; consumed
 *
 * Return: 0, -EPROTO without a process.
 * Context: the link's receiver.
 */
int mosix_nice_heard(struct mosix_link *link, struct mosix_msg *msg)
{
	struct mosix_proc *proc = mosix_link_proc(link);
	struct task_struct *task;

	if (!proc) {
		mosix_msg_free(msg);
		return -EPROTO;
	}
	task = mosix_proc_task(proc, le32_to_cpu(msg->h.tid));
	if (task) {
		mosix_nice_follow(task, (void *)msg->data);
		put_task_struct(task);
	}
	mosix_proc_put(proc);
	mosix_msg_free(msg);
	return 0;
}
