/* SPDX-License-Identifier: GPL-2.0-only */
/* Tunables: /proc/mosix/admin walks this table. */
#ifndef MOSIX_PARAM_H
#define MOSIX_PARAM_H

#include <linux/types.h>

enum mosix_param_id {
	PARAM_BLOCK,
	PARAM_STAY,
	PARAM_LSTAY,
	PARAM_QUIET,
	PARAM_SPEED,
	PARAM_STRATEGY,
	PARAM_EAGER_KIB,
	PARAM_MAX_GUESTS,
	PARAM_RESERVE_KIB,
	PARAM_CALL_US,
	PARAM_KEY_OLD_S,
	PARAM_LINK_TIMEOUT_S,
	PARAM_JOURNAL_KIB,
	PARAM_LEAVE,
	PARAM_EXEC_PLACE,
	PARAM_WIRE_VERSION,
	PARAM_PERIOD_MS,	/* from here on the balancer's, tune.c */
	PARAM_ALIVE_MS,
	PARAM_HYSTERESIS,
	PARAM_MIN_GAIN,
	PARAM_MIN_WORK_MS,
	PARAM_RESIDENCY_MS,
	PARAM_GAP_MS,
	PARAM_FRESH_MS,
	PARAM_REFUSAL_MS,
	PARAM_CHOICES,
	PARAM_MOVE_MS,
	PARAM_LINK_KIB_S,
	PARAM_MEM_KNEE,
	PARAM_THRASH,
	PARAM_COUNT
};

/**
 * struct mosix_param - one tunable
 * @name: of its file
 * @min: smallest value taken
 * @max: largest value taken
 * @value: present value
 * @usual: value after boot
 * @words: names of the values from @min on; NULL for a number
 * @unit: of the value, one word; NULL for none
 * @help: what it is
 */
struct mosix_param {
	const char *name;
	u32 min;
	u32 max;
	u32 value;
	u32 usual;
	const char *const *words;
	const char *unit;
	const char *help;
};

u32 mosix_param(enum mosix_param_id id);
struct mosix_param *mosix_param_at(u32 index);
void mosix_param_begin(enum mosix_param_id id, u32 usual);
void mosix_param_switch_on(enum mosix_param_id id);
int mosix_param_set(struct mosix_param *param, const char *text);

#endif /* MOSIX_PARAM_H */
