/* SPDX-License-Identifier: GPL-2.0-only */
/* PURE: run one row of a test table. For tests alone. */
#ifndef MOSIX_LOADINFO_LB_CHECK_H
#define MOSIX_LOADINFO_LB_CHECK_H

#include "balance.h"
#include "place.h"
#include "journal.h"
#include "watch.h"

/** enum lb_case_limits - sizes of the tables */
enum lb_case_limits {
	LB_CASE_STEPS = 10,
	LB_CASE_NODES = 3,
	LB_CASE_PROCS = 2,
	/** @LB_CASE_PERIOD_MS: between two steps that are one */
	LB_CASE_PERIOD_MS = 500,
	/** @LB_CASE_NOW_MS: what the clock says in each row */
	LB_CASE_NOW_MS = 10000000,
	/** @LB_CASE_OLD_MS: an age that is not told any more */
	LB_CASE_OLD_MS = 5000000,
};

/** enum lb_case_verb - what a step of a load row does with its value */
enum lb_case_verb {
	LB_DO_NOTHING = 0,
	LB_DO_SAMPLE,
	LB_DO_DEPART,
	/** @LB_DO_RESERVE: for guests 1, 2, ... until 10000 ms */
	LB_DO_RESERVE,
	/** @LB_DO_ARRIVE: guest 2, will have been seen at 2000 ms */
	LB_DO_ARRIVE,
	/** @LB_DO_CANCEL: the guest of that number */
	LB_DO_CANCEL,
	LB_DO_EXPIRE,
};

/** struct lb_load_case - steps, and what is the case after each */
struct lb_load_case {
	const char *name;
	struct {
		enum lb_case_verb verb;
		u32 value;
		u32 local_milli;
		u32 export_milli;
		u32 coming;
	} step[LB_CASE_STEPS];
};

/** enum lb_window_verb - what a step of a window row does */
enum lb_window_verb {
	LB_WINDOW_DONE = 0,
	LB_WINDOW_HEAR,
	LB_WINDOW_BUMP,
	LB_WINDOW_FORGET,
	/** @LB_WINDOW_HEAR_OF: as from a message, the value is the flags */
	LB_WINDOW_HEAR_OF,
	/** @LB_WINDOW_BURY: this node finds it dead */
	LB_WINDOW_BURY,
	/** @LB_WINDOW_SAY: write a note; wanted is how many entries it has */
	LB_WINDOW_SAY,
};

/** enum lb_watch_verb - what a step of a watch row does */
enum lb_watch_verb {
	LB_WATCH_DONE = 0,
	LB_WATCH_PERIOD,
	LB_WATCH_ASK,
	LB_WATCH_ANSWER,
	LB_WATCH_HEAR,
};

/** struct lb_watch_case - steps, and who is to be asked and dead after each */
struct lb_watch_case {
	const char *name;
	struct {
		enum lb_watch_verb verb;
		u16 id;
		u64 at_ms;
		/* how often it is done, each LB_CASE_PERIOD_MS later */
		u32 times;
		u16 want_again;
		u16 want_dead;
	} step[LB_CASE_STEPS];
};

/* Demand of a node that is not in the window. */
#define LB_WINDOW_ABSENT	U32_MAX

/** struct lb_window_case - steps, and the demand of the node after each */
struct lb_window_case {
	const char *name;
	struct {
		enum lb_window_verb verb;
		u16 id;
		u64 at_ms;
		u32 milli;
		u32 want_milli;
	} step[LB_CASE_STEPS];
};

/** struct lb_cost_case - a node and what it is like to work there */
struct lb_cost_case {
	const char *name;
	struct lb_node node;
	u32 more_kib;
	u64 stretch_milli;
	u64 cost_milli;
};

/** struct lb_balance_case - a cluster and what one node of it decides */
struct lb_balance_case {
	const char *name;
	struct lb_node self;
	struct {
		struct lb_node node;
		u32 age_ms;
		u32 bump_milli;
	} other[LB_CASE_NODES];
	struct lb_proc proc[LB_CASE_PROCS];
	struct lb_history history;
	struct lb_decision want;
};

/** struct lb_admit_case - an offer and the answer */
struct lb_admit_case {
	const char *name;
	struct lb_node self;
	u32 coming;
	struct lb_offer offer;
	enum lb_reason want;
};

/** struct lb_codec_case - how a message is spoiled, and what is said then */
struct lb_codec_case {
	const char *name;
	s32 len;
	u32 at;
	u8 flip;
	s32 want;
};

/** struct lb_ask_case - how a question, or what is said, is spoiled */
struct lb_ask_case {
	const char *name;
	enum lb_gossip_kind kind;
	s32 len;
	u32 at;
	u8 flip;
	s32 want;
};

/** struct lb_nodeset_case - a set in words, and what is in it and what is not */
struct lb_nodeset_case {
	const char *name;
	const char *text;
	u16 in;
	u16 out;
	s32 want;
};

/** struct lb_place_case - a cluster, who is asked, and where it starts */
struct lb_place_case {
	const char *name;
	struct lb_node self;
	struct {
		struct lb_node node;
		u32 age_ms;
	} other[LB_CASE_NODES];
	struct lb_proc proc;
	u64 youngest_ms;
	struct lb_history history;
	struct {
		u16 node;
		struct lb_answer answer;
	} ask[LB_CASE_NODES];
	struct lb_decision want;
};

/** struct lb_answer_case - a node that is asked, and what it says */
struct lb_answer_case {
	const char *name;
	struct lb_node self;
	u64 youngest_ms;
	struct lb_offer offer;
	struct lb_answer want;
};

/** struct lb_journal_case - a line, and whether it is one of a journal */
struct lb_journal_case {
	const char *name;
	const char *line;
	s32 want;
};

/*
 * Each returns 0 when the row holds, else what was got instead, as a number
 * that helps whoever reads the failure.
 */
s64 lb_check_load(const struct lb_load_case *c);
s64 lb_check_window(const struct lb_window_case *c);
s64 lb_check_watch(const struct lb_watch_case *c);
s64 lb_check_cost(const struct lb_cost_case *c);
s64 lb_check_balance(const struct lb_balance_case *c);
s64 lb_check_admit(const struct lb_admit_case *c);
s64 lb_check_codec(const struct lb_codec_case *c);
s64 lb_check_nodeset(const struct lb_nodeset_case *c);
s64 lb_check_would(const struct lb_balance_case *c);
s64 lb_check_place(const struct lb_place_case *c);
s64 lb_check_ask(const struct lb_ask_case *c);
s64 lb_check_answer(const struct lb_answer_case *c);
s64 lb_check_journal(const struct lb_journal_case *c);

#endif /* MOSIX_LOADINFO_LB_CHECK_H */
