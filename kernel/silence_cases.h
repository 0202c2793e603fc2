/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MOSIX_SILENCE_CASES_H
#define MOSIX_SILENCE_CASES_H

/* Plain data for test/run.c: peers that fall silent, and nodes that sleep. */

#include "silence.h"

enum { SILENCE_CASE_LOOKS = 8 };

/**
 * struct silence_case - a row of looks
 * @name: the claim
 * @now_ms: when it is looked; 0 ends them
 * @heard_ms: when something was last heard
 * @want: length of the silence at the last look
 */
struct silence_case {
	const char *name;
	u64 now_ms[SILENCE_CASE_LOOKS];
	u64 heard_ms[SILENCE_CASE_LOOKS];
	u64 want;
};

static const struct silence_case silence_cases[] = {
	{ "who has just spoken is not silent", { 5000 }, { 5000 }, 0 },
	{ "who speaks all the time is not silent",
	  { 1000, 2000, 3000 }, { 990, 1990, 2990 }, 10 },
	{ "silence grows", { 1000, 2000, 3000 }, { 900, 900, 900 }, 2100 },
	{ "from when it began, not from the look",
	  { 1000, 2000, 3000 }, { 1000, 1100, 1100 }, 1900 },
	{ "a word ends it", { 1000, 2000, 3000 }, { 900, 900, 2500 }, 500 },
	{ "a word at the time of a look ends it",
	  { 1000, 2000, 3000 }, { 900, 900, 2000 }, 1000 },
	{ "it begins anew", { 1000, 2000, 3000, 4000, 5000 },
	  { 900, 900, 2500, 2500, 2500 }, 2500 },
	{ "time in which nobody looked counts little",
	  { 1000, 2000, 3000, 63000 }, { 900, 900, 900, 900 }, 4100 },
	{ "also when something came in it",
	  { 1000, 2000, 63000 }, { 900, 1900, 2100 }, 2000 },
	{ "who is looked at for the first time is given time",
	  { 100000 }, { 1 }, 2000 },
	{ "looks in quick succession add nothing",
	  { 1000, 2000, 2001, 2002 }, { 900, 900, 900, 900 }, 1102 },
};

/* How many looks a case has. */
static inline u32 silence_case_looks(const struct silence_case *c)
{
	u32 n = 0;

	while (n < SILENCE_CASE_LOOKS && c->now_ms[n])
		n++;
	return n;
}

/* The length of the silence at the last one. */
static inline u64 silence_case_run(const struct silence_case *c)
{
	struct silence s = { 0 };
	u64 silent = 0;
	u32 i;

	for (i = 0; i < silence_case_looks(c); i++)
		silent = silence_look(&s, c->now_ms[i],
				      c->now_ms[i] - c->heard_ms[i]);
	return silent;
}

/*
 * A peer is cut off for @cut_ms, @idle_ms after it was last heard, and answers a
 * call @gap_ms after the cut has ended. Is it lost?
 */
static inline bool silence_case_loses(u32 timeout_s, u64 idle_ms, u64 cut_ms,
				      u64 gap_ms)
{
	u64 heard = 100000, back = heard + idle_ms + cut_ms + gap_ms, now;
	struct silence s = { 0 };

	for (now = heard; now < back + SILENCE_LOOK_MS; now += SILENCE_LOOK_MS) {
		u64 last = now < back ? heard : back;

		if (silence_is_over(silence_look(&s, now, now - last),
				    timeout_s))
			return true;
	}
	return false;
}

#endif /* MOSIX_SILENCE_CASES_H */
