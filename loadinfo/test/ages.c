// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each node sends once a period, at a moment of its own, its own entry and the
 * freshest of its window to a node taken at random. A vector of all nodes is
 * kept by some observers alone: it has no part in what is sent. The moment at
 * which they are looked at is any moment, so ages are no whole periods.
 *
 * Entries go from window to window directly, since the windows that the
 * formulas are tried with are larger than what a datagram holds.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../gossip.h"
#include "ages.h"
#include "queue.h"

enum { OBSERVERS = 64, PERIOD = 1024 };

/*
 * Amar, Barak, Drezner and Okun: T is the age of the oldest entry that is
 * sent, X = w the entries up to it, A_w their mean age.
 */
struct ages ages_expected(u32 nodes, u32 window)
{
	double n = nodes, w = window;
	double t = (n - 1) / n * log(w * (n - 1) / (n - w));
	double a_w = t - (n - 1) / w *
		(log(n - 1 + exp(n * t / (n - 1))) - log(n));
	double miss = pow(1 - 1 / (n - 1), w);

	return (struct ages) {
		.mean = 1 / (1 - miss) + a_w,
		.oldest = -(log(n) + 0.577) / (w * log(1 - 1 / (n - 1))),
	};
}

struct cloud {
	u32 nodes;
	u64 seed;
	u64 now;
	struct lb_window *window;
	u64 *vector;		/* OBSERVERS of them: when each was so */
	double sum, oldest;
	u64 looks;
};

static u32 dice(u64 *seed)
{
	u64 z = *seed += 0x9e3779b97f4a7c15ULL;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return (u32)((z ^ (z >> 31)) >> 16);
}

static void learn(struct cloud *c, u32 to, const struct lb_node *node, u64 at)
{
	u64 *known;

	lb_window_merge(&c->window[to], node, at);
	if (to >= OBSERVERS)
		return;
	known = &c->vector[(size_t)to * c->nodes + node->id];
	*known = max(*known, at);
}

/* lb_window_merge() would not take it. */
static bool is_too_old(const struct lb_window *w, const struct lb_entry *e)
{
	return w->count == LB_WINDOW && e->at_ms <= w->entry[LB_WINDOW - 1].at_ms;
}

static void send(struct cloud *c, u32 from, u32 window)
{
	const struct lb_window *w = &c->window[from];
	struct lb_node self = { .id = (u16)from };
	u32 to = dice(&c->seed) % (c->nodes - 1), i;

	to += to >= from;
	learn(c, to, &self, c->now);
	for (i = 0; i < w->count && i + 1 < window; i++) {
		const struct lb_entry *e = &w->entry[i];

		/* All that follow are older than what the other one has. */
		if (to >= OBSERVERS && is_too_old(&c->window[to], e))
			break;
		learn(c, to, &e->node, e->at_ms);
	}
}

static void look(struct cloud *c)
{
	u32 o, i;

	for (o = 0; o < min_t(u32, c->nodes, OBSERVERS); o++) {
		double oldest = 0, sum = 0;

		for (i = 0; i < c->nodes; i++) {
			u64 at = c->vector[(size_t)o * c->nodes + i];
			double age = i == o ? 0 :
				(double)(c->now - at) / PERIOD;

			sum += age;
			oldest = max(oldest, age);
		}
		c->sum += sum / (c->nodes - 1);
		c->oldest += oldest;
		c->looks++;
	}
}

/*
 * Two times the greatest age to fill the vectors, then four to look. Where that
 * takes long, 1.3 times: in one of forty vectors something is older by then.
 */
struct ages ages_measured(u32 nodes, u32 window, u64 seed)
{
	struct cloud c = { .nodes = nodes, .seed = seed };
	u32 greatest = (u32)ages_expected(nodes, window).oldest + 1;
	bool is_large = nodes > 4096;
	u32 begin = is_large ? greatest * 13 / 10 : 2 * greatest;
	u32 end = is_large ? greatest * 3 / 2 : 6 * greatest, period, i;
	u32 every = max(greatest / 64, 1U);

	c.window = make_room(NULL, nodes, sizeof(*c.window));
	memset(c.window, 0, nodes * sizeof(*c.window));
	c.vector = make_room(NULL, (size_t)OBSERVERS * nodes,
			     sizeof(*c.vector));
	for (i = 0; i < OBSERVERS * nodes; i++)
		c.vector[i] = PERIOD;
	for (i = 0; i < nodes; i++)
		c.window[i].self = (u16)i;
	for (period = 2; period < end; period++) {
		for (i = 0; i < nodes; i++) {
			c.now = ((u64)period << 10) + (u64)i * PERIOD / nodes;
			send(&c, i, window);
		}
		c.now = (u64)(period + 1) << 10;
		if (period >= begin && !(period % every))
			look(&c);
	}
	free(c.window);
	free(c.vector);
	return (struct ages) {
		.mean = c.sum / (double)c.looks,
		.oldest = c.oldest / (double)c.looks,
	};
}

/*
 * Each node tells once a step, at a moment of its own: who got it earlier in this
 * step tells in it, too. The last one gets it some way into the last step.
 */
static double scatter_at_will(struct lb_peer *peer, u8 *has, u32 nodes,
			      u32 alive, u64 *seed)
{
	u32 having = 1, steps, i;

	memset(has, 0, nodes);
	has[0] = 1;
	for (steps = 0;; steps++) {
		for (i = 0; i < alive; i++) {
			u32 to;

			if (!has[i])
				continue;
			to = lb_gossip_target(peer, nodes, dice(seed)) - 1U;
			if (to >= alive || has[to])
				continue;
			has[to] = 1;
			if (++having == alive)
				return steps + (double)i / alive;
		}
	}
}

/* Steps until one item is at all who live; each step all who have it tell. */
static double scatter(struct lb_peer *peer, u8 *has, u32 nodes, u32 alive,
		      u64 *seed)
{
	u32 having = 1, steps, i;

	memset(has, 0, nodes);
	has[0] = 1;
	for (steps = 0; having < alive; steps++) {
		for (i = 0; i < alive; i++) {
			u32 to;

			/* Who got it in this step tells in the next. */
			if (has[i] != 1)
				continue;
			to = lb_gossip_target(peer, nodes, dice(seed)) - 1U;
			if (to < alive && !has[to])
				has[to] = 2;
		}
		for (having = 0, i = 0; i < alive; i++) {
			has[i] = !!has[i];
			having += has[i];
		}
	}
	return steps;
}

/*
 * The mean of @runs; the dead have @flags for all. As in the papers: in steps of
 * all at once when all are alive, else each at will.
 */
double scatter_steps(u32 nodes, u32 alive, u16 flags, u32 runs)
{
	double sum = 0;
	struct lb_peer *peer = make_room(NULL, nodes, sizeof(*peer));
	u8 *has = make_room(NULL, nodes, 1);
	u64 seed = nodes;
	u32 i;

	for (i = 0; i < nodes; i++)
		peer[i] = (struct lb_peer) {
			.id = (u16)(i + 1), .heard_at_ms = 1,
			.flags = i < alive ? 0 : flags,
		};
	for (i = 0; i < runs; i++)
		sum += alive == nodes ?
		       scatter(peer, has, nodes, alive, &seed) :
		       scatter_at_will(peer, has, nodes, alive, &seed);
	free(peer);
	free(has);
	return sum / runs;
}
