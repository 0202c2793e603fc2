// SPDX-License-Identifier: GPL-2.0-only
/*
 * Load vectors on the network: one datagram a period to one node.
 *
 * UDP, on the port number that the node's links use with TCP. What is lost is
 * lost: the next datagram says more, and what is not heard of any more gets
 * old. A datagram counts only if it comes from the address and port that the
 * node map has for the node which it says it is from, and, unless the admin
 * wants all in clear, if it is sealed with the cluster's key, for this node, and
 * was not there before.
 */
#include "spread.h"

#include "../kernel/claim.h"
#include "../kernel/key.h"
#include "../kernel/node.h"
#include "../kernel/seal.h"
#include "../kernel/secure.h"

#include <linux/bsearch.h>
#include <linux/net.h>
#include <linux/slab.h>
#include <linux/socket.h>
#include <linux/sort.h>
#include <linux/uio.h>
#include <net/net_namespace.h>
#include <net/sock.h>

enum {
	BOX_MAX = sizeof(struct lb_gossip_message) + SEAL_OVERHEAD,
	/* What a question takes. */
	ASK_LEN = sizeof(struct lb_gossip_header) +
		  sizeof(struct lb_gossip_ask),
};

/* One datagram, never a fragment, sealed or not: see gossip.h. */
static_assert(BOX_MAX <= 1280 - 40 - 8);

/**
 * mosix_spread_close() - stop telling and hearing
 * @spread: may be closed already
 *
 * Context: Process context; the thread that uses @spread.
 */
void mosix_spread_close(struct mosix_spread *spread)
{
	if (spread->sock)
		sock_release(spread->sock);
	spread->sock = NULL;
	kvfree(spread->peer);
	spread->peer = NULL;
	kvfree(spread->replay);
	spread->replay = NULL;
	kfree(spread->box);
	spread->box = NULL;
	spread->count = 0;
}

static int count_node(const struct mosix_node *node, void *arg)
{
	u32 *count = arg;

	++*count;
	return 0;
}

/* What add_node() fills, and how much it may. */
struct filling {
	struct mosix_spread *spread;
	u32 room;
};

static int add_node(const struct mosix_node *node, void *arg)
{
	struct filling *f = arg;

	if (f->spread->count == f->room)
		return -EAGAIN;
	if (node->id != mosix_node_self())
		f->spread->peer[f->spread->count++].id = node->id;
	return 0;
}

static int compare(const void *a, const void *b)
{
	const struct lb_peer *pa = a, *pb = b;

	return (int)pa->id - (int)pb->id;
}

static int read_map(struct mosix_spread *spread)
{
	struct filling f = { .spread = spread };

	mosix_node_each(count_node, &f.room);
	spread->peer = kvcalloc(f.room, sizeof(*spread->peer), GFP_KERNEL);
	spread->replay = kvcalloc(f.room, sizeof(*spread->replay), GFP_KERNEL);
	spread->box = kmalloc(BOX_MAX, GFP_KERNEL);
	if (!spread->peer || !spread->replay || !spread->box)
		return -ENOMEM;
	/* A map that grew meanwhile has a new generation: tried again then. */
	mosix_node_each(add_node, &f);
	sort(spread->peer, spread->count, sizeof(*spread->peer), compare, NULL);
	return 0;
}

static int open_socket(struct mosix_spread *spread)
{
	union mosix_addr own;
	int ret;

	ret = mosix_node_addr(mosix_node_self(), 0, &own);
	if (ret)
		return ret;
	ret = sock_create_kern(&init_net, own.any.sa_family, SOCK_DGRAM,
			       IPPROTO_UDP, &spread->sock);
	if (ret) {
		spread->sock = NULL;
		return ret;
	}
	return kernel_bind(spread->sock, &own.any, mosix_addr_len(&own));
}

/* What was taken once stays taken when the map is another. */
static void remember(struct mosix_spread *spread,
		     const struct mosix_spread *before)
{
	const struct lb_peer *peer;
	u32 i;

	for (i = 0; i < before->count; i++) {
		peer = mosix_spread_peer(spread, before->peer[i].id);
		if (peer)
			spread->replay[peer - spread->peer] = before->replay[i];
	}
}

/**
 * mosix_spread_configure() - follow the node map
 * @spread: closed, or made from an older map
 *
 * Return: 0; -EADDRNOTAVAIL and the like while the address of this node is not
 *	   up, -ENOMEM: then @spread is closed and it is worth another try.
 * Context: Process context; the thread that uses @spread.
 */
int mosix_spread_configure(struct mosix_spread *spread)
{
	u32 generation = mosix_node_generation();
	struct mosix_spread before = *spread;
	int ret;

	spread->peer = NULL;
	spread->replay = NULL;
	spread->box = NULL;
	if (spread->sock)
		sock_release(spread->sock);
	spread->sock = NULL;
	spread->count = 0;
	ret = read_map(spread);
	if (!ret)
		remember(spread, &before);
	kvfree(before.peer);
	kvfree(before.replay);
	kfree(before.box);
	if (!ret)
		ret = open_socket(spread);
	if (ret)
		mosix_spread_close(spread);
	else
		spread->generation = generation;
	return ret;
}

/**
 * mosix_spread_peer() - one of the others
 * @spread: open
 * @node: its id
 *
 * Return: the peer, NULL if the map has no such node or it is this one.
 * Context: Process context; the thread that uses @spread.
 */
struct lb_peer *mosix_spread_peer(struct mosix_spread *spread, u16 node)
{
	struct lb_peer wanted = { .id = node };

	return bsearch(&wanted, spread->peer, spread->count,
		       sizeof(wanted), compare);
}

/* Into the box, as the admin wants it: sealed, in clear or not at all. */
static int wrap(void *box, u16 node, const struct lb_gossip_message *msg,
		u32 len)
{
	if (mosix_key_mode() != KEY_INSECURE)
		return mosix_seal(box, msg, len, node);
	memcpy(box, msg, len);
	return len;
}

/* The box has room for @len bytes, and SEAL_OVERHEAD. */
static bool send(struct socket *sock, u16 node, void *box,
		 const struct lb_gossip_message *msg, u32 len)
{
	struct kvec vec = { .iov_base = box };
	union mosix_addr to;
	struct msghdr hdr = {
		.msg_name = &to,
		.msg_flags = MSG_DONTWAIT | MSG_NOSIGNAL,
	};
	int size;

	if (mosix_node_addr(node, 0, &to))
		return false;
	hdr.msg_namelen = mosix_addr_len(&to);
	size = wrap(box, node, msg, len);
	if (size < 0)
		return false;
	vec.iov_len = size;
	return kernel_sendmsg(sock, &hdr, &vec, 1, size) == size;
}

/**
 * mosix_spread_send() - tell one node
 * @spread: open
 * @node: whom
 * @msg: what
 * @len: bytes of it
 *
 * Context: Process context; the thread that uses @spread.
 */
void mosix_spread_send(struct mosix_spread *spread, u16 node,
		       const struct lb_gossip_message *msg, u32 len)
{
	if (send(spread->sock, node, spread->box, msg, len))
		spread->sent++;
}

/**
 * mosix_spread_ask() - send a question, from any thread
 * @spread: who calls keeps it open
 * @node: whom
 * @msg: what: one record
 * @len: bytes of it
 *
 * Return: false if it could not be sent.
 * Context: Process context, sleeps.
 */
bool mosix_spread_ask(struct mosix_spread *spread, u16 node,
		      const struct lb_gossip_message *msg, u32 len)
{
	/* The other box is the balancer's. */
	u8 box[ASK_LEN + SEAL_OVERHEAD];

	if (WARN_ON_ONCE(len != ASK_LEN))
		return false;
	return spread->sock && send(spread->sock, node, box, msg, len);
}

static bool is_from_sender(const struct lb_gossip_message *msg,
			   const union mosix_addr *from)
{
	u16 sender = le16_to_cpu(msg->header.sender);
	union mosix_addr known;

	return sender != mosix_node_self() &&
	       !mosix_node_addr(sender, 0, &known) &&
	       mosix_addr_port(from) == mosix_addr_port(&known) &&
	       mosix_node_has_addr(sender, from);
}

/*
 * It could be opened and is not from where the map has its sender. The numbers
 * that were taken from that stay as they are: another life of who is elsewhere
 * must not silence it. Who has the id of this node has no numbers here.
 */
static void dispute(struct mosix_spread *spread,
		    const struct lb_gossip_message *msg,
		    const union mosix_addr *from)
{
	const struct mosix_seal *seal = (void *)spread->box;
	u16 sender = le16_to_cpu(msg->header.sender);
	struct mosix_replay seen = {};
	struct lb_peer *peer;

	if (mosix_key_mode() == KEY_INSECURE ||
	    seal->sender != msg->header.sender ||
	    !mosix_node_is_known(sender) || mosix_node_has_addr(sender, from))
		return;
	peer = mosix_spread_peer(spread, sender);
	if (peer)
		seen = spread->replay[peer - spread->peer];
	if (mosix_seal_is_fresh(seal, &seen))
		mosix_claim_dispute(sender, from);
}

/* Opened: is it what its own head says it is from, and new? */
static bool is_fresh(struct mosix_spread *spread,
		     const struct lb_gossip_message *msg)
{
	const struct mosix_seal *seal = (void *)spread->box;
	struct lb_peer *peer;

	if (seal->sender != msg->header.sender)
		return false;
	peer = mosix_spread_peer(spread, le16_to_cpu(seal->sender));
	if (peer && mosix_seal_is_fresh(seal,
					&spread->replay[peer - spread->peer]))
		return true;
	mosix_secure_count(SECURE_REPLAY);
	return false;
}

/* Out of the box: bytes of the message, or -EBADMSG. */
static int unwrap(struct mosix_spread *spread, struct lb_gossip_message *msg,
		  u32 len)
{
	int ret;

	if (len > BOX_MAX)
		return -EBADMSG;
	if (mosix_key_mode() == KEY_INSECURE) {
		if (len > sizeof(*msg))
			return -EBADMSG;
		memcpy(msg, spread->box, len);
		return len;
	}
	ret = mosix_unseal(msg, spread->box, len);
	if (ret < 0)
		mosix_secure_count(SECURE_DATAGRAM);
	return ret;
}

/**
 * mosix_spread_receive() - wait for a message
 * @spread: open
 * @msg: filled in; every field may be believed when 0 is returned, as far as
 *	a node that says it of itself is believed
 * @wait_ms: how long to wait at most
 *
 * Return: 0; -EAGAIN if nothing came; -EBADMSG if what came was not a message
 *	   of a node; other errors of the socket.
 * Context: Process context, sleeps; the thread that uses @spread.
 */
int mosix_spread_receive(struct mosix_spread *spread,
			 struct lb_gossip_message *msg, u32 wait_ms)
{
	struct kvec vec = { .iov_base = spread->box, .iov_len = BOX_MAX };
	struct sockaddr_storage there = {};
	struct msghdr hdr = {
		.msg_name = &there,
		.msg_namelen = sizeof(there),
	};
	union mosix_addr from;
	int len;

	WRITE_ONCE(spread->sock->sk->sk_rcvtimeo,
		   msecs_to_jiffies(wait_ms) + 1);
	/* MSG_TRUNC: the length it had, not the part that there was room for */
	len = kernel_recvmsg(spread->sock, &hdr, &vec, 1, BOX_MAX, MSG_TRUNC);
	if (len < 0)
		return len;
	len = unwrap(spread, msg, len);
	if (len < 0 || lb_gossip_check(msg, (u32)len))
		goto drop;
	mosix_addr_take(&from, &there);
	if (!is_from_sender(msg, &from)) {
		dispute(spread, msg, &from);
		goto drop;
	}
	if (mosix_key_mode() != KEY_INSECURE && !is_fresh(spread, msg))
		goto drop;
	spread->heard++;
	return 0;
drop:
	spread->dropped++;
	return -EBADMSG;
}
