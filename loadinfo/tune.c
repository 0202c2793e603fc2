// SPDX-License-Identifier: GPL-2.0-only
/*
 * The balancer's figures that an administrator may tune: which of the tunables
 * is which. They begin with the values that the simulator has, too.
 */
#include "tune.h"

#include "model.h"
#include "vector.h"

#include "../kernel/param.h"

#include <linux/init.h>

static const struct lb_params defaults = LB_PARAMS_DEFAULT;

#define FIGURE(id, member) { PARAM_##id, offsetof(struct lb_params, member) }

static const struct figure {
	enum mosix_param_id id;
	u32 at;			/* a u32 of struct lb_params */
} figures[] = {
	FIGURE(HYSTERESIS, hysteresis_milli),
	FIGURE(MIN_GAIN, min_gain_milli),
	FIGURE(MIN_WORK_MS, min_work_ms),
	FIGURE(RESIDENCY_MS, residency_ms),
	FIGURE(GAP_MS, gap_ms),
	FIGURE(FRESH_MS, fresh_ms),
	FIGURE(REFUSAL_MS, refusal_ms),
	FIGURE(CHOICES, choices),
	FIGURE(MOVE_MS, move_ms),
	FIGURE(LINK_KIB_S, link_kib_per_s),
	FIGURE(MEM_KNEE, mem_knee_milli),
	FIGURE(THRASH, thrash_milli),
};

/* All but max_guests, which is the mechanism's as well. */
static_assert(ARRAY_SIZE(figures) + 1 == sizeof(struct lb_params) / sizeof(u32));

/**
 * mosix_tune_init() - the tunables begin with the usual values
 *
 * Context: boot, before anybody can write to them.
 */
void __init mosix_tune_init(void)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(figures); i++)
		mosix_param_begin(figures[i].id,
				  *(const u32 *)((const char *)&defaults +
						 figures[i].at));
	mosix_param_begin(PARAM_PERIOD_MS, VECTOR_PERIOD_MS);
	mosix_param_begin(PARAM_ALIVE_MS, VECTOR_ALIVE_MS);
}

/**
 * mosix_tune_read() - the values that hold now
 * @params: receives them
 *
 * Context: Any.
 */
void mosix_tune_read(struct lb_params *params)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(figures); i++)
		*(u32 *)((char *)params + figures[i].at) =
			mosix_param(figures[i].id);
	params->max_guests = mosix_param(PARAM_MAX_GUESTS);
}
