/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the targets share. A target is one function which is given bytes by an
 * engine and takes them off the front; what it takes lies in memory of just
 * its length. The Makefile gives fuzz_one() the name that engines look for.
 */
#ifndef MOSIX_TEST_FUZZ_H
#define MOSIX_TEST_FUZZ_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../pure.h"

enum { FUZZ_ANY_TAG = 0x5a };	/* handshake.c: fits whatever is sealed */

/* What is left of an input. */
struct fuzz_input {
	const u8 *at;
	size_t left;
};

int fuzz_one(const u8 *data, size_t len);

/* False when there are not as many left; none is taken then. */
static inline bool fuzz_take(struct fuzz_input *in, void *to, size_t len)
{
	if (in->left < len)
		return false;
	memcpy(to, in->at, len);
	in->at += len;
	in->left -= len;
	return true;
}

/* 0 when none is left. */
static inline u8 fuzz_byte(struct fuzz_input *in)
{
	u8 byte = 0;

	fuzz_take(in, &byte, 1);
	return byte;
}

/* To be freed; NULL when there are not as many left. */
static inline void *fuzz_copy(struct fuzz_input *in, size_t len)
{
	u8 *copy;

	if (in->left < len)
		return NULL;
	copy = malloc(len);
	if (!copy)
		abort();
	fuzz_take(in, copy, len);
	return copy;
}

/* What is wrong with an answer although no sanitizer sees it. */
static inline void fuzz_must(bool holds, const char *claim)
{
	if (holds)
		return;
	fprintf(stderr, "not so: %s\n", claim);
	abort();
}

#endif /* MOSIX_TEST_FUZZ_H */
