// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages that came from the other half become anonymous memory, many at once:
 * what a fault does for each (a walk down the page tables, their lock, the
 * counters) is done once for a run of them.
 */
#include "pages.h"

#include <linux/memcontrol.h>
#include <linux/mm.h>
#include <linux/mm_inline.h>
#include <linux/pgtable.h>
#include <linux/rmap.h>
#include <linux/swap.h>

#include <asm/pgalloc.h>

/**
 * mosix_anon_table - the page table of an address
 * @mm: address space
 * @addr: the address
 *
 * Return: the entry that points to it, made if it was not there; NULL when
 * there is no memory.
 * Context: process context, mmap_lock held.
 */
pmd_t *mosix_anon_table(struct mm_struct *mm, unsigned long addr)
{
	p4d_t *p4d = p4d_alloc(mm, pgd_offset(mm, addr), addr);
	pud_t *pud = p4d ? pud_alloc(mm, p4d, addr) : NULL;
	pmd_t *pmd = pud ? pmd_alloc(mm, pud, addr) : NULL;

	if (!pmd || pte_alloc(mm, pmd))
		return NULL;
	return pmd;
}

/* Pages that are nobody's become the process's in its group's account. */
static u32 charge(struct mm_struct *mm, struct page **pages, u32 count)
{
	struct folio *folio;
	u32 i;

	for (i = 0; i < count; i++) {
		if (!pages[i])
			continue;
		folio = page_folio(pages[i]);
		__folio_mark_uptodate(folio);
		if (!folio_memcg(folio) &&
		    mem_cgroup_charge(folio, mm, GFP_KERNEL))
			break;
	}
	return i;
}

static void place_one(struct vm_area_struct *vma, unsigned long addr,
		      pte_t *pte, struct page *page)
{
	struct folio *folio = page_folio(page);
	pte_t entry = pte_mkdirty(mk_pte(page, vma->vm_page_prot));

	if (vma->vm_flags & VM_WRITE)
		entry = pte_mkwrite(entry, vma);
	folio_add_new_anon_rmap(folio, vma, addr, RMAP_EXCLUSIVE);
	folio_add_lru_vma(folio, vma);
	set_pte_at(vma->vm_mm, addr, pte, entry);
}

/**
 * mosix_anon_place - put fresh pages in place
 * @vma: an anonymous private mapping that has its anon_vma
 * @addr: address of the first one; nothing is mapped from there on
 * @pages: one after the other, with a reference each, which is consumed; NULL:
 *	all zero, which needs no page before it is touched
 * @count: how many, all within @vma
 *
 * Return: how many are in place, from the first one on; fewer when there is no
 * memory, where the next page table begins, and where a page is already.
 * Context: process context, mmap_lock held.
 */
u32 mosix_anon_place(struct vm_area_struct *vma, unsigned long addr,
		     struct page **pages, u32 count)
{
	u32 left = PTRS_PER_PTE - pte_index(addr), placed = 0, i;
	pmd_t *pmd = mosix_anon_table(vma->vm_mm, addr);
	spinlock_t *ptl;	/* of the table */
	pte_t *pte;

	if (!pmd)
		return 0;
	count = charge(vma->vm_mm, pages, min(count, left));
	pte = pte_offset_map_lock(vma->vm_mm, pmd, addr, &ptl);
	if (!pte)
		return 0;
	for (i = 0; i < count; i++, addr += PAGE_SIZE) {
		if (!pages[i])
			continue;
		if (!pte_none(ptep_get(pte + i)))
			break;	/* install() sees to it */
		place_one(vma, addr, pte + i, pages[i]);
		pages[i] = NULL;
		placed++;
	}
	add_mm_counter(vma->vm_mm, MM_ANONPAGES, placed);
	pte_unmap_unlock(pte, ptl);
	return i;
}
