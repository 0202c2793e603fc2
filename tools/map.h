/* SPDX-License-Identifier: GPL-2.0-only */
/* The map of the cluster, as an admin writes it and as the kernel takes it. */
#ifndef MOSIX_TOOLS_MAP_H
#define MOSIX_TOOLS_MAP_H

#include <netinet/in.h>

enum {
	MAP_PIN		= 64,		/* hex digits */
	MAP_SERIAL_MOST	= 999999999,
};

/* Who wrote it: an admin may give names, another node addresses alone. */
enum map_way { MAP_OF_ADMIN, MAP_OF_ANOTHER };

/* A line of it: a node, or one more address of it. */
struct entry {
	unsigned int id;
	char address[INET6_ADDRSTRLEN];
	unsigned int port;
	char pin[MAP_PIN + 1];
	int alias;
	int line;
};

/* To be ended with map_end(). */
struct map {
	const char *file;		/* what it is called when something is wrong */
	enum map_way way;
	int line;			/* that is being read */
	unsigned int self;		/* 0: not said */
	unsigned int serial;		/* 0: the nodes do not keep it themselves */
	struct entry *entry;
	int n;				/* of them, aliases included */
	int nodes;
};

int map_load(struct map *map);
int map_parse(struct map *map, char *text);
void map_end(struct map *map);
char *map_text(const struct map *map);
char *map_shared(struct map *map);
int map_find_self(struct map *map);
int map_add(struct map *map, const char *address);
int map_read(char **text, const char *file);
int map_has_nodes(const char *text);

/* In roster.c. */
unsigned int map_at(const struct map *map, const char *address);
unsigned int map_free_id(const struct map *map);
int map_remove(struct map *map, unsigned int id);
int map_pins_are_kept(const struct map *map, const struct map *other);

#endif /* MOSIX_TOOLS_MAP_H */
