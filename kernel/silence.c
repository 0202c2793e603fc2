// SPDX-License-Identifier: GPL-2.0-only
/*
 * PURE: for how long nothing was heard of a peer.
 *
 * Somebody looks every SILENCE_LOOK_MS and is told when something came last.
 * Time in which nobody looked does not count: a node that itself stood still, as
 * a virtual one may, cannot say that the others were silent. So a silence that
 * goes on grows by what has passed since the last look, but by no more than two
 * looks are apart:
 *
 *	looked at	1000	2000	3000	63000	64000
 *	heard last at	 900	 900	 900	  900	63500
 *	silence		 100	1100	2100	 4100	  500
 */
#include "silence.h"

/**
 * silence_look - how long is the silence now?
 * @s: of the peer
 * @now_ms: time, not 0; never goes back
 * @quiet_ms: for how long nothing has come
 *
 * Return: milliseconds.
 * Context: any; the caller excludes others.
 */
u64 silence_look(struct silence *s, u64 now_ms, u64 quiet_ms)
{
	u64 passed = s->looked_ms ? now_ms - min(now_ms, s->looked_ms) : 0;

	if (quiet_ms <= passed || !s->looked_ms)
		s->silent_ms = min_t(u64, quiet_ms, 2 * SILENCE_LOOK_MS);
	else
		s->silent_ms += min_t(u64, passed, 2 * SILENCE_LOOK_MS);
	s->silent_ms = min(s->silent_ms, quiet_ms);
	s->looked_ms = now_ms;
	return s->silent_ms;
}

/**
 * silence_is_noticed - would there have been an answer?
 * @silent_ms: length of the silence
 *
 * Return: true when a call for one was not answered.
 * Context: any.
 */
bool silence_is_noticed(u64 silent_ms)
{
	return silent_ms > SILENCE_GAP_MS + SILENCE_LOOK_MS;
}

/**
 * silence_is_over - is the peer lost?
 * @silent_ms: length of the silence
 * @timeout_s: a cut that is shorter loses nobody
 *
 * Return: true when it is.
 * Context: any.
 */
bool silence_is_over(u64 silent_ms, u32 timeout_s)
{
	return silent_ms > timeout_s * 1000ULL + SILENCE_SLACK_MS;
}
