// SPDX-License-Identifier: GPL-2.0-only
/* The table of tunables. */
#include "param.h"

#include "migrate.h"

#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/time64.h>

static const char *const strategy_words[] = {
	[STRATEGY_AUTO]		= "auto",
	[STRATEGY_DEMAND]	= "demand",
	[STRATEGY_EAGER]	= "eager",
	[STRATEGY_PUSH]		= "push",
};

static_assert(ARRAY_SIZE(strategy_words) == STRATEGIES);

static struct mosix_param params[PARAM_COUNT] = {
	[PARAM_BLOCK] = {
		.name = "block", .max = 1,
		.help = "1: no guests are taken",
	},
	[PARAM_STAY] = {
		.name = "stay", .max = 1,
		.help = "1: no automatic move from here",
	},
	[PARAM_STRATEGY] = {
		.name = "strategy", .max = STRATEGIES - 1,
		.words = strategy_words,
		.help = "how memory travels: auto, demand, eager or push",
	},
	[PARAM_EAGER_KIB] = {
		.name = "eager_kib", .max = U32_MAX, .value = 2048,
		.help = "auto: up to so many KiB all memory goes at once",
	},
	[PARAM_MAX_GUESTS] = {
		.name = "max_guests", .max = 65536, .value = 1024,
		.help = "so many guests are taken",
	},
	[PARAM_RESERVE_KIB] = {
		.name = "reserve_kib", .max = U32_MAX, .value = 16384,
		.help = "KiB of memory that no guest may take",
	},
	[PARAM_CALL_US] = {
		.name = "call_us", .max = USEC_PER_SEC, .value = 500,
		.help = "microseconds a call from away loses, until measured",
	},
	[PARAM_KEY_OLD_S] = {
		.name = "key_old_s", .max = 7 * 24 * 3600, .value = 600,
		.help = "seconds that an old cluster key is accepted",
	},
	[PARAM_JOURNAL_KIB] = {
		.name = "journal_kib", .max = 65536,
		.help = "KiB of memory for the journal of decisions; 0: none",
	},
	[PARAM_LEAVE] = {
		.name = "leave", .max = 1,
		.help = "1: this node is about to leave, the others shall know",
	},
	[PARAM_EXEC_PLACE] = {
		.name = "exec_place", .max = 1000,
		.help = "ms after which a new program may be placed; 0: never",
	},
};

/**
 * mosix_param - present value of a tunable
 * @id: which
 *
 * Return: the value.
 * Context: any.
 */
u32 mosix_param(enum mosix_param_id id)
{
	return READ_ONCE(params[id].value);
}

/**
 * mosix_param_at - walk the table
 * @index: 0 to PARAM_COUNT - 1
 *
 * Return: the tunable, NULL behind the last one.
 * Context: any.
 */
struct mosix_param *mosix_param_at(u32 index)
{
	return index < PARAM_COUNT ? &params[index] : NULL;
}

/**
 * mosix_param_set - set a tunable from text
 * @param: which
 * @text: a number, or one of its words
 *
 * Return: 0, -EINVAL what is no value of it; nothing changes then.
 * Context: any.
 */
int mosix_param_set(struct mosix_param *param, const char *text)
{
	u32 value;
	int i;

	if (param->words) {
		i = match_string(param->words, param->max + 1, text);
		if (i < 0)
			return -EINVAL;
		value = i;
	} else if (kstrtou32(text, 10, &value)) {
		return -EINVAL;
	}
	if (value < param->min || value > param->max)
		return -EINVAL;
	WRITE_ONCE(param->value, value);
	return 0;
}
