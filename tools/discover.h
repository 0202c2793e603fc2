/* SPDX-License-Identifier: GPL-2.0-only */
/* A node of the cluster is looked for on the local network, and answers. */
#ifndef MOSIX_TOOLS_DISCOVER_H
#define MOSIX_TOOLS_DISCOVER_H

#include "keep.h"
#include "probe.h"

/*
 * All hosts of a network listen to these two, with no membership to ask for and no
 * route to have; no router forwards them, and no switch holds them back.
 */
#define DISCOVER_V4	"224.0.0.1"
#define DISCOVER_V6	"ff02::1"

enum {
	DISCOVER_PORT	= 7237,
	/* As it is sent: who gets it so knows that no router was in between. */
	DISCOVER_HOPS	= 255,
	/* Questions that are remembered: none is answered twice. */
	DISCOVER_SEEN	= 256,
	/* A socket for both kinds of IP would hear nothing of IPv4 before it says so. */
	DISCOVER_SOCKETS = 2,
};

/**
 * struct responder - who answers
 * @etc: the folder, with the key
 * @fd: the sockets, of IPv4 and IPv6 in any order
 * @n: of them
 * @seen: nonces of the last questions
 * @next: the oldest of them
 */
struct responder {
	const char *etc;
	int fd[DISCOVER_SOCKETS];
	int n;
	uint8_t seen[DISCOVER_SEEN][PROBE_NONCE];
	unsigned int next;
};

int discover_join(const char *etc, const char *interface, enum keep_when when);

/* In responder.c. */
int responder_open(struct responder *responder, const char *etc);
int responder_answer(struct responder *responder, int fd);
int responder_serve(const char *etc);

#endif /* MOSIX_TOOLS_DISCOVER_H */
