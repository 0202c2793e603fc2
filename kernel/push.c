// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages that leave before anyone asks: the first set H of a process that
 * leaves, all of its memory pushed ahead, and all that a body has when it
 * goes home.
 */
#include "pages.h"

#include "early.h"
#include "hot.h"
#include "link.h"
#include "totals.h"
#include "walk.h"

#include <linux/mm.h>
#include <linux/pagewalk.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

enum {
	QUEUED_MAX	= 1 << 20,	/* bytes read into memory ahead of the wire */
	HOT_PAGES	= 2,		/* from where a register points to */
	TOUCHED_EACH	= 32,		/* pages of one mapping that go ahead */
	TOUCHED_ALL	= 256,		/* of all, or the freeze would grow */
};

/**
 * struct depart - H of one mapping, as it is made
 * @pg: page state
 * @first: first page number of the run that is not in H yet
 * @end: page number behind it
 * @error: 0, or why it could not be made
 */
struct depart {
	struct mosix_pages *pg;
	u64 first;
	u64 end;
	int error;
};

static void add_run(struct depart *d)
{
	if (d->first < d->end && !d->error)
		d->error = mosix_pages_add_home(d->pg, d->first, d->end);
}

static int depart_block(pmd_t *pmd, unsigned long addr, unsigned long next,
			struct mm_walk *walk)
{
	struct depart *d = walk->private;

	if (addr >> PAGE_SHIFT != d->end) {
		add_run(d);
		d->first = addr >> PAGE_SHIFT;
	}
	d->end = next >> PAGE_SHIFT;
	return d->error;
}

static const struct mm_walk_ops depart_ops = {
	.pmd_entry	= depart_block,
	.walk_lock	= PGWALK_RDLOCK,
};

/* By blocks of one page table: all pages of one that has any are said to be. */
static int depart_anon(struct mosix_pages *pg, unsigned long start,
		       unsigned long end)
{
	struct depart d = { .pg = pg };
	int ret;

	mmap_read_lock(pg->mm);
	ret = walk_page_range(pg->mm, start, end, &depart_ops, &d);
	mmap_read_unlock(pg->mm);
	add_run(&d);
	return ret < 0 ? ret : d.error;
}

/*
 * The pages that a locked mapping gets from now on are the body's. So nothing
 * may be made at home for it at once, but on fault.
 */
static void lock_on_fault(struct mm_struct *mm)
{
	VMA_ITERATOR(vmi, mm, 0);
	struct vm_area_struct *vma;

	if (!mm->locked_vm && !(mm->def_flags & VM_LOCKED))
		return;
	mmap_write_lock(mm);
	if (mm->def_flags & VM_LOCKED)
		mm->def_flags |= VM_LOCKONFAULT;
	for_each_vma(vmi, vma)
		if (vma->vm_flags & VM_LOCKED)
			vm_flags_set(vma, VM_LOCKONFAULT);
	mmap_write_unlock(mm);
}

/**
 * mosix_push_depart - make H: what lives here as the process leaves
 * @pg: page state of the home
 *
 * Anonymous memory counts by blocks of 2 MiB in which any page is populated: to
 * look at each page would take the longer the larger the process is, while it
 * stands still. A page that is not there after all comes as a zero page. All
 * of a file's mapping counts, since only this node can read the file.
 *
 * Return: 0, -ENOMEM.
 * Context: the departing task, alone in its mm.
 */
int mosix_push_depart(struct mosix_pages *pg)
{
	struct mosix_span span = { .end = 0 };
	int ret = 0;

	lock_on_fault(pg->mm);
	while (!ret && mosix_walk_next(pg->mm, &span)) {
		if (span.kind < 0)
			continue;
		if (span.kind)
			ret = mosix_pages_add_home(pg, span.start >> PAGE_SHIFT,
						   span.end >> PAGE_SHIFT);
		else
			ret = depart_anon(pg, span.start, span.end);
	}
	return ret;
}

/*
 * The content of pages, which stay: as many from @nr on as are here. 0: the
 * peer has the first one, or it can stay.
 */
static int hold_pages(struct mosix_pages *pg, unsigned long nr, u32 count,
		      struct page **pages)
{
	long got;
	int ret;

	mutex_lock(&pg->lock);
	count = mosix_pages_alike(pg, nr, count, false);
	mutex_unlock(&pg->lock);
	if (!count)
		return 0;
	mmap_read_lock(pg->mm);
	got = get_user_pages_remote(pg->mm, nr << PAGE_SHIFT, count, FOLL_FORCE,
				    pages, NULL);
	mmap_read_unlock(pg->mm);
	if (pg->side != PAGES_HOME)
		return got > 0 ? got : -EFAULT;
	if (got <= 0)	/* a file that became shorter */
		return 0;
	ret = mtree_store_range(&pg->pushed, nr, nr + got - 1, xa_mk_value(1),
				GFP_KERNEL);
	if (!ret)
		return got;
	release_pages(pages, got);
	return ret;
}

static int send_now(struct mosix_pages *pg, struct mosix_msg *msg)
{
	pg->pushed_nr += msg->npages;
	mosix_totals_add(TOTAL_PUSHED, msg->npages);
	return mosix_link_send(pg->link, msg) ?:
	       mosix_link_throttle(pg->link, QUEUED_MAX);
}

/* Pages that are populated and follow each other, one message at most each. */
static int push_run(struct mosix_pages *pg, unsigned long nr, u32 count)
{
	struct mosix_msg *msg;
	int got = 0;
	u32 i;

	for (i = 0; i < count; i += max(got, 1)) {
		msg = mosix_serve_msg(nr + i);
		if (!msg)
			return -ENOMEM;
		got = hold_pages(pg, nr + i, count - i, msg->pages);
		if (got > 0) {
			mosix_serve_fill(msg, got);
			got = send_now(pg, msg) ?: got;
		} else {
			mosix_msg_free(msg);
		}
		if (got < 0)
			return got;
	}
	return 0;
}

static int push_batch(struct mosix_pages *pg, const struct mosix_batch *batch)
{
	int ret = 0;
	u32 i, run;

	for (i = 0; !ret && i < batch->count; i += run) {
		run = mosix_walk_run(batch, i, WIRE_PAGES_MAX);
		ret = push_run(pg, batch->addr[i] >> PAGE_SHIFT, run);
	}
	return ret;
}

static int push_range(struct mosix_pages *pg, unsigned long start,
		      unsigned long end, struct mosix_batch *batch)
{
	int ret = 0;

	while (!ret && start < end) {
		ret = mosix_walk_populated(pg->mm, &start, end, batch) ?:
		      push_batch(pg, batch);
		cond_resched();
	}
	return ret;
}

/**
 * mosix_push_touched - what the process has touched since mosix_hot_begin()
 * @pg: page state of the home, of which nothing was pushed yet
 *
 * Each page that is missing when the body begins to run makes it stand still
 * once more.
 *
 * Return: 0, or a negative errno.
 * Context: the departing task, alone in its mm.
 */
int mosix_push_touched(struct mosix_pages *pg)
{
	struct mosix_batch *batch = kmalloc(sizeof(*batch), GFP_KERNEL);
	struct mosix_span span = { .end = 0 };
	u32 left = TOUCHED_ALL;
	int ret = 0;

	if (!batch)
		return -ENOMEM;
	while (!ret && left && mosix_walk_next(pg->mm, &span)) {
		if (span.kind < 0 || (span.kind & VMA_SHARED))
			continue;
		ret = mosix_hot_find(pg->mm, span.start, span.end, batch,
				     min_t(u32, left, TOUCHED_EACH));
		left -= batch->count;
		ret = ret ?: push_batch(pg, batch);
	}
	kfree(batch);
	return ret;
}

/* Behind the pages that go ahead: @start, if the mapping does not travel. */
static unsigned long hot_end(struct mm_struct *mm, unsigned long start)
{
	struct vm_area_struct *vma;
	unsigned long end = start;

	mmap_read_lock(mm);
	vma = vma_lookup(mm, start);
	if (vma && mosix_pages_governed(vma))
		end = min(vma->vm_end, start + HOT_PAGES * PAGE_SIZE);
	mmap_read_unlock(mm);
	return end;
}

/**
 * mosix_push_hot - pages to which its registers point go ahead
 * @pg: page state of the home
 * @addr: addresses in them
 * @count: how many
 *
 * They tell what a process needs that has waited for long, and where it goes on.
 * Most programs go on to the next page soon: on a stack those are its callers'
 * frames.
 *
 * Return: 0, or a negative errno.
 * Context: the departing task, alone in its mm.
 */
int mosix_push_hot(struct mosix_pages *pg, const unsigned long *addr, u32 count)
{
	struct mosix_batch *batch = kmalloc(sizeof(*batch), GFP_KERNEL);
	unsigned long at, end;
	int ret = 0;
	u32 i;

	if (!batch)
		return -ENOMEM;
	for (i = 0; i < count; i++) {
		at = addr[i] & PAGE_MASK;
		end = hot_end(pg->mm, at);
		for (; at < end && !ret; at += PAGE_SIZE)
			if (!mtree_load(&pg->pushed, at >> PAGE_SHIFT))
				ret = push_range(pg, at, at + PAGE_SIZE, batch);
	}
	kfree(batch);
	return ret;
}

/* The next landed page from *nr on; false: no more. */
static bool next_landed(struct mosix_pages *pg, unsigned long *nr)
{
	struct mosix_flight *f;

	mutex_lock(&pg->lock);
	f = xa_find(&pg->flight, nr, ULONG_MAX, XA_PRESENT);
	while (f && f->state != FLIGHT_LANDED)
		f = xa_find_after(&pg->flight, nr, ULONG_MAX, XA_PRESENT);
	mutex_unlock(&pg->lock);
	return f;
}

/* Landed pages that follow each other, with references. */
static u32 hold_landed(struct mosix_pages *pg, unsigned long nr,
		       struct page **pages)
{
	struct mosix_flight *f;
	u32 n;

	mutex_lock(&pg->lock);
	for (n = 0; n < WIRE_PAGES_MAX; n++) {
		f = xa_load(&pg->flight, nr + n);
		if (!f || f->state != FLIGHT_LANDED)
			break;
		pages[n] = f->page;
		if (f->page)
			get_page(f->page);
	}
	mutex_unlock(&pg->lock);
	return n;
}

/* Pages that came and were never touched are in no page table. */
static int push_landed(struct mosix_pages *pg)
{
	struct mosix_msg *msg;
	unsigned long nr = 0;
	int ret = 0;
	u32 count;

	while (!ret && next_landed(pg, &nr)) {
		msg = mosix_serve_msg(nr);
		if (!msg)
			return -ENOMEM;
		count = hold_landed(pg, nr, msg->pages);
		mosix_serve_fill(msg, count);
		ret = send_now(pg, msg);
		nr += count;
	}
	return ret;
}

static bool nobody_asks(struct mosix_pages *pg)
{
	bool nobody;

	mutex_lock(&pg->lock);
	nobody = !pg->asking || pg->error;
	mutex_unlock(&pg->lock);
	return nobody;
}

/**
 * mosix_push_leave - the body goes home: no page may be on its way
 * @pg: page state of the body
 *
 * Somebody on either node may be reading its memory (ps does). From here on
 * nothing is asked for, and nothing given: what was taken out is on the link,
 * and so are the requests. Behind the answer to a fence that comes now all
 * that they ask for has landed.
 *
 * Return: 0, -EINTR when killed.
 * Context: the body; the only thread that is not frozen.
 */
int mosix_push_leave(struct mosix_pages *pg)
{
	mutex_lock(&pg->lock);
	pg->leaving = 1;
	mutex_unlock(&pg->lock);
	flush_work(&pg->work);
	flush_work(&pg->install);
	return mosix_pages_await(pg, nobody_asks);
}

static bool immutable_here(struct mosix_pages *pg, unsigned long addr)
{
	void *kind = mtree_load(&pg->kinds, addr >> PAGE_SHIFT);

	return kind && (xa_to_value(kind) & VMA_SHARED);
}

/**
 * mosix_push_all - send every page that is here
 * @pg: page state
 *
 * They stay here as well: at home until mosix_push_commit(), at the body's
 * until it vanishes. Current is the only task of the mm and stands still, so
 * that nothing changes meanwhile.
 *
 * Return: 0, or a negative errno.
 * Context: the task whose mm it is.
 */
int mosix_push_all(struct mosix_pages *pg)
{
	struct mosix_batch *batch = kmalloc(sizeof(*batch), GFP_KERNEL);
	struct mosix_span span = { .end = 0 };
	int ret = push_landed(pg);

	if (!batch)
		return -ENOMEM;
	while (!ret && mosix_walk_next(pg->mm, &span)) {
		/* What is shared is not governed: it stays. */
		if (span.kind < 0 || (span.kind & VMA_SHARED))
			continue;
		if (pg->side == PAGES_BODY && immutable_here(pg, span.start))
			continue;
		ret = push_range(pg, span.start, span.end, batch);
	}
	kfree(batch);
	return ret;
}

/* What was pushed of a range is gone from here; mmap_lock is held. */
static int give_pushed(struct mosix_pages *pg, unsigned long first,
		       unsigned long last)
{
	VMA_ITERATOR(vmi, pg->mm, first << PAGE_SHIFT);
	unsigned long start = first << PAGE_SHIFT, end = (last + 1) << PAGE_SHIFT;
	struct vm_area_struct *vma;
	unsigned long from;
	int ret;

	for_each_vma_range(vmi, vma, end) {
		from = max(start, vma->vm_start);
		vma_start_write(vma);
		mosix_serve_take_out(vma, from, min(end, vma->vm_end));
	}
	mutex_lock(&pg->lock);
	ret = mosix_pages_give(pg, first, last - first + 1);
	mosix_early_drop(pg, first, last - first + 1);
	mutex_unlock(&pg->lock);
	return ret;
}

/**
 * mosix_push_commit - the body runs: what was pushed is no longer ours
 * @pg: page state of the home
 *
 * Gives the memory back and lets requests through.
 *
 * Return: 0, -ENOMEM.
 * Context: the deputy, before it serves its first call.
 */
int mosix_push_commit(struct mosix_pages *pg)
{
	MA_STATE(mas, &pg->pushed, 0, 0);
	unsigned long first, last;
	int ret = 0;

	mmap_write_lock(pg->mm);
	while (!ret) {
		mas_lock(&mas);
		if (!mas_find(&mas, ULONG_MAX))
			first = ULONG_MAX;
		else
			first = mas.index;
		last = mas.last;
		mas_pause(&mas);
		mas_unlock(&mas);
		if (first == ULONG_MAX)
			break;
		ret = give_pushed(pg, first, last);
	}
	mmap_write_unlock(pg->mm);
	mutex_lock(&pg->lock);
	mtree_destroy(&pg->pushed);
	pg->committed = 1;
	mutex_unlock(&pg->lock);
	wake_up_all(&pg->wait);
	return ret;
}
