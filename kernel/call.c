// SPDX-License-Identifier: GPL-2.0-only
/*
 * A request waits for the message that repeats its number; what comes in parts
 * repeats it, too, in front of that message.
 *
 * The waiting side owns the record, on its stack; the link's lock decides
 * whether an answer still finds it. An answer nobody waits for any more is
 * dropped: the asker has given up and ended the link or itself.
 */
#include "call.h"

#include <linux/err.h>
#include <linux/sched/signal.h>

enum { PARTS_MAX = WIRE_BULK_AHEAD };	/* a page in each, at worst */

/**
 * struct call - a request that waits
 * @node: in mosix_link.calls
 * @id: its number
 * @answer: the message that ends it
 * @parts: what came in front of that and was not taken yet, oldest first
 * @nparts: how many
 * @takes: does anybody take them?
 * @wait: who waits
 */
struct call {
	struct list_head node;
	u64 id;
	struct mosix_msg *answer;
	struct list_head parts;
	u32 nparts;
	bool takes;
	wait_queue_head_t wait;
};

/**
 * struct how - the way of a request
 * @timeout: jiffies
 * @state: to wait in
 * @send: sends it
 * @taker: of parts, NULL: none come
 */
struct how {
	long timeout;
	unsigned int state;
	int (*send)(struct mosix_link *link, struct mosix_msg *msg);
	struct mosix_taker *taker;
};

static bool call_over(struct mosix_link *link, struct call *call)
{
	return READ_ONCE(call->answer) || READ_ONCE(link->error) ||
	       READ_ONCE(call->nparts);
}

static long call_wait(struct mosix_link *link, struct call *call,
		      const struct how *how)
{
	long ret = how->timeout;
	DEFINE_WAIT(wait);

	for (;;) {
		prepare_to_wait(&call->wait, &wait, how->state | TASK_NOLOAD);
		if (call_over(link, call))
			break;
		if (signal_pending_state(how->state, current)) {
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

static struct mosix_msg *next_part(struct mosix_link *link, struct call *call)
{
	struct mosix_msg *msg;

	spin_lock(&link->lock);
	msg = list_first_entry_or_null(&call->parts, struct mosix_msg, node);
	if (msg) {
		list_del_init(&msg->node);
		WRITE_ONCE(call->nparts, call->nparts - 1);
	}
	spin_unlock(&link->lock);
	return msg;
}

/* Parts are in front of the answer: all are taken when it is seen. */
static long wait_for_answer(struct mosix_link *link, struct call *call,
			    const struct how *how)
{
	struct mosix_msg *part;
	long ret;

	do {
		ret = call_wait(link, call, how);
		while (ret >= 0 && (part = next_part(link, call)))
			how->taker->take(how->taker, link, part);
	} while (ret >= 0 && !READ_ONCE(call->answer) &&
		 !READ_ONCE(link->error));
	return ret;
}

static struct mosix_msg *send_and_wait(struct mosix_link *link,
				       struct mosix_msg *msg,
				       const struct how *how)
{
	struct call call = { .takes = how->taker };
	struct mosix_msg *part;
	long ret;

	init_waitqueue_head(&call.wait);
	INIT_LIST_HEAD(&call.parts);
	spin_lock(&link->lock);
	call.id = ++link->next_id;
	list_add_tail(&call.node, &link->calls);
	spin_unlock(&link->lock);

	msg->h.id = cpu_to_le64(call.id);
	ret = how->send(link, msg);
	if (!ret)
		ret = wait_for_answer(link, &call, how);

	spin_lock(&link->lock);
	list_del(&call.node);
	spin_unlock(&link->lock);
	while ((part = next_part(link, &call)))
		mosix_msg_free(part);
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
	const struct how how = {
		.timeout = timeout,
		.state = state,
		.send = mosix_link_send_now,
	};

	return send_and_wait(link, msg, &how);
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
	const struct how how = {
		.timeout = timeout,
		.state = state,
		.send = mosix_link_send,
	};

	return send_and_wait(link, msg, &how);
}

/**
 * mosix_call_parts - the same, and parts may come in front of the answer
 * @link: where
 * @msg: the request; consumed
 * @taker: takes each part, in the caller's context, in order; consumes it
 *
 * Return: as mosix_call() without end of time, killable.
 * Context: process context, sleeps.
 */
struct mosix_msg *mosix_call_parts(struct mosix_link *link,
				   struct mosix_msg *msg,
				   struct mosix_taker *taker)
{
	const struct how how = {
		.timeout = MAX_SCHEDULE_TIMEOUT,
		.state = TASK_KILLABLE,
		.send = mosix_link_send_now,
		.taker = taker,
	};

	return send_and_wait(link, msg, &how);
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
 * mosix_call_part - a part came in, in front of an answer
 * @link: where
 * @msg: the part; consumed
 *
 * Return: 0; -EPROTO when more have come than anybody asked for.
 * Context: the link's receiver.
 */
int mosix_call_part(struct mosix_link *link, struct mosix_msg *msg)
{
	u64 id = mosix_msg_id(msg);
	struct call *call;
	int ret = 0;

	spin_lock(&link->lock);
	list_for_each_entry(call, &link->calls, node) {
		if (call->id != id)
			continue;
		if (call->takes && call->nparts < PARTS_MAX) {
			list_add_tail(&msg->node, &call->parts);
			WRITE_ONCE(call->nparts, call->nparts + 1);
			wake_up(&call->wait);
			msg = NULL;
		} else {
			ret = -EPROTO;
		}
		break;
	}
	spin_unlock(&link->lock);
	if (msg)
		mosix_msg_free(msg);
	return ret;
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
