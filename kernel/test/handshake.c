// SPDX-License-Identifier: GPL-2.0-only
/* The cases of handshake_cases.h with OpenSSL's primitives, as KTAP. */
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "../handshake_cases.h"
#include "ktap.h"

static void hash(u8 *out, const u8 *in, u32 len)
{
	if (!EVP_Digest(in, len, out, NULL, EVP_blake2s256(), NULL))
		abort();
}

static bool dh(u8 *out, const u8 *secret, const u8 *point)
{
	EVP_PKEY *own = EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, NULL,
						     secret, HS_KEY_LEN);
	EVP_PKEY *other = EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, NULL,
						      point, HS_KEY_LEN);
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(own, NULL);
	size_t len = HS_KEY_LEN;
	bool fine = EVP_PKEY_derive_init(ctx) > 0 &&
		    EVP_PKEY_derive_set_peer(ctx, other) > 0 &&
		    EVP_PKEY_derive(ctx, out, &len) > 0;

	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(own);
	EVP_PKEY_free(other);
	return fine;
}

static EVP_CIPHER_CTX *start(const struct hs_box *box, int enc)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	u8 nonce[HS_IV_LEN] = { 0 };
	int n;

	for (int i = 0; i < 8; i++)
		nonce[4 + i] = box->nonce >> 8 * i;
	if (!EVP_CipherInit_ex(ctx, EVP_chacha20_poly1305(), NULL, box->key,
			       nonce, enc) ||
	    !EVP_CipherUpdate(ctx, NULL, &n, box->ad, HS_KEY_LEN))
		abort();
	return ctx;
}

static void seal(const struct hs_box *box, u8 *out, const u8 *in, u32 len)
{
	EVP_CIPHER_CTX *ctx = start(box, 1);
	int n;

	if ((len && !EVP_CipherUpdate(ctx, out, &n, in, len)) ||
	    !EVP_CipherFinal_ex(ctx, out + len, &n) ||
	    !EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, HS_TAG_LEN,
				 out + len))
		abort();
	EVP_CIPHER_CTX_free(ctx);
}

static bool unseal(const struct hs_box *box, u8 *out, const u8 *in, u32 len)
{
	EVP_CIPHER_CTX *ctx = start(box, 0);
	bool fine;
	int n;

	if ((len && !EVP_CipherUpdate(ctx, out, &n, in, len)) ||
	    !EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, HS_TAG_LEN,
				 (void *)(in + len)))
		abort();
	fine = EVP_CipherFinal_ex(ctx, out + len, &n) > 0;
	EVP_CIPHER_CTX_free(ctx);
	return fine;
}

static const struct hs_crypto openssl = { hash, dh, seal, unseal };

static void check_replay(void)
{
	struct mosix_replay replay = { 0 };
	bool fine = true;

	for (size_t i = 0; i < ARRAY_SIZE(replay_cases); i++) {
		const struct replay_case *c = &replay_cases[i];

		if (mosix_replay_take(&replay, c->epoch, c->number) == c->want)
			continue;
		printf("# row %zu: %llu %llu\n", i, c->epoch, c->number);
		fine = false;
	}
	ktap_claim(fine, "replay: each number is taken once");
}

int main(void)
{
	struct hs_case_pair *pair = malloc(sizeof(*pair));
	const char *wrong;
	int bit;

	ktap_begin();
	wrong = hs_case_vector(pair, &openssl);
	if (!ktap_claim(!wrong, "handshake: as the specification has it"))
		printf("# not as in the vector: %s\n", wrong);
	for (size_t i = 0; i < ARRAY_SIZE(hs_cases); i++) {
		int got = hs_case_run(pair, &openssl, &hs_cases[i]);

		if (!ktap_claim(got == hs_cases[i].want, "handshake: %s",
				hs_cases[i].name))
			printf("# %d, want %d\n", got, hs_cases[i].want);
	}
	bit = hs_case_flips(pair, &openssl, 1);
	if (!ktap_claim(bit < 0, "handshake: every bit of it matters"))
		printf("# but bit %d of message %d\n", bit % 10000,
		       bit / 10000);
	ktap_claim(hs_case_replay(pair, &openssl) == -EBADMSG,
		   "handshake: OPEN cannot be played back");
	ktap_claim(hs_case_member(pair, &openssl, -1),
		   "handshake: who has the key is known by any ids");
	bit = hs_case_member_flips(pair, &openssl);
	if (!ktap_claim(bit < 0, "handshake: and who has not is not"))
		printf("# but bit %d does not matter\n", bit);
	ktap_claim(hs_case_small(pair, &openssl) == -EBADMSG,
		   "handshake: a point of small order is refused");
	check_replay();
	free(pair);
	return ktap_end();
}
