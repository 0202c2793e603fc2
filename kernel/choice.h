/* SPDX-License-Identifier: GPL-2.0-only */
/* PURE: how the memory of a process travels, and why so. */
#ifndef MOSIX_CHOICE_H
#define MOSIX_CHOICE_H

#include "pure.h"

/* How memory travels. */
enum mosix_strategy {
	STRATEGY_AUTO,		/* as choice_make() finds */
	STRATEGY_DEMAND,	/* each page when it is first touched */
	STRATEGY_EAGER,		/* all of it before the body runs */
	STRATEGY_PUSH,		/* on demand, and all of it while the body runs */
	STRATEGY_PRECOPY,	/* while it still runs at home; the rest as pushed */
	STRATEGIES
};

/* Why one was taken. */
enum choice_why {
	CHOICE_NONE,		/* none was yet */
	CHOICE_PROCESS,		/* it is fixed for the process */
	CHOICE_NODE,		/* the administrator wants it for all */
	CHOICE_RETURN,		/* on the way home all goes that is away */
	CHOICE_SMALL,		/* so little may as well go at once */
	CHOICE_LARGE,		/* it would stand still for too long */
	CHOICE_SLOW,		/* so it would with little, over this link */
	CHOICE_BRIEF,		/* it comes back before it has had it all */
	CHOICE_READS,		/* it reads all over its memory, and writes little */
	CHOICE_WHYS
};

/**
 * struct choice_facts - what a strategy is chosen from
 * @fixed: for this process, STRATEGY_AUTO: nothing is
 * @node: the same for all of this node
 * @runs: it runs here, so that pages can be sent before it leaves
 * @visits: it only came home for a call, and goes back
 * @mem_kib: memory that would travel
 * @eager_kib: up to so much goes at once
 * @link_kib_s: how fast memory travels to that node
 * @round_us: round trip to it; 0: not known
 * @stay_ms: how long it was away the last time; 0: never yet
 * @touched_kib: what it has touched while it was looked at
 * @grows_kib_s: how fast that grew in the end
 * @written_milli: of it, 1000: all has been written to meanwhile
 */
struct choice_facts {
	u8 fixed;
	u8 node;
	bool runs;
	bool visits;
	u64 mem_kib;
	u32 eager_kib;
	u32 link_kib_s;
	u32 round_us;
	u64 stay_ms;
	u64 touched_kib;
	u64 grows_kib_s;
	u32 written_milli;
};

/**
 * struct choice - what was chosen
 * @strategy: enum mosix_strategy; never STRATEGY_AUTO after choice_make()
 * @why: enum choice_why
 * @facts: from what
 */
struct choice {
	u8 strategy;
	u8 why;
	struct choice_facts facts;
};

/* Words for each, as files in /proc have them. */
extern const char *const choice_strategies[STRATEGIES];

bool choice_is_open(const struct choice_facts *facts);
u64 choice_travel_ms(u64 kib, u32 link_kib_s);
u32 choice_speed(u32 known_kib_s, u64 bytes, u64 ns);
void choice_make(struct choice *choice);
const char *choice_why_name(u32 why);

#endif /* MOSIX_CHOICE_H */
