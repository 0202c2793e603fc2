/* SPDX-License-Identifier: GPL-2.0-only */
/* The node map: which ids there are and where they listen. */
#ifndef MOSIX_NODE_H
#define MOSIX_NODE_H

#include <linux/in.h>
#include <linux/types.h>

enum {
	MOSIX_PORT_DEFAULT	= 7236,
	MOSIX_NODES_MAX		= 4096,
	MOSIX_NODE_KEY_LEN	= 32,
};

/**
 * struct mosix_node - one line of the map
 * @id: 1 to 65535
 * @pinned: @key says something
 * @addr: IPv4 address and port of its listener, network order
 * @key: public half of the only own key that it may have
 */
struct mosix_node {
	u16 id;
	u8 pinned;
	struct sockaddr_in addr;
	u8 key[MOSIX_NODE_KEY_LEN];
};

u16 mosix_node_self(void);
int mosix_node_addr(u16 id, struct sockaddr_in *addr);
bool mosix_node_pin(u16 id, u8 *key);
int mosix_node_each(int (*fn)(const struct mosix_node *node, void *arg),
		    void *arg);
u32 mosix_node_generation(void);
bool mosix_node_leaving(void);
int mosix_node_configure(char *text);
ssize_t mosix_node_format(char *buf, size_t size);

#endif /* MOSIX_NODE_H */
