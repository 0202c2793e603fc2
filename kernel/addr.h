/* SPDX-License-Identifier: GPL-2.0-only */
/* Where a node is: an address of IPv4 or IPv6, and a port. */
#ifndef MOSIX_ADDR_H
#define MOSIX_ADDR_H

#include <linux/in.h>
#include <linux/in6.h>
#include <linux/socket.h>
#include <linux/types.h>

struct socket;

/**
 * union mosix_addr - an address and a port, in network order
 * @any: says which it is
 * @v4: AF_INET
 * @v6: AF_INET6; never one of IPv4 in disguise, nor one of a link
 */
union mosix_addr {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

int mosix_addr_parse(union mosix_addr *addr, char *text, u16 port);
void mosix_addr_take(union mosix_addr *addr, const struct sockaddr_storage *from);
int mosix_addr_of_peer(union mosix_addr *addr, struct socket *sock);
bool mosix_addr_is_same(const union mosix_addr *a, const union mosix_addr *b);
u32 mosix_addr_hash(const union mosix_addr *addr);

/* Bytes that the socket calls want to see of it. */
static inline int mosix_addr_len(const union mosix_addr *addr)
{
	return addr->any.sa_family == AF_INET6 ? sizeof(addr->v6) :
						 sizeof(addr->v4);
}

/* The same place in both. */
static inline __be16 mosix_addr_port(const union mosix_addr *addr)
{
	return addr->v4.sin_port;
}

static_assert(offsetof(struct sockaddr_in, sin_port) ==
	      offsetof(struct sockaddr_in6, sin6_port));

#endif /* MOSIX_ADDR_H */
