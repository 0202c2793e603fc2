// SPDX-License-Identifier: GPL-2.0-only
/*
 * PURE: how the memory of a process travels, and why so. What is fixed for the
 * process comes first, then what is for the node, then the figures.
 */
#include "choice.h"

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

static void take(struct choice *choice, enum mosix_strategy strategy,
		 enum choice_why why)
{
	choice->strategy = strategy;
	choice->why = why;
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

	if (f->fixed != STRATEGY_AUTO)
		take(choice, f->fixed, CHOICE_PROCESS);
	else if (f->node != STRATEGY_AUTO)
		take(choice, f->node, CHOICE_NODE);
	else if (f->mem_kib <= f->eager_kib)
		take(choice, STRATEGY_EAGER, CHOICE_SMALL);
	else
		take(choice, STRATEGY_PUSH, CHOICE_LARGE);
}
