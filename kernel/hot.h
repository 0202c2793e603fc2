/* SPDX-License-Identifier: GPL-2.0-only */
/* What a process touches. */
#ifndef MOSIX_HOT_H
#define MOSIX_HOT_H

#include <linux/types.h>

struct mm_struct;
struct mosix_batch;

void mosix_hot_begin(struct mm_struct *mm);
int mosix_hot_find(struct mm_struct *mm, unsigned long start, unsigned long end,
		   struct mosix_batch *batch, u32 max);

#endif /* MOSIX_HOT_H */
