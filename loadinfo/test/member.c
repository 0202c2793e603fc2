// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a node does once a period: measure, tell, decide. The counterpart of
 * sample.c, vector.c, spread.c and balancer.c, around the same pure files.
 */
#include <stdio.h>

#include "../cost.h"
#include "cluster.h"

/* Throws for somebody else than oneself, who is in the table, too. */
#define OTHERS		8

static void trace(const struct cluster *c, const struct node *n,
		  const struct lb_decision *d)
{
	if (!c->trace)
		return;
	printf("# %8.2f node %u job %d -> %u %s gain %lld cost %llu worth %lld\n",
	       (double)c->now_us / 1000000, n->is.id, d->pid, d->node,
	       lb_reason_name(d->reason), d->gain_milli, d->cost_ms,
	       d->worth_ms);
}

static u64 now_ms(const struct cluster *c)
{
	return c->now_us / 1000;
}

/* A job counts for the part of the period in which it was here. */
static u64 measure_jobs(struct cluster *c, const struct node *n)
{
	u64 period_us = max(c->now_us - n->sampled_us, 1ULL);
	u64 sum = 0;
	u32 i;

	for (i = 0; i < n->share.count; i++) {
		struct job *job = &c->job[n->share.part[i].job];
		u64 since_us = max(n->sampled_us, job->here_us);

		job->demand_milli = (u32)(job->duty_milli *
					  (c->now_us - since_us) / period_us);
		sum += job->demand_milli;
	}
	return sum;
}

static void measure(struct cluster *c, struct node *n)
{
	double period_us = (double)max(c->now_us - n->sampled_us, 1ULL);
	double busy = (n->share.busy_us - n->busy_us) / period_us;
	u64 sum = measure_jobs(c, n);

	/* Jobs that came and went show in how busy the CPUs were. */
	sum = max(sum, (u64)(busy * LB_MILLI));
	n->busy_us = n->share.busy_us;
	n->sampled_us = c->now_us;
	lb_load_expire(&n->load, now_ms(c));
	lb_load_sample(&n->load, (u32)sum);
	n->is.flags = now_ms(c) >= n->blocks_ms ? LB_NODE_BLOCKED : 0;
	n->is.mem_free_kib = n->is.mem_total_kib -
		(u32)min(n->mem_kib, (u64)n->is.mem_total_kib);
	c->peer[n - c->node].heard_at_ms =
		now_ms(c) >= n->joins_ms ? max(now_ms(c), 1ULL) : 0;
}

static u16 choose_target(struct cluster *c, const struct node *n)
{
	u32 i;

	for (i = 0; i < OTHERS; i++) {
		u16 id = lb_gossip_target(c->peer, c->nodes, cluster_dice(c));

		if (id != n->is.id)
			return id;
	}
	return 0;
}

static void hear(struct cluster *c, struct node *to,
		 const struct lb_gossip_message *msg)
{
	u32 i;

	for (i = 0; i < lb_gossip_count(msg); i++) {
		struct lb_node about;
		u64 at = lb_gossip_entry(msg, i, now_ms(c), &about);

		lb_window_merge(&to->window, &about, at);
	}
}

static void tell(struct cluster *c, struct node *n)
{
	struct lb_gossip_message msg;
	u16 id = choose_target(c, n);
	u32 len;

	if (!n->told.id || now_ms(c) >= n->told_ms + c->stale_ms) {
		n->told = n->is;
		n->told.demand_milli = lb_load_export(&n->load);
		n->told.mem_free_kib =
			lb_load_free_kib(&n->load, n->is.mem_free_kib);
		n->told_ms = now_ms(c);
	}
	len = lb_gossip_pack(&msg, &n->told, &n->window, now_ms(c));
	msg.entry[0].age_ms = cpu_to_le32((u32)(now_ms(c) - n->told_ms));
	if (!id || lb_gossip_check(&msg, len))
		return;
	c->tally.messages++;
	c->tally.bytes += len;
	if (!cluster_is_up(c, &c->node[id - 1]) ||
	    cluster_dice(c) % 100 < c->loss_percent)
		return;
	hear(c, &c->node[id - 1], &msg);
}

void member_tick(struct cluster *c, struct node *n)
{
	measure(c, n);
	if (now_ms(c) >= n->joins_ms && c->nodes > 1)
		tell(c, n);
}

void member_arrived(struct cluster *c, struct node *from, struct node *to,
		    u32 job)
{
	lb_history_ended(&from->history);
	lb_window_bump(&from->window, to->is.id, c->job[job].demand_milli,
		       now_ms(c));
	lb_load_settle(&to->load, job + 1, now_ms(c) + CLUSTER_PERIOD_MS);
}

static struct lb_proc describe(const struct cluster *c, const struct job *job)
{
	return (struct lb_proc) {
		.pid = (s32)(job - c->job + 1),
		.home = c->node[job->home].is.id,
		.moves = (u16)job->moves,
		.demand_milli = job->demand_milli,
		.work_ms = (u64)(cluster_used_us(c, job) / 1000),
		.here_ms = (c->now_us - job->here_us) / 1000,
		.mem_kib = job->mem_kib,
		.travel_kib = job->travel_kib,
		.features = c->node[job->home].is.features,
		.nodes = &job->nodes,
	};
}

/* What @to answers to an offer; no answer is a refusal. */
enum lb_reason member_ask(const struct cluster *c, const struct node *to,
			  const struct lb_offer *offer)
{
	struct lb_node there = to->is;

	if (!cluster_is_up(c, to))
		return LB_REFUSE_BLOCKED;
	there.demand_milli = lb_load_export(&to->load);
	there.mem_free_kib = lb_load_free_kib(&to->load, there.mem_free_kib);
	return lb_balance_admit(&there, lb_load_coming(&to->load), offer,
				&c->params);
}

static enum lb_reason offer(const struct cluster *c, const struct node *from,
			    const struct node *to, const struct lb_proc *proc)
{
	struct lb_node here = from->is;
	struct lb_offer offer = {
		.demand_milli = proc->demand_milli,
		.mem_kib = proc->mem_kib,
		.features = proc->features,
	};

	here.demand_milli = from->load.local_milli;
	offer.stretch_milli = lb_cost_stretch(&here, lb_cost_state(&here),
					      &c->params);
	return member_ask(c, to, &offer);
}

/* Returns false when the target refuses. */
static bool move(struct cluster *c, struct node *from,
		 const struct lb_decision *d)
{
	u32 i = (u32)d->pid - 1;
	struct node *to = &c->node[d->node - 1];
	struct lb_proc proc = describe(c, &c->job[i]);
	enum lb_reason answer = offer(c, from, to, &proc);

	trace(c, from, d);
	if (answer != LB_ADMIT) {
		struct lb_decision no = *d;

		no.reason = answer;
		trace(c, from, &no);
		c->tally.refusals++;
		lb_history_refused(&from->history, d->node,
				   now_ms(c) + c->params.refusal_ms);
		return false;
	}
	lb_load_reserve(&to->load, (u64)d->pid, proc.demand_milli,
			proc.mem_kib, now_ms(c) + CLUSTER_RESERVE_MS);
	lb_history_moved(&from->history, now_ms(c));
	lb_load_depart(&from->load, proc.demand_milli);
	cluster_depart(c, i, d->node - 1U, d->cost_ms * 1000);
	return true;
}

static struct lb_decision choose(struct cluster *c, struct node *n)
{
	struct lb_node self = n->is;
	struct lb_view view = {
		.self = &self,
		.window = &n->window,
		.history = &n->history,
		.params = &c->params,
		.now_at_ms = now_ms(c),
		.dice = cluster_dice(c),
	};
	struct lb_round round;
	u32 i;

	self.demand_milli = n->load.local_milli;
	lb_balance_begin(&round, &view);
	if (c->journal)
		lb_journal_round(c->journal, &view);
	for (i = 0; i < n->share.count; i++) {
		struct lb_proc proc =
			describe(c, &c->job[n->share.part[i].job]);
		struct lb_decision d = lb_balance_consider(&round, &proc);

		if (c->journal)
			lb_journal_proc(c->journal, &proc, &d);
	}
	if (c->journal)
		lb_journal_best(c->journal, &round.best);
	return round.best;
}

/* Who is refused asks elsewhere at once. */
static void decide(struct cluster *c, struct node *n)
{
	struct lb_decision d;
	u32 tries;

	for (tries = 0; tries < LB_REFUSALS; tries++) {
		d = choose(c, n);
		if (!lb_reason_moves(d.reason) || move(c, n, &d))
			break;
	}
}

const struct policy policy_none = { .name = "none" };
const struct policy policy_moves = {
	.name = "moves", .gossips = 1, .tick = decide, .left = decide,
};
