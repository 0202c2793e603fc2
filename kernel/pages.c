// SPDX-License-Identifier: GPL-2.0-only
/*
 * Single-copy pages: the set H and the life of the page state. Faults on
 * absent pages are in fetch.c, pages that arrive in install.c, pages that
 * leave in serve.c and push.c.
 *
 * Every private page of a split process is present on exactly one of its two
 * mms. H names those that live at home: for the body a page is absent when
 * it is in H, for the home when it is not. So whatever the process maps anew
 * while away belongs to the body without a word being sent.
 *
 * A page on its way has an entry in @flight:
 *
 *	(absent) --fault--> REQUESTED --PAGES--> LANDED --install--> (present)
 *	(absent) ---------------------PAGES----> LANDED
 *	                    REQUESTED --PAGE_NONE--> NONE --fault--> SIGBUS
 *
 * The owner changes in H at the moment the page is LANDED here, and over
 * there at the moment it was put into the message; the link keeps the order.
 * All of it happens under one mutex, so that a fault on one CPU and a page
 * arriving on another cannot miss each other.
 */
#include "pages.h"

#include "early.h"
#include "link.h"

#include <linux/mm.h>
#include <linux/mosix.h>
#include <linux/sched/coredump.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>

/* What H and pushed hold for a page that is a member. */
#define MEMBER	xa_mk_value(1)

/**
 * mosix_pages_new - page state of an mm that is whole
 * @mm: the address space
 *
 * Return: the state with one reference, NULL when there is no memory.
 * Context: process context.
 */
struct mosix_pages *mosix_pages_new(struct mm_struct *mm)
{
	struct mosix_pages *pg = kzalloc(sizeof(*pg), GFP_KERNEL);

	if (!pg)
		return NULL;
	refcount_set(&pg->ref, 1);
	mmgrab(mm);
	pg->mm = mm;
	mutex_init(&pg->mem_lock);
	mutex_init(&pg->lock);
	mt_init(&pg->home);
	mt_init(&pg->pushed);
	mt_init(&pg->kinds);
	xa_init(&pg->flight);
	xa_init(&pg->kept);
	init_waitqueue_head(&pg->wait);
	mosix_serve_init(pg);
	mosix_background_init(pg);
	return pg;
}

/**
 * mosix_pages_drop_flight - a page is no longer on its way
 * @pg: page state, locked
 * @nr: page number
 * @f: its entry, freed here
 *
 * Context: @pg->lock held.
 */
void mosix_pages_drop_flight(struct mosix_pages *pg, unsigned long nr,
			     struct mosix_flight *f)
{
	xa_erase(&pg->flight, nr);
	if (f->page)
		put_page(f->page);
	kfree(f);
}

static void clear_state(struct mosix_pages *pg)
{
	struct mosix_flight *f;
	unsigned long nr;

	lockdep_assert_held(&pg->lock);
	xa_for_each(&pg->flight, nr, f)
		mosix_pages_drop_flight(pg, nr, f);
	mtree_destroy(&pg->home);
	mtree_destroy(&pg->pushed);
	mtree_destroy(&pg->kinds);
	mosix_early_free(pg->early);
	pg->early = NULL;
	mosix_early_forget(pg);
}

/**
 * mosix_pages_get - take a reference
 * @pg: the page state
 *
 * Context: any.
 */
void mosix_pages_get(struct mosix_pages *pg)
{
	refcount_inc(&pg->ref);
}

/**
 * mosix_pages_put - drop a reference
 * @pg: the page state, NULL is fine
 *
 * Context: process context.
 */
void mosix_pages_put(struct mosix_pages *pg)
{
	if (!pg || !refcount_dec_and_test(&pg->ref))
		return;
	mutex_lock(&pg->lock);
	clear_state(pg);
	mutex_unlock(&pg->lock);
	mosix_link_put(pg->link);
	mmdrop(pg->mm);
	kfree(pg);
}

/**
 * mosix_pages_begin - this mm is one half of a process from now on
 * @mm: address space of current, which alone uses it
 * @link: to the other half; a reference is taken
 * @side: PAGES_HOME or PAGES_BODY
 *
 * Return: its page state with a reference for the caller, NULL when there is
 * no memory. It stays with the mm for good and is used again.
 * Context: the task whose mm it is.
 */
struct mosix_pages *mosix_pages_begin(struct mm_struct *mm,
				      struct mosix_link *link,
				      enum mosix_pages_side side)
{
	struct mosix_pages *pg = mm->mosix;

	if (!pg) {
		pg = mosix_pages_new(mm);
		if (!pg)
			return NULL;
	}
	mosix_background_stop(pg);	/* of an earlier stay */
	if (pg->side == PAGES_OFF)
		pg->small = test_bit(MMF_DISABLE_THP, &mm->flags);
	/* Huge pages would be filled in without asking anybody. */
	set_bit(MMF_DISABLE_THP, &mm->flags);
	mutex_lock(&pg->lock);
	clear_state(pg);
	mosix_link_get(link);
	mosix_link_put(pg->link);
	pg->link = link;
	pg->error = 0;
	pg->committed = side == PAGES_BODY;
	pg->mapped = 0;
	pg->begun = 0;
	pg->leaving = 0;
	pg->forking = 0;
	pg->follows = 0;
	pg->nchanges = 0;
	pg->changer = NULL;
	pg->move.tid = 0;
	memset(&pg->ahead, 0, sizeof(pg->ahead));
	pg->side = side;
	mutex_unlock(&pg->lock);

	mmap_write_lock(mm);
	mm->mosix = pg;		/* the first reference is the mm's */
	mmap_write_unlock(mm);
	mosix_pages_get(pg);
	return pg;
}

static void turn_off(struct mosix_pages *pg)
{
	struct mosix_link *link;

	mutex_lock(&pg->lock);
	if (pg->side != PAGES_OFF && !pg->small)
		clear_bit(MMF_DISABLE_THP, &pg->mm->flags);
	pg->side = PAGES_OFF;
	clear_state(pg);
	memset(pg->away, 0, sizeof(pg->away));
	link = pg->link;
	pg->link = NULL;
	mutex_unlock(&pg->lock);
	wake_up_all(&pg->wait);
	mosix_link_put(link);
}

/**
 * mosix_pages_end - the process is whole again, here
 * @pg: page state of current's mm, with all pages landed
 *
 * Return: 0, or a negative errno when a page could not be put in place.
 * Context: the task whose mm it is.
 */
int mosix_pages_end(struct mosix_pages *pg)
{
	int ret = mosix_pages_install(pg, ULONG_MAX);

	if (ret)
		return ret;
	turn_off(pg);
	return 0;
}

/**
 * mosix_pages_abort - the move did not happen
 * @pg: page state of current's mm, never committed
 *
 * Context: the task whose mm it is.
 */
void mosix_pages_abort(struct mosix_pages *pg)
{
	turn_off(pg);
}

/**
 * mosix_pages_lost - the other half is gone
 * @pg: page state
 * @link: the link that ended, which may be one of an earlier stay; NULL: of a child
 *	whose two halves have not found each other, and will not
 * @error: negative errno
 *
 * Who waits for a page gets a fault instead.
 *
 * Context: process context.
 */
void mosix_pages_lost(struct mosix_pages *pg, const struct mosix_link *link,
		      int error)
{
	mutex_lock(&pg->lock);
	if (!pg->error && pg->link == link)
		pg->error = error;
	mutex_unlock(&pg->lock);
	wake_up_all(&pg->wait);
}

/**
 * mosix_pages_await - wait for something that is looked at under the lock
 * @pg: page state, not locked
 * @done: is it so? It may lock @pg; who makes it so wakes @pg->wait
 *
 * That is a mutex, so not in a wait_event(), whose task is asleep by half.
 *
 * Return: 0, -EINTR when killed.
 * Context: process context, sleeps.
 */
int mosix_pages_await(struct mosix_pages *pg,
		      bool (*done)(struct mosix_pages *pg))
{
	DEFINE_WAIT_FUNC(wait, woken_wake_function);
	bool killed = false;

	add_wait_queue(&pg->wait, &wait);
	while (!done(pg) && !killed) {
		wait_woken(&wait, TASK_KILLABLE, MAX_SCHEDULE_TIMEOUT);
		killed = fatal_signal_pending(current);
	}
	remove_wait_queue(&pg->wait, &wait);
	return killed ? -EINTR : 0;
}

static bool commit_decided(struct mosix_pages *pg)
{
	return READ_ONCE(pg->committed) || READ_ONCE(pg->error) ||
	       READ_ONCE(pg->side) == PAGES_OFF;
}

/**
 * mosix_pages_await_commit - wait until it is known whether the body runs
 * @pg: page state
 *
 * Return: 0 when it does, -ESTALE when the move was called off.
 * Context: process context; never the departing task itself.
 */
int mosix_pages_await_commit(struct mosix_pages *pg)
{
	wait_event_idle(pg->wait, commit_decided(pg));
	return READ_ONCE(pg->committed) ? 0 : -ESTALE;
}

/**
 * mosix_pages_exit - hook: the last user of an mm is gone
 * @mm: the address space
 *
 * Context: process context.
 */
void mosix_pages_exit(struct mm_struct *mm)
{
	struct mosix_pages *pg = mm->mosix;

	turn_off(pg);
	mm->mosix = NULL;
	mosix_pages_put(pg);
}

/**
 * mosix_pages_split - hook: may pages of this mm be elsewhere?
 * @mm: an address space with page state
 *
 * Return: true while it is one half of a process.
 * Context: any.
 */
bool mosix_pages_split(struct mm_struct *mm)
{
	return READ_ONCE(mm->mosix->side) != PAGES_OFF;
}

/**
 * mosix_pages_show_away - what the body has present
 * @pg: page state of the home
 * @pages: by enum wire_page_kind; more than it has mapped is not shown
 *
 * Context: any.
 */
void mosix_pages_show_away(struct mosix_pages *pg, const u64 *pages)
{
	struct mm_struct *mm = pg->mm;
	unsigned long all = get_mm_rss(mm);
	u32 i;

	static_assert((int)PAGE_FILE == MM_FILEPAGES);
	static_assert((int)PAGE_ANON == MM_ANONPAGES);
	static_assert((int)PAGE_SWAPPED == MM_SWAPENTS);
	static_assert((int)PAGE_SHMEM == MM_SHMEMPAGES);
	for (i = 0; i < WIRE_PAGE_KINDS; i++) {
		WRITE_ONCE(pg->away[i], min_t(u64, pages[i], mm->total_vm));
		if (i != PAGE_SWAPPED)
			all += pg->away[i];
	}
	if (READ_ONCE(mm->hiwater_rss) < all)
		WRITE_ONCE(mm->hiwater_rss, all);
}

/**
 * mosix_pages_away - hook: pages of an mm that count as its own and are elsewhere
 * @mm: an address space with page state
 * @member: MM_FILEPAGES and its like
 *
 * Return: how many there were when the body said so last.
 * Context: any; @mm is referenced.
 */
unsigned long mosix_pages_away(struct mm_struct *mm, int member)
{
	return READ_ONCE(mm->mosix->away[member]);
}

/**
 * mosix_pages_governed - do the pages of this mapping follow the rule?
 * @vma: a mapping; its mm is locked
 *
 * Device and special mappings do not, nor what is shared with others: they are on
 * each node for itself, or their process does not move.
 *
 * Return: true when they do.
 * Context: any.
 */
bool mosix_pages_governed(const struct vm_area_struct *vma)
{
	if (vma->vm_flags & (VM_IO | VM_PFNMAP | VM_MIXEDMAP | VM_HUGETLB))
		return false;
	if (vma->vm_flags & VM_MAYSHARE)
		return vma_is_anon_shmem((struct vm_area_struct *)vma);
	return !vma->vm_ops || vma->vm_file;
}

static bool in_home(struct mosix_pages *pg, unsigned long nr)
{
	return mtree_load(&pg->home, nr);
}

/**
 * mosix_pages_absent - is a page on the other node?
 * @pg: page state, locked
 * @nr: page number
 *
 * Return: true when it is.
 * Context: @pg->lock held.
 */
bool mosix_pages_absent(struct mosix_pages *pg, unsigned long nr)
{
	lockdep_assert_held(&pg->lock);
	switch (pg->side) {
	case PAGES_HOME:
		return !in_home(pg, nr);
	case PAGES_BODY:
		return in_home(pg, nr);
	default:
		return false;
	}
}

/**
 * mosix_pages_alike - how many pages are on the same node?
 * @pg: page state, locked
 * @nr: number of the first one
 * @count: as many are looked at
 * @absent: is it the other node that is asked about?
 *
 * Return: pages from @nr on that are all absent (@absent) or all here; 0 when
 * the first one is not.
 * Context: @pg->lock held.
 */
unsigned long mosix_pages_alike(struct mosix_pages *pg, unsigned long nr,
				unsigned long count, bool absent)
{
	MA_STATE(mas, &pg->home, nr, nr);
	bool at_home, is_absent;

	lockdep_assert_held(&pg->lock);
	if (pg->side == PAGES_OFF)
		return absent ? 0 : count;
	mas_lock(&mas);
	at_home = mas_walk(&mas);
	mas_unlock(&mas);
	is_absent = pg->side == PAGES_BODY ? at_home : !at_home;
	if (absent != is_absent)
		return 0;
	return min(count, mas.last - nr + 1);
}

static int set_home(struct mosix_pages *pg, unsigned long nr,
		    unsigned long count, void *member)
{
	lockdep_assert_held(&pg->lock);
	return mtree_store_range(&pg->home, nr, nr + count - 1, member,
				 GFP_KERNEL);
}

/**
 * mosix_pages_own - pages are ours from now on
 * @pg: page state, locked
 * @nr: number of the first one
 * @count: how many follow each other, at least 1
 *
 * Return: 0 or -ENOMEM.
 * Context: @pg->lock held, may sleep.
 */
int mosix_pages_own(struct mosix_pages *pg, unsigned long nr,
		    unsigned long count)
{
	return set_home(pg, nr, count, pg->side == PAGES_HOME ? MEMBER : NULL);
}

/**
 * mosix_pages_give - pages are the peer's from now on
 * @pg: page state, locked
 * @nr: number of the first one
 * @count: how many follow each other, at least 1
 *
 * Return: 0 or -ENOMEM.
 * Context: @pg->lock held, may sleep.
 */
int mosix_pages_give(struct mosix_pages *pg, unsigned long nr,
		     unsigned long count)
{
	return set_home(pg, nr, count, pg->side == PAGES_HOME ? NULL : MEMBER);
}

/**
 * mosix_pages_add_home - these pages live at home
 * @pg: page state
 * @first: first page number
 * @end: page number behind the last one
 *
 * Return: 0, -ENOMEM, -EINVAL for an empty range.
 * Context: process context.
 */
int mosix_pages_add_home(struct mosix_pages *pg, u64 first, u64 end)
{
	int ret;

	if (first >= end || end > TASK_SIZE_MAX >> PAGE_SHIFT)
		return -EINVAL;
	mutex_lock(&pg->lock);
	ret = mtree_store_range(&pg->home, first, end - 1, MEMBER, GFP_KERNEL);
	mutex_unlock(&pg->lock);
	return ret;
}

/**
 * mosix_pages_add_kind - a mapping has a file behind it at home
 * @pg: page state
 * @start: its address
 * @end: address behind it
 * @flags: enum wire_vma_flags, VMA_FILE or VMA_SHARED set
 *
 * Return: 0, -ENOMEM.
 * Context: process context.
 */
int mosix_pages_add_kind(struct mosix_pages *pg, u64 start, u64 end, u32 flags)
{
	int ret;

	mutex_lock(&pg->lock);
	ret = mtree_store_range(&pg->kinds, start >> PAGE_SHIFT,
				(end >> PAGE_SHIFT) - 1, xa_mk_value(flags),
				GFP_KERNEL);
	mutex_unlock(&pg->lock);
	return ret;
}

static void drop_flights(struct mosix_pages *pg, unsigned long first,
			 unsigned long last)
{
	struct mosix_flight *f;
	unsigned long nr;

	lockdep_assert_held(&pg->lock);
	xa_for_each_range(&pg->flight, nr, f, first, last)
		mosix_pages_drop_flight(pg, nr, f);
}

/**
 * mosix_pages_have_file - a file was mapped while the process is away
 * @pg: page state
 * @start: page-aligned address
 * @len: bytes
 * @flags: enum wire_vma_flags, VMA_FILE set
 *
 * All of it lives at home, whatever was there before.
 *
 * Return: 0, -ENOMEM.
 * Context: process context.
 */
int mosix_pages_have_file(struct mosix_pages *pg, u64 start, u64 len, u32 flags)
{
	unsigned long first = start >> PAGE_SHIFT;
	unsigned long last = first + (len >> PAGE_SHIFT) - 1;
	int ret;

	mutex_lock(&pg->lock);
	ret = mtree_store_range(&pg->kinds, first, last, xa_mk_value(flags),
				GFP_KERNEL);
	if (!ret)
		ret = mtree_store_range(&pg->home, first, last, MEMBER,
					GFP_KERNEL);
	drop_flights(pg, first, last);
	mutex_unlock(&pg->lock);
	wake_up_all(&pg->wait);
	return ret;
}

/**
 * mosix_pages_has_file - does a range touch a mapping of a file?
 * @pg: page state
 * @start: its address
 * @end: address behind it
 *
 * Return: true when a file is behind any page of it at home.
 * Context: process context.
 */
bool mosix_pages_has_file(struct mosix_pages *pg, u64 start, u64 end)
{
	unsigned long index = start >> PAGE_SHIFT;
	bool found;

	mutex_lock(&pg->lock);
	found = mt_find(&pg->kinds, &index, (PAGE_ALIGN(end) >> PAGE_SHIFT) - 1);
	mutex_unlock(&pg->lock);
	return found;
}

/**
 * mosix_pages_forget - a range was unmapped or thrown away
 * @pg: page state
 * @start: page-aligned address
 * @len: bytes
 *
 * Nothing of it lives at home any more, and what is still on its way here
 * will be dropped when it lands: it is not absent then.
 *
 * Context: process context.
 */
void mosix_pages_forget(struct mosix_pages *pg, u64 start, u64 len)
{
	unsigned long first = start >> PAGE_SHIFT;
	unsigned long last = (PAGE_ALIGN(start + len) >> PAGE_SHIFT) - 1;

	if (!len)
		return;
	mutex_lock(&pg->lock);
	mtree_store_range(&pg->home, first, last, NULL, GFP_KERNEL);
	mtree_store_range(&pg->kinds, first, last, NULL, GFP_KERNEL);
	drop_flights(pg, first, last);
	mutex_unlock(&pg->lock);
	wake_up_all(&pg->wait);
}

/**
 * mosix_pages_change - current is about to change the mappings of a range
 * @pg: page state of its mm
 * @start: its address
 * @len: bytes, 0: nothing
 *
 * Until mosix_pages_changed() nobody else fills a page of it in or takes one
 * out, so that H and the mappings change at once. What left before is on the
 * link before anything that the caller sends. One task at a time.
 *
 * Context: process context, no lock of the mm held.
 */
void mosix_pages_change(struct mosix_pages *pg, u64 start, u64 len)
{
	struct mosix_change *change;

	if (!len || start + len < start)
		return;
	mmap_write_lock(pg->mm);
	mutex_lock(&pg->lock);
	if (pg->nchanges < MOSIX_PAGES_CHANGES) {
		change = &pg->change[pg->nchanges++];
		change->first = start >> PAGE_SHIFT;
		change->last = (start + len - 1) >> PAGE_SHIFT;
		pg->changer = current;
	}
	mutex_unlock(&pg->lock);
	mmap_write_unlock(pg->mm);
}

/**
 * mosix_pages_changed - mappings and H are in step again
 * @pg: page state
 *
 * Context: who called mosix_pages_change(), or did not.
 */
void mosix_pages_changed(struct mosix_pages *pg)
{
	if (READ_ONCE(pg->changer) != current)
		return;
	mutex_lock(&pg->lock);
	if (pg->changer == current) {
		pg->changer = NULL;
		pg->nchanges = 0;
	}
	mutex_unlock(&pg->lock);
	wake_up_all(&pg->wait);
}

/**
 * mosix_pages_changing - does another task change the mapping of a page?
 * @pg: page state, locked
 * @nr: page number
 *
 * Return: true when the caller has to wait.
 * Context: @pg->lock held.
 */
bool mosix_pages_changing(struct mosix_pages *pg, unsigned long nr)
{
	u32 i;

	lockdep_assert_held(&pg->lock);
	if (pg->changer == current)
		return false;
	for (i = 0; i < pg->nchanges; i++)
		if (nr >= pg->change[i].first && nr <= pg->change[i].last)
			return true;
	return false;
}
