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

#include "migrate.h"
#include "param.h"

#include <linux/mm.h>
#include <linux/seq_file.h>
#include <linux/string.h>

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
 * mosix_strategy_choose - how current's memory travels
 * @move: its move out, whose choice is made here
 *
 * Context: the departing task.
 */
void mosix_strategy_choose(struct mosix_move *move)
{
	struct choice_facts *facts = &move->choice.facts;

	facts->fixed = READ_ONCE(move->proc->strategy);
	facts->node = mosix_param(PARAM_STRATEGY);
	facts->eager_kib = mosix_param(PARAM_EAGER_KIB);
	facts->mem_kib = (u64)get_mm_rss(current->mm) << (PAGE_SHIFT - 10);
	choice_make(&move->choice);
}

static void remember(struct mosix_proc *proc, const struct choice *choice)
{
	spin_lock(&proc->lock);
	proc->chosen = *choice;
	spin_unlock(&proc->lock);
}

/**
 * mosix_strategy_used - a process is away: remember how its memory went
 * @move: its move
 *
 * Context: the deputy.
 */
void mosix_strategy_used(struct mosix_move *move)
{
	remember(move->proc, &move->choice);
}

/**
 * mosix_strategy_returned - the same of a way home
 * @proc: the process
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

	remember(proc, &home);
}
