/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MOSIX_CHOICE_CASES_H
#define MOSIX_CHOICE_CASES_H

/* Plain data for choice_kunit.c and test/run.c: what is chosen, and why. */

#include "choice.h"

/**
 * struct choice_case - One choice.
 * @name: The claim.
 * @facts: What it is made from.
 * @want: The strategy.
 * @why: The reason.
 */
struct choice_case {
	const char *name;
	struct choice_facts facts;
	u8 want;
	u8 why;
};

static const struct choice_case choice_cases[] = {
	{ "what is small goes at once",
	  { .mem_kib = 2048, .eager_kib = 2048,
	    .link_kib_s = 20480 },
	  STRATEGY_EAGER, CHOICE_SMALL },
	{ "a KiB more is pushed behind it",
	  { .mem_kib = 2049, .eager_kib = 2048,
	    .link_kib_s = 20480 },
	  STRATEGY_PUSH, CHOICE_LARGE },
	{ "nothing is small when the administrator says so",
	  { .mem_kib = 4, .eager_kib = 0,
	    .link_kib_s = 20480 },
	  STRATEGY_PUSH, CHOICE_LARGE },
	{ "more than 4 TiB is not small",
	  { .mem_kib = (1ULL << 32) + 1, .eager_kib = U32_MAX,
	    .link_kib_s = 20480 },
	  STRATEGY_PUSH, CHOICE_LARGE },
	{ "what is small goes at once in 250 ms",
	  { .mem_kib = 2048, .eager_kib = 2048, .link_kib_s = 8192 },
	  STRATEGY_EAGER, CHOICE_SMALL },
	{ "but not over a slower link",
	  { .mem_kib = 2048, .eager_kib = 2048, .link_kib_s = 8150 },
	  STRATEGY_PUSH, CHOICE_SLOW },
	{ "nor over one that is said to stand still",
	  { .mem_kib = 2048, .eager_kib = 2048 },
	  STRATEGY_PUSH, CHOICE_SLOW },
	{ "a visitor who was away for 1 s has no 64 MiB behind it",
	  { .visits = true, .mem_kib = 65536, .eager_kib = 2048,
	    .link_kib_s = 20480, .stay_ms = 1000 },
	  STRATEGY_DEMAND, CHOICE_BRIEF },
	{ "one who was away for longer than they travel has",
	  { .visits = true, .mem_kib = 65536, .eager_kib = 2048,
	    .link_kib_s = 20480, .stay_ms = 3200 },
	  STRATEGY_PUSH, CHOICE_LARGE },
	{ "so has one who was never away",
	  { .visits = true, .mem_kib = 65536, .eager_kib = 2048,
	    .link_kib_s = 20480 },
	  STRATEGY_PUSH, CHOICE_LARGE },
	{ "and who does not visit",
	  { .mem_kib = 65536, .eager_kib = 2048, .link_kib_s = 20480,
	    .stay_ms = 1000 },
	  STRATEGY_PUSH, CHOICE_LARGE },
	{ "who streams over its memory has it sent before",
	  { .runs = true, .mem_kib = 65536, .eager_kib = 2048,
	    .link_kib_s = 20480, .round_us = 1000, .touched_kib = 4096,
	    .grows_kib_s = 100000 },
	  STRATEGY_PRECOPY, CHOICE_READS },
	{ "not when it writes to most of that",
	  { .runs = true, .mem_kib = 65536, .eager_kib = 2048,
	    .link_kib_s = 20480, .round_us = 1000, .touched_kib = 4096,
	    .grows_kib_s = 100000, .written_milli = 600 },
	  STRATEGY_PUSH, CHOICE_LARGE },
	{ "nor when it is not here",
	  { .mem_kib = 65536, .eager_kib = 2048,
	    .link_kib_s = 20480, .round_us = 1000, .touched_kib = 4096,
	    .grows_kib_s = 100000 },
	  STRATEGY_PUSH, CHOICE_LARGE },
	{ "nor who works with little of its memory",
	  { .runs = true, .mem_kib = 1 << 19, .eager_kib = 2048,
	    .link_kib_s = 20480, .round_us = 1000, .touched_kib = 4096 },
	  STRATEGY_PUSH, CHOICE_LARGE },
	{ "nor who would have to wait for a minute",
	  { .runs = true, .mem_kib = 1 << 20, .eager_kib = 2048,
	    .link_kib_s = 16384, .round_us = 1000, .touched_kib = 1 << 20 },
	  STRATEGY_PUSH, CHOICE_LARGE },
	{ "nor over a link that is faster than a hash",
	  { .runs = true, .mem_kib = 1 << 20, .eager_kib = 2048,
	    .link_kib_s = 1 << 20, .round_us = 50, .touched_kib = 1 << 20 },
	  STRATEGY_PUSH, CHOICE_LARGE },
	{ "nor a visitor",
	  { .runs = true, .visits = true, .mem_kib = 65536, .eager_kib = 2048,
	    .link_kib_s = 20480, .round_us = 1000, .touched_kib = 65536 },
	  STRATEGY_PUSH, CHOICE_LARGE },
	{ "what is fixed is sent before, whatever it does",
	  { .fixed = STRATEGY_PRECOPY, .runs = true, .mem_kib = 4,
	    .eager_kib = 2048 },
	  STRATEGY_PRECOPY, CHOICE_PROCESS },
	{ "but pushed from where it does not run",
	  { .fixed = STRATEGY_PRECOPY, .mem_kib = 4, .eager_kib = 2048 },
	  STRATEGY_PUSH, CHOICE_PROCESS },
	{ "no size overflows",
	  { .visits = true, .mem_kib = U64_MAX, .eager_kib = 2048,
	    .link_kib_s = U32_MAX, .stay_ms = U32_MAX },
	  STRATEGY_DEMAND, CHOICE_BRIEF },
	{ "what is fixed for the node is done",
	  { .node = STRATEGY_DEMAND, .mem_kib = 4, .eager_kib = 2048,
	    .link_kib_s = 20480 },
	  STRATEGY_DEMAND, CHOICE_NODE },
	{ "what is fixed for the process goes before it",
	  { .fixed = STRATEGY_EAGER, .node = STRATEGY_DEMAND,
	    .mem_kib = 1 << 20, .eager_kib = 2048,
	    .link_kib_s = 20480 },
	  STRATEGY_EAGER, CHOICE_PROCESS },
};

/**
 * struct choice_speed_case - One measurement of a link.
 * @name: The claim.
 * @known: What was known, KiB/s.
 * @bytes: That went.
 * @ns: In so long.
 * @want: What is known then, KiB/s.
 */
struct choice_speed_case {
	const char *name;
	u32 known;
	u64 bytes;
	u64 ns;
	u32 want;
};

static const struct choice_speed_case choice_speed_cases[] = {
	{ "the first one is believed", 0, 64 << 20, 2000000000, 32768 },
	{ "the next counts a quarter", 20480, 64 << 20, 2000000000, 23552 },
	{ "little says nothing", 20480, (1 << 20) - 1, 1000000, 20480 },
	{ "nor does no time", 20480, 64 << 20, 999, 20480 },
	{ "a link is never quite still", 0, 1 << 20, 1ULL << 62, 1 },
	{ "nor infinitely fast", 0, 1ULL << 50, 1000, U32_MAX },
	{ "what would overflow is not believed", 7, U64_MAX, 1000, 7 },
};

#endif /* MOSIX_CHOICE_CASES_H */
