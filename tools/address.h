/* SPDX-License-Identifier: GPL-2.0-only */
/* IPv4 mapped into IPv6, RFC 4291 2.5.5.2: ::ffff:a.b.c.d. */
#ifndef MOSIX_TOOLS_ADDRESS_H
#define MOSIX_TOOLS_ADDRESS_H

#include <netinet/in.h>

void address_map(struct in6_addr *v6, const struct in_addr *v4);
int address_unmap(struct in_addr *v4, const struct in6_addr *v6);

#endif /* MOSIX_TOOLS_ADDRESS_H */
