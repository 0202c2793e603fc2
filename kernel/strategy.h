/* SPDX-License-Identifier: GPL-2.0-only */
/* How the memory of each process travels. */
#ifndef MOSIX_STRATEGY_H
#define MOSIX_STRATEGY_H

#include <linux/types.h>

struct choice;
struct mm_struct;
struct mosix_link;
struct mosix_move;
struct mosix_proc;
struct seq_file;

int mosix_strategy_fix(struct mosix_proc *proc, const char *word);
void mosix_strategy_show(struct seq_file *m, struct mosix_proc *proc);
void mosix_strategy_stats(struct seq_file *m, struct mosix_proc *proc);
void mosix_strategy_measured(u16 node, u64 bytes, u64 ns);
void mosix_strategy_plan(struct mosix_move *move, struct mosix_link *link,
			 struct mm_struct *mm);
void mosix_strategy_choose(struct mosix_move *move, struct mosix_link *link);
bool mosix_strategy_follows(const struct choice *choice);
void mosix_strategy_used(struct mosix_move *move);
void mosix_strategy_returned(struct mosix_proc *proc);

#endif /* MOSIX_STRATEGY_H */
