// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a process touches: its working set (after Denning), which it will need
 * first where it goes.
 *
 * The CPU marks what it uses in the page tables. The marks are wiped when a move
 * begins; the process runs on while the target makes room for it, and what is
 * marked by then goes ahead of it. The CPU marks whole page tables as well: that
 * tells where to look, so that the time that the process stands still does not
 * grow with its memory.
 *
 * The kernel's own aging of pages loses one look at them.
 */
#include "hot.h"

#include "pages.h"
#include "walk.h"

#include <linux/mm.h>
#include <linux/pagewalk.h>
#include <linux/pgtable.h>

#include <asm/tlbflush.h>

/**
 * struct find - pages that were touched, as they are found
 * @batch: receives them
 * @max: as many are enough
 */
struct find {
	struct mosix_batch *batch;
	u32 max;
};

/* A huge page is marked as a whole: what it holds is not told apart. */
static bool is_table(pmd_t pmd)
{
	return pmd_present(pmd) && !pmd_leaf(pmd);
}

static int skip_foreign(unsigned long addr, unsigned long next,
			struct mm_walk *walk)
{
	return !mosix_pages_governed(walk->vma);
}

/*
 * The pages of a table that is not marked may be: the kernel marks each page that
 * it puts in place, and the table is shared with other mappings.
 */
static int wipe_table(pmd_t *pmd, unsigned long addr, unsigned long next,
		      struct mm_walk *walk)
{
	cond_resched();
	if (!is_table(pmdp_get_lockless(pmd)))
		walk->action = ACTION_CONTINUE;
	else if (arch_has_hw_nonleaf_pmd_young())
		pmdp_test_and_clear_young(walk->vma, addr, pmd);
	return 0;
}

static int wipe_page(pte_t *pte, unsigned long addr, unsigned long next,
		     struct mm_walk *walk)
{
	bool *wiped = walk->private;

	if (pte_present(ptep_get(pte)))
		*wiped |= ptep_test_and_clear_young(walk->vma, addr, pte);
	return 0;
}

static const struct mm_walk_ops wipe_ops = {
	.test_walk	= skip_foreign,
	.pmd_entry	= wipe_table,
	.pte_entry	= wipe_page,
	.walk_lock	= PGWALK_RDLOCK,
};

/**
 * mosix_hot_begin - watch from now on what a process touches
 * @mm: its address space
 *
 * Context: process context, no lock of @mm held; the process runs.
 */
void mosix_hot_begin(struct mm_struct *mm)
{
	bool wiped = false;

	mmap_read_lock(mm);
	walk_page_range(mm, 0, TASK_SIZE_MAX, &wipe_ops, &wiped);
	/* A CPU that remembers a mapping does not mark it again. */
	if (wiped)
		flush_tlb_mm(mm);
	mmap_read_unlock(mm);
}

static int look_at_table(pmd_t *pmd, unsigned long addr, unsigned long next,
			 struct mm_walk *walk)
{
	pmd_t value = pmdp_get_lockless(pmd);

	if (!is_table(value) ||
	    (arch_has_hw_nonleaf_pmd_young() && !pmd_young(value)))
		walk->action = ACTION_CONTINUE;
	return 0;
}

static int look_at_page(pte_t *pte, unsigned long addr, unsigned long next,
			struct mm_walk *walk)
{
	struct find *find = walk->private;
	pte_t value = ptep_get(pte);

	if (!pte_present(value) || !pte_young(value))
		return 0;
	find->batch->addr[find->batch->count++] = addr;
	return find->batch->count == find->max;
}

static const struct mm_walk_ops find_ops = {
	.pmd_entry	= look_at_table,
	.pte_entry	= look_at_page,
	.walk_lock	= PGWALK_RDLOCK,
};

/**
 * mosix_hot_find - pages of a range that were touched since mosix_hot_begin()
 * @mm: where
 * @start: from here on
 * @end: address behind the range
 * @batch: receives their addresses, ascending
 * @max: as many are enough, at most MOSIX_BATCH
 *
 * Return: 0, or the negative errno of the walk.
 * Context: process context, no lock of @mm held.
 */
int mosix_hot_find(struct mm_struct *mm, unsigned long start, unsigned long end,
		   struct mosix_batch *batch, u32 max)
{
	struct find find = { .batch = batch, .max = max };
	int ret;

	batch->count = 0;
	mmap_read_lock(mm);
	ret = walk_page_range(mm, start, end, &find_ops, &find);
	mmap_read_unlock(mm);
	return min(ret, 0);
}
