/* SPDX-License-Identifier: GPL-2.0-only */
/* The keys: of the cluster, and of this node. */
#ifndef MOSIX_KEY_H
#define MOSIX_KEY_H

#include "handshake.h"

/* What this node does with others. */
enum mosix_key_mode {
	KEY_CLOSED	= 0,	/* no key: nothing */
	KEY_INSECURE,		/* everything in clear: the admin wants it so */
	KEY_SET,		/* only what is encrypted */
};

extern const struct hs_crypto mosix_key_crypto;

enum mosix_key_mode mosix_key_mode(void);
int mosix_key_write(char *text);
int mosix_key_lend(struct hs *hs);
int mosix_key_datagram(u8 *key);
u32 mosix_key_datagram_all(u8 key[HS_SLOTS][HS_KEY_LEN]);
bool mosix_key_public(u8 *key);
u32 mosix_key_old_left(void);

#endif /* MOSIX_KEY_H */
