// SPDX-License-Identifier: GPL-2.0-only
/*
 * A request waits for the message that repeats its number.
 *
 * The waiting side owns the record, on its stack; the link's lock decides
 * whether an answer still finds it. An answer nobody waits for any more is
 * dropped: the asker has given up and ended the link or itself.
 */
#include "call.h"

#include <linux/err.h>
#include <linux/sched/signal.h>

struct call {
	struct list_head node;
	u64 id;
	struct mosix_msg *answer;
	wait_queue_head_t wait;
};

static bool call_over(struct mosix_link *link, struct call *call)
{
	return READ_ONCE(call->answer) || READ_ONCE(link->error);
}

static long call_wait(struct mosix_link *link, struct call *call, long timeout,
		      unsigned int state)
{
	DEFINE_WAIT(wait);
	long ret = timeout;

	for (;;) {
		prepare_to_wait(&call->wait, &wait, state | TASK_NOLOAD);
		if (call_over(link, call))
			break;
		if (signal_pending_state(state, current)) {
			ret = -EINTR;
			break;
		}
		ret = schedule_timeout(ret);
		if (!ret) {
			ret = call_over(link, call) ? 1 : -ETIMEDOUT;
			break;
		}
	}
	finish_wait(&call->wait, &wait);
	return ret;
}

typedef int (*send_fn)(struct mosix_link *link, struct mosix_msg *msg);

static struct mosix_msg *send_and_wait(struct mosix_link *link,
				       struct mosix_msg *msg, long timeout,
				       unsigned int state, send_fn send)
{
	struct call call = { .answer = NULL };
	long ret;

	init_waitqueue_head(&call.wait);
	spin_lock(&link->lock);
	call.id = ++link->next_id;
	list_add_tail(&call.node, &link->calls);
	spin_unlock(&link->lock);

	msg->h.id = cpu_to_le64(call.id);
	ret = send(link, msg);
	if (!ret)
		ret = call_wait(link, &call, timeout, state);

	spin_lock(&link->lock);
	list_del(&call.node);
	spin_unlock(&link->lock);
	if (call.answer)
		return call.answer;
	if (READ_ONCE(link->error))
		return ERR_PTR(link->error);
	return ERR_PTR(ret < 0 ? ret : -ETIMEDOUT);
}

/**
 * mosix_call - send a request and wait for its answer
 * @link: where
 * @msg: the request; consumed
 * @timeout: jiffies, MAX_SCHEDULE_TIMEOUT for ever
 * @state: TASK_KILLABLE, or TASK_UNINTERRUPTIBLE where even a kill must wait
 *
 * Return: the answer, to be freed by the caller; ERR_PTR(-ETIMEDOUT), -EINTR
 * when killed, or the error that ended the link.
 * Context: process context, sleeps.
 */
struct mosix_msg *mosix_call(struct mosix_link *link, struct mosix_msg *msg,
			     long timeout, unsigned int state)
{
	return send_and_wait(link, msg, timeout, state, mosix_link_send_now);
}

/**
 * mosix_call_queued - the same, and the caller does not touch the socket
 * @link: where
 * @msg: the request; consumed
 * @timeout: jiffies
 * @state: as of mosix_call()
 *
 * Return: as mosix_call().
 * Context: process context, sleeps; an mmap_lock may be held.
 */
struct mosix_msg *mosix_call_queued(struct mosix_link *link,
				    struct mosix_msg *msg, long timeout,
				    unsigned int state)
{
	return send_and_wait(link, msg, timeout, state, mosix_link_send);
}

/**
 * mosix_call_answer - an answer came in
 * @link: where
 * @msg: the answer; consumed
 *
 * Context: the link's receiver.
 */
void mosix_call_answer(struct mosix_link *link, struct mosix_msg *msg)
{
	u64 id = mosix_msg_id(msg);
	struct call *call;

	spin_lock(&link->lock);
	list_for_each_entry(call, &link->calls, node) {
		if (call->id != id || call->answer)
			continue;
		WRITE_ONCE(call->answer, msg);
		wake_up(&call->wait);
		msg = NULL;
		break;
	}
	spin_unlock(&link->lock);
	if (msg)
		mosix_msg_free(msg);
}

/**
 * mosix_call_fail_all - the link has ended, nobody will answer
 * @link: a link whose error is set
 *
 * Context: any that may take the link's lock.
 */
void mosix_call_fail_all(struct mosix_link *link)
{
	struct call *call;

	spin_lock(&link->lock);
	list_for_each_entry(call, &link->calls, node)
		wake_up(&call->wait);
	spin_unlock(&link->lock);
}
