// SPDX-License-Identifier: GPL-2.0-only
/*
 * PURE: the handshake that begins a link. Names as in the Noise specification
 * are given where they differ.
 *
 * Each message has one function that takes the one before and makes it. What
 * fails makes the handshake HS_FAILED for good: a half made transcript is
 * never used again.
 */
#include "handshake.h"

enum { HASH_BLOCK = 64 };

static const char protocol[] = "Noise_XXpsk0_25519_ChaChaPoly_BLAKE2s";
static const u8 base_point[HS_KEY_LEN] = { 9 };

/**
 * mosix_hs_wipe - overwrite what nobody shall find
 * @what: memory that held a key
 * @len: bytes
 *
 * Context: any.
 */
void mosix_hs_wipe(void *what, u32 len)
{
	__builtin_memset(what, 0, len);
	/* The compiler must believe that somebody looks at it. */
	asm volatile("" : : "r"(what) : "memory");
}

/* In a time that does not tell where they differ. */
static bool is_same(const u8 *a, const u8 *b, u32 len)
{
	u8 differ = 0;
	u32 i;

	for (i = 0; i < len; i++)
		differ |= a[i] ^ b[i];
	return !differ;
}

/* One half of HMAC: hash of the padded key and the text. */
static void pad_and_hash(const struct hs_crypto *crypto, u8 *out,
			 const u8 *key, const u8 *text, u32 len)
{
	u8 buf[HASH_BLOCK + HS_TEXT_MAX];
	u32 i;

	for (i = 0; i < HASH_BLOCK; i++)
		buf[i] = key[i];
	for (i = 0; i < len; i++)
		buf[HASH_BLOCK + i] = text[i];
	crypto->hash(out, buf, HASH_BLOCK + len);
	mosix_hs_wipe(buf, sizeof(buf));
}

static void hmac(const struct hs_crypto *crypto, u8 *out, const u8 *key,
		 const u8 *text, u32 len)
{
	u8 inner[HASH_BLOCK], outer[HASH_BLOCK], mid[HS_KEY_LEN];
	u32 i;

	for (i = 0; i < HASH_BLOCK; i++) {
		inner[i] = (i < HS_KEY_LEN ? key[i] : 0) ^ 0x36;
		outer[i] = (i < HS_KEY_LEN ? key[i] : 0) ^ 0x5c;
	}
	pad_and_hash(crypto, mid, inner, text, len);
	pad_and_hash(crypto, out, outer, mid, sizeof(mid));
	mosix_hs_wipe(inner, sizeof(inner));
	mosix_hs_wipe(outer, sizeof(outer));
	mosix_hs_wipe(mid, sizeof(mid));
}

/* HKDF: @outputs (2 or 3) keys in a row at @out. */
static void hkdf(struct hs *hs, u8 out[3][HS_KEY_LEN], u32 outputs,
		 const u8 *input, u32 len)
{
	u8 temp[HS_KEY_LEN], text[HS_KEY_LEN + 1];
	u32 i, n = 0;

	hmac(hs->crypto, temp, hs->chain, input, len);
	for (i = 0; i < outputs; i++) {
		text[n++] = i + 1;
		hmac(hs->crypto, out[i], temp, text, n);
		for (n = 0; n < HS_KEY_LEN; n++)
			text[n] = out[i][n];
	}
	mosix_hs_wipe(temp, sizeof(temp));
	mosix_hs_wipe(text, sizeof(text));
}

/* MixHash */
static void mix_hash(struct hs *hs, const void *text, u32 len)
{
	u8 buf[HS_KEY_LEN + HS_TEXT_MAX];

	__builtin_memcpy(buf, hs->transcript, HS_KEY_LEN);
	__builtin_memcpy(buf + HS_KEY_LEN, text, len);
	hs->crypto->hash(hs->transcript, buf, HS_KEY_LEN + len);
}

/* MixKey */
static void mix_key(struct hs *hs, const u8 *input)
{
	u8 out[3][HS_KEY_LEN];

	hkdf(hs, out, 2, input, HS_KEY_LEN);
	__builtin_memcpy(hs->chain, out[0], HS_KEY_LEN);
	__builtin_memcpy(hs->key, out[1], HS_KEY_LEN);
	hs->nonce = 0;
	mosix_hs_wipe(out, sizeof(out));
}

/* The token psk: MixKeyAndHash */
static void mix_psk(struct hs *hs, const u8 *psk)
{
	u8 out[3][HS_KEY_LEN];

	hkdf(hs, out, 3, psk, HS_KEY_LEN);
	__builtin_memcpy(hs->chain, out[0], HS_KEY_LEN);
	mix_hash(hs, out[1], HS_KEY_LEN);
	__builtin_memcpy(hs->key, out[2], HS_KEY_LEN);
	hs->nonce = 0;
	mosix_hs_wipe(out, sizeof(out));
}

/* The token e: with a psk in the pattern it goes into the key, too. */
static void mix_ephemeral(struct hs *hs, const u8 *public)
{
	mix_hash(hs, public, HS_KEY_LEN);
	mix_key(hs, public);
}

static int mix_dh(struct hs *hs, const u8 *secret, const u8 *point)
{
	u8 shared[HS_KEY_LEN];
	bool fine = hs->crypto->dh(shared, secret, point);

	if (fine)
		mix_key(hs, shared);
	mosix_hs_wipe(shared, sizeof(shared));
	return fine ? 0 : -EBADMSG;
}

/* EncryptAndHash */
static void put_text(struct hs *hs, u8 *out, const u8 *in, u32 len)
{
	struct hs_box box = { hs->key, hs->nonce++, hs->transcript };

	hs->crypto->seal(&box, out, in, len);
	mix_hash(hs, out, len + HS_TAG_LEN);
}

/* DecryptAndHash */
static int take_text(struct hs *hs, u8 *out, const u8 *in, u32 len)
{
	struct hs_box box = { hs->key, hs->nonce++, hs->transcript };

	if (!hs->crypto->unseal(&box, out, in, len))
		return -EBADMSG;
	mix_hash(hs, in, len + HS_TAG_LEN);
	return 0;
}

static int take_nothing(struct hs *hs, const u8 *tag)
{
	u8 none[1];

	return take_text(hs, none, tag, 0);
}

static int check_head(const struct hs_head *head, enum hs_type type)
{
	if (head->type != type || head->reserved[0] || head->reserved[1])
		return -EBADMSG;
	return head->version == HS_VERSION ? 0 : -EPROTONOSUPPORT;
}

static struct hs_head make_head(enum hs_type type)
{
	return (struct hs_head){ .type = type, .version = HS_VERSION };
}

/* What both ends know of OPEN and what is before it. */
static void begin(struct hs *hs, const struct hs_open *open, const u8 *psk)
{
	u8 clear[sizeof(struct hs_challenge) +
		 offsetof(struct hs_open, ephemeral)];

	hs->crypto->hash(hs->transcript, (const u8 *)protocol,
			 sizeof(protocol) - 1);
	__builtin_memcpy(hs->chain, hs->transcript, HS_KEY_LEN);
	__builtin_memcpy(clear, &hs->challenge, sizeof(hs->challenge));
	__builtin_memcpy(clear + sizeof(hs->challenge), open,
			 offsetof(struct hs_open, ephemeral));
	mix_hash(hs, clear, sizeof(clear));
	mix_psk(hs, psk);
	mix_ephemeral(hs, open->ephemeral);
}

static_assert(sizeof(struct hs_challenge) +
	      offsetof(struct hs_open, ephemeral) <= HS_TEXT_MAX);

/* Which of our keys is behind this challenge, and in which of its slots? */
static int find_key(struct hs *hs, u8 *slot)
{
	u8 proof[HS_KEY_LEN];
	u32 mine, i;

	for (mine = 0; mine < hs->slots; mine++) {
		hmac(hs->crypto, proof, hs->psk[mine], hs->challenge.random,
		     HS_KEY_LEN);
		for (i = 0; i < HS_SLOTS; i++) {
			if (!is_same(proof, hs->challenge.proof[i],
				     HS_TAG_LEN))
				continue;
			*slot = i;
			return mine;
		}
	}
	return -EKEYREJECTED;
}

static void own_fixed(struct hs *hs, u8 *out)
{
	u8 public[HS_KEY_LEN];

	/* Never zero: the secret is not, and the base point is no small one. */
	hs->crypto->dh(public, hs->secret, base_point);
	put_text(hs, out, public, HS_KEY_LEN);
}

/* The other's own key: is it the one that the map pins? */
static int their_fixed(struct hs *hs, u8 *out, const u8 *in)
{
	int ret = take_text(hs, out, in, HS_KEY_LEN);

	if (!ret && hs->pin && !is_same(out, hs->pin, HS_KEY_LEN))
		ret = -EKEYREJECTED;
	return ret;
}

/* Split, with a third output for the nonces. */
static void split(struct hs *hs, struct hs_session *session, bool connects)
{
	u8 *first = connects ? session->send : session->receive;
	u8 *second = connects ? session->receive : session->send;
	u8 *first_iv = connects ? session->send_iv : session->receive_iv;
	u8 *second_iv = connects ? session->receive_iv : session->send_iv;
	u8 out[3][HS_KEY_LEN];

	hkdf(hs, out, 3, NULL, 0);
	__builtin_memcpy(first, out[0], HS_KEY_LEN);
	__builtin_memcpy(second, out[1], HS_KEY_LEN);
	__builtin_memcpy(first_iv, out[2], HS_IV_LEN);
	__builtin_memcpy(second_iv, out[2] + HS_IV_LEN, HS_IV_LEN);
	mosix_hs_wipe(out, sizeof(out));
}

static int end_in(struct hs *hs, enum hs_state state, int ret)
{
	hs->state = ret ? HS_FAILED : state;
	return ret;
}

/**
 * mosix_hs_challenge - accepts: speak first
 * @hs: new
 * @random: HS_KEY_LEN + HS_TAG_LEN fresh random bytes
 * @out: receives the message
 *
 * Return: 0, -ENOKEY without a key.
 * Context: any.
 */
int mosix_hs_challenge(struct hs *hs, const u8 *random,
		       struct hs_challenge *out)
{
	u8 proof[HS_KEY_LEN];
	u32 i;

	if (hs->state != HS_NEW || !hs->slots)
		return end_in(hs, HS_FAILED, -ENOKEY);
	out->head = make_head(HS_CHALLENGE);
	__builtin_memcpy(out->random, random, HS_KEY_LEN);
	for (i = 0; i < HS_SLOTS; i++) {
		__builtin_memcpy(proof, random + HS_KEY_LEN, HS_TAG_LEN);
		if (i < hs->slots)
			hmac(hs->crypto, proof, hs->psk[i], random, HS_KEY_LEN);
		__builtin_memcpy(out->proof[i], proof, HS_TAG_LEN);
	}
	hs->challenge = *out;
	return end_in(hs, HS_CHALLENGED, 0);
}

/**
 * mosix_hs_open - connects: take the challenge, make OPEN
 * @hs: new
 * @in: the challenge
 * @out: receives the message
 *
 * Return: 0; -EKEYREJECTED the other has none of our keys; -EBADMSG,
 * -EPROTONOSUPPORT it speaks something else.
 * Context: any.
 */
int mosix_hs_open(struct hs *hs, const struct hs_challenge *in,
		  struct hs_open *out)
{
	int key, ret;

	*out = (struct hs_open){ .head = make_head(HS_OPEN) };
	if (hs->state != HS_NEW)
		return end_in(hs, HS_FAILED, -EBADMSG);
	ret = check_head(&in->head, HS_CHALLENGE);
	if (ret)
		return end_in(hs, HS_FAILED, ret);
	hs->challenge = *in;
	key = find_key(hs, &out->slot);
	if (key < 0)
		return end_in(hs, HS_FAILED, key);
	out->node = cpu_to_le16(hs->self);
	out->peer = cpu_to_le16(hs->other);
	if (!mosix_hs_public(hs->crypto, out->ephemeral, hs->ephemeral))
		return end_in(hs, HS_FAILED, -EBADMSG);
	begin(hs, out, hs->psk[key]);
	put_text(hs, out->tag, NULL, 0);
	return end_in(hs, HS_OPENED, 0);
}

static int check_open(const struct hs *hs, const struct hs_open *in)
{
	int ret;

	if (hs->state != HS_CHALLENGED)
		return -EBADMSG;
	ret = check_head(&in->head, HS_OPEN);
	if (ret)
		return ret;
	if (in->slot >= hs->slots || in->reserved[0] || in->reserved[1] ||
	    in->reserved[2])
		return -EBADMSG;
	return 0;
}

/* Only who has the key in that slot knows its tag. */
static int take_tag(struct hs *hs, const struct hs_open *in)
{
	begin(hs, in, hs->psk[in->slot]);
	__builtin_memcpy(hs->theirs, in->ephemeral, HS_KEY_LEN);
	return take_nothing(hs, in->tag);
}

/* Everything about OPEN that is known without an exponentiation. */
static int take_open(struct hs *hs, const struct hs_open *in)
{
	int ret = check_open(hs, in);

	if (ret)
		return ret;
	if (le16_to_cpu(in->peer) != hs->self ||
	    le16_to_cpu(in->node) != hs->other || hs->other == hs->self)
		return -EBADMSG;
	return take_tag(hs, in);
}

/**
 * mosix_hs_is_member - accepts: is OPEN from who has a key, whoever it says it is?
 * @hs: challenged; the handshake ends with that
 * @in: OPEN
 *
 * Return: true when it is, and made for this handshake.
 * Context: any.
 */
bool mosix_hs_is_member(struct hs *hs, const struct hs_open *in)
{
	bool member = !check_open(hs, in) && !take_tag(hs, in);

	hs->state = HS_FAILED;
	return member;
}

/**
 * mosix_hs_answer - accepts: take OPEN, make ANSWER
 * @hs: challenged; the caller has set @other and @pin to what OPEN says
 * @in: OPEN
 * @out: receives the message
 *
 * Return: 0; -EBADMSG, -EPROTONOSUPPORT not from who has the key.
 * Context: any.
 */
int mosix_hs_answer(struct hs *hs, const struct hs_open *in,
		    struct hs_answer *out)
{
	int ret = take_open(hs, in);

	if (ret)
		return end_in(hs, HS_FAILED, ret);
	*out = (struct hs_answer){ .head = make_head(HS_ANSWER) };
	if (!mosix_hs_public(hs->crypto, out->ephemeral, hs->ephemeral))
		return end_in(hs, HS_FAILED, -EBADMSG);
	mix_ephemeral(hs, out->ephemeral);
	ret = mix_dh(hs, hs->ephemeral, hs->theirs);		/* ee */
	if (ret)
		return end_in(hs, HS_FAILED, ret);
	own_fixed(hs, out->fixed);
	ret = mix_dh(hs, hs->secret, hs->theirs);		/* es */
	if (ret)
		return end_in(hs, HS_FAILED, ret);
	put_text(hs, out->tag, NULL, 0);
	return end_in(hs, HS_ANSWERED, 0);
}

static int take_answer(struct hs *hs, const struct hs_answer *in)
{
	u8 fixed[HS_KEY_LEN];
	int ret;

	if (hs->state != HS_OPENED)
		return -EBADMSG;
	ret = check_head(&in->head, HS_ANSWER);
	if (ret)
		return ret;
	__builtin_memcpy(hs->theirs, in->ephemeral, HS_KEY_LEN);
	mix_ephemeral(hs, in->ephemeral);
	ret = mix_dh(hs, hs->ephemeral, hs->theirs);		/* ee */
	if (!ret)
		ret = their_fixed(hs, fixed, in->fixed);
	if (!ret)
		ret = mix_dh(hs, hs->ephemeral, fixed);		/* es */
	return ret ? ret : take_nothing(hs, in->tag);
}

/**
 * mosix_hs_finish - connects: take ANSWER, make FINISH
 * @hs: opened
 * @in: ANSWER
 * @out: receives the message
 * @session: receives the keys; good when FINISH is sent
 *
 * Return: 0; -EKEYREJECTED the map pins another key; -EBADMSG,
 * -EPROTONOSUPPORT not from who has the key.
 * Context: any.
 */
int mosix_hs_finish(struct hs *hs, const struct hs_answer *in,
		    struct hs_finish *out, struct hs_session *session)
{
	int ret = take_answer(hs, in);

	if (ret)
		return end_in(hs, HS_FAILED, ret);
	*out = (struct hs_finish){ .head = make_head(HS_FINISH) };
	own_fixed(hs, out->fixed);
	ret = mix_dh(hs, hs->secret, hs->theirs);		/* se */
	if (ret)
		return end_in(hs, HS_FAILED, ret);
	put_text(hs, out->tag, NULL, 0);
	split(hs, session, true);
	return end_in(hs, HS_DONE, 0);
}

/**
 * mosix_hs_complete - accepts: take FINISH
 * @hs: answered
 * @in: FINISH
 * @session: receives the keys
 *
 * Return: 0: the other end is who it says it is; errors as of
 * mosix_hs_finish().
 * Context: any.
 */
int mosix_hs_complete(struct hs *hs, const struct hs_finish *in,
		      struct hs_session *session)
{
	u8 fixed[HS_KEY_LEN];
	int ret = -EBADMSG;

	if (hs->state == HS_ANSWERED)
		ret = check_head(&in->head, HS_FINISH);
	if (!ret)
		ret = their_fixed(hs, fixed, in->fixed);
	if (!ret)
		ret = mix_dh(hs, hs->ephemeral, fixed);		/* se */
	if (!ret)
		ret = take_nothing(hs, in->tag);
	if (!ret)
		split(hs, session, false);
	return end_in(hs, HS_DONE, ret);
}

/**
 * mosix_hs_public - the public half of a key
 * @crypto: primitives
 * @public: receives it
 * @secret: the other half
 *
 * Return: false for a secret that has none.
 * Context: any.
 */
bool mosix_hs_public(const struct hs_crypto *crypto, u8 *public,
		     const u8 *secret)
{
	return crypto->dh(public, secret, base_point);
}

/**
 * mosix_hs_derive - a key for one use from a key for all
 * @crypto: primitives
 * @out: receives HS_KEY_LEN bytes
 * @key: HS_KEY_LEN bytes
 * @label: the use, at most HS_TEXT_MAX bytes
 *
 * Context: any.
 */
void mosix_hs_derive(const struct hs_crypto *crypto, u8 *out, const u8 *key,
		     const char *label)
{
	u32 len = 0;

	while (label[len])
		len++;
	hmac(crypto, out, key, (const u8 *)label, len);
}
