// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whether the other ends of links are still there.
 *
 * A cut shorter than link_timeout_s must end no link, a longer one shall end it
 * within a few seconds more, whatever was under way when it began. TCP's own
 * timers do not give that:
 *
 *	keepalive	is off while anything is unacknowledged, and counts from
 *			what was heard last, not from the cut
 *	retransmission	waits twice as long each time: who has missed the end of
 *			a cut of 26 s tries again after 51 s
 *	TCP_USER_TIMEOUT  counts from the first loss of a bad time, also when
 *			something got through meanwhile, and from when a peer
 *			that is there and hears stopped to take
 *
 * So they call for an answer, and we judge. Once a second each link is looked at:
 * when was anything heard, be it an acknowledgment (silence.c)? And no timer may
 * wait longer than SILENCE_GAP_MS: that is what TCP_RTO_MAX_MS of later kernels
 * does, only that a round trip that takes longer is left alone. All that is asked
 * of TCP itself is not to end a connection before we do.
 *
 * That a route or an address is gone, or that somebody sends ICMP, is no end, by
 * the kernel's own rules: such errors are noted and told if it ends later.
 */
#include "pulse.h"

#include "kept.h"
#include "link.h"
#include "param.h"
#include "remake.h"

#include <linux/jiffies.h>
#include <linux/string.h>
#include <linux/time64.h>
#include <linux/workqueue.h>
#include <crypto/utils.h>
#include <net/inet_connection_sock.h>
#include <net/sock.h>
#include <net/tcp.h>

enum {
	GAP_S		= SILENCE_GAP_MS / MSEC_PER_SEC,
	BACKOFF_MAX	= 6,
	/* A peer that is there and takes nothing for so long is lost, too. */
	FULL_TIMEOUT_S	= 120,
};

static void look_at_all(struct work_struct *work);

static DEFINE_SPINLOCK(links_lock);	/* protects links */
static LIST_HEAD(links);
static DECLARE_DELAYED_WORK(look_work, look_at_all);

static void look_again(void)
{
	queue_delayed_work(system_unbound_wq, &look_work,
			   msecs_to_jiffies(SILENCE_LOOK_MS));
}

static void let_tcp_wait(struct sock *sk)
{
	u32 wait_s = mosix_param(PARAM_LINK_TIMEOUT_S) + FULL_TIMEOUT_S;

	tcp_sock_set_user_timeout(sk, wait_s * MSEC_PER_SEC);
}

/**
 * mosix_pulse_tune - have a connection ask whether its peer is there
 * @sock: a socket of TCP
 *
 * Context: process context.
 */
void mosix_pulse_tune(struct socket *sock)
{
	sock_set_keepalive(sock->sk);
	tcp_sock_set_keepidle(sock->sk, GAP_S);
	tcp_sock_set_keepintvl(sock->sk, GAP_S);
	let_tcp_wait(sock->sk);
}

/**
 * mosix_pulse_add - look at a link from now on
 * @link: a new link with a connected socket; no reference is taken
 *
 * Context: process context.
 */
void mosix_pulse_add(struct mosix_link *link)
{
	link->confirmed_at = jiffies;
	spin_lock(&links_lock);
	list_add_tail(&link->all, &links);
	spin_unlock(&links_lock);
	look_again();
}

/**
 * mosix_pulse_remove - and no more
 * @link: a link without references
 *
 * Context: process context.
 */
void mosix_pulse_remove(struct mosix_link *link)
{
	spin_lock(&links_lock);
	list_del(&link->all);
	spin_unlock(&links_lock);
}

/**
 * mosix_pulse_patience - how long an answer may take over a link that is cut
 * @seconds: how long it may take otherwise
 *
 * Return: jiffies.
 * Context: any.
 */
long mosix_pulse_patience(u32 seconds)
{
	return (seconds + (long)mosix_param(PARAM_LINK_TIMEOUT_S)) * HZ;
}

/**
 * mosix_pulse_was_quiet - has the peer not answered for a while?
 * @link: the link
 * @since: jiffies
 *
 * Return: true when that was so at any time from @since on, or there is no
 * connection now.
 * Context: any.
 */
bool mosix_pulse_was_quiet(struct mosix_link *link, unsigned long since)
{
	if (READ_ONCE(link->down))
		return true;
	return READ_ONCE(link->was_quiet) &&
	       time_after_eq(READ_ONCE(link->quiet_at), since);
}

/* What it wants to say again is said soon. */
static void hurry(struct sock *sk)
{
	struct inet_connection_sock *icsk = inet_csk(sk);
	u32 most = max_t(u32, GAP_S * HZ, __tcp_set_rto(tcp_sk(sk)));

	if (sk->sk_state == TCP_CLOSE ||
	    (icsk->icsk_pending != ICSK_TIME_RETRANS &&
	     icsk->icsk_pending != ICSK_TIME_PROBE0))
		return;
	/*
	 * So many in so short a time are no ground to give up; and TCP shifts by the
	 * second one, which in its own time never becomes large.
	 */
	icsk->icsk_probes_out = min_t(u8, icsk->icsk_probes_out, 1);
	icsk->icsk_backoff = min_t(u8, icsk->icsk_backoff, BACKOFF_MAX);
	if (time_before_eq(icsk->icsk_timeout, jiffies + most))
		return;
	icsk->icsk_rto = min_t(u32, icsk->icsk_rto, most);
	inet_csk_reset_xmit_timer(sk, icsk->icsk_pending, most, TCP_RTO_MAX);
}

static u64 quiet_ms(struct mosix_link *link)
{
	struct sock *sk;
	u64 quiet = 0;

	mutex_lock(&link->plug);
	if (link->down || !link->sock)
		goto out;	/* that has an end of its own */
	sk = link->sock->sk;
	lock_sock(sk);
	let_tcp_wait(sk);
	hurry(sk);
	quiet = jiffies_to_msecs(keepalive_time_elapsed(tcp_sk(sk)));
	release_sock(sk);
out:
	mutex_unlock(&link->plug);
	return quiet;
}

/*
 * Segments come, and TCP takes none of them. Then somebody has put bytes of his own
 * into the stream, less than a record: this end waits for the rest, and takes for old
 * what the other one sends, which takes our acknowledgments for nonsense. No error
 * comes of that, and both would be silent until the end. Where the wire carries one
 * way only, who hears sees the same; another connection does no harm then.
 */
static bool is_out_of_step(struct mosix_link *link)
{
	u32 refused = link->refused;

	mutex_lock(&link->plug);
	if (!link->down && link->sock)
		link->refused = atomic_read(&link->sock->sk->sk_drops);
	mutex_unlock(&link->plug);
	return link->refused != refused;
}

/*
 * A link on which nothing more is said ends when the other end has taken it all. One
 * that does not say so, and is there, is as good as silent.
 */
static u64 unconfirmed_ms(struct mosix_link *link)
{
	u64 heard = READ_ONCE(link->tally.heard);

	if (READ_ONCE(link->closing) && heard == link->confirmed)
		return jiffies_to_msecs(jiffies - link->confirmed_at);
	link->confirmed = heard;
	link->confirmed_at = jiffies;
	return 0;
}

static void look(struct mosix_link *link)
{
	u64 now_ms = jiffies64_to_msecs(get_jiffies_64());
	u64 silent_ms;

	if (READ_ONCE(link->error))
		return;
	mosix_kept_tidy(link);
	silent_ms = silence_look(&link->silence, now_ms,
				 max(quiet_ms(link), unconfirmed_ms(link)));
	if (silence_is_noticed(silent_ms)) {
		WRITE_ONCE(link->quiet_at, jiffies);
		WRITE_ONCE(link->was_quiet, 1);
	}
	if (is_out_of_step(link) && silence_is_noticed(silent_ms))
		mosix_remake_retry(link);
	if (!silence_is_over(silent_ms, mosix_param(PARAM_LINK_TIMEOUT_S)))
		return;
	pr_warn_ratelimited("mosix: link with node %u ends: nothing was heard for %llu s\n",
			    link->peer, silent_ms / MSEC_PER_SEC);
	mosix_link_close(link, -ETIMEDOUT);
}

/**
 * mosix_pulse_find - which link has this token?
 * @token: WIRE_TOKEN_LEN bytes, by who wants it to go on
 *
 * Return: the link with a reference taken, NULL when there is none.
 * Context: process context.
 */
struct mosix_link *mosix_pulse_find(const u8 *token)
{
	struct mosix_link *link, *found = NULL;

	spin_lock(&links_lock);
	list_for_each_entry(link, &links, all)
		if (link->greeted &&
		    !crypto_memneq(link->token, token, WIRE_TOKEN_LEN) &&
		    kref_get_unless_zero(&link->ref)) {
			found = link;
			break;
		}
	spin_unlock(&links_lock);
	return found;
}

/* The link behind one that is held, which is let go of; held, too. */
static struct mosix_link *next_link(struct mosix_link *last)
{
	struct mosix_link *link = last;

	spin_lock(&links_lock);
	if (!link)
		link = list_entry(&links, struct mosix_link, all);
	list_for_each_entry_continue(link, &links, all)
		if (kref_get_unless_zero(&link->ref))
			break;
	if (list_entry_is_head(link, &links, all))
		link = NULL;
	spin_unlock(&links_lock);
	mosix_link_put(last);
	return link;
}

/**
 * mosix_pulse_outlive - a node has booted: what it made before is nobody's
 * @node: its id, proved as far as it can be
 * @boot: which life speaks; 0: not told
 *
 * Its links would wait for it, and their bodies keep their PIDs.
 *
 * Context: process context, sleeps.
 */
void mosix_pulse_outlive(u16 node, u64 boot)
{
	struct mosix_link *link = NULL;

	while (boot && (link = next_link(link)))
		if (link->side == SIDE_HOST && link->peer == node &&
		    link->boot && link->boot != boot)
			mosix_link_close(link, -ECONNRESET);
}

static void look_at_all(struct work_struct *work)
{
	struct mosix_link *link = NULL;

	while ((link = next_link(link)))
		look(link);
	spin_lock(&links_lock);
	if (!list_empty(&links))
		look_again();
	spin_unlock(&links_lock);
}
