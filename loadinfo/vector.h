/* SPDX-License-Identifier: GPL-2.0-only */
/* The load vector: what this node knows of itself and of the others. */
#ifndef MOSIX_LOADINFO_VECTOR_H
#define MOSIX_LOADINFO_VECTOR_H

#include "gossip.h"

#include "../kernel/wire.h"

/** enum mosix_vector_limits - times; of the first and the last the usual ones */
enum mosix_vector_limits {
	/** @VECTOR_PERIOD_MS: from one sample, datagram and decision on */
	VECTOR_PERIOD_MS = 500,
	/** @VECTOR_RESERVE_MS: how long an accepted guest counts unseen */
	VECTOR_RESERVE_MS = 3000,
	/** @VECTOR_ASKED_MS: how long a place is kept for who asked for it */
	VECTOR_ASKED_MS = 500,
	/** @VECTOR_ALIVE_MS: who was not heard of for longer seems dead */
	VECTOR_ALIVE_MS = 10000,
};

/**
 * struct mosix_known - a node, as this one knows it
 * @node: as it said it was
 * @age_ms: how long ago
 */
struct mosix_known {
	struct lb_node node;
	u64 age_ms;
};

/**
 * struct mosix_moment - what this node is like at this very moment
 * @at_ms: the clock
 * @demand_milli: how many CPUs are wanted
 * @youngest_ms: work of the youngest process that wants one; U64_MAX: there is
 *	none
 */
struct mosix_moment {
	u64 at_ms;
	u32 demand_milli;
	u64 youngest_ms;
};

int mosix_vector_init(void);

/* For the balancer's thread alone. */
void mosix_vector_mapped(u32 nodes);
void mosix_vector_sampled(const struct lb_node *sample, u64 now_ms);
void mosix_vector_coming(u64 now_ms);
void mosix_vector_heard(struct lb_peer *peer, const struct lb_node *node,
			u64 at_ms);
void mosix_vector_bury(struct lb_peer *peer, u64 now_ms);
void mosix_vector_moved(u16 node, u32 demand_milli, u64 now_ms);
u32 mosix_vector_pack(struct lb_gossip_message *msg, u64 now_ms);
u32 mosix_vector_note(struct lb_gossip_message *msg, enum lb_gossip_kind kind,
		      u64 now_ms);
struct lb_answer mosix_vector_asked(u16 from, const struct lb_question *q,
				    const struct mosix_moment *now);
const struct lb_window *mosix_vector_window(void);

/* For everybody. */
struct lb_node mosix_vector_own(void);
void mosix_vector_copy(struct lb_window *to);
struct lb_params mosix_vector_params(void);
enum wire_refusal mosix_vector_admit(u16 from, const struct wire_offer *offer);
bool mosix_vector_has_more(u16 id);
int mosix_vector_known(u16 id, struct mosix_known *known);

#endif /* MOSIX_LOADINFO_VECTOR_H */
