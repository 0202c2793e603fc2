// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages that arrive: from the link into flight, from flight into the page
 * tables; what nobody waits for goes there at once when it can.
 *
 * The task that needs a page installs it, in its own fault and by the
 * kernel's own installer; all that comes after (write protection, copy on
 * write) is a normal fault over a present pte.
 */
#include "pages.h"

#include "early.h"
#include "inject.h"
#include "link.h"
#include "totals.h"

#include <linux/ktime.h>
#include <linux/memcontrol.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/rmap.h>
#include <linux/sched/mm.h>
#include <linux/shmem_fs.h>
#include <linux/slab.h>
#include <linux/swap.h>
#include <linux/userfaultfd_k.h>

enum {
	INSTALL_MAX	= 32,	/* pages put in place under the lock at once */
	NEEDED_FIRST	= 256,	/* pages put in place before a body runs */
	SHORT_PAGES	= 2048,	/* when fewer can be had memory is short */
	SHORT_TRIES	= 100,
};

/**
 * mosix_pages_none - the other half has nothing mapped there
 * @pg: page state
 * @addr: the page that was asked for
 *
 * Context: the link's receiver.
 */
void mosix_pages_none(struct mosix_pages *pg, u64 addr)
{
	struct mosix_flight *f;

	mutex_lock(&pg->lock);
	f = xa_load(&pg->flight, addr >> PAGE_SHIFT);
	if (f && f->state == FLIGHT_REQUESTED)
		f->state = FLIGHT_NONE;
	mutex_unlock(&pg->lock);
	wake_up_all(&pg->wait);
}

/* Put @page at @addr; the reference is consumed only on success. */
static int install_page(struct vm_area_struct *vma, unsigned long addr,
			struct page *page)
{
	struct folio *folio = page_folio(page);
	pmd_t *pmd = mosix_anon_table(vma->vm_mm, addr);
	int ret;

	if (!pmd)
		return -ENOMEM;
	__folio_mark_uptodate(folio);
	if (!folio_memcg(folio) &&
	    mem_cgroup_charge(folio, vma->vm_mm, GFP_KERNEL))
		return -ENOMEM;
	ret = mfill_atomic_install_pte(pmd, vma, addr, page, true, 0);
	return ret;
}

/* What is in the file of shared memory is found by the fault. */
static int install_shared(struct vm_area_struct *vma, unsigned long nr,
			  struct page *page)
{
	pgoff_t at = linear_page_index(vma, nr << PAGE_SHIFT);
	struct page *own = shmem_read_mapping_page(vma->vm_file->f_mapping, at);

	if (IS_ERR(own))
		return PTR_ERR(own);
	if (page)
		copy_highpage(own, page);
	else
		clear_highpage(own);
	set_page_dirty(own);
	put_page(own);
	return 0;
}

/*
 * Bring a LANDED page into the page tables, in the way that a fault would:
 * the rest (write protection, copy on write) is the kernel's own business
 * over a present pte. A zero page of anonymous memory needs nothing at all.
 */
static int install(struct mosix_pages *pg, struct vm_area_struct *vma,
		   unsigned long nr, struct mosix_flight *f)
{
	int ret;

	lockdep_assert_held(&pg->lock);
	if (vma->vm_flags & VM_MAYSHARE) {
		ret = install_shared(vma, nr, f->page);
		if (!ret)
			mosix_pages_drop_flight(pg, nr, f);
		return ret;
	}
	if (!f->page && !vma_is_anonymous(vma)) {
		f->page = alloc_page(GFP_HIGHUSER_MOVABLE | __GFP_ZERO);
		if (!f->page)
			return -ENOMEM;
	}
	if (f->page) {
		ret = install_page(vma, nr << PAGE_SHIFT, f->page);
		if (ret == -EEXIST) {
			/* By a peer that lies; each other way is a bug of ours. */
			pr_warn_ratelimited("mosix: a page came where one was\n");
			put_page(f->page);
		} else if (ret) {
			return ret;
		}
	}
	f->page = NULL;
	mosix_pages_drop_flight(pg, nr, f);
	return 0;
}

/* Shared memory is in a file: its pages are never anonymous. */
static bool wants_anon_vma(const struct vm_area_struct *vma)
{
	return !vma->anon_vma && !(vma->vm_flags & VM_MAYSHARE);
}

/* In the middle of going home or of its end: nothing is put in place. */
static bool may_install(struct mosix_pages *pg)
{
	return READ_ONCE(pg->side) == PAGES_BODY && !READ_ONCE(pg->leaving) &&
	       !READ_ONCE(pg->error);
}

/* Anonymous memory takes many pages at once. */
static bool takes_many(const struct vm_area_struct *vma)
{
	return vma_is_anonymous((struct vm_area_struct *)vma) &&
	       !(vma->vm_flags & VM_MAYSHARE);
}

/* From @nr on, as many as need not land first; all of them are absent. */
static u32 place_run(struct mosix_pages *pg, struct vm_area_struct *vma,
		     unsigned long nr, u32 count, struct page **pages)
{
	unsigned long end = vma->vm_end >> PAGE_SHIFT, first = nr;
	u32 n = 0;

	lockdep_assert_held(&pg->lock);
	if (!may_install(pg) || nr < vma->vm_start >> PAGE_SHIFT || nr >= end)
		return 0;
	count = min_t(unsigned long, count, end - nr);
	/* Somebody waits for it, or it came before. */
	if (xa_find(&pg->flight, &first, nr + count - 1, XA_PRESENT))
		count = first - nr;
	while (n < count && !mosix_pages_changing(pg, nr + n))
		n++;
	return n ? mosix_anon_place(vma, nr << PAGE_SHIFT, pages, n) : 0;
}

/**
 * struct landing - a message's pages
 * @pg: page state, locked
 * @vma: where they can be put at once, NULL: nowhere
 * @spare: receives true when nobody waits for one that landed
 * @landed: how many were absent
 * @wanted: for how many of them somebody waits
 */
struct landing {
	struct mosix_pages *pg;
	struct vm_area_struct *vma;
	bool spare;
	u32 landed;
	u32 wanted;
};

static int land_one(struct landing *l, unsigned long nr, struct page **page)
{
	struct mosix_pages *pg = l->pg;
	struct mosix_flight *f = xa_load(&pg->flight, nr);
	int ret;

	if (!f) {
		f = kzalloc(sizeof(*f), GFP_KERNEL);
		if (!f)
			return -ENOMEM;
		ret = xa_err(xa_store(&pg->flight, nr, f, GFP_KERNEL));
		if (ret) {
			kfree(f);
			return ret;
		}
	}
	/* Where a home says once more that it has what has landed already. */
	if (f->page)
		put_page(f->page);
	f->state = FLIGHT_LANDED;
	f->page = *page;
	*page = NULL;
	l->spare |= !f->wanted;
	l->wanted += f->wanted;
	return 0;
}

/* All of them are absent. */
static int land_run(struct landing *l, unsigned long nr, u32 count,
		    struct page **pages)
{
	int ret = mosix_pages_own(l->pg, nr, count);
	u32 i = 0;

	if (l->vma && !ret)
		i = place_run(l->pg, l->vma, nr, count, pages);
	for (; i < count && !ret; i++)
		ret = land_one(l, nr + i, &pages[i]);
	l->landed += count;
	return ret;
}

static void count_landed(const struct landing *l)
{
	u32 ahead = l->wanted ? l->landed - l->wanted : 0;

	lockdep_assert_held(&l->pg->lock);
	l->pg->fetched += l->landed;
	l->pg->ahead_nr += ahead;
	mosix_totals_add(TOTAL_FETCHED, l->landed);
	mosix_totals_add(TOTAL_AHEAD, ahead);
}

/*
 * The mapping of a page that came, if it can be put there at once: the receiver
 * waits for nobody who has the mmap_lock. NULL: it cannot; else the mm is held
 * and locked.
 */
static struct vm_area_struct *enter_mapping(struct mosix_pages *pg,
					    unsigned long nr)
{
	struct vm_area_struct *vma;

	if (!READ_ONCE(pg->mapped) || !may_install(pg) ||
	    !mmget_not_zero(pg->mm))
		return NULL;
	if (mmap_read_trylock(pg->mm)) {
		vma = vma_lookup(pg->mm, nr << PAGE_SHIFT);
		if (vma && takes_many(vma) && mosix_pages_governed(vma) &&
		    !anon_vma_prepare(vma))
			return vma;
		mmap_read_unlock(pg->mm);
	}
	mmput_async(pg->mm);
	return NULL;
}

static void leave_mapping(struct mosix_pages *pg)
{
	mmap_read_unlock(pg->mm);
	mmput_async(pg->mm);
}

static bool is_short(void)
{
	return si_mem_available() + get_nr_swap_pages() < SHORT_PAGES;
}

static bool is_asked_for(struct mosix_pages *pg, unsigned long nr)
{
	struct mosix_flight *f;
	bool asked;

	mutex_lock(&pg->lock);
	f = xa_load(&pg->flight, nr);
	asked = f && f->state == FLIGHT_REQUESTED;
	mutex_unlock(&pg->lock);
	return asked;
}

/* Where a body is still to begin its process can stay where it was, and does. */
static bool waits_for_memory(struct mosix_pages *pg)
{
	if (READ_ONCE(pg->side) == PAGES_HOME)
		return !READ_ONCE(pg->error);
	return READ_ONCE(pg->begun) && may_install(pg);
}

/*
 * What has landed is nobody's memory for who looks for some to free. So nothing
 * that nobody waits for may land when there is little left: where a body runs, its
 * peer waits, and us, until it has been put in place; at home, until somebody who
 * has too much has been found. Who leaves has no other node to be on.
 */
static int await_memory(struct mosix_pages *pg)
{
	u32 tries = SHORT_TRIES;

	while (is_short()) {
		if (!waits_for_memory(pg) || !tries--)
			return -ENOMEM;
		if (READ_ONCE(pg->side) == PAGES_BODY)
			mosix_background_install(pg);
		schedule_timeout_idle(HZ / 10);
	}
	return 0;
}

/**
 * mosix_pages_landed - pages came from the other half
 * @pg: page state
 * @msg: MSG_PAGES, checked; pages are taken out of it
 *
 * What is not absent is late and is dropped: the mapping went, or somebody made
 * the page anew. A page for which nobody waits is put in place at once where
 * that can be, the others land.
 *
 * Return: 0, -ENOMEM: the process cannot go on; what mosix_early_keep() and
 * mosix_early_take() return.
 * Context: the link's receiver; waits for nobody but @pg->lock, and where memory is
 * short for ten seconds at most.
 */
int mosix_pages_landed(struct mosix_pages *pg, struct mosix_msg *msg)
{
	const struct wire_pages *head = (void *)msg->data;
	unsigned long nr = le64_to_cpu(head->addr) >> PAGE_SHIFT, at;
	struct landing l = { .pg = pg };
	long step = wire_step(head->step);
	u32 i, run;
	int ret;

	if (le32_to_cpu(head->flags) & PAGES_EARLY)
		return mosix_early_keep(pg, msg);
	ret = is_asked_for(pg, nr) ? 0 : await_memory(pg);
	ret = ret ?: mosix_inject_step(STEP_LAND);
	if (ret)
		return ret;
	l.vma = enter_mapping(pg, nr);
	mutex_lock(&pg->lock);
	ret = mosix_early_take(pg, msg);
	for (i = 0; i < msg->npages && !ret; i += max(run, 1U)) {
		at = nr + i * step;
		run = mosix_pages_alike(pg, at, step == 1 ? msg->npages - i : 1,
					true);
		if (run)
			ret = land_run(&l, at, run, &msg->pages[i]);
	}
	count_landed(&l);
	/* Before the body has its mappings there is no place to put them. */
	l.spare &= pg->side == PAGES_BODY && pg->mapped;
	mutex_unlock(&pg->lock);
	if (l.vma)
		leave_mapping(pg);
	wake_up_all(&pg->wait);
	if (l.spare)
		mosix_background_install(pg);
	return ret;
}

/* It shall be used once before it may leave again. */
static void hold(struct mosix_pages *pg, unsigned long nr)
{
	lockdep_assert_held(&pg->lock);
	pg->recent[pg->recent_next] = nr;
	pg->recent_ns[pg->recent_next] = ktime_get_ns();
	pg->recent_next = (pg->recent_next + 1) % MOSIX_PAGES_RECENT;
}

/**
 * mosix_pages_install_in_fault - a fault found its page landed
 * @pg: page state, locked; unlocked here
 * @vma: the mapping
 * @nr: page number
 * @flags: FAULT_FLAG_*
 *
 * Return: 0 to go on with the fault over a present pte; VM_FAULT_RETRY with
 * the VMA lock dropped; VM_FAULT_OOM.
 * Context: the fault; @pg->lock held.
 */
vm_fault_t mosix_pages_install_in_fault(struct mosix_pages *pg,
					struct vm_area_struct *vma,
					unsigned long nr, unsigned int flags)
{
	struct mosix_flight *f = xa_load(&pg->flight, nr);

	/* anon_vma_prepare() wants the mmap_lock, not the VMA's. */
	if (wants_anon_vma(vma)) {
		if (flags & FAULT_FLAG_VMA_LOCK) {
			mutex_unlock(&pg->lock);
			vma_end_read(vma);
			return VM_FAULT_RETRY;
		}
		if (anon_vma_prepare(vma)) {
			mutex_unlock(&pg->lock);
			return VM_FAULT_OOM;
		}
	}
	if (install(pg, vma, nr, f)) {
		mutex_unlock(&pg->lock);
		return VM_FAULT_OOM;
	}
	hold(pg, nr);
	mutex_unlock(&pg->lock);
	return 0;
}

/* The mapping of a page; NULL: there is none, and the lock is dropped. */
static struct vm_area_struct *find_mapping(struct mosix_pages *pg,
					   unsigned long nr, bool grow)
{
	struct vm_area_struct *vma;

	mmap_read_lock(pg->mm);
	vma = vma_lookup(pg->mm, nr << PAGE_SHIFT);
	if (vma)
		return vma;
	/* The stack grew over there; on failure the lock is gone. */
	if (grow)
		return expand_stack(pg->mm, nr << PAGE_SHIFT);
	mmap_read_unlock(pg->mm);
	return NULL;
}

/* Landed pages that follow each other before @end; their content in @pages. */
static u32 gather(struct mosix_pages *pg, unsigned long nr, unsigned long end,
		  bool wanted, struct page **pages)
{
	struct mosix_flight *f;
	u32 n;

	lockdep_assert_held(&pg->lock);
	end = min(end, nr + INSTALL_MAX);
	for (n = 0; nr + n < end; n++) {
		f = xa_load(&pg->flight, nr + n);
		if (!f || f->state != FLIGHT_LANDED || (f->wanted && !wanted) ||
		    mosix_pages_changing(pg, nr + n))
			break;
		pages[n] = f->page;
	}
	return n;
}

static int install_some(struct mosix_pages *pg, struct vm_area_struct *vma,
			unsigned long *nr, bool wanted)
{
	struct page *pages[INSTALL_MAX];
	u32 count = gather(pg, *nr, vma->vm_end >> PAGE_SHIFT, wanted, pages);
	u32 placed = 0, i;
	int ret = 0;

	if (count && takes_many(vma))
		placed = mosix_anon_place(vma, *nr << PAGE_SHIFT, pages, count);
	for (i = 0; i < count && !ret; i++) {
		struct mosix_flight *f = xa_load(&pg->flight, *nr + i);

		if (i >= placed) {
			ret = install(pg, vma, *nr + i, f);
		} else {
			f->page = NULL;
			mosix_pages_drop_flight(pg, *nr + i, f);
		}
	}
	*nr += i;
	return ret;
}

/*
 * Put in place what landed from *@nr on, as far as it follows each other in one
 * mapping; *@nr becomes the next page. @all: what somebody waits for, too, and
 * where the stack has to grow.
 */
static int install_run(struct mosix_pages *pg, unsigned long *nr, bool all)
{
	struct vm_area_struct *vma = find_mapping(pg, *nr, all);
	unsigned long first = *nr;
	int ret;

	if (!vma) {
		++*nr;
		return -EFAULT;
	}
	if (!mosix_pages_governed(vma))
		ret = -EFAULT;
	else
		ret = wants_anon_vma(vma) ? anon_vma_prepare(vma) : 0;
	if (!ret) {
		mutex_lock(&pg->lock);
		ret = install_some(pg, vma, nr, all);
		mutex_unlock(&pg->lock);
	}
	mmap_read_unlock(pg->mm);
	*nr = max(*nr, first + 1);
	return ret;
}

/**
 * mosix_pages_install - put landed pages in place
 * @pg: page state of current's mm
 * @most: enough, when as many are; they are put in place by runs
 *
 * Return: 0; -EFAULT a page that belongs to no mapping, -ENOMEM.
 * Context: the task whose mm it is.
 */
int mosix_pages_install(struct mosix_pages *pg, unsigned long most)
{
	unsigned long nr = 0, first, done = 0;
	void *entry;
	int ret = 0;

	while (!ret && done < most) {
		mutex_lock(&pg->lock);
		entry = xa_find(&pg->flight, &nr, ULONG_MAX, XA_PRESENT);
		mutex_unlock(&pg->lock);
		if (!entry)
			break;
		first = nr;
		ret = install_run(pg, &nr, true);
		done += nr - first;
		cond_resched();
	}
	return ret;
}

/**
 * mosix_pages_mapped - the body has all its mappings
 * @pg: page state of current's mm
 *
 * From here on pages are put in place as they come.
 *
 * Context: the first thread of a body, before it runs.
 */
void mosix_pages_mapped(struct mosix_pages *pg)
{
	mutex_lock(&pg->lock);
	pg->mapped = 1;
	mutex_unlock(&pg->lock);
	mosix_background_install(pg);
}

/**
 * mosix_pages_begin_body - the body is about to run
 * @pg: page state of current's mm
 *
 * What went ahead because it is needed first and has landed is put in place at
 * once. Whatever else has landed follows while the body runs: to wait for it would
 * take the longer the larger the process is.
 *
 * Return: 0; -EFAULT a page that belongs to no mapping, -ENOMEM.
 * Context: the first thread of a body, all of whose memory that goes ahead has come.
 */
int mosix_pages_begin_body(struct mosix_pages *pg)
{
	int ret = mosix_pages_install(pg, NEEDED_FIRST);

	WRITE_ONCE(pg->begun, 1);
	return ret;
}

/* The next page from *nr on that landed and that nobody waits for. */
static bool next_unwanted(struct mosix_pages *pg, unsigned long *nr)
{
	struct mosix_flight *f;

	mutex_lock(&pg->lock);
	f = xa_find(&pg->flight, nr, ULONG_MAX, XA_PRESENT);
	while (f && (f->state != FLIGHT_LANDED || f->wanted))
		f = xa_find_after(&pg->flight, nr, ULONG_MAX, XA_PRESENT);
	mutex_unlock(&pg->lock);
	return f;
}

/**
 * mosix_pages_install_landed - put pages in place that nobody waits for
 * @pg: page state of a body
 *
 * A page that cannot be put in place now is left to the fault that needs it.
 *
 * Context: process context; the caller holds the mm.
 */
void mosix_pages_install_landed(struct mosix_pages *pg)
{
	unsigned long nr = 0;

	while (may_install(pg) && next_unwanted(pg, &nr)) {
		install_run(pg, &nr, false);
		cond_resched();
	}
}
