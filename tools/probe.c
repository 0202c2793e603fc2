// SPDX-License-Identifier: GPL-2.0-only
/*
 * The datagrams by which a node is found. The tag tells clusters on one network apart
 * and keeps strangers out; it proves no more than that: who is found is asked by the
 * handshake of channel.c.
 */
#include "probe.h"
#include "channel.h"
#include "primitive.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include <string.h>

static const char magic[] = "mosix?1";

static_assert(sizeof(magic) - 1 == sizeof(((struct probe *)0)->magic),
	      "magic fits");

/**
 * probe_derive - the key of the tags
 * @key: receives it; to be wiped
 * @cluster_key: the cluster's
 */
void probe_derive(uint8_t key[PROBE_KEY], const uint8_t *cluster_key)
{
	mosix_hs_derive(&primitive_openssl, key, cluster_key,
			"mosix discover key 1");
}

/* HMAC-SHA-256 (RFC 2104) of all that is before it. */
static void tag(uint8_t out[PROBE_TAG], const struct probe *probe,
		const uint8_t *key)
{
	unsigned int n;

	if (!HMAC(EVP_sha256(), key, PROBE_KEY, (const uint8_t *)probe,
		  offsetof(struct probe, tag), out, &n) || n != PROBE_TAG)
		abort();
}

/**
 * probe_seal - make a datagram ready to be sent
 * @probe: with nonce and address
 * @kind: what it is to be
 * @key: of probe_derive()
 */
void probe_seal(struct probe *probe, enum probe_kind kind, const uint8_t *key)
{
	memcpy(probe->magic, magic, sizeof(probe->magic));
	probe->kind = kind;
	tag(probe->tag, probe, key);
}

/**
 * probe_check - is it from somebody who has the key?
 * @probe: what came
 * @size: how much of it came
 * @kind: what it has to be
 * @key: of probe_derive()
 *
 * Return: 1 or 0.
 */
int probe_check(const struct probe *probe, size_t size, enum probe_kind kind,
		const uint8_t *key)
{
	uint8_t right[PROBE_TAG];

	if (size != sizeof(*probe) || probe->kind != kind ||
	    memcmp(probe->magic, magic, sizeof(probe->magic)))
		return 0;
	tag(right, probe, key);
	return !CRYPTO_memcmp(right, probe->tag, PROBE_TAG);
}
