/* SPDX-License-Identifier: GPL-2.0-only */
/* PURE: how busy this node is, seen from inside and from outside. */
#ifndef MOSIX_LOADINFO_LOAD_H
#define MOSIX_LOADINFO_LOAD_H

#include "model.h"

/**
 * struct lb_reservation - a guest that was accepted and is not measured yet
 * @key: names it for the caller, 0 if the slot is free
 * @demand_milli: what it wanted where it came from
 * @mem_kib: memory that it will take
 * @until_at_ms: when it is measured, or not coming any more
 * @here: it has arrived, and whoever looks at the queues sees it
 */
struct lb_reservation {
	u64 key;
	u32 demand_milli;
	u32 mem_kib;
	u64 until_at_ms;
	bool here;
};

/**
 * struct lb_load - demand of this node, decayed
 * @local_milli: for own decisions: rises slowly, falls at once
 * @export_milli: for others: rises at once, falls slowly
 * @reserved: guests on their way, and such as no sample has seen yet
 */
struct lb_load {
	u32 local_milli;
	u32 export_milli;
	struct lb_reservation reserved[LB_RESERVATIONS];
};

void lb_load_sample(struct lb_load *load, u32 demand_milli);
void lb_load_depart(struct lb_load *load, u32 demand_milli);
int lb_load_reserve(struct lb_load *load, u64 key, u32 demand_milli,
		    u32 mem_kib, u64 until_at_ms);
bool lb_load_keeps(const struct lb_load *load, u64 key);
void lb_load_hold(struct lb_load *load, u64 key, u64 until_at_ms);
void lb_load_settle(struct lb_load *load, u64 key, u64 until_at_ms);
void lb_load_expire(struct lb_load *load, u64 now_at_ms);
u32 lb_load_unseen(const struct lb_load *load);
u32 lb_load_reserved(const struct lb_load *load);
u32 lb_load_free_kib(const struct lb_load *load, u32 free_kib);
u32 lb_load_coming(const struct lb_load *load);
u32 lb_load_export(const struct lb_load *load);

#endif /* MOSIX_LOADINFO_LOAD_H */
