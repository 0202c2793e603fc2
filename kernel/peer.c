// SPDX-License-Identifier: GPL-2.0-only
/*
 * How links are made: connect to a node's listener, or accept. HELLO says
 * who is there; who is not in the node map is not heard.
 */
#include "link.h"

#include "birth.h"
#include "call.h"
#include "gate.h"
#include "key.h"
#include "node.h"
#include "param.h"
#include "pulse.h"
#include "secure.h"

#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/once.h>
#include <linux/socket.h>
#include <linux/tcp.h>
#include <net/inet_connection_sock.h>
#include <net/sock.h>
#include <net/tcp.h>

enum {
	HELLO_TIMEOUT_S		= 10,
	BACKLOG			= 64,
	LINKS_SPARE		= 64,	/* beside those of guests */
};

static DEFINE_MUTEX(listen_lock);	/* protects listener, listen_task */
static struct socket *listener;
static struct task_struct *listen_task;

static void tune_socket(struct socket *sock)
{
	sock->sk->sk_allocation = GFP_KERNEL;
	mosix_pulse_tune(sock);
	tcp_sock_set_nodelay(sock->sk);
	mosix_stream_set_room(sock->sk);
}

/* Not 0, and most likely none that was before. */
static u64 boot_number(void)
{
	static u64 boot;

	get_random_once(&boot, sizeof(boot));
	return boot | 1;
}

/* @newest: what we have said; the admin may want another one by now. */
static int hear_welcome(struct mosix_link *link, const struct mosix_msg *answer,
			u16 newest)
{
	const struct wire_welcome *welcome = (void *)answer->data;
	u16 version;

	if (mosix_msg_type(answer) != MSG_WELCOME ||
	    le16_to_cpu(welcome->hello.node) != link->peer)
		return -EPROTO;
	version = le16_to_cpu(welcome->hello.version_min);
	if (version < WIRE_VERSION_MIN || version > newest)
		return -EPROTO;
	WRITE_ONCE(link->version, version);
	memcpy(link->token, welcome->token, sizeof(link->token));
	return 0;
}

static int say_hello(struct mosix_link *link)
{
	u16 newest = mosix_param(PARAM_WIRE_VERSION);
	struct mosix_msg *msg, *answer;
	struct wire_hello *hello;
	int ret;

	msg = mosix_msg_new(MSG_HELLO, sizeof(*hello));
	if (!msg)
		return -ENOMEM;
	hello = (void *)msg->data;
	hello->version_min = cpu_to_le16(WIRE_VERSION_MIN);
	hello->version_max = cpu_to_le16(newest);
	hello->node = cpu_to_le16(mosix_node_self());
	hello->peer = cpu_to_le16(link->peer);
	hello->boot = cpu_to_le64(boot_number());
	answer = mosix_call(link, msg, HELLO_TIMEOUT_S * HZ, TASK_KILLABLE);
	if (IS_ERR(answer))
		return PTR_ERR(answer);
	ret = hear_welcome(link, answer, newest);
	mosix_msg_free(answer);
	return ret;
}

static struct socket *connect_to(union mosix_addr *addr)
{
	struct socket *sock;
	int ret;

	ret = sock_create_kern(&init_net, addr->any.sa_family, SOCK_STREAM,
			       IPPROTO_TCP, &sock);
	if (ret)
		return ERR_PTR(ret);
	tune_socket(sock);
	sock->sk->sk_sndtimeo = HELLO_TIMEOUT_S * HZ;
	ret = kernel_connect(sock, &addr->any, mosix_addr_len(addr), 0);
	if (ret) {
		sock_release(sock);
		return ERR_PTR(ret);
	}
	sock->sk->sk_sndtimeo = MAX_SCHEDULE_TIMEOUT;
	return sock;
}

/* Where somebody answers: its own address first, then its aliases. */
static struct socket *dial(u16 node)
{
	struct socket *sock = ERR_PTR(-ENODEV);
	union mosix_addr addr;
	u32 i;

	for (i = 0; IS_ERR(sock) && !mosix_node_addr(node, i, &addr); i++)
		sock = connect_to(&addr);
	return sock;
}

/* Encrypted, unless the admin wants it in clear. */
static int secure(struct socket *sock, u16 node)
{
	int ret;

	if (mosix_key_mode() == KEY_INSECURE)
		return 0;
	ret = mosix_secure_connect(sock, node);
	if (ret)
		pr_warn_ratelimited("mosix: no encrypted link to node %u: %pe\n",
				    node, ERR_PTR(ret));
	return ret;
}

/**
 * mosix_peer_dial - connect to a node
 * @node: id of the node
 * @sealed: not in clear, whatever the admin wants now
 *
 * Return: a connection behind the handshake, if there is to be one; ERR_PTR: -ENODEV
 * unknown node, -EHOSTUNREACH nobody answers there, or not as who has the cluster's
 * key.
 * Context: process context without signals (a kernel thread), sleeps.
 */
struct socket *mosix_peer_dial(u16 node, bool sealed)
{
	enum mosix_key_mode mode = mosix_key_mode();
	struct socket *sock;
	int ret;

	if (!mosix_node_is_known(node))
		return ERR_PTR(-ENODEV);
	if (mode == KEY_CLOSED || (sealed && mode == KEY_INSECURE))
		return ERR_PTR(-EHOSTUNREACH);
	sock = dial(node);
	if (IS_ERR(sock))
		return ERR_PTR(-EHOSTUNREACH);
	ret = secure(sock, node);
	if (!ret && (!sealed || inet_csk_has_ulp(sock->sk)))
		return sock;
	sock_release(sock);
	return ERR_PTR(-EHOSTUNREACH);
}

/**
 * mosix_peer_connect - make a link to a node's listener
 * @node: id of the node
 *
 * Return: a link that exchanged HELLO, or ERR_PTR: -ENODEV unknown node,
 * -EHOSTUNREACH nobody answers there, or not as who has the cluster's key,
 * -EPROTO it speaks something else.
 * Context: process context without signals (a kernel thread), sleeps.
 */
struct mosix_link *mosix_peer_connect(u16 node)
{
	struct mosix_link *link;
	struct socket *sock;
	int ret;

	sock = mosix_peer_dial(node, false);
	if (IS_ERR(sock))
		return ERR_CAST(sock);
	link = mosix_link_new(sock, SIDE_HOME);
	if (!link) {
		sock_release(sock);
		return ERR_PTR(-ENOMEM);
	}
	link->peer = node;
	link->greeted = 1;
	ret = mosix_stream_start(link);
	if (!ret)
		ret = say_hello(link);
	if (ret) {
		mosix_link_close(link, ret);
		mosix_link_put(link);
		return ERR_PTR(ret == -EPROTO ? ret : -EHOSTUNREACH);
	}
	return link;
}

/* Strangers cost a look at the map, no thread and no memory. */
static bool in_map(struct socket *sock, union mosix_addr *peer)
{
	return !mosix_addr_of_peer(peer, sock) && mosix_node_has_addr(0, peer);
}

static void accept_one(struct socket *sock)
{
	enum mosix_key_mode mode = mosix_key_mode();
	union mosix_addr peer;

	if (mode == KEY_CLOSED || !in_map(sock, &peer)) {
		mosix_secure_count(SECURE_STRANGER);
		sock_release(sock);
		return;
	}
	tune_socket(sock);
	if (mode == KEY_INSECURE)
		mosix_peer_accepted(sock, 0);
	else
		mosix_gate_knock(sock, &peer);
}

/* Whom guests that are here belong to may make their links anew, whatever is set now. */
static bool is_full(void)
{
	u32 links = mosix_link_hosted();

	return links >= mosix_param(PARAM_MAX_GUESTS) + LINKS_SPARE &&
	       links >= mosix_birth_guests() + LINKS_SPARE;
}

/**
 * mosix_peer_accepted - somebody who may get in has connected
 * @sock: the connection; consumed
 * @node: who it is, proved; 0: in clear, nobody knows
 *
 * Context: process context.
 */
void mosix_peer_accepted(struct socket *sock, u16 node)
{
	struct mosix_link *link;
	int ret;

	if (is_full()) {
		sock_release(sock);
		return;
	}
	sock->sk->sk_rcvtimeo = HELLO_TIMEOUT_S * HZ;	/* until HELLO */
	link = mosix_link_new(sock, SIDE_HOST);
	if (!link) {
		sock_release(sock);
		return;
	}
	link->known = node;
	ret = mosix_stream_start(link);
	if (ret)
		mosix_link_close(link, ret);
	mosix_link_put(link);
}

static int listen_loop(void *arg)
{
	struct socket *sock = arg, *conn;
	int ret;

	while (!kthread_should_stop()) {
		ret = kernel_accept(sock, &conn, 0);
		if (!ret)
			accept_one(conn);
		else if (ret != -EAGAIN && !kthread_should_stop())
			schedule_timeout_idle(HZ / 10);
	}
	return 0;
}

/* Zeros: any address of the host. */
static struct socket *open_listener(sa_family_t family, __be16 port)
{
	union mosix_addr any = {};
	struct socket *sock;
	int ret;

	any.any.sa_family = family;
	any.v4.sin_port = port;
	ret = sock_create_kern(&init_net, family, SOCK_STREAM, IPPROTO_TCP,
			       &sock);
	if (ret)
		return ERR_PTR(ret);
	sock_set_reuseaddr(sock->sk);
#if IS_ENABLED(CONFIG_IPV6)
	/* One listener for both, whatever is usual here. */
	if (family == AF_INET6)
		sock->sk->sk_ipv6only = 0;
#endif
	ret = kernel_bind(sock, &any.any, mosix_addr_len(&any));
	if (!ret)
		ret = kernel_listen(sock, BACKLOG);
	if (ret) {
		sock_release(sock);
		return ERR_PTR(ret);
	}
	return sock;
}

/* A kernel without IPv6 still serves those that it can. */
static struct socket *open_anywhere(__be16 port)
{
	struct socket *sock = ERR_PTR(-EAFNOSUPPORT);

	if (mosix_node_has_v6())
		sock = open_listener(AF_INET6, port);
	if (sock == ERR_PTR(-EAFNOSUPPORT))
		sock = open_listener(AF_INET, port);
	return sock;
}

static void close_listener(void)
{
	if (!listener)
		return;
	/* The shutdown makes kernel_accept() return, then the flag is seen. */
	kernel_sock_shutdown(listener, SHUT_RDWR);
	kthread_stop(listen_task);
	sock_release(listener);
	listener = NULL;
	listen_task = NULL;
}

/**
 * mosix_peer_relisten - listen where the node map says, or not at all
 *
 * Context: process context, sleeps; after each change of the node map, and of
 * having a key.
 */
void mosix_peer_relisten(void)
{
	union mosix_addr addr;
	struct socket *sock;
	struct task_struct *task;

	mutex_lock(&listen_lock);
	close_listener();
	if (mosix_key_mode() == KEY_CLOSED ||
	    mosix_node_addr(mosix_node_self(), 0, &addr))
		goto out;
	sock = open_anywhere(mosix_addr_port(&addr));
	if (IS_ERR(sock)) {
		pr_warn("mosix: cannot listen on port %u: %pe\n",
			ntohs(mosix_addr_port(&addr)), sock);
		goto out;
	}
	task = kthread_run(listen_loop, sock, "mosix_listen");
	if (IS_ERR(task)) {
		sock_release(sock);
		goto out;
	}
	listener = sock;
	listen_task = task;
out:
	mutex_unlock(&listen_lock);
}
