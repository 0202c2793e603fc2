// SPDX-License-Identifier: GPL-2.0-only
/*
 * BLAKE2s, X25519 and ChaCha20-Poly1305 of OpenSSL, as the handshake wants them.
 * What cannot fail but for want of memory ends the program.
 */
#include "primitive.h"

#include <openssl/evp.h>
#include <stdlib.h>

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
	u8 nonce[HS_IV_LEN] = {};
	int i, n;

	for (i = 0; i < 8; i++)
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

const struct hs_crypto primitive_openssl = { hash, dh, seal, unseal };
