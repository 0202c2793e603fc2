/* SPDX-License-Identifier: GPL-2.0-only */
/* Datagrams that nobody reads or makes who lacks the cluster's key. */
#ifndef MOSIX_SEAL_H
#define MOSIX_SEAL_H

#include "pure.h"
#include "replay.h"

enum mosix_seal_limits {
	SEAL_TYPE	= 1,
	SEAL_VERSION	= 1,
	SEAL_TAG_LEN	= 16,
};

/**
 * struct mosix_seal - in front of a sealed datagram, and its nonce
 * @type: SEAL_TYPE
 * @version: SEAL_VERSION
 * @sender: id of the node that made it
 * @receiver: id of the node that it is for
 * @reserved: zero
 * @epoch: the sender's life: its clock in nanoseconds, never going back
 * @number: of the datagram in it, growing
 */
struct mosix_seal {
	u8 type;
	u8 version;
	__le16 sender;
	__le16 receiver;
	u8 reserved[2];
	__le64 epoch;
	__le64 number;
};

static_assert(sizeof(struct mosix_seal) == 24);

enum { SEAL_OVERHEAD = sizeof(struct mosix_seal) + SEAL_TAG_LEN };

int mosix_seal(void *out, const void *text, u32 len, u16 receiver);
int mosix_unseal(void *text, const void *in, u32 len);
bool mosix_seal_is_fresh(const struct mosix_seal *seal,
			 struct mosix_replay *replay);

#endif /* MOSIX_SEAL_H */
