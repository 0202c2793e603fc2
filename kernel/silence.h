/* SPDX-License-Identifier: GPL-2.0-only */
/* PURE: for how long nothing was heard of a peer. */
#ifndef MOSIX_SILENCE_H
#define MOSIX_SILENCE_H

#include "pure.h"

enum {
	SILENCE_LOOK_MS		= 1000,	/* from one look to the next */
	SILENCE_GAP_MS		= 2000,	/* from one call for an answer to the next */
	/*
	 * What a silence has beyond the cut that made it: nothing need be heard
	 * for a gap before it, the next call is within a gap behind it, and so
	 * late may be seen what was heard.
	 */
	SILENCE_SLACK_MS	= 2 * SILENCE_GAP_MS + SILENCE_LOOK_MS,
};

/**
 * struct silence - of one peer
 * @looked_ms: when it was last looked; 0: never
 * @silent_ms: for how long nothing had been heard then
 */
struct silence {
	u64 looked_ms;
	u64 silent_ms;
};

u64 silence_look(struct silence *s, u64 now_ms, u64 quiet_ms);
bool silence_is_noticed(u64 silent_ms);
bool silence_is_over(u64 silent_ms, u32 timeout_s);

#endif /* MOSIX_SILENCE_H */
