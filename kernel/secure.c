// SPDX-License-Identifier: GPL-2.0-only
/*
 * The handshake of handshake.c on a connected socket, and then the kernel's
 * TLS record layer: from its end on the socket takes and gives clear bytes and
 * the wire has records of TLS 1.3 with ChaCha20-Poly1305 and nothing else.
 *
 * That cipher, because its limit is the record number, which the record layer
 * itself never lets overflow: a link may live and carry as long as it likes,
 * and there is no change of keys in this kernel's record layer. With AES-GCM
 * some 2^24 records would have to be the end.
 *
 * An end of the stream proves nothing: anybody on the wire can make a FIN. So who
 * ends a link says it first, in a record of its own (close_notify, the alert that
 * TLS has for it), and without that the link has broken and is made anew. An end
 * that is believed does no more than the death of the peer would.
 */
#include "secure.h"

#include "claim.h"
#include "key.h"
#include "node.h"

#include <linux/atomic.h>
#include <linux/net.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/sockptr.h>
#include <linux/tcp.h>
#include <linux/uio.h>
#include <net/inet_connection_sock.h>
#include <net/sock.h>
#include <net/tls_prot.h>
#include <uapi/linux/tls.h>

enum {
	/* For each message, from its first byte wanted to its last one. */
	SHAKE_TIMEOUT_S	= 10,
};

static_assert(HS_KEY_LEN == TLS_CIPHER_CHACHA20_POLY1305_KEY_SIZE);
static_assert(HS_IV_LEN == TLS_CIPHER_CHACHA20_POLY1305_IV_SIZE);

static atomic64_t counts[SECURE_COUNTS];

static const char *const count_names[] = {
	[SECURE_MADE]		= "links_made",
	[SECURE_ACCEPTED]	= "links_accepted",
	[SECURE_STRANGER]	= "refused_stranger",
	[SECURE_RATE]		= "refused_rate",
	[SECURE_SHED]		= "refused_shed",
	[SECURE_LATE]		= "refused_late",
	[SECURE_BAD]		= "refused_key",
	[SECURE_PIN]		= "refused_pin",
	[SECURE_DATAGRAM]	= "datagrams_forged",
	[SECURE_REPLAY]		= "datagrams_replayed",
	[SECURE_RECORD]		= "records_forged",
	[SECURE_END]		= "ends_forged",
};

static_assert(ARRAY_SIZE(count_names) == SECURE_COUNTS);

/**
 * mosix_secure_count - one more
 * @what: of these
 *
 * Context: any.
 */
void mosix_secure_count(enum mosix_secure_count what)
{
	atomic64_inc(&counts[what]);
}

/**
 * mosix_secure_counted - how many so far
 * @what: of these
 *
 * Return: the count since boot.
 * Context: any.
 */
u64 mosix_secure_counted(enum mosix_secure_count what)
{
	return atomic64_read(&counts[what]);
}

/**
 * mosix_secure_count_name - its name in /proc/mosix/security
 * @what: which
 *
 * Return: one word.
 * Context: any.
 */
const char *mosix_secure_count_name(enum mosix_secure_count what)
{
	return count_names[what];
}

static int put(struct socket *sock, void *data, size_t len)
{
	struct msghdr mh = { .msg_flags = MSG_NOSIGNAL };
	struct kvec vec = { .iov_base = data, .iov_len = len };
	int ret = kernel_sendmsg(sock, &mh, &vec, 1, len);

	if (ret < 0)
		return ret;
	return ret == len ? 0 : -ECONNRESET;
}

/* Just so many bytes: what is behind them is for the record layer. */
static int get(struct socket *sock, void *data, size_t len)
{
	struct msghdr mh = { .msg_flags = MSG_NOSIGNAL };
	struct kvec vec = { .iov_base = data, .iov_len = len };
	int ret = kernel_recvmsg(sock, &mh, &vec, 1, len, MSG_WAITALL);

	if (ret < 0)
		return ret;
	return ret == len ? 0 : -ECONNRESET;
}

static int install(struct socket *sock, int way, const u8 *key, const u8 *iv)
{
	struct tls12_crypto_info_chacha20_poly1305 tls = {
		.info.version = TLS_1_3_VERSION,
		.info.cipher_type = TLS_CIPHER_CHACHA20_POLY1305,
	};
	int ret;

	memcpy(tls.key, key, sizeof(tls.key));
	memcpy(tls.iv, iv, sizeof(tls.iv));
	ret = sock->ops->setsockopt(sock, SOL_TLS, way, KERNEL_SOCKPTR(&tls),
				    sizeof(tls));
	memzero_explicit(&tls, sizeof(tls));
	return ret;
}

static int install_both(struct socket *sock, const struct hs_session *session)
{
	char layer[] = "tls";
	int ret;

	ret = sock->ops->setsockopt(sock, SOL_TCP, TCP_ULP,
				    KERNEL_SOCKPTR(layer), sizeof(layer));
	if (!ret)
		ret = install(sock, TLS_TX, session->send, session->send_iv);
	if (!ret)
		ret = install(sock, TLS_RX, session->receive,
			      session->receive_iv);
	return ret;
}

static int begin(struct socket *sock, struct mosix_shake *shake)
{
	struct hs *hs = &shake->hs;
	int ret;

	memset(shake, 0, sizeof(*shake));
	ret = mosix_key_lend(hs);
	if (ret)
		return ret;
	hs->crypto = &mosix_key_crypto;
	hs->self = mosix_node_self();
	get_random_bytes(hs->ephemeral, sizeof(hs->ephemeral));
	sock->sk->sk_rcvtimeo = SHAKE_TIMEOUT_S * HZ;
	sock->sk->sk_sndtimeo = SHAKE_TIMEOUT_S * HZ;
	return 0;
}

static void set_pin(struct mosix_shake *shake)
{
	if (mosix_node_pin(shake->hs.other, shake->pin))
		shake->hs.pin = shake->pin;
}

/* Wipes what was lent, sets the socket's timeouts to for ever. */
static int end(struct socket *sock, struct mosix_shake *shake, int ret)
{
	memzero_explicit(shake, sizeof(*shake));
	sock->sk->sk_rcvtimeo = MAX_SCHEDULE_TIMEOUT;
	sock->sk->sk_sndtimeo = MAX_SCHEDULE_TIMEOUT;
	return ret;
}

static int connect(struct socket *sock, struct mosix_shake *shake)
{
	struct hs *hs = &shake->hs;
	int ret;

	ret = get(sock, &shake->challenge, sizeof(shake->challenge));
	if (!ret)
		ret = mosix_hs_open(hs, &shake->challenge, &shake->open);
	if (!ret)
		ret = put(sock, &shake->open, sizeof(shake->open));
	if (!ret)
		ret = get(sock, &shake->answer, sizeof(shake->answer));
	if (!ret)
		ret = mosix_hs_finish(hs, &shake->answer, &shake->finish,
				      &shake->session);
	if (!ret)
		ret = put(sock, &shake->finish, sizeof(shake->finish));
	if (!ret)
		ret = install_both(sock, &shake->session);
	return ret;
}

/**
 * mosix_secure_connect - handshake of the end that connected
 * @sock: connected to @node; receives the record layer
 * @node: who should be there
 *
 * Return: 0; -ENOKEY we have no key, -EKEYREJECTED the node has none of ours
 * or not the one that the map pins, -EBADMSG what it says is no handshake, or
 * an error of the socket.
 * Context: process context without signals, sleeps.
 */
int mosix_secure_connect(struct socket *sock, u16 node)
{
	struct mosix_shake *shake = kmalloc(sizeof(*shake), GFP_KERNEL);
	int ret;

	if (!shake)
		return -ENOMEM;
	ret = begin(sock, shake);
	if (!ret) {
		shake->hs.other = node;
		set_pin(shake);
		ret = connect(sock, shake);
	}
	ret = end(sock, shake, ret);
	kfree(shake);
	if (!ret)
		mosix_secure_count(SECURE_MADE);
	return ret;
}

/* May the node that it says it is come from there? */
static int check_claim(struct socket *sock, struct mosix_shake *shake)
{
	u16 node = le16_to_cpu(shake->open.node);
	union mosix_addr peer;

	if (!node || mosix_addr_of_peer(&peer, sock) ||
	    !mosix_node_has_addr(node, &peer))
		return -EBADMSG;
	shake->hs.other = node;
	set_pin(shake);
	return 0;
}

/* It may not. If it has the key, somebody has made a mistake. */
static void dispute(struct socket *sock, struct mosix_shake *shake)
{
	union mosix_addr peer;

	if (mosix_hs_is_member(&shake->hs, &shake->open) &&
	    !mosix_addr_of_peer(&peer, sock))
		mosix_claim_dispute(le16_to_cpu(shake->open.node), &peer);
}

static int accept(struct socket *sock, struct mosix_shake *shake)
{
	u8 random[HS_KEY_LEN + HS_TAG_LEN];
	struct hs *hs = &shake->hs;
	int ret;

	get_random_bytes(random, sizeof(random));
	ret = mosix_hs_challenge(hs, random, &shake->challenge);
	if (!ret)
		ret = put(sock, &shake->challenge, sizeof(shake->challenge));
	if (!ret)
		ret = get(sock, &shake->open, sizeof(shake->open));
	if (!ret) {
		ret = check_claim(sock, shake);
		if (ret)
			dispute(sock, shake);
	}
	if (!ret)
		ret = mosix_hs_answer(hs, &shake->open, &shake->answer);
	if (!ret)
		ret = put(sock, &shake->answer, sizeof(shake->answer));
	if (!ret)
		ret = get(sock, &shake->finish, sizeof(shake->finish));
	if (!ret)
		ret = mosix_hs_complete(hs, &shake->finish, &shake->session);
	if (!ret)
		ret = install_both(sock, &shake->session);
	return ret;
}

static enum mosix_secure_count kind(int ret)
{
	switch (ret) {
	case 0:
		return SECURE_ACCEPTED;
	case -EKEYREJECTED:
		return SECURE_PIN;
	case -EBADMSG:
	case -EPROTONOSUPPORT:
	case -ENOKEY:
		return SECURE_BAD;
	default:
		return SECURE_LATE;
	}
}

/**
 * mosix_secure_accept - handshake of the end that accepted
 * @sock: the connection; receives the record layer
 * @shake: memory for it, wiped at the end
 * @node: receives the id of the other end
 *
 * Return: 0: it has the cluster's key, and is the node that it says it is as
 * far as the map pins its own key; else a negative errno, which is counted.
 * Context: process context without signals, sleeps.
 */
int mosix_secure_accept(struct socket *sock, struct mosix_shake *shake,
			u16 *node)
{
	int ret = begin(sock, shake);

	if (!ret)
		ret = accept(sock, shake);
	*node = shake->hs.other;
	mosix_secure_count(kind(ret));
	return end(sock, shake, ret);
}

/**
 * mosix_secure_is_sealed - does this connection have the record layer?
 * @sock: of a link
 *
 * Return: false for one in clear.
 * Context: any.
 */
bool mosix_secure_is_sealed(struct socket *sock)
{
	return inet_csk_has_ulp(sock->sk);
}

/* A record that is not data is asked for, and told, beside the bytes. */
union record_type {
	struct cmsghdr head;
	u8 room[CMSG_SPACE(sizeof(u8))];
};

/**
 * mosix_secure_say_end - the other end shall believe that this is the end
 * @sock: with the record layer, between two messages
 *
 * Return: 0; a negative errno when it was not said, be it for want of room.
 * Context: process context, sleeps; does not wait for the network. Nobody else
 * writes to @sock.
 */
int mosix_secure_say_end(struct socket *sock)
{
	u8 alert[] = { TLS_ALERT_LEVEL_WARNING, TLS_ALERT_DESC_CLOSE_NOTIFY };
	struct kvec vec = { .iov_base = alert, .iov_len = sizeof(alert) };
	union record_type type = {
		.head.cmsg_len = CMSG_LEN(sizeof(u8)),
		.head.cmsg_level = SOL_TLS,
		.head.cmsg_type = TLS_SET_RECORD_TYPE,
	};
	struct msghdr mh = {
		.msg_control = &type,
		.msg_controllen = sizeof(type),
		.msg_flags = MSG_NOSIGNAL | MSG_DONTWAIT,
	};
	int ret;

	*(u8 *)CMSG_DATA(&type.head) = TLS_RECORD_TYPE_ALERT;
	ret = kernel_sendmsg(sock, &mh, &vec, 1, sizeof(alert));
	if (ret < 0)
		return ret;
	return ret == sizeof(alert) ? 0 : -EPIPE;
}

/**
 * mosix_secure_hear_end - is what comes next the other end's word that it ends?
 * @sock: with the record layer, which had no bytes to give: -EIO, by which it
 *	says that the next record, whose tag is right, is not data
 *
 * Return: true when it is.
 * Context: who reads from @sock; sleeps.
 */
bool mosix_secure_hear_end(struct socket *sock)
{
	union record_type type = {};
	struct msghdr mh = {
		.msg_control = &type,
		.msg_controllen = sizeof(type),
	};
	u8 alert[2];
	struct kvec vec = { .iov_base = alert, .iov_len = sizeof(alert) };
	int ret = kernel_recvmsg(sock, &mh, &vec, 1, sizeof(alert),
				 MSG_DONTWAIT);

	return ret == sizeof(alert) && type.head.cmsg_level == SOL_TLS &&
	       type.head.cmsg_type == TLS_GET_RECORD_TYPE &&
	       *(u8 *)CMSG_DATA(&type.head) == TLS_RECORD_TYPE_ALERT &&
	       alert[1] == TLS_ALERT_DESC_CLOSE_NOTIFY;
}

/**
 * mosix_secure_blame - a connection broke: was it somebody on the wire?
 * @sock: which is to be replaced
 * @error: what it gave
 *
 * What is counted as a forged end is an end without a word. A peer that could not
 * say it, since it was in the middle of a message, looks the same.
 *
 * Context: any.
 */
void mosix_secure_blame(struct socket *sock, int error)
{
	if (!mosix_secure_is_sealed(sock))
		return;
	if (error == -EBADMSG || error == -EINVAL || error == -EMSGSIZE)
		mosix_secure_count(SECURE_RECORD);
	else if (sock_flag(sock->sk, SOCK_DONE))
		mosix_secure_count(SECURE_END);
}
