// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who answers. Nobody is told anything before he has proved that he has the key:
 * what a stranger costs is one process for some seconds. Where a node is, is where
 * its connection comes from, and it must say the same: there is no address
 * translation in between then.
 *
 * Who is let in is told of it when all that are up have heard: what they answer may
 * be a newer map, in which he is not yet.
 */
#include "channel.h"
#include "contact.h"
#include "discover.h"
#include "keep.h"
#include "node.h"
#include "talk.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	HANDSHAKE_S	= 10,
	TAKE_S		= 10,
	/* Each time somebody else's map counted. */
	TRIES		= 8,
	AT_ONCE		= 16,
	BACKLOG		= 16,
};

/* Both ends of a connection. */
struct ends {
	char here[INET6_ADDRSTRLEN];
	char there[INET6_ADDRSTRLEN];
};

/*
 * Who asks at an address that is not in the map comes from one that the others may
 * not reach, or that is his second one: he would be a node twice.
 */
static int check_here(const struct map *map, const char *here)
{
	if (map_at(map, here) == node_self())
		return 0;
	fprintf(stderr, "mosctl: %s is not this node in %s: nobody joins there\n",
		here, map->file);
	return -EADDRNOTAVAIL;
}

/* The map as of now, with the node in it; 1: it was not, and is now. */
static int add_node(const char *etc, const struct ends *ends, char **map_text)
{
	const char *address = ends->there;
	char path[KEEP_PATH];
	struct map map = {};
	int ret, added = 0, lock = keep_lock(etc);

	*map_text = NULL;
	if (lock < 0)
		return lock;
	ret = keep_load(&map, path, etc);
	if (!ret && !map_at(&map, address)) {
		ret = talk_check_serial(&map);
		if (!ret)
			ret = check_here(&map, ends->here);
		if (!ret)
			ret = map_add(&map, address);
		if (!ret) {
			map.serial++;
			ret = keep_write(etc, &map);
		}
		added = 1;
	}
	if (!ret && !map.serial)
		ret = talk_check_serial(&map);
	if (!ret) {
		*map_text = map_shared(&map);
		ret = *map_text ? added : -ENOMEM;
	}
	if (ret == 1)
		fprintf(stderr, "mosctl: %s is node %u now\n", address,
			map_at(&map, address));
	map_end(&map);
	keep_unlock(lock);
	return ret;
}

static int let_in(const char *etc, const struct ends *ends, char **map_text)
{
	int tries, ret = -EBUSY;

	for (tries = 0; tries < TRIES; tries++) {
		ret = add_node(etc, ends, map_text);
		if (ret != 1)
			return ret;
		free(*map_text);
		*map_text = NULL;
		contact_tell(etc);
	}
	return -EBUSY;
}

static const char *why_not(int error)
{
	switch (error) {
	case EPERM:
		return "the map here has no line 'serial 1': nodes do not change it";
	case EINVAL:
		return "it cannot be a node: see the log here";
	case EADDRNOTAVAIL:
		return "ask at an address that the map has: see 'mosctl whois' here";
	case EBUSY:
		return "the map changes all the time";
	default:
		return strerror(error);
	}
}

static int say_refused(struct channel *channel, const char *why)
{
	char text[256];

	snprintf(text, sizeof(text), TALK_REFUSED "%s\n", why);
	channel_limit(channel, TAKE_S);
	return channel_send(channel, text);
}

static int say_map(struct channel *channel, const char *map)
{
	char *text;
	int ret;

	if (asprintf(&text, TALK_MAP "%s", map) < 0)
		return -ENOMEM;
	channel_limit(channel, TAKE_S);
	ret = channel_send(channel, text);
	free(text);
	return ret;
}

static int answer_join(struct channel *channel, const char *etc,
		       const struct ends *ends, const char *said)
{
	size_t n = strlen(ends->there);
	char *map = NULL;
	int ret;

	if (strncmp(said, ends->there, n) || strcmp(said + n, "\n"))
		return say_refused(channel,
				   "it is not where it says: is there NAT?");
	ret = let_in(etc, ends, &map);
	ret = ret < 0 ? say_refused(channel, why_not(-ret)) :
			say_map(channel, map);
	free(map);
	return ret;
}

static int answer_map(struct channel *channel, const char *etc,
		      const char *address, const char *theirs)
{
	char *map;
	int ret = keep_take(etc, theirs, address, KEEP_IF_NEWER);

	switch (ret) {
	case KEEP_TAKEN:
		fprintf(stderr, "mosctl: the map of %s is taken\n", address);
		return channel_send(channel, TALK_TAKEN);
	case KEEP_SAME:
		return channel_send(channel, TALK_SAME);
	case KEEP_OLDER:
		ret = keep_text(&map, etc);
		if (!ret)
			ret = say_map(channel, map);
		free(map);
		return ret;
	case KEEP_WITHOUT_US:
		fprintf(stderr, "mosctl: the map of %s is without this node\n",
			address);
		ret = channel_send(channel, TALK_LATER);
		return ret ? ret : contact_join(etc, address, KEEP_IF_NEWER);
	default:
		return say_refused(channel, "that map is not taken: see the log here");
	}
}

static int answer(struct channel *channel, const char *etc,
		  const struct ends *ends)
{
	char *question;
	int ret = channel_take(channel, &question);

	if (ret)
		return ret;
	channel_limit(channel, TAKE_S);
	if (!node_self() && talk_is_map(question))
		ret = channel_send(channel, TALK_LATER);
	else if (!node_self())
		ret = say_refused(channel, "this node is in no cluster");
	else if (talk_is_map(question))
		ret = answer_map(channel, etc, ends->there,
				 talk_map(question));
	else if (!strncmp(question, TALK_JOIN, strlen(TALK_JOIN)))
		ret = answer_join(channel, etc, ends,
				  question + strlen(TALK_JOIN));
	else
		ret = say_refused(channel, "what is that?");
	free(question);
	return ret;
}

/**
 * contact_answer - answer one question
 * @etc: the folder, with key and map
 * @fd: a connection that was accepted
 *
 * Return: 0, or a negative errno after saying why.
 */
int contact_answer(const char *etc, int fd)
{
	struct channel channel = { .fd = fd };
	unsigned char key[KEEP_KEY];
	struct ends ends = {};
	int ret = keep_key(key, etc);

	if (ret)
		return ret == -ENOKEY ? 0 : keep_complain("key", -ret);
	channel_limit(&channel, HANDSHAKE_S);
	ret = talk_other_address(fd, ends.there);
	if (!ret)
		ret = talk_own_address(fd, ends.here);
	if (!ret)
		ret = channel_answer(&channel, key);
	explicit_bzero(key, sizeof(key));
	if (ret)
		fprintf(stderr, "mosctl: %s does not have the key: %s\n",
			ends.there, strerror(-ret));
	else
		ret = answer(&channel, etc, &ends);
	channel_end(&channel);
	return ret;
}

/* For both kinds of IP, if there are two. */
static int open_listener(void)
{
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6,
				   .sin6_port = htons(CONTACT_PORT) };
	struct sockaddr_in v4 = { .sin_family = AF_INET,
				  .sin_port = htons(CONTACT_PORT) };
	/* Who is gone before he is accepted keeps nobody waiting. */
	const int type = SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK;
	int fd = socket(AF_INET6, type, 0);
	int off = 0, on = 1, ret;

	if (fd >= 0) {
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
		ret = bind(fd, (void *)&v6, sizeof(v6));
	} else {
		fd = socket(AF_INET, type, 0);
		if (fd < 0)
			return -errno;
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
		ret = bind(fd, (void *)&v4, sizeof(v4));
	}
	if (!ret)
		ret = listen(fd, BACKLOG);
	if (!ret)
		return fd;
	ret = -errno;
	close(fd);
	return ret;
}

/* What is wrong with the listener is for good; all else is over at some time. */
static int is_for_good(int error)
{
	return error == EBADF || error == EINVAL || error == ENOTSOCK;
}

static int wait_a_second(void)
{
	const struct timespec second = { .tv_sec = 1 };

	nanosleep(&second, NULL);
	return 0;
}

/* A process for each, so many at once: the others wait in the backlog. */
static int serve(const struct responder *responder, int listener, int *running)
{
	int i, fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	pid_t pid;

	if (fd < 0 && (errno == ECONNABORTED || errno == EINTR || errno == EAGAIN))
		return 0;
	if (fd < 0)
		return is_for_good(errno) ? -errno : wait_a_second();
	pid = fork();
	if (!pid) {
		close(listener);
		for (i = 0; i < responder->n; i++)
			close(responder->fd[i]);
		_exit(contact_answer(responder->etc, fd) ? 1 : 0);
	}
	*running += pid > 0;
	close(fd);
	while (*running && waitpid(-1, NULL, *running < AT_ONCE ? WNOHANG : 0) > 0)
		--*running;
	return 0;
}

/* Both at once: who connects, and who looks for somebody to connect to. */
static int serve_all(struct responder *responder, int listener)
{
	struct pollfd ready[1 + DISCOVER_SOCKETS] = { { listener, POLLIN, 0 } };
	int i, ret = 0, running = 0;

	for (i = 0; i < responder->n; i++)
		ready[1 + i] = (struct pollfd){ responder->fd[i], POLLIN, 0 };
	while (!ret) {
		if (poll(ready, 1 + responder->n, -1) < 0) {
			ret = errno == EINTR ? 0 : -errno;
			continue;
		}
		if (ready[0].revents)
			ret = serve(responder, listener, &running);
		for (i = 0; !ret && i < responder->n; i++)
			if (ready[1 + i].revents)
				ret = responder_answer(responder, responder->fd[i]);
	}
	return ret;
}

/**
 * contact_listen - answer all who connect or look for a node, without end
 * @etc: the folder, with key and map
 *
 * Where systemd is it listens itself, see mosix-join.socket, mosix-discover.socket.
 *
 * Return: a negative errno after saying why.
 */
int contact_listen(const char *etc)
{
	struct responder responder;
	int ret, listener = open_listener();

	if (listener < 0)
		return keep_complain("listen", -listener);
	ret = responder_open(&responder, etc);
	if (!ret)
		ret = serve_all(&responder, listener);
	while (responder.n)
		close(responder.fd[--responder.n]);
	close(listener);
	return keep_complain("listen", -ret);
}
