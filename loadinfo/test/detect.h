/* SPDX-License-Identifier: GPL-2.0-only */
/* Nodes that die, starve, block and come back, and who knows of it when. */
#ifndef LOADINFO_TEST_DETECT_H
#define LOADINFO_TEST_DETECT_H

#include "../gossip.h"
#include "../watch.h"

enum {
	/* Bytes around each message: IP and UDP 28, the seal 40. */
	DETECT_WRAP = 68,
	DETECT_PERIOD_MS = 500,
	/* Larger clusters have one map for all; nobody may die there. */
	DETECT_MAPS = 2048,
};

struct detect_node;

struct detect {
	u32 nodes;
	u32 loss_percent;
	u64 seed;
	u64 now_ms;
	struct detect_node *node;
	struct lb_peer *peer;	/* nodes * (nodes - 1); or see @one_map */
	bool one_map;		/* of all nodes for all of them */
	u64 bytes;		/* sent by all */
	u64 messages;
};

struct detect *detect_create(u32 nodes, u32 loss_percent, u64 seed);
void detect_destroy(struct detect *d);
void detect_run(struct detect *d, u32 periods);
void detect_kill(struct detect *d, u32 node);
void detect_revive(struct detect *d, u32 node);
void detect_starve(struct detect *d, u32 node, u32 ms);
void detect_flag(struct detect *d, u32 node, u16 flags);
u32 detect_knowing(const struct detect *d, u32 node, u16 flag);
u32 detect_live(const struct detect *d);
u32 detect_wronged(const struct detect *d);

#endif /* LOADINFO_TEST_DETECT_H */
