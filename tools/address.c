// SPDX-License-Identifier: GPL-2.0-only
/*
 * A socket for both kinds of IP tells addresses of IPv4 as mapped into IPv6, and a probe
 * has room for one kind alone. In the map, and to people, they are of IPv4.
 */
#include "address.h"

#include <string.h>

/* Of the 16 bytes: ten of zero, two of 0xff, four of IPv4. */
enum { MAPPED_MARK = 10, MAPPED_V4 = 12 };

/**
 * address_map - an address of IPv4 as one of IPv6
 * @v6: receives it
 * @v4: the address
 */
void address_map(struct in6_addr *v6, const struct in_addr *v4)
{
	memset(v6, 0, sizeof(*v6));
	memset(v6->s6_addr + MAPPED_MARK, 0xff, MAPPED_V4 - MAPPED_MARK);
	memcpy(v6->s6_addr + MAPPED_V4, v4, sizeof(*v4));
}

/**
 * address_unmap - the address of IPv4 that is mapped into one of IPv6
 * @v4: receives it, if it is one
 * @v6: the address
 *
 * Return: 1, or 0: it is one of IPv6 itself.
 */
int address_unmap(struct in_addr *v4, const struct in6_addr *v6)
{
	if (!IN6_IS_ADDR_V4MAPPED(v6))
		return 0;
	memcpy(v4, v6->s6_addr + MAPPED_V4, sizeof(*v4));
	return 1;
}
