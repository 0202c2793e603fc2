// SPDX-License-Identifier: GPL-2.0-only
/*
 * A node of the cluster is looked for on the local network, and joined by as by a
 * contact: the question goes to all hosts by each interface that is up, and whoever has
 * the cluster's key and is a node says where it is. An answer proves only that somebody
 * here has the key; the handshake behind it proves who.
 */
#include "discover.h"
#include "address.h"
#include "contact.h"
#include "node.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
	ROUNDS		= 4,
	ROUND_MS	= 1000,
	/* Nodes that answer and do not let us in; then it is enough. */
	TRIED		= 16,
	/* Of a nonce, what counts the questions; the rest is of one run. */
	COUNT		= 4,
};

/**
 * struct search - who looks
 * @etc: the folder
 * @interface: where to look; NULL: everywhere
 * @when: as for contact_join()
 * @key: of the tags
 * @nonce: of the next question
 * @sent: questions so far
 * @fd: sockets of IPv4 and IPv6; -1: there is none
 * @where: names of the interfaces that are asked by
 * @error: why the last question that did not leave did not, or 0
 * @tried: addresses of nodes that have answered
 * @n: of them
 */
struct search {
	const char *etc;
	const char *interface;
	enum keep_when when;
	uint8_t key[PROBE_KEY];
	uint8_t nonce[PROBE_NONCE];
	uint32_t sent;
	int fd[2];
	char where[256];
	int error;
	char tried[TRIED][INET6_ADDRSTRLEN];
	int n;
};

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/* Our own socket of that port is not to hear us, if this host is a node already. */
static void open_sockets(struct search *search)
{
	const int hops = DISCOVER_HOPS, off = 0;
	int *fd = search->fd;

	fd[0] = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd[0] >= 0) {
		setsockopt(fd[0], IPPROTO_IP, IP_MULTICAST_TTL, &hops, sizeof(hops));
		setsockopt(fd[0], IPPROTO_IP, IP_MULTICAST_LOOP, &off, sizeof(off));
	}
	fd[1] = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd[1] >= 0) {
		setsockopt(fd[1], IPPROTO_IPV6, IPV6_MULTICAST_HOPS, &hops, sizeof(hops));
		setsockopt(fd[1], IPPROTO_IPV6, IPV6_MULTICAST_LOOP, &off, sizeof(off));
	}
}

static void note_interface(struct search *search, const char *name)
{
	size_t n = strlen(search->where);
	const char *at = strstr(search->where, name);

	/* It has several addresses, which are told one behind the other or not. */
	for (; at; at = strstr(at + 1, name))
		if ((at == search->where || at[-1] == ' ') &&
		    strchr(",", at[strlen(name)]))
			return;
	snprintf(search->where + n, sizeof(search->where) - n, "%s%s",
		 n ? ", " : "", name);
}

/* No question is like another: what was seen once is not answered. */
static void next_question(struct search *search, struct probe *probe)
{
	memset(probe, 0, sizeof(*probe));
	memcpy(search->nonce, &search->sent, COUNT);
	search->sent++;
	memcpy(probe->nonce, search->nonce, PROBE_NONCE);
	probe_seal(probe, PROBE_ASKS, search->key);
}

static ssize_t send_v4(int fd, unsigned int interface, const struct sockaddr_in *from,
		       struct probe *probe)
{
	struct in_pktinfo info = { .ipi_ifindex = interface,
				   .ipi_spec_dst = from->sin_addr };
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons(DISCOVER_PORT) };
	union {
		char bytes[CMSG_SPACE(sizeof(info))];
		struct cmsghdr head;
	} control = {};
	struct iovec part = { probe, sizeof(*probe) };
	struct msghdr message = {
		.msg_name = &to, .msg_namelen = sizeof(to),
		.msg_iov = &part, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = sizeof(control),
	};

	inet_pton(AF_INET, DISCOVER_V4, &to.sin_addr);
	control.head.cmsg_level = IPPROTO_IP;
	control.head.cmsg_type = IP_PKTINFO;
	control.head.cmsg_len = CMSG_LEN(sizeof(info));
	memcpy(CMSG_DATA(&control.head), &info, sizeof(info));
	return sendmsg(fd, &message, MSG_NOSIGNAL);
}

static ssize_t send_v6(int fd, unsigned int interface, struct probe *probe)
{
	struct sockaddr_in6 to = { .sin6_family = AF_INET6,
				   .sin6_port = htons(DISCOVER_PORT),
				   .sin6_scope_id = interface };

	inet_pton(AF_INET6, DISCOVER_V6, &to.sin6_addr);
	return sendto(fd, probe, sizeof(*probe), MSG_NOSIGNAL, (void *)&to, sizeof(to));
}

/* From each address of IPv4, since an answer goes to one, and each link-local of IPv6. */
static void ask_from(struct search *search, const struct ifaddrs *own)
{
	const struct sockaddr_in6 *v6 = (const void *)own->ifa_addr;
	unsigned int interface = if_nametoindex(own->ifa_name);
	int family = own->ifa_addr->sa_family;
	int fd = search->fd[family == AF_INET6];
	struct probe probe;
	ssize_t n;

	if (fd < 0 || (family == AF_INET6 && !IN6_IS_ADDR_LINKLOCAL(&v6->sin6_addr)))
		return;
	note_interface(search, own->ifa_name);
	next_question(search, &probe);
	n = family == AF_INET6 ?
	    send_v6(fd, interface, &probe) :
	    send_v4(fd, interface, (const void *)own->ifa_addr, &probe);
	if (n < 0)
		search->error = errno;
}

static int is_asked_by(const struct search *search, const struct ifaddrs *own)
{
	const unsigned int want = IFF_UP | IFF_MULTICAST;

	return own->ifa_addr && (own->ifa_flags & want) == want &&
	       !(own->ifa_flags & IFF_LOOPBACK) &&
	       (own->ifa_addr->sa_family == AF_INET ||
		own->ifa_addr->sa_family == AF_INET6) &&
	       (!search->interface || !strcmp(search->interface, own->ifa_name));
}

static int ask(struct search *search)
{
	struct ifaddrs *all, *own;

	if (getifaddrs(&all))
		return keep_complain("interfaces", errno);
	for (own = all; own; own = own->ifa_next)
		if (is_asked_by(search, own))
			ask_from(search, own);
	freeifaddrs(all);
	if (*search->where)
		return 0;
	if (search->interface)
		fprintf(stderr, "mosctl: %s is not up, or has no address or no multicast\n",
			search->interface);
	else
		fputs("mosctl: no interface is up, with an address and multicast\n",
		      stderr);
	return -ENODEV;
}

/* Two interfaces may be on one network, and this host a node of the cluster. */
static int is_own(const char *address)
{
	char text[INET6_ADDRSTRLEN];
	struct ifaddrs *all, *own;
	const void *from;
	int found = 0;

	if (getifaddrs(&all))
		return 0;
	for (own = all; own && !found; own = own->ifa_next) {
		if (!own->ifa_addr)
			continue;
		from = own->ifa_addr->sa_family == AF_INET ?
		       (void *)&((struct sockaddr_in *)own->ifa_addr)->sin_addr :
		       (void *)&((struct sockaddr_in6 *)own->ifa_addr)->sin6_addr;
		found = inet_ntop(own->ifa_addr->sa_family, from, text, sizeof(text)) &&
			!strcmp(text, address);
	}
	freeifaddrs(all);
	return found;
}

static int is_ours(const struct search *search, const struct probe *probe, ssize_t n)
{
	uint32_t count;

	memcpy(&count, probe->nonce, COUNT);
	return n > 0 && count < search->sent &&
	       !memcmp(probe->nonce + COUNT, search->nonce + COUNT, PROBE_NONCE - COUNT) &&
	       probe_check(probe, n, PROBE_ANSWERS, search->key);
}

static const char *to_text(const struct probe *probe, char address[INET6_ADDRSTRLEN])
{
	struct in6_addr v6;
	struct in_addr v4;

	memcpy(&v6, probe->address, sizeof(v6));
	return address_unmap(&v4, &v6) ?
	       inet_ntop(AF_INET, &v4, address, INET6_ADDRSTRLEN) :
	       inet_ntop(AF_INET6, &v6, address, INET6_ADDRSTRLEN);
}

/* Returns 0: it let us in; -EAGAIN: on; another negative errno: it is enough. */
static int try(struct search *search, int fd)
{
	char address[INET6_ADDRSTRLEN];
	struct probe probe;
	ssize_t n = recv(fd, &probe, sizeof(probe), MSG_DONTWAIT | MSG_TRUNC);
	int i;

	if (!is_ours(search, &probe, n) || !to_text(&probe, address) || is_own(address))
		return -EAGAIN;
	for (i = 0; i < search->n; i++)
		if (!strcmp(search->tried[i], address))
			return -EAGAIN;
	strcpy(search->tried[search->n++], address);
	printf("%s answers\n", address);
	fflush(stdout);
	if (!contact_join(search->etc, address, search->when))
		return 0;
	return search->n < TRIED ? -EAGAIN : -EPERM;
}

/* All that has come is tried, also what came while somebody thought about us. */
static int await(struct search *search, int64_t until_ms)
{
	struct pollfd ready[2] = { { .fd = search->fd[0], .events = POLLIN },
				   { .fd = search->fd[1], .events = POLLIN } };
	int i, n, ret = -EAGAIN;
	int64_t left;

	do {
		left = until_ms - now_ms();
		n = poll(ready, 2, left > 0 ? left : 0);
		for (i = 0; n > 0 && i < 2 && ret == -EAGAIN; i++)
			if (ready[i].revents)
				ret = try(search, search->fd[i]);
	} while (ret == -EAGAIN && (n > 0 || left > 0));
	return ret;
}

static int give_up(const struct search *search)
{
	if (search->n) {
		fprintf(stderr, "mosctl: %d answered, and none let this node in\n",
			search->n);
		return -EPERM;
	}
	if (search->error)
		fprintf(stderr, "mosctl: not all questions left: %s\n",
			strerror(search->error));
	fprintf(stderr,
		"mosctl: no node with this key answers on %s. Is one up on the same network,\n"
		"with UDP port %d open, and here what comes from that port? See also:\n"
		"mosctl join --contact HOST\n", search->where, DISCOVER_PORT);
	return -EHOSTUNREACH;
}

static int look(struct search *search)
{
	int round, ret = -EAGAIN;

	for (round = 0; round < ROUNDS && ret == -EAGAIN; round++) {
		ret = ask(search);
		if (!ret)
			ret = await(search, now_ms() + ROUND_MS);
	}
	return ret == -EAGAIN || ret == -EPERM ? give_up(search) : ret;
}

static int complain_key(const char *etc, int error)
{
	if (error != ENOKEY)
		return keep_complain("key", error);
	if (keep_is_insecure(etc) || node_links() == LINKS_INSECURE)
		fputs("mosctl: links are in clear here: without a key anybody could answer, so\n"
		      "nobody is asked: write the map (mosix(5)), or make a key: mosctl newkey\n",
		      stderr);
	else
		fprintf(stderr,
			"mosctl: there is no key in %s, by which nodes of the cluster are known:\n"
			"bring it from one of them by a way that you trust, and add --key FILE\n",
			etc);
	return -error;
}

/**
 * discover_join - have a node let this one in that is found on the local network
 * @etc: the folder, with the key; receives the map
 * @interface: where to look; NULL: by each that is up
 * @when: as for contact_join()
 *
 * Of those that answer the first is taken that lets this node in.
 *
 * Return: 0, or a negative errno after saying why.
 */
int discover_join(const char *etc, const char *interface, enum keep_when when)
{
	struct search search = { .etc = etc, .interface = interface, .when = when };
	unsigned char key[KEEP_KEY];
	int i, ret = keep_key(key, etc);

	if (ret)
		return complain_key(etc, -ret);
	probe_derive(search.key, key);
	explicit_bzero(key, sizeof(key));
	if (getrandom(search.nonce, PROBE_NONCE, 0) != PROBE_NONCE)
		ret = keep_complain("random numbers", EIO);
	if (!ret) {
		open_sockets(&search);
		ret = look(&search);
		for (i = 0; i < 2; i++)
			if (search.fd[i] >= 0)
				close(search.fd[i]);
	}
	explicit_bzero(search.key, sizeof(search.key));
	return ret;
}
