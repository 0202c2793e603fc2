/* SPDX-License-Identifier: GPL-2.0-only */
/* PURE: which pages to fetch with the one that is needed. */
#ifndef MOSIX_AHEAD_H
#define MOSIX_AHEAD_H

#include "pure.h"

enum {
	AHEAD_STREAMS	= 4,
	AHEAD_FIRST	= 2,	/* pages fetched where nothing is known */
	AHEAD_MAX	= 32,	/* pages fetched at most, WIRE_PAGES_MAX */
	AHEAD_NEAR	= 256,	/* two faults so close may be of one stream */
};

/**
 * struct ahead_stream - faults that seem to follow each other
 * @last: page number of the last one
 * @next: where the next one is expected; 0: unused
 * @step: pages from one to the next, may be negative
 * @count: how many steps were fetched at the last one
 * @used: when, in faults
 */
struct ahead_stream {
	u64 last;
	u64 next;
	s64 step;
	u32 count;
	u32 used;
};

/**
 * struct ahead - how a process has touched its memory so far
 * @stream: the streams that are followed
 * @faults: faults so far
 */
struct ahead {
	struct ahead_stream stream[AHEAD_STREAMS];
	u32 faults;
};

/**
 * struct ahead_plan - what to fetch
 * @step: pages from one to the next
 * @count: how many, with the one that is needed; at least 1
 */
struct ahead_plan {
	s64 step;
	u32 count;
};

struct ahead_plan ahead_fault(struct ahead *ahead, u64 nr);

#endif /* MOSIX_AHEAD_H */
