// SPDX-License-Identifier: GPL-2.0-only
/*
 * What there is in an address space that travels: its mappings one after the
 * other, and the populated pages of a range. The lock is taken for each step
 * alone: what is found may be gone when it is used.
 */
#include "walk.h"

#include "pages.h"

#include <linux/mm.h>
#include <linux/pagewalk.h>

static int note_pte(pte_t *pte, unsigned long addr, unsigned long next,
		    struct mm_walk *walk)
{
	struct mosix_batch *batch = walk->private;

	if (pte_none(ptep_get(pte)))
		return 0;
	batch->addr[batch->count++] = addr;
	return batch->count == MOSIX_BATCH;
}

static const struct mm_walk_ops note_ops = {
	.pte_entry	= note_pte,
	.walk_lock	= PGWALK_RDLOCK,
};

/**
 * mosix_walk_populated - the next populated pages of a range
 * @mm: where
 * @addr: from here on; moves behind the last one that was found
 * @end: address behind the range
 * @batch: receives their addresses
 *
 * Return: 0, or the negative errno of the walk.
 * Context: process context, no lock of @mm held.
 */
int mosix_walk_populated(struct mm_struct *mm, unsigned long *addr,
			 unsigned long end, struct mosix_batch *batch)
{
	int ret;

	batch->count = 0;
	mmap_read_lock(mm);
	ret = walk_page_range(mm, *addr, end, &note_ops, batch);
	mmap_read_unlock(mm);
	if (ret < 0)
		return ret;
	*addr = ret ? batch->addr[batch->count - 1] + PAGE_SIZE : end;
	return 0;
}

/**
 * mosix_walk_run - how many pages follow each other
 * @batch: what was found
 * @first: index to begin with, below @batch->count
 * @max: no more than these
 *
 * Return: pages from @first on whose addresses have no gap, at least 1.
 * Context: any.
 */
u32 mosix_walk_run(const struct mosix_batch *batch, u32 first, u32 max)
{
	u32 n = 1;

	while (n < max && first + n < batch->count &&
	       batch->addr[first + n] == batch->addr[first] + n * PAGE_SIZE)
		n++;
	return n;
}

static int kind_of(const struct vm_area_struct *vma)
{
	if (mosix_pages_governed(vma))
		return vma->vm_file ? VMA_FILE : 0;
	if (vma->vm_file && (vma->vm_flags & VM_MAYSHARE) &&
	    !(vma->vm_flags & (VM_MAYWRITE | VM_IO | VM_PFNMAP)))
		return VMA_FILE | VMA_SHARED;
	return -1;
}

/**
 * mosix_walk_next - the next mapping
 * @mm: where
 * @span: the one before, { } to begin; becomes the next
 *
 * Return: false when there is no more.
 * Context: process context, no lock of @mm held.
 */
bool mosix_walk_next(struct mm_struct *mm, struct mosix_span *span)
{
	struct vm_area_struct *vma;

	mmap_read_lock(mm);
	vma = find_vma(mm, span->end);
	if (vma) {
		span->start = vma->vm_start;
		span->end = vma->vm_end;
		span->kind = kind_of(vma);
	}
	mmap_read_unlock(mm);
	return vma;
}
