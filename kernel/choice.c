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
	ROUNDS_MIN_MS	= 500,		/* less is as well pushed behind */
	ROUNDS_MAX_MS	= 30000,	/* nobody waits so long for a move */
	STALL_KIB	= 128,		/* come with one fault, when it reads on */
	CHECK_KIB_S	= 256 << 10,	/* so fast what is kept is found out */
};

#define TRAVEL_MAX_MS	(1000ULL * U32_MAX)
#define NS_MAX		BIT_ULL(62)

const char *const choice_strategies[STRATEGIES] = {
	[STRATEGY_AUTO]		= "auto",
	[STRATEGY_DEMAND]	= "demand",
	[STRATEGY_EAGER]	= "eager",
	[STRATEGY_PUSH]		= "push",
	[STRATEGY_PRECOPY]	= "precopy",
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
	[CHOICE_READS]		= "reads",
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

/* What does not run here can only be pushed. */
static void take(struct choice *choice, enum mosix_strategy strategy,
		 enum choice_why why)
{
	if (strategy == STRATEGY_PRECOPY && !choice->facts.runs)
		strategy = STRATEGY_PUSH;
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
 * What a process loses by faults when all is pushed behind it, in ms: for what it
 * touches until all has come it waits for its travel, and a round trip for each
 * fault.
 */
static u64 loss_of_push(const struct choice_facts *f, u64 travel_ms)
{
	u64 touched_kib = f->touched_kib + f->grows_kib_s / 1000 * travel_ms;

	touched_kib = min(touched_kib, f->mem_kib);
	return choice_travel_ms(touched_kib, f->link_kib_s) +
	       touched_kib / STALL_KIB * f->round_us / 1000;
}

/*
 * And when it is sent before: for what was written to since the same; for the rest
 * it waits until home has looked at it. It leaves later, and as long has half of
 * the CPU that it is to get there.
 */
static u64 loss_of_rounds(const struct choice_facts *f, u64 travel_ms,
			  u64 push_ms)
{
	return push_ms * min(f->written_milli, 1000U) / 1000 +
	       choice_travel_ms(f->mem_kib, CHECK_KIB_S) + travel_ms / 2;
}

static bool rounds_win(const struct choice_facts *f, u64 travel_ms)
{
	u64 push_ms;

	if (!f->runs || travel_ms < ROUNDS_MIN_MS || travel_ms > ROUNDS_MAX_MS)
		return false;
	push_ms = loss_of_push(f, travel_ms);
	return loss_of_rounds(f, travel_ms, push_ms) < push_ms;
}

/**
 * choice_is_open - may what a process does with its memory decide?
 * @facts: what is known without looking at that
 *
 * Return: true when it is worth to look.
 * Context: any.
 */
bool choice_is_open(const struct choice_facts *facts)
{
	u64 travel_ms = choice_travel_ms(facts->mem_kib, facts->link_kib_s);

	return facts->runs && facts->fixed == STRATEGY_AUTO &&
	       facts->node == STRATEGY_AUTO && !facts->visits &&
	       facts->mem_kib > facts->eager_kib &&
	       travel_ms >= ROUNDS_MIN_MS && travel_ms <= ROUNDS_MAX_MS;
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
	else if (!f->visits && rounds_win(f, travel_ms))
		take(choice, STRATEGY_PRECOPY, CHOICE_READS);
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
