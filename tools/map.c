// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel takes a map with ids and addresses, and refuses it whole without
 * a word. An admin may write more: host names, a row of nodes in one line, and
 * no "self", so that the file is the same on all nodes. What is wrong is said
 * with its line before the kernel sees it.
 */
#include "map.h"
#include "address.h"
#include "node.h"
#include "text.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <netdb.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	NODES_MOST	= 4096,		/* as the kernel has it */
	WORDS		= 5,
	PORT		= 7236,
	ALIASES		= 3,		/* of a node */
	LINES		= NODES_MOST * (1 + ALIASES),
	WRONG_LONGEST	= 400,
};

static int wrong(const struct map *map, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* What another node wrote is not to rule a terminal or fill a log. */
static int wrong(const struct map *map, const char *format, ...)
{
	char text[WRONG_LONGEST], *at;
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	for (at = text; *at; at++)
		if ((unsigned char)*at < ' ' || *at == 0x7f)
			*at = '?';
	fprintf(stderr, "mosctl: %s:", map->file);
	if (map->line)
		fprintf(stderr, "%d:", map->line);
	fprintf(stderr, " %s\n", text);
	return -EINVAL;
}

static int is_number(const char *word, unsigned long least, unsigned long most,
		     unsigned int *value)
{
	unsigned long number;

	if (!*word || word[strspn(word, "0123456789")] || strlen(word) > 9)
		return 0;
	number = strtoul(word, NULL, 10);
	*value = number;
	return number >= least && number <= most;
}

/* Split "HOST[:PORT]", with brackets around an address of IPv6. */
static int split_port(struct map *map, char *host, char **name,
		      unsigned int *port)
{
	char *colon;

	*port = PORT;
	*name = host;
	if (*host == '[') {
		*name = host + 1;
		host = strchr(host, ']');
		if (!host)
			return wrong(map, "a ] is missing");
		*host++ = '\0';
		colon = *host == ':' ? host : NULL;
		if (*host && !colon)
			return wrong(map, "'%s' behind the address", host);
	} else {
		colon = strchr(host, ':');
		if (colon && strchr(colon + 1, ':'))
			return 0;	/* IPv6 without brackets */
	}
	if (!colon)
		return 0;
	*colon = '\0';
	if (!is_number(colon + 1, 1, 65535, port))
		return wrong(map, "'%s' is no port", colon + 1);
	return 0;
}

static int is_loopback(const struct sockaddr *address)
{
	const struct sockaddr_in *v4 = (const void *)address;
	const struct sockaddr_in6 *v6 = (const void *)address;

	return address->sa_family == AF_INET ?
	       ntohl(v4->sin_addr.s_addr) >> 24 == 127 :
	       IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr);
}

/*
 * The address that all nodes know a host by. Distributions write the host's own
 * name beside 127.0.1.1 into /etc/hosts: to the others that is themselves.
 */
static int look_up(struct map *map, const char *name,
		   char address[INET6_ADDRSTRLEN])
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct addrinfo *all, *one, *found = NULL;
	int ret;

	ret = getaddrinfo(name, NULL, &hints, &all);
	if (ret)
		return wrong(map, "%s: %s", name, gai_strerror(ret));
	for (one = all; one; one = one->ai_next)
		if (!is_loopback(one->ai_addr) &&
		    (!found || found->ai_family == AF_INET6))
			found = one;
	ret = !found || getnameinfo(found->ai_addr, found->ai_addrlen, address,
				    INET6_ADDRSTRLEN, NULL, 0, NI_NUMERICHOST);
	freeaddrinfo(all);
	return ret ? wrong(map, "%s is a loopback address here: see /etc/hosts",
			   name) : 0;
}

/* Nobody can be reached there but by himself, or by all. */
static int is_unusable(const char *address)
{
	struct in6_addr v6;
	struct in_addr v4;

	if (inet_pton(AF_INET, address, &v4) == 1)
		return !v4.s_addr || ntohl(v4.s_addr) >> 24 == 127 ||
		       ntohl(v4.s_addr) >> 28 >= 14;
	return inet_pton(AF_INET6, address, &v6) != 1 ||
	       IN6_IS_ADDR_UNSPECIFIED(&v6) || IN6_IS_ADDR_LOOPBACK(&v6) ||
	       IN6_IS_ADDR_MULTICAST(&v6) || IN6_IS_ADDR_LINKLOCAL(&v6) ||
	       address_unmap(&v4, &v6);
}

static int resolve(struct map *map, const char *name,
		   char address[INET6_ADDRSTRLEN])
{
	unsigned char numeric[sizeof(struct in6_addr)];
	int family = strchr(name, ':') ? AF_INET6 : AF_INET;

	if (inet_pton(family, name, numeric) == 1) {
		inet_ntop(family, numeric, address, INET6_ADDRSTRLEN);
		return map->way == MAP_OF_ANOTHER && is_unusable(address) ?
		       wrong(map, "'%s' is an address of nobody", name) : 0;
	}
	/* Another node does not make us ask for names. */
	if (!name[strspn(name, "0123456789.")] || map->way == MAP_OF_ANOTHER)
		return wrong(map, "'%s' is no address", name);
	return look_up(map, name, address);
}

/* What is there twice is named, with both lines. */
static int check_twice(struct map *map, const struct entry *entry)
{
	const struct entry *other;

	for (other = map->entry; other < map->entry + map->n; other++) {
		if (other->id == entry->id && !other->alias && !entry->alias)
			return wrong(map, "node %u is in line %d, too",
				     entry->id, other->line);
		if ((other->port == entry->port || entry->alias || other->alias) &&
		    !strcmp(other->address, entry->address))
			return wrong(map, "%s is node %u of line %d, too",
				     entry->address, other->id, other->line);
	}
	return 0;
}

static int add(struct map *map, const struct entry *entry)
{
	int ret = check_twice(map, entry);

	if (ret)
		return ret;
	if (map->n == LINES || (!entry->alias && map->nodes == NODES_MOST))
		return wrong(map, "more than %d nodes", NODES_MOST);
	map->nodes += !entry->alias;
	map->entry[map->n] = *entry;
	map->entry[map->n++].line = map->line;
	return 0;
}

/* node ID HOST[:PORT] [KEY] */
static int read_node(struct map *map, char **word, int n)
{
	struct entry entry = {};
	char *name;
	int ret;

	if (n < 3 || n > 4)
		return wrong(map, "not: node ID ADDRESS[:PORT] [KEY]");
	if (!is_number(word[1], 1, NODE_MOST, &entry.id))
		return wrong(map, "'%s' is no id from 1 to %d", word[1],
			     NODE_MOST);
	ret = split_port(map, word[2], &name, &entry.port);
	if (!ret)
		ret = resolve(map, name, entry.address);
	if (ret)
		return ret;
	if (n == 4 && (strlen(word[3]) != MAP_PIN ||
		       word[3][strspn(word[3], "0123456789abcdefABCDEF")]))
		return wrong(map, "a key has %d hex digits", MAP_PIN);
	if (n == 4)
		strcpy(entry.pin, word[3]);
	return add(map, &entry);
}

/* alias ID HOST, or ID HOST ALIAS, as older systems have it. */
static int read_alias(struct map *map, const char *id, char *host)
{
	struct entry entry = { .alias = 1 };
	char *name;
	int ret;

	if (!is_number(id, 1, NODE_MOST, &entry.id))
		return wrong(map, "'%s' is no id from 1 to %d", id, NODE_MOST);
	ret = split_port(map, host, &name, &entry.port);
	if (ret)
		return ret;
	if (entry.port != PORT)
		return wrong(map, "an alias has the port of its node");
	ret = resolve(map, name, entry.address);
	return ret ? ret : add(map, &entry);
}

/* ID HOST COUNT, as older systems have it: a row of nodes and addresses. */
static int read_row(struct map *map, char **word)
{
	struct entry entry = { .port = PORT };
	unsigned int count, i;
	struct in_addr v4;
	int ret;

	if (!strcmp(word[2], "ALIAS"))
		return read_alias(map, word[0], word[1]);
	if (!is_number(word[0], 1, NODE_MOST, &entry.id) ||
	    !is_number(word[2], 1, NODES_MOST, &count))
		return wrong(map, "not: ID ADDRESS COUNT");
	ret = resolve(map, word[1], entry.address);
	if (ret)
		return ret;
	if (inet_pton(AF_INET, entry.address, &v4) != 1)
		return wrong(map, "a row of nodes is of IPv4");
	for (i = 0; i < count && !ret; i++) {
		if (entry.id > NODE_MOST)
			return wrong(map, "ids end at %d", NODE_MOST);
		ret = add(map, &entry);
		entry.id++;
		v4.s_addr = htonl(ntohl(v4.s_addr) + 1);
		inet_ntop(AF_INET, &v4, entry.address, sizeof(entry.address));
	}
	return ret;
}

static int read_self(struct map *map, char **word, int n)
{
	if (map->self)
		return wrong(map, "self is said twice");
	if (n != 2 || !is_number(word[1], 1, NODE_MOST, &map->self))
		return wrong(map, "not: self ID");
	return 0;
}

/* Newer maps have a higher one; without it the map is the admin's alone. */
static int read_serial(struct map *map, char **word, int n)
{
	if (map->serial)
		return wrong(map, "serial is said twice");
	if (n != 2 || !is_number(word[1], 1, MAP_SERIAL_MOST, &map->serial))
		return wrong(map, "not: serial NUMBER");
	return 0;
}

static int read_line(struct map *map, char *line)
{
	char *word[WORDS], *at;
	int n = 0;

	line[strcspn(line, "#")] = '\0';
	while ((at = strsep(&line, " \t\r"))) {
		if (!*at)
			continue;
		if (n == WORDS)
			return wrong(map, "too many words");
		word[n++] = at;
	}
	if (!n)
		return 0;
	if (!strcmp(word[0], "self"))
		return read_self(map, word, n);
	if (!strcmp(word[0], "serial"))
		return read_serial(map, word, n);
	if (!strcmp(word[0], "node"))
		return read_node(map, word, n);
	if (n == 3 && !strcmp(word[0], "alias"))
		return read_alias(map, word[1], word[2]);
	/* Nodes write none; only its first address would be looked at. */
	if (n == 3 && word[0][0] >= '0' && word[0][0] <= '9' &&
	    map->way != MAP_OF_ANOTHER)
		return read_row(map, word);
	return wrong(map, "'%s' is neither self, serial nor node", word[0]);
}

static int is_ours(const struct ifaddrs *all, const char *address)
{
	char text[INET6_ADDRSTRLEN];
	socklen_t size;

	for (; all; all = all->ifa_next) {
		if (!all->ifa_addr)
			continue;
		size = all->ifa_addr->sa_family == AF_INET ?
		       sizeof(struct sockaddr_in) :
		       all->ifa_addr->sa_family == AF_INET6 ?
		       sizeof(struct sockaddr_in6) : 0;
		if (size && !getnameinfo(all->ifa_addr, size, text, sizeof(text),
					 NULL, 0, NI_NUMERICHOST) &&
		    !strcmp(text, address))
			return 1;
	}
	return 0;
}

/* Which one are we? The one at an address of this host. */
static int find_self(struct map *map)
{
	struct ifaddrs *all;
	int i, ret = 0;

	map->line = 0;
	if (getifaddrs(&all))
		return -errno;
	for (i = 0; i < map->n && !ret; i++) {
		if (!is_ours(all, map->entry[i].address))
			continue;
		if (map->self && map->self != map->entry[i].id)
			ret = wrong(map, "nodes %u and %u are both this host: which is self?",
				    map->self, map->entry[i].id);
		map->self = map->entry[i].id;
	}
	freeifaddrs(all);
	if (!ret && !map->self)
		ret = wrong(map, "no node is at an address of this host");
	return ret;
}

/* A node that is there, few enough of them, and nothing that is reached by none. */
static int check_aliases(struct map *map)
{
	const struct entry *end = map->entry + map->n, *one, *other, *first = NULL;
	int aliases, found;

	for (one = map->entry; one < end; one++) {
		map->line = one->line;
		found = 0;
		aliases = 0;
		for (other = map->entry; other < end && one->alias; other++) {
			found |= other->id == one->id && !other->alias;
			aliases += other->id == one->id && other->alias;
		}
		if (one->alias && !found)
			return wrong(map, "there is no node %u", one->id);
		if (aliases > ALIASES)
			return wrong(map, "more than %d aliases of node %u",
				     ALIASES, one->id);
		if (one->alias)
			continue;
		first = first ? first : one;
		if (!strchr(first->address, ':') != !strchr(one->address, ':'))
			return wrong(map, "own address of another kind than in line %d",
				     first->line);
	}
	return 0;
}

static int check_self(struct map *map)
{
	int i;

	map->line = 0;
	if (map->self && map->serial)
		return wrong(map, "self has no place beside serial: all nodes have that map");
	if (!map->n)
		return map->self ? wrong(map, "there is no node in it") : 0;
	if (!map->self)
		return find_self(map);
	for (i = 0; i < map->n; i++)
		if (map->entry[i].id == map->self)
			return 0;
	return wrong(map, "self is %u, and there is no such node", map->self);
}

/* Behind its node's line. */
static void print_aliases(FILE *out, const struct map *map, unsigned int id)
{
	const struct entry *entry;

	for (entry = map->entry; entry < map->entry + map->n; entry++)
		if (entry->alias && entry->id == id)
			fprintf(out, "alias %u %s\n", id, entry->address);
}

static void print_nodes(FILE *out, const struct map *map)
{
	const struct entry *entry;

	for (entry = map->entry; entry < map->entry + map->n; entry++) {
		if (entry->alias)
			continue;
		fprintf(out, strchr(entry->address, ':') ?
			"node %u [%s]:%u%s%s\n" : "node %u %s:%u%s%s\n",
			entry->id, entry->address, entry->port,
			*entry->pin ? " " : "", entry->pin);
		print_aliases(out, map, entry->id);
	}
}

/**
 * map_text - a map as the kernel takes it
 * @map: that has been checked
 *
 * Return: the text, for free(); NULL without memory.
 */
char *map_text(const struct map *map)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	if (map->self)
		fprintf(out, "self %u", map->self);
	fputc('\n', out);
	print_nodes(out, map);
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}

static int compare_ids(const void *a, const void *b)
{
	const struct entry *one = a, *other = b;

	if (one->id != other->id)
		return one->id < other->id ? -1 : 1;
	/* As they were: links are made with them in that order. */
	return one->alias != other->alias ? one->alias - other->alias :
					    one->line - other->line;
}

/**
 * map_shared - a map as all nodes have it
 * @map: that has been checked; its entries are sorted
 *
 * Return: the text, for free(); NULL without memory. Who has the same nodes in
 * another order, or by name, has the same text.
 */
char *map_shared(struct map *map)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	qsort(map->entry, map->n, sizeof(*map->entry), compare_ids);
	fprintf(out, "serial %u\n", map->serial);
	print_nodes(out, map);
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}

/**
 * map_parse - a map from its lines
 * @map: with its file, whose name is told, and way set, the rest zero; to be
 *	ended with map_end() whatever is returned
 * @text: the lines; written over
 *
 * Which node this one is, is not asked.
 *
 * Return: 0; -EINVAL when something is wrong with it and that was said; -ENOMEM.
 */
int map_parse(struct map *map, char *text)
{
	char *line;
	int ret = 0;

	map->entry = calloc(LINES, sizeof(*map->entry));
	if (!map->entry)
		return -ENOMEM;
	while (!ret && (line = strsep(&text, "\n"))) {
		map->line++;
		ret = read_line(map, line);
	}
	return ret ? ret : check_aliases(map);
}

/**
 * map_end - what map_parse() has allocated
 * @map: no map any more
 */
void map_end(struct map *map)
{
	free(map->entry);
	map->entry = NULL;
}

/**
 * map_load - a map of the admin's
 * @map: its file, or - for standard input, set, the rest zero; to be ended with
 *	map_end() whatever is returned
 *
 * Return: 0; -EINVAL when something is wrong with it and that was said; another
 * negative errno.
 */
int map_load(struct map *map)
{
	const char *file = map->file;
	char *text;
	int ret = text_from(&text, file);

	if (!strcmp(file, "-"))
		map->file = "input";
	if (ret)
		return ret == -EINVAL ? wrong(map, "this is no map") : ret;
	ret = map_parse(map, text);
	free(text);
	return ret ? ret : check_self(map);
}

/**
 * map_read - a map as the kernel takes it
 * @text: receives it, for free()
 * @file: that an admin wrote; - is standard input
 *
 * Return: as of map_load().
 */
int map_read(char **text, const char *file)
{
	struct map map = { .file = file };
	int ret = map_load(&map);

	*text = ret ? NULL : map_text(&map);
	map_end(&map);
	return ret ? ret : *text ? 0 : -ENOMEM;
}

/**
 * map_find_self - which node of it is this host?
 * @map: that has been parsed; remembers it
 *
 * Return: 0, -ENODEV none; -EINVAL several, which was said.
 */
int map_find_self(struct map *map)
{
	const struct entry *entry;
	struct ifaddrs *all;
	int ours = 0;

	if (getifaddrs(&all))
		return -errno;
	for (entry = map->entry; entry < map->entry + map->n; entry++)
		ours |= is_ours(all, entry->address);
	freeifaddrs(all);
	return ours ? find_self(map) : -ENODEV;
}

/**
 * map_has_nodes - is anybody in it?
 * @text: that map_read() made
 *
 * Return: 1 or 0.
 */
int map_has_nodes(const char *text)
{
	return *text == 's';
}

/**
 * map_add - one more node, with an id that is free
 * @map: that has been parsed, of nodes of which none is there
 * @address: as inet_ntop() writes it
 *
 * Return: 0; -EINVAL when it cannot be one, which was said.
 */
int map_add(struct map *map, const char *address)
{
	struct entry entry = { .id = map_free_id(map), .port = PORT };
	int first = 0;

	map->line = 0;
	if (is_unusable(address))
		return wrong(map, "%s is an address of nobody", address);
	while (first < map->n && map->entry[first].alias)
		first++;
	if (first < map->n && !strchr(address, ':') !=
			      !strchr(map->entry[first].address, ':'))
		return wrong(map, "%s is an address of another kind than theirs",
			     address);
	if (!entry.id)
		return wrong(map, "no id is left");
	strcpy(entry.address, address);
	return add(map, &entry);
}
