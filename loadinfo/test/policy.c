// SPDX-License-Identifier: GPL-2.0-only
/*
 * The peers. Placement costs nothing to anybody; those without gossip see all
 * nodes as they are at this moment, which no real system can. A move stands
 * still for as long as one of ours.
 */
#include <math.h>
#include <string.h>

#include "../cost.h"
#include "../place.h"
#include "policy.h"

enum {
	/* Of MOSIX: other nodes that it knows of, and its pace. */
	MOSIX_VECTOR = 7,
	MOSIX_GAP_MS = 2000,
	MOSIX_STABLE_MILLI = 1300,
	/* E-MOSIX looks so often, at so many. */
	EMOSIX_MS = 1000,
	EMOSIX_CHOICES = 3,
	STALE_MS = 4000,
};

/* Jobs of a node and on their way to it, for each CPU of reference speed. */
static double crowd(const struct node *n)
{
	return (n->share.count + n->coming) * 1e3 /
	       ((double)n->is.cpus * n->is.speed_milli);
}

/* As it would be with one more. */
static double crowd_with(const struct node *n)
{
	return crowd(n) + 1e3 / ((double)n->is.cpus * n->is.speed_milli);
}

static u32 place_in_turn(struct cluster *c, u32 job)
{
	u32 *next;

	(void)job;
	if (!c->policy_data) {
		c->policy_data = make_room(NULL, 1, sizeof(u32));
		*(u32 *)c->policy_data = 0;
	}
	next = c->policy_data;
	*next = (*next + 1) % c->nodes;
	return *next;
}

/* Of equals each as often: the search begins anywhere. */
static u32 place_least(struct cluster *c, u32 job)
{
	u32 begin = cluster_dice(c) % c->nodes, best = begin, i;

	(void)job;
	for (i = 1; i < c->nodes; i++) {
		u32 at = (begin + i) % c->nodes;

		if (crowd_with(&c->node[at]) < crowd_with(&c->node[best]))
			best = at;
	}
	return best;
}

static u32 place_two(struct cluster *c, u32 job)
{
	u32 a = cluster_dice(c) % c->nodes, b = cluster_dice(c) % c->nodes;

	(void)job;
	return crowd_with(&c->node[a]) <= crowd_with(&c->node[b]) ? a : b;
}

struct snapshot {
	u64 at_us;
	double crowd[];
};

static u32 place_stale(struct cluster *c, u32 job)
{
	u32 begin = cluster_dice(c) % c->nodes, best = begin, i;
	struct snapshot *s = c->policy_data;

	(void)job;
	if (!s || c->now_us >= s->at_us + STALE_MS * 1000ULL) {
		s = make_room(s, 1, sizeof(*s) + c->nodes * sizeof(double));
		c->policy_data = s;
		s->at_us = c->now_us;
		for (i = 0; i < c->nodes; i++)
			s->crowd[i] = crowd_with(&c->node[i]);
	}
	for (i = 1; i < c->nodes; i++) {
		u32 at = (begin + i) % c->nodes;

		if (s->crowd[at] < s->crowd[best])
			best = at;
	}
	return best;
}

/* Kerrighed: not the busiest job, but the one behind it, keeps from pingpong */
static u32 second_job(const struct cluster *c, const struct node *n)
{
	u32 first = ~0U, second = ~0U, i;

	for (i = 0; i < n->share.count; i++) {
		u32 job = n->share.part[i].job;
		u32 milli = c->job[job].demand_milli;

		if (first == ~0U || milli > c->job[first].demand_milli) {
			second = first;
			first = job;
		} else if (second == ~0U ||
			   milli > c->job[second].demand_milli) {
			second = job;
		}
	}
	return second;
}

static const struct lb_entry *least_busy(const struct node *n)
{
	const struct lb_entry *best = NULL;
	u32 i;

	for (i = 0; i < n->window.count && i < MOSIX_VECTOR; i++) {
		const struct lb_entry *e = &n->window.entry[i];

		if (!best || e->node.demand_milli < best->node.demand_milli)
			best = e;
	}
	return best;
}

static void tick_mosix(struct cluster *c, struct node *n)
{
	const struct lb_entry *to = least_busy(n);
	u64 now_ms = c->now_us / 1000;
	u32 job = second_job(c, n);
	struct lb_proc proc = {};
	u64 cost_ms;

	if (job == ~0U || !to || n->history.moving ||
	    (n->history.moved_at_ms &&
	     now_ms < n->history.moved_at_ms + MOSIX_GAP_MS) ||
	    n->load.local_milli <= to->node.demand_milli + MOSIX_STABLE_MILLI)
		return;
	proc.travel_kib = c->job[job].travel_kib;
	cost_ms = lb_cost_move(&proc, &c->params);
	/* Residency: has it used here what the move would take? */
	if (c->job[job].left_us - (c->job[job].work_us -
	    cluster_used_us(c, &c->job[job])) < (double)cost_ms * 1000)
		return;
	lb_load_reserve(&c->node[to->node.id - 1].load, job + 1,
			LB_MILLI, c->job[job].mem_kib,
			now_ms + CLUSTER_RESERVE_MS);
	lb_history_moved(&n->history, now_ms);
	cluster_depart(c, job, to->node.id - 1U, cost_ms * 1000);
}

/* A job more: from which load to which, and memory. */
struct change {
	double from;
	double to;
	u64 used_kib;
	u32 mem_kib;
};

static struct change change_with(const struct node *n, const struct job *job)
{
	return (struct change) {
		crowd(n), crowd_with(n), n->mem_kib, job->mem_kib,
	};
}

/* As if it were not there. */
static struct change change_without(const struct node *n,
				    const struct job *job)
{
	double step = 1e3 / ((double)n->is.cpus * n->is.speed_milli);

	return (struct change) {
		crowd(n) - step, crowd(n), n->mem_kib - job->mem_kib,
		job->mem_kib,
	};
}

/* AMIR2000: n^(memory) + n^(load by L), L a power of two above all loads. */
static double marginal(const struct cluster *c, const struct node *n,
		       const struct change *by)
{
	double memory = (double)by->used_kib / n->is.mem_total_kib;
	double more = (double)by->mem_kib / n->is.mem_total_kib;
	double most = 1;
	u32 i;

	for (i = 0; i < c->nodes; i++) {
		while (crowd(&c->node[i]) > most)
			most *= 2;
	}
	return pow(c->nodes, by->to / most) - pow(c->nodes, by->from / most) +
	       pow(c->nodes, memory + more) - pow(c->nodes, memory);
}

static u32 place_epvm(struct cluster *c, u32 job)
{
	u32 begin = cluster_dice(c) % c->nodes, best = begin, i;
	double least = 0;

	for (i = 0; i < c->nodes; i++) {
		u32 at = (begin + i) % c->nodes;
		const struct node *n = &c->node[at];
		struct change by = change_with(n, &c->job[job]);
		double cost = marginal(c, n, &by);

		if (!i || cost < least) {
			best = at;
			least = cost;
		}
	}
	return best;
}

static bool emosix_moves(struct cluster *c, struct node *n, u32 job)
{
	struct change by = change_without(n, &c->job[job]);
	double here = marginal(c, n, &by);
	struct lb_proc proc = { .travel_kib = c->job[job].travel_kib };
	u32 i;

	for (i = 0; i < EMOSIX_CHOICES; i++) {
		u32 at = cluster_dice(c) % c->nodes;
		const struct node *to = &c->node[at];

		by = change_with(to, &c->job[job]);
		if (to == n || marginal(c, to, &by) >= here)
			continue;
		cluster_depart(c, job, at,
			       lb_cost_move(&proc, &c->params) * 1000);
		return true;
	}
	return false;
}

static void tick_emosix(struct cluster *c, struct node *n)
{
	u32 i;

	/* Each second period. */
	if (c->now_us / (EMOSIX_MS * 1000ULL) ==
	    (c->now_us - CLUSTER_PERIOD_MS * 1000ULL) / (EMOSIX_MS * 1000ULL))
		return;
	for (i = 0; i < n->share.count;) {
		if (!emosix_moves(c, n, n->share.part[i].job))
			i++;
	}
}

/* What the youngest job of a node has worked: see place.c. */
static u64 youngest_ms(const struct cluster *c, const struct node *n)
{
	u64 least = ~0ULL;
	u32 i;

	for (i = 0; i < n->share.count; i++) {
		u32 job = n->share.part[i].job;
		double us = cluster_used_us(c, &c->job[job]);

		least = min(least, (u64)(us / 1000));
	}
	return least;
}

/* A node as it is at this moment, those on their way to it included. */
static struct lb_node as_now(const struct node *n)
{
	struct lb_node now = n->is;

	now.demand_milli = (u32)(n->share.want_milli +
				 (u64)n->coming * LB_MILLI);
	now.mem_free_kib = n->is.mem_total_kib -
		(u32)min(n->mem_kib, (u64)n->is.mem_total_kib);
	return now;
}

static struct lb_answer ask(struct cluster *c, u16 id,
			    const struct lb_proc *proc)
{
	const struct node *n = &c->node[id - 1];
	struct lb_node now = as_now(n);
	struct lb_offer offer = {
		.demand_milli = proc->demand_milli, .mem_kib = proc->mem_kib,
		.features = proc->features,
	};

	c->tally.asks++;
	if (!cluster_is_up(c, n))
		return (struct lb_answer) { .reason = LB_REFUSE_BLOCKED };
	return lb_place_answer(&now, lb_load_coming(&n->load),
			       youngest_ms(c, n), &offer, &c->params);
}

/* Exec-time placement: whom place.c names is asked, and answers at once. */
static u32 place_ours(struct cluster *c, u32 i)
{
	static struct lb_place place;
	const struct job *job = &c->job[i];
	struct node *n = &c->node[job->home];
	struct lb_node now = as_now(n);
	struct lb_proc proc = {
		.pid = (s32)i + 1, .home = now.id,
		.demand_milli = job->duty_milli, .mem_kib = job->mem_kib,
		.features = now.features, .nodes = &job->nodes,
	};
	struct lb_view view = {
		.self = &now, .window = &n->window, .history = &n->history,
		.params = &c->params, .now_at_ms = c->now_us / 1000,
		.dice = cluster_dice(c),
	};
	struct lb_decision d;
	u16 id;

	lb_place_begin(&place, &view, &proc, youngest_ms(c, n));
	while ((id = lb_place_next(&place))) {
		struct lb_answer answer = ask(c, id, &proc);

		lb_place_answered(&place, &answer);
	}
	d = lb_place_end(&place);
	return d.node ? d.node - 1U : job->home;
}

static void tick_ours(struct cluster *c, struct node *n)
{
	policy_moves.tick(c, n);
}

const struct policy policy_round_robin = {
	.name = "round robin", .place = place_in_turn,
};

const struct policy policy_least = {
	.name = "least loaded, fresh", .place = place_least,
};

const struct policy policy_stale = {
	.name = "least loaded, 4 s old", .place = place_stale,
};

const struct policy policy_two = {
	.name = "two choices", .place = place_two,
};

const struct policy policy_mosix = {
	.name = "MOSIX", .gossips = 1, .tick = tick_mosix,
};

const struct policy policy_epvm = { .name = "E-PVM", .place = place_epvm };

const struct policy policy_emosix = {
	.name = "E-MOSIX", .place = place_epvm, .tick = tick_emosix,
};

const struct policy policy_placed = {
	.name = "ours, placed alone", .gossips = 1, .place = place_ours,
};

const struct policy policy_ours = {
	.name = "ours", .gossips = 1, .place = place_ours, .tick = tick_ours,
	.left = tick_ours,
};
