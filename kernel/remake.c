// SPDX-License-Identifier: GPL-2.0-only
/*
 * A link goes on over another connection when its own has broken.
 *
 * A connection of TCP outlives a cut (pulse.c), but not an RST, whoever sent it,
 * nor a record that fails at its tag. Both nodes live then, and so does the link:
 * each end keeps what it wrote until the other one has told that it took it
 * (tally.c), home connects once more, with a handshake of its own, and names the
 * link by its token; both say how much they took, and the rest is written again.
 * Whoever waits for the link sleeps meanwhile as over a slow wire.
 *
 *	          torn                      taken up
 *	 UP --------------------> DOWN --------------------> UP
 *	 |                          | error, or no
 *	 | told so, error           | connection in time
 *	 +----> ENDED <-------------+
 *
 * That it wants no more the other end says in a record (secure.c). An end of the
 * stream (FIN) without it is anybody's, and tears as an RST does; if the other end
 * has ended the link all the same, and could not say so, it is told then that the link
 * is gone (home asks) or over (home says). In clear, where who can make a FIN can
 * say anything, a FIN is the word. A node that has booted since knows no token of
 * its former life and says so.
 *
 * A link lasts so from STARTED on. Before that a move fails and the process goes on
 * at home, which needs nothing of this. That of a child lasts from its begin, since
 * the child has nowhere else to go on; the host does not know which it is before
 * OFFER or ADOPT.
 *
 * The receiver leads: it alone replaces the socket. Who writes finds the link
 * down, keeps what it has to say in the queue, and waits for nobody.
 */
#include "remake.h"

#include "clock.h"
#include "kept.h"
#include "node.h"
#include "pulse.h"
#include "secure.h"
#include "totals.h"

#include <linux/err.h>
#include <linux/random.h>
#include <linux/socket.h>
#include <net/sock.h>
#include <net/tcp.h>

enum {
	ANSWER_TIMEOUT_S = 10,
	FAREWELL_LOOKS	= 40,	/* 20 in a second: was our end heard? */
	AGAIN_MS	= 250,	/* from one attempt to the next, and up to */
	AGAIN_MORE_MS	= 750,	/* so much longer: many may have to */
	HOST_WAITS_S	= 10,	/* longer than home tries */
};

/* RESUME or RESUMED. */
struct greeting {
	struct wire_header h;
	union {
		struct wire_resume resume;
		struct wire_resumed resumed;
	};
};

static_assert(sizeof(struct wire_resumed) <= sizeof(struct wire_resume));

/**
 * mosix_remake_last - from now on the link outlives its connection
 * @link: the link
 *
 * Context: any.
 */
void mosix_remake_last(struct mosix_link *link)
{
	WRITE_ONCE(link->lasts, 1);
}

/**
 * mosix_remake_note - a message goes or has come: does the link last from now on?
 * @link: where
 * @type: of the message
 *
 * Context: any.
 */
void mosix_remake_note(struct mosix_link *link, u16 type)
{
	if (type == MSG_OFFER)
		WRITE_ONCE(link->lasts, 0);
	/* Home does not know yet whether the host has said STARTED. */
	if (type == MSG_IMAGE_END)
		link->may_run = 1;
	if (type == MSG_STARTED || type == MSG_ADOPT)
		mosix_remake_last(link);
}

static void tear(struct mosix_link *link)
{
	lockdep_assert_held(&link->plug);
	if (link->down || !link->sock)
		return;
	WRITE_ONCE(link->down, 1);
	tcp_abort(link->sock->sk, ECONNABORTED);
}

/**
 * mosix_remake_tear - this connection is good for nothing any more
 * @link: the link, which is down then
 *
 * An RST, no FIN: the other end shall know that more is to come.
 *
 * Context: process context, sleeps.
 */
void mosix_remake_tear(struct mosix_link *link)
{
	mutex_lock(&link->plug);
	tear(link);
	mutex_unlock(&link->plug);
}

/**
 * mosix_remake_reset - the connection is reset, as somebody in between might do it
 * @link: the link, which is told by the next one who uses it
 *
 * Context: process context, sleeps; a test wants it.
 */
void mosix_remake_reset(struct mosix_link *link)
{
	mutex_lock(&link->plug);
	if (link->sock)
		tcp_abort(link->sock->sk, ECONNRESET);
	mutex_unlock(&link->plug);
}

static bool may_last(struct mosix_link *link)
{
	return READ_ONCE(link->lasts) && !READ_ONCE(link->stubborn) &&
	       !READ_ONCE(link->error);
}

/**
 * mosix_remake_broken - the connection does not take what is written
 * @link: the link: down, or closed if it does not last
 * @error: negative errno
 *
 * Context: process context, sleeps.
 */
void mosix_remake_broken(struct mosix_link *link, int error)
{
	if (may_last(link))
		mosix_remake_tear(link);
	else
		mosix_link_close(link, error);
}

/**
 * mosix_remake_retry - another connection may do better than this one
 * @link: the link; one that does not last is left alone
 *
 * Context: process context, sleeps.
 */
void mosix_remake_retry(struct mosix_link *link)
{
	if (may_last(link))
		mosix_remake_tear(link);
}

/* Did the other end say that it wants no more? */
static bool heard_end(struct mosix_link *link)
{
	return READ_ONCE(link->heard_end) ||
	       (!mosix_secure_is_sealed(link->sock) &&
		sock_flag(link->sock->sk, SOCK_DONE));
}

/**
 * mosix_remake_wanted - nothing comes any more: is there to be another connection?
 * @link: the link, whose connection gave an error or its end
 *
 * Return: false when the other end said that it wants no more, or we do.
 * Context: the link's receiver.
 */
bool mosix_remake_wanted(struct mosix_link *link)
{
	bool over;

	if (!may_last(link) || heard_end(link))
		return false;
	spin_lock(&link->lock);
	/* What is queued behind our end is a TOOK, which nobody sends. */
	over = READ_ONCE(link->ended) || (link->closing && !link->queued &&
					  tally_is_even(&link->tally));
	spin_unlock(&link->lock);
	return !over;
}

static int put(struct socket *sock, const struct greeting *g, size_t len)
{
	struct msghdr mh = { .msg_flags = MSG_NOSIGNAL };
	struct kvec vec = { .iov_base = (void *)g,
			    .iov_len = sizeof(g->h) + len };
	int ret = kernel_sendmsg(sock, &mh, &vec, 1, vec.iov_len);

	if (ret < 0)
		return ret;
	return ret == sizeof(g->h) + len ? 0 : -ECONNRESET;
}

static void begin(struct greeting *g, u16 type, size_t len)
{
	memset(g, 0, sizeof(*g));
	g->h.magic = cpu_to_le32(WIRE_MAGIC);
	g->h.type = cpu_to_le16(type);
	g->h.len = cpu_to_le32(len);
	mosix_clock_stamp(&g->h);
}

static u64 taken(struct mosix_link *link)
{
	u64 took;

	spin_lock(&link->lock);
	took = tally_tell(&link->tally);
	spin_unlock(&link->lock);
	return took;
}

/* The answer to RESUME. -ESTALE: there is no such link any more. */
static int hear_resumed(struct socket *sock, u64 *took)
{
	struct msghdr mh = { .msg_flags = MSG_NOSIGNAL };
	struct greeting g;
	struct kvec vec = {
		.iov_base = &g,
		.iov_len = sizeof(g.h) + sizeof(g.resumed),
	};
	int ret;

	sock->sk->sk_rcvtimeo = ANSWER_TIMEOUT_S * HZ;
	ret = kernel_recvmsg(sock, &mh, &vec, 1, vec.iov_len, MSG_WAITALL);
	if (ret < 0)
		return ret;
	if (ret != sizeof(g.h) + sizeof(g.resumed))
		return -ECONNRESET;
	ret = wire_check_header(&g.h, SIDE_HOST);
	if (!ret && le16_to_cpu(g.h.type) != MSG_RESUMED)
		ret = -EPROTO;
	ret = ret ?: wire_check_payload(MSG_RESUMED, &g.resumed,
					le32_to_cpu(g.h.len));
	if (ret)
		return -EPROTO;
	*took = le64_to_cpu(g.resumed.took);
	return g.resumed.gone ? -ESTALE : 0;
}

/* @took: what we have taken, and then what the other end has. */
static int ask_to_resume(struct mosix_link *link, struct socket *sock, u64 *took)
{
	struct greeting g;
	int ret;

	begin(&g, MSG_RESUME, sizeof(g.resume));
	memcpy(g.resume.token, link->token, sizeof(g.resume.token));
	g.resume.took = cpu_to_le64(*took);
	ret = put(sock, &g, sizeof(g.resume));
	memzero_explicit(&g, sizeof(g));
	return ret ?: hear_resumed(sock, took);
}

/* -EAGAIN: home has come over a newer one, and does not hear this one any more. */
static int swap_socket(struct mosix_link *link, struct socket **sock)
{
	int ret = 0;

	mutex_lock(&link->plug);
	if (READ_ONCE(link->fresh)) {
		ret = -EAGAIN;
	} else {
		/* It still ends when it has no process in time. */
		(*sock)->sk->sk_rcvtimeo = link->sock->sk->sk_rcvtimeo;
		swap(link->sock, *sock);
		WRITE_ONCE(link->down, 0);
		if (READ_ONCE(link->error))
			kernel_sock_shutdown(link->sock, SHUT_RDWR);
	}
	mutex_unlock(&link->plug);
	return ret;
}

/*
 * Over @sock from now on, behind the message that the other end took last. What it
 * did not take goes in front of what was never written. @sock is consumed.
 */
static int plug_in(struct mosix_link *link, struct socket *sock, u64 took)
{
	struct mosix_msg *msg;
	int ret;

	mutex_lock(&link->tx);
	spin_lock(&link->lock);
	ret = tally_again(&link->tally, took);
	spin_unlock(&link->lock);
	if (!ret && READ_ONCE(link->stubborn))
		ret = -ENOBUFS;
	if (ret)
		goto out;
	mosix_kept_reap(link);
	spin_lock(&link->lock);
	list_for_each_entry(msg, &link->untaken, node) {
		link->queued += le32_to_cpu(msg->h.len) + sizeof(msg->h);
		link->nqueued++;
	}
	list_splice_init(&link->untaken, &link->queue);
	spin_unlock(&link->lock);
	link->untaken_bytes = 0;
	if (link->side == SIDE_HOME)	/* who alone says it */
		link->stop_sent = STOP_UNKNOWN;
	ret = swap_socket(link, &sock);
out:
	mutex_unlock(&link->tx);
	sock_release(sock);	/* the one that it was, or that it is not to be */
	wake_up_all(&link->wait);
	return ret;
}

/* Nobody asks for it any more, or its time is over. */
static int why_not(struct mosix_link *link, unsigned long end)
{
	return READ_ONCE(link->error) ?:
	       time_after(jiffies, end) ? -ETIMEDOUT : 0;
}

/* The host may have taken it up, or do so yet: a FIN would be the link's end. */
static void give_up(struct socket *sock)
{
	tcp_abort(sock->sk, ECONNABORTED);
	sock_release(sock);
}

static int dial_again(struct mosix_link *link)
{
	unsigned long end = jiffies + mosix_pulse_patience(0);
	struct socket *sock;
	u32 again_ms;
	u64 took;
	int ret;

	do {
		sock = mosix_peer_dial(link->peer, link->sealed);
		ret = PTR_ERR_OR_ZERO(sock);
		if (!ret) {
			took = taken(link);
			ret = ask_to_resume(link, sock, &took);
			if (!ret)
				return plug_in(link, sock, took);
			give_up(sock);
		}
		if (ret == -ESTALE || ret == -EPROTO)
			return ret;
		again_ms = AGAIN_MS + get_random_u32_below(AGAIN_MORE_MS);
		wait_event_idle_timeout(link->wait, READ_ONCE(link->error),
					msecs_to_jiffies(again_ms));
		ret = why_not(link, end);
	} while (!ret);
	return ret;
}

static struct socket *take_fresh(struct mosix_link *link, u64 *took)
{
	struct socket *sock;

	spin_lock(&link->lock);
	sock = link->fresh;
	link->fresh = NULL;
	*took = link->fresh_took;
	spin_unlock(&link->lock);
	return sock;
}

/* -EAGAIN: home has to try once more. */
static int take_up(struct mosix_link *link, struct socket *sock, u64 took)
{
	struct greeting g;

	begin(&g, MSG_RESUMED, sizeof(g.resumed));
	g.resumed.took = cpu_to_le64(taken(link));
	if (!put(sock, &g, sizeof(g.resumed)))
		return plug_in(link, sock, took);
	sock_release(sock);
	return -EAGAIN;
}

static int await_fresh(struct mosix_link *link)
{
	unsigned long end = jiffies + mosix_pulse_patience(HOST_WAITS_S);
	struct socket *sock;
	u64 took;
	int ret;

	do {
		wait_event_idle_timeout(link->wait, READ_ONCE(link->error) ||
					READ_ONCE(link->fresh), HZ);
		sock = take_fresh(link, &took);
		ret = sock ? take_up(link, sock, took) : -EAGAIN;
		if (ret != -EAGAIN)
			return ret;
		ret = why_not(link, end);
	} while (!ret);
	return ret;
}

/**
 * mosix_remake - find another connection for a link
 * @link: the link
 *
 * Return: 0: it goes on; a negative errno that ends it.
 * Context: the link's receiver; sleeps for as long as a link may be cut.
 */
int mosix_remake(struct mosix_link *link)
{
	int ret;

	mosix_remake_tear(link);
	ret = link->side == SIDE_HOME ? dial_again(link) : await_fresh(link);
	if (ret)
		return ret;
	mosix_totals_add(TOTAL_REMADE, 1);
	pr_info_ratelimited("mosix: link with node %u broke and goes on\n",
			    link->peer);
	return 0;
}

/* Nobody says it any more, and pages in it may be those of a process that goes on. */
static void drop_all(struct mosix_link *link)
{
	u64 took;
	struct socket *fresh = take_fresh(link, &took);

	if (fresh)
		sock_release(fresh);
	mutex_lock(&link->tx);
	spin_lock(&link->lock);
	list_splice_init(&link->queue, &link->untaken);
	link->queued = 0;
	link->nqueued = 0;
	spin_unlock(&link->lock);
	mosix_kept_forget(link);
	mutex_unlock(&link->tx);
}

/* Is what TCP says of our end worth anything? */
static bool has_told(const struct mosix_link *link)
{
	return READ_ONCE(link->told_end) || !mosix_secure_is_sealed(link->sock);
}

/* An answer may still come over this connection. */
static bool is_open(struct mosix_link *link)
{
	return has_told(link) &&
	       inet_sk_state_load(link->sock->sk) != TCP_CLOSE;
}

/*
 * Has the other end heard that this is the end, or said so itself? Who makes an ACK
 * of our end has to keep it from there, too, and then gains that the host waits in
 * vain.
 */
static bool is_heard(struct mosix_link *link)
{
	struct sock *sk = link->sock->sk;

	return heard_end(link) ||
	       (has_told(link) &&
		(sock_flag(sk, SOCK_DONE) ||
		 inet_sk_state_load(sk) == TCP_FIN_WAIT2));
}

/* True: its host knows. */
static bool say_over(struct mosix_link *link)
{
	struct socket *sock = mosix_peer_dial(link->peer, link->sealed);
	u64 took = WIRE_TOOK_OVER;
	int ret;

	if (IS_ERR(sock))
		return false;
	ret = ask_to_resume(link, sock, &took);
	sock_release(sock);
	return ret == -ESTALE;
}

/**
 * mosix_remake_farewell - a link has ended: its host shall not wait for more
 * @link: the link, its error set
 *
 * An RST may be all that the host has heard: of a link that was down, or whose end
 * was behind what the host did not read. It would wait, and keep the body. So this
 * is said for as long as it would wait.
 *
 * Context: the link's receiver, when all else is done; sleeps.
 */
void mosix_remake_farewell(struct mosix_link *link)
{
	unsigned long end = jiffies + mosix_pulse_patience(0);
	u32 looks = 0;

	drop_all(link);
	/* Behind a silence nobody can be told, and who said so himself need not be. */
	if (link->side != SIDE_HOME || !(link->lasts || link->may_run) ||
	    link->error == -ETIMEDOUT || link->error == -ESTALE)
		return;
	while (!is_heard(link) && is_open(link) && looks++ < FAREWELL_LOOKS)
		schedule_timeout_idle(HZ / 20);
	while (!is_heard(link) && !say_over(link) && time_before(jiffies, end))
		schedule_timeout_idle(HZ);
}

/* May who came over @knock have @link? */
static bool is_its_home(const struct mosix_link *link,
			const struct mosix_link *knock)
{
	union mosix_addr peer;

	if (link->side != SIDE_HOST || READ_ONCE(link->error))
		return false;
	/* What was encrypted stays so; what was not may be from now on. */
	if (link->known || knock->known)
		return knock->known == link->peer;
	return !mosix_addr_of_peer(&peer, knock->sock) &&
	       mosix_node_has_addr(link->peer, &peer);
}

/* Nothing was said over it yet, and nothing will be. We are its receiver. */
static struct socket *pull_out(struct mosix_link *link)
{
	struct socket *sock;

	mutex_lock(&link->tx);
	mutex_lock(&link->plug);
	sock = link->sock;
	link->sock = NULL;
	WRITE_ONCE(link->down, 1);	/* who writes looks at that */
	mutex_unlock(&link->plug);
	mutex_unlock(&link->tx);
	return sock;
}

static void hand_over(struct mosix_link *link, struct mosix_link *knock,
		      u64 took)
{
	struct socket *fresh = pull_out(knock), *old = fresh;

	mosix_remake_last(link);	/* so its home thinks, who knows */
	/* At once, or the receiver could plug an older one in between. */
	mutex_lock(&link->plug);
	tear(link);
	spin_lock(&link->lock);
	if (!link->error) {
		old = link->fresh;
		link->fresh = fresh;
		link->fresh_took = took;
	}
	spin_unlock(&link->lock);
	mutex_unlock(&link->plug);
	if (old)
		sock_release(old);
	wake_up_all(&link->wait);
}

static int refuse(struct mosix_link *knock)
{
	struct mosix_msg *msg = mosix_msg_new(MSG_RESUMED,
					      sizeof(struct wire_resumed));
	struct wire_resumed *resumed;

	if (!msg)
		return -ENOMEM;
	resumed = (void *)msg->data;
	resumed->gone = cpu_to_le32(1);
	mosix_link_send(knock, msg);
	mosix_link_finish(knock);
	return 0;
}

/**
 * mosix_remake_knock - MSG_RESUME begins a connection: some link wants it
 * @knock: the link that was made for the connection
 * @msg: the message; consumed
 *
 * Return: 0; a negative errno that ends @knock, which has no connection any more
 * when it was handed over.
 * Context: receiver of @knock.
 */
int mosix_remake_knock(struct mosix_link *knock, struct mosix_msg *msg)
{
	const struct wire_resume *resume = (void *)msg->data;
	struct mosix_link *link = mosix_pulse_find(resume->token);
	bool its = link && is_its_home(link, knock);
	int ret;

	if (its && le64_to_cpu(resume->took) == WIRE_TOOK_OVER) {
		mosix_link_close(link, -ECONNRESET);
		ret = refuse(knock);
	} else if (its) {
		hand_over(link, knock, le64_to_cpu(resume->took));
		ret = -ECONNRESET;
		mosix_link_close(knock, ret);
	} else {
		ret = refuse(knock);
	}
	mosix_link_put(link);
	mosix_msg_free(msg);
	return ret;
}
