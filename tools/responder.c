// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who answers when a node is looked for on the local network. What is answered is where
 * this node is, to who has the cluster's key, on the same network; a stranger is told
 * nothing, not even that his question was wrong.
 *
 * Nobody is flooded by this: an answer is as large as its question and goes to no other
 * network, no question is answered twice (who has recorded one could else have all nodes
 * answer in somebody else's name), and no more than a hundred a second are looked at.
 */
#include "discover.h"
#include "address.h"
#include "map.h"
#include "node.h"
#include "text.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
	/* systemd starts another one with the next question. */
	IDLE_MS		= 60 * 1000,
	PAUSE_NS	= 10 * 1000 * 1000,
};

/* Room for all that is told of a datagram, or with it. */
union control {
	char bytes[256];
	struct cmsghdr align;
};

/**
 * struct question - a datagram that has come
 * @probe: what it says
 * @size: how long it is
 * @from: who says so
 * @to: where it was sent to; IPv4 as mapped into IPv6
 * @interface: where it came in; 0: that is not known
 * @hops: that it had left
 */
struct question {
	struct probe probe;
	size_t size;
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} from;
	struct in6_addr to;
	unsigned int interface;
	int hops;
};

static void read_control(struct question *question, struct msghdr *message)
{
	struct cmsghdr *at;
	struct in_pktinfo v4;
	struct in6_pktinfo v6;

	for (at = CMSG_FIRSTHDR(message); at; at = CMSG_NXTHDR(message, at)) {
		if (at->cmsg_level == IPPROTO_IP && at->cmsg_type == IP_PKTINFO) {
			memcpy(&v4, CMSG_DATA(at), sizeof(v4));
			address_map(&question->to, &v4.ipi_addr);
			question->interface = v4.ipi_ifindex;
		} else if (at->cmsg_level == IPPROTO_IPV6 &&
			   at->cmsg_type == IPV6_PKTINFO) {
			memcpy(&v6, CMSG_DATA(at), sizeof(v6));
			question->to = v6.ipi6_addr;
			question->interface = v6.ipi6_ifindex;
		} else if ((at->cmsg_level == IPPROTO_IP &&
			    at->cmsg_type == IP_TTL) ||
			   (at->cmsg_level == IPPROTO_IPV6 &&
			    at->cmsg_type == IPV6_HOPLIMIT)) {
			memcpy(&question->hops, CMSG_DATA(at),
			       sizeof(question->hops));
		}
	}
}

/* Returns 0, -EAGAIN there is none, or another negative errno. */
static int receive(int fd, struct question *question)
{
	struct iovec part = { &question->probe, sizeof(question->probe) };
	union control control;
	struct msghdr message = {
		.msg_name = &question->from,
		.msg_namelen = sizeof(question->from),
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	ssize_t n = recvmsg(fd, &message, MSG_DONTWAIT | MSG_TRUNC);

	if (n < 0)
		return -errno;
	question->size = n;
	read_control(question, &message);
	return 0;
}

/* Is the one who asks on the network of this address? Of IPv6 is_local() says it. */
static int shares_network(const struct ifaddrs *own, const struct question *question)
{
	const struct sockaddr_in *address = (const void *)own->ifa_addr;
	const struct sockaddr_in *mask = (const void *)own->ifa_netmask;
	struct in_addr v4;

	if (!own->ifa_addr || own->ifa_addr->sa_family != question->from.any.sa_family)
		return 0;
	if (question->from.any.sa_family == AF_INET6)
		return 1;
	v4 = question->from.v4.sin_addr;
	return mask && v4.s_addr != address->sin_addr.s_addr &&
	       !((v4.s_addr ^ address->sin_addr.s_addr) & mask->sin_addr.s_addr);
}

/*
 * From a neighbour, to all: no router was in between. In whose name a neighbour speaks
 * cannot be known.
 */
static int is_local(const struct question *question)
{
	struct in6_addr group;
	struct in_addr v4;

	if (question->hops != DISCOVER_HOPS)
		return 0;
	if (question->from.any.sa_family == AF_INET6) {
		inet_pton(AF_INET6, DISCOVER_V6, &group);
		return IN6_ARE_ADDR_EQUAL(&question->to, &group) &&
		       IN6_IS_ADDR_LINKLOCAL(&question->from.v6.sin6_addr);
	}
	inet_pton(AF_INET, DISCOVER_V4, &v4);
	address_map(&group, &v4);
	return IN6_ARE_ADDR_EQUAL(&question->to, &group);
}

/* Nobody joins at an address that is not in the map. */
static int is_in_map(const struct map *map, const struct sockaddr *address,
		     struct in6_addr *out)
{
	const struct sockaddr_in6 *v6 = (const void *)address;
	const struct sockaddr_in *v4 = (const void *)address;
	char text[INET6_ADDRSTRLEN];
	const void *from = &v6->sin6_addr;

	if (address->sa_family == AF_INET) {
		from = &v4->sin_addr;
		address_map(out, &v4->sin_addr);
	} else {
		*out = v6->sin6_addr;
	}
	return inet_ntop(address->sa_family, from, text, sizeof(text)) &&
	       map_at(map, text) == node_self();
}

/* This node's address on that network, as the kernel's map has it; 0: there is one. */
static int find_address(const struct question *question, const char *name,
			const struct ifaddrs *all, struct in6_addr *out)
{
	struct map map = { .file = "mosix/config" };
	const struct ifaddrs *own;
	int ret = -EADDRNOTAVAIL;
	char *text;

	if (!node_self() || text_load(&text, "mosix/config"))
		return ret;
	if (!map_parse(&map, text))
		for (own = all; own && ret; own = own->ifa_next)
			if (!strcmp(own->ifa_name, name) &&
			    shares_network(own, question) &&
			    is_in_map(&map, own->ifa_addr, out))
				ret = 0;
	map_end(&map);
	free(text);
	return ret;
}

/* By the way that the question came: its sender may be nobody's next hop. */
static void reply(int fd, const struct question *question)
{
	struct in_pktinfo v4 = { .ipi_ifindex = question->interface };
	struct in6_pktinfo v6 = { .ipi6_ifindex = question->interface };
	struct iovec part = { (void *)&question->probe, sizeof(question->probe) };
	union control control = {};
	struct msghdr message = {
		.msg_name = (void *)&question->from,
		.msg_namelen = sizeof(question->from.v4),
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = CMSG_SPACE(sizeof(v6)),
	};
	struct cmsghdr *at = CMSG_FIRSTHDR(&message);

	if (question->from.any.sa_family == AF_INET) {
		message.msg_controllen = CMSG_SPACE(sizeof(v4));
		at->cmsg_level = IPPROTO_IP;
		at->cmsg_type = IP_PKTINFO;
		at->cmsg_len = CMSG_LEN(sizeof(v4));
		memcpy(CMSG_DATA(at), &v4, sizeof(v4));
	} else {
		message.msg_namelen = sizeof(question->from.v6);
		at->cmsg_level = IPPROTO_IPV6;
		at->cmsg_type = IPV6_PKTINFO;
		at->cmsg_len = CMSG_LEN(sizeof(v6));
		memcpy(CMSG_DATA(at), &v6, sizeof(v6));
	}
	/* What is lost is asked again. */
	sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* Is it the first time that this is asked? By who has the key, so nobody fills this. */
static int is_new(struct responder *responder, const struct probe *probe)
{
	int i;

	for (i = 0; i < DISCOVER_SEEN; i++)
		if (!memcmp(responder->seen[i], probe->nonce, PROBE_NONCE))
			return 0;
	memcpy(responder->seen[responder->next], probe->nonce, PROBE_NONCE);
	responder->next = (responder->next + 1) % DISCOVER_SEEN;
	return 1;
}

static void answer(struct responder *responder, int fd, struct question *question,
		   const uint8_t *key)
{
	char name[IF_NAMESIZE];
	struct ifaddrs *all;
	struct in6_addr address;

	if (!probe_check(&question->probe, question->size, PROBE_ASKS, key) ||
	    !if_indextoname(question->interface, name) || getifaddrs(&all))
		return;
	if (is_local(question) && is_new(responder, &question->probe) &&
	    !find_address(question, name, all, &address)) {
		memcpy(question->probe.address, &address, PROBE_ADDRESS);
		probe_seal(&question->probe, PROBE_ANSWERS, key);
		reply(fd, question);
	}
	freeifaddrs(all);
}

/**
 * responder_answer - answer one question, or be silent
 * @responder: of responder_open()
 * @fd: one of its sockets
 *
 * It takes a hundredth of a second at least, so nobody has this node do nothing else.
 *
 * Return: 0, also when nothing has come; a negative errno: the socket is no good.
 */
int responder_answer(struct responder *responder, int fd)
{
	const struct timespec pause = { .tv_nsec = PAUSE_NS };
	unsigned char cluster_key[KEEP_KEY];
	struct question question = {};
	uint8_t key[PROBE_KEY];
	int ret = receive(fd, &question);

	if (ret == -EBADF || ret == -ENOTSOCK)
		return ret;
	/* The key is read anew each time: an admin may have changed it. */
	if (!ret && question.size == sizeof(question.probe) &&
	    !keep_key(cluster_key, responder->etc)) {
		probe_derive(key, cluster_key);
		answer(responder, fd, &question, key);
		explicit_bzero(key, sizeof(key));
	}
	explicit_bzero(cluster_key, sizeof(cluster_key));
	nanosleep(&pause, NULL);
	return 0;
}

static int set(int fd, int level, int name, int value)
{
	return setsockopt(fd, level, name, &value, sizeof(value)) ? -errno : 0;
}

/* An answer leaves the network no more than a question does. */
static int prepare(int fd, int family)
{
	if (family == AF_INET6)
		return set(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, 1) ?:
		       set(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1) ?:
		       set(fd, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1);
	return set(fd, IPPROTO_IP, IP_TTL, 1) ?: set(fd, IPPROTO_IP, IP_PKTINFO, 1) ?:
	       set(fd, IPPROTO_IP, IP_RECVTTL, 1);
}

/* Returns a socket, or a negative errno: -EAFNOSUPPORT: there is no such IP here. */
static int open_one(int family)
{
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6,
				   .sin6_port = htons(DISCOVER_PORT) };
	struct sockaddr_in v4 = { .sin_family = AF_INET,
				  .sin_port = htons(DISCOVER_PORT) };
	int fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int ret = 0;

	if (fd < 0)
		return -errno;
	if (family == AF_INET6)
		ret = set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
	if (!ret && (family == AF_INET ? bind(fd, (void *)&v4, sizeof(v4)) :
					 bind(fd, (void *)&v6, sizeof(v6))))
		ret = -errno;
	if (!ret)
		ret = prepare(fd, family);
	if (!ret)
		return fd;
	close(fd);
	return ret;
}

/**
 * responder_open - have sockets to be asked by
 * @responder: receives them, and all else that it needs
 * @etc: the folder, with the key
 *
 * Where systemd is it has them itself, see mosix-discover.socket.
 *
 * Return: 0, or a negative errno.
 */
int responder_open(struct responder *responder, const char *etc)
{
	const int families[] = { AF_INET, AF_INET6 };
	int i, fd;

	memset(responder, 0, sizeof(*responder));
	responder->etc = etc;
	for (i = 0; i < 2; i++) {
		fd = open_one(families[i]);
		if (fd >= 0)
			responder->fd[responder->n++] = fd;
		else if (fd != -EAFNOSUPPORT)
			return fd;
	}
	return responder->n ? 0 : -EAFNOSUPPORT;
}

/* Those that systemd has opened, see sd_listen_fds(3): from 3 on. */
static int take_sockets(struct responder *responder)
{
	const char *pid = getenv("LISTEN_PID"), *n = getenv("LISTEN_FDS");
	struct sockaddr_storage self;
	socklen_t len;
	int i, ret;

	if (!pid || !n || atol(pid) != getpid() || atoi(n) < 1 ||
	    atoi(n) > DISCOVER_SOCKETS)
		return -ENOTSOCK;
	for (i = 0; i < atoi(n); i++) {
		len = sizeof(self);
		if (getsockname(3 + i, (void *)&self, &len))
			return -errno;
		ret = prepare(3 + i, self.ss_family);
		if (ret)
			return ret;
		responder->fd[responder->n++] = 3 + i;
	}
	return 0;
}

/* Returns 1, 0 nobody asks any more, or a negative errno. */
static int serve(struct responder *responder)
{
	struct pollfd ready[DISCOVER_SOCKETS];
	int i, n, ret = 1;

	for (i = 0; i < responder->n; i++)
		ready[i] = (struct pollfd){ responder->fd[i], POLLIN, 0 };
	n = poll(ready, responder->n, IDLE_MS);
	if (n < 0)
		return errno == EINTR ? 1 : -errno;
	for (i = 0; n && i < responder->n && ret > 0; i++)
		if (ready[i].revents)
			ret = responder_answer(responder, responder->fd[i]) ?: 1;
	return n ? ret : 0;
}

/**
 * responder_serve - answer by sockets that systemd has, until nobody asks for a minute
 * @etc: the folder, with the key
 *
 * Return: 0, or a negative errno after saying why.
 */
int responder_serve(const char *etc)
{
	struct responder responder = { .etc = etc };
	int ret = take_sockets(&responder);

	if (ret)
		return keep_complain("sockets of systemd", -ret);
	do {
		ret = serve(&responder);
	} while (ret > 0);
	return ret ? keep_complain("answer", -ret) : 0;
}
