// SPDX-License-Identifier: GPL-2.0-only
/* The texts of a conversation, and where its ends are. */
#include "talk.h"
#include "address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

enum { WHY_LONGEST = 200 };

/**
 * talk_map - the map that a text is
 * @text: the text
 *
 * Return: its lines; NULL: it is something else.
 */
const char *talk_map(const char *text)
{
	return strncmp(text, TALK_MAP, strlen(TALK_MAP)) ?
	       NULL : text + strlen(TALK_MAP);
}

/**
 * talk_is_map - is a text a map?
 * @text: the text
 *
 * Return: 1 or 0.
 */
int talk_is_map(const char *text)
{
	return !!talk_map(text);
}

/**
 * talk_is_done - does a text say that both have the same map?
 * @text: the text
 *
 * Return: 1 or 0.
 */
int talk_is_done(const char *text)
{
	return !strcmp(text, TALK_TAKEN) || !strcmp(text, TALK_SAME);
}

/**
 * talk_refused - why a text refuses
 * @text: the text; what no terminal should get is written over
 *
 * Return: words; NULL: it is something else.
 */
const char *talk_refused(char *text)
{
	char *at;

	if (strncmp(text, TALK_REFUSED, strlen(TALK_REFUSED)))
		return NULL;
	text += strlen(TALK_REFUSED);
	for (at = text; *at && *at != '\n' && at < text + WHY_LONGEST; at++)
		if (*at < ' ' || *at > '~')
			*at = '?';
	*at = '\0';
	return text;
}

/* An address of IPv4 that came to a socket of IPv6 is one of IPv4. */
static int to_text(const struct sockaddr_storage *end,
		   char address[INET6_ADDRSTRLEN])
{
	const struct sockaddr_in6 *v6 = (const void *)end;
	const struct sockaddr_in *v4 = (const void *)end;
	const void *from = NULL;
	int family = end->ss_family;
	struct in_addr mapped;

	if (family == AF_INET)
		from = &v4->sin_addr;
	if (family == AF_INET6)
		from = &v6->sin6_addr;
	if (family == AF_INET6 && address_unmap(&mapped, &v6->sin6_addr)) {
		family = AF_INET;
		from = &mapped;
	}
	return from && inet_ntop(family, from, address, INET6_ADDRSTRLEN) ?
	       0 : -EAFNOSUPPORT;
}

/**
 * talk_own_address - where this end of a connection is
 * @fd: the connection
 * @address: receives it
 *
 * Return: 0, or a negative errno.
 */
int talk_own_address(int fd, char address[INET6_ADDRSTRLEN])
{
	struct sockaddr_storage end = {};
	socklen_t len = sizeof(end);

	return getsockname(fd, (void *)&end, &len) ? -errno :
						     to_text(&end, address);
}

/**
 * talk_other_address - where the other end of a connection is
 * @fd: the connection
 * @address: receives it
 *
 * Return: 0, or a negative errno.
 */
int talk_other_address(int fd, char address[INET6_ADDRSTRLEN])
{
	struct sockaddr_storage end = {};
	socklen_t len = sizeof(end);

	return getpeername(fd, (void *)&end, &len) ? -errno :
						     to_text(&end, address);
}

/**
 * talk_check_serial - may nodes change this map?
 * @map: that has been parsed
 *
 * Return: 0, -EPERM after saying why not.
 */
int talk_check_serial(const struct map *map)
{
	if (!map->serial)
		fprintf(stderr, "mosctl: %s has no line 'serial 1': nodes do not change it\n",
			map->file);
	else if (map->serial == MAP_SERIAL_MOST)
		fprintf(stderr, "mosctl: %s: no serial is left\n", map->file);
	else
		return 0;
	return -EPERM;
}
