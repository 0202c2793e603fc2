// SPDX-License-Identifier: GPL-2.0-only
/*
 * Properties: what must hold in any cluster, tried on many random ones.
 */
#include <stdio.h>

#include "cluster.h"
#include "ktap.h"
#include "props.h"

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

/*
 * A job that moves can be unlucky: its new node may get busier than the old
 * one would have been. So single runs may end later than unbalanced, a little;
 * the jobs on the whole may not.
 */
static void better_than_nothing(void)
{
	u64 with = 0, without = 0;
	u32 late = 0, slow = 0, i;

	for (i = 1; i <= CLUSTERS; i++) {
		struct cluster *a = random_cluster(i);
		struct cluster *b = random_cluster(i);

		b->balance = 0;
		cluster_run(a, HORIZON_MS);
		cluster_run(b, HORIZON_MS);
		with += cluster_makespan_ms(a);
		without += cluster_makespan_ms(b);
		late += cluster_makespan_ms(a) * 10 >
			cluster_makespan_ms(b) * 11;
		slow += cluster_slowdown_milli(a) > cluster_slowdown_milli(b);
		cluster_destroy(a);
		cluster_destroy(b);
	}
	ktap_claim(!slow, "props: mean slowdown is never above unbalanced");
	ktap_claim(!late, "props: no run ends over a tenth after unbalanced");
	if (!ktap_claim(with * 10 <= without * 8,
			"props: runs end 20 percent sooner on the whole"))
		printf("# %llu against %llu\n", with, without);
}

static void nobody_bounces(void)
{
	u64 quickest = ~0ULL;
	u32 most = 0, i;

	for (i = 1; i <= CLUSTERS; i++) {
		struct cluster *c = random_cluster(i);

		cluster_run(c, HORIZON_MS);
		quickest = min(quickest, cluster_quickest_ms(c));
		most = max(most, cluster_most_moves(c));
		cluster_destroy(c);
	}
	if (!ktap_claim(quickest >= 5000,
			"props: no job moves twice within the residency"))
		printf("# one moved after %llu ms\n", quickest);
	if (!ktap_claim(most <= 8, "props: no job moves more than eight times"))
		printf("# one moved %u times\n", most);
}

/* Equal jobs that never end on equal nodes: once spread, nothing moves. */
static void rest_after_spreading(void)
{
	u32 late = 0, uneven = 0, nodes, jobs;

	for (nodes = 2; nodes <= 6; nodes++) {
		for (jobs = 1; jobs <= 16; jobs++) {
			struct cluster *c = cluster_create(nodes, jobs);
			u32 i;

			for (i = 0; i < jobs; i++)
				cluster_add_job(c, 0, 0, 100000000);
			cluster_run(c, 120 * 1000);
			late += c->last_move_ms > 20 * 1000;
			uneven += c->uneven_ms > 20 * 1000;
			cluster_destroy(c);
		}
	}
	if (!ktap_claim(!late, "props: equal jobs rest after 20 s"))
		printf("# %u of 80 clusters do not\n", late);
	if (!ktap_claim(!uneven, "props: and no move would pay any more"))
		printf("# in %u of 80 clusters one would\n", uneven);
}

/* Same seed, same run: what a failure shows can be shown again. */
static void same_seed_same_run(void)
{
	struct cluster *a = random_cluster(7), *b = random_cluster(7);

	cluster_run(a, HORIZON_MS);
	cluster_run(b, HORIZON_MS);
	ktap_claim(a->seed == b->seed && a->moves == b->moves && a->moves &&
		   cluster_makespan_ms(a) == cluster_makespan_ms(b),
		   "props: the same seed gives the same run");
	cluster_destroy(a);
	cluster_destroy(b);
}

static void gossip_survives_anything(void)
{
	struct cluster *c = cluster_create(2, 99);
	struct lb_gossip_message msg;
	u32 believed = 0, i, j;

	for (i = 0; i < 200000; i++) {
		u32 len = cluster_dice(c) % (sizeof(msg) + 64);
		u8 *bytes = (u8 *)&msg;

		for (j = 0; j < sizeof(msg); j++)
			bytes[j] = (u8)(j < 16 ? 0 : i * 31 + j * 7);
		msg.header.magic = cpu_to_le32(LB_GOSSIP_MAGIC);
		msg.header.version = LB_GOSSIP_VERSION;
		msg.header.kind = LB_GOSSIP_PUSH;
		msg.header.count = cpu_to_le16(cluster_dice(c) % 32);
		msg.header.sender = msg.entry[0].id;
		bytes[cluster_dice(c) % 16] ^= (u8)(cluster_dice(c) % 4);
		if (lb_gossip_check(&msg, len))
			continue;
		believed++;
		for (j = 0; j < lb_gossip_count(&msg); j++) {
			struct lb_node node;
			u64 at = lb_gossip_entry(&msg, j, i, &node);

			lb_window_merge(&c->node[0].window, &node, at);
		}
	}
	ktap_claim(c->node[0].window.count <= LB_WINDOW && believed < i,
		   "props: no random message harms the window");
	cluster_destroy(c);
}

/* The window holds each node once, freshest first, whatever it is told. */
static void window_stays_sorted(void)
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
	ktap_claim(!broken && w->count == LB_WINDOW && !lb_window_find(w, 1),
		   "props: the window is sorted, without doubles or itself");
	cluster_destroy(c);
}

void props_run(void)
{
	better_than_nothing();
	nobody_bounces();
	rest_after_spreading();
	same_seed_same_run();
	gossip_survives_anything();
	window_stays_sorted();
}
