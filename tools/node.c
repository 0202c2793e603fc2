// SPDX-License-Identifier: GPL-2.0-only
/*
 * Nodes: what is known of each, what they are called, and which one would do
 * a job soonest.
 */
#include "node.h"
#include "table.h"
#include "text.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

/**
 * node_self - id of this node
 *
 * Return: the id, 0 without a map.
 */
unsigned int node_self(void)
{
	char text[VALUE_MAX];

	return text_read(text, "mosix/self") ? 0 : strtoul(text, NULL, 10);
}

/**
 * node_links - may anything go or come?
 *
 * Return: what the kernel says; LINKS_UNKNOWN when it says nothing of it.
 */
enum node_links node_links(void)
{
	char text[VALUE_MAX];

	if (text_read(text, "mosix/security"))
		return LINKS_UNKNOWN;
	text[strcspn(text, "\n")] = '\0';
	if (!strcmp(text, "links encrypted"))
		return LINKS_ENCRYPTED;
	if (!strcmp(text, "links INSECURE"))
		return LINKS_INSECURE;
	return strncmp(text, "no key", 6) ? LINKS_UNKNOWN : LINKS_CLOSED;
}

static void fill(struct node *node, const struct table *table, int row)
{
	node->id = table_number(table, row, "node");
	snprintf(node->status, sizeof(node->status), "%s",
		 table_word(table, row, "status"));
	node->up = node_has(node, "up");
	node->load = table_number(table, row, "load");
	node->cpus = table_number(table, row, "cpus");
	node->speed = table_number(table, row, "speed");
	node->guests = table_number(table, row, "guests");
	node->tmem_kib = table_number(table, row, "tmem");
	node->mem_kib = table_number(table, row, "mem");
	node->age_ms = table_number(table, row, "age");
}

/**
 * node_load - what is known of all nodes
 * @nodes: receives them, in the order of the kernel, for free()
 *
 * Return: how many, or a negative errno.
 */
int node_load(struct node **nodes)
{
	struct table table;
	int i, n = table_load(&table, "mosix/vector");

	if (n)
		return n;
	n = table.rows;
	*nodes = calloc(n + 1, sizeof(**nodes));
	for (i = 0; *nodes && i < n; i++)
		fill(*nodes + i, &table, i);
	table_free(&table);
	return *nodes ? n : -ENOMEM;
}

/**
 * node_has - does its status say so?
 * @node: which
 * @state: up, block, stay, leaving, ...
 *
 * Return: 1 or 0.
 */
int node_has(const struct node *node, const char *state)
{
	size_t n = strlen(state);
	const char *at = node->status;

	while (*at) {
		if (strcspn(at, ",") == n && !strncmp(at, state, n))
			return 1;
		at += strcspn(at, ",");
		at += *at == ',';
	}
	return 0;
}

/* One part of a list: an id, or two with a dash between; NULL: it is not. */
static const char *next_part(const char *at, unsigned long *from,
			     unsigned long *to)
{
	char *end;

	if (*at < '1' || *at > '9')
		return NULL;
	*from = strtoul(at, &end, 10);
	*to = *from;
	if (*end == '-') {
		at = end + 1;
		if (*at < '1' || *at > '9')
			return NULL;
		*to = strtoul(at, &end, 10);
	}
	if (*from > *to || *to > NODE_MOST || (*end && *end != ','))
		return NULL;
	if (*end == ',' && !end[1])
		return NULL;
	return end + (*end == ',');
}

/**
 * node_list_is_valid - is it a list of ids?
 * @list: as "1-3,7", or "!1-3,7" for all but these
 *
 * Return: 1 or 0.
 */
int node_list_is_valid(const char *list)
{
	unsigned long from, to;

	list += *list == '!';
	if (!*list)
		return 0;
	while (list && *list)
		list = next_part(list, &from, &to);
	return !!list;
}

/**
 * node_is_in - is it in a list?
 * @id: of the node
 * @list: a valid list, or NULL, which has all
 *
 * Return: 1 or 0.
 */
int node_is_in(unsigned int id, const char *list)
{
	unsigned long from, to;
	int deny;

	if (!list)
		return 1;
	deny = *list == '!';
	list += deny;
	while (list && *list) {
		list = next_part(list, &from, &to);
		if (list && from <= id && id <= to)
			return !deny;
	}
	return deny;
}

/* An address of the map without its port; IPv6 is in brackets there. */
static void strip_port(char *address)
{
	char *end;

	if (*address == '[') {
		memmove(address, address + 1, strlen(address));
		end = strchr(address, ']');
	} else {
		end = strchr(address, ':');
		if (end && strchr(end + 1, ':'))
			end = NULL;
	}
	if (end)
		*end = '\0';
}

/* Walk the map until a line has that id, or that address. */
static int look_up(unsigned int *id, char address[NODE_ADDRESS])
{
	char *text, *line, *rest, there[NODE_ADDRESS];
	unsigned int number;
	int ret = text_load(&text, "mosix/config");

	if (ret)
		return ret;
	ret = -ENODEV;
	rest = text;
	while (ret && (line = strsep(&rest, "\n"))) {
		/* What is looked for by its id has the first one. */
		if (sscanf(line, " node %u %63s", &number, there) != 2 &&
		    (*id || sscanf(line, " alias %u %63s", &number, there) != 2))
			continue;
		strip_port(there);
		if (*id ? *id != number : !!strcmp(there, address))
			continue;
		*id = number;
		strcpy(address, there);
		ret = 0;
	}
	free(text);
	return ret;
}

/**
 * node_address - where a node is
 * @id: of the node
 * @address: receives what the map has
 *
 * Return: 0, or a negative errno: -ENODEV when it is not in the map.
 */
int node_address(unsigned int id, char address[NODE_ADDRESS])
{
	return id ? look_up(&id, address) : -ENODEV;
}

static int find_host(const char *host, unsigned int *id)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct addrinfo *all, *one;
	char address[NODE_ADDRESS];
	int ret = -ENODEV;

	if (getaddrinfo(host, NULL, &hints, &all))
		return -ENODEV;
	for (one = all; one && ret; one = one->ai_next) {
		*id = 0;
		if (!getnameinfo(one->ai_addr, one->ai_addrlen, address,
				 sizeof(address), NULL, 0, NI_NUMERICHOST))
			ret = look_up(id, address);
	}
	freeaddrinfo(all);
	return ret;
}

/**
 * node_find - the node that is meant by a word
 * @word: an id, an address of the map, or the name of a host that has one
 * @id: receives its id
 *
 * A number is taken as it is: the kernel knows whether there is such a node.
 *
 * Return: 0, or -ENODEV.
 */
int node_find(const char *word, unsigned int *id)
{
	unsigned long number;

	if (word[strspn(word, "0123456789")] == '\0') {
		number = strtoul(word, NULL, 10);
		*id = number;
		return number && number <= NODE_MOST ? 0 : -ENODEV;
	}
	return find_host(word, id);
}

/**
 * node_cost - how long one more job takes on a node, for each second of work
 * @node: which
 *
 * The load there is that for each reference CPU; one more job adds its share,
 * and a job never has more than one CPU to itself. On a node of two CPUs of
 * speed 1000 with load 500 (one job) it is 1000: there is a CPU for it. With
 * load 1500 (three jobs) it is 2000.
 *
 * Return: thousandths of a second on the reference CPU.
 */
long long node_cost(const struct node *node)
{
	long long cpus = node->cpus > 0 ? node->cpus : 1;
	long long speed = node->speed > 0 ? node->speed : 1;
	long long shared = node->load + 1000 * 1000 / (cpus * speed);
	long long alone = 1000 * 1000 / speed;

	return shared > alone ? shared : alone;
}

static int would_do(const struct node *node, const struct node_want *want)
{
	if (!node->up || !node_is_in(node->id, want->list) ||
	    node->id == want->but || node->mem_kib < want->mem_kib)
		return 0;
	if (node->id == node_self())
		return 1;
	return !node_has(node, "block") && !node_has(node, "leaving");
}

static unsigned int dice(void)
{
	unsigned int value = 0;

	if (getrandom(&value, sizeof(value), GRND_NONBLOCK) < 0)
		value = 0;
	return value;
}

/**
 * node_best - a node that would do a job soonest
 * @nodes: what is known of all
 * @n: how many
 * @want: what it is wanted for
 *
 * One at random among those that are about as good as the best: if all who ask
 * got the same one, it would not be the best for long.
 *
 * Return: its place in @nodes, or -1: there is none.
 */
int node_best(const struct node *nodes, int n, const struct node_want *want)
{
	long long least = -1;
	int i, take, good = 0;

	for (i = 0; i < n; i++)
		if (would_do(nodes + i, want) &&
		    (least < 0 || node_cost(nodes + i) < least))
			least = node_cost(nodes + i);
	for (i = 0; i < n; i++)
		good += would_do(nodes + i, want) &&
			node_cost(nodes + i) <= least + want->within;
	if (!good)
		return -1;
	take = dice() % good;
	for (i = 0; i < n; i++)
		if (would_do(nodes + i, want) &&
		    node_cost(nodes + i) <= least + want->within && !take--)
			break;
	return i;
}
