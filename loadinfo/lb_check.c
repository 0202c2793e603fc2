// SPDX-License-Identifier: GPL-2.0-only
/* PURE: run one row of a test table. For tests alone. */
#include "cost.h"
#include "lb_check.h"
#include "load.h"

static const struct lb_params params = LB_PARAMS_DEFAULT;

/* Too large for the stack of the kernel; rows are run one after the other. */
static struct lb_window window;
static struct lb_gossip_message msg;

static struct lb_node ordinary_node(struct lb_node node)
{
	if (!node.cpus)
		node.cpus = 2;
	if (!node.speed_milli)
		node.speed_milli = 1000;
	if (!node.features)
		node.features = 0xff;
	if (!node.mem_total_kib) {
		node.mem_total_kib = 1 << 20;
		node.mem_free_kib = 1 << 19;
	}
	return node;
}

static struct lb_proc ordinary_proc(struct lb_proc proc)
{
	if (!proc.home)
		proc.home = 1;
	if (!proc.demand_milli)
		proc.demand_milli = 1000;
	if (!proc.work_ms)
		proc.work_ms = 60000;
	if (!proc.here_ms)
		proc.here_ms = 60000;
	if (!proc.mem_kib)
		proc.mem_kib = 4096;
	if (!proc.features)
		proc.features = 0x0f;
	return proc;
}

static void step(struct lb_load *load, enum lb_case_verb verb, u32 value,
		 u64 *guests)
{
	switch (verb) {
	case LB_DO_NOTHING:
		break;
	case LB_DO_SAMPLE:
		lb_load_sample(load, value);
		break;
	case LB_DO_DEPART:
		lb_load_depart(load, value);
		break;
	case LB_DO_RESERVE:
		++*guests;
		/* As much memory as demand, so one sum tells of the other. */
		if (lb_load_reserve(load, *guests, value, value, 10000))
			*guests = LB_RESERVATIONS;
		break;
	case LB_DO_ARRIVE:
		lb_load_settle(load, 2, 2000);
		break;
	case LB_DO_CANCEL:
		lb_load_settle(load, value, 0);
		break;
	case LB_DO_EXPIRE:
		lb_load_expire(load, value);
		break;
	}
}

/* Guests of which there is a place: 1, 2, ... in the order of the row. */
static u32 kept(const struct lb_load_case *c, const struct lb_load *load,
		u32 *want_milli)
{
	u32 guest = 0, n = 0, i;

	*want_milli = 0;
	for (i = 0; i < LB_CASE_STEPS; i++) {
		if (c->step[i].verb != LB_DO_RESERVE)
			continue;
		if (!lb_load_keeps(load, ++guest))
			continue;
		n++;
		*want_milli = min_t(u64, U32_MAX, (u64)*want_milli +
				    c->step[i].value);
	}
	return n;
}

/**
 * lb_check_load() - run a row of lb_load_cases
 * @c: the row
 *
 * Return: 0, or 10^12 times the step, counted from 1, plus the figure that is
 *	   wrong there.
 * Context: Tests, one at a time.
 */
s64 lb_check_load(const struct lb_load_case *c)
{
	struct lb_load load = {};
	u64 guests = 0;
	u32 want_milli, i;

	for (i = 0; i < LB_CASE_STEPS; i++) {
		s64 at = (i + 1) * 1000000000000LL;

		if (c->step[i].verb == LB_DO_NOTHING)
			break;
		step(&load, c->step[i].verb, c->step[i].value, &guests);
		if (load.local_milli != c->step[i].local_milli)
			return at + load.local_milli;
		if (lb_load_export(&load) != c->step[i].export_milli)
			return at + lb_load_export(&load);
		if (lb_load_coming(&load) != c->step[i].coming)
			return at + lb_load_coming(&load);
		if (kept(c, &load, &want_milli) != c->step[i].coming)
			return at + kept(c, &load, &want_milli);
		if (lb_load_unseen(&load) != want_milli)
			return at + lb_load_unseen(&load);
		if (lb_load_free_kib(&load, U32_MAX) !=
		    U32_MAX - lb_load_reserved(&load))
			return at + lb_load_free_kib(&load, U32_MAX);
	}
	return 0;
}

static u32 known_milli(u16 id)
{
	const struct lb_entry *e = lb_window_find(&window, id);

	return e ? lb_window_node(e).demand_milli : LB_WINDOW_ABSENT;
}

/* Of the nodes that a row may name. */
static struct lb_peer peer[LB_CASE_STEPS];

static void begin_window(void)
{
	u32 i;

	window = (struct lb_window) { .self = 1, .sends = 2 };
	for (i = 0; i < LB_CASE_STEPS; i++)
		peer[i] = (struct lb_peer) { .id = (u16)i };
}

/* Returns what is to be compared with the wanted figure. */
static u32 window_step(const struct lb_window_case *c, u32 i)
{
	u16 id = c->step[i].id;
	u64 at_ms = c->step[i].at_ms;
	struct lb_node node = { .id = id, .demand_milli = c->step[i].milli };

	switch (c->step[i].verb) {
	case LB_WINDOW_HEAR:
		lb_window_merge(&window, &node, at_ms);
		break;
	case LB_WINDOW_BUMP:
		lb_window_bump(&window, id, node.demand_milli, at_ms);
		break;
	case LB_WINDOW_FORGET:
		lb_window_forget(&window, id);
		break;
	case LB_WINDOW_HEAR_OF:
		node.demand_milli = 0;
		node.flags = (u16)c->step[i].milli;
		lb_window_hear(&window, &peer[id], &node, at_ms);
		return peer[id].flags;
	case LB_WINDOW_BURY:
		lb_window_bury(&window, &peer[id], at_ms);
		break;
	case LB_WINDOW_SAY:
		lb_gossip_note(&msg, LB_GOSSIP_PROBE, &window, at_ms);
		return lb_gossip_count(&msg);
	case LB_WINDOW_DONE:
		break;
	}
	return known_milli(id);
}

/**
 * lb_check_window() - run a row of lb_window_cases
 * @c: the row
 *
 * Return: 0, or 10^12 times the step, counted from 1, plus the figure that was
 *	   got there.
 * Context: Tests, one at a time.
 */
s64 lb_check_window(const struct lb_window_case *c)
{
	u32 i;

	begin_window();
	for (i = 0; i < LB_CASE_STEPS && c->step[i].verb; i++) {
		u32 got = window_step(c, i);

		if (got != c->step[i].want_milli)
			return (i + 1) * 1000000000000LL + got;
	}
	return 0;
}

static void watch_step(struct lb_watch *watch, const struct lb_watch_case *c,
		       u32 i)
{
	u64 at_ms = c->step[i].at_ms;
	u16 id = c->step[i].id;
	u32 n;

	for (n = 0; n < max(c->step[i].times, 1U); n++) {
		u64 now_ms = at_ms + n * LB_CASE_PERIOD_MS;

		if (c->step[i].verb == LB_WATCH_PERIOD)
			lb_watch_period(watch, now_ms);
		else if (c->step[i].verb == LB_WATCH_ASK)
			lb_watch_asked(watch, id, now_ms);
		else if (c->step[i].verb == LB_WATCH_ANSWER)
			lb_watch_answered(watch, id);
		else
			lb_watch_heard(watch, id, now_ms);
	}
}

/**
 * lb_check_watch() - run a row of lb_watch_cases
 * @c: the row
 *
 * Return: 0, or 10^12 times the step, counted from 1, plus 10^6 times the node
 *	   that is to be asked again plus the one that is dead.
 * Context: Tests, one at a time.
 */
s64 lb_check_watch(const struct lb_watch_case *c)
{
	struct lb_watch watch = {};
	u32 i;

	for (i = 0; i < LB_CASE_STEPS && c->step[i].verb; i++) {
		u64 now_ms = c->step[i].at_ms;
		u16 again, dead;

		watch_step(&watch, c, i);
		if (c->step[i].times)
			now_ms += (c->step[i].times - 1) * LB_CASE_PERIOD_MS;
		again = lb_watch_again(&watch, now_ms);
		dead = lb_watch_dead(&watch, now_ms);
		if (again != c->step[i].want_again ||
		    dead != c->step[i].want_dead)
			return (i + 1) * 1000000000000LL +
			       again * 1000000LL + dead;
	}
	return 0;
}

/**
 * lb_check_cost() - run a row of lb_cost_cases
 * @c: the row
 *
 * Return: 0, or the stretch or the cost that was got instead.
 * Context: Tests, one at a time.
 */
s64 lb_check_cost(const struct lb_cost_case *c)
{
	struct lb_state state = lb_cost_state(&c->node);
	u64 got;

	state.used_kib += c->more_kib;
	got = lb_cost_stretch(&c->node, state, &params);
	if (got != c->stretch_milli)
		return (s64)got;
	got = lb_cost_node(&c->node, state, &params);
	if (got != c->cost_milli)
		return got ? (s64)got : -1;
	return 0;
}

static void fill_window(const struct lb_balance_case *c)
{
	u32 i;

	window = (struct lb_window) { .self = c->self.id };
	for (i = 0; i < LB_CASE_NODES && c->other[i].node.id; i++) {
		struct lb_node node = ordinary_node(c->other[i].node);

		lb_window_merge(&window, &node,
				LB_CASE_NOW_MS - c->other[i].age_ms);
		lb_window_bump(&window, node.id, c->other[i].bump_milli,
			       LB_CASE_NOW_MS);
	}
}

static struct lb_view view_of(const struct lb_balance_case *c,
			      const struct lb_node *self)
{
	return (struct lb_view) {
		.self = self,
		.window = &window,
		.history = &c->history,
		.params = &params,
		.now_at_ms = LB_CASE_NOW_MS,
	};
}

static bool is_same(const struct lb_decision *got,
		    const struct lb_decision *want)
{
	return got->pid == want->pid && got->node == want->node &&
	       got->reason == want->reason;
}

static s64 as_number(const struct lb_decision *got)
{
	return got->reason * 1000000000LL + got->node * 1000000LL + got->pid;
}

static struct lb_decision decide(const struct lb_balance_case *c,
				 const struct lb_view *view)
{
	struct lb_round round;
	u32 i;

	lb_balance_begin(&round, view);
	for (i = 0; i < LB_CASE_PROCS && c->proc[i].pid; i++) {
		struct lb_proc proc = ordinary_proc(c->proc[i]);

		lb_balance_consider(&round, &proc);
	}
	return round.best;
}

/**
 * lb_check_balance() - run a row of lb_balance_cases, with many dice
 * @c: the row
 *
 * Return: 0, or 10^9 times the reason plus 10^6 times the node plus the
 *	   process that were decided instead, or the figure that is wrong.
 * Context: Tests, one at a time.
 */
s64 lb_check_balance(const struct lb_balance_case *c)
{
	struct lb_node self = ordinary_node(c->self);
	struct lb_view view = view_of(c, &self);

	fill_window(c);
	for (view.dice = 0; view.dice < 16; view.dice++) {
		struct lb_decision got = decide(c, &view);

		if (!is_same(&got, &c->want))
			return as_number(&got);
		if (c->want.gain_milli && got.gain_milli != c->want.gain_milli)
			return got.gain_milli;
		if (c->want.cost_ms && got.cost_ms != c->want.cost_ms)
			return (s64)got.cost_ms;
		if (c->want.worth_ms && got.worth_ms != c->want.worth_ms)
			return got.worth_ms;
	}
	return 0;
}

/**
 * lb_check_would() - run a row of lb_would_cases: a dry run
 * @c: the row; its first process alone
 *
 * Return: as lb_check_balance().
 * Context: Tests, one at a time.
 */
s64 lb_check_would(const struct lb_balance_case *c)
{
	struct lb_node self = ordinary_node(c->self);
	struct lb_proc proc = ordinary_proc(c->proc[0]);
	struct lb_view view = view_of(c, &self);

	fill_window(c);
	for (view.dice = 0; view.dice < 16; view.dice++) {
		struct lb_decision got = lb_balance_would(&view, &proc);

		if (!is_same(&got, &c->want))
			return as_number(&got);
	}
	return 0;
}

/**
 * lb_check_admit() - run a row of lb_admit_cases
 * @c: the row
 *
 * Return: 0, or the reason that was given instead.
 * Context: Tests, one at a time.
 */
s64 lb_check_admit(const struct lb_admit_case *c)
{
	struct lb_node self = ordinary_node(c->self);
	enum lb_reason got = lb_balance_admit(&self, c->coming, &c->offer,
					      &params);

	return got == c->want ? 0 : (s64)got;
}

/* What was packed must come out again, the flag that nobody knows left out. */
static bool reads_as(u32 i, const struct lb_node *want, u64 want_at_ms)
{
	struct lb_node got = {};
	u64 at_ms = lb_gossip_entry(&msg, i, LB_CASE_NOW_MS, &got);

	return at_ms == want_at_ms && got.id == want->id &&
	       got.flags == want->flags && got.cpus == want->cpus &&
	       got.guests == want->guests &&
	       got.speed_milli == want->speed_milli &&
	       got.demand_milli == want->demand_milli &&
	       got.mem_total_kib == want->mem_total_kib &&
	       got.mem_free_kib == want->mem_free_kib &&
	       got.features == want->features &&
	       got.mem_raw_kib == want->mem_raw_kib &&
	       got.version == want->version && got.util == want->util;
}

/**
 * lb_check_codec() - run a row of lb_codec_cases
 * @c: the row
 *
 * Return: 0, or a number that is the error which was got instead, 1 for none,
 *	   2 for a good message that was not read as it was written.
 * Context: Tests, one at a time.
 */
s64 lb_check_codec(const struct lb_codec_case *c)
{
	struct lb_node self = {
		.id = 1, .flags = LB_NODE_STAY, .cpus = 2, .guests = 5,
		.speed_milli = 1000, .demand_milli = 1234,
		.mem_total_kib = 1 << 20, .mem_free_kib = 1 << 19,
		.features = 0x123456789abcdef0ULL, .mem_raw_kib = 1 << 20,
		.version = 255, .util = 100,
	};
	struct lb_node other = self, old = self;
	u32 len;
	s32 got;

	window = (struct lb_window) { .self = 1 };
	other.id = 3;
	other.flags = LB_NODE_BLOCKED;
	/* One that has already been told on: it does not shrink by that. */
	other.mem_raw_kib = 12352;
	other.version = 0;
	other.util = 0;
	lb_window_merge(&window, &other, LB_CASE_NOW_MS - 700);
	/* Too old to be told: the message has two entries, not three. */
	old.id = 4;
	lb_window_merge(&window, &old, LB_CASE_NOW_MS - LB_CASE_OLD_MS);
	len = lb_gossip_pack(&msg, &self, &window, LB_CASE_NOW_MS);
	if (c->flip)
		((u8 *)&msg)[c->at] ^= c->flip;
	got = lb_gossip_check(&msg, len + (u32)c->len);
	if (got != c->want)
		return got ? got : 1;
	if (got)
		return 0;
	if (lb_gossip_count(&msg) != 2 ||
	    !reads_as(0, &self, LB_CASE_NOW_MS) ||
	    !reads_as(1, &other, LB_CASE_NOW_MS - 700))
		return 2;
	return 0;
}

/* Each thing that may be said is read as it was written. */
static bool all_is_said(void)
{
	u32 reason;

	for (reason = LB_ADMIT; reason <= LB_REFUSE_LOAD; reason++) {
		struct lb_answer got, said = {
			.reason = reason, .stretch_milli = 1 + reason,
			.youngest_ms = U64_MAX - reason,
		};
		u32 len = lb_gossip_say(&msg, 2, 77, &said);

		if (lb_gossip_check(&msg, len) ||
		    lb_gossip_said(&msg, &got) != 77 ||
		    got.reason != said.reason ||
		    got.stretch_milli != said.stretch_milli ||
		    got.youngest_ms != said.youngest_ms)
			return false;
	}
	return true;
}

static bool is_asked(const struct lb_question *want)
{
	struct lb_question got = {};

	lb_gossip_asked(&msg, &got);
	return got.number == want->number && got.features == want->features &&
	       got.pid == want->pid && got.mem_kib == want->mem_kib &&
	       got.demand_milli == want->demand_milli;
}

/**
 * lb_check_ask() - run a row of lb_ask_cases
 * @c: the row
 *
 * Return: as lb_check_codec().
 * Context: Tests, one at a time.
 */
s64 lb_check_ask(const struct lb_ask_case *c)
{
	struct lb_question question = {
		.number = 0x8000000000000001ULL, .features = 1ULL << 63,
		.pid = 7, .demand_milli = 1000, .mem_kib = 4096,
	};
	/* Slower than can be said: it is cut. */
	struct lb_answer answer = {
		.reason = LB_ADMIT, .stretch_milli = 1ULL << 40,
	};
	u32 len;
	s32 got;

	if (c->kind == LB_GOSSIP_ASK)
		len = lb_gossip_ask(&msg, 1, &question);
	else
		len = lb_gossip_say(&msg, 1, question.number, &answer);
	if (c->flip)
		((u8 *)&msg)[c->at] ^= c->flip;
	got = lb_gossip_check(&msg, len + (u32)c->len);
	if (got != c->want)
		return got ? got : 1;
	if (got)
		return 0;
	if (lb_gossip_count(&msg) || lb_gossip_kind(&msg) != c->kind)
		return 2;
	if (c->kind == LB_GOSSIP_ASK)
		return is_asked(&question) ? 0 : 2;
	if (lb_gossip_said(&msg, &answer) != question.number ||
	    answer.stretch_milli != LB_GOSSIP_STRETCH_MAX)
		return 2;
	return all_is_said() ? 0 : 3;
}

static u32 length(const char *text)
{
	u32 len = 0;

	while (text[len])
		len++;
	return len;
}

/**
 * lb_check_nodeset() - run a row of lb_nodeset_cases
 * @c: the row
 *
 * Return: 0, or the error that was got instead, 1 for none; 2 or 3 when the
 *	   wrong node is in it or out of it, 4 when it is printed otherwise.
 * Context: Tests, one at a time.
 */
s64 lb_check_nodeset(const struct lb_nodeset_case *c)
{
	struct lb_nodeset set = { .ranges = 1, .range = { { 99, 99 } } };
	struct lb_nodeset was = set;
	char text[LB_NODESET_TEXT];
	u32 len = length(c->text), i;
	s32 got = lb_nodeset_parse(&set, c->text, len);

	if (got != c->want)
		return got ? got : 1;
	if (got)
		return set.ranges == was.ranges && lb_nodeset_has(&set, 99) &&
		       !lb_nodeset_has(&set, 98) ? 0 : 5;
	if (!lb_nodeset_has(&set, c->in))
		return 2;
	if (c->out && lb_nodeset_has(&set, c->out))
		return 3;
	if (lb_nodeset_print(&set, text) != len)
		return 4;
	for (i = 0; i <= len; i++) {
		if (text[i] != c->text[i])
			return 4;
	}
	return 0;
}

static struct lb_place place;

static void begin_place(const struct lb_place_case *c, u32 dice)
{
	struct lb_node self = ordinary_node(c->self);
	struct lb_proc proc = ordinary_proc(c->proc);
	struct lb_view view = {
		.self = &self,
		.window = &window,
		.history = &c->history,
		.params = &params,
		.now_at_ms = LB_CASE_NOW_MS,
		.dice = dice,
	};
	u32 i;

	window = (struct lb_window) { .self = c->self.id };
	for (i = 0; i < LB_CASE_NODES && c->other[i].node.id; i++) {
		struct lb_node node = ordinary_node(c->other[i].node);

		lb_window_merge(&window, &node,
				LB_CASE_NOW_MS - c->other[i].age_ms);
	}
	lb_place_begin(&place, &view, &proc, c->youngest_ms);
}

/**
 * lb_check_place() - run a row of lb_place_cases, with many dice
 * @c: the row
 *
 * Return: 0; 10^12 times the question, counted from 1, plus the node that was
 *	   asked instead; or as lb_check_balance().
 * Context: Tests, one at a time.
 */
s64 lb_check_place(const struct lb_place_case *c)
{
	u32 dice, i;

	for (dice = 0; dice < 16; dice++) {
		struct lb_decision got;
		u16 node;

		begin_place(c, dice);
		for (i = 0; (node = lb_place_next(&place)); i++) {
			if (i == LB_CASE_NODES || node != c->ask[i].node)
				return (i + 1) * 1000000000000LL + node;
			lb_place_answered(&place, &c->ask[i].answer);
		}
		if (i < LB_CASE_NODES && c->ask[i].node)
			return (i + 1) * 1000000000000LL;
		got = lb_place_end(&place);
		if (!is_same(&got, &c->want))
			return as_number(&got);
		if (c->want.gain_milli && got.gain_milli != c->want.gain_milli)
			return got.gain_milli;
	}
	return 0;
}

/**
 * lb_check_answer() - run a row of lb_answer_cases
 * @c: the row
 *
 * Return: 0, or the reason or the stretch that was got instead, or -1 for the
 *	   wrong youngest.
 * Context: Tests, one at a time.
 */
s64 lb_check_answer(const struct lb_answer_case *c)
{
	struct lb_node self = ordinary_node(c->self);
	struct lb_answer got = lb_place_answer(&self, 0, c->youngest_ms,
					       &c->offer, &params);

	if (got.reason != c->want.reason)
		return got.reason;
	if (got.stretch_milli != c->want.stretch_milli)
		return (s64)got.stretch_milli;
	return got.youngest_ms == c->want.youngest_ms ? 0 : -1;
}

/* Whether the line that is written is the one that was read. */
static void compare_line(void *arg, const char *text, u32 len)
{
	const char **want = arg;
	u32 i;

	for (i = 0; *want && i < len; i++) {
		if (text[i] != (*want)[i])
			*want = NULL;
	}
}

/**
 * lb_check_journal() - run a row of lb_journal_cases
 * @c: the row
 *
 * Return: 0, or the error that was got instead, 1 for none, 2 when a decision
 *	   is written otherwise than it was read.
 * Context: Tests, one at a time.
 */
s64 lb_check_journal(const struct lb_journal_case *c)
{
	const char *want = c->line;
	struct lb_journal to = { compare_line, &want };
	struct lb_journal_line line;
	s32 got = lb_journal_read(&line, c->line, length(c->line));

	if (got != c->want)
		return got ? got : 1;
	if (got || line.kind != LB_JOURNAL_BEST)
		return 0;
	lb_journal_best(&to, &line.decision);
	return want ? 0 : 2;
}
