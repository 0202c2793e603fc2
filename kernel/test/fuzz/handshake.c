// SPDX-License-Identifier: GPL-2.0-only
/*
 * Both ends of a handshake, and an input that calls what it likes of them in
 * any order, with messages of the other end or of its own.
 *
 * The primitives are toys: an input must be able to make a tag that fits, or
 * it would never get behind the first one.
 */
#include "../../handshake_cases.h"
#include "fuzz.h"

static u32 mix(const u8 *in, u32 len)
{
	u32 sum = len;

	for (u32 i = 0; i < len; i++)
		sum = sum * 31 + in[i];
	return sum;
}

static void hash(u8 *out, const u8 *in, u32 len)
{
	u32 sum = mix(in, len);

	for (u32 i = 0; i < HS_KEY_LEN; i++)
		out[i] = sum * (i + 1) >> 8;
}

/* Both ends come to the same by either half. */
static bool dh(u8 *out, const u8 *secret, const u8 *point)
{
	u8 any = 0;

	for (u32 i = 0; i < HS_KEY_LEN; i++) {
		out[i] = (secret[i] | 1) * point[i];
		any |= out[i];
	}
	return any;
}

static u8 tag(const struct hs_box *box, const u8 *text, u32 len)
{
	return box->nonce + mix(box->key, HS_KEY_LEN) +
	       mix(box->ad, HS_KEY_LEN) + mix(text, len);
}

static void seal(const struct hs_box *box, u8 *out, const u8 *in, u32 len)
{
	if (len)
		memmove(out, in, len);
	memset(out + len, tag(box, out, len), HS_TAG_LEN);
}

static bool unseal(const struct hs_box *box, u8 *out, const u8 *in, u32 len)
{
	if (in[len] != FUZZ_ANY_TAG && in[len] != tag(box, in, len))
		return false;
	if (len)
		memmove(out, in, len);
	return true;
}

static const struct hs_crypto toys = { hash, dh, seal, unseal };

enum step {
	STEP_CHALLENGE,
	STEP_OPEN,
	STEP_ANSWER,
	STEP_FINISH,
	STEP_COMPLETE,
	STEPS
};

/* What each of them takes, in the pair; what it takes nothing for is 0. */
static const struct {
	u16 at;
	u16 len;
	u8 then;
} steps[STEPS] = {
	[STEP_CHALLENGE] = { 0, 0, HS_CHALLENGED },
	[STEP_OPEN] = { offsetof(struct hs_case_pair, challenge),
			sizeof(struct hs_challenge), HS_OPENED },
	[STEP_ANSWER] = { offsetof(struct hs_case_pair, open),
			  sizeof(struct hs_open), HS_ANSWERED },
	[STEP_FINISH] = { offsetof(struct hs_case_pair, answer),
			  sizeof(struct hs_answer), HS_DONE },
	[STEP_COMPLETE] = { offsetof(struct hs_case_pair, finish),
			    sizeof(struct hs_finish), HS_DONE },
};

static int make(struct hs_case_pair *p, struct hs *end, enum step step,
		const void *in)
{
	struct hs_session *keys = end == &p->home ? &p->home_keys :
						    &p->host_keys;

	switch (step) {
	case STEP_CHALLENGE:
		return mosix_hs_challenge(end, hs_vector_random, &p->challenge);
	case STEP_OPEN:
		return mosix_hs_open(end, in, &p->open);
	case STEP_ANSWER:
		return mosix_hs_answer(end, in, &p->answer);
	case STEP_FINISH:
		return mosix_hs_finish(end, in, &p->finish, keys);
	default:
		return mosix_hs_complete(end, in, keys);
	}
}

static void check(const struct hs *end, u8 before, u8 then, int ret)
{
	fuzz_must(end->state == (ret ? HS_FAILED : then),
		  "an end is where it said it would be");
	fuzz_must(ret || before < then, "no end goes back");
	fuzz_must(ret || before != HS_FAILED, "what failed stays so");
}

/* What must be so of a message that was taken, whoever made it. */
static bool is_for(const struct hs *end, enum step step, const void *msg)
{
	const struct hs_open *open = msg;

	return step != STEP_ANSWER ||
	       (open->slot < end->slots &&
		le16_to_cpu(open->peer) == end->self);
}

/* Returns whether the message was the input's own. */
static bool go(struct hs_case_pair *p, struct fuzz_input *in)
{
	u8 op = fuzz_byte(in);
	struct hs *end = op & 1 ? &p->home : &p->host;
	enum step step = (op >> 2) % STEPS;
	bool forged = op & 2 && in->left >= steps[step].len;
	struct fuzz_input other = {
		(const u8 *)p + steps[step].at, steps[step].len
	};
	u8 before = end->state;
	void *msg = fuzz_copy(forged ? in : &other, steps[step].len);
	int ret;

	ret = make(p, end, step, msg);
	check(end, before, steps[step].then, ret);
	fuzz_must(ret || is_for(end, step, msg), "what is taken is for us");
	free(msg);
	return forged;
}

int fuzz_one(const u8 *data, size_t len)
{
	struct fuzz_input in = { data, len };
	struct hs_case_pair p;
	bool forged = false;
	u8 how = fuzz_byte(&in);

	hs_case_begin(&p, &toys);
	p.home.slots = how & 3 ? 1 : 2;
	p.host.slots = (how >> 2) % (HS_SLOTS + 1);
	if (how & 0x10)
		p.home.pin = hs_case_other_key;
	if (how & 0x20)
		p.host.pin = hs_case_other_key;
	while (in.left)
		forged |= go(&p, &in);
	/* Elsewhere than the map has it: all that is asked then is this. */
	if (how & 0x40)
		fuzz_must(!mosix_hs_is_member(&p.host, &p.open) || forged ||
			  p.home.state != HS_NEW,
			  "a member has said something");
	if (!forged && p.home.state == HS_DONE && p.host.state == HS_DONE)
		fuzz_must(hs_case_agree(&p), "both ends have the same keys");
	return 0;
}
