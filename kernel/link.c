// SPDX-License-Identifier: GPL-2.0-only
/*
 * Links over TCP: connect, accept, send, receive, end. Blind to what the
 * messages mean, but for HELLO, which says who is there.
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
#include "msgdef.h"
#include "node.h"
#include "task.h"

#include <linux/bvec.h>
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/socket.h>
#include <linux/tcp.h>
#include <linux/uio.h>
#include <net/sock.h>
#include <net/tcp.h>

enum {
	HELLO_TIMEOUT_S		= 10,
	KEEPALIVE_IDLE_S	= 5,
	KEEPALIVE_INTERVAL_S	= 3,
	KEEPALIVE_COUNT		= 5,
	USER_TIMEOUT_MS		= 20000,
	BACKLOG			= 64,
	LINK_NICE		= -10,
};

static DEFINE_MUTEX(listen_lock);	/* protects listener, listen_task */
static struct socket *listener;
static struct task_struct *listen_task;

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

	free_queue(&link->queue);
	if (link->sock)
		sock_release(link->sock);
	if (link->proc)
		mosix_proc_put(link->proc);
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

static struct mosix_link *link_new(struct socket *sock, enum wire_side side)
{
	struct mosix_link *link = kzalloc(sizeof(*link), GFP_KERNEL);

	if (!link)
		return NULL;
	kref_init(&link->ref);
	spin_lock_init(&link->lock);
	INIT_LIST_HEAD(&link->queue);
	INIT_LIST_HEAD(&link->calls);
	init_waitqueue_head(&link->wait);
	link->sock = sock;
	link->side = side;
	return link;
}

static void tune_socket(struct socket *sock)
{
	sock->sk->sk_allocation = GFP_KERNEL;
	sock_set_keepalive(sock->sk);
	tcp_sock_set_keepidle(sock->sk, KEEPALIVE_IDLE_S);
	tcp_sock_set_keepintvl(sock->sk, KEEPALIVE_INTERVAL_S);
	tcp_sock_set_keepcnt(sock->sk, KEEPALIVE_COUNT);
	tcp_sock_set_user_timeout(sock->sk, USER_TIMEOUT_MS);
	tcp_sock_set_nodelay(sock->sk);
}

/**
 * mosix_link_close - end a link at once
 * @link: the link
 * @error: negative errno; only the first one counts
 *
 * Context: process context.
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
	kernel_sock_shutdown(link->sock, SHUT_RDWR);
	wake_up_all(&link->wait);
	mosix_call_fail_all(link);
}

/**
 * mosix_link_finish - nothing more to say: send what is queued, then end
 * @link: the link
 *
 * Context: process context.
 */
void mosix_link_finish(struct mosix_link *link)
{
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
 * Return: 0, or the error that ended the link.
 * Context: process context.
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
	return ret;
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
	u32 len = msg->len;
	u32 i;
	int ret;

	for (i = 0; i < msg->npages; i++)
		if (msg->pages[i])
			len += PAGE_SIZE;
	msg->h.len = cpu_to_le32(len);
	spin_lock(&link->lock);
	ret = link->error;
	if (!ret && link->closing)
		ret = -EPIPE;
	if (!ret) {
		list_add_tail(&msg->node, &link->queue);
		link->queued += len + sizeof(msg->h);
	}
	spin_unlock(&link->lock);
	if (ret)
		mosix_msg_free(msg);
	else
		wake_up_all(&link->wait);
	return ret;
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
	return mosix_link_send(link, msg);
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
 * mosix_link_stop_level - tell the body to stop, or to go on
 * @link: link of a deputy
 * @stopped: 1 stop, 0 go on
 *
 * A level, not a message: current may be TASK_STOPPED and must neither sleep
 * nor allocate. The sender turns changes into STOP and CONT.
 *
 * Context: any process context, does not sleep.
 */
void mosix_link_stop_level(struct mosix_link *link, u8 stopped)
{
	WRITE_ONCE(link->stop_want, stopped);
	wake_up_all(&link->wait);
}

static int send_bytes(struct mosix_link *link, void *data, size_t len,
		      int flags)
{
	struct msghdr mh = { .msg_flags = MSG_NOSIGNAL | flags };
	struct kvec vec = { .iov_base = data, .iov_len = len };
	int ret = kernel_sendmsg(link->sock, &mh, &vec, 1, len);

	if (ret < 0)
		return ret;
	return ret == len ? 0 : -EPIPE;
}

static int send_pages(struct mosix_link *link, struct mosix_msg *msg)
{
	struct bio_vec vec[WIRE_PAGES_MAX];
	struct msghdr mh = { .msg_flags = MSG_NOSIGNAL };
	u32 i, n = 0;
	int ret;

	for (i = 0; i < msg->npages; i++)
		if (msg->pages[i])
			bvec_set_page(&vec[n++], msg->pages[i], PAGE_SIZE, 0);
	if (!n)
		return 0;
	iov_iter_bvec(&mh.msg_iter, ITER_SOURCE, vec, n, n * PAGE_SIZE);
	ret = sock_sendmsg(link->sock, &mh);
	if (ret < 0)
		return ret;
	return ret == n * PAGE_SIZE ? 0 : -EPIPE;
}

static int send_one(struct mosix_link *link, struct mosix_msg *msg)
{
	u32 len = le32_to_cpu(msg->h.len);
	int ret;

	ret = send_bytes(link, &msg->h, sizeof(msg->h), len ? MSG_MORE : 0);
	if (!ret && msg->len)
		ret = send_bytes(link, msg->data, msg->len,
				 len > msg->len ? MSG_MORE : 0);
	if (!ret && len > msg->len)
		ret = send_pages(link, msg);
	return ret;
}

static int send_level(struct mosix_link *link)
{
	u8 want = READ_ONCE(link->stop_want);
	struct wire_header h = {
		.magic = cpu_to_le32(WIRE_MAGIC),
		.type = cpu_to_le16(want ? MSG_STOP : MSG_CONT),
	};

	if (want == link->stop_sent)
		return 0;
	link->stop_sent = want;
	return send_bytes(link, &h, sizeof(h), 0);
}

static struct mosix_msg *dequeue(struct mosix_link *link)
{
	struct mosix_msg *msg;

	spin_lock(&link->lock);
	msg = list_first_entry_or_null(&link->queue, struct mosix_msg, node);
	if (msg) {
		list_del_init(&msg->node);
		link->queued -= le32_to_cpu(msg->h.len) + sizeof(msg->h);
	}
	spin_unlock(&link->lock);
	return msg;
}

static bool sender_wanted(struct mosix_link *link)
{
	return READ_ONCE(link->error) || READ_ONCE(link->closing) ||
	       !list_empty_careful(&link->queue) ||
	       READ_ONCE(link->stop_want) != link->stop_sent;
}

static int sender(void *arg)
{
	struct mosix_link *link = arg;
	struct mosix_msg *msg;
	int ret = 0;

	while (!ret) {
		wait_event_idle(link->wait, sender_wanted(link));
		if (READ_ONCE(link->error))
			break;
		ret = send_level(link);
		msg = dequeue(link);
		if (!msg && READ_ONCE(link->closing)) {
			kernel_sock_shutdown(link->sock, SHUT_WR);
			break;
		}
		if (!msg)
			continue;
		if (!ret)
			ret = send_one(link, msg);
		mosix_msg_free(msg);
		wake_up_all(&link->wait);	/* throttled producers */
	}
	if (ret)
		mosix_link_close(link, ret);
	mosix_link_put(link);
	return 0;
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
		return ret;
	return ret == len ? 0 : -ECONNRESET;
}

/* The pages behind a head that was checked; zero pages stay NULL. */
static int recv_pages(struct mosix_link *link, struct mosix_msg *msg)
{
	const struct wire_pages *head = (void *)msg->data;
	u32 zero = le32_to_cpu(head->zero);
	struct bio_vec vec[WIRE_PAGES_MAX];
	struct msghdr mh = { .msg_flags = MSG_NOSIGNAL };
	u32 i, n = 0;
	int ret;

	msg->npages = le32_to_cpu(head->count);
	for (i = 0; i < msg->npages; i++) {
		if (zero & BIT(i))
			continue;
		msg->pages[i] = alloc_page(GFP_HIGHUSER_MOVABLE);
		if (!msg->pages[i])
			return -ENOMEM;
		bvec_set_page(&vec[n++], msg->pages[i], PAGE_SIZE, 0);
	}
	if (!n)
		return 0;
	iov_iter_bvec(&mh.msg_iter, ITER_DEST, vec, n, n * PAGE_SIZE);
	ret = sock_recvmsg(link->sock, &mh, MSG_WAITALL);
	if (ret < 0)
		return ret;
	return ret == n * PAGE_SIZE ? 0 : -ECONNRESET;
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
	if (!ret && type == MSG_PAGES)
		ret = recv_pages(link, msg);
	if (ret) {
		mosix_msg_free(msg);
		return ret;
	}
	*out = msg;
	return 0;
}

static int welcome(struct mosix_link *link, const struct mosix_msg *msg)
{
	const struct wire_hello *hello = (void *)msg->data;
	struct sockaddr_in known, peer;
	struct wire_hello *answer;
	struct mosix_msg *reply;
	u16 node = le16_to_cpu(hello->node);

	if (le16_to_cpu(hello->version_min) > WIRE_VERSION_MAX ||
	    le16_to_cpu(hello->version_max) < WIRE_VERSION_MIN)
		return -EPROTONOSUPPORT;
	if (le16_to_cpu(hello->peer) != mosix_node_self())
		return -EADDRNOTAVAIL;
	if (mosix_node_addr(node, &known) || node == mosix_node_self() ||
	    kernel_getpeername(link->sock, (struct sockaddr *)&peer) < 0 ||
	    peer.sin_addr.s_addr != known.sin_addr.s_addr)
		return -EACCES;
	reply = mosix_msg_new(MSG_WELCOME, sizeof(*answer));
	if (!reply)
		return -ENOMEM;
	answer = (void *)reply->data;
	answer->version_min = cpu_to_le16(min_t(u16, WIRE_VERSION_MAX,
						le16_to_cpu(hello->version_max)));
	answer->version_max = answer->version_min;
	answer->node = cpu_to_le16(mosix_node_self());
	answer->peer = hello->node;
	reply->h.id = msg->h.id;
	link->peer = node;
	link->greeted = 1;
	link->sock->sk->sk_rcvtimeo = MAX_SCHEDULE_TIMEOUT;
	return mosix_link_send(link, reply);
}

static int receiver(void *arg)
{
	struct mosix_link *link = arg;
	struct mosix_msg *msg;
	int ret;

	for (;;) {
		ret = recv_one(link, &msg);
		if (ret)
			break;
		if (mosix_msg_type(msg) == MSG_HELLO && !link->greeted) {
			ret = welcome(link, msg);
			mosix_msg_free(msg);
		} else if (!link->greeted &&
			   mosix_msg_type(msg) != MSG_WELCOME) {
			ret = -EPROTO;
			mosix_msg_free(msg);
		} else {
			ret = mosix_msgdef_dispatch(link, msg);
		}
		if (ret)
			break;
	}
	if (ret != -ECONNRESET && !READ_ONCE(link->error))
		pr_warn_ratelimited("mosix: link with node %u ends: %pe\n",
				    link->peer, ERR_PTR(ret));
	mosix_link_close(link, ret);
	mosix_msgdef_lost(link);
	mosix_link_put(link);
	return 0;
}

static int start_threads(struct mosix_link *link)
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

static int say_hello(struct mosix_link *link)
{
	struct mosix_msg *msg, *answer;
	struct wire_hello *hello;

	msg = mosix_msg_new(MSG_HELLO, sizeof(*hello));
	if (!msg)
		return -ENOMEM;
	hello = (void *)msg->data;
	hello->version_min = cpu_to_le16(WIRE_VERSION_MIN);
	hello->version_max = cpu_to_le16(WIRE_VERSION_MAX);
	hello->node = cpu_to_le16(mosix_node_self());
	hello->peer = cpu_to_le16(link->peer);
	answer = mosix_call(link, msg, HELLO_TIMEOUT_S * HZ, TASK_KILLABLE);
	if (IS_ERR(answer))
		return PTR_ERR(answer);
	hello = (void *)answer->data;
	if (mosix_msg_type(answer) != MSG_WELCOME ||
	    le16_to_cpu(hello->node) != link->peer) {
		mosix_msg_free(answer);
		return -EPROTO;
	}
	mosix_msg_free(answer);
	return 0;
}

/**
 * mosix_link_connect - make a link to a node's listener
 * @node: id of the node
 *
 * Return: a link that exchanged HELLO, or ERR_PTR: -ENODEV unknown node,
 * -EHOSTUNREACH nobody answers there, -EPROTO it speaks something else.
 * Context: process context without signals (a kernel thread), sleeps.
 */
struct mosix_link *mosix_link_connect(u16 node)
{
	struct mosix_link *link;
	struct sockaddr_in addr;
	struct socket *sock;
	int ret;

	ret = mosix_node_addr(node, &addr);
	if (ret)
		return ERR_PTR(ret);
	ret = sock_create_kern(&init_net, AF_INET, SOCK_STREAM, IPPROTO_TCP,
			       &sock);
	if (ret)
		return ERR_PTR(ret);
	tune_socket(sock);
	sock->sk->sk_sndtimeo = HELLO_TIMEOUT_S * HZ;
	ret = kernel_connect(sock, (struct sockaddr *)&addr, sizeof(addr), 0);
	if (ret) {
		sock_release(sock);
		return ERR_PTR(-EHOSTUNREACH);
	}
	sock->sk->sk_sndtimeo = MAX_SCHEDULE_TIMEOUT;
	link = link_new(sock, SIDE_HOME);
	if (!link) {
		sock_release(sock);
		return ERR_PTR(-ENOMEM);
	}
	link->peer = node;
	link->greeted = 1;
	ret = start_threads(link);
	if (!ret)
		ret = say_hello(link);
	if (ret) {
		mosix_link_close(link, ret);
		mosix_link_put(link);
		return ERR_PTR(ret == -EPROTO ? ret : -EHOSTUNREACH);
	}
	return link;
}

static int same_address(const struct mosix_node *node, void *arg)
{
	const struct sockaddr_in *peer = arg;

	return node->addr.sin_addr.s_addr == peer->sin_addr.s_addr;
}

/* Strangers cost a look at the map, no thread and no memory. */
static bool in_map(struct socket *sock)
{
	struct sockaddr_in peer;

	if (kernel_getpeername(sock, (struct sockaddr *)&peer) < 0)
		return false;
	return mosix_node_each(same_address, &peer);
}

static void accept_one(struct socket *sock)
{
	struct mosix_link *link;
	int ret;

	if (!in_map(sock)) {
		sock_release(sock);
		return;
	}
	tune_socket(sock);
	sock->sk->sk_rcvtimeo = HELLO_TIMEOUT_S * HZ;	/* until HELLO */
	link = link_new(sock, SIDE_HOST);
	if (!link) {
		sock_release(sock);
		return;
	}
	ret = start_threads(link);
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

static struct socket *open_listener(const struct sockaddr_in *addr)
{
	struct sockaddr_in any = {
		.sin_family = AF_INET,
		.sin_port = addr->sin_port,
	};
	struct socket *sock;
	int ret;

	ret = sock_create_kern(&init_net, AF_INET, SOCK_STREAM, IPPROTO_TCP,
			       &sock);
	if (ret)
		return ERR_PTR(ret);
	sock_set_reuseaddr(sock->sk);
	ret = kernel_bind(sock, (struct sockaddr *)&any, sizeof(any));
	if (!ret)
		ret = kernel_listen(sock, BACKLOG);
	if (ret) {
		sock_release(sock);
		return ERR_PTR(ret);
	}
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
 * mosix_link_relisten - listen where the node map says, or not at all
 *
 * Context: process context, sleeps; after each change of the node map.
 */
void mosix_link_relisten(void)
{
	struct sockaddr_in addr;
	struct socket *sock;
	struct task_struct *task;

	mutex_lock(&listen_lock);
	close_listener();
	if (mosix_node_addr(mosix_node_self(), &addr))
		goto out;
	sock = open_listener(&addr);
	if (IS_ERR(sock)) {
		pr_warn("mosix: cannot listen on port %u: %pe\n",
			ntohs(addr.sin_port), sock);
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
