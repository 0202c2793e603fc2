// SPDX-License-Identifier: GPL-2.0-only
/*
 * The node map is an immutable array that readers see through RCU; a write
 * to /proc/mosix/config replaces it whole or changes nothing.
 *
 * Text, one record a line: `self ID` and `node ID ADDRESS[:PORT] [KEY]`, KEY
 * in hex; empty lines and what follows a # are skipped.
 */
#include "node.h"

#include "param.h"

#include <linux/inet.h>
#include <linux/kernel.h>
#include <linux/mutex.h>
#include <linux/overflow.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/string.h>

struct node_map {
	struct rcu_head rcu;
	u16 self;
	u32 count;
	struct mosix_node node[] __counted_by(count);
};

static struct node_map __rcu *the_map;
static DEFINE_MUTEX(map_lock);		/* one writer of the_map at a time */
static u32 generation;			/* counts installed maps */

static const struct mosix_node *find(const struct node_map *map, u16 id)
{
	u32 i;

	for (i = 0; map && i < map->count; i++)
		if (map->node[i].id == id)
			return &map->node[i];
	return NULL;
}

/**
 * mosix_node_self - id of this node
 *
 * Return: the id, 0 while no map is installed.
 * Context: any.
 */
u16 mosix_node_self(void)
{
	const struct node_map *map;
	u16 self;

	rcu_read_lock();
	map = rcu_dereference(the_map);
	self = map ? map->self : 0;
	rcu_read_unlock();
	return self;
}

/**
 * mosix_node_generation - how often the map was replaced
 *
 * Return: a number that changes with each installed map.
 * Context: any.
 */
u32 mosix_node_generation(void)
{
	return READ_ONCE(generation);
}

/**
 * mosix_node_leaving - is this node being emptied?
 *
 * Return: true when it shall soon be without guests, and takes none.
 * Context: any.
 */
bool mosix_node_leaving(void)
{
	return mosix_param(PARAM_LEAVE);
}

/**
 * mosix_node_addr - where a node listens
 * @id: its id
 * @addr: receives the address
 *
 * Return: 0, -ENODEV when the map has no such node.
 * Context: any.
 */
int mosix_node_addr(u16 id, struct sockaddr_in *addr)
{
	const struct mosix_node *node;
	int ret = -ENODEV;

	rcu_read_lock();
	node = find(rcu_dereference(the_map), id);
	if (node) {
		*addr = node->addr;
		ret = 0;
	}
	rcu_read_unlock();
	return ret;
}

/**
 * mosix_node_pin - the only own key that a node may have
 * @id: its id
 * @key: receives MOSIX_NODE_KEY_LEN bytes
 *
 * Return: false when the map has no such node or says nothing of its key.
 * Context: any.
 */
bool mosix_node_pin(u16 id, u8 *key)
{
	const struct mosix_node *node;
	bool pinned;

	rcu_read_lock();
	node = find(rcu_dereference(the_map), id);
	pinned = node && node->pinned;
	if (pinned)
		memcpy(key, node->key, MOSIX_NODE_KEY_LEN);
	rcu_read_unlock();
	return pinned;
}

/**
 * mosix_node_each - walk the map
 * @fn: called for each node, this one included; must not sleep; a return
 *	other than 0 ends the walk
 * @arg: passed on
 *
 * Return: what the last call of @fn returned, 0 for an empty map.
 * Context: any.
 */
int mosix_node_each(int (*fn)(const struct mosix_node *node, void *arg),
		    void *arg)
{
	const struct node_map *map;
	int ret = 0;
	u32 i;

	rcu_read_lock();
	map = rcu_dereference(the_map);
	for (i = 0; map && i < map->count && !ret; i++)
		ret = fn(&map->node[i], arg);
	rcu_read_unlock();
	return ret;
}

/* A pin, if there is one: a key in hex. */
static int parse_pin(struct mosix_node *node, const char *text)
{
	if (!text)
		return 0;
	if (strlen(text) != 2 * MOSIX_NODE_KEY_LEN ||
	    hex2bin(node->key, text, MOSIX_NODE_KEY_LEN))
		return -EINVAL;
	node->pinned = 1;
	return 0;
}

static int parse_node(struct node_map *map, char *id_text, char *addr_text,
		      const char *pin_text)
{
	struct mosix_node *node;
	u16 port = MOSIX_PORT_DEFAULT;
	char *port_text;
	const char *end;
	u16 id;

	if (kstrtou16(id_text, 10, &id) || !id || find(map, id))
		return -EINVAL;
	if (map->count >= MOSIX_NODES_MAX)
		return -E2BIG;
	port_text = strchr(addr_text, ':');
	if (port_text) {
		*port_text++ = '\0';
		if (kstrtou16(port_text, 10, &port) || !port)
			return -EINVAL;
	}
	map->count++;	/* first: the array's bound is what count says */
	node = &map->node[map->count - 1];
	memset(node, 0, sizeof(*node));
	if (!in4_pton(addr_text, -1, (u8 *)&node->addr.sin_addr.s_addr, -1,
		      &end) || *end)
		return -EINVAL;
	node->id = id;
	node->addr.sin_family = AF_INET;
	node->addr.sin_port = htons(port);
	return parse_pin(node, pin_text);
}

static int parse_line(struct node_map *map, char *line)
{
	char *word[5] = { NULL };
	char *comment = strchr(line, '#');
	int n = 0;
	char *w;

	if (comment)
		*comment = '\0';
	while ((w = strsep(&line, " \t\r")) && n < 5)
		if (*w)
			word[n++] = w;
	if (!n)
		return 0;
	if (n == 2 && !strcmp(word[0], "self"))
		return map->self || kstrtou16(word[1], 10, &map->self) ||
		       !map->self ? -EINVAL : 0;
	if ((n == 3 || n == 4) && !strcmp(word[0], "node"))
		return parse_node(map, word[1], word[2], word[3]);
	return -EINVAL;
}

/**
 * mosix_node_configure - replace the node map
 * @text: the whole map as text; written over while parsing
 *
 * An empty text removes the map: the node then neither sends nor takes.
 *
 * Return: 0; -EINVAL a line that is not understood, an id twice, or `self`
 * missing or not in the map; -E2BIG too many nodes; -ENOMEM. On an error the
 * old map stays.
 * Context: process context.
 */
int mosix_node_configure(char *text)
{
	struct node_map *map, *old;
	u32 lines = 1;
	char *line;
	int ret = 0;

	for (line = text; *line; line++)
		lines += *line == '\n';
	map = kvzalloc(struct_size(map, node, min_t(u32, lines,
						    MOSIX_NODES_MAX + 1)),
		       GFP_KERNEL);
	if (!map)
		return -ENOMEM;
	while (!ret && (line = strsep(&text, "\n")))
		ret = parse_line(map, line);
	if (!ret && (map->count || map->self) && !find(map, map->self))
		ret = -EINVAL;
	if (ret) {
		kvfree(map);
		return ret;
	}
	mutex_lock(&map_lock);
	old = rcu_replace_pointer(the_map, map, lockdep_is_held(&map_lock));
	WRITE_ONCE(generation, generation + 1);
	mutex_unlock(&map_lock);
	if (old)
		kvfree_rcu(old, rcu);
	return 0;
}

static ssize_t format_node(char *buf, size_t size,
			   const struct mosix_node *node)
{
	ssize_t n = scnprintf(buf, size, "node %u %pI4:%u", node->id,
			      &node->addr.sin_addr,
			      ntohs(node->addr.sin_port));

	if (node->pinned)
		n += scnprintf(buf + n, size - n, " %*phN", MOSIX_NODE_KEY_LEN,
			       node->key);
	return n + scnprintf(buf + n, size - n, "\n");
}

/**
 * mosix_node_format - the map as text, in the form that a write takes
 * @buf: receives it
 * @size: bytes there
 *
 * Return: bytes written.
 * Context: any.
 */
ssize_t mosix_node_format(char *buf, size_t size)
{
	const struct node_map *map;
	ssize_t n = 0;
	u32 i;

	rcu_read_lock();
	map = rcu_dereference(the_map);
	if (map && map->self)
		n += scnprintf(buf + n, size - n, "self %u\n", map->self);
	for (i = 0; map && i < map->count; i++)
		n += format_node(buf + n, size - n, &map->node[i]);
	rcu_read_unlock();
	return n;
}
