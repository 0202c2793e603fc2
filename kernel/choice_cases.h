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
	  { .mem_kib = 2048, .eager_kib = 2048 },
	  STRATEGY_EAGER, CHOICE_SMALL },
	{ "a KiB more is pushed behind it",
	  { .mem_kib = 2049, .eager_kib = 2048 },
	  STRATEGY_PUSH, CHOICE_LARGE },
	{ "nothing is small when the administrator says so",
	  { .mem_kib = 4, .eager_kib = 0 },
	  STRATEGY_PUSH, CHOICE_LARGE },
	{ "more than 4 TiB is not small",
	  { .mem_kib = (1ULL << 32) + 1, .eager_kib = U32_MAX },
	  STRATEGY_PUSH, CHOICE_LARGE },
	{ "what is fixed for the node is done",
	  { .node = STRATEGY_DEMAND, .mem_kib = 4, .eager_kib = 2048 },
	  STRATEGY_DEMAND, CHOICE_NODE },
	{ "what is fixed for the process goes before it",
	  { .fixed = STRATEGY_EAGER, .node = STRATEGY_DEMAND,
	    .mem_kib = 1 << 20, .eager_kib = 2048 },
	  STRATEGY_EAGER, CHOICE_PROCESS },
};

#endif /* MOSIX_CHOICE_CASES_H */
