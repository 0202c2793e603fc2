/* SPDX-License-Identifier: GPL-2.0-only */
/* PURE: what a decision was made from, in lines of text, and back. */
#ifndef MOSIX_LOADINFO_JOURNAL_H
#define MOSIX_LOADINFO_JOURNAL_H

#include "balance.h"

/** enum lb_journal_limits - sizes */
enum lb_journal_limits {
	/** @LB_JOURNAL_LINE: the longest line, "\n" and "\0" included */
	LB_JOURNAL_LINE = 320,
};

/** enum lb_journal_kind - what a line is about */
enum lb_journal_kind {
	/** @LB_JOURNAL_INVALID: no line of a journal */
	LB_JOURNAL_INVALID = 0,
	/** @LB_JOURNAL_ROUND: a round begins: the clock and the dice */
	LB_JOURNAL_ROUND,
	/** @LB_JOURNAL_PARAMS: tunables */
	LB_JOURNAL_PARAMS,
	/** @LB_JOURNAL_SELF: the node that decides */
	LB_JOURNAL_SELF,
	/** @LB_JOURNAL_HISTORY: what it did */
	LB_JOURNAL_HISTORY,
	/** @LB_JOURNAL_REFUSAL: who has refused it */
	LB_JOURNAL_REFUSAL,
	/** @LB_JOURNAL_ENTRY: the next entry of its window */
	LB_JOURNAL_ENTRY,
	/** @LB_JOURNAL_NODES: where the next process may be */
	LB_JOURNAL_NODES,
	/** @LB_JOURNAL_PROC: a process that is considered */
	LB_JOURNAL_PROC,
	/** @LB_JOURNAL_FOUND: what was decided about it */
	LB_JOURNAL_FOUND,
	/** @LB_JOURNAL_BEST: what was decided; the round ends */
	LB_JOURNAL_BEST,
	/** @LB_JOURNAL_KINDS: how many there are */
	LB_JOURNAL_KINDS
};

/**
 * struct lb_journal_line - a line that was read
 * @kind: enum lb_journal_kind
 * @round: of LB_JOURNAL_ROUND
 * @params: of LB_JOURNAL_PARAMS
 * @self: of LB_JOURNAL_SELF
 * @history: of LB_JOURNAL_HISTORY, without refusals
 * @refusal: of LB_JOURNAL_REFUSAL
 * @entry: of LB_JOURNAL_ENTRY
 * @nodes: of LB_JOURNAL_NODES
 * @proc: of LB_JOURNAL_PROC, anywhere
 * @decision: of LB_JOURNAL_FOUND and LB_JOURNAL_BEST
 */
struct lb_journal_line {
	enum lb_journal_kind kind;
	union {
		struct lb_view round;
		struct lb_params params;
		struct lb_node self;
		struct lb_history history;
		struct lb_refusal refusal;
		struct lb_entry entry;
		struct lb_nodeset nodes;
		struct lb_proc proc;
		struct lb_decision decision;
	};
};

/**
 * struct lb_journal - where lines go
 * @line: takes a line of @len bytes, its "\n" included
 * @arg: for it
 */
struct lb_journal {
	void (*line)(void *arg, const char *text, u32 len);
	void *arg;
};

void lb_journal_round(const struct lb_journal *to, const struct lb_view *view);
void lb_journal_proc(const struct lb_journal *to, const struct lb_proc *proc,
		     const struct lb_decision *found);
void lb_journal_best(const struct lb_journal *to,
		     const struct lb_decision *best);
int lb_journal_read(struct lb_journal_line *to, const char *line, u32 len);

#endif /* MOSIX_LOADINFO_JOURNAL_H */
