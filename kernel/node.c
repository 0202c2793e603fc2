// SPDX-License-Identifier: GPL-2.0-only
/*
 * The node map is an immutable array that readers see through RCU; a write
 * to /proc/mosix/config replaces it whole or changes nothing.
 *
 * Text, one record a line: `self ID`, `node ID ADDRESS[:PORT] [KEY]`, KEY in hex,
 * and `alias ID ADDRESS` behind the node's own line; empty lines and what follows a
 * # are skipped.
 */
#include "node.h"

#include "param.h"

#include <linux/kernel.h>
#include <linux/mutex.h>
#include <linux/overflow.h>
#include <linux/rcupdate.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>

enum {
	NAMED_MAX	= 16,	/* nodes that came, and so on, that the log names */
	NAMED_LEN	= 400,	/* room for these */
};

struct node_map {
	struct rcu_head rcu;
	u16 self;
	u8 v6;				/* some address is of IPv6 */
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
 * mosix_node_is_known - does the map have this node?
 * @id: its id
 *
 * Return: true when it does.
 * Context: any.
 */
bool mosix_node_is_known(u16 id)
{
	bool known;

	rcu_read_lock();
	known = find(rcu_dereference(the_map), id);
	rcu_read_unlock();
	return known;
}

/**
 * mosix_node_addr - where a node listens
 * @id: its id
 * @which: 0: its own address; 1 and more: its aliases
 * @addr: receives the address
 *
 * Return: 0, -ENODEV when the map has no such node, or not so many of its
 * addresses.
 * Context: any.
 */
int mosix_node_addr(u16 id, u32 which, union mosix_addr *addr)
{
	const struct mosix_node *node;
	int ret = -ENODEV;

	rcu_read_lock();
	node = find(rcu_dereference(the_map), id);
	if (node && which < node->addrs) {
		*addr = node->addr[which];
		ret = 0;
	}
	rcu_read_unlock();
	return ret;
}

static bool is_at(const struct mosix_node *node, const union mosix_addr *addr)
{
	u32 i;

	for (i = 0; i < node->addrs; i++)
		if (mosix_addr_is_same(&node->addr[i], addr))
			return true;
	return false;
}

static int is_there(const struct mosix_node *node, void *arg)
{
	return is_at(node, arg);
}

/**
 * mosix_node_has_addr - is a node at an address?
 * @id: its id; 0: any node
 * @addr: the address, whose port does not count
 *
 * Return: true when the map says so.
 * Context: any.
 */
bool mosix_node_has_addr(u16 id, const union mosix_addr *addr)
{
	const struct mosix_node *node;
	bool there;

	if (!id)
		return mosix_node_each(is_there, (void *)addr);
	rcu_read_lock();
	node = find(rcu_dereference(the_map), id);
	there = node && is_at(node, addr);
	rcu_read_unlock();
	return there;
}

/**
 * mosix_node_has_v6 - is IPv6 needed?
 *
 * Return: true when an address of the map is of it.
 * Context: any.
 */
bool mosix_node_has_v6(void)
{
	const struct node_map *map;
	bool v6;

	rcu_read_lock();
	map = rcu_dereference(the_map);
	v6 = map && map->v6;
	rcu_read_unlock();
	return v6;
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
	union mosix_addr addr;
	struct mosix_node *node;
	u16 id;

	if (kstrtou16(id_text, 10, &id) || !id || find(map, id))
		return -EINVAL;
	if (map->count >= MOSIX_NODES_MAX)
		return -E2BIG;
	if (mosix_addr_parse(&addr, addr_text, MOSIX_PORT_DEFAULT))
		return -EINVAL;
	/* Loads go from one's own address to that of the other. */
	if (map->count &&
	    addr.any.sa_family != map->node[0].addr[0].any.sa_family)
		return -EINVAL;
	map->count++;	/* first: the array's bound is what count says */
	node = &map->node[map->count - 1];
	memset(node, 0, sizeof(*node));
	node->id = id;
	node->addr[0] = addr;
	node->addrs = 1;
	map->v6 |= addr.any.sa_family == AF_INET6;
	return parse_pin(node, pin_text);
}

/* One more address of a node: it listens on one port at all of them. */
static int parse_alias(struct node_map *map, char *id_text, char *addr_text)
{
	union mosix_addr addr;
	struct mosix_node *node;
	u16 id, port;

	if (kstrtou16(id_text, 10, &id))
		return -EINVAL;
	node = (struct mosix_node *)find(map, id);
	if (!node)
		return -EINVAL;
	if (node->addrs == MOSIX_NODE_ADDRS)
		return -E2BIG;
	port = ntohs(mosix_addr_port(&node->addr[0]));
	if (mosix_addr_parse(&addr, addr_text, port) ||
	    mosix_addr_port(&addr) != htons(port))
		return -EINVAL;
	node->addr[node->addrs++] = addr;
	map->v6 |= addr.any.sa_family == AF_INET6;
	return 0;
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
	if (n == 3 && !strcmp(word[0], "alias"))
		return parse_alias(map, word[1], word[2]);
	return -EINVAL;
}

static bool is_missing(const struct mosix_node *node,
		       const struct node_map *other)
{
	return !find(other, node->id);
}

/* The whole of both was zero before it was filled in. */
static bool is_otherwise(const struct mosix_node *node,
			 const struct node_map *other)
{
	const struct mosix_node *as = find(other, node->id);

	return as && memcmp(as, node, sizeof(*node));
}

/* Append the ids of those nodes of @map of which, given @other, @is holds. */
static void name_nodes(char text[NAMED_LEN], const char *word,
		       const struct node_map *map, const struct node_map *other,
		       bool (*is)(const struct mosix_node *node,
				  const struct node_map *other))
{
	size_t at = strlen(text);
	u32 i, named = 0;

	for (i = 0; map && i < map->count && named <= NAMED_MAX; i++) {
		if (!is(&map->node[i], other))
			continue;
		if (!named++)
			at += scnprintf(text + at, NAMED_LEN - at, "; %s", word);
		if (named <= NAMED_MAX)
			at += scnprintf(text + at, NAMED_LEN - at, " %u",
					map->node[i].id);
		else
			scnprintf(text + at, NAMED_LEN - at, " ...");
	}
}

/* Who is in the cluster changes seldom, by root's hand or by who lets nodes join. */
static void log_change(const struct node_map *old, const struct node_map *map)
{
	char text[NAMED_LEN] = "";

	name_nodes(text, "came", map, old, is_missing);
	name_nodes(text, "went", old, map, is_missing);
	name_nodes(text, "changed", map, old, is_otherwise);
	if (*text || map->self != (old ? old->self : 0))
		pr_info("mosix: map of %u nodes, this is %u%s\n", map->count,
			map->self, text);
}

/**
 * mosix_node_configure - replace the node map
 * @text: the whole map as text; written over while parsing
 *
 * An empty text removes the map: the node then neither sends nor takes.
 *
 * Return: 0; -EINVAL a line that is not understood, an id twice, or `self`
 * missing or not in the map; -E2BIG too many nodes, or addresses of one; -ENOMEM.
 * On an error the old map stays.
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
	log_change(old, map);
	mutex_unlock(&map_lock);
	if (old)
		kvfree_rcu(old, rcu);
	return 0;
}

static void show_node(struct seq_file *m, const struct mosix_node *node)
{
	u32 i;

	seq_printf(m, "node %u %pISpc", node->id, &node->addr[0].any);
	if (node->pinned)
		seq_printf(m, " %*phN", MOSIX_NODE_KEY_LEN, node->key);
	seq_putc(m, '\n');
	for (i = 1; i < node->addrs; i++)
		seq_printf(m, "alias %u %pISc\n", node->id,
			   &node->addr[i].any);
}

/**
 * mosix_node_show - the map as text, in the form that a write takes
 * @m: where to
 *
 * Context: any.
 */
void mosix_node_show(struct seq_file *m)
{
	const struct node_map *map;
	u32 i;

	rcu_read_lock();
	map = rcu_dereference(the_map);
	if (map && map->self)
		seq_printf(m, "self %u\n", map->self);
	for (i = 0; map && i < map->count; i++)
		show_node(m, &map->node[i]);
	rcu_read_unlock();
}
