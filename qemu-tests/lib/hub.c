// SPDX-License-Identifier: GPL-2.0-only
/*
 * The switchboard of a cluster. QEMU connects the agent port of node I to
 * the socket agent.I, commands come in over node.I, all in the current
 * folder. Frames are passed on as they are, with the conversation's number
 * filled in: a client's connection is one conversation.
 *
 * When a guest goes away its conversations end with FRAME_STATUS_DOWN; when
 * a client goes away its command is killed.
 */
#define _GNU_SOURCE
#include "frame.h"

#include <err.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define NODES	64
#define CLIENTS	512

/**
 * struct node - a guest as seen from here
 * @door: listening socket for QEMU
 * @desk: listening socket for clients
 * @fd: connection to the agent's port, or -1
 * @up: the agent has said hello
 * @rx: bytes from the agent
 * @tx: bytes for the agent
 */
struct node {
	int door;
	int desk;
	int fd;
	int up;
	struct buf rx;
	struct buf tx;
};

/**
 * struct client - one conversation
 * @fd: its connection, or -1: this slot is free
 * @id: its number
 * @node: whom it talks to
 * @parked: its first frame waits in @rx until the node is up
 * @running: the agent knows of it
 * @ended: close the connection when @tx is empty
 * @rx: bytes from the client
 * @tx: bytes for the client
 */
struct client {
	int fd;
	uint32_t id;
	struct node *node;
	int parked;
	int running;
	int ended;
	struct buf rx;
	struct buf tx;
};

static struct node nodes[NODES + 1];
static struct client clients[CLIENTS];
static int node_count;

static void say(const struct node *node, const char *what)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	fprintf(stderr, "%lld.%03ld node %d %s\n", (long long)now.tv_sec,
		now.tv_nsec / 1000000, (int)(node - nodes), what);
}

static int listen_at(const char *kind, int number)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s.%d", kind, number);
	unlink(addr.sun_path);
	if (fd < 0 || bind(fd, (struct sockaddr *)&addr, sizeof(addr)) ||
	    listen(fd, 64))
		err(1, "%s", addr.sun_path);
	return fd;
}

static void tell_client(struct client *client, enum frame_type type,
			const void *payload, size_t len)
{
	struct frame head = { .type = type, .len = len };

	frame_add(&client->tx, head, payload);
}

static void drop_client(struct client *client)
{
	struct frame kill = { .id = client->id, .type = FRAME_KILL };

	if (client->running && client->node->up)
		frame_add(&client->node->tx, kill, NULL);
	close(client->fd);
	client->fd = -1;
	buf_free(&client->rx);
	buf_free(&client->tx);
}

static void end_client(struct client *client, const char *why)
{
	uint32_t status = FRAME_STATUS_DOWN;
	char text[64];

	snprintf(text, sizeof(text), "node %d %s\n",
		 (int)(client->node - nodes), why);
	tell_client(client, FRAME_STDERR, text, strlen(text));
	tell_client(client, FRAME_EXIT, &status, sizeof(status));
	client->running = 0;
	client->ended = 1;
}

static void node_went_down(struct node *node)
{
	int i;

	if (node->up)
		say(node, "is down");
	node->up = 0;
	buf_free(&node->tx);
	for (i = 0; i < CLIENTS; i++) {
		if (clients[i].fd >= 0 && clients[i].node == node &&
		    clients[i].running)
			end_client(&clients[i], "went down");
	}
}

static void node_hung_up(struct node *node)
{
	node_went_down(node);
	close(node->fd);
	node->fd = -1;
	buf_free(&node->rx);
}

/* Pass on the frames of a client, as far as its node can take them. */
static void serve_client(struct client *client)
{
	struct node *node = client->node;
	const char *payload;
	struct frame head;
	int got;

	client->parked = 0;
	while ((got = frame_next(&client->rx, &head, &payload)) > 0) {
		if (!node->up && (head.flags & FRAME_F_WAIT)) {
			client->parked = 1;
			return;
		}
		if (!node->up) {
			end_client(client, "is down");
			return;
		}
		client->running = 1;
		head.id = client->id;
		frame_add(&node->tx, head, payload);
		frame_done(&client->rx, &head);
	}
	if (got < 0)
		drop_client(client);
}

static void node_came_up(struct node *node)
{
	int i;

	node_went_down(node);	/* an agent that was started again */
	node->up = 1;
	say(node, "is up");
	for (i = 0; i < CLIENTS; i++) {
		if (clients[i].fd >= 0 && clients[i].node == node &&
		    clients[i].parked)
			serve_client(&clients[i]);
	}
}

static void pass_frame(struct node *node, const struct frame *head,
		       const char *payload)
{
	int i;

	if (head->type == FRAME_HELLO) {
		node_came_up(node);
		return;
	}
	for (i = 0; i < CLIENTS; i++) {
		struct client *client = &clients[i];

		if (client->fd < 0 || client->id != head->id)
			continue;
		frame_add(&client->tx, *head, payload);
		if (head->type == FRAME_EXIT) {
			client->running = 0;
			client->ended = 1;
		}
	}
}

static void read_node(struct node *node)
{
	const char *payload;
	struct frame head;
	int got;

	if (buf_fill(&node->rx, node->fd, 256 * 1024) <= 0) {
		node_hung_up(node);
		return;
	}
	while ((got = frame_next(&node->rx, &head, &payload)) > 0) {
		pass_frame(node, &head, payload);
		frame_done(&node->rx, &head);
	}
	if (got < 0) {
		say(node, "sent something that is no frame");
		node_hung_up(node);
	}
}

static void accept_node(struct node *node)
{
	int fd = accept4(node->door, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0)
		return;
	if (node->fd >= 0)
		node_hung_up(node);
	node->fd = fd;
}

static void accept_client(struct node *node)
{
	int fd = accept4(node->desk, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	static uint32_t last_id;
	int i;

	for (i = 0; fd >= 0 && i < CLIENTS; i++) {
		if (clients[i].fd >= 0)
			continue;
		clients[i] = (struct client){ .fd = fd, .id = ++last_id,
					      .node = node };
		return;
	}
	if (fd >= 0)
		close(fd);
}

static void handle_client(struct client *client, int events)
{
	if (events & POLLIN) {
		if (buf_fill(&client->rx, client->fd, 64 * 1024) <= 0) {
			drop_client(client);
			return;
		}
		serve_client(client);
	} else if (events & (POLLHUP | POLLERR)) {
		drop_client(client);
		return;
	}
	if (client->fd >= 0 && buf_len(&client->tx) &&
	    buf_drain(&client->tx, client->fd) < 0)
		drop_client(client);
	else if (client->fd >= 0 && client->ended && !buf_len(&client->tx))
		drop_client(client);
}

static void handle_node(struct node *node, const struct pollfd *fds)
{
	if (fds[0].revents)
		accept_node(node);
	if (fds[1].revents)
		accept_client(node);
	if (fds[2].revents & (POLLIN | POLLHUP | POLLERR) && node->fd >= 0)
		read_node(node);
	if (node->fd >= 0 && buf_len(&node->tx) &&
	    buf_drain(&node->tx, node->fd) < 0)
		node_hung_up(node);
}

static short wanted(const struct buf *tx)
{
	return POLLIN | (buf_len(tx) ? POLLOUT : 0);
}

/* One turn: wait, then serve whoever is ready. */
static void turn(void)
{
	static struct pollfd fds[3 * (NODES + 1) + CLIENTS];
	struct pollfd *of_clients = fds + 3 * (node_count + 1);
	int i;

	for (i = 1; i <= node_count; i++) {
		struct pollfd *fd = &fds[3 * i];

		fd[0] = (struct pollfd){ .fd = nodes[i].door, .events = POLLIN };
		fd[1] = (struct pollfd){ .fd = nodes[i].desk, .events = POLLIN };
		fd[2] = (struct pollfd){ .fd = nodes[i].fd,
					 .events = wanted(&nodes[i].tx) };
	}
	for (i = 0; i < 3; i++)
		fds[i].fd = -1;
	for (i = 0; i < CLIENTS; i++) {
		of_clients[i].fd = clients[i].fd;
		of_clients[i].events = wanted(&clients[i].tx);
		if (clients[i].parked || clients[i].ended)
			of_clients[i].events &= ~POLLIN;
	}
	if (poll(fds, 3 * (node_count + 1) + CLIENTS, -1) < 0)
		return;
	for (i = 0; i < CLIENTS; i++) {
		if (of_clients[i].fd >= 0 && of_clients[i].revents)
			handle_client(&clients[i], of_clients[i].revents);
	}
	for (i = 1; i <= node_count; i++)
		handle_node(&nodes[i], &fds[3 * i]);
}

int main(int argc, char **argv)
{
	int i;

	node_count = argc == 2 ? atoi(argv[1]) : 0;
	if (node_count < 1 || node_count > NODES)
		errx(2, "usage: hub NODES (1 to %d)", NODES);
	signal(SIGPIPE, SIG_IGN);
	for (i = 0; i < CLIENTS; i++)
		clients[i].fd = -1;
	for (i = 1; i <= node_count; i++) {
		nodes[i].door = listen_at("agent", i);
		nodes[i].desk = listen_at("node", i);
		nodes[i].fd = -1;
	}
	for (;;)
		turn();
}
