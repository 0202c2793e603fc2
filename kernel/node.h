/* SPDX-License-Identifier: GPL-2.0-only */
/* The node map: which ids there are and where they listen. */
#ifndef MOSIX_NODE_H
#define MOSIX_NODE_H

#include "addr.h"

#include <linux/types.h>

enum {
	MOSIX_PORT_DEFAULT	= 7236,
	MOSIX_NODES_MAX		= 4096,
	MOSIX_NODE_KEY_LEN	= 32,
	MOSIX_NODE_ADDRS	= 4,	/* its own and its aliases */
};

struct seq_file;

/**
 * struct mosix_node - one line of the map
 * @id: 1 to 65535
 * @pinned: @key says something
 * @addrs: addresses in @addr, at least 1
 * @addr: of its listener; the first one is where it tells its load from, the
 *	others are its aliases, with the same port
 * @key: public half of the only own key that it may have
 */
struct mosix_node {
	u16 id;
	u8 pinned;
	u8 addrs;
	union mosix_addr addr[MOSIX_NODE_ADDRS];
	u8 key[MOSIX_NODE_KEY_LEN];
};

u16 mosix_node_self(void);
bool mosix_node_is_known(u16 id);
int mosix_node_addr(u16 id, u32 which, union mosix_addr *addr);
bool mosix_node_has_addr(u16 id, const union mosix_addr *addr);
bool mosix_node_has_v6(void);
bool mosix_node_pin(u16 id, u8 *key);
int mosix_node_each(int (*fn)(const struct mosix_node *node, void *arg),
		    void *arg);
u32 mosix_node_generation(void);
bool mosix_node_leaving(void);
int mosix_node_configure(char *text);
void mosix_node_show(struct seq_file *m);

#endif /* MOSIX_NODE_H */
