/* SPDX-License-Identifier: GPL-2.0-only */
/* Tunables: /proc/mosix/admin walks this table. */
#ifndef MOSIX_PARAM_H
#define MOSIX_PARAM_H

#include <linux/types.h>

enum mosix_param_id {
	PARAM_BLOCK,
	PARAM_STAY,
	PARAM_STRATEGY,
	PARAM_EAGER_KIB,
	PARAM_MAX_GUESTS,
	PARAM_RESERVE_KIB,
	PARAM_CALL_US,
	PARAM_KEY_OLD_S,
	PARAM_JOURNAL_KIB,
	PARAM_LEAVE,
	PARAM_EXEC_PLACE,
	PARAM_COUNT
};

/**
 * struct mosix_param - one tunable
 * @name: of its file
 * @min: smallest value taken
 * @max: largest value taken
 * @value: present value
 * @words: names of the values from @min on; NULL for a number
 * @help: what it is, with its unit
 */
struct mosix_param {
	const char *name;
	u32 min;
	u32 max;
	u32 value;
	const char *const *words;
	const char *help;
};

u32 mosix_param(enum mosix_param_id id);
struct mosix_param *mosix_param_at(u32 index);
int mosix_param_set(struct mosix_param *param, const char *text);

#endif /* MOSIX_PARAM_H */
