// SPDX-License-Identifier: GPL-2.0-only
/*
 * PURE: how the memory of a process travels, and why so. What is fixed for the
 * process comes first, then what is for the node, then the figures; the formulas
 * are in Documentation/design.rst.
 */
#include "choice.h"

enum {
	STILL_MAX_MS	= 250,		/* it may stand so long for its memory */
	SPEED_MIN_BYTES	= 1 << 20,	/* less says little of a link */
	SPEED_OLD	= 3,		/* what was known counts so many times */
};

#define TRAVEL_MAX_MS	(1000ULL * U32_MAX)
#define NS_MAX		(1ULL << 62)

const char *const choice_strategies[STRATEGIES] = {
	[STRATEGY_AUTO]		= "auto",
	[STRATEGY_DEMAND]	= "demand",
	[STRATEGY_EAGER]	= "eager",
	[STRATEGY_PUSH]		= "push",
};

static const char *const why_names[] = {
	[CHOICE_NONE]		= "-",
	[CHOICE_PROCESS]	= "process",
	[CHOICE_NODE]		= "node",
	[CHOICE_RETURN]		= "return",
	[CHOICE_SMALL]		= "small",
	[CHOICE_LARGE]		= "large",
	[CHOICE_SLOW]		= "slow",
	[CHOICE_BRIEF]		= "brief",
};

static_assert(ARRAY_SIZE(why_names) == CHOICE_WHYS);

/**
 * choice_why_name - one word for why a strategy was taken
 * @why: enum choice_why
 *
 * Return: the word, "?" for none of them.
 * Context: any.
 */
const char *choice_why_name(u32 why)
{
	return why < CHOICE_WHYS ? why_names[why] : "?";
}

/**
 * choice_travel_ms - how long memory is on its way
 * @kib: how much, KiB
 * @link_kib_s: how fast, KiB/s
 *
 * 2048 KiB at 20480 KiB/s: 2048 * 1000 / 20480 = 100 ms.
 *
 * Return: milliseconds, some weeks at most.
 * Context: any.
 */
u64 choice_travel_ms(u64 kib, u32 link_kib_s)
{
	if (kib > TRAVEL_MAX_MS / 1000)
		return TRAVEL_MAX_MS;
	return kib * 1000 / max(link_kib_s, 1U);
}

/**
 * choice_speed - how fast a link is, with one more measurement
 * @known_kib_s: what was known, KiB/s; 0: nothing
 * @bytes: that went
 * @ns: in so long
 *
 * Return: KiB/s; what was known when so little went that it says nothing.
 * Context: any.
 */
u32 choice_speed(u32 known_kib_s, u64 bytes, u64 ns)
{
	u64 kib = bytes >> 10, us = ns / 1000, now;

	if (bytes < SPEED_MIN_BYTES || !us || ns > NS_MAX ||
	    kib > U64_MAX / 1000000)
		return known_kib_s;
	now = clamp(kib * 1000000 / us, 1ULL, (u64)U32_MAX);
	if (!known_kib_s)
		return (u32)now;
	return (u32)((SPEED_OLD * (u64)known_kib_s + now) / (SPEED_OLD + 1));
}

static void take(struct choice *choice, enum mosix_strategy strategy,
		 enum choice_why why)
{
	choice->strategy = strategy;
	choice->why = why;
}

/* What little there is goes at once, unless the link makes that long. */
static void choose_small(struct choice *choice, u64 travel_ms)
{
	if (travel_ms <= STILL_MAX_MS)
		take(choice, STRATEGY_EAGER, CHOICE_SMALL);
	else
		take(choice, STRATEGY_PUSH, CHOICE_SLOW);
}

/*
 * Of a visitor, who comes back soon, the last stay tells how soon: what is pushed
 * and was not used by then goes both ways for nothing.
 */
static void choose_large(struct choice *choice, u64 travel_ms)
{
	const struct choice_facts *f = &choice->facts;

	if (f->visits && f->stay_ms && f->stay_ms < travel_ms)
		take(choice, STRATEGY_DEMAND, CHOICE_BRIEF);
	else
		take(choice, STRATEGY_PUSH, CHOICE_LARGE);
}

/**
 * choice_make - choose how a process that leaves takes its memory along
 * @choice: with its facts; the rest is filled in
 *
 * Context: any.
 */
void choice_make(struct choice *choice)
{
	const struct choice_facts *f = &choice->facts;
	u64 travel_ms = choice_travel_ms(f->mem_kib, f->link_kib_s);

	if (f->fixed != STRATEGY_AUTO)
		take(choice, f->fixed, CHOICE_PROCESS);
	else if (f->node != STRATEGY_AUTO)
		take(choice, f->node, CHOICE_NODE);
	else if (f->mem_kib <= f->eager_kib)
		choose_small(choice, travel_ms);
	else
		choose_large(choice, travel_ms);
}
