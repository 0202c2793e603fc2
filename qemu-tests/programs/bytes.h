/* SPDX-License-Identifier: GPL-2.0-only */
/* Bytes that can be told from any others, all of them there and back. */
#ifndef BYTES_H
#define BYTES_H

#include "victim.h"

/* The pattern of @seed. */
static inline void bytes_fill(void *buffer, size_t size, uint64_t seed)
{
	unsigned char *to = buffer;

	for (size_t i = 0; i < size; i++)
		to[i] = victim_mix(seed + i / 8) >> (i % 8 * 8);
}

static inline void bytes_same(const void *got, const void *want, size_t size,
			      const char *what)
{
	const unsigned char *a = got, *b = want;

	for (size_t i = 0; i < size; i++)
		CHECK(a[i] == b[i], "%s: byte %zu of %zu is %#x, not %#x", what,
		      i, size, a[i], b[i]);
}

/* Is @buffer the pattern of @seed? */
static inline void bytes_check(const void *buffer, size_t size, uint64_t seed,
			       const char *what)
{
	const unsigned char *got = buffer;

	for (size_t i = 0; i < size; i++) {
		unsigned char want = victim_mix(seed + i / 8) >> (i % 8 * 8);

		CHECK(got[i] == want, "%s: byte %zu of %zu is %#x, not %#x",
		      what, i, size, got[i], want);
	}
}

static inline void bytes_write(int fd, const void *buffer, size_t size)
{
	ssize_t part;

	for (size_t at = 0; at < size; at += part)
		part = CHECK_CALL(write(fd, (const char *)buffer + at,
					size - at));
}

/* As many as there are until the end of the file, @size at most. */
static inline size_t bytes_read(int fd, void *buffer, size_t size)
{
	size_t at = 0;
	ssize_t part;

	while (at < size) {
		part = CHECK_CALL(read(fd, (char *)buffer + at, size - at));
		if (!part)
			break;
		at += part;
	}
	return at;
}

#endif
