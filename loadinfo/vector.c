// SPDX-License-Identifier: GPL-2.0-only
/*
 * The load vector: what this node knows of itself and of the others.
 *
 * The balancer's thread measures, hears and tells; guests that arrive are
 * admitted by other threads; anybody may look. All of it is under one lock,
 * which is held for moments only. What nobody but the thread writes (the
 * window, the own entry) the thread reads without.
 */
#include "vector.h"

#include "balance.h"
#include "cost.h"
#include "load.h"
#include "place.h"
#include "sample.h"
#include "tune.h"

#include "../kernel/node.h"
#include "../kernel/param.h"
#include "../kernel/task.h"
#include "../kernel/trace.h"
#include "../kernel/verb.h"

#include <linux/cleanup.h>
#include <linux/spinlock.h>

static DEFINE_SPINLOCK(lock);		/* protects all that follows */
static struct lb_load load;		/* demand, decayed */
static struct lb_window window;		/* the others */
static struct lb_node own;		/* this node; demand: last sample's */
static bool mixed;			/* some node has CPU features that it lacks */

/* What the administrator said, as the others shall know it. */
static u16 flags(void)
{
	return (mosix_param(PARAM_BLOCK) ? LB_NODE_BLOCKED : 0) |
	       (mosix_param(PARAM_STAY) ? LB_NODE_STAY : 0) |
	       (mosix_param(PARAM_LSTAY) ? LB_NODE_LSTAY : 0) |
	       (mosix_param(PARAM_QUIET) ? LB_NODE_QUIET : 0) |
	       (mosix_node_leaving() || mosix_verb_expels() ? LB_NODE_LEAVING : 0);
}

/**
 * mosix_vector_mapped() - the node map changed: forget who is not in it
 * @nodes: how many it has
 *
 * Context: The balancer's thread.
 */
void mosix_vector_mapped(u32 nodes)
{
	u32 i;

	guard(spinlock)(&lock);
	window.self = mosix_node_self();
	window.sends = lb_gossip_sends(nodes);
	for (i = window.count; i-- > 0;) {
		u16 id = window.entry[i].node.id;

		if (id == window.self || !mosix_node_is_known(id))
			lb_window_forget(&window, id);
	}
}

/**
 * mosix_vector_sampled() - take in what this node measured
 * @sample: itself, with the demand of the last period alone
 * @now_ms: the clock
 *
 * Context: The balancer's thread.
 */
void mosix_vector_sampled(const struct lb_node *sample, u64 now_ms)
{
	guard(spinlock)(&lock);
	lb_load_expire(&load, now_ms);
	lb_load_sample(&load, sample->demand_milli);
	own = *sample;
	own.flags = flags();
}

/**
 * mosix_vector_heard() - take in what was heard of a node
 * @peer: of the map, as it was known; brought up to date
 * @node: the news
 * @at_ms: when it was so
 *
 * Context: The balancer's thread.
 */
void mosix_vector_heard(struct lb_peer *peer, const struct lb_node *node,
			u64 at_ms)
{
	guard(spinlock)(&lock);
	if (own.features && (node->features & ~own.features))
		mixed = true;
	lb_window_hear(&window, peer, node, at_ms);
}

/**
 * mosix_vector_bury() - this node has found out that another one is dead
 * @peer: of the map
 * @now_ms: the clock
 *
 * Context: The balancer's thread.
 */
void mosix_vector_bury(struct lb_peer *peer, u64 now_ms)
{
	guard(spinlock)(&lock);
	lb_window_bury(&window, peer, now_ms);
}

/**
 * mosix_vector_moved() - a process of this node is there now
 * @node: where
 * @demand_milli: what it wants
 * @now_ms: the clock
 *
 * Neither the next sample here nor that node's next word is waited for.
 *
 * Context: The balancer's thread.
 */
void mosix_vector_moved(u16 node, u32 demand_milli, u64 now_ms)
{
	guard(spinlock)(&lock);
	lb_load_depart(&load, demand_milli);
	lb_window_bump(&window, node, demand_milli, now_ms);
}

/* As the others shall see this node. */
static struct lb_node exported(void)
{
	struct lb_node node = own;

	lockdep_assert_held(&lock);
	node.flags = flags();
	node.demand_milli = lb_load_export(&load);
	node.mem_free_kib = lb_load_free_kib(&load, own.mem_free_kib);
	return node;
}

/**
 * mosix_vector_pack() - write the datagram of this period
 * @msg: where to
 * @now_ms: the clock
 *
 * Return: its length in bytes.
 * Context: The balancer's thread.
 */
u32 mosix_vector_pack(struct lb_gossip_message *msg, u64 now_ms)
{
	struct lb_node self;

	guard(spinlock)(&lock);
	self = exported();
	return lb_gossip_pack(msg, &self, &window, now_ms);
}

/**
 * mosix_vector_note() - write a probe or an answer
 * @msg: where to
 * @kind: which
 * @now_ms: the clock
 *
 * Return: its length in bytes.
 * Context: The balancer's thread.
 */
u32 mosix_vector_note(struct lb_gossip_message *msg, enum lb_gossip_kind kind,
		      u64 now_ms)
{
	guard(spinlock)(&lock);
	return lb_gossip_note(msg, kind, &window, now_ms);
}

/**
 * mosix_vector_own() - this node for its own decisions
 *
 * Return: the node, with the demand that it itself believes.
 * Context: Process context.
 */
struct lb_node mosix_vector_own(void)
{
	struct lb_node node;

	guard(spinlock)(&lock);
	node = own;
	node.flags = flags();
	node.demand_milli = load.local_milli;
	return node;
}

/**
 * mosix_vector_window() - the others
 *
 * Return: the window; only the balancer's thread changes it.
 * Context: The balancer's thread.
 */
const struct lb_window *mosix_vector_window(void)
{
	return &window;
}

/**
 * mosix_vector_copy() - the others, for who is not the balancer's thread
 * @to: filled in; large: not for a stack
 *
 * Context: Process context.
 */
void mosix_vector_copy(struct lb_window *to)
{
	guard(spinlock)(&lock);
	*to = window;
}

/**
 * mosix_vector_params() - the tunables
 *
 * Return: the values that hold now.
 * Context: Any.
 */
struct lb_params mosix_vector_params(void)
{
	struct lb_params params;

	mosix_tune_read(&params);
	return params;
}

static enum wire_refusal refusal(enum lb_reason reason)
{
	switch (reason) {
	case LB_ADMIT:
		return REFUSE_INVALID;
	case LB_REFUSE_BLOCKED:
		return REFUSE_BLOCKED;
	case LB_REFUSE_MEMORY:
		return REFUSE_MEMORY;
	case LB_REFUSE_FEATURES:
		return REFUSE_CPU;
	default:
		return REFUSE_BUSY;
	}
}

static u64 guest_key(u16 from, u32 pid)
{
	return ((u64)from << 32) | pid;
}

/*
 * What a second of work takes on that node; 0 if nothing fresh is known of it. It
 * may have got busier since it was heard of, never less busy: it exports what
 * decays slowly. One that has told nothing for long (quiet) may be as busy as it says.
 */
static u64 stretch_at(u16 id, u64 now_ms, const struct lb_params *params)
{
	const struct lb_entry *e = lb_window_find(&window, id);

	lockdep_assert_held(&lock);
	if (!e || now_ms > e->at_ms + params->fresh_ms)
		return 0;
	return lb_cost_stretch(&e->node, lb_cost_state(&e->node),
			       params);
}

/**
 * mosix_vector_admit() - may this guest come?
 * @from: node that asks
 * @offer: what it offers, checked
 *
 * A guest that is admitted counts at once. That this CPU has all features of its
 * home's is known by now: kernel/birth.c compares them all, and not only those
 * that nodes tell each other of.
 *
 * Return: REFUSE_INVALID if it may, else why not.
 * Context: Process context.
 */
enum wire_refusal mosix_vector_admit(u16 from, const struct wire_offer *offer)
{
	u64 now_ms = mosix_sample_clock_ms();
	struct lb_params params = mosix_vector_params();
	u64 key = guest_key(from, le32_to_cpu(offer->pid));
	struct lb_offer o = {
		.demand_milli = le32_to_cpu(offer->load_milli),
		.mem_kib = (u32)min_t(u64, le64_to_cpu(offer->mem_kib),
				      U32_MAX),
	};
	enum lb_reason reason;
	struct lb_node self;
	bool kept;

	guard(spinlock)(&lock);
	lb_load_expire(&load, now_ms);
	/* Who has asked knows what it is like here, and its place is its own. */
	kept = lb_load_keeps(&load, key);
	lb_load_settle(&load, key, 0);
	self = exported();
	if (o.demand_milli && !kept)
		o.stretch_milli = stretch_at(le16_to_cpu(offer->at), now_ms,
					     &params);
	reason = lb_balance_admit(&self, lb_load_coming(&load), &o, &params);
	if (reason == LB_ADMIT &&
	    lb_load_reserve(&load, key, o.demand_milli, o.mem_kib,
			    now_ms + VECTOR_RESERVE_MS))
		reason = LB_REFUSE_FULL;
	return refusal(reason);
}

/**
 * mosix_vector_asked() - may this program begin here, and what would it be like?
 * @from: node that asks
 * @q: what is asked, checked
 * @now: what it is like here
 *
 * Its place is kept for VECTOR_ASKED_MS, so that two that ask at once do not get
 * the same. Who only asks may keep half of the places: an offer finds one.
 *
 * Return: the answer.
 * Context: The balancer's thread.
 */
struct lb_answer mosix_vector_asked(u16 from, const struct lb_question *q,
				    const struct mosix_moment *now)
{
	struct lb_params params = mosix_vector_params();
	u64 key = guest_key(from, q->pid);
	struct lb_offer offer = {
		.demand_milli = q->demand_milli,
		.mem_kib = q->mem_kib,
		.features = q->features,
	};
	struct lb_answer answer;
	struct lb_node self;
	u32 coming;

	guard(spinlock)(&lock);
	lb_load_expire(&load, now->at_ms);
	lb_load_settle(&load, key, 0);
	self = own;
	self.flags = flags();
	self.demand_milli = min_t(u64, (u64)now->demand_milli +
				  lb_load_unseen(&load), U32_MAX);
	self.mem_free_kib = lb_load_free_kib(&load, own.mem_free_kib);
	coming = lb_load_coming(&load);
	answer = lb_place_answer(&self, coming, now->youngest_ms, &offer,
				 &params);
	if (answer.reason == LB_ADMIT &&
	    (coming >= LB_RESERVATIONS / 2 ||
	     lb_load_reserve(&load, key, q->demand_milli, q->mem_kib,
			     now->at_ms + VECTOR_ASKED_MS)))
		answer.reason = LB_REFUSE_FULL;
	return answer;
}

/**
 * mosix_vector_coming() - guests on their way are so still
 * @now_ms: the clock
 *
 * Context: The balancer's thread.
 */
void mosix_vector_coming(u64 now_ms)
{
	struct mosix_proc *proc = NULL;

	while ((proc = mosix_proc_next(proc))) {
		if (mosix_proc_state(proc) != ST_OFFERED)
			continue;
		guard(spinlock)(&lock);
		lb_load_hold(&load, guest_key(proc->home, (u32)proc->pid),
			     now_ms + 2 * mosix_param(PARAM_PERIOD_MS));
	}
}

/*
 * The tracepoint: a guest that was admitted counts until a sample has seen it run,
 * or until it is over. Under the lock of @proc.
 */
static void stepped(void *unused, struct mosix_proc *proc,
		    enum mosix_state from, enum mosix_state to)
{
	u64 key = guest_key(proc->home, (u32)proc->pid);

	if (to != ST_RUNNING && to != ST_GONE)
		return;
	guard(spinlock)(&lock);
	lb_load_settle(&load, key, to == ST_GONE ? 0 :
		       mosix_sample_clock_ms() +
		       2 * mosix_param(PARAM_PERIOD_MS));
}

/**
 * mosix_vector_init() - watch guests come and go
 *
 * Return: 0, or why they cannot be watched.
 * Context: Process context, once.
 */
int mosix_vector_init(void)
{
	return register_trace_mosix_state(stepped, NULL);
}

/**
 * mosix_vector_has_more() - has a node CPU features that this one lacks?
 * @id: the node
 *
 * Return: true if it has; if nothing is known of it, true if any node had that was
 *	   heard of.
 * Context: Any that may take a lock.
 */
bool mosix_vector_has_more(u16 id)
{
	const struct lb_entry *e;

	guard(spinlock)(&lock);
	e = lb_window_find(&window, id);
	return e ? e->node.features & ~own.features : mixed;
}

/**
 * mosix_vector_known() - what this node knows about a node
 * @id: any node, this one included
 * @known: filled in
 *
 * Return: 0; -ENODEV if @id is not in the map; -EHOSTUNREACH if nothing was
 *	   heard of it for too long.
 * Context: Process context.
 */
int mosix_vector_known(u16 id, struct mosix_known *known)
{
	u64 now_ms = mosix_sample_clock_ms();
	const struct lb_entry *e;

	if (!mosix_node_is_known(id))
		return -ENODEV;
	guard(spinlock)(&lock);
	if (id == own.id) {
		known->node = exported();
		known->age_ms = 0;
		return 0;
	}
	e = lb_window_find(&window, id);
	if (!e || now_ms > e->at_ms + mosix_param(PARAM_ALIVE_MS))
		return -EHOSTUNREACH;
	known->node = e->node;
	known->age_ms = now_ms - min(now_ms, e->at_ms);
	return 0;
}
