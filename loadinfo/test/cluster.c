// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events: a node's period, the end of its next job, a job that starts or
 * arrives, more jobs from outside. Who is alive is known to all at once (one
 * table of peers, in which each node that ticks has just been heard of): how
 * nodes find out is measured in detect.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../cost.h"
#include "cluster.h"

/* What a balance that a move would not improve may still lack. */
#define UNEVEN_MILLI	300

/* splitmix64: small, and good enough for dice. */
u32 cluster_dice(struct cluster *c)
{
	u64 z = c->seed += 0x9e3779b97f4a7c15ULL;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return (u32)((z ^ (z >> 31)) >> 16);
}

/* Timers: periods, then ends, then the feed, then one for each job. */
static u32 end_timer(const struct cluster *c, u32 node)
{
	return c->nodes + node;
}

static u32 feed_timer(const struct cluster *c)
{
	return 2 * c->nodes;
}

static u32 job_timer(const struct cluster *c, u32 job)
{
	return 2 * c->nodes + 1 + job;
}

struct cluster *cluster_create(u32 nodes, u64 seed)
{
	struct cluster *c = make_room(NULL, 1, sizeof(*c));
	u32 i;

	memset(c, 0, sizeof(*c));
	c->params = (struct lb_params)LB_PARAMS_DEFAULT;
	c->policy = &policy_moves;
	c->nodes = nodes;
	c->node = make_room(NULL, nodes, sizeof(*c->node));
	c->peer = make_room(NULL, nodes, sizeof(*c->peer));
	memset(c->node, 0, nodes * sizeof(*c->node));
	memset(c->peer, 0, nodes * sizeof(*c->peer));
	c->seed = seed;
	c->tally.quickest_us = ~0ULL;
	for (i = 0; i < nodes; i++) {
		struct node *n = &c->node[i];

		n->is = (struct lb_node) {
			.id = (u16)(i + 1), .cpus = 2, .speed_milli = 1000,
			.mem_total_kib = 1 << 20, .features = ~0ULL,
		};
		n->share.slower = 1;
		n->share.place = &c->place;
		n->window.self = n->is.id;
		n->blocks_ms = ~0ULL;
		n->dies_ms = ~0ULL;
		c->peer[i].id = n->is.id;
		queue_set(&c->queue, i,
			  1000ULL * (cluster_dice(c) % CLUSTER_PERIOD_MS));
	}
	return c;
}

void cluster_destroy(struct cluster *c)
{
	u32 i;

	for (i = 0; i < c->nodes; i++)
		free(c->node[i].share.part);
	queue_free(&c->queue);
	free(c->node);
	free(c->peer);
	free(c->job);
	free(c->place);
	free(c->policy_data);
	free(c);
}

/* To now, at the rates of before: comes first in whatever changes a node. */
static void advance(struct cluster *c, struct node *n)
{
	if (n->share.slower > 1)
		n->overcommit_us += c->now_us - n->share.now_us;
	share_advance(&n->share, c->now_us);
}

/* To the rates from now on: comes last. */
static void refit(struct cluster *c, struct node *n)
{
	struct share *s = &n->share;
	double load = (double)s->want_milli / n->is.cpus;

	s->capacity_milli = (u64)n->is.cpus * LB_MILLI;
	s->speed_milli = n->is.speed_milli;
	s->slower = n->mem_kib > n->is.mem_total_kib ? CLUSTER_THRASH : 1;
	share_refit(s);
	n->most_milli = max(n->most_milli, load);
	if (s->count)
		queue_set(&c->queue, end_timer(c, (u32)(n - c->node)),
			  share_next_us(s));
	else
		queue_cancel(&c->queue, end_timer(c, (u32)(n - c->node)));
}

static u32 take_slot(struct cluster *c)
{
	u32 i, slots = c->slots ? 2 * c->slots : 16;

	if (!c->free) {
		c->job = make_room(c->job, slots, sizeof(*c->job));
		c->place = make_room(c->place, slots, sizeof(*c->place));
		for (i = slots; i-- > c->slots;) {
			c->job[i].next_free = c->free;
			c->free = i + 1;
		}
		c->slots = slots;
	}
	i = c->free - 1;
	c->free = c->job[i].next_free;
	return i;
}

/* Returns the job's number, by which it is found until it is done. */
u32 cluster_new_job(struct cluster *c, u32 home, u64 start_us, double work_us)
{
	u32 i = take_slot(c);

	c->job[i] = (struct job) {
		.state = JOB_AWAITED, .home = home, .node = home,
		.start_us = start_us, .work_us = work_us, .left_us = work_us,
		.duty_milli = LB_MILLI, .mem_kib = 4096, .travel_kib = 1024,
	};
	c->active++;
	queue_set(&c->queue, job_timer(c, i), start_us);
	return i;
}

struct job *cluster_add_job(struct cluster *c, u32 home, u64 start_ms,
			    u64 work_ms)
{
	u32 i = cluster_new_job(c, home, start_ms * 1000,
				(double)work_ms * 1000);

	return &c->job[i];
}

/* The feed's timer: when c->feed is called next. */
void cluster_feed(struct cluster *c, u64 at_us)
{
	queue_set(&c->queue, feed_timer(c), at_us);
}

/* Work that the job has done so far. */
double cluster_used_us(const struct cluster *c, const struct job *job)
{
	const struct share *s = &c->node[job->node].share;
	double since_us = (double)(c->now_us - s->now_us);
	u32 i = (u32)(job - c->job);

	if (job->state != JOB_RUNNING)
		return job->work_us - job->left_us;
	return job->work_us - share_left(s, &s->part[c->place[i]]) +
	       since_us * s->rate * job->duty_milli / LB_MILLI;
}

static void settle_in(struct cluster *c, u32 i, u32 node)
{
	struct node *n = &c->node[node];
	struct job *job = &c->job[i];

	advance(c, n);
	job->state = JOB_RUNNING;
	job->node = node;
	job->here_us = c->now_us;
	n->mem_kib += job->mem_kib;
	n->is.guests += job->home != node;
	share_add(&n->share, i, job->duty_milli, job->left_us);
	refit(c, n);
}

static void leave(struct cluster *c, struct node *n, const struct job *job)
{
	n->mem_kib -= job->mem_kib;
	n->is.guests -= job->home != (u32)(n - c->node);
}

static void start(struct cluster *c, u32 i)
{
	const struct policy *p = c->policy;

	settle_in(c, i, p->place ? p->place(c, i) : c->job[i].home);
}

/* Its memory is where it was until it has arrived. */
void cluster_depart(struct cluster *c, u32 i, u32 to, u64 cost_us)
{
	struct job *job = &c->job[i];
	struct node *from = &c->node[job->node];

	advance(c, from);
	job->left_us = share_remove(&from->share, i);
	if (job->moves)
		c->tally.quickest_us = min(c->tally.quickest_us,
					   c->now_us - job->moved_us);
	job->moves++;
	job->moved_us = c->now_us;
	job->state = JOB_MOVING;
	job->to = to;
	c->node[to].coming++;
	c->tally.moves++;
	c->tally.last_move_us = c->now_us;
	c->tally.most_moves = max(c->tally.most_moves, job->moves);
	queue_set(&c->queue, job_timer(c, i), c->now_us + cost_us);
	refit(c, from);
}

static void arrive(struct cluster *c, u32 i)
{
	struct job *job = &c->job[i];
	struct node *from = &c->node[job->node], *to = &c->node[job->to];

	advance(c, from);
	leave(c, from, job);
	refit(c, from);
	to->coming--;
	settle_in(c, i, job->to);
	if (c->policy->gossips)
		member_arrived(c, from, to, i);
	if (c->policy->left)
		c->policy->left(c, from);
}

/* The slot is free again. */
static void forget(struct cluster *c, struct node *n, u32 i)
{
	lb_load_settle(&n->load, i + 1, 0);
	c->job[i].state = JOB_NONE;
	c->job[i].next_free = c->free;
	c->free = i + 1;
	c->active--;
}

static void finish(struct cluster *c, struct node *n, u32 i)
{
	struct job *job = &c->job[i];
	double least_us = job->work_us * LB_MILLI / job->duty_milli;
	double took_us = (double)(c->now_us - job->start_us);

	share_remove(&n->share, i);
	leave(c, n, job);
	c->tally.done++;
	c->tally.last_done_us = c->now_us;
	c->tally.slowdown += took_us / max(least_us, 1.0);
	c->tally.delay_us += took_us - least_us;
	forget(c, n, i);
}

bool cluster_is_up(const struct cluster *c, const struct node *n)
{
	return c->now_us >= n->joins_ms * 1000 &&
	       c->now_us / 1000 < n->dies_ms;
}

/* A node takes with it whoever is on it. */
static void die(struct cluster *c, struct node *n)
{
	while (n->share.count) {
		u32 i = n->share.part[0].job;

		share_remove(&n->share, i);
		leave(c, n, &c->job[i]);
		c->tally.lost++;
		forget(c, n, i);
	}
	refit(c, n);
}

/* Would some job gain by going somewhere, now, if everything were known? */
static bool is_uneven(const struct cluster *c)
{
	u64 worst = 0, least = ~0ULL;
	u32 i;

	for (i = 0; i < c->nodes; i++) {
		const struct node *n = &c->node[i];
		struct lb_state s = { .demand_milli = n->share.want_milli };

		if (!cluster_is_up(c, n))
			continue;
		if (s.demand_milli)
			worst = max(worst,
				    lb_cost_stretch(&n->is, s, &c->params));
		s.demand_milli += LB_MILLI + UNEVEN_MILLI;
		if (n->blocks_ms == ~0ULL || c->now_us < n->blocks_ms * 1000)
			least = min(least,
				    lb_cost_stretch(&n->is, s, &c->params));
	}
	return worst > least && worst - least >= c->params.min_gain_milli;
}

static void tick(struct cluster *c, u32 node)
{
	struct node *n = &c->node[node];

	queue_set(&c->queue, node, c->now_us + CLUSTER_PERIOD_MS * 1000);
	advance(c, n);
	if (c->now_us / 1000 >= n->dies_ms) {
		die(c, n);
		if (c->now_us / 1000 >= n->dies_ms + CLUSTER_DEATH_MS)
			c->peer[node].flags = LB_NODE_DEAD;
		return;
	}
	if (c->policy->gossips)
		member_tick(c, n);
	if (c->policy->tick && cluster_is_up(c, n))
		c->policy->tick(c, n);
}

static void end(struct cluster *c, u32 node)
{
	struct node *n = &c->node[node];

	advance(c, n);
	while (share_has_end(&n->share))
		finish(c, n, n->share.part[0].job);
	refit(c, n);
}

static void happen(struct cluster *c, u32 timer)
{
	u32 job = timer - feed_timer(c) - 1;

	if (timer < c->nodes) {
		tick(c, timer);
		return;
	}
	queue_cancel(&c->queue, timer);
	if (timer < feed_timer(c))
		end(c, timer - c->nodes);
	else if (timer == feed_timer(c))
		c->feed(c, c->feed_arg);
	else if (c->job[job].state == JOB_AWAITED)
		start(c, job);
	else
		arrive(c, job);
}

static bool is_over(const struct cluster *c)
{
	return !c->active && !(feed_timer(c) < c->queue.room &&
			       c->queue.place[feed_timer(c)]);
}

void cluster_run(struct cluster *c, u64 until_ms)
{
	while (!is_over(c)) {
		u32 timer = queue_first(&c->queue);
		u64 at_us = c->queue.at_us[timer];

		if (at_us >= until_ms * 1000)
			break;
		if (c->nodes <= CLUSTER_WATCHED && at_us > c->now_us &&
		    is_uneven(c))
			c->tally.uneven_us += at_us - c->now_us;
		c->now_us = at_us;
		c->tally.events++;
		happen(c, timer);
	}
}

u64 cluster_makespan_ms(const struct cluster *c)
{
	return c->tally.last_done_us / 1000;
}

/* Mean over the jobs of the time they took by the time they needed. */
u64 cluster_slowdown_milli(const struct cluster *c)
{
	double sum = c->tally.slowdown * LB_MILLI;

	return c->tally.done ? (u64)(sum / (double)c->tally.done + 0.5) : 0;
}

u64 cluster_undone(const struct cluster *c)
{
	return c->active;
}

/* The shortest time that any job stayed between two moves. */
u64 cluster_quickest_ms(const struct cluster *c)
{
	u64 us = c->tally.quickest_us;

	return us == ~0ULL ? us : us / 1000;
}

u32 cluster_most_moves(const struct cluster *c)
{
	return c->tally.most_moves;
}
