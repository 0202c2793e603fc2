/* SPDX-License-Identifier: GPL-2.0-only */
/* What there is in an address space that travels. */
#ifndef MOSIX_WALK_H
#define MOSIX_WALK_H

#include <linux/types.h>

struct mm_struct;

enum { MOSIX_BATCH = 256 };	/* addresses found in one walk */

/**
 * struct mosix_batch - what one walk of the page tables found
 * @addr: addresses of populated ptes, ascending
 * @count: how many
 */
struct mosix_batch {
	unsigned long addr[MOSIX_BATCH];
	u32 count;
};

/**
 * struct mosix_span - a mapping, as it was when looked at
 * @start: its address
 * @end: address behind it
 * @kind: enum wire_vma_flags of what is behind it; -1: it does not travel
 */
struct mosix_span {
	unsigned long start;
	unsigned long end;
	int kind;
};

bool mosix_walk_next(struct mm_struct *mm, struct mosix_span *span);
int mosix_walk_populated(struct mm_struct *mm, unsigned long *addr,
			 unsigned long end, struct mosix_batch *batch);
u32 mosix_walk_run(const struct mosix_batch *batch, u32 first, u32 max);

#endif /* MOSIX_WALK_H */
