/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Cases for handshake.c and replay.c, for the runner in user space and for
 * KUnit; each brings primitives of its own. What the messages of a known
 * handshake are comes from kernel/test/handshake_vector.py.
 */
#ifndef MOSIX_HANDSHAKE_CASES_H
#define MOSIX_HANDSHAKE_CASES_H

#include "handshake.h"
#include "handshake_vector.h"
#include "replay.h"

/* Both ends and everything between them. */
struct hs_case_pair {
	struct hs home;		/* connects */
	struct hs host;
	struct hs_challenge challenge;
	struct hs_open open;
	struct hs_answer answer;
	struct hs_finish finish;
	struct hs_session home_keys;
	struct hs_session host_keys;
};

/* Who is in the way of which message. */
enum hs_case_step {
	HS_CASE_CHALLENGE,
	HS_CASE_OPEN,
	HS_CASE_ANSWER,
	HS_CASE_FINISH,
	HS_CASE_STEPS
};

static inline void hs_case_copy(void *to, const void *from, u32 len)
{
	__builtin_memcpy(to, from, len);
}

static inline bool hs_case_same(const void *a, const void *b, u32 len)
{
	return !__builtin_memcmp(a, b, len);
}

/* The two ends of the vector. */
static inline void hs_case_begin(struct hs_case_pair *p,
				 const struct hs_crypto *crypto)
{
	__builtin_memset(p, 0, sizeof(*p));
	p->home.crypto = crypto;
	p->host.crypto = crypto;
	p->home.self = 513;
	p->home.other = 7;
	p->host.self = 7;
	p->host.other = 513;
	p->home.slots = 1;
	p->host.slots = 1;
	hs_case_copy(p->home.psk[0], hs_vector_psk, HS_KEY_LEN);
	hs_case_copy(p->host.psk[0], hs_vector_psk, HS_KEY_LEN);
	hs_case_copy(p->home.secret, hs_vector_secret_i, HS_KEY_LEN);
	hs_case_copy(p->host.secret, hs_vector_secret_r, HS_KEY_LEN);
	hs_case_copy(p->home.ephemeral, hs_vector_ephemeral_i, HS_KEY_LEN);
	hs_case_copy(p->host.ephemeral, hs_vector_ephemeral_r, HS_KEY_LEN);
}

static inline void hs_case_flip(void *msg, int bit)
{
	if (bit >= 0)
		((u8 *)msg)[bit / 8] ^= 1 << bit % 8;
}

/*
 * A whole handshake; bit @bit of the message of @step is flipped on its way,
 * none when @bit is negative. Return: 0 when both ends have keys, else the
 * error of the end that refused.
 */
static inline int hs_case_shake(struct hs_case_pair *p, enum hs_case_step step,
				int bit)
{
	int ret = mosix_hs_challenge(&p->host, hs_vector_random, &p->challenge);

	if (step == HS_CASE_CHALLENGE)
		hs_case_flip(&p->challenge, bit);
	if (!ret)
		ret = mosix_hs_open(&p->home, &p->challenge, &p->open);
	if (step == HS_CASE_OPEN)
		hs_case_flip(&p->open, bit);
	if (!ret)
		ret = mosix_hs_answer(&p->host, &p->open, &p->answer);
	if (step == HS_CASE_ANSWER)
		hs_case_flip(&p->answer, bit);
	if (!ret)
		ret = mosix_hs_finish(&p->home, &p->answer, &p->finish,
				      &p->home_keys);
	if (step == HS_CASE_FINISH)
		hs_case_flip(&p->finish, bit);
	if (!ret)
		ret = mosix_hs_complete(&p->host, &p->finish, &p->host_keys);
	return ret;
}

static inline u32 hs_case_bits(enum hs_case_step step)
{
	static const u32 bytes[HS_CASE_STEPS] = {
		[HS_CASE_CHALLENGE] = sizeof(struct hs_challenge),
		[HS_CASE_OPEN] = sizeof(struct hs_open),
		[HS_CASE_ANSWER] = sizeof(struct hs_answer),
		[HS_CASE_FINISH] = sizeof(struct hs_finish),
	};

	return 8 * bytes[step];
}

/* Does every @stride-th bit of every message matter? -1 or the first not. */
static inline int hs_case_flips(struct hs_case_pair *p,
				const struct hs_crypto *crypto, u32 stride)
{
	u32 step, bit;

	for (step = 0; step < HS_CASE_STEPS; step++) {
		for (bit = 0; bit < hs_case_bits(step); bit += stride) {
			hs_case_begin(p, crypto);
			if (!hs_case_shake(p, step, bit) ||
			    p->host.state == HS_DONE)
				return step * 10000 + bit;
		}
	}
	return -1;
}

/* What the two ends have in common, and nobody else. */
static inline bool hs_case_agree(const struct hs_case_pair *p)
{
	const struct hs_session *a = &p->home_keys, *b = &p->host_keys;

	return hs_case_same(a->send, b->receive, HS_KEY_LEN) &&
	       hs_case_same(a->receive, b->send, HS_KEY_LEN) &&
	       hs_case_same(a->send_iv, b->receive_iv, HS_IV_LEN) &&
	       hs_case_same(a->receive_iv, b->send_iv, HS_IV_LEN) &&
	       !hs_case_same(a->send, a->receive, HS_KEY_LEN);
}

/* The messages and keys that the vector has. */
static inline const char *hs_case_vector(struct hs_case_pair *p,
					 const struct hs_crypto *crypto)
{
	hs_case_begin(p, crypto);
	if (hs_case_shake(p, 0, -1))
		return "it ends";
	if (!hs_case_same(&p->challenge, hs_vector_challenge,
			  sizeof(p->challenge)))
		return "CHALLENGE";
	if (!hs_case_same(&p->open, hs_vector_open, sizeof(p->open)))
		return "OPEN";
	if (!hs_case_same(&p->answer, hs_vector_answer, sizeof(p->answer)))
		return "ANSWER";
	if (!hs_case_same(&p->finish, hs_vector_finish, sizeof(p->finish)))
		return "FINISH";
	if (!hs_case_same(p->home_keys.send, hs_vector_key_i, HS_KEY_LEN) ||
	    !hs_case_same(p->home_keys.receive, hs_vector_key_r, HS_KEY_LEN))
		return "the keys";
	if (!hs_case_same(p->home_keys.send_iv, hs_vector_iv_i, HS_IV_LEN) ||
	    !hs_case_same(p->home_keys.receive_iv, hs_vector_iv_r, HS_IV_LEN))
		return "the nonces";
	return hs_case_agree(p) ? NULL : "the ends disagree";
}

/* A change of one end before it begins, and how the handshake ends. */
struct hs_case {
	const char *name;
	void (*change)(struct hs_case_pair *p);
	int want;
};

static const u8 hs_case_other_key[HS_KEY_LEN] = { 1, 2, 3 };

static inline void hs_case_home_key(struct hs_case_pair *p)
{
	hs_case_copy(p->home.psk[0], hs_case_other_key, HS_KEY_LEN);
}

static inline void hs_case_home_new(struct hs_case_pair *p)
{
	hs_case_copy(p->home.psk[1], p->home.psk[0], HS_KEY_LEN);
	hs_case_home_key(p);
	p->home.slots = 2;
}

static inline void hs_case_host_new(struct hs_case_pair *p)
{
	hs_case_copy(p->host.psk[1], p->host.psk[0], HS_KEY_LEN);
	hs_case_copy(p->host.psk[0], hs_case_other_key, HS_KEY_LEN);
	p->host.slots = 2;
}

static inline void hs_case_host_none(struct hs_case_pair *p)
{
	p->host.slots = 0;
}

static inline void hs_case_ids(struct hs_case_pair *p)
{
	p->home.other = 8;
}

static inline void hs_case_self(struct hs_case_pair *p)
{
	p->home.self = 7;
	p->host.other = 7;
}

static inline void hs_case_impostor(struct hs_case_pair *p)
{
	p->home.self = 514;
}

static inline void hs_case_pin_host(struct hs_case_pair *p)
{
	p->home.pin = hs_case_other_key;
}

static inline void hs_case_pin_home(struct hs_case_pair *p)
{
	p->host.pin = hs_case_other_key;
}

static inline void hs_case_weak(struct hs_case_pair *p)
{
	p->home.state = HS_DONE;
}

static const struct hs_case hs_cases[] = {
	{ "another key", hs_case_home_key, -EKEYREJECTED },
	{ "home has the new key already", hs_case_home_new, 0 },
	{ "the host has the new key already", hs_case_host_new, 0 },
	{ "the host has none", hs_case_host_none, -ENOKEY },
	{ "home calls another node", hs_case_ids, -EBADMSG },
	{ "home is the host itself", hs_case_self, -EBADMSG },
	{ "home says it is another node", hs_case_impostor, -EBADMSG },
	{ "the host's own key is not the pinned one", hs_case_pin_host,
	  -EKEYREJECTED },
	{ "home's own key is not the pinned one", hs_case_pin_home,
	  -EKEYREJECTED },
	{ "an end that is used twice", hs_case_weak, -EBADMSG },
};

static inline int hs_case_run(struct hs_case_pair *p,
			      const struct hs_crypto *crypto,
			      const struct hs_case *c)
{
	hs_case_begin(p, crypto);
	c->change(p);
	return hs_case_shake(p, 0, -1);
}

/* OPEN of one handshake played back into the next: what the host says. */
static inline int hs_case_replay(struct hs_case_pair *p,
				 const struct hs_crypto *crypto)
{
	u8 random[sizeof(hs_vector_random)];
	struct hs_open open;
	int ret;

	hs_case_begin(p, crypto);
	ret = hs_case_shake(p, 0, -1);
	open = p->open;
	hs_case_begin(p, crypto);
	hs_case_copy(random, hs_vector_random, sizeof(random));
	random[0] ^= 1;
	if (!ret)
		ret = mosix_hs_challenge(&p->host, random, &p->challenge);
	return ret ? ret : mosix_hs_answer(&p->host, &open, &p->answer);
}

/* OPEN with wrong ids, one bit flipped or none: has its sender the key? */
static inline bool hs_case_member(struct hs_case_pair *p,
				  const struct hs_crypto *crypto, int bit)
{
	bool member;

	hs_case_begin(p, crypto);
	p->home.self = 7;
	p->home.other = 9;
	if (mosix_hs_challenge(&p->host, hs_vector_random, &p->challenge) ||
	    mosix_hs_open(&p->home, &p->challenge, &p->open))
		return false;
	hs_case_flip(&p->open, bit);
	member = mosix_hs_is_member(&p->host, &p->open);
	/* Whatever it is, nothing else comes of it. */
	return member && mosix_hs_answer(&p->host, &p->open, &p->answer);
}

/* Is each bit of such an OPEN under the key? -1 or the first that is not. */
static inline int hs_case_member_flips(struct hs_case_pair *p,
				       const struct hs_crypto *crypto)
{
	u32 bit;

	for (bit = 0; bit < hs_case_bits(HS_CASE_OPEN); bit++)
		if (hs_case_member(p, crypto, bit))
			return bit;
	return -1;
}

/* A point of small order instead of e: what the host says; tag and all. */
static inline int hs_case_small(struct hs_case_pair *p,
				const struct hs_crypto *crypto)
{
	static const u8 zero[HS_KEY_LEN];
	u8 out[HS_KEY_LEN];

	hs_case_begin(p, crypto);
	return crypto->dh(out, p->home.secret, zero) ? 0 : -EBADMSG;
}

/* A number that comes, and whether it is fresh. */
struct replay_case {
	u64 epoch;
	u64 number;
	bool want;
};

static const struct replay_case replay_cases[] = {
	{ 0, 5, false },	/* no life */
	{ 3, 0, false },	/* no number */
	{ 3, 5, true },
	{ 3, 5, false },
	{ 3, 4, true },
	{ 3, 4, false },
	{ 3, 6, true },
	{ 3, 69, true },
	{ 3, 5, false },	/* just outside */
	{ 3, 6, false },	/* just inside, and seen */
	{ 3, 7, true },
	{ 3, 7, false },
	{ 3, 1000, true },	/* leaps over the window */
	{ 3, 69, false },
	{ 3, 937, true },	/* the last inside */
	{ 3, 936, false },
	{ 2, 2000, false },	/* an old life */
	{ 4, 1, true },		/* a new one */
	{ 4, 1, false },
	{ 3, 3000, false },
	{ 4, ~0ULL, true },
	{ 4, ~0ULL, false },
	{ 4, ~0ULL - 63, true },
	{ 4, ~0ULL - 64, false },
};

#endif /* MOSIX_HANDSHAKE_CASES_H */
