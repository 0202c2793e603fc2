// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages that leave before anyone asks: the first set H of a process that
 * leaves, all of its memory pushed ahead, and all that a body has when it
 * goes home.
 */
#include "pages.h"

#include "link.h"
#include "walk.h"

#include <linux/mm.h>
#include <linux/pagewalk.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

enum { QUEUED_MAX = 1 << 20 };	/* bytes read into memory ahead of the wire */

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

/* May this page be pushed? Its content, without taking it out. */
static int push_one(struct mosix_pages *pg, unsigned long addr,
		    struct page **page)
{
	int ret = -ENOENT;

	mutex_lock(&pg->lock);
	if (!mosix_pages_absent(pg, addr >> PAGE_SHIFT))
		ret = 0;
	mutex_unlock(&pg->lock);
	if (ret)
		return ret;
	mmap_read_lock(pg->mm);
	ret = get_user_pages_remote(pg->mm, addr, 1, FOLL_FORCE, page, NULL);
	mmap_read_unlock(pg->mm);
	if (ret != 1)	/* a file that became shorter: it can stay */
		return pg->side == PAGES_HOME ? -ENOENT : -EFAULT;
	ret = 0;
	if (pg->side == PAGES_HOME)
		ret = mtree_store_range(&pg->pushed, addr >> PAGE_SHIFT,
					addr >> PAGE_SHIFT, xa_mk_value(1),
					GFP_KERNEL);
	if (ret) {
		put_page(*page);
		return ret;
	}
	if (mosix_serve_is_zero(*page)) {
		put_page(*page);
		*page = NULL;
	}
	return 0;
}

static int flush(struct mosix_pages *pg, struct mosix_msg **msg)
{
	int ret;

	if (!*msg)
		return 0;
	pg->pushed_nr += (*msg)->npages;
	ret = mosix_link_send(pg->link, *msg);
	*msg = NULL;
	return ret ?: mosix_link_throttle(pg->link, QUEUED_MAX);
}

static int push_page(struct mosix_pages *pg, unsigned long addr,
		     struct page *page, struct mosix_msg **msg)
{
	const struct wire_pages *head;
	int ret = 0;

	if (*msg) {
		head = (void *)(*msg)->data;
		if ((*msg)->npages == WIRE_PAGES_MAX ||
		    le64_to_cpu(head->addr) + (*msg)->npages * PAGE_SIZE !=
		    addr)
			ret = flush(pg, msg);
	}
	if (!ret && !*msg) {
		*msg = mosix_serve_msg(addr >> PAGE_SHIFT);
		if (!*msg)
			ret = -ENOMEM;
	}
	if (ret) {
		if (page)
			put_page(page);
		return ret;
	}
	mosix_serve_add(*msg, page);
	return 0;
}

static int push_range(struct mosix_pages *pg, unsigned long start,
		      unsigned long end, struct mosix_batch *batch)
{
	struct mosix_msg *msg = NULL;
	struct page *page;
	int ret = 0;
	u32 i;

	while (!ret && start < end) {
		ret = mosix_walk_populated(pg->mm, &start, end, batch);
		for (i = 0; !ret && i < batch->count; i++) {
			page = NULL;
			ret = push_one(pg, batch->addr[i], &page);
			if (ret == -ENOENT)
				ret = 0;	/* the peer's already */
			else if (!ret)
				ret = push_page(pg, batch->addr[i], page, &msg);
		}
		cond_resched();
	}
	if (!ret)
		ret = flush(pg, &msg);
	mosix_msg_free(msg);
	return ret;
}

static bool travels(struct mm_struct *mm, unsigned long addr)
{
	struct vm_area_struct *vma;
	bool travels;

	mmap_read_lock(mm);
	vma = vma_lookup(mm, addr);
	travels = vma && mosix_pages_governed(vma);
	mmap_read_unlock(mm);
	return travels;
}

/**
 * mosix_push_hot - the pages that the process needs first go ahead
 * @pg: page state of the home
 * @addr: addresses in them
 * @count: how many
 *
 * Each page that is missing when the body begins to run makes it stand still
 * once more.
 *
 * Return: 0, or a negative errno.
 * Context: the departing task, alone in its mm.
 */
int mosix_push_hot(struct mosix_pages *pg, const unsigned long *addr, u32 count)
{
	struct mosix_msg *msg = NULL;
	struct page *page;
	int ret = 0;
	u32 i;

	for (i = 0; i < count && !ret; i++) {
		unsigned long start = addr[i] & PAGE_MASK;

		if (!travels(pg->mm, start) ||
		    mtree_load(&pg->pushed, start >> PAGE_SHIFT))
			continue;
		ret = push_one(pg, start, &page);
		if (!ret)
			ret = push_page(pg, start, page, &msg);
		else if (ret == -ENOENT)
			ret = 0;
	}
	if (!ret)
		ret = flush(pg, &msg);
	mosix_msg_free(msg);
	return ret;
}

/* The next landed page from *nr on, with a reference; false: no more. */
static bool next_landed(struct mosix_pages *pg, unsigned long *nr,
			struct page **page)
{
	struct mosix_flight *f;

	mutex_lock(&pg->lock);
	f = xa_find(&pg->flight, nr, ULONG_MAX, XA_PRESENT);
	while (f && f->state != FLIGHT_LANDED)
		f = xa_find_after(&pg->flight, nr, ULONG_MAX, XA_PRESENT);
	*page = f ? f->page : NULL;
	if (*page)
		get_page(*page);
	mutex_unlock(&pg->lock);
	return f;
}

/* Pages that came and were never touched are in no page table. */
static int push_landed(struct mosix_pages *pg)
{
	struct mosix_msg *msg = NULL;
	unsigned long nr = 0;
	struct page *page;
	int ret = 0;

	for (; !ret && next_landed(pg, &nr, &page); nr++)
		ret = push_page(pg, nr << PAGE_SHIFT, page, &msg);
	if (!ret)
		ret = flush(pg, &msg);
	mosix_msg_free(msg);
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
	return wait_event_killable(pg->wait, nobody_asks(pg)) ? -EINTR : 0;
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

static int give_pushed(struct mosix_pages *pg, unsigned long nr)
{
	struct vm_area_struct *vma = vma_lookup(pg->mm, nr << PAGE_SHIFT);
	int ret;

	if (vma) {
		vma_start_write(vma);
		zap_page_range_single(vma, nr << PAGE_SHIFT, PAGE_SIZE, NULL);
	}
	mutex_lock(&pg->lock);
	ret = mosix_pages_give(pg, nr);
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
		for (; first <= last && !ret; first++)
			ret = give_pushed(pg, first);
	}
	mmap_write_unlock(pg->mm);
	mutex_lock(&pg->lock);
	mtree_destroy(&pg->pushed);
	pg->committed = 1;
	mutex_unlock(&pg->lock);
	wake_up_all(&pg->wait);
	return ret;
}
