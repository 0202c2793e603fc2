// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../cost.h"
#include "cluster.h"

/* A node whose memory is over-committed works ten times slower. */
#define THRASH		10
/* What a balance that a move would not improve may still lack. */
#define UNEVEN_MILLI	300

static void *zalloc(size_t n, size_t size)
{
	void *p = calloc(n ? n : 1, size);

	if (!p) {
		perror("calloc");
		exit(2);
	}
	return p;
}

/* splitmix64: small, and good enough for dice. */
u32 cluster_dice(struct cluster *c)
{
	u64 z = c->seed += 0x9e3779b97f4a7c15ULL;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return (u32)((z ^ (z >> 31)) >> 16);
}

struct cluster *cluster_create(u32 nodes, u64 seed)
{
	struct cluster *c = zalloc(1, sizeof(*c));
	u32 i, j;

	c->params = (struct lb_params)LB_PARAMS_DEFAULT;
	c->nodes = nodes;
	c->node = zalloc(nodes, sizeof(*c->node));
	c->seed = seed;
	c->balance = 1;
	for (i = 0; i < nodes; i++) {
		struct node *n = &c->node[i];

		n->is = (struct lb_node) {
			.id = (u16)(i + 1), .cpus = 2, .speed_milli = 1000,
			.mem_total_kib = 1 << 20, .features = ~0ULL,
		};
		n->window.self = n->is.id;
		n->blocks_ms = ~0ULL;
		n->next_ms = cluster_dice(c) % CLUSTER_PERIOD_MS;
		n->peer = zalloc(nodes, sizeof(*n->peer));
		for (j = 0; j + 1 < nodes; j++)
			n->peer[j].id = (u16)(j < i ? j + 1 : j + 2);
	}
	return c;
}

void cluster_destroy(struct cluster *c)
{
	u32 i;

	for (i = 0; i < c->nodes; i++)
		free(c->node[i].peer);
	free(c->node);
	free(c->job);
	free(c->live);
	free(c);
}

struct job *cluster_add_job(struct cluster *c, u32 home, u64 start_ms,
			    u64 work_ms)
{
	struct job *job;

	if (!(c->jobs & (c->jobs + 1))) {
		size_t n = 2 * ((size_t)c->jobs + 1);

		c->job = realloc(c->job, n * sizeof(*c->job));
		c->live = realloc(c->live, n * sizeof(*c->live));
		if (!c->job || !c->live)
			exit(2);
	}
	c->live[c->active++] = c->jobs;
	job = &c->job[c->jobs++];
	memset(job, 0, sizeof(*job));
	job->home = home;
	job->node = home;
	job->start_ms = start_ms;
	job->work_us = work_ms * 1000;
	job->duty_milli = LB_MILLI;
	job->mem_kib = 4096;
	job->travel_kib = 1024;
	job->quickest_ms = ~0ULL;
	return job;
}

static void trace(const struct cluster *c, const struct node *n,
		  const struct lb_decision *d)
{
	if (!c->trace)
		return;
	printf("# %8.2f node %u job %d -> %u %s gain %lld cost %llu worth %lld\n",
	       (double)c->now_ms / 1000, n->is.id, d->pid, d->node,
	       lb_reason_name(d->reason), d->gain_milli, d->cost_ms,
	       d->worth_ms);
}

static void start_and_arrive(struct cluster *c, struct job *job, u32 id)
{
	struct node *from = &c->node[job->node], *to = &c->node[job->to];

	if (job->state == JOB_AWAITED && c->now_ms >= job->start_ms) {
		job->state = JOB_RUNNING;
		job->here_ms = c->now_ms;
	}
	if (job->state == JOB_MOVING && c->now_ms >= job->arrive_ms) {
		lb_history_ended(&from->history);
		lb_window_bump(&from->window, to->is.id, job->demand_milli,
			       c->now_ms);
		lb_load_settle(&to->load, id + 1,
			       c->now_ms + CLUSTER_PERIOD_MS);
		job->state = JOB_RUNNING;
		job->node = job->to;
		job->here_ms = c->now_ms;
		job->wanted_us = 0;
	}
}

/* What each node has on it now. */
static void count(struct cluster *c)
{
	u32 i;

	for (i = 0; i < c->nodes; i++) {
		c->node[i].jobs = 0;
		c->node[i].want_milli = 0;
		c->node[i].mem_kib = 0;
		c->node[i].is.guests = 0;
	}
	for (i = 0; i < c->active; i++) {
		struct job *job = &c->job[c->live[i]];
		struct node *n = &c->node[job->node];

		start_and_arrive(c, job, c->live[i]);
		n = &c->node[job->node];
		if (job->state == JOB_AWAITED)
			continue;
		n->jobs++;
		n->mem_kib += job->mem_kib;
		n->is.guests += job->node != job->home;
		if (job->state == JOB_RUNNING)
			n->want_milli += job->duty_milli;
	}
}

static void work(struct cluster *c, struct job *job)
{
	struct node *n = &c->node[job->node];
	u64 capacity = (u64)n->is.cpus * LB_MILLI;
	u64 us = CLUSTER_STEP_MS * 1000ULL;

	job->wanted_us += us * job->duty_milli / LB_MILLI;
	us = us * job->duty_milli / LB_MILLI * n->is.speed_milli / LB_MILLI;
	if (n->want_milli > capacity)
		us = us * capacity / n->want_milli;
	if (n->mem_kib > n->is.mem_total_kib)
		us /= THRASH;
	job->used_us += us;
	if (job->used_us >= job->work_us) {
		job->state = JOB_DONE;
		job->done_ms = c->now_ms + CLUSTER_STEP_MS;
	}
}

static void work_all(struct cluster *c)
{
	u32 i, kept = 0;

	for (i = 0; i < c->active; i++) {
		struct job *job = &c->job[c->live[i]];

		if (job->state == JOB_RUNNING)
			work(c, job);
		if (job->state != JOB_DONE)
			c->live[kept++] = c->live[i];
	}
	c->active = kept;
}

static void measure(struct cluster *c, struct node *n)
{
	u32 at = (u32)(n - c->node);
	u64 sum = 0;
	u32 i;

	for (i = 0; i < c->active; i++) {
		struct job *job = &c->job[c->live[i]];

		if (job->node != at || job->state != JOB_RUNNING)
			continue;
		job->demand_milli = (u32)(job->wanted_us / CLUSTER_PERIOD_MS);
		job->wanted_us = 0;
		sum += job->demand_milli;
	}
	lb_load_expire(&n->load, c->now_ms);
	lb_load_sample(&n->load, (u32)sum);
	n->is.flags = c->now_ms >= n->blocks_ms ? LB_NODE_BLOCKED : 0;
	n->is.mem_free_kib = n->is.mem_total_kib -
		(u32)min(n->mem_kib, (u64)n->is.mem_total_kib);
}

static void gossip(struct cluster *c, struct node *n)
{
	struct lb_gossip_message msg;
	struct lb_node self = n->is;
	struct node *to;
	u64 alive = c->now_ms > 10000 ? c->now_ms - 10000 : 1;
	u16 id;
	u32 i;

	self.demand_milli = lb_load_export(&n->load);
	id = lb_gossip_target(n->peer, c->nodes - 1, alive, cluster_dice(c));
	i = lb_gossip_pack(&msg, &self, &n->window, c->now_ms);
	if (!id || lb_gossip_check(&msg, i))
		return;
	c->messages++;
	to = &c->node[id - 1];
	if (c->now_ms < to->joins_ms ||
	    cluster_dice(c) % 100 < c->loss_percent)
		return;
	for (i = 0; i < lb_gossip_count(&msg); i++) {
		struct lb_node about;
		u64 at = lb_gossip_entry(&msg, i, c->now_ms, &about);
		u32 index = about.id - 1;

		lb_window_merge(&to->window, &about, at);
		if (about.id != to->is.id)
			to->peer[index - (about.id > to->is.id)].heard_at_ms =
				max(at, 1ULL);
	}
}

static struct lb_proc describe(const struct cluster *c, const struct job *job,
			       u32 id)
{
	return (struct lb_proc) {
		.pid = (s32)(id + 1),
		.home = c->node[job->home].is.id,
		.moves = (u16)job->moves,
		.demand_milli = job->demand_milli,
		.work_ms = job->used_us / 1000,
		.here_ms = c->now_ms - job->here_ms,
		.mem_kib = job->mem_kib,
		.travel_kib = job->travel_kib,
		.features = c->node[job->home].is.features,
	};
}

static enum lb_reason ask(struct cluster *c, struct node *from,
			  struct node *to, const struct lb_proc *proc)
{
	struct lb_node here = from->is, there = to->is;
	struct lb_offer offer = {
		.demand_milli = proc->demand_milli,
		.mem_kib = proc->mem_kib,
		.features = proc->features,
	};

	here.demand_milli = from->load.local_milli;
	offer.stretch_milli = lb_cost_stretch(&here, lb_cost_state(&here),
					      &c->params);
	there.demand_milli = lb_load_export(&to->load);
	return lb_balance_admit(&there, lb_load_coming(&to->load), &offer,
				&c->params);
}

static void move(struct cluster *c, struct node *from,
		 const struct lb_decision *d)
{
	struct job *job = &c->job[d->pid - 1];
	struct node *to = &c->node[d->node - 1];
	struct lb_proc proc = describe(c, job, (u32)d->pid - 1);
	enum lb_reason answer = ask(c, from, to, &proc);

	trace(c, from, d);
	if (answer != LB_ADMIT) {
		struct lb_decision no = *d;

		no.reason = answer;
		trace(c, from, &no);
		c->refusals++;
		lb_history_refused(&from->history, d->node,
				   c->now_ms + c->params.refusal_ms);
		return;
	}
	lb_load_reserve(&to->load, (u64)d->pid, proc.demand_milli,
			c->now_ms + CLUSTER_RESERVE_MS);
	lb_history_moved(&from->history, c->now_ms);
	lb_load_depart(&from->load, proc.demand_milli);
	if (job->moves)
		job->quickest_ms = min(job->quickest_ms,
				       c->now_ms - job->moved_ms);
	job->moves++;
	job->moved_ms = c->now_ms;
	job->state = JOB_MOVING;
	job->to = d->node - 1U;
	job->arrive_ms = c->now_ms + d->cost_ms;
	c->moves++;
	c->last_move_ms = c->now_ms;
}

static void decide(struct cluster *c, struct node *n)
{
	struct lb_node self = n->is;
	struct lb_view view = {
		.self = &self,
		.window = &n->window,
		.history = &n->history,
		.params = &c->params,
		.now_at_ms = c->now_ms,
		.dice = cluster_dice(c),
	};
	struct lb_round round;
	u32 i;

	self.demand_milli = n->load.local_milli;
	lb_balance_begin(&round, &view);
	for (i = 0; i < c->active; i++) {
		const struct job *job = &c->job[c->live[i]];
		struct lb_proc proc;

		if (&c->node[job->node] != n || job->state != JOB_RUNNING)
			continue;
		proc = describe(c, job, c->live[i]);
		lb_balance_consider(&round, &proc);
	}
	if (lb_reason_moves(round.best.reason))
		move(c, n, &round.best);
}

/* Would some job gain by going somewhere, now, if everything were known? */
static bool is_uneven(const struct cluster *c)
{
	u64 worst = 0, least = ~0ULL;
	u32 i;

	for (i = 0; i < c->nodes; i++) {
		const struct node *n = &c->node[i];
		struct lb_state s = { .demand_milli = n->want_milli };

		if (c->now_ms < n->joins_ms)
			continue;
		if (n->want_milli)
			worst = max(worst,
				    lb_cost_stretch(&n->is, s, &c->params));
		s.demand_milli += LB_MILLI + UNEVEN_MILLI;
		if (c->now_ms < n->blocks_ms)
			least = min(least,
				    lb_cost_stretch(&n->is, s, &c->params));
	}
	return worst > least && worst - least >= c->params.min_gain_milli;
}

static void step(struct cluster *c)
{
	u32 i;

	count(c);
	for (i = 0; i < c->nodes; i++) {
		struct node *n = &c->node[i];

		if (n->mem_kib > n->is.mem_total_kib)
			n->overcommit_ms += CLUSTER_STEP_MS;
		if (c->now_ms < n->next_ms)
			continue;
		n->next_ms += CLUSTER_PERIOD_MS;
		measure(c, n);
		if (c->now_ms < n->joins_ms)
			continue;
		gossip(c, n);
		if (c->balance)
			decide(c, n);
	}
	if (is_uneven(c))
		c->uneven_ms += CLUSTER_STEP_MS;
	work_all(c);
	c->now_ms += CLUSTER_STEP_MS;
}

void cluster_run(struct cluster *c, u64 until_ms)
{
	while (c->now_ms < until_ms && c->active)
		step(c);
}

u64 cluster_makespan_ms(const struct cluster *c)
{
	u64 last = 0;
	u32 i;

	for (i = 0; i < c->jobs; i++)
		last = max(last, c->job[i].done_ms);
	return last;
}

/* Mean over the jobs of the time they took by the time they needed. */
u64 cluster_slowdown_milli(const struct cluster *c)
{
	u64 sum = 0;
	u32 i, n = 0;

	for (i = 0; i < c->jobs; i++) {
		const struct job *job = &c->job[i];
		u64 least = job->work_us / job->duty_milli;

		if (job->state != JOB_DONE)
			continue;
		sum += (job->done_ms - job->start_ms) * LB_MILLI /
		       max(least, 1ULL);
		n++;
	}
	return n ? sum / n : 0;
}

u64 cluster_undone(const struct cluster *c)
{
	return c->active;
}

/* The shortest time that any job stayed between two moves. */
u64 cluster_quickest_ms(const struct cluster *c)
{
	u64 quickest = ~0ULL;
	u32 i;

	for (i = 0; i < c->jobs; i++)
		quickest = min(quickest, c->job[i].quickest_ms);
	return quickest;
}

u32 cluster_most_moves(const struct cluster *c)
{
	u32 most = 0;
	u32 i;

	for (i = 0; i < c->jobs; i++)
		most = max(most, c->job[i].moves);
	return most;
}
