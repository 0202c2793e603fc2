// SPDX-License-Identifier: GPL-2.0-only
/*
 * Properties: what must hold in any cluster, tried on many random ones.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../place.h"
#include "cluster.h"
#include "props.h"
#include "replay.h"
#include "workload.h"

enum { CLUSTERS = 40, HORIZON_MS = 2000 * 1000 };

/* A random cluster: two to eight nodes, unequal, with unequal jobs. */
static struct cluster *random_cluster(u64 seed)
{
	struct cluster *c = cluster_create(2 + (u32)seed % 7, seed);
	u32 jobs = 2 + cluster_dice(c) % 24;
	u32 i;

	for (i = 0; i < c->nodes; i++) {
		struct lb_node *is = &c->node[i].is;

		is->cpus = (u16)(1 + cluster_dice(c) % 4);
		is->speed_milli = 500 + 250 * (cluster_dice(c) % 7);
	}
	for (i = 0; i < jobs; i++) {
		u64 work = 1000 + cluster_dice(c) % 60000;
		u32 home = cluster_dice(c) % c->nodes;
		struct job *job = cluster_add_job(c, home,
						  cluster_dice(c) % 20000,
						  work);

		job->duty_milli = 200 + cluster_dice(c) % 801;
	}
	return c;
}

/* What came out of the random clusters, balanced and left alone. */
struct outcome {
	u64 with_ms;		/* sums of the makespans */
	u64 without_ms;
	u32 late;		/* ended over a tenth after unbalanced */
	u32 slow;		/* mean slowdown above unbalanced */
	u64 quickest_ms;	/* shortest time between two moves of a job */
	u32 most_moves;		/* of a job */
};

static void try_cluster(u64 seed, struct outcome *out)
{
	struct cluster *a = random_cluster(seed), *b = random_cluster(seed);

	b->policy = &policy_none;
	cluster_run(a, HORIZON_MS);
	cluster_run(b, HORIZON_MS);
	out->with_ms += cluster_makespan_ms(a);
	out->without_ms += cluster_makespan_ms(b);
	out->late += cluster_makespan_ms(a) * 10 > cluster_makespan_ms(b) * 11;
	out->slow += cluster_slowdown_milli(a) > cluster_slowdown_milli(b);
	out->quickest_ms = min(out->quickest_ms, cluster_quickest_ms(a));
	out->most_moves = max(out->most_moves, cluster_most_moves(a));
	cluster_destroy(a);
	cluster_destroy(b);
}

static const struct outcome *outcome(void)
{
	static struct outcome out = { .quickest_ms = ~0ULL };
	static u64 seed;

	while (seed < CLUSTERS)
		try_cluster(++seed, &out);
	return &out;
}

static int never_slower(void)
{
	return !outcome()->slow;
}

/*
 * A job that moves can be unlucky: its new node may get busier than the old
 * one would have been. So single runs may end later than unbalanced, a little;
 * all together may not.
 */
static int hardly_later(void)
{
	return !outcome()->late;
}

static int sooner_together(void)
{
	return outcome()->with_ms * 10 <= outcome()->without_ms * 8;
}

static int resides(void)
{
	return outcome()->quickest_ms >= 5000;
}

static int moves_seldom(void)
{
	return outcome()->most_moves <= 8;
}

/* Equal jobs that never end on equal nodes: once spread, nothing moves. */
static int rests(void)
{
	u32 restless = 0, nodes, jobs;

	for (nodes = 2; nodes <= 6; nodes++) {
		for (jobs = 1; jobs <= 16; jobs++) {
			struct cluster *c = cluster_create(nodes, jobs);
			u32 i;

			for (i = 0; i < jobs; i++)
				cluster_add_job(c, 0, 0, 100000000);
			cluster_run(c, 120 * 1000);
			restless += c->tally.last_move_us > 20000000 ||
				    c->tally.uneven_us > 20000000;
			cluster_destroy(c);
		}
	}
	return !restless;
}

/* What a failure shows can be shown again. */
static int same_seed_same_run(void)
{
	struct cluster *a = random_cluster(7), *b = random_cluster(7);
	int same;

	cluster_run(a, HORIZON_MS);
	cluster_run(b, HORIZON_MS);
	same = a->seed == b->seed && a->tally.moves == b->tally.moves &&
	       a->tally.moves &&
	       cluster_makespan_ms(a) == cluster_makespan_ms(b);
	cluster_destroy(a);
	cluster_destroy(b);
	return same;
}

/* A good message of up to LB_GOSSIP_ENTRIES entries. */
static u32 good_message(struct cluster *c, struct lb_gossip_message *msg)
{
	struct lb_window w = { .self = 1 };
	u32 n = cluster_dice(c) % LB_GOSSIP_ENTRIES, i;

	for (i = 0; i < n; i++) {
		struct lb_node node = c->node[0].is;

		node.id = (u16)(2 + i);
		lb_window_merge(&w, &node, 1000 + i);
	}
	return lb_gossip_pack(msg, &c->node[0].is, &w, 2000);
}

/*
 * Good messages with some bytes changed, some cut or lengthened: all are
 * refused or read without harm, and some of each are.
 */
static int gossip_survives_anything(void)
{
	struct cluster *c = cluster_create(2, 99);
	struct lb_window *w = &c->node[1].window;
	struct lb_gossip_message msg;
	u32 believed = 0, i, j;
	int ok;

	for (i = 0; i < 100000; i++) {
		u32 len = good_message(c, &msg);
		u32 spoil = cluster_dice(c) % 3;

		/* As many good entries as fit, and one more promised. */
		if (len == sizeof(msg)) {
			msg.header.count = cpu_to_le16(LB_GOSSIP_ENTRIES + 1);
			len += sizeof(msg.entry[0]);
			spoil = 0;
		}
		while (spoil--)
			((u8 *)&msg)[cluster_dice(c) % len] =
				(u8)cluster_dice(c);
		if (!(cluster_dice(c) % 8))
			len = cluster_dice(c) % (sizeof(msg) + 64);
		if (lb_gossip_check(&msg, len))
			continue;
		believed++;
		for (j = 0; j < lb_gossip_count(&msg); j++) {
			struct lb_node node;
			u64 at = lb_gossip_entry(&msg, j, i, &node);

			lb_window_merge(w, &node, at);
		}
	}
	ok = w->count <= LB_WINDOW && believed > i / 10 && believed < i;
	cluster_destroy(c);
	return ok;
}

/* The window holds each node once, freshest first, whatever it is told. */
static int window_stays_sorted(void)
{
	struct cluster *c = cluster_create(2, 5);
	struct lb_window *w = &c->node[0].window;
	u32 broken = 0, i, j, k;

	for (i = 0; i < 20000; i++) {
		struct lb_node node = c->node[1].is;

		node.id = (u16)(1 + cluster_dice(c) % 100);
		lb_window_merge(w, &node, cluster_dice(c) % 1000);
		if (!(cluster_dice(c) % 16))
			lb_window_forget(w, (u16)(1 + cluster_dice(c) % 100));
		for (j = 0; j + 1 < w->count; j++) {
			broken += w->entry[j].at_ms < w->entry[j + 1].at_ms;
			for (k = j + 1; k < w->count; k++)
				broken += w->entry[j].node.id ==
					  w->entry[k].node.id;
		}
	}
	broken += w->count != LB_WINDOW || lb_window_find(w, 1);
	cluster_destroy(c);
	return !broken;
}

/* Of equals each is chosen as often, wherever it is in the window. */
static int candidates_are_fair(void)
{
	enum { NODES = 12, THROWS = 24000 };
	struct cluster *c = cluster_create(NODES, 3);
	u32 chosen[NODES + 1] = {}, unfair = 0, i;
	struct lb_view view = {
		.self = &c->node[0].is, .window = &c->node[0].window,
		.history = &c->node[0].history, .params = &c->params,
		.now_at_ms = 1000,
	};
	struct lb_proc proc = {
		.pid = 1, .home = 1, .demand_milli = 1000, .work_ms = 60000,
	};

	c->node[0].is.demand_milli = 9000;
	for (i = 1; i < NODES; i++)
		lb_window_merge(&c->node[0].window, &c->node[i].is, i);
	for (i = 0; i < THROWS; i++) {
		struct lb_round round;

		view.dice = cluster_dice(c);
		lb_balance_begin(&round, &view);
		chosen[lb_balance_consider(&round, &proc).node]++;
	}
	for (i = 2; i <= NODES; i++)
		unfair += chosen[i] * (NODES - 1) * 10 < THROWS * 9 ||
			  chosen[i] * (NODES - 1) * 10 > THROWS * 11;
	cluster_destroy(c);
	return !unfair;
}

/* Everybody is told as often as everybody else; the dead, now and then. */
static int gossip_is_fair(void)
{
	enum { PEERS = 10, ALIVE = 8, THROWS = 20000 };
	struct cluster *c = cluster_create(2, 4);
	struct lb_peer peer[PEERS];
	u32 told[PEERS + 1] = {}, unfair = 0, i;

	for (i = 0; i < PEERS; i++)
		peer[i] = (struct lb_peer) {
			.id = (u16)(i + 1), .heard_at_ms = 900,
			.flags = i < ALIVE ? 0 : LB_NODE_DEAD,
		};
	for (i = 0; i < THROWS; i++)
		told[lb_gossip_target(peer, PEERS, cluster_dice(c))]++;
	for (i = 1; i <= PEERS; i++) {
		if (i <= ALIVE)
			unfair += told[i] * ALIVE * 10 < THROWS * 8;
		else
			unfair += !told[i] || told[i] * PEERS > THROWS / 2;
	}
	cluster_destroy(c);
	return !unfair && !told[0] && !lb_gossip_target(peer, 0, 1);
}

/* The worked example of share.h: A ends at second 13, B at second 10. */
static int shares_are_exact(void)
{
	struct cluster *c = cluster_create(1, 1);
	u64 first, last;

	c->policy = &policy_none;
	c->node[0].is.cpus = 1;
	cluster_add_job(c, 0, 0, 10000);
	cluster_add_job(c, 0, 4000, 3000);
	cluster_run(c, 11000);
	first = c->tally.last_done_us;
	cluster_run(c, 20000);
	last = c->tally.last_done_us;
	cluster_destroy(c);
	return first == 10000000 && last == 13000000;
}

/* Whatever is set, moved and cancelled, the soonest goes off first. */
static int timers_go_off_in_order(void)
{
	enum { TIMERS = 200 };
	struct cluster *c = cluster_create(2, 6);
	struct queue q = {};
	u32 wrong = 0, i;
	u64 last;

	for (i = 0; i < 20000; i++) {
		u32 timer = cluster_dice(c) % TIMERS;

		if (cluster_dice(c) % 4)
			queue_set(&q, timer, cluster_dice(c) % 1000);
		else
			queue_cancel(&q, timer);
	}
	for (last = 0, i = q.count; i; i--) {
		wrong += q.at_us[queue_first(&q)] < last;
		last = q.at_us[queue_first(&q)];
		queue_cancel(&q, queue_first(&q));
	}
	wrong += q.count;
	queue_free(&q);
	cluster_destroy(c);
	return !wrong;
}

/* As heavy as they are said to be: P(L > 1 s), P(L > 2a | L > a), the mean. */
static int lengths_are_heavy_tailed(void)
{
	enum { JOBS = 2000000 };
	u64 seed = 1, over1 = 0, over2 = 0, over4 = 0, i;
	double sum = 0;

	for (i = 0; i < JOBS; i++) {
		double us = law_draw_us(LAW_TRACE, &seed);

		sum += us;
		over1 += us > 1e6;
		over2 += us > 2e6;
		over4 += law_draw_us(LAW_PARETO, &seed) > 4e6;
	}
	return over1 * 100 > JOBS * 6.8 && over1 * 100 < JOBS * 7.2 &&
	       over2 * 100 > over1 * 38 && over2 * 100 < over1 * 41 &&
	       over4 * 100 > JOBS * 24.7 && over4 * 100 < JOBS * 25.3 &&
	       sum / JOBS > law_mean_us(LAW_TRACE) * 0.95 &&
	       sum / JOBS < law_mean_us(LAW_TRACE) * 1.05;
}

/* The rounds of random clusters, as they are written down. */
static void record_some(char **text, size_t *len)
{
	FILE *to = open_memstream(text, len);
	struct lb_journal journal = replay_journal(to);
	u64 seed;

	for (seed = 1; seed <= 5; seed++) {
		struct cluster *c = random_cluster(seed);

		c->journal = &journal;
		cluster_run(c, 60000);
		cluster_destroy(c);
	}
	fclose(to);
}

static struct replay replay_text(char *text, size_t len)
{
	FILE *from = fmemopen(text, len, "r");
	struct replay r = replay(from);

	fclose(from);
	return r;
}

/* Read back and decided again it is the same, and what is changed is not. */
static int replays_the_same(void)
{
	struct replay same, other, broken;
	char *text = NULL, *at;
	size_t len = 0;

	record_some(&text, &len);
	same = replay_text(text, len);
	/* Eight CPUs instead of one to four: nobody waits. */
	at = text;
	while ((at = strstr(at, "\nself 1 0 "))) {
		at += strlen("\nself 1 0 ");
		*at = '8';
	}
	other = replay_text(text, len);
	memcpy(strstr(text, "\nproc "), "\nbest ", 6);
	broken = replay_text(text, len);
	free(text);
	return same.rounds > 1000 && same.procs > same.rounds &&
	       same.moves > 10 && !same.differ && !same.broken &&
	       other.differ && other.first && !other.broken && broken.broken;
}

/*
 * Whatever somebody writes is refused, or is a set that reads the same when it
 * is written, whatever is in it; and some of each.
 */
static int sets_survive_anything(void)
{
	static const char letters[] = "0123456789--,,,!al\n";
	struct cluster *c = cluster_create(1, 12);
	u32 sets = 0, wrong = 0, i, j;

	for (i = 0; i < 300000; i++) {
		char text[24], again[LB_NODESET_TEXT];
		u32 len = cluster_dice(c) % sizeof(text);
		struct lb_nodeset set, same;

		for (j = 0; j < len; j++)
			text[j] = letters[cluster_dice(c) %
					  (sizeof(letters) - 1)];
		if (lb_nodeset_parse(&set, text, len))
			continue;
		sets++;
		len = lb_nodeset_print(&set, again);
		wrong += lb_nodeset_parse(&same, again, len) ||
			 memcmp(&set, &same, sizeof(set)) ||
			 again[len] || lb_nodeset_has(&set, 0) !=
			 (!set.ranges || set.deny);
	}
	cluster_destroy(c);
	return !wrong && sets > 1000 && sets < i / 2;
}

/* Never to where it would be worse, nor to who has not said yes. */
static int places_are_no_worse(void)
{
	enum { NODES = 40, TRIES = 3000 };
	static struct lb_place place;
	struct cluster *c = cluster_create(NODES, 8);
	u32 wrong = 0, away = 0, t, i;
	struct lb_view view = {
		.self = &c->node[0].is, .window = &c->node[0].window,
		.history = &c->node[0].history, .params = &c->params,
	};
	struct lb_proc proc = { .pid = 1, .home = 1, .demand_milli = 1000 };

	for (t = 0; t < TRIES; t++) {
		u64 said[NODES + 1] = {};
		struct lb_decision d;
		u16 id;

		for (i = 0; i < NODES; i++) {
			struct lb_node *is = &c->node[i].is;

			is->mem_free_kib = is->mem_total_kib;
			is->demand_milli = cluster_dice(c) % 9000;
		}
		for (i = 1; i < NODES; i++)
			lb_window_merge(&c->node[0].window, &c->node[i].is, t);
		view.dice = cluster_dice(c);
		lb_place_begin(&place, &view, &proc, cluster_dice(c) % 99);
		for (i = 0; (id = lb_place_next(&place)); i++) {
			struct lb_answer a = {
				.reason = cluster_dice(c) % 4 ? LB_ADMIT :
					  LB_REFUSE_FULL,
				.stretch_milli = 500 + cluster_dice(c) % 4000,
				.youngest_ms = cluster_dice(c) % 99,
			};

			wrong += id == 1 || said[id];
			said[id] = a.reason == LB_ADMIT ? a.stretch_milli : ~0ULL;
			lb_place_answered(&place, &a);
		}
		d = lb_place_end(&place);
		away += !!d.node;
		wrong += i > LB_PLACE_ASKS || d.gain_milli < 0 ||
			 (d.node && (!said[d.node] || said[d.node] >
			  place.here.stretch_milli));
	}
	cluster_destroy(c);
	return !wrong && away > TRIES / 10 && away < TRIES;
}

/* First who told the least, then anybody, as often as anybody else. */
static int news_are_half_trusted(void)
{
	enum { NODES = 17, TRIES = 16000, SHARE = TRIES / (NODES - 2) };
	static struct lb_place place;
	struct cluster *c = cluster_create(NODES, 9);
	struct lb_view view = {
		.self = &c->node[0].is, .window = &c->node[0].window,
		.history = &c->node[0].history, .params = &c->params,
	};
	struct lb_answer no = { .reason = LB_REFUSE_FULL };
	struct lb_proc proc = { .pid = 1, .home = 1, .demand_milli = 1000 };
	u32 second[NODES + 1] = {}, wrong = 0, t, i;

	c->node[0].is.demand_milli = 99000;
	for (i = 1; i < NODES; i++) {
		c->node[i].is.mem_free_kib = c->node[i].is.mem_total_kib;
		c->node[i].is.demand_milli = 5000 + 1000 * ((i + 5) % NODES);
		lb_window_merge(&c->node[0].window, &c->node[i].is, i);
	}
	for (t = 0; t < TRIES; t++) {
		view.dice = cluster_dice(c);
		lb_place_begin(&place, &view, &proc, 0);
		/* Node 13: (12 + 5) % 17 is 0. */
		wrong += lb_place_next(&place) != 13;
		lb_place_answered(&place, &no);
		second[lb_place_next(&place)]++;
	}
	for (i = 2; i <= NODES; i++)
		wrong += i != 13 && (second[i] < SHARE / 2 ||
				     second[i] > 5 * SHARE / 2);
	cluster_destroy(c);
	return !wrong && !second[0] && !second[1] && !second[13];
}

static const struct prop all[] = {
	{ "mean slowdown is never above unbalanced", never_slower },
	{ "no run ends over a tenth after unbalanced", hardly_later },
	{ "runs together end 20 percent sooner", sooner_together },
	{ "no job moves twice within the residency", resides },
	{ "no job moves more than eight times", moves_seldom },
	{ "equal jobs are spread and rest after 20 s", rests },
	{ "the same seed gives the same run", same_seed_same_run },
	{ "no random message harms the window", gossip_survives_anything },
	{ "of equal candidates each is chosen as often", candidates_are_fair },
	{ "all that live are told as often", gossip_is_fair },
	{ "the window is sorted, without doubles", window_stays_sorted },
	{ "CPUs are shared to the microsecond", shares_are_exact },
	{ "what is recorded and decided again comes out the same",
	  replays_the_same },
	{ "what is written to a node set is refused or reads the same",
	  sets_survive_anything },
	{ "a program starts where it is no worse, and was said yes to",
	  places_are_no_worse },
	{ "who told the least is asked first, and anybody second",
	  news_are_half_trusted },
	{ "timers go off in their order", timers_go_off_in_order },
	{ "lengths of jobs are as heavy-tailed as said",
	  lengths_are_heavy_tailed },
};

const struct prop *props(u32 n)
{
	return n < ARRAY_SIZE(all) ? &all[n] : NULL;
}
