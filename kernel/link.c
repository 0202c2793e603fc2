// SPDX-License-Identifier: GPL-2.0-only
/*
 * A link's life and its queue. Its two threads are in stream.c, how it is
 * made in peer.c. Blind to what the messages mean.
 *
 * Only the link's own two kernel threads touch the socket: a task with a
 * signal pending cannot do network I/O, and a process that migrates nearly
 * always has one. Order is the contract: one queue, first in, first out.
 *
 * Life: the first error wins (mosix_link_close()); it is set once under the
 * lock, wakes everybody, and shuts the socket down, which makes both threads
 * leave. The receiver tells the process last.
 */
#include "link.h"

#include "call.h"
#include "inject.h"
#include "kept.h"
#include "pulse.h"
#include "task.h"

#include <linux/err.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <net/inet_connection_sock.h>
#include <net/sock.h>

enum {
	CORK_MAX	= 64 * 1024,	/* bytes that wait for more */
	/* What may wait to be sent while the peer goes on talking. */
	STUFFED_BYTES	= 32 * 1024 * 1024,
	STUFFED_COUNT	= 16 * 1024,
	/* Of each thread: an answer, and what is ahead of a large window. */
	STUFFED_OWED	= WIRE_PAYLOAD_MAX + WIRE_BULK_AHEAD * WIRE_PAGE_SIZE,
};

static atomic_t hosted = ATOMIC_INIT(0);

/**
 * mosix_msg_new - a message with room for its payload
 * @type: enum wire_type
 * @len: bytes of payload, without pages; zeroed
 *
 * Return: the message, NULL when there is no memory.
 * Context: process context.
 */
struct mosix_msg *mosix_msg_new(enum wire_type type, u32 len)
{
	struct mosix_msg *msg;

	if (mosix_inject_no_memory(INJECT_MAKE, type))
		return NULL;
	msg = kvzalloc(struct_size(msg, data, len), GFP_KERNEL);
	if (!msg)
		return NULL;
	INIT_LIST_HEAD(&msg->node);
	msg->h.magic = cpu_to_le32(WIRE_MAGIC);
	msg->h.type = cpu_to_le16(type);
	msg->len = len;
	return msg;
}

/**
 * mosix_msg_free - drop a message and its pages
 * @msg: the message, in no queue; NULL is fine
 *
 * Context: process context.
 */
void mosix_msg_free(struct mosix_msg *msg)
{
	u32 i;

	if (!msg)
		return;
	for (i = 0; i < msg->npages; i++)
		if (msg->pages[i])
			put_page(msg->pages[i]);
	kvfree(msg);
}

/**
 * mosix_msg_measure - nothing more is put into it: say how long it is
 * @msg: the message
 *
 * Context: any.
 */
void mosix_msg_measure(struct mosix_msg *msg)
{
	u32 len = msg->len;
	u32 i;

	for (i = 0; i < msg->npages; i++)
		if (msg->pages[i])
			len += PAGE_SIZE;
	msg->h.len = cpu_to_le32(len);
}

static void free_queue(struct list_head *queue)
{
	struct mosix_msg *msg, *next;

	list_for_each_entry_safe(msg, next, queue, node) {
		list_del(&msg->node);
		mosix_msg_free(msg);
	}
}

static void link_release(struct kref *ref)
{
	struct mosix_link *link = container_of(ref, struct mosix_link, ref);

	mosix_pulse_remove(link);
	free_queue(&link->queue);
	mosix_kept_forget(link);
	if (link->sock)
		sock_release(link->sock);
	if (link->fresh)
		sock_release(link->fresh);
	if (link->proc)
		mosix_proc_put(link->proc);
	if (link->side == SIDE_HOST)
		atomic_dec(&hosted);
	kfree(link);
}

/**
 * mosix_link_get - take a reference
 * @link: the link
 *
 * Context: any.
 */
void mosix_link_get(struct mosix_link *link)
{
	kref_get(&link->ref);
}

/**
 * mosix_link_put - drop a reference
 * @link: the link, NULL is fine
 *
 * Context: process context; the last one releases the socket.
 */
void mosix_link_put(struct mosix_link *link)
{
	if (link)
		kref_put(&link->ref, link_release);
}

/**
 * mosix_link_new - a link over a connected socket, without its threads
 * @sock: the socket, the link's from now on
 * @side: which end we are
 *
 * Return: the link with one reference, NULL when there is no memory (the
 * socket stays the caller's).
 * Context: process context.
 */
struct mosix_link *mosix_link_new(struct socket *sock, enum wire_side side)
{
	struct mosix_link *link = kzalloc(sizeof(*link), GFP_KERNEL);

	if (!link)
		return NULL;
	kref_init(&link->ref);
	spin_lock_init(&link->lock);
	mutex_init(&link->tx);
	mutex_init(&link->plug);
	INIT_LIST_HEAD(&link->untaken);
	INIT_LIST_HEAD(&link->queue);
	INIT_LIST_HEAD(&link->calls);
	init_waitqueue_head(&link->wait);
	link->sock = sock;
	link->side = side;
	link->sealed = inet_csk_has_ulp(sock->sk);
	if (side == SIDE_HOST)
		atomic_inc(&hosted);
	mosix_pulse_add(link);
	return link;
}

/**
 * mosix_link_hosted - how many links others have made to this node
 *
 * Return: the number.
 * Context: any.
 */
u32 mosix_link_hosted(void)
{
	return atomic_read(&hosted);
}

/**
 * mosix_link_is_stuffed - does the peer talk and not read what it is owed?
 * @link: the link
 *
 * Each thread is owed an answer, pages of a large window, and the signals that it
 * may have.
 *
 * Return: true when more waits to be sent than any honest one lets wait.
 * Context: process context.
 */
bool mosix_link_is_stuffed(struct mosix_link *link)
{
	size_t bytes = READ_ONCE(link->queued), threads = 1;
	u32 count = READ_ONCE(link->nqueued);
	struct mosix_proc *proc;

	if (likely(bytes <= STUFFED_BYTES && count <= STUFFED_COUNT))
		return false;
	proc = mosix_link_proc(link);
	if (proc)
		threads += READ_ONCE(proc->nlive);
	mosix_proc_put(proc);
	return bytes > STUFFED_BYTES + threads * STUFFED_OWED ||
	       count > STUFFED_COUNT + threads * 2 * WIRE_SIGNALS_AHEAD;
}

/**
 * mosix_link_close - end a link at once
 * @link: the link
 * @error: negative errno; only the first one counts
 *
 * Whoever writes just now may be in the middle of a message, and wait for long: then
 * the other end is not told, takes the link for broken, and learns it when it wants
 * it made anew, or by remake.c's farewell.
 *
 * Context: process context, sleeps; @tx of the link may be held.
 */
void mosix_link_close(struct mosix_link *link, int error)
{
	spin_lock(&link->lock);
	if (link->error) {
		spin_unlock(&link->lock);
		return;
	}
	WRITE_ONCE(link->error, error);
	spin_unlock(&link->lock);
	if (mutex_trylock(&link->tx)) {
		mosix_stream_say_end(link);
		mutex_unlock(&link->tx);
	}
	mutex_lock(&link->plug);
	if (link->sock)
		kernel_sock_shutdown(link->sock, SHUT_RDWR);
	mutex_unlock(&link->plug);
	wake_up_all(&link->wait);
	mosix_call_fail_all(link);
}

/**
 * mosix_link_finish - nothing more to say: send what is queued, then end
 * @link: the link; one that lasts ends when the other end has taken it all
 *
 * Context: process context, sleeps.
 */
void mosix_link_finish(struct mosix_link *link)
{
	/* The other end may wait for that before it ends, too. */
	mosix_kept_tidy(link);
	spin_lock(&link->lock);
	link->closing = 1;
	spin_unlock(&link->lock);
	wake_up_all(&link->wait);
}

/**
 * mosix_link_attach - the link serves this process from now on
 * @link: a link without a process
 * @proc: the process; a reference is taken
 *
 * Return: 0, -EBUSY when it has one, or the error that ended the link.
 * Context: process context, sleeps.
 */
int mosix_link_attach(struct mosix_link *link, struct mosix_proc *proc)
{
	int ret;

	spin_lock(&link->lock);
	ret = link->error;
	if (!ret && !link->proc) {
		mosix_proc_get(proc);
		link->proc = proc;
	} else if (!ret) {
		ret = -EBUSY;
	}
	spin_unlock(&link->lock);
	if (ret)
		return ret;
	/* That of a child may be made anew just now. */
	mutex_lock(&link->plug);
	WRITE_ONCE(link->sock->sk->sk_rcvtimeo, MAX_SCHEDULE_TIMEOUT);
	mutex_unlock(&link->plug);
	return 0;
}

/**
 * mosix_link_proc - the process that a link serves
 * @link: the link
 *
 * Return: the process with a reference taken, NULL when it has none yet.
 * Context: any process context.
 */
struct mosix_proc *mosix_link_proc(struct mosix_link *link)
{
	struct mosix_proc *proc;

	spin_lock(&link->lock);
	proc = link->proc;
	if (proc)
		mosix_proc_get(proc);
	spin_unlock(&link->lock);
	return proc;
}

/**
 * mosix_link_send - queue a message
 * @link: where
 * @msg: the message; consumed, also on failure
 *
 * Return: 0, or the error that ended the link.
 * Context: process context, does not wait for the network.
 */
int mosix_link_send(struct mosix_link *link, struct mosix_msg *msg)
{
	bool work = false;
	int ret;

	mosix_msg_measure(msg);
	spin_lock(&link->lock);
	ret = link->error;
	/* TOOK is said to the end: the other one may wait for it. */
	if (!ret && link->closing && mosix_msg_type(msg) != MSG_TOOK)
		ret = -EPIPE;
	if (!ret) {
		list_add_tail(&msg->node, &link->queue);
		link->queued += le32_to_cpu(msg->h.len) + sizeof(msg->h);
		link->nqueued++;
		work = mosix_link_has_work(link);
	}
	spin_unlock(&link->lock);
	if (ret)
		mosix_msg_free(msg);
	else if (work)
		wake_up_all(&link->wait);
	return ret;
}

/**
 * mosix_link_cork - many small messages follow, or were the last ones
 * @link: the link
 * @corked: do they follow?
 *
 * Sent together they cost the peer one interrupt, and us one change to the
 * sender. What becomes large is sent anyway.
 *
 * Context: process context.
 */
void mosix_link_cork(struct mosix_link *link, bool corked)
{
	spin_lock(&link->lock);
	WRITE_ONCE(link->corked, corked);
	spin_unlock(&link->lock);
	if (!corked)
		wake_up_all(&link->wait);
}

/**
 * mosix_link_has_work - is there anything to be sent now?
 * @link: the link
 *
 * Return: true when messages are queued that do not wait for others.
 * Context: any.
 */
bool mosix_link_has_work(struct mosix_link *link)
{
	size_t least = READ_ONCE(link->corked) ? CORK_MAX : 0;

	return READ_ONCE(link->queued) > least;
}

/**
 * mosix_link_send_now - send a message for which somebody waits
 * @link: where
 * @msg: the message, without pages; consumed, also on failure
 *
 * When nothing is in front of it and the socket takes it, the caller sends it
 * itself: that saves waking the sender.
 *
 * Return: 0, or the error that ended the link.
 * Context: process context, nothing held; does not wait for the network.
 */
int mosix_link_send_now(struct mosix_link *link, struct mosix_msg *msg)
{
	msg->h.len = cpu_to_le32(msg->len);
	if (mosix_stream_send_now(link, msg))
		return 0;
	return mosix_link_send(link, msg);
}

/**
 * mosix_link_send_plain - queue a message without payload
 * @link: where
 * @type: a type that has none
 * @id: number of the request it answers, 0 none
 *
 * Return: 0, -ENOMEM, or the error that ended the link.
 * Context: process context.
 */
int mosix_link_send_plain(struct mosix_link *link, enum wire_type type, u64 id)
{
	struct mosix_msg *msg = mosix_msg_new(type, 0);

	if (!msg)
		return -ENOMEM;
	msg->h.id = cpu_to_le64(id);
	return mosix_link_send_now(link, msg);
}

/**
 * mosix_link_refuse - answer a request with no
 * @link: where
 * @id: number of the request
 * @reason: enum wire_refusal
 * @error: negative errno behind it, 0 none
 *
 * Return: 0, -ENOMEM, or the error that ended the link.
 * Context: process context.
 */
int mosix_link_refuse(struct mosix_link *link, u64 id,
		      enum wire_refusal reason, int error)
{
	struct mosix_msg *msg = mosix_msg_new(MSG_REFUSE,
					      sizeof(struct wire_refuse));
	struct wire_refuse *refuse;

	if (!msg)
		return -ENOMEM;
	refuse = (void *)msg->data;
	refuse->reason = cpu_to_le32(reason);
	refuse->error = cpu_to_le32(-error);
	msg->h.id = cpu_to_le64(id);
	return mosix_link_send(link, msg);
}

/**
 * mosix_link_throttle - wait until not too much is queued
 * @link: where
 * @max: bytes
 *
 * Return: 0, -EINTR when killed, or the error that ended the link.
 * Context: process context, sleeps.
 */
int mosix_link_throttle(struct mosix_link *link, size_t max)
{
	int ret = wait_event_killable(link->wait, READ_ONCE(link->error) ||
				      READ_ONCE(link->queued) <= max);

	if (ret)
		return -EINTR;
	return READ_ONCE(link->error);
}

/**
 * mosix_link_stop_level - a deputy stops, or goes on
 * @link: its link
 * @by: 1 it stops, -1 it goes on
 *
 * A level, not a message: current may be TASK_STOPPED and must neither sleep
 * nor allocate. The sender turns changes into STOP and CONT.
 *
 * Context: any process context, does not sleep.
 */
void mosix_link_stop_level(struct mosix_link *link, int by)
{
	atomic_add(by, &link->stopped);
	wake_up_all(&link->wait);
}
