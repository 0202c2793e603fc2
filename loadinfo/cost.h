/* SPDX-License-Identifier: GPL-2.0-only */
/* PURE: what a place costs, and what it costs to get there. */
#ifndef MOSIX_LOADINFO_COST_H
#define MOSIX_LOADINFO_COST_H

#include "model.h"

/**
 * struct lb_state - a node as it is, or as it would be
 * @demand_milli: of all its processes
 * @used_kib: memory in use
 */
struct lb_state {
	u64 demand_milli;
	u64 used_kib;
};

struct lb_state lb_cost_state(const struct lb_node *node);
struct lb_state lb_cost_with(struct lb_state state, const struct lb_proc *proc);
struct lb_state lb_cost_without(struct lb_state state,
				const struct lb_proc *proc);
u64 lb_cost_stretch(const struct lb_node *node, struct lb_state state,
		    const struct lb_params *params);
u64 lb_cost_sum(struct lb_state state, u64 stretch_milli);
u64 lb_cost_node(const struct lb_node *node, struct lb_state state,
		 const struct lb_params *params);
u64 lb_cost_move(const struct lb_proc *proc, const struct lb_params *params);
u32 lb_cost_pressure(const struct lb_node *node, struct lb_state state);

#endif /* MOSIX_LOADINFO_COST_H */
