// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who asks. A conversation is a question and its answer, over a channel that
 * proves that both have the cluster's key:
 *
 *	join ADDRESS	let me in, I am there	the map
 *	map, its lines	this is mine		taken, or same, or the map: newer,
 *						or later: I am not in it, or
 *						in no cluster at all
 *
 * or, instead of an answer, "refused" and why. All of it is text. The map is the
 * one that keep.c orders. A node that hears of a newer map in which it is not
 * (two contacts let in two nodes at once, and the other one's map counts) asks to
 * be let in again: so one rule settles all of that.
 */
#include "contact.h"
#include "channel.h"
#include "keep.h"
#include "node.h"
#include "talk.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	CONNECT_S	= 3,
	EXCHANGE_S	= 10,
	/* The contact first tells all the others. */
	JOIN_S		= 120,
	/* At boot so many are asked who do not answer, and no more. */
	CATCH_UP_TRIES	= 3,
};

static int connect_one(const struct addrinfo *to)
{
	const struct timeval limit = { .tv_sec = CONNECT_S };
	int fd = socket(to->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	/* Of connect(2), too. */
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	if (connect(fd, to->ai_addr, to->ai_addrlen)) {
		int error = errno == EINPROGRESS ? ETIMEDOUT :
			    errno == EINVAL ? EADDRNOTAVAIL : errno;

		close(fd);
		return -error;
	}
	return fd;
}

/* Returns a connection, or a negative errno: -EAFNOSUPPORT: it has no such address. */
static int connect_any(const struct addrinfo *to, int family)
{
	int fd = -EAFNOSUPPORT;

	for (; to && fd < 0; to = to->ai_next)
		if (to->ai_family == family)
			fd = connect_one(to);
	return fd;
}

/*
 * Returns a connection, or -EINVAL after saying why, or another negative errno. A name
 * that is of both kinds of IP is tried by IPv4 first: so names in maps are looked up,
 * and a map is of one kind.
 */
static int connect_to(const char *host)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	int fd, ret, refused = -EHOSTUNREACH;
	struct addrinfo *all;
	char port[8];

	snprintf(port, sizeof(port), "%d", CONTACT_PORT);
	ret = getaddrinfo(host, port, &hints, &all);
	if (ret) {
		fprintf(stderr, "mosctl: %s: %s\n", host, gai_strerror(ret));
		return -EINVAL;
	}
	fd = connect_any(all, AF_INET);
	if (fd < 0 && fd != -EAFNOSUPPORT)
		refused = fd;
	if (fd < 0)
		fd = connect_any(all, AF_INET6);
	freeaddrinfo(all);
	return fd == -EAFNOSUPPORT ? refused : fd;
}

/* A question over a connection, and its answer. */
static int converse(const char *etc, int fd, const char *question, char **answer)
{
	struct channel channel = { .fd = fd };
	unsigned char key[KEEP_KEY];
	int ret = keep_key(key, etc);

	if (ret == -EINVAL)	/* of that file, which is no text */
		ret = -ENOKEY;
	channel_limit(&channel, EXCHANGE_S);
	if (!ret)
		ret = channel_ask(&channel, key);
	explicit_bzero(key, sizeof(key));
	if (!ret)
		ret = channel_send(&channel, question);
	if (!ret && !talk_is_map(question))
		channel_limit(&channel, JOIN_S);
	if (!ret)
		ret = channel_take(&channel, answer);
	channel_end(&channel);
	return ret;
}

static int complain(const char *host, int error)
{
	const char *why = strerror(error);

	switch (error) {
	case ENOKEY:
		why = "there is no key here, or links are in clear";
		break;
	case EKEYREJECTED:
		why = "it has another key";
		break;
	case EBADMSG:
	case EPROTONOSUPPORT:
		why = "what it says is not understood";
		break;
	case EINVAL:
		return -error;	/* was said */
	}
	fprintf(stderr, "mosctl: %s: %s\n", host, why);
	return -error;
}

/* What has come: enum keep_taken; -EAGAIN it has no map now, or asks for ours. */
static int take_answer(const char *etc, const char *host, char *answer,
		       enum keep_when when)
{
	const char *map = talk_map(answer);
	const char *why = talk_refused(answer);
	int ret;

	if (map) {
		ret = keep_take(etc, map, host, when);
		if (ret == KEEP_TAKEN && when == KEEP_IF_NEWER)
			fprintf(stderr, "mosctl: the map of %s is taken\n", host);
		return ret;
	}
	if (why) {
		fprintf(stderr, "mosctl: %s refuses: %s\n", host, why);
		return -EPERM;
	}
	if (!strcmp(answer, TALK_LATER))
		return -EAGAIN;
	return talk_is_done(answer) ? KEEP_SAME : complain(host, EBADMSG);
}

/* The address that we are connected from: where the others will find us. */
static int ask_to_join(const char *etc, const char *host, int fd,
		       enum keep_when when)
{
	char address[INET6_ADDRSTRLEN], question[INET6_ADDRSTRLEN + 16];
	char *answer = NULL;
	int ret = talk_own_address(fd, address);

	if (ret)
		return complain(host, -ret);
	snprintf(question, sizeof(question), TALK_JOIN "%s\n", address);
	ret = converse(etc, fd, question, &answer);
	ret = ret ? complain(host, -ret) :
		    take_answer(etc, host, answer, when);
	if (ret == KEEP_WITHOUT_US)
		ret = complain(host, EBADMSG);
	free(answer);
	return ret;
}

/**
 * contact_join - have a node let this one in
 * @etc: the folder, with the key; receives the map
 * @host: any node of the cluster
 * @when: KEEP_ALWAYS if an admin wants it; KEEP_IF_NEWER of who was in the map before:
 *	what it has may have become newer meanwhile, and nobody makes it older
 *
 * Return: 0, or a negative errno after saying why.
 */
int contact_join(const char *etc, const char *host, enum keep_when when)
{
	int fd = connect_to(host);
	int ret;

	if (fd < 0)
		return complain(host, -fd);
	ret = ask_to_join(etc, host, fd, when);
	close(fd);
	return ret < 0 ? ret : 0;
}

/* Returns 0 when both have the same map then, or a negative errno. */
static int exchange(const char *etc, const char *host)
{
	char *map, *answer = NULL, *question;
	int fd, ret = keep_text(&map, etc);

	if (ret)
		return ret;
	ret = asprintf(&question, TALK_MAP "%s", map);
	free(map);
	if (ret < 0)
		return -ENOMEM;
	fd = connect_to(host);
	ret = fd < 0 ? fd : converse(etc, fd, question, &answer);
	if (fd >= 0)
		close(fd);
	free(question);
	if (ret)
		return ret;
	ret = take_answer(etc, host, answer, KEEP_IF_NEWER);
	free(answer);
	return ret == KEEP_WITHOUT_US ? contact_join(etc, host, KEEP_IF_NEWER) :
	       ret < 0 ? ret : 0;
}

/* Its own address first, then its aliases. */
static int exchange_with(const char *etc, const struct map *map, unsigned int id)
{
	const struct entry *entry;
	int alias, ret = -EHOSTUNREACH;

	for (alias = 0; alias < 2; alias++)
		for (entry = map->entry; entry < map->entry + map->n; entry++) {
			if (entry->id != id || entry->alias != alias)
				continue;
			ret = exchange(etc, entry->address);
			/* Who has answered says the same at another address. */
			if (!ret || ret == -EPERM || ret == -EAGAIN ||
			    ret == -EKEYREJECTED)
				return ret;
		}
	return ret;
}

static void shuffle(unsigned int *id, int n)
{
	unsigned int dice, other;

	for (; n > 1; n--) {
		if (getrandom(&dice, sizeof(dice), 0) != sizeof(dice))
			return;
		other = id[dice % n];
		id[dice % n] = id[n - 1];
		id[n - 1] = other;
	}
}

/* Nodes of the map but this one, in no order; those that are up, or all. */
static int others(const struct map *map, unsigned int self, unsigned int **ids,
		  int up)
{
	struct node *node = NULL;
	int i, j, count = 0, nodes = up ? node_load(&node) : 0;

	*ids = calloc(map->n + 1, sizeof(**ids));
	for (i = 0; *ids && i < map->n; i++) {
		if (map->entry[i].alias || map->entry[i].id == self)
			continue;
		for (j = 0; j < nodes && node[j].id != map->entry[i].id; j++)
			;
		if (!up || (j < nodes && node[j].up))
			(*ids)[count++] = map->entry[i].id;
	}
	free(node);
	if (*ids)
		shuffle(*ids, count);
	return count;
}

/**
 * contact_catch_up - has the map changed while this node was away?
 * @etc: the folder
 *
 * Some nodes of the map are asked, until one answers. That none does is no error:
 * this may be the first to boot.
 */
void contact_catch_up(const char *etc)
{
	unsigned char key[KEEP_KEY];
	char path[KEEP_PATH];
	struct map map = {};
	unsigned int *id = NULL;
	int i, n = 0, ret;

	ret = keep_key(key, etc);
	explicit_bzero(key, sizeof(key));
	if (!ret)
		ret = keep_load(&map, path, etc);
	if (!ret && map.serial && !map_find_self(&map))
		n = others(&map, map.self, &id, 0);
	for (i = 0; i < n && i < CATCH_UP_TRIES; i++)
		if (!exchange_with(etc, &map, id[i]))
			break;
	free(id);
	map_end(&map);
}

/* Returns how many are up; *@ret: as contact_tell(). */
static int tell_who_is_up(const char *etc, enum contact_whom whom, int *ret)
{
	unsigned int *id = NULL;
	char path[KEEP_PATH];
	struct map map = {};
	int i, n = 0, one;

	*ret = node_self() ? keep_load(&map, path, etc) : 0;
	if (!*ret && map.serial)
		n = others(&map, node_self(), &id, 1);
	for (i = 0; i < n; i++) {
		one = exchange_with(etc, &map, id[i]);
		if (one == -EKEYREJECTED)
			fprintf(stderr, "mosctl: node %u has another key\n", id[i]);
		if (one == -EPERM || one == -EKEYREJECTED)
			*ret = one;
		if (!one && whom == CONTACT_ONE)
			break;
	}
	free(id);
	map_end(&map);
	return n;
}

/**
 * contact_tell - tell the map to all who are up
 * @etc: the folder
 *
 * The others hear of it when they are, and are no error.
 *
 * Return: 0; a negative errno after saying why, if one refused.
 */
int contact_tell(const char *etc)
{
	int ret;

	tell_who_is_up(etc, CONTACT_ALL, &ret);
	return ret;
}

/**
 * contact_sync - come to the same map as another node, or all
 * @etc: the folder
 * @whom: as who
 *
 * If nobody is up, it may be because none of them has this node in its map.
 *
 * Return: as of contact_tell().
 */
int contact_sync(const char *etc, enum contact_whom whom)
{
	int ret, n = tell_who_is_up(etc, whom, &ret);

	if (!n && !ret && node_self())
		contact_catch_up(etc);
	return ret;
}

static int is_up(unsigned int id)
{
	struct node *node = NULL;
	int i, up = 0, n = node_load(&node);

	for (i = 0; i < n; i++)
		up |= node[i].id == id && node[i].up &&
		      !node_has(node + i, "leaving");
	free(node);
	return up;
}

/*
 * What one that is up has away, and its guests, would be lost, and all for nothing: it
 * asks to be let in again. Without one that is pinned no other node takes the map.
 */
static int check_forget(const struct map *map, unsigned int id)
{
	const struct entry *entry;

	if (id == node_self()) {
		fputs("mosctl: that is this node: say it on another one\n", stderr);
		return -EINVAL;
	}
	if (is_up(id)) {
		fprintf(stderr, "mosctl: node %u is up: have it leave first\n", id);
		return -EBUSY;
	}
	for (entry = map->entry; entry < map->entry + map->n; entry++)
		if (entry->id == id && *entry->pin) {
			fprintf(stderr, "mosctl: node %u is pinned: edit the map of each\n",
				id);
			return -EPERM;
		}
	return 0;
}

/**
 * contact_forget - take a node out of the map, for all
 * @etc: the folder
 * @id: the node, which has left
 *
 * Return: 0, or a negative errno after saying why.
 */
int contact_forget(const char *etc, unsigned int id)
{
	char path[KEEP_PATH];
	struct map map = {};
	int ret, lock = keep_lock(etc);

	if (lock < 0)
		return lock;
	ret = keep_load(&map, path, etc);
	if (!ret)
		ret = talk_check_serial(&map);
	if (!ret)
		ret = check_forget(&map, id);
	if (!ret && map_remove(&map, id)) {
		fprintf(stderr, "mosctl: %s: there is no node %u\n", path, id);
		ret = -ENODEV;
	}
	if (!ret) {
		map.serial++;
		ret = keep_write(etc, &map);
	}
	map_end(&map);
	keep_unlock(lock);
	return ret ? ret : contact_tell(etc);
}
