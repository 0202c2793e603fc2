// SPDX-License-Identifier: GPL-2.0-only
/*
 * How the memory of each process travels: what is fixed for it, what its last
 * move used and why. The choice itself is in choice.c.
 *
 * Home leads each move, so home alone has to know: nothing of this travels. What
 * is fixed is in the record of the process, which stays while it is away and over
 * exec, and children have it from their parent (task.c).
 */
#include "strategy.h"

#include "link.h"
#include "migrate.h"
#include "param.h"
#include "rounds.h"

#include <linux/mm.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <linux/xarray.h>
#include <net/tcp.h>

/**
 * mosix_strategy_fix - say how the memory of a process shall travel
 * @proc: the process
 * @word: name of a strategy; "auto": nothing is fixed any more
 *
 * A move that has chosen already goes on as it has begun.
 *
 * Return: 0, -EINVAL no such word, -EOPNOTSUPP for a guest: its home leads its
 * moves.
 * Context: any.
 */
int mosix_strategy_fix(struct mosix_proc *proc, const char *word)
{
	int strategy = match_string(choice_strategies, STRATEGIES, word);

	if (strategy < 0)
		return -EINVAL;
	if (mosix_proc_is_guest(proc))
		return -EOPNOTSUPP;
	WRITE_ONCE(proc->strategy, strategy);
	return 0;
}

static void show_facts(struct seq_file *m, const struct choice_facts *f)
{
	seq_printf(m, "mem_kib %llu\n", f->mem_kib);
	seq_printf(m, "eager_kib %u\n", f->eager_kib);
	seq_printf(m, "link_kib_s %u\n", f->link_kib_s);
	seq_printf(m, "round_us %u\n", f->round_us);
	seq_printf(m, "stay_ms %llu\n", f->stay_ms);
	seq_printf(m, "touched_kib %llu\n", f->touched_kib);
	seq_printf(m, "grows_kib_s %llu\n", f->grows_kib_s);
	seq_printf(m, "written_milli %u\n", f->written_milli);
}

/**
 * mosix_strategy_show - what is fixed for a process, and what its last move used
 * @m: where to
 * @proc: the process; NULL: it has no record
 *
 * Context: process context.
 */
void mosix_strategy_show(struct seq_file *m, struct mosix_proc *proc)
{
	u8 fixed = proc ? READ_ONCE(proc->strategy) : STRATEGY_AUTO;
	struct choice chosen = { .strategy = STRATEGY_AUTO };

	if (proc) {
		spin_lock(&proc->lock);
		chosen = proc->chosen;
		spin_unlock(&proc->lock);
	}
	seq_printf(m, "fixed %s\n", choice_strategies[fixed]);
	seq_printf(m, "used %s\n", chosen.strategy == STRATEGY_AUTO ? "-" :
				   choice_strategies[chosen.strategy]);
	seq_printf(m, "why %s\n", choice_why_name(chosen.why));
	show_facts(m, &chosen.facts);
}

/**
 * mosix_strategy_stats - lines of stats about the last move
 * @m: where to
 * @proc: the process; NULL: it has no record
 *
 * Context: process context.
 */
void mosix_strategy_stats(struct seq_file *m, struct mosix_proc *proc)
{
	u64 frozen_us = 0, bytes = 0;
	u8 strategy = STRATEGY_AUTO, why = CHOICE_NONE;

	if (proc) {
		spin_lock(&proc->lock);
		strategy = proc->chosen.strategy;
		why = proc->chosen.why;
		frozen_us = proc->frozen_us;
		bytes = proc->moved_bytes;
		spin_unlock(&proc->lock);
	}
	seq_printf(m, "frozen_us %llu\n", frozen_us);
	seq_printf(m, "moved_bytes %llu\n", bytes);
	seq_printf(m, "strategy %s\n", strategy == STRATEGY_AUTO ? "-" :
				       choice_strategies[strategy]);
	seq_printf(m, "strategy_why %s\n", choice_why_name(why));
}

/* KiB/s to each node that memory went to. */
static DEFINE_XARRAY(speeds);

static u32 speed_to(u16 node)
{
	void *known = xa_load(&speeds, node);

	return known ? xa_to_value(known) : 0;
}

/**
 * mosix_strategy_measured - memory has gone to a node
 * @node: which
 * @bytes: how much
 * @ns: in so long
 *
 * Of two at once that end at the same moment one may be lost.
 *
 * Context: process context.
 */
void mosix_strategy_measured(u16 node, u64 bytes, u64 ns)
{
	u32 speed = choice_speed(speed_to(node), bytes, ns);

	/* Without memory for the first one the next is the first. */
	if (speed)
		xa_store(&speeds, node, xa_mk_value(speed), GFP_KERNEL);
}

/* As TCP has smoothed it over what was said until now, the offer included. */
static u32 round_us(struct mosix_link *link)
{
	u32 us;

	/* A host that lies may have the link made anew already. */
	mutex_lock(&link->plug);
	us = READ_ONCE(tcp_sk(link->sock->sk)->srtt_us) >> 3;
	mutex_unlock(&link->plug);
	return us;
}

/* What is known at once, however large the process is. */
static void fill_facts(struct mosix_move *move, struct mosix_link *link,
		       struct mm_struct *mm)
{
	struct choice_facts *facts = &move->choice.facts;

	facts->fixed = READ_ONCE(move->proc->strategy);
	facts->node = mosix_param(PARAM_STRATEGY);
	facts->visits = move->why == MOSIX_WHY_VISIT;
	facts->eager_kib = mosix_param(PARAM_EAGER_KIB);
	facts->link_kib_s = speed_to(move->to) ?: mosix_param(PARAM_LINK_KIB_S);
	facts->round_us = round_us(link);
	facts->stay_ms = READ_ONCE(move->proc->stay_ms);
	facts->mem_kib = (u64)get_mm_rss(mm) << (PAGE_SHIFT - 10);
}

/**
 * mosix_strategy_plan - shall memory be sent before the process leaves?
 * @move: its move out
 * @link: where to, which has accepted it
 * @mm: its memory, grabbed by the caller
 *
 * Only when the answer may be yes it is looked at what the process does.
 *
 * Context: kernel thread; the process runs.
 */
void mosix_strategy_plan(struct mosix_move *move, struct mosix_link *link,
			 struct mm_struct *mm)
{
	struct choice_facts *facts = &move->choice.facts;

	fill_facts(move, link, mm);
	facts->runs = true;
	if (choice_is_open(facts))
		mosix_rounds_look(mm, facts);
	choice_make(&move->choice);
}

/**
 * mosix_strategy_choose - how current's memory travels
 * @move: its move out, whose choice is made here
 * @link: where to
 *
 * When it was sent before, so it is; else this is the size that counts. Nothing
 * here takes the longer the larger the process is: it stands still.
 *
 * Context: the departing task.
 */
void mosix_strategy_choose(struct mosix_move *move, struct mosix_link *link)
{
	if (move->early)
		return;
	fill_facts(move, link, current->mm);
	move->choice.facts.runs = false;
	choice_make(&move->choice);
}

/**
 * mosix_strategy_follows - does what is left at home follow the body by itself?
 * @choice: how its memory travels
 *
 * So it does when it was sent early: as a bit where that still is what it is.
 * Behind a small process that went at once it is what was never populated: as
 * zero pages, so that nobody waits for them.
 *
 * Return: false when it waits until it is touched.
 * Context: any.
 */
bool mosix_strategy_follows(const struct choice *choice)
{
	return choice->strategy == STRATEGY_PUSH ||
	       choice->strategy == STRATEGY_PRECOPY ||
	       choice->why == CHOICE_SMALL;
}

/**
 * mosix_strategy_used - a process is away: remember how its memory went
 * @move: its move
 *
 * Context: the deputy.
 */
void mosix_strategy_used(struct mosix_move *move)
{
	struct mosix_proc *proc = move->proc;

	spin_lock(&proc->lock);
	proc->chosen = move->choice;
	proc->frozen_us = move->freeze_us;
	proc->moved_bytes = move->bytes;
	spin_unlock(&proc->lock);
	if (move->choice.strategy == STRATEGY_EAGER)
		mosix_strategy_measured(move->to, move->bytes,
					move->freeze_us * NSEC_PER_USEC);
}

/**
 * mosix_strategy_returned - the same of a way home
 * @proc: the process, which is where it was until now
 *
 * What the body has goes at once, whatever is fixed: its node needs nothing of
 * it afterwards.
 *
 * Context: the deputy.
 */
void mosix_strategy_returned(struct mosix_proc *proc)
{
	static const struct choice home = {
		.strategy = STRATEGY_EAGER,
		.why = CHOICE_RETURN,
	};

	spin_lock(&proc->lock);
	proc->chosen = home;
	proc->stay_ms = jiffies_to_msecs(jiffies - proc->since);
	spin_unlock(&proc->lock);
}
