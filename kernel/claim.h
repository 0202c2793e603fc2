/* SPDX-License-Identifier: GPL-2.0-only */
/* Who says that it is a node which the map has elsewhere. */
#ifndef MOSIX_CLAIM_H
#define MOSIX_CLAIM_H

#include <linux/types.h>

union mosix_addr;

void mosix_claim_dispute(u16 node, const union mosix_addr *from);
bool mosix_claim_is_disputed(u16 node);

#endif /* MOSIX_CLAIM_H */
