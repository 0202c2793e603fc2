// SPDX-License-Identifier: GPL-2.0-only
/* What is asked of a map that the nodes keep themselves. */
#include "map.h"
#include "node.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

/**
 * map_at - who is at an address?
 * @map: that has been parsed
 * @address: as inet_ntop() writes it
 *
 * Return: the id; 0: nobody.
 */
unsigned int map_at(const struct map *map, const char *address)
{
	const struct entry *entry;

	for (entry = map->entry; entry < map->entry + map->n; entry++)
		if (!strcmp(entry->address, address))
			return entry->id;
	return 0;
}

/**
 * map_free_id - an id for one more node
 * @map: that has been parsed
 *
 * Return: the one behind the last, since an id that was in use is given last to
 * another; 0: there is none.
 */
unsigned int map_free_id(const struct map *map)
{
	unsigned int id, last = 0;
	int i;

	for (i = 0; i < map->n; i++)
		if (map->entry[i].id > last)
			last = map->entry[i].id;
	if (last < NODE_MOST)
		return last + 1;
	for (id = 1; id < NODE_MOST; id++) {
		for (i = 0; i < map->n && map->entry[i].id != id; i++)
			;
		if (i == map->n)
			return id;
	}
	return 0;
}

/**
 * map_remove - one node less, with its aliases
 * @map: that has been parsed
 * @id: of the node
 *
 * Return: 0, -ENODEV there is none.
 */
int map_remove(struct map *map, unsigned int id)
{
	int i, n = 0;

	for (i = 0; i < map->n; i++)
		if (map->entry[i].id != id)
			map->entry[n++] = map->entry[i];
	i = map->n;
	map->n = n;
	map->nodes -= i != n;
	return i == n ? -ENODEV : 0;
}

/**
 * map_pins_are_kept - does a map leave alone who is pinned?
 * @map: as it is here
 * @other: as another node has it
 *
 * Return: 1, or 0: a node that has a pin here is at another address there, or has
 * another pin, or is not there. Who has the cluster's key could else take its place.
 */
int map_pins_are_kept(const struct map *map, const struct map *other)
{
	const struct entry *pinned, *entry;

	for (pinned = map->entry; pinned < map->entry + map->n; pinned++) {
		if (!*pinned->pin)
			continue;
		for (entry = other->entry; entry < other->entry + other->n;
		     entry++)
			if (!entry->alias && entry->id == pinned->id)
				break;
		if (entry == other->entry + other->n ||
		    entry->port != pinned->port ||
		    strcmp(entry->address, pinned->address) ||
		    strcasecmp(entry->pin, pinned->pin))
			return 0;
	}
	return 1;
}
