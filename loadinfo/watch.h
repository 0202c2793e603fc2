/* SPDX-License-Identifier: GPL-2.0-only */
/* PURE: who was asked and does not answer. */
#ifndef MOSIX_LOADINFO_WATCH_H
#define MOSIX_LOADINFO_WATCH_H

#include "model.h"

/**
 * enum lb_watch_limits - when a node is dead
 *
 * A live node may be starved of CPU for LB_WATCH_STARVED_MS. Then it must be
 * asked more often than a network loses questions or answers.
 */
enum lb_watch_limits {
	/** @LB_WATCH_SILENT_MS: silence after which a node is dead */
	LB_WATCH_SILENT_MS = 12000,
	/** @LB_WATCH_STARVED_MS: as long as a live node may be starved */
	LB_WATCH_STARVED_MS = 10000,
	/** @LB_WATCH_ASKED: times that it was asked in vain, at least */
	LB_WATCH_ASKED = 10,
	/** @LB_WATCH_AGAIN: suspects that are asked again in a period */
	LB_WATCH_AGAIN = 4,
	/** @LB_WATCH_LATE_MS: a period that lasted longer was a stall here */
	LB_WATCH_LATE_MS = 1500,
};

/**
 * struct lb_suspect - a node that was asked and has not answered yet
 * @id: the node, 0 if the slot is free
 * @asked: how often
 * @since_at_ms: when it was first asked
 * @asked_at_ms: when it was last asked
 */
struct lb_suspect {
	u16 id;
	u16 asked;
	u64 since_at_ms;
	u64 asked_at_ms;
};

/**
 * struct lb_watch - whose answers this node waits for
 * @period_at_ms: when the last period began
 * @suspect: the nodes
 */
struct lb_watch {
	u64 period_at_ms;
	struct lb_suspect suspect[LB_SUSPECTS];
};

void lb_watch_period(struct lb_watch *watch, u64 now_at_ms);
void lb_watch_asked(struct lb_watch *watch, u16 id, u64 now_at_ms);
void lb_watch_answered(struct lb_watch *watch, u16 id);
void lb_watch_heard(struct lb_watch *watch, u16 id, u64 at_ms);
u16 lb_watch_again(const struct lb_watch *watch, u64 now_at_ms);
u16 lb_watch_dead(struct lb_watch *watch, u64 now_at_ms);

#endif /* MOSIX_LOADINFO_WATCH_H */
