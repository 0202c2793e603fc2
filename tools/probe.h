/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is asked of the whole local network, and answered: is a node of my cluster here?
 * Both are one datagram of one size. Formats are frozen.
 */
#ifndef MOSIX_TOOLS_PROBE_H
#define MOSIX_TOOLS_PROBE_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

enum { PROBE_KEY = 32, PROBE_NONCE = 16, PROBE_ADDRESS = 16, PROBE_TAG = 32 };

enum probe_kind { PROBE_INVALID = 0, PROBE_ASKS = 1, PROBE_ANSWERS = 2 };

/**
 * struct probe - the datagram
 * @magic: whose it is, and the version
 * @kind: enum probe_kind
 * @nonce: never used before; an answer has that of its question
 * @address: of an answer: where to connect to; IPv4 as mapped into IPv6
 * @tag: of all before, by a key that only those have who have the cluster's
 */
struct probe {
	uint8_t magic[7];
	uint8_t kind;
	uint8_t nonce[PROBE_NONCE];
	uint8_t address[PROBE_ADDRESS];
	uint8_t tag[PROBE_TAG];
};

static_assert(sizeof(struct probe) == 72, "no padding goes out");

void probe_derive(uint8_t key[PROBE_KEY], const uint8_t *cluster_key);
void probe_seal(struct probe *probe, enum probe_kind kind, const uint8_t *key);
int probe_check(const struct probe *probe, size_t size, enum probe_kind kind,
		const uint8_t *key);

#endif /* MOSIX_TOOLS_PROBE_H */
