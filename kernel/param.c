// SPDX-License-Identifier: GPL-2.0-only
/* The table of tunables. */
#include "param.h"

#include "choice.h"
#include "wire.h"

#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/time64.h>

#define USUAL(v)	.value = (v), .usual = (v)

/* Those without a usual value have it from mosix_param_begin(). */
static struct mosix_param params[PARAM_COUNT] = {
	[PARAM_BLOCK] = {
		.name = "block", .max = 1,
		.help = "1: no guests are taken",
	},
	[PARAM_STAY] = {
		.name = "stay", .max = 1,
		.help = "1: no automatic move from here",
	},
	[PARAM_LSTAY] = {
		.name = "lstay", .max = 1,
		.help = "1: the same for this node's own; guests may leave",
	},
	[PARAM_QUIET] = {
		.name = "quiet", .max = 1,
		.help = "1: no other node is told the load of this one",
	},
	[PARAM_SPEED] = {
		.name = "speed", .max = 1000000, .unit = "milli",
		.help = "of a CPU, 1000 is the reference; 0: as measured",
	},
	[PARAM_STRATEGY] = {
		.name = "strategy", .max = STRATEGIES - 1,
		.words = choice_strategies,
		.help = "how memory travels: auto, demand, eager, push or precopy",
	},
	[PARAM_EAGER_KIB] = {
		.name = "eager_kib", .max = U32_MAX, USUAL(2048), .unit = "KiB",
		.help = "auto: up to so much all memory goes at once",
	},
	[PARAM_MAX_GUESTS] = {
		.name = "max_guests", .max = 65536, USUAL(1024),
		.help = "so many guests are taken",
	},
	[PARAM_RESERVE_KIB] = {
		.name = "reserve_kib", .max = U32_MAX, USUAL(16384),
		.unit = "KiB", .help = "memory that no guest may take",
	},
	[PARAM_CALL_US] = {
		.name = "call_us", .max = USEC_PER_SEC, USUAL(500),
		.unit = "us", .help = "a call from away loses, until measured",
	},
	[PARAM_KEY_OLD_S] = {
		.name = "key_old_s", .max = 7 * 24 * 3600, USUAL(600),
		.unit = "s", .help = "an old cluster key is accepted",
	},
	[PARAM_LINK_TIMEOUT_S] = {
		.name = "link_timeout_s", .min = 5, .max = 3600, USUAL(30),
		.unit = "s", .help = "a cut that is shorter ends no link",
	},
	[PARAM_PERIOD_MS] = {
		.name = "period_ms", .min = 100, .max = 1000, .unit = "ms",
		.help = "from one measurement, word and decision to the next",
	},
	[PARAM_ALIVE_MS] = {
		.name = "alive_ms", .min = 2000, .max = 600000, .unit = "ms",
		.help = "a node that was not heard of for longer is down",
	},
	[PARAM_HYSTERESIS] = {
		.name = "hysteresis_milli", .max = 100000, .unit = "milli",
		.help = "load that a target is thought to have beyond its own",
	},
	[PARAM_MIN_GAIN] = {
		.name = "min_gain_milli", .max = 100000, .unit = "milli",
		.help = "stretch that a move must save",
	},
	[PARAM_MIN_WORK_MS] = {
		.name = "min_work_ms", .max = 3600000, .unit = "ms",
		.help = "work that a process must have done to be moved",
	},
	[PARAM_RESIDENCY_MS] = {
		.name = "residency_ms", .max = 3600000, .unit = "ms",
		.help = "an arrived process stays at least",
	},
	[PARAM_GAP_MS] = {
		.name = "gap_ms", .max = 60000, .unit = "ms",
		.help = "between two moves out of this node",
	},
	[PARAM_FRESH_MS] = {
		.name = "fresh_ms", .min = 500, .max = 600000, .unit = "ms",
		.help = "older news is no ground for a move",
	},
	[PARAM_REFUSAL_MS] = {
		.name = "refusal_ms", .max = 600000, .unit = "ms",
		.help = "a node that refused is left alone",
	},
	[PARAM_CHOICES] = {
		.name = "choices", .min = 1, .max = 8,
		.help = "random nodes that a decision compares",
	},
	[PARAM_MOVE_MS] = {
		.name = "move_ms", .max = 600000, .unit = "ms",
		.help = "what a move costs, whatever its size",
	},
	[PARAM_LINK_KIB_S] = {
		.name = "link_kib_s", .min = 1, .max = 1 << 30, .unit = "KiB/s",
		.help = "how fast memory is thought to travel",
	},
	[PARAM_MEM_KNEE] = {
		.name = "mem_knee_milli", .min = 1, .max = 999, .unit = "milli",
		.help = "share of memory in use from where a node slows",
	},
	[PARAM_THRASH] = {
		.name = "thrash_milli", .min = 1000, .max = 1000000,
		.unit = "milli",
		.help = "stretch of a node all of whose memory is in use",
	},
	[PARAM_JOURNAL_KIB] = {
		.name = "journal_kib", .max = 65536, .unit = "KiB",
		.help = "KiB of memory for the journal of decisions; 0: none",
	},
	[PARAM_LEAVE] = {
		.name = "leave", .max = 1,
		.help = "1: this node is about to leave, the others shall know",
	},
	[PARAM_EXEC_PLACE] = {
		.name = "exec_place", .max = 1000, .unit = "ms",
		.help = "ms after which a new program may be placed; 0: never",
	},
	[PARAM_WIRE_VERSION] = {
		.name = "wire_version", .min = WIRE_VERSION_MIN,
		.max = WIRE_VERSION_MAX, USUAL(WIRE_VERSION_MAX),
		.help = "newest version of the protocol for links made from now on",
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
 * mosix_param_begin - a tunable has the value that it usually has
 * @id: which
 * @usual: the value
 *
 * Context: boot.
 */
void mosix_param_begin(enum mosix_param_id id, u32 usual)
{
	params[id].usual = usual;
	params[id].value = usual;
}

/**
 * mosix_param_switch_on - a tunable that is 0 or 1 becomes 1
 * @id: which
 *
 * Context: any.
 */
void mosix_param_switch_on(enum mosix_param_id id)
{
	WRITE_ONCE(params[id].value, 1);
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
