// SPDX-License-Identifier: GPL-2.0-only
/*
 * PURE: what a decision was made from, in lines of text, and back.
 *
 * A decision depends on nothing but struct lb_view and the processes that are
 * considered. Both are written down, each structure on a line that begins with
 * its kind, the fields in the order of the tables below, in decimal:
 *
 *	round 1234500 3735928559		clock, dice
 *	params 1300 100 200 ...
 *	self 1 0 2 0 1000 3000 1048576 524288 255
 *	history 0 0
 *	entry 2 0 2 0 1000 1000 ... 1234100 0 0
 *	proc 10 1 0 1000 0 60000 60000 4096 2048 15
 *	found 10 3 13 500 200 89800
 *	best 10 3 13 500 200 89800
 *
 * Whoever reads it decides again, elsewhere and later, and must come to the
 * same (loadinfo/test/replay.c). A field that is added to a structure is added
 * to the end of its table; a line that is short or long is refused, so a journal
 * is never taken for one of another version.
 */
#include "journal.h"

/**
 * struct field - one number of a line
 * @offset: in its structure
 * @size: of it, in bytes
 */
struct field {
	u16 offset;
	u16 size;
};

/**
 * struct kind - what a line consists of
 * @name: its first word
 * @fields: how many numbers follow
 * @field: these
 */
struct kind {
	const char *name;
	u32 fields;
	const struct field *field;
};

#define F(type, name) \
	{ offsetof(struct type, name), sizeof(((struct type *)0)->name) }

static const struct field round_fields[] = {
	F(lb_view, now_at_ms), F(lb_view, dice),
};

static const struct field params_fields[] = {
	F(lb_params, hysteresis_milli), F(lb_params, min_gain_milli),
	F(lb_params, min_work_ms), F(lb_params, residency_ms),
	F(lb_params, gap_ms), F(lb_params, fresh_ms),
	F(lb_params, refusal_ms), F(lb_params, choices),
	F(lb_params, move_ms), F(lb_params, link_kib_per_s),
	F(lb_params, mem_knee_milli), F(lb_params, thrash_milli),
	F(lb_params, max_guests),
};

static const struct field self_fields[] = {
	F(lb_node, id), F(lb_node, flags), F(lb_node, cpus),
	F(lb_node, guests), F(lb_node, speed_milli),
	F(lb_node, demand_milli), F(lb_node, mem_total_kib),
	F(lb_node, mem_free_kib), F(lb_node, features),
};

static const struct field history_fields[] = {
	F(lb_history, moving), F(lb_history, moved_at_ms),
};

static const struct field refusal_fields[] = {
	F(lb_refusal, node), F(lb_refusal, until_at_ms),
};

static const struct field entry_fields[] = {
	F(lb_entry, node.id), F(lb_entry, node.flags),
	F(lb_entry, node.cpus), F(lb_entry, node.guests),
	F(lb_entry, node.speed_milli), F(lb_entry, node.demand_milli),
	F(lb_entry, node.mem_total_kib), F(lb_entry, node.mem_free_kib),
	F(lb_entry, node.features), F(lb_entry, at_ms),
	F(lb_entry, bump_milli), F(lb_entry, bump_at_ms),
};

static const struct field nodes_fields[] = {
	F(lb_nodeset, ranges), F(lb_nodeset, deny),
	F(lb_nodeset, range[0].first), F(lb_nodeset, range[0].last),
	F(lb_nodeset, range[1].first), F(lb_nodeset, range[1].last),
	F(lb_nodeset, range[2].first), F(lb_nodeset, range[2].last),
	F(lb_nodeset, range[3].first), F(lb_nodeset, range[3].last),
	F(lb_nodeset, range[4].first), F(lb_nodeset, range[4].last),
	F(lb_nodeset, range[5].first), F(lb_nodeset, range[5].last),
	F(lb_nodeset, range[6].first), F(lb_nodeset, range[6].last),
	F(lb_nodeset, range[7].first), F(lb_nodeset, range[7].last),
};

static_assert(ARRAY_SIZE(nodes_fields) == 2 + 2 * LB_NODESET_RANGES);

static const struct field proc_fields[] = {
	F(lb_proc, pid), F(lb_proc, home), F(lb_proc, moves),
	F(lb_proc, demand_milli), F(lb_proc, talk_milli),
	F(lb_proc, work_ms), F(lb_proc, here_ms), F(lb_proc, mem_kib),
	F(lb_proc, travel_kib), F(lb_proc, features),
};

static const struct field decision_fields[] = {
	F(lb_decision, pid), F(lb_decision, node), F(lb_decision, reason),
	F(lb_decision, gain_milli), F(lb_decision, cost_ms),
	F(lb_decision, worth_ms),
};

#undef F

#define KIND(name, table) { name, ARRAY_SIZE(table), table }

static const struct kind kinds[] = {
	[LB_JOURNAL_ROUND]	= KIND("round", round_fields),
	[LB_JOURNAL_PARAMS]	= KIND("params", params_fields),
	[LB_JOURNAL_SELF]	= KIND("self", self_fields),
	[LB_JOURNAL_HISTORY]	= KIND("history", history_fields),
	[LB_JOURNAL_REFUSAL]	= KIND("refusal", refusal_fields),
	[LB_JOURNAL_ENTRY]	= KIND("entry", entry_fields),
	[LB_JOURNAL_NODES]	= KIND("nodes", nodes_fields),
	[LB_JOURNAL_PROC]	= KIND("proc", proc_fields),
	[LB_JOURNAL_FOUND]	= KIND("found", decision_fields),
	[LB_JOURNAL_BEST]	= KIND("best", decision_fields),
};

#undef KIND

static_assert(ARRAY_SIZE(kinds) == LB_JOURNAL_KINDS);
/* A word, a blank and 20 digits for each of the numbers. */
static_assert(ARRAY_SIZE(entry_fields) * 21 + 9 < LB_JOURNAL_LINE);
static_assert(ARRAY_SIZE(params_fields) * 21 + 9 < LB_JOURNAL_LINE);

/* Negative numbers are written as what they are modulo 2^bits of the field. */
static u64 get(const void *from, const struct field *f)
{
	const char *at = (const char *)from + f->offset;

	switch (f->size) {
	case 2:
		return *(const u16 *)at;
	case 4:
		return *(const u32 *)at;
	default:
		return *(const u64 *)at;
	}
}

/* Returns false for a number that the field has no room for. */
static bool set(void *to, const struct field *f, u64 n)
{
	char *at = (char *)to + f->offset;

	switch (f->size) {
	case 2:
		*(u16 *)at = (u16)n;
		return n <= U16_MAX;
	case 4:
		*(u32 *)at = (u32)n;
		return n <= U32_MAX;
	default:
		*(u64 *)at = n;
		return true;
	}
}

static u32 put_word(char *line, const char *word)
{
	u32 len = 0;

	for (; word[len]; len++)
		line[len] = word[len];
	return len;
}

static void put(const struct lb_journal *to, enum lb_journal_kind kind,
		const void *what)
{
	const struct kind *k = &kinds[kind];
	char line[LB_JOURNAL_LINE];
	u32 len = put_word(line, k->name), i;

	for (i = 0; i < k->fields; i++) {
		line[len++] = ' ';
		len += lb_print_number(line + len, get(what, &k->field[i]));
	}
	line[len++] = '\n';
	line[len] = '\0';
	to->line(to->arg, line, len);
}

/**
 * lb_journal_round() - a round begins
 * @to: where lines go
 * @view: what it is made from
 *
 * Context: Any; @to is called.
 */
void lb_journal_round(const struct lb_journal *to, const struct lb_view *view)
{
	u32 i;

	put(to, LB_JOURNAL_ROUND, view);
	put(to, LB_JOURNAL_PARAMS, view->params);
	put(to, LB_JOURNAL_SELF, view->self);
	put(to, LB_JOURNAL_HISTORY, view->history);
	for (i = 0; i < LB_REFUSALS; i++) {
		if (view->history->refusal[i].node)
			put(to, LB_JOURNAL_REFUSAL, &view->history->refusal[i]);
	}
	for (i = 0; i < view->window->count; i++)
		put(to, LB_JOURNAL_ENTRY, &view->window->entry[i]);
}

/**
 * lb_journal_proc() - a process was considered
 * @to: where lines go
 * @proc: the process
 * @found: what was decided about it
 *
 * Context: Any; @to is called.
 */
void lb_journal_proc(const struct lb_journal *to, const struct lb_proc *proc,
		     const struct lb_decision *found)
{
	if (proc->nodes)
		put(to, LB_JOURNAL_NODES, proc->nodes);
	put(to, LB_JOURNAL_PROC, proc);
	put(to, LB_JOURNAL_FOUND, found);
}

/**
 * lb_journal_best() - a round ends
 * @to: where lines go
 * @best: what was decided
 *
 * Context: Any; @to is called.
 */
void lb_journal_best(const struct lb_journal *to,
		     const struct lb_decision *best)
{
	put(to, LB_JOURNAL_BEST, best);
}

/* Returns how much of the line the word is, 0 if it is another one. */
static u32 match_word(const char *line, u32 len, const char *word)
{
	u32 i;

	for (i = 0; word[i]; i++) {
		if (i >= len || line[i] != word[i])
			return 0;
	}
	return i;
}

/* Returns how long the number is, 0 if there is none or it is too large. */
static u32 read_number(const char *at, u32 len, u64 *n)
{
	u32 i;

	*n = 0;
	for (i = 0; i < len && at[i] >= '0' && at[i] <= '9'; i++) {
		u64 digit = (u64)(at[i] - '0');

		if (*n > (U64_MAX - digit) / 10)
			return 0;
		*n = *n * 10 + digit;
	}
	return i;
}

static int read_fields(void *to, const struct kind *k, const char *at, u32 len)
{
	u32 used = 0, digits, i;
	u64 n;

	for (i = 0; i < k->fields; i++) {
		if (used >= len || at[used++] != ' ')
			return -EBADMSG;
		digits = read_number(at + used, len - used, &n);
		if (!digits || !set(to, &k->field[i], n))
			return -EBADMSG;
		used += digits;
	}
	return used == len ? 0 : -EBADMSG;
}

/**
 * lb_journal_read() - read a line
 * @to: filled in
 * @line: the line
 * @len: how long it is; a "\n" at its end is allowed
 *
 * Return: 0, or -EBADMSG if it is no line of a journal.
 * Context: Any.
 */
int lb_journal_read(struct lb_journal_line *to, const char *line, u32 len)
{
	u32 kind, word;

	if (len && line[len - 1] == '\n')
		len--;
	for (kind = LB_JOURNAL_ROUND; kind < LB_JOURNAL_KINDS; kind++) {
		word = match_word(line, len, kinds[kind].name);
		if (!word)
			continue;
		*to = (struct lb_journal_line) { .kind = kind };
		return read_fields(&to->round, &kinds[kind], line + word,
				   len - word);
	}
	return -EBADMSG;
}
