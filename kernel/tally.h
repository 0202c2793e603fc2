/* SPDX-License-Identifier: GPL-2.0-only */
/* PURE: which messages of a link have come, when its connection is another one. */
#ifndef MOSIX_TALLY_H
#define MOSIX_TALLY_H

#include "pure.h"

enum {
	TALLY_BYTES	= 1024 * 1024,	/* that are taken until it is told */
	TALLY_COUNT	= 64,		/* the same, messages */
};

/**
 * struct tally - of one end of a link; numbers begin at 1
 * @wrote: number of the last message that this end wrote
 * @heard: of those the other end has taken all up to this one, as far as it told
 * @took: number of the last message that this end has taken, whole
 * @told: what of @took the other end was told
 * @bytes: of what was taken behind @told
 */
struct tally {
	u64 wrote;
	u64 heard;
	u64 took;
	u64 told;
	u32 bytes;
};

bool tally_counts(u16 type);
u64 tally_write(struct tally *t);
bool tally_take(struct tally *t, u32 bytes);
u64 tally_tell(struct tally *t);
int tally_hear(struct tally *t, u64 took);
int tally_again(struct tally *t, u64 took);

static inline bool tally_is_even(const struct tally *t)
{
	return t->heard == t->wrote;
}

#endif /* MOSIX_TALLY_H */
