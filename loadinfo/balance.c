// SPDX-License-Identifier: GPL-2.0-only
/*
 * PURE: which process should go where, and may that one come here.
 *
 * One round, once a period on each node for its own processes only:
 *
 *  1. Candidates: some random nodes of the window that are fresh, take guests
 *     and have not just refused. Random, since all nodes choosing the one that
 *     looks best would meet there.
 *  2. For each process the candidate with the least marginal cost (cost.c),
 *     each thought to be a little busier than it says.
 *  3. The gain is what the process itself saves, stretch here less stretch
 *     there. It must be worth mentioning, and what the candidate's processes
 *     lose must be less than what those that stay here win.
 *  4. A process that has worked for a time t will, by experience, work for
 *     another t. So a move pays when
 *
 *		work so far * gain >= cost of the move
 *
 *     with no constant to tune (Harchol-Balter and Downey's criterion).
 *  5. Of the processes that may go, that goes which saves the cluster most:
 *     one a round, and no other before it is gone. A process that may not be
 *     on this node at all (allow.c) goes before those, whatever it gains.
 *
 * Documentation/balancing.rst works an example.
 */
#include "balance.h"
#include "cost.h"

/* A process that wants less of a CPU is not what makes a node busy. */
#define IDLE_MILLI	100U
/* How often the residency doubles: from 5 s to a little over 5 minutes. */
#define RESIDENCY_DOUBLINGS	6
/* Bounds that keep products below 64 bits: waiting for home, CPUs wanted. */
#define TALK_MAX_MILLI	100000U
#define WANT_MAX_MILLI	10000000U

static const char * const reason_names[] = {
	[LB_REASON_NONE]	= "none",
	[LB_STAY_ADMIN]		= "stay-admin",
	[LB_STAY_ALONE]		= "stay-alone",
	[LB_STAY_STALE]		= "stay-stale",
	[LB_STAY_BUSY]		= "stay-busy",
	[LB_STAY_GAP]		= "stay-gap",
	[LB_STAY_NO_PROC]	= "stay-no-process",
	[LB_STAY_IDLE]		= "stay-idle",
	[LB_STAY_NO_WAIT]	= "stay-no-wait",
	[LB_STAY_NO_TARGET]	= "stay-no-target",
	[LB_STAY_GAIN]		= "stay-gain",
	[LB_STAY_RESIDENCY]	= "stay-residency",
	[LB_STAY_YOUNG]		= "stay-young",
	[LB_MOVE_CPU]		= "move-cpu",
	[LB_MOVE_MEMORY]	= "move-memory",
	[LB_MOVE_NODES]		= "move-nodes",
	[LB_MOVE_HOME]		= "move-home",
	[LB_ADMIT]		= "admit",
	[LB_REFUSE_BLOCKED]	= "refuse-blocked",
	[LB_REFUSE_FULL]	= "refuse-full",
	[LB_REFUSE_MEMORY]	= "refuse-memory",
	[LB_REFUSE_FEATURES]	= "refuse-features",
	[LB_REFUSE_LOAD]	= "refuse-load",
	[LB_FAILED]		= "failed",
};

/* Every reason has a name. */
static_assert(ARRAY_SIZE(reason_names) == LB_REASONS);

/**
 * lb_reason_name() - a reason in a word
 * @reason: any value
 *
 * Return: its name; "none" for what is no reason.
 * Context: Any.
 */
const char *lb_reason_name(enum lb_reason reason)
{
	if ((u32)reason >= LB_REASONS)
		return reason_names[LB_REASON_NONE];
	return reason_names[reason];
}

/**
 * lb_history_moved() - a process begins to move out
 * @history: of this node
 * @now_at_ms: the clock
 *
 * Context: Any; the caller serialises.
 */
void lb_history_moved(struct lb_history *history, u64 now_at_ms)
{
	history->moving++;
	history->moved_at_ms = now_at_ms;
}

/**
 * lb_history_ended() - it is gone, or stays after all
 * @history: of this node
 *
 * Context: Any; the caller serialises.
 */
void lb_history_ended(struct lb_history *history)
{
	if (history->moving)
		history->moving--;
}

/**
 * lb_history_refused() - remember who would not take a process
 * @history: of this node
 * @node: who
 * @until_at_ms: how long it is not asked again
 *
 * The refusal that ends first makes room when there are too many.
 *
 * Context: Any; the caller serialises.
 */
void lb_history_refused(struct lb_history *history, u16 node, u64 until_at_ms)
{
	u32 slot = 0;
	u32 i;

	for (i = 0; i < LB_REFUSALS; i++) {
		if (history->refusal[i].node == node) {
			slot = i;
			break;
		}
		if (history->refusal[i].until_at_ms <
		    history->refusal[slot].until_at_ms)
			slot = i;
	}
	history->refusal[slot].node = node;
	history->refusal[slot].until_at_ms = until_at_ms;
}

static bool has_refused(const struct lb_view *view, u16 node)
{
	u32 i;

	for (i = 0; i < LB_REFUSALS; i++) {
		const struct lb_refusal *r = &view->history->refusal[i];

		if (r->node == node && view->now_at_ms < r->until_at_ms)
			return true;
	}
	return false;
}

static bool is_fresh(const struct lb_view *view, const struct lb_entry *entry)
{
	return view->now_at_ms <= entry->at_ms + view->params->fresh_ms;
}

/* May a guest be sent there, as far as is known here? */
static bool is_open(const struct lb_view *view, const struct lb_entry *entry)
{
	return is_fresh(view, entry) &&
	       !(entry->node.flags & (LB_NODE_BLOCKED | LB_NODE_LEAVING)) &&
	       !has_refused(view, entry->node.id);
}

static bool is_short_of_memory(const struct lb_view *view)
{
	struct lb_state state = lb_cost_state(view->self);

	return lb_cost_pressure(view->self, state) >
	       view->params->mem_knee_milli;
}

/*
 * A fair sample of the nodes that will do: the m-th of them takes the place of
 * a chosen one with the probability that makes all equally likely. Few have
 * room for what a node without memory must get rid of: then as many as can be.
 */
static enum lb_reason choose(struct lb_round *round)
{
	const struct lb_view *view = round->view;
	const struct lb_window *window = view->window;
	u32 wanted = clamp(view->params->choices, 1U, (u32)LB_CHOICES);
	u32 fresh = 0, fit = 0;
	u32 i, slot;

	if (is_short_of_memory(view))
		wanted = LB_CHOICES;
	for (i = 0; i < window->count; i++) {
		const struct lb_entry *e = &window->entry[i];

		fresh += is_fresh(view, e);
		if (!is_open(view, e))
			continue;
		slot = fit++;
		if (slot >= wanted)
			slot = lb_gossip_dice(view->dice, fit) % fit;
		if (slot < wanted)
			round->candidate[slot] = lb_window_node(e);
	}
	round->choices = min(fit, wanted);
	if (!window->count)
		return LB_STAY_ALONE;
	return fresh ? LB_REASON_NONE : LB_STAY_STALE;
}

/**
 * lb_balance_begin() - begin a round
 * @round: filled in
 * @view: what is known; must outlive the round
 *
 * Context: Any.
 */
void lb_balance_begin(struct lb_round *round, const struct lb_view *view)
{
	const struct lb_history *history = view->history;
	enum lb_reason none;

	round->view = view;
	round->all = false;
	round->blank = LB_REASON_NONE;
	none = choose(round);
	if (view->self->flags & LB_NODE_STAY)
		round->blank = LB_STAY_ADMIN;
	else if (none != LB_REASON_NONE)
		round->blank = none;
	else if (history->moving)
		round->blank = LB_STAY_BUSY;
	else if (history->moved_at_ms &&
		 view->now_at_ms < history->moved_at_ms + view->params->gap_ms)
		round->blank = LB_STAY_GAP;
	round->best = (struct lb_decision) {
		.reason = round->blank ? round->blank : LB_STAY_NO_PROC,
	};
}

/* Home is where a process may always be: it has nowhere else to come back to. */
static bool may_be_on(u16 node, const struct lb_proc *proc)
{
	return node == proc->home || lb_nodeset_has(proc->nodes, node);
}

static bool may_run(const struct lb_node *node, const struct lb_proc *proc)
{
	if (proc->features & ~node->features || !may_be_on(node->id, proc))
		return false;
	return node->mem_free_kib >= proc->mem_kib;
}

/**
 * struct place - a node with the process on it
 * @stretch: what a second of work takes it there
 * @marginal: what the cluster pays more, each second, for having it there
 */
struct place {
	u64 stretch;
	u64 marginal;
};

/* Away from home a process also waits for its home: per second of work. */
static u64 talk_on(const struct lb_node *node, const struct lb_proc *proc)
{
	return node->id == proc->home ? 0 :
	       min(proc->talk_milli, TALK_MAX_MILLI);
}

/*
 * What it uses there. Its demand is the one that it has at home; while it waits
 * for its home it leaves the CPU to others.
 */
static struct lb_proc as_on(const struct lb_node *node,
			    const struct lb_proc *proc)
{
	u64 demand = min(proc->demand_milli, WANT_MAX_MILLI);
	u64 talk = talk_on(node, proc);
	struct lb_proc there = *proc;

	if (talk)
		demand = demand * LB_MILLI / (LB_MILLI + talk);
	there.demand_milli = (u32)demand;
	return there;
}

static struct place price(const struct lb_view *view,
			  const struct lb_proc *proc,
			  const struct lb_node *node, struct lb_state without)
{
	struct lb_proc there = as_on(node, proc);
	struct lb_state with = lb_cost_with(without, &there);
	struct place p;
	u64 talk;

	p.stretch = lb_cost_stretch(node, with, view->params);
	p.marginal = lb_cost_sum(with, p.stretch) -
		     lb_cost_node(node, without, view->params);
	talk = p.stretch * talk_on(node, proc) / LB_MILLI;
	p.stretch += talk;
	p.marginal += talk * min(proc->demand_milli, WANT_MAX_MILLI) /
		      LB_MILLI;
	return p;
}

static struct place price_here(const struct lb_view *view,
			       const struct lb_proc *proc)
{
	struct lb_state state = lb_cost_state(view->self);
	struct lb_proc here = as_on(view->self, proc);

	return price(view, proc, view->self, lb_cost_without(state, &here));
}

static struct place price_there(const struct lb_view *view,
				const struct lb_proc *proc,
				const struct lb_node *node)
{
	u32 hysteresis = view->params->hysteresis_milli;
	struct lb_state state = lb_cost_state(node);

	if (hysteresis > LB_MILLI)
		state.demand_milli += hysteresis - LB_MILLI;
	return price(view, proc, node, state);
}

/**
 * struct best - the best place found so far
 * @node: where, id 0 if there is none yet
 * @place: what it is like there
 */
struct best {
	struct lb_node node;
	struct place place;
};

/* Least marginal cost; of equals home, else whom the dice put first. */
static void try_place(struct best *best, const struct lb_view *view,
		      const struct lb_proc *proc, const struct lb_node *node)
{
	struct place p;

	if (!may_run(node, proc))
		return;

	p = price_there(view, proc, node);
	if (best->node.id && p.marginal > best->place.marginal)
		return;
	if (best->node.id && p.marginal == best->place.marginal &&
	    node->id != proc->home)
		return;
	best->node = *node;
	best->place = p;
}

/* Home is always a candidate, and one that does not block its own. */
static void try_home(struct best *best, const struct lb_view *view,
		     const struct lb_proc *proc)
{
	const struct lb_entry *e = lb_window_find(view->window, proc->home);
	struct lb_node node;

	if (!e || !is_fresh(view, e) || has_refused(view, proc->home) ||
	    e->node.flags & LB_NODE_LEAVING)
		return;
	node = lb_window_node(e);
	try_place(best, view, proc, &node);
}

/* What choose() leaves to the dice. */
static void try_all(struct best *best, const struct lb_view *view,
		    const struct lb_proc *proc)
{
	u32 i;

	for (i = 0; i < view->window->count; i++) {
		const struct lb_entry *e = &view->window->entry[i];
		struct lb_node node = lb_window_node(e);

		if (is_open(view, e))
			try_place(best, view, proc, &node);
	}
}

static void find_place(struct best *best, const struct lb_round *round,
		       const struct lb_proc *proc)
{
	const struct lb_view *view = round->view;
	u32 n;

	if (round->all)
		try_all(best, view, proc);
	for (n = 0; n < round->choices && !round->all; n++) {
		u32 i = (view->dice % round->choices + n) % round->choices;

		try_place(best, view, proc, &round->candidate[i]);
	}
	try_home(best, view, proc);
}

static bool is_crowded(const struct lb_view *view)
{
	const struct lb_node *self = view->self;

	return self->demand_milli > (u64)self->cpus * LB_MILLI ||
	       is_short_of_memory(view);
}

/* Saturated: a process of a million years is as good as one of a billion. */
static s64 worth(u64 work_ms, s64 saved_milli, u64 cost_ms)
{
	s64 work = (s64)min(work_ms, 1000000000ULL);
	s64 saved = clamp(saved_milli, -1000000000LL, 1000000000LL);

	return work * saved / LB_MILLI - (s64)min(cost_ms, 1000000000ULL);
}

static enum lb_reason move_reason(const struct lb_view *view,
				  const struct lb_proc *proc, u16 node)
{
	if (node == proc->home)
		return LB_MOVE_HOME;
	return is_short_of_memory(view) ? LB_MOVE_MEMORY : LB_MOVE_CPU;
}

/*
 * A process that keeps being moved, or keeps coming home for what it can only
 * do there, is left alone for longer after each second move.
 */
static u64 residency_ms(const struct lb_proc *proc,
			const struct lb_params *params)
{
	return (u64)params->residency_ms << min_t(u32, proc->moves / 2,
						  RESIDENCY_DOUBLINGS);
}

/* Where it waits, little work says that it has been here for long. */
static bool is_young(const struct lb_view *view, const struct lb_proc *proc,
		     u64 stretch)
{
	u64 work = min(proc->work_ms, 1000000000ULL);

	/* Where memory is short the young do not get any work done, either. */
	return work * min(stretch, 1000000000ULL) / LB_MILLI <
	       view->params->min_work_ms && !is_short_of_memory(view);
}

static enum lb_reason judge(const struct lb_view *view,
			    const struct lb_proc *proc,
			    const struct lb_decision *d, u64 stretch)
{
	const struct lb_params *params = view->params;
	s64 own = worth(proc->work_ms, d->gain_milli, d->cost_ms);

	if (proc->moves && proc->here_ms < residency_ms(proc, params))
		return LB_STAY_RESIDENCY;
	if (is_young(view, proc, stretch) || own < 0 || d->worth_ms < 0)
		return LB_STAY_YOUNG;
	return move_reason(view, proc, d->node);
}

static struct lb_decision evaluate(const struct lb_round *round,
				   const struct lb_proc *proc)
{
	const struct lb_view *view = round->view;
	struct lb_decision d = { .pid = proc->pid, .reason = round->blank };
	bool must_go = !may_be_on(view->self->id, proc);
	struct best there = {};
	struct place here;

	if (d.reason != LB_REASON_NONE)
		return d;
	if (proc->demand_milli < IDLE_MILLI && !must_go &&
	    !is_short_of_memory(view)) {
		d.reason = LB_STAY_IDLE;
		return d;
	}
	find_place(&there, round, proc);
	if (!there.node.id) {
		d.reason = LB_STAY_NO_TARGET;
		return d;
	}
	here = price_here(view, proc);
	d.node = there.node.id;
	d.gain_milli = (s64)here.stretch - (s64)there.place.stretch;
	d.cost_ms = lb_cost_move(proc, view->params);
	d.worth_ms = worth(proc->work_ms,
			   (s64)here.marginal - (s64)there.place.marginal,
			   d.cost_ms);
	if (must_go)
		d.reason = LB_MOVE_NODES;
	else if (d.gain_milli >= (s64)view->params->min_gain_milli &&
		 here.marginal > there.place.marginal)
		d.reason = judge(view, proc, &d, here.stretch);
	else
		d.reason = is_crowded(view) ? LB_STAY_GAIN : LB_STAY_NO_WAIT;
	return d;
}

static bool is_better(const struct lb_decision *a, const struct lb_decision *b)
{
	bool a_moves = lb_reason_moves(a->reason);

	if (a_moves != lb_reason_moves(b->reason))
		return a_moves;
	if (!a_moves && a->reason != b->reason)
		return a->reason > b->reason;
	/* Who may not be here goes before those who would rather not. */
	if (a->reason != b->reason &&
	    (a->reason == LB_MOVE_NODES || b->reason == LB_MOVE_NODES))
		return a->reason == LB_MOVE_NODES;
	return a->worth_ms > b->worth_ms;
}

/**
 * lb_balance_consider() - look at one process
 * @round: begun with lb_balance_begin(); its best decision is kept up to date
 * @proc: the process
 *
 * Return: the decision about this process alone. It goes only if it is still
 *	   the best when all processes have been looked at.
 * Context: Any.
 */
struct lb_decision lb_balance_consider(struct lb_round *round,
				       const struct lb_proc *proc)
{
	struct lb_decision d = evaluate(round, proc);

	if (is_better(&d, &round->best))
		round->best = d;
	return d;
}

/**
 * lb_balance_would() - where would this process go if it were its turn?
 * @view: what is known
 * @proc: the process
 *
 * A dry run: all of the window is looked at instead of some of it, and that
 * another process is on its way out does not count, so that the answer depends
 * neither on dice nor on the moment.
 *
 * Return: the decision; nothing is done and nothing remembered.
 * Context: Any.
 */
struct lb_decision lb_balance_would(const struct lb_view *view,
				    const struct lb_proc *proc)
{
	struct lb_round round;

	lb_balance_begin(&round, view);
	round.all = true;
	if (round.blank == LB_STAY_BUSY || round.blank == LB_STAY_GAP)
		round.blank = LB_REASON_NONE;
	return evaluate(&round, proc);
}

/**
 * lb_balance_admit() - may this guest come?
 * @self: this node, with the demand that it exports
 * @coming: guests that were accepted and are not here yet
 * @offer: what would come
 * @params: tunables
 *
 * A node chosen by many at once says yes until coming would not pay any more.
 *
 * Return: LB_ADMIT or LB_REFUSE_*.
 * Context: Any.
 */
enum lb_reason lb_balance_admit(const struct lb_node *self, u32 coming,
				const struct lb_offer *offer,
				const struct lb_params *params)
{
	struct lb_state state = lb_cost_state(self);

	if (self->flags & (LB_NODE_BLOCKED | LB_NODE_LEAVING))
		return LB_REFUSE_BLOCKED;
	if (coming >= LB_RESERVATIONS ||
	    (u32)self->guests + coming >= params->max_guests)
		return LB_REFUSE_FULL;
	if (offer->features & ~self->features)
		return LB_REFUSE_FEATURES;
	if (self->mem_free_kib < offer->mem_kib)
		return LB_REFUSE_MEMORY;
	if (!offer->stretch_milli)
		return LB_ADMIT;
	state.demand_milli += offer->demand_milli;
	state.used_kib += offer->mem_kib;
	if (lb_cost_stretch(self, state, params) + params->min_gain_milli >
	    offer->stretch_milli)
		return LB_REFUSE_LOAD;
	return LB_ADMIT;
}
