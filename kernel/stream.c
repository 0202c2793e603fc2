// SPDX-License-Identifier: GPL-2.0-only
/*
 * The two kernel threads of a link: one writes what is queued, one reads,
 * checks and dispatches. A small message for which somebody waits is written
 * by who sends it when nothing is queued and the socket has room; nobody else
 * touches the socket.
 */
#include "link.h"

#include "call.h"
#include "clock.h"
#include "inject.h"
#include "kept.h"
#include "msgdef.h"
#include "node.h"
#include "param.h"
#include "pulse.h"
#include "remake.h"
#include "secure.h"
#include "totals.h"

#include <linux/bvec.h>
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/socket.h>
#include <linux/uio.h>
#include <net/sock.h>
#include <net/tcp.h>

enum {
	LINK_NICE	= -10,
	NOW_MAX		= 16 * 1024,	/* what is larger is queued */
	NOW_ROOM	= 4096,		/* for headers of all kinds */
	IDLE_TIMEOUT_S	= 120,		/* of a link without a process */
	RECV_CHUNK	= 32 * 1024,	/* bytes worth a wakeup; far from a window */
	UNSENT_LEAST	= 128 * 1024,	/* bytes; who sends is woken at half of it */
	UNSENT_MOST	= 512 * 1024,
	UNSENT_SHIFT	= 11,		/* of a second: half a millisecond */
};

/*
 * All of it, whatever signals a task has that sends for itself: where the
 * kernel is short of memory for sockets it would be interrupted.
 */
static int send_all(struct mosix_link *link, struct msghdr *mh)
{
	int ret;

	while (msg_data_left(mh)) {
		ret = sock_sendmsg(link->sock, mh);
		if (ret == -ERESTARTSYS || ret == -EINTR)
			schedule_timeout_uninterruptible(1);
		else if (ret < 0)
			return ret;
	}
	return 0;
}

/**
 * mosix_stream_set_room - how much may wait in a socket
 * @sk: the socket
 *
 * It is what a page that somebody waits for comes behind: what the wire takes in
 * half a millisecond, as far as TCP knows, which keeps a fast one busy all the same.
 *
 * Context: any.
 */
void mosix_stream_set_room(struct sock *sk)
{
	u64 room = READ_ONCE(sk->sk_pacing_rate) >> UNSENT_SHIFT;

	WRITE_ONCE(tcp_sk(sk)->notsent_lowat,
		   clamp_t(u64, room, UNSENT_LEAST, UNSENT_MOST));
}

/*
 * They go as they are, not as copies: nobody writes to them before the peer has
 * them, since they were taken out or their process stands still.
 */
static int send_pages(struct mosix_link *link, struct mosix_msg *msg, int flags)
{
	struct bio_vec vec[WIRE_PAGES_MAX];
	struct msghdr mh = { .msg_flags = MSG_SPLICE_PAGES | flags };
	u32 i, n = 0;

	for (i = 0; i < msg->npages; i++)
		if (msg->pages[i])
			bvec_set_page(&vec[n++], msg->pages[i], PAGE_SIZE, 0);
	iov_iter_bvec(&mh.msg_iter, ITER_SOURCE, vec, n, n * PAGE_SIZE);
	mosix_stream_set_room(link->sock->sk);
	return send_all(link, &mh);
}

/**
 * mosix_stream_say_end - the connection ends, and not by somebody on the wire
 * @link: where; @tx held
 *
 * Who was told so himself need not be. What finds no room is not said.
 *
 * Context: process context, sleeps; does not wait for the network.
 */
void mosix_stream_say_end(struct mosix_link *link)
{
	struct socket *sock = link->sock;

	lockdep_assert_held(&link->tx);
	if (!sock || READ_ONCE(link->down) || !link->greeted ||
	    link->told_end || READ_ONCE(link->heard_end) ||
	    !mosix_secure_is_sealed(sock) ||
	    sk_stream_wspace(sock->sk) < NOW_ROOM)
		return;
	if (!mosix_secure_say_end(sock))
		WRITE_ONCE(link->told_end, 1);
}

/* Between two messages, @tx held: mosix_link_close() alone would say nothing. */
static void end_here(struct mosix_link *link, int error)
{
	mosix_stream_say_end(link);
	mosix_link_close(link, error);
}

/* @more: another one follows at once, and may share a segment with it. */
static int send_one(struct mosix_link *link, struct mosix_msg *msg, bool more)
{
	int flags = MSG_NOSIGNAL | (more ? MSG_MORE : 0);
	bool pages = le32_to_cpu(msg->h.len) > msg->len;
	struct msghdr mh = { .msg_flags = flags | (pages ? MSG_MORE : 0) };
	struct kvec vec[] = {
		{ .iov_base = &msg->h, .iov_len = sizeof(msg->h) },
		{ .iov_base = msg->data, .iov_len = msg->len },
	};
	size_t bytes;
	int after = 0;
	int ret = mosix_inject_before(link, INJECT_SEND, mosix_msg_type(msg),
				      &after);

	if (ret) {
		end_here(link, ret);
		return ret;
	}
	mosix_clock_stamp(&msg->h);
	iov_iter_kvec(&mh.msg_iter, ITER_SOURCE, vec, ARRAY_SIZE(vec),
		      sizeof(msg->h) + msg->len);
	ret = send_all(link, &mh);
	if (!ret && pages)
		ret = send_pages(link, msg, flags);
	bytes = sizeof(msg->h) + le32_to_cpu(msg->h.len);
	WRITE_ONCE(link->sent, link->sent + bytes);
	mosix_totals_add(TOTAL_SENT_BYTES, bytes);
	if (after)
		end_here(link, after);
	return ret;
}

/*
 * It is counted before the peer can tell that it came, and kept behind it until
 * that does. A connection that took half of it takes nothing more. @tx held;
 * @msg is consumed.
 */
static void write_one(struct mosix_link *link, struct mosix_msg *msg, bool more)
{
	u16 type = mosix_msg_type(msg);
	bool counts = tally_counts(type);
	int ret;

	if (counts) {
		mosix_remake_note(link, type);
		spin_lock(&link->lock);
		tally_write(&link->tally);
		spin_unlock(&link->lock);
	}
	ret = send_one(link, msg, more);
	if (counts)
		mosix_kept_add(link, msg);
	else
		mosix_msg_free(msg);
	if (ret)
		mosix_remake_broken(link, ret);
}

static int send_level(struct mosix_link *link)
{
	u8 want = atomic_read(&link->stopped) > 0;
	struct wire_header h = {
		.magic = cpu_to_le32(WIRE_MAGIC),
		.type = cpu_to_le16(want ? MSG_STOP : MSG_CONT),
	};
	struct msghdr mh = { .msg_flags = MSG_NOSIGNAL };
	struct kvec vec = { .iov_base = &h, .iov_len = sizeof(h) };

	if (want == link->stop_sent)
		return 0;
	link->stop_sent = want;
	mosix_clock_stamp(&h);
	iov_iter_kvec(&mh.msg_iter, ITER_SOURCE, &vec, 1, sizeof(h));
	return send_all(link, &mh);
}

static struct mosix_msg *dequeue(struct mosix_link *link, bool *more)
{
	struct mosix_msg *msg;

	spin_lock(&link->lock);
	msg = list_first_entry_or_null(&link->queue, struct mosix_msg, node);
	if (msg) {
		list_del_init(&msg->node);
		link->queued -= le32_to_cpu(msg->h.len) + sizeof(msg->h);
		link->nqueued--;
	}
	*more = !list_empty(&link->queue);
	spin_unlock(&link->lock);
	return msg;
}

/* The next thing to be sent. */
static void send_next(struct mosix_link *link)
{
	struct mosix_msg *msg;
	bool more;
	int ret;

	/* Killable: who has it may wait for a wire that is cut; that is no hang. */
	if (mutex_lock_killable(&link->tx))
		return;
	if (READ_ONCE(link->down))
		goto out;
	ret = send_level(link);
	if (ret) {
		mosix_remake_broken(link, ret);
		goto out;
	}
	msg = dequeue(link, &more);
	if (msg)
		write_one(link, msg, more);
out:
	mutex_unlock(&link->tx);
	wake_up_all(&link->wait);	/* throttled producers */
}

static bool level_is_sent(struct mosix_link *link)
{
	return (atomic_read(&link->stopped) > 0) == link->stop_sent;
}

/* Is nothing in front of what would be sent now? */
static bool is_idle(struct mosix_link *link)
{
	bool idle;

	spin_lock(&link->lock);
	idle = !link->error && !link->closing && !READ_ONCE(link->down) &&
	       list_empty(&link->queue);
	spin_unlock(&link->lock);
	return idle && level_is_sent(link);
}

/* Would it go out at once, and in its turn? */
static bool takes_now(struct mosix_link *link, const struct mosix_msg *msg)
{
	struct sock *sk;

	if (!is_idle(link))
		return false;	/* it may have no socket */
	sk = link->sock->sk;
	return msg->len <= NOW_MAX && sk_stream_is_writeable(sk) &&
	       sk_stream_wspace(sk) > (int)msg->len + NOW_ROOM;
}

/**
 * mosix_stream_send_now - send a message past the sender, if that can be
 * @link: where
 * @msg: the message, without pages; consumed when it was sent
 *
 * Return: false when it has to be queued.
 * Context: process context, nothing held.
 */
bool mosix_stream_send_now(struct mosix_link *link, struct mosix_msg *msg)
{
	bool now;

	if (!mutex_trylock(&link->tx))
		return false;
	now = takes_now(link, msg);
	if (now)
		write_one(link, msg, false);
	mutex_unlock(&link->tx);
	return now;
}

/**
 * mosix_stream_take_turn - be the next one who sends
 * @link: where
 *
 * What others have to say from here on comes behind the message of who has the
 * turn, also when it is not made yet: so pages can be taken out first, and
 * nobody asks for them in front of the message that has them.
 *
 * Return: true, and mosix_stream_end_turn() must follow; false when there is
 * something to be sent already.
 * Context: process context, no lock of an mm held.
 */
bool mosix_stream_take_turn(struct mosix_link *link)
{
	if (mutex_lock_killable(&link->tx))
		return false;
	if (is_idle(link))
		return true;
	mutex_unlock(&link->tx);
	return false;
}

/**
 * mosix_stream_end_turn - send what the turn was taken for
 * @link: where, its turn taken
 * @msg: the message; consumed; NULL: there is none after all
 *
 * The caller sends it itself, which saves two changes of task for each
 * message of a bulk transfer.
 *
 * Context: process context, waits for room in the socket.
 */
void mosix_stream_end_turn(struct mosix_link *link, struct mosix_msg *msg)
{
	if (msg) {
		mosix_msg_measure(msg);
		write_one(link, msg, false);
	}
	mutex_unlock(&link->tx);
}

/* Nothing will follow, and all has come, or the peer need not have it. */
static bool may_end(struct mosix_link *link)
{
	bool may;

	spin_lock(&link->lock);
	may = link->closing && !link->queued &&
	      (!link->lasts || link->stubborn || tally_is_even(&link->tally));
	spin_unlock(&link->lock);
	return may;
}

static bool has_to_send(struct mosix_link *link)
{
	if (READ_ONCE(link->down))
		return false;
	return mosix_link_has_work(link) || !level_is_sent(link) ||
	       (READ_ONCE(link->closing) && READ_ONCE(link->queued));
}

/* False: something is to be said after all. */
static bool end_stream(struct mosix_link *link)
{
	bool ends;

	/* Behind what somebody writes who began before it was the end. */
	if (mutex_lock_killable(&link->tx))
		return false;
	/* Who makes the link anew may have been in between: he has @tx, too. */
	ends = may_end(link);
	if (ends) {
		WRITE_ONCE(link->ended, 1);
		mosix_stream_say_end(link);
		if (link->sock)
			kernel_sock_shutdown(link->sock, SHUT_WR);
	}
	mutex_unlock(&link->tx);
	return ends;
}

static int sender(void *arg)
{
	struct mosix_link *link = arg;

	while (!READ_ONCE(link->error)) {
		wait_event_idle(link->wait, READ_ONCE(link->error) ||
				has_to_send(link) || may_end(link));
		if (has_to_send(link))
			send_next(link);
		else if (may_end(link) && end_stream(link))
			break;
	}
	mosix_link_put(link);
	return 0;
}

/* Nothing comes over this connection any more: @ret, 0 at its end. */
static int torn(struct mosix_link *link, int ret)
{
	link->torn = 1;
	if (ret == -EIO && mosix_secure_is_sealed(link->sock) &&
	    mosix_secure_hear_end(link->sock)) {
		WRITE_ONCE(link->heard_end, 1);
		ret = 0;
	}
	return ret ?: -ECONNRESET;
}

static int recv_bytes(struct mosix_link *link, void *data, size_t len)
{
	struct msghdr mh = { .msg_flags = MSG_NOSIGNAL };
	struct kvec vec = { .iov_base = data, .iov_len = len };
	int ret;

	if (!len)
		return 0;
	ret = kernel_recvmsg(link->sock, &mh, &vec, 1, len, MSG_WAITALL);
	if (ret < 0)
		return torn(link, ret);
	return ret == len ? 0 : torn(link, 0);
}

/* Or will have none any more. */
static bool has_bytes(struct sock *sk, int len)
{
	return tcp_epollin_ready(sk, len) || READ_ONCE(sk->sk_err) ||
	       READ_ONCE(sk->sk_shutdown) & RCV_SHUTDOWN;
}

/*
 * A reader who is woken for each segment takes the socket from those who bring the
 * next one. Records of TLS wake it for each record, and what of them has been
 * opened already is not told. Return: false when its time is over, as of any read.
 */
static bool await_bytes(struct sock *sk, int len)
{
	long left = READ_ONCE(sk->sk_rcvtimeo);

	WRITE_ONCE(sk->sk_rcvlowat, len);
	/* A thread of the kernel, which no signal reaches. */
	left = wait_event_interruptible_timeout(*sk_sleep(sk), has_bytes(sk, len),
						left);
	WRITE_ONCE(sk->sk_rcvlowat, 1);
	return left;
}

static int recv_much(struct mosix_link *link, struct msghdr *mh)
{
	struct sock *sk = link->sock->sk;
	bool sealed = mosix_secure_is_sealed(link->sock);
	int ret;

	while (msg_data_left(mh)) {
		if (!sealed && !await_bytes(sk, min_t(size_t, msg_data_left(mh),
						      RECV_CHUNK)))
			return torn(link, -EAGAIN);
		ret = sock_recvmsg(link->sock, mh,
				   sealed ? MSG_WAITALL : MSG_DONTWAIT);
		/* In clear it has not waited; by records its time is over. */
		if (!ret || (ret < 0 && (sealed || ret != -EAGAIN)))
			return torn(link, ret);
	}
	return 0;
}

/* Room for those pages of @msg that are not all zero: the others stay NULL. */
static int make_room(struct mosix_msg *msg, u32 zero)
{
	u32 need = msg->npages - hweight32(zero);
	u32 i, got = 0, had;

	while (got < need) {
		had = got;
		got = alloc_pages_bulk_array(GFP_HIGHUSER_MOVABLE, need,
					     msg->pages);
		if (got == had)
			return -ENOMEM;
	}
	/* From the last one on, since none goes to a place before its own. */
	for (i = msg->npages; i--;)
		msg->pages[i] = zero & BIT(i) ? NULL : msg->pages[--need];
	return 0;
}

/* The pages behind a head that was checked. */
static int recv_pages(struct mosix_link *link, struct mosix_msg *msg)
{
	const struct wire_pages *head = (void *)msg->data;
	struct bio_vec vec[WIRE_PAGES_MAX];
	struct msghdr mh = { .msg_flags = MSG_NOSIGNAL };
	u32 i, n = 0;
	int ret;

	msg->npages = le32_to_cpu(head->count);
	ret = make_room(msg, le32_to_cpu(head->zero | head->kept));
	if (ret)
		return ret;
	for (i = 0; i < msg->npages; i++)
		if (msg->pages[i])
			bvec_set_page(&vec[n++], msg->pages[i], PAGE_SIZE, 0);
	if (!n)
		return 0;
	iov_iter_bvec(&mh.msg_iter, ITER_DEST, vec, n, n * PAGE_SIZE);
	return recv_much(link, &mh);
}

static int recv_one(struct mosix_link *link, struct mosix_msg **out)
{
	enum wire_side from = link->side == SIDE_HOME ? SIDE_HOST : SIDE_HOME;
	struct mosix_msg *msg;
	struct wire_header h;
	u32 len, head;
	u16 type;
	int ret;

	ret = recv_bytes(link, &h, sizeof(h));
	if (!ret)
		ret = wire_check_header(&h, from);
	if (ret)
		return ret;
	mosix_clock_hear(link, &h);
	type = le16_to_cpu(h.type);
	len = le32_to_cpu(h.len);
	head = type == MSG_PAGES ? wire_head_len(type) : len;
	msg = mosix_msg_new(type, head);
	if (!msg)
		return -ENOMEM;
	msg->h = h;
	ret = recv_bytes(link, msg->data, head);
	if (!ret)
		ret = wire_check_payload(type, msg->data, len);
	if (!ret)
		ret = wire_check_version(READ_ONCE(link->version), type, len);
	if (!ret && type == MSG_PAGES)
		ret = recv_pages(link, msg);
	if (ret) {
		mosix_msg_free(msg);
		return ret;
	}
	*out = msg;
	return 0;
}

/* 0: there is none that both speak. */
static u16 choose_version(const struct wire_hello *hello)
{
	u16 newest = mosix_param(PARAM_WIRE_VERSION);
	u16 version = wire_choose(hello, newest);

	if (!version)
		pr_warn_ratelimited("mosix: node %u speaks versions %u to %u of the protocol, this one %u to %u: no link\n",
				    le16_to_cpu(hello->node),
				    le16_to_cpu(hello->version_min),
				    le16_to_cpu(hello->version_max),
				    WIRE_VERSION_MIN, newest);
	return version;
}

static int welcome(struct mosix_link *link, const struct mosix_msg *msg)
{
	const struct wire_hello *hello = (void *)msg->data;
	struct wire_welcome *welcome;
	struct wire_hello *answer;
	struct mosix_msg *reply;
	union mosix_addr peer;
	u16 node = le16_to_cpu(hello->node);
	u16 version = choose_version(hello);

	if (!version)
		return -EPROTONOSUPPORT;
	if (le16_to_cpu(hello->peer) != mosix_node_self())
		return -EADDRNOTAVAIL;
	if (link->known && node != link->known)
		return -EACCES;
	if (!node || node == mosix_node_self() ||
	    mosix_addr_of_peer(&peer, link->sock) ||
	    !mosix_node_has_addr(node, &peer))
		return -EACCES;
	reply = mosix_msg_new(MSG_WELCOME, sizeof(*welcome));
	if (!reply)
		return -ENOMEM;
	welcome = (void *)reply->data;
	get_random_bytes(link->token, sizeof(link->token));
	memcpy(welcome->token, link->token, sizeof(welcome->token));
	answer = &welcome->hello;
	answer->version_min = cpu_to_le16(version);
	answer->version_max = answer->version_min;
	answer->node = cpu_to_le16(mosix_node_self());
	answer->peer = hello->node;
	reply->h.id = msg->h.id;
	link->peer = node;
	link->boot = le64_to_cpu(hello->boot);
	link->version = version;
	link->greeted = 1;
	mosix_remake_last(link);
	mosix_pulse_outlive(node, link->boot);
	link->sock->sk->sk_rcvtimeo = mosix_pulse_patience(IDLE_TIMEOUT_S);
	return mosix_link_send(link, reply);
}

/* The first message: a new link, or one that goes on. */
static int greet(struct mosix_link *link, struct mosix_msg *msg)
{
	u16 type = mosix_msg_type(msg);
	int ret = -EPROTO;

	/* Who was refused has nothing more to say. */
	if (!link->closing && type == MSG_RESUME)
		return mosix_remake_knock(link, msg);
	if (!link->closing && type == MSG_HELLO)
		ret = welcome(link, msg);
	mosix_msg_free(msg);
	return ret;
}

/* What to do with the first message, and with all others. */
static int handle(struct mosix_link *link, struct mosix_msg *msg)
{
	int after, ret;

	ret = mosix_inject_before(link, INJECT_RECEIVE, mosix_msg_type(msg),
				  &after);
	if (ret) {
		mosix_msg_free(msg);
		return ret;
	}
	if (!link->greeted)
		ret = greet(link, msg);
	else if (mosix_msg_type(msg) == MSG_TOOK)
		ret = mosix_kept_heard(link, msg);
	else
		ret = mosix_msgdef_dispatch(link, msg);
	return ret ?: after;
}

/* One message, or, without any, another connection for those that follow. */
static int receive(struct mosix_link *link)
{
	struct mosix_msg *msg;
	int ret;

	if (mosix_link_is_stuffed(link))
		return -ENOBUFS;
	link->torn = 0;
	ret = recv_one(link, &msg);
	if (!ret) {
		mosix_kept_took(link, msg);
		return handle(link, msg);
	}
	/* -EAGAIN: nobody wanted anything for too long. */
	if (link->torn && ret != -EAGAIN && mosix_remake_wanted(link)) {
		mosix_secure_blame(link->sock, ret);
		ret = mosix_remake(link);
	}
	return ret;
}

static int receiver(void *arg)
{
	struct mosix_link *link = arg;
	int ret;

	do {
		ret = receive(link);
	} while (!ret);
	if (ret != -ECONNRESET && !READ_ONCE(link->error))
		pr_warn_ratelimited("mosix: link with node %u ends: %pe\n",
				    link->peer, ERR_PTR(ret));
	mosix_link_close(link, ret);
	mosix_msgdef_lost(link);
	mosix_remake_farewell(link);
	mosix_link_put(link);
	return 0;
}

/**
 * mosix_stream_start - start the threads of a link
 * @link: the link; each thread takes a reference
 *
 * Return: 0, or a negative errno when no thread runs.
 * Context: process context.
 */
int mosix_stream_start(struct mosix_link *link)
{
	struct task_struct *rx, *tx;

	rx = kthread_create(receiver, link, "mosix_rx/%u", link->peer);
	if (IS_ERR(rx))
		return PTR_ERR(rx);
	tx = kthread_create(sender, link, "mosix_tx/%u", link->peer);
	if (IS_ERR(tx)) {
		kthread_stop(rx);
		return PTR_ERR(tx);
	}
	/* A process stands still while they work: before others' jobs. */
	set_user_nice(rx, LINK_NICE);
	set_user_nice(tx, LINK_NICE);
	mosix_link_get(link);
	wake_up_process(rx);
	mosix_link_get(link);
	wake_up_process(tx);
	return 0;
}
