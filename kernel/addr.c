// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where a node is, as text and as the socket calls have it.
 *
 *	192.0.2.11  192.0.2.11:7236  2001:db8::11  [2001:db8::11]:7236
 *
 * An address of IPv4 that a socket of IPv6 tells of is taken for what it is.
 */
#include "addr.h"

#include <linux/errno.h>
#include <linux/inet.h>
#include <linux/jhash.h>
#include <linux/kernel.h>
#include <linux/net.h>
#include <linux/string.h>
#include <net/ipv6.h>

/* One that means something else on each node, or no node at all. */
static bool is_node_of_v6(const struct in6_addr *addr)
{
	return !ipv6_addr_any(addr) && !ipv6_addr_is_multicast(addr) &&
	       !ipv6_addr_v4mapped(addr) &&
	       (addr->s6_addr32[0] & htonl(0xffc00000)) != htonl(0xfe800000);
}

/* The port is cut off; NULL: what it says is none. */
static char *split(char *text, u16 *port, bool *v6)
{
	char *end = strchr(text, ':');

	*v6 = *text == '[' || (end && strchr(end + 1, ':'));
	if (*text == '[') {
		end = strchr(++text, ']');
		if (!end)
			return NULL;
		*end++ = '\0';
		if (!*end)
			return text;
		if (*end != ':')
			return NULL;
	} else if (*v6 || !end) {
		return text;
	}
	*end++ = '\0';
	return kstrtou16(end, 10, port) || !*port ? NULL : text;
}

/**
 * mosix_addr_parse - an address from text
 * @addr: receives it
 * @text: "ADDRESS", "ADDRESS:PORT" or "[ADDRESS]:PORT"; written over
 * @port: the one to take when there is none
 *
 * Return: 0, -EINVAL what is none, or none that a node can have.
 * Context: any.
 */
int mosix_addr_parse(union mosix_addr *addr, char *text, u16 port)
{
	const char *end;
	bool v6;

	memset(addr, 0, sizeof(*addr));
	text = split(text, &port, &v6);
	if (!text)
		return -EINVAL;
	if (v6) {
		if (!in6_pton(text, -1, addr->v6.sin6_addr.s6_addr, -1, &end) ||
		    *end || !is_node_of_v6(&addr->v6.sin6_addr))
			return -EINVAL;
		addr->v6.sin6_family = AF_INET6;
		addr->v6.sin6_port = htons(port);
		return 0;
	}
	if (!in4_pton(text, -1, (u8 *)&addr->v4.sin_addr.s_addr, -1, &end) ||
	    *end)
		return -EINVAL;
	addr->v4.sin_family = AF_INET;
	addr->v4.sin_port = htons(port);
	return 0;
}

/**
 * mosix_addr_take - an address that the network told
 * @addr: receives it
 * @from: of AF_INET or AF_INET6
 *
 * Context: any.
 */
void mosix_addr_take(union mosix_addr *addr, const struct sockaddr_storage *from)
{
	const struct sockaddr_in6 *v6 = (const void *)from;

	memset(addr, 0, sizeof(*addr));
	if (from->ss_family != AF_INET6) {
		addr->v4 = *(const struct sockaddr_in *)from;
	} else if (ipv6_addr_v4mapped(&v6->sin6_addr)) {
		addr->v4.sin_family = AF_INET;
		addr->v4.sin_port = v6->sin6_port;
		addr->v4.sin_addr.s_addr = v6->sin6_addr.s6_addr32[3];
	} else {
		addr->v6 = *v6;
	}
}

/**
 * mosix_addr_of_peer - who is at the other end of a connection?
 * @addr: receives the address
 * @sock: connected
 *
 * Return: 0, -ENOTCONN when it is gone.
 * Context: process context.
 */
int mosix_addr_of_peer(union mosix_addr *addr, struct socket *sock)
{
	struct sockaddr_storage from = {};
	int ret = kernel_getpeername(sock, (struct sockaddr *)&from);

	if (ret < 0)
		return ret;
	mosix_addr_take(addr, &from);
	return 0;
}

/**
 * mosix_addr_is_same - are they of the same host?
 * @a: an address
 * @b: another one
 *
 * Return: true when they are the same but for the port.
 * Context: any.
 */
bool mosix_addr_is_same(const union mosix_addr *a, const union mosix_addr *b)
{
	if (a->any.sa_family != b->any.sa_family)
		return false;
	if (a->any.sa_family == AF_INET6)
		return ipv6_addr_equal(&a->v6.sin6_addr, &b->v6.sin6_addr);
	return a->v4.sin_addr.s_addr == b->v4.sin_addr.s_addr;
}

/**
 * mosix_addr_hash - a number for an address
 * @addr: the address
 *
 * Return: the same for those that are the same but for the port.
 * Context: any.
 */
u32 mosix_addr_hash(const union mosix_addr *addr)
{
	if (addr->any.sa_family == AF_INET6)
		return jhash2((__force const u32 *)addr->v6.sin6_addr.s6_addr32,
			      4, 0);
	return jhash_1word((__force u32)addr->v4.sin_addr.s_addr, 0);
}
