/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * PURE: the handshake that begins a link: messages, transcript, states.
 *
 * Noise_XXpsk0_25519_ChaChaPoly_BLAKE2s behind a challenge. The end that
 * connects is the initiator.
 *
 *	connects                                    accepts
 *	 | <------------------------------ CHALLENGE |  random, which keys it has
 *	 | OPEN ids; psk, e -----------------------> |  refused by hashing alone
 *	 | <------------------ ANSWER e, ee, s, es   |
 *	 | FINISH s, se ---------------------------> |
 *
 * The challenge and the clear part of OPEN are the prologue: random number,
 * versions and both ids are in the transcript, so an OPEN that is played back
 * fails at its tag without a clock, a memory or an exponentiation.
 *
 * The primitives, random numbers and keys come from outside. Formats are
 * frozen; what is reserved is zero and refused otherwise.
 *
 * version 1: as below
 */
#ifndef MOSIX_HANDSHAKE_H
#define MOSIX_HANDSHAKE_H

#include "pure.h"

enum hs_limits {
	HS_VERSION	= 1,
	HS_KEY_LEN	= 32,	/* keys, points and hashes */
	HS_TAG_LEN	= 16,
	HS_IV_LEN	= 12,
	HS_SLOTS	= 2,	/* keys that an end accepts: new and old */
	HS_TEXT_MAX	= 96,	/* of what is hashed behind a hash */
};

enum hs_type {
	HS_INVALID	= 0,
	HS_CHALLENGE	= 1,
	HS_OPEN		= 2,
	HS_ANSWER	= 3,
	HS_FINISH	= 4,
};

/* Begins each message. */
struct hs_head {
	u8 type;		/* enum hs_type */
	u8 version;		/* HS_VERSION */
	u8 reserved[2];
};

/**
 * struct hs_challenge - who accepts speaks first
 * @head: HS_CHALLENGE
 * @random: never used before
 * @proof: a hash of @random under each key that is accepted; random bytes
 *	where there is none
 */
struct hs_challenge {
	struct hs_head head;
	u8 random[HS_KEY_LEN];
	u8 proof[HS_SLOTS][HS_TAG_LEN];
};

static_assert(sizeof(struct hs_challenge) == 68);

/**
 * struct hs_open - Noise message 1, with what is clear in front of it
 * @head: HS_OPEN
 * @node: id of the end that connects
 * @peer: id of the end that accepts
 * @slot: the proof of CHALLENGE whose key is used
 * @reserved: zero
 * @ephemeral: e
 * @tag: of the empty payload
 */
struct hs_open {
	struct hs_head head;
	__le16 node;
	__le16 peer;
	u8 slot;
	u8 reserved[3];
	u8 ephemeral[HS_KEY_LEN];
	u8 tag[HS_TAG_LEN];
};

static_assert(sizeof(struct hs_open) == 60);

/* Noise message 2: e, ee, s, es. */
struct hs_answer {
	struct hs_head head;
	u8 ephemeral[HS_KEY_LEN];
	u8 fixed[HS_KEY_LEN + HS_TAG_LEN];
	u8 tag[HS_TAG_LEN];
};

static_assert(sizeof(struct hs_answer) == 100);

/* Noise message 3: s, se. */
struct hs_finish {
	struct hs_head head;
	u8 fixed[HS_KEY_LEN + HS_TAG_LEN];
	u8 tag[HS_TAG_LEN];
};

static_assert(sizeof(struct hs_finish) == 68);

/**
 * struct hs_box - what an AEAD is told beside the text
 * @key: its key
 * @nonce: its nonce
 * @ad: HS_KEY_LEN bytes that are authenticated, too
 */
struct hs_box {
	const u8 *key;
	u64 nonce;
	const u8 *ad;
};

/**
 * struct hs_crypto - the primitives
 * @hash: BLAKE2s-256 of @len bytes
 * @dh: X25519; false when the result is zero
 * @seal: ChaCha20-Poly1305; @out receives @len bytes and the tag
 * @unseal: and back, @len without the tag; false when it does not fit
 */
struct hs_crypto {
	void (*hash)(u8 *out, const u8 *in, u32 len);
	bool (*dh)(u8 *out, const u8 *secret, const u8 *point);
	void (*seal)(const struct hs_box *box, u8 *out, const u8 *in, u32 len);
	bool (*unseal)(const struct hs_box *box, u8 *out, const u8 *in,
		       u32 len);
};

/* A state says what has happened. */
enum hs_state {
	HS_NEW		= 0,
	HS_CHALLENGED,	/* accepts: CHALLENGE is made */
	HS_OPENED,	/* connects: OPEN is made */
	HS_ANSWERED,	/* accepts: ANSWER is made */
	HS_DONE,	/* the session's keys are there */
	HS_FAILED,
};

/**
 * struct hs - one end of a handshake; wiped by mosix_hs_wipe()
 * @crypto: primitives; set by the caller, as are all up to @pin
 * @self: id of this end
 * @other: id of the other; who accepts takes it from OPEN
 * @slots: keys in @psk
 * @psk: keys of the cluster that are accepted, the one to use first
 * @secret: this end's own key
 * @ephemeral: fresh random bytes, for this handshake only
 * @pin: the only key that the other may have; NULL: any
 * @state: enum hs_state
 * @transcript: h of the Noise specification
 * @chain: ck
 * @key: k
 * @nonce: n
 * @challenge: as made or taken
 * @theirs: ephemeral key of the other end
 */
struct hs {
	const struct hs_crypto *crypto;
	u16 self;
	u16 other;
	u8 slots;
	u8 psk[HS_SLOTS][HS_KEY_LEN];
	u8 secret[HS_KEY_LEN];
	u8 ephemeral[HS_KEY_LEN];
	const u8 *pin;
	u8 state;
	u8 transcript[HS_KEY_LEN];
	u8 chain[HS_KEY_LEN];
	u8 key[HS_KEY_LEN];
	u64 nonce;
	struct hs_challenge challenge;
	u8 theirs[HS_KEY_LEN];
};

/**
 * struct hs_session - what a handshake is for
 * @send: key of what this end sends
 * @receive: key of what it receives
 * @send_iv: begin of the nonces of @send
 * @receive_iv: begin of the nonces of @receive
 */
struct hs_session {
	u8 send[HS_KEY_LEN];
	u8 receive[HS_KEY_LEN];
	u8 send_iv[HS_IV_LEN];
	u8 receive_iv[HS_IV_LEN];
};

int mosix_hs_challenge(struct hs *hs, const u8 *random,
		       struct hs_challenge *out);
int mosix_hs_open(struct hs *hs, const struct hs_challenge *in,
		  struct hs_open *out);
int mosix_hs_answer(struct hs *hs, const struct hs_open *in,
		    struct hs_answer *out);
int mosix_hs_finish(struct hs *hs, const struct hs_answer *in,
		    struct hs_finish *out, struct hs_session *session);
bool mosix_hs_is_member(struct hs *hs, const struct hs_open *in);
int mosix_hs_complete(struct hs *hs, const struct hs_finish *in,
		      struct hs_session *session);
bool mosix_hs_public(const struct hs_crypto *crypto, u8 *public,
		     const u8 *secret);
void mosix_hs_derive(const struct hs_crypto *crypto, u8 *out, const u8 *key,
		     const char *label);
void mosix_hs_wipe(void *what, u32 len);

#endif /* MOSIX_HANDSHAKE_H */
