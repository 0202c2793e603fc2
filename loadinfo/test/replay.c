// SPDX-License-Identifier: GPL-2.0-only
/*
 * Decides again what was recorded, on a node or in the simulator: the same
 * files, the same input and the same dice must come to the same, for each
 * process that was considered and for the round.
 */
#include <string.h>

#include "replay.h"

/* A round as it is being read. */
struct again {
	struct lb_params params;
	struct lb_node self;
	struct lb_history history;
	struct lb_window window;
	struct lb_view view;
	struct lb_round round;
	struct lb_nodeset nodes;
	bool has_nodes;
	u32 refusals;
	struct lb_decision found;
	enum lb_journal_kind last;
};

static void begin(struct again *a, const struct lb_view *round)
{
	memset(a, 0, sizeof(*a));
	a->view = (struct lb_view) {
		.self = &a->self, .window = &a->window,
		.history = &a->history, .params = &a->params,
		.now_at_ms = round->now_at_ms, .dice = round->dice,
	};
}

/* What may follow what: a journal is a round after the other. */
static bool is_in_place(const struct again *a, enum lb_journal_kind kind)
{
	switch (kind) {
	case LB_JOURNAL_ROUND:
		return a->last == LB_JOURNAL_INVALID ||
		       a->last == LB_JOURNAL_BEST;
	case LB_JOURNAL_PARAMS:
	case LB_JOURNAL_SELF:
	case LB_JOURNAL_HISTORY:
		return a->last == kind - 1U;
	case LB_JOURNAL_REFUSAL:
	case LB_JOURNAL_ENTRY:
		return a->last >= LB_JOURNAL_HISTORY && a->last <= kind;
	case LB_JOURNAL_FOUND:
		return a->last == LB_JOURNAL_PROC;
	case LB_JOURNAL_PROC:
		if (a->last == LB_JOURNAL_NODES)
			return true;
		fallthrough;
	default:
		return (a->last >= LB_JOURNAL_HISTORY &&
			a->last <= LB_JOURNAL_ENTRY) ||
		       a->last == LB_JOURNAL_FOUND;
	}
}

static bool is_same(const struct lb_decision *a, const struct lb_decision *b)
{
	return a->pid == b->pid && a->node == b->node &&
	       a->reason == b->reason && a->gain_milli == b->gain_milli &&
	       a->cost_ms == b->cost_ms && a->worth_ms == b->worth_ms;
}

static void consider(struct again *a, const struct lb_proc *recorded)
{
	struct lb_proc proc = *recorded;

	proc.nodes = a->has_nodes ? &a->nodes : NULL;
	a->has_nodes = false;
	a->found = lb_balance_consider(&a->round, &proc);
}

/* All that the round is made from is there. */
static void begin_round(struct again *a, enum lb_journal_kind kind)
{
	if (kind > LB_JOURNAL_ENTRY && a->last <= LB_JOURNAL_ENTRY)
		lb_balance_begin(&a->round, &a->view);
}

/* Returns false where there is one too many. */
static bool take(struct again *a, const struct lb_journal_line *r)
{
	switch (r->kind) {
	case LB_JOURNAL_ROUND:
		begin(a, &r->round);
		break;
	case LB_JOURNAL_PARAMS:
		a->params = r->params;
		break;
	case LB_JOURNAL_SELF:
		a->self = r->self;
		a->window.self = r->self.id;
		break;
	case LB_JOURNAL_HISTORY:
		a->history.moving = r->history.moving;
		a->history.moved_at_ms = r->history.moved_at_ms;
		break;
	case LB_JOURNAL_REFUSAL:
		if (a->refusals == LB_REFUSALS)
			return false;
		a->history.refusal[a->refusals++] = r->refusal;
		break;
	case LB_JOURNAL_ENTRY:
		if (a->window.count == LB_WINDOW)
			return false;
		a->window.entry[a->window.count++] = r->entry;
		break;
	case LB_JOURNAL_NODES:
		a->nodes = r->nodes;
		a->has_nodes = true;
		break;
	case LB_JOURNAL_PROC:
		consider(a, &r->proc);
		break;
	default:
		break;
	}
	return true;
}

static void compare(struct replay *out, const struct again *a,
		    const struct lb_journal_line *r, u64 line)
{
	const struct lb_decision *again = &a->found;

	if (r->kind == LB_JOURNAL_BEST) {
		again = &a->round.best;
		out->rounds++;
		out->moves += lb_reason_moves(r->decision.reason);
	} else if (r->kind == LB_JOURNAL_FOUND) {
		out->procs++;
	} else {
		return;
	}
	if (is_same(again, &r->decision))
		return;
	if (!out->differ++)
		out->first = line;
}

struct replay replay(FILE *from)
{
	struct again a = { .last = LB_JOURNAL_INVALID };
	struct replay out = {};
	char text[LB_JOURNAL_LINE];
	struct lb_journal_line r;
	u64 line;

	for (line = 1; fgets(text, sizeof(text), from); line++) {
		if (lb_journal_read(&r, text, (u32)strlen(text)) ||
		    !is_in_place(&a, r.kind)) {
			out.broken = line;
			break;
		}
		begin_round(&a, r.kind);
		if (!take(&a, &r)) {
			out.broken = line;
			break;
		}
		compare(&out, &a, &r, line);
		a.last = r.kind;
	}
	/* A journal may be cut off at its end, where it was taken. */
	return out;
}

static void write_line(void *arg, const char *text, u32 len)
{
	fwrite(text, 1, len, arg);
}

struct lb_journal replay_journal(FILE *to)
{
	return (struct lb_journal) { write_line, to };
}
