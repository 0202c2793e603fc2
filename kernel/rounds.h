/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory is sent in rounds while its process runs on. */
#ifndef MOSIX_ROUNDS_H
#define MOSIX_ROUNDS_H

#include <linux/types.h>

struct choice_facts;
struct mm_struct;
struct mosix_link;
struct mosix_move;

void mosix_rounds_look(struct mm_struct *mm, struct choice_facts *facts);
int mosix_rounds_run(struct mosix_move *move, struct mosix_link *link,
		     struct mm_struct *mm);

#endif /* MOSIX_ROUNDS_H */
