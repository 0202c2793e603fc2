// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each node ticks once a period, at a moment of its own: pushes, probes, asks
 * its suspects again. Whoever gets such a message answers at once. A dead node
 * hears and says nothing. A starved one does nothing either, but what comes
 * waits in its socket; when it has a CPU again its period comes first, late,
 * and then it reads: the worst order, and the kernel's.
 */
#include <stdlib.h>
#include <string.h>

#include "detect.h"
#include "queue.h"

/* Messages that a socket holds; the kernel's default has room for more. */
enum { INBOX_MAX = 128 };

struct letter {
	struct lb_gossip_message msg;
	u32 len;
};

struct detect_node {
	struct lb_node is;
	struct lb_window window;
	struct lb_watch watch;
	bool dead;
	u64 starved_until_ms;
	u32 phase_ms;
	u32 letters;
	struct letter *inbox;	/* only of who has starved */
};

static u32 dice(struct detect *d)
{
	u64 z = d->seed += 0x9e3779b97f4a7c15ULL;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return (u32)((z ^ (z >> 31)) >> 16);
}

static struct lb_peer *peers(struct detect *d, u32 node)
{
	return &d->peer[d->one_map ? 0 : (size_t)node * (d->nodes - 1)];
}

static struct lb_peer *peer(struct detect *d, u32 of, u16 id)
{
	u32 at = id - 1U;

	if (d->one_map)
		return &d->peer[at];
	return &peers(d, of)[at - (at > of)];
}

struct detect *detect_create(u32 nodes, u32 loss_percent, u64 seed)
{
	struct detect *d = make_room(NULL, 1, sizeof(*d));
	u32 i, j;

	memset(d, 0, sizeof(*d));
	d->nodes = nodes;
	d->loss_percent = loss_percent;
	d->seed = seed;
	d->now_ms = 1000000;
	d->node = make_room(NULL, nodes, sizeof(*d->node));
	d->one_map = nodes > DETECT_MAPS;
	d->peer = make_room(NULL, d->one_map ? nodes :
			    (size_t)nodes * (nodes - 1), sizeof(*d->peer));
	memset(d->node, 0, nodes * sizeof(*d->node));
	for (i = 0; i < nodes; i++) {
		struct detect_node *n = &d->node[i];

		n->is = (struct lb_node) {
			.id = (u16)(i + 1), .cpus = 1, .speed_milli = 1000,
		};
		n->phase_ms = i * (u64)DETECT_PERIOD_MS / nodes;
		n->window.self = n->is.id;
		n->window.sends = lb_gossip_sends(nodes);
		/* All have been up for a while and know it of each other. */
		for (j = 0; j < nodes && (!d->one_map || !i); j++) {
			struct lb_peer *p = peer(d, i, (u16)(j + 1));

			if (j == i && !d->one_map)
				continue;
			p->id = (u16)(j + 1);
			p->flags = 0;
			p->heard_at_ms = d->now_ms - 1;
		}
	}
	return d;
}

void detect_destroy(struct detect *d)
{
	u32 i;

	for (i = 0; i < d->nodes; i++)
		free(d->node[i].inbox);
	free(d->node);
	free(d->peer);
	free(d);
}

static void send(struct detect *d, u16 id, const struct lb_gossip_message *msg,
		 u32 len);

/* balancer.c: hear() */
static void hear(struct detect *d, u32 node,
		 const struct lb_gossip_message *msg, u32 len)
{
	struct detect_node *n = &d->node[node];
	u16 from = lb_gossip_sender(msg);
	struct lb_gossip_message answer;
	u32 i;

	if (lb_gossip_check(msg, len))
		abort();
	lb_watch_answered(&n->watch, from);
	for (i = 0; i < lb_gossip_count(msg); i++) {
		struct lb_node about;
		u64 at_ms = lb_gossip_entry(msg, i, d->now_ms, &about);

		if (about.id == n->is.id)
			continue;
		lb_watch_heard(&n->watch, about.id, at_ms);
		lb_window_hear(&n->window, peer(d, node, about.id), &about,
			       at_ms);
	}
	if (lb_gossip_kind(msg) == LB_GOSSIP_ANSWER)
		return;
	len = lb_gossip_note(&answer, LB_GOSSIP_ANSWER, &n->window, d->now_ms);
	send(d, from, &answer, len);
}

static void send(struct detect *d, u16 id, const struct lb_gossip_message *msg,
		 u32 len)
{
	struct detect_node *to = &d->node[id - 1];

	d->messages++;
	d->bytes += len + DETECT_WRAP;
	if (to->dead || dice(d) % 100 < d->loss_percent)
		return;
	if (to->inbox) {
		if (to->letters < INBOX_MAX)
			to->inbox[to->letters++] = (struct letter) {
				*msg, len,
			};
		return;
	}
	hear(d, id - 1U, msg, len);
}

static void ask(struct detect *d, struct detect_node *n, u16 id)
{
	struct lb_gossip_message msg;
	u32 len;

	if (!id)
		return;
	lb_watch_asked(&n->watch, id, d->now_ms);
	len = lb_gossip_note(&msg, LB_GOSSIP_PROBE, &n->window, d->now_ms);
	send(d, id, &msg, len);
}

/* Somebody else; oneself is in a map of all. */
static u16 somebody(struct detect *d, u32 node)
{
	u16 id;

	do {
		id = lb_gossip_target(peers(d, node),
				      d->nodes - !d->one_map, dice(d));
	} while (id == node + 1);
	return id;
}

/* balancer.c: tell() */
static void tell(struct detect *d, u32 node)
{
	struct detect_node *n = &d->node[node];
	struct lb_gossip_message msg;
	u32 len, again;
	u16 id, dead;

	lb_watch_period(&n->watch, d->now_ms);
	while ((dead = lb_watch_dead(&n->watch, d->now_ms)))
		lb_window_bury(&n->window, peer(d, node, dead), d->now_ms);
	id = somebody(d, node);
	len = lb_gossip_pack(&msg, &n->is, &n->window, d->now_ms);
	lb_watch_asked(&n->watch, id, d->now_ms);
	send(d, id, &msg, len);
	ask(d, n, somebody(d, node));
	for (again = 0; again < LB_WATCH_AGAIN; again++)
		ask(d, n, lb_watch_again(&n->watch, d->now_ms));
}

static void read_all(struct detect *d, u32 node)
{
	struct detect_node *n = &d->node[node];
	struct letter *inbox = n->inbox;
	u32 i;

	n->inbox = NULL;
	for (i = 0; i < n->letters; i++)
		hear(d, node, &inbox[i].msg, inbox[i].len);
	n->letters = 0;
	free(inbox);
}

void detect_run(struct detect *d, u32 periods)
{
	u64 begin_ms = d->now_ms;
	u32 i;

	for (; periods; periods--, begin_ms += DETECT_PERIOD_MS) {
		for (i = 0; i < d->nodes; i++) {
			struct detect_node *n = &d->node[i];

			d->now_ms = begin_ms + n->phase_ms;
			if (n->dead || d->now_ms < n->starved_until_ms)
				continue;
			tell(d, i);
			if (n->inbox)
				read_all(d, i);
		}
		d->now_ms = begin_ms + DETECT_PERIOD_MS;
	}
}

void detect_kill(struct detect *d, u32 node)
{
	d->node[node].dead = true;
}

void detect_revive(struct detect *d, u32 node)
{
	d->node[node].dead = false;
}

void detect_starve(struct detect *d, u32 node, u32 ms)
{
	struct detect_node *n = &d->node[node];

	n->starved_until_ms = d->now_ms + ms;
	if (!n->inbox)
		n->inbox = make_room(NULL, INBOX_MAX, sizeof(*n->inbox));
}

void detect_flag(struct detect *d, u32 node, u16 flags)
{
	d->node[node].is.flags = flags;
}

/* Live nodes that know that @node has @flag. */
u32 detect_knowing(const struct detect *d, u32 node, u16 flag)
{
	u32 n = 0, i;

	for (i = 0; i < d->nodes; i++) {
		if (i != node && !d->node[i].dead)
			n += !!(peer((struct detect *)d, i,
				     (u16)(node + 1))->flags & flag);
	}
	return n;
}

u32 detect_live(const struct detect *d)
{
	u32 n = 0, i;

	for (i = 0; i < d->nodes; i++)
		n += !d->node[i].dead;
	return n;
}

/* Times that a live node holds a live one for dead. */
u32 detect_wronged(const struct detect *d)
{
	u32 n = 0, i;

	for (i = 0; i < d->nodes; i++) {
		if (!d->node[i].dead)
			n += detect_knowing(d, i, LB_NODE_DEAD);
	}
	return n;
}
