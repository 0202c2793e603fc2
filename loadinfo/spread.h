/* SPDX-License-Identifier: GPL-2.0-only */
/* Load vectors on the network: one datagram a period to one node. */
#ifndef MOSIX_LOADINFO_SPREAD_H
#define MOSIX_LOADINFO_SPREAD_H

#include "gossip.h"

struct mosix_replay;
struct socket;

/**
 * struct mosix_spread - the socket and who is at the other ends
 * @sock: UDP, bound to this node's address in the map; NULL while there is none
 * @generation: of the node map that @peer was made from
 * @count: nodes in @peer
 * @peer: all nodes of the map but this one, by id
 * @replay: what was taken from each of @peer
 * @box: a datagram as it is on the wire
 * @sent: datagrams sent
 * @heard: datagrams taken in
 * @dropped: datagrams that were not from a node, or no message
 */
struct mosix_spread {
	struct socket *sock;
	u32 generation;
	u32 count;
	struct lb_peer *peer;
	struct mosix_replay *replay;
	u8 *box;
	u64 sent;
	u64 heard;
	u64 dropped;
};

int mosix_spread_configure(struct mosix_spread *spread);
void mosix_spread_close(struct mosix_spread *spread);
void mosix_spread_send(struct mosix_spread *spread, u16 node,
		       const struct lb_gossip_message *msg, u32 len);
bool mosix_spread_ask(struct mosix_spread *spread, u16 node,
		      const struct lb_gossip_message *msg, u32 len);
int mosix_spread_receive(struct mosix_spread *spread,
			 struct lb_gossip_message *msg, u32 wait_ms);
struct lb_peer *mosix_spread_peer(struct mosix_spread *spread, u16 node);

#endif /* MOSIX_LOADINFO_SPREAD_H */
