/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * OFFER, and how it is refused: a part of wire.h, and under the same rules. It has
 * another length since version 10, so who sends or reads it asks for the link's.
 */
#ifndef MOSIX_OFFER_H
#define MOSIX_OFFER_H

#include "wire.h"

/**
 * struct wire_offer - payload of OFFER: would you take this process?
 * @pid: its TGID at home
 * @load_milli: CPU it wants, 1000 = one CPU, at most WIRE_LOAD_MAX; 0: somebody
 *	asked for the move, which then needs no gain
 * @mem_kib: memory it may need, in KiB
 * @at: node that it is on now: the home, or its host
 * @moves: times it was moved so far, at most 65535
 * @own_pid: its TGID in its PID namespace; 0: that is the home's own
 * @cpu: CPU features of the home that user code may have seen
 * @comm: its name, NUL-terminated
 * @uid: real user id of the process in the initial user namespace of its home; not in
 *	version 9
 * @pad: zero; not in version 9
 */
struct wire_offer {
	__le32 pid;
	__le32 load_milli;
	__le64 mem_kib;
	__le16 at;
	__le16 moves;
	__le32 own_pid;
	__le32 cpu[WIRE_CPU_WORDS];
	u8 comm[WIRE_COMM_LEN];
	__le32 uid;
	__le32 pad;
};

static_assert(sizeof(struct wire_offer) == 96);

#define WIRE_OFFER_LEAST	offsetof(struct wire_offer, uid)

static_assert(WIRE_OFFER_LEAST == 88);

#define WIRE_NO_USER		U32_MAX	/* no user has this id */

/**
 * wire_offer_len - how long OFFER is
 * @version: of the link
 *
 * Return: bytes of payload.
 */
static inline u32 wire_offer_len(u16 version)
{
	return version < WIRE_VERSION_USER ? WIRE_OFFER_LEAST :
					     sizeof(struct wire_offer);
}

/**
 * wire_offer_user - whose process is offered
 * @offer: of the length that @version has
 * @version: of the link
 *
 * Return: real user id at home; WIRE_NO_USER: it was not told.
 */
static inline u32 wire_offer_user(const struct wire_offer *offer, u16 version)
{
	return version < WIRE_VERSION_USER ? WIRE_NO_USER :
					     le32_to_cpu(offer->uid);
}

/* Why a node says no; the texts are in wire_refusal_name(). */
enum wire_refusal {
	REFUSE_INVALID	= 0,
	REFUSE_BLOCKED	= 1,	/* the admin blocks guests */
	REFUSE_MEMORY	= 2,	/* no room */
	REFUSE_CPU	= 3,	/* a CPU feature of the home is missing */
	REFUSE_PID	= 4,	/* the PID is in use here */
	REFUSE_IMAGE	= 5,	/* a record could not be made real */
	REFUSE_BUSY	= 6,	/* enough guests, or one arriving already */
	REFUSE_INTERNAL	= 7,
	REFUSE_REASONS
};

/**
 * struct wire_refuse - payload of REFUSE
 * @reason: enum wire_refusal
 * @error: positive errno, for the log; 0 when there is none
 */
struct wire_refuse {
	__le32 reason;
	__le32 error;
};

static_assert(sizeof(struct wire_refuse) == 8);

#endif /* MOSIX_OFFER_H */
