// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory is sent in rounds while its process runs on (pre-copy): all that is
 * present, then again what was touched since and has other content than what was
 * sent (early.c). They end when a round has not half as much to send as the one
 * before, or none is left: what is written all the time is better sent once, when
 * the process has gone.
 *
 * What is sent is a copy, so that what the peer has is what was hashed, whatever
 * the process writes meanwhile. The marks of the CPU (hot.c) only tell where to
 * look: a mark that is missed costs a page sent again later, nothing else.
 *
 * The process may exit or execute a program at any time: its memory is held for one
 * look at a time. Then there are no more rounds, and the move goes on, or ends, as
 * it would have. Swapped pages are not brought in for this.
 */
#include "rounds.h"

#include "early.h"
#include "hot.h"
#include "link.h"
#include "migrate.h"
#include "pages.h"
#include "walk.h"

#include <linux/delay.h>
#include <linux/highmem.h>
#include <linux/mm.h>
#include <linux/pagewalk.h>
#include <linux/pgtable.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>

enum {
	ROUNDS_MAX	= 3,
	QUEUED_MAX	= 1 << 20,	/* bytes copied ahead of the wire */
	LOOK_MS		= 20,		/* a third of a look at what it does */
	HOT_MS		= 1,		/* marked in this is its hot set */
	LOOK_PAGES	= 32,		/* of which it is seen who is written to */
};

/**
 * struct rounds - one round
 * @mm: of the process, grabbed
 * @early: what was sent
 * @link: where to
 * @msg: what is about to be sent, NULL none
 * @all: whether it was touched or not
 * @every: of these each so many-th
 * @seen: how many there were
 * @sent: pages in this round
 * @count: pages that were copied and not yet looked at
 * @page: room for copies; NULL where one has gone into @msg
 * @addr: of what is in each of @count
 */
struct rounds {
	struct mm_struct *mm;
	struct mosix_early *early;
	struct mosix_link *link;
	struct mosix_msg *msg;
	bool all;
	u32 every;
	u64 seen;
	u64 sent;
	u32 count;
	struct page *page[WIRE_PAGES_MAX];
	unsigned long addr[WIRE_PAGES_MAX];
};

static int skip_foreign(unsigned long addr, unsigned long next,
			struct mm_walk *walk)
{
	return !mosix_pages_governed(walk->vma);
}

/* A huge page is split, as it will be when the process leaves. */
static int skip_untouched(pmd_t *pmd, unsigned long addr, unsigned long next,
			  struct mm_walk *walk)
{
	struct rounds *r = walk->private;
	pmd_t value = pmdp_get_lockless(pmd);

	cond_resched();
	if (!r->all && pmd_present(value) && !pmd_young(value) &&
	    (pmd_leaf(value) || arch_has_hw_nonleaf_pmd_young()))
		walk->action = ACTION_CONTINUE;
	return 0;
}

/* Under the lock of the page table, so that the page stays what it is. */
static int copy_page_of(pte_t *pte, unsigned long addr, unsigned long next,
			struct mm_walk *walk)
{
	struct rounds *r = walk->private;
	pte_t value = ptep_get(pte);
	struct page *page;

	if (!pte_present(value) || (!r->all && !pte_young(value)) ||
	    r->seen++ % r->every)
		return 0;
	/* Not the zero page; one that memory has lost stays at home. */
	page = vm_normal_page(walk->vma, addr, value);
	if (!page || copy_mc_highpage(r->page[r->count], page))
		return 0;
	r->addr[r->count++] = addr;
	return r->count == WIRE_PAGES_MAX;
}

static const struct mm_walk_ops copy_ops = {
	.test_walk	= skip_foreign,
	.pmd_entry	= skip_untouched,
	.pte_entry	= copy_page_of,
	.walk_lock	= PGWALK_RDLOCK,
};

/* No memory is taken for this that the node needs for something else. */
static int make_room(struct rounds *r)
{
	u32 i;

	for (i = 0; i < WIRE_PAGES_MAX; i++) {
		if (!r->page[i])
			r->page[i] = alloc_page(GFP_HIGHUSER | __GFP_NORETRY |
						__GFP_NOWARN);
		if (!r->page[i])
			return -ENOMEM;
	}
	return 0;
}

/* Copy the next pages from *addr on, which moves behind them. */
static int copy_some(struct rounds *r, unsigned long *addr, unsigned long end)
{
	int ret = make_room(r);

	r->count = 0;
	if (ret)
		return ret;
	if (!mmget_not_zero(r->mm))
		return -ESRCH;
	mmap_read_lock(r->mm);
	ret = walk_page_range(r->mm, *addr, end, &copy_ops, r);
	mmap_read_unlock(r->mm);
	mmput_async(r->mm);
	if (ret < 0)
		return ret;
	*addr = ret ? r->addr[r->count - 1] + PAGE_SIZE : end;
	return 0;
}

static int send_msg(struct rounds *r)
{
	struct mosix_msg *msg = r->msg;

	r->msg = NULL;
	if (!msg)
		return 0;
	if (!msg->npages) {
		mosix_msg_free(msg);
		return 0;
	}
	r->sent += msg->npages;
	return mosix_link_send(r->link, msg) ?:
	       mosix_link_throttle(r->link, QUEUED_MAX);
}

/* The message that a page goes into, which follows those that it has. */
static int open_msg(struct rounds *r, unsigned long nr)
{
	struct wire_pages *head = r->msg ? (void *)r->msg->data : NULL;
	int ret;

	if (head && !r->msg->npages) {
		head->addr = cpu_to_le64((u64)nr << PAGE_SHIFT);
		return 0;
	}
	if (head && r->msg->npages < WIRE_PAGES_MAX &&
	    le64_to_cpu(head->addr) >> PAGE_SHIFT == nr - r->msg->npages)
		return 0;
	ret = send_msg(r);
	if (ret)
		return ret;
	r->msg = mosix_serve_msg(nr);
	if (!r->msg)
		return -ENOMEM;
	head = (void *)r->msg->data;
	head->flags = cpu_to_le32(PAGES_EARLY);
	return 0;
}

/* What the peer has already, or what travels as a bit later, is not sent. */
static int send_one(struct rounds *r, u32 i)
{
	unsigned long nr = r->addr[i] >> PAGE_SHIFT;
	void *p = kmap_local_page(r->page[i]);
	bool zero = !memchr_inv(p, 0, PAGE_SIZE);
	int ret;

	kunmap_local(p);
	if (zero)
		return 0;
	/* First: what is noted must go. */
	ret = open_msg(r, nr);
	ret = ret ?: mosix_early_note(r->early, nr, r->page[i]);
	if (ret <= 0)
		return ret == -ENOSPC ? 0 : ret;
	mosix_serve_add(r->msg, r->page[i]);
	r->page[i] = NULL;
	return 0;
}

static int send_copies(struct rounds *r)
{
	int ret = 0;
	u32 i;

	for (i = 0; i < r->count && !ret; i++)
		ret = send_one(r, i);
	return ret;
}

static bool next_span(struct rounds *r, struct mosix_span *span)
{
	bool found;

	if (!mmget_not_zero(r->mm))
		return false;
	do {
		found = mosix_walk_next(r->mm, span);
	} while (found && (span->kind < 0 || (span->kind & VMA_SHARED)));
	mmput_async(r->mm);
	return found;
}

static bool is_over(struct rounds *r, struct mosix_move *move)
{
	/* Who is about to trace it waits for the end of the move. */
	return READ_ONCE(move->proc->move) != move ||
	       READ_ONCE(move->proc->tracers) || READ_ONCE(r->link->error);
}

static int one_round(struct rounds *r, struct mosix_move *move)
{
	struct mosix_span span = { .end = 0 };
	unsigned long addr;
	int ret = 0;

	r->sent = 0;
	while (!ret && next_span(r, &span)) {
		addr = span.start;
		while (!ret && addr < span.end) {
			ret = is_over(r, move) ? -ECANCELED :
						 copy_some(r, &addr, span.end);
			ret = ret ?: send_copies(r);
			cond_resched();
		}
	}
	return send_msg(r) ?: ret;
}

/* What is marked from now on is what the process works with. */
static void watch(struct mm_struct *mm, u32 ms)
{
	if (!mmget_not_zero(mm))
		return;
	mosix_hot_begin(mm);
	mmput_async(mm);
	msleep(ms);
}

static struct rounds *begin_rounds(struct mm_struct *mm, u64 kib)
{
	struct rounds *r = kzalloc(sizeof(*r), GFP_KERNEL);

	if (!r)
		return NULL;
	r->mm = mm;
	r->every = 1;
	r->early = mosix_early_new(mm, kib >> (PAGE_SHIFT - 10));
	if (r->early)
		return r;
	kfree(r);
	return NULL;
}

static void end_rounds(struct rounds *r)
{
	u32 i;

	for (i = 0; i < WIRE_PAGES_MAX; i++)
		if (r->page[i])
			put_page(r->page[i]);
	mosix_msg_free(r->msg);
	kfree(r);
}

static int all_rounds(struct rounds *r, struct mosix_move *move)
{
	u64 before = U64_MAX;
	int ret = 0;
	u32 i;

	for (i = 0; i < ROUNDS_MAX && !ret; i++) {
		r->all = !i;
		ret = one_round(r, move);
		if (!r->sent || r->sent > before / 2)
			break;
		before = r->sent;
	}
	return ret;
}

static int count_table(pmd_t *pmd, unsigned long addr, unsigned long next,
		       struct mm_walk *walk)
{
	pmd_t value = pmdp_get_lockless(pmd);
	u64 *pages = walk->private;

	cond_resched();
	if (pmd_present(value) && !pmd_leaf(value) &&
	    (!arch_has_hw_nonleaf_pmd_young() || pmd_young(value)))
		return 0;
	if (pmd_present(value) && pmd_leaf(value) && pmd_young(value))
		*pages += (next - addr) >> PAGE_SHIFT;
	walk->action = ACTION_CONTINUE;
	return 0;
}

static int count_page(pte_t *pte, unsigned long addr, unsigned long next,
		      struct mm_walk *walk)
{
	pte_t value = ptep_get(pte);
	u64 *pages = walk->private;

	*pages += pte_present(value) && pte_young(value);
	return 0;
}

static const struct mm_walk_ops count_ops = {
	.test_walk	= skip_foreign,
	.pmd_entry	= count_table,
	.pte_entry	= count_page,
	.walk_lock	= PGWALK_RDLOCK,
};

static u64 count_touched(struct mm_struct *mm)
{
	u64 pages = 0;

	if (!mmget_not_zero(mm))
		return 0;
	mmap_read_lock(mm);
	walk_page_range(mm, 0, TASK_SIZE_MAX, &count_ops, &pages);
	mmap_read_unlock(mm);
	mmput_async(mm);
	return pages;
}

/* Some of what was touched, from all over it: what it has now is noted. */
static u32 note_some(struct rounds *r, unsigned long addr[LOOK_PAGES])
{
	struct mosix_span span = { .end = 0 };
	unsigned long at;
	u32 n = 0, i;

	while (n < LOOK_PAGES && next_span(r, &span)) {
		for (at = span.start; at < span.end && n < LOOK_PAGES;) {
			if (copy_some(r, &at, span.end))
				return n;
			for (i = 0; i < r->count && n < LOOK_PAGES; i++)
				if (mosix_early_note(r->early,
						     r->addr[i] >> PAGE_SHIFT,
						     r->page[i]) > 0)
					addr[n++] = r->addr[i];
		}
	}
	return n;
}

/* Of those, how many have other content now, in thousandths. */
static u32 count_written(struct rounds *r, const unsigned long *addr, u32 n)
{
	unsigned long at;
	u32 i, written = 0;

	r->all = true;
	r->every = 1;
	for (i = 0; i < n; i++) {
		at = addr[i];
		if (copy_some(r, &at, at + PAGE_SIZE) || !r->count)
			written++;
		else if (mosix_early_note(r->early, addr[i] >> PAGE_SHIFT,
					  r->page[0]))
			written++;
	}
	return n ? written * 1000 / n : 0;
}

/**
 * mosix_rounds_look - what does a process do with its memory just now?
 * @mm: the memory, grabbed by the caller
 * @facts: receives how much it touches and writes to
 *
 * That takes 60 ms. What it touches is marked anew in the end, for its hot set.
 *
 * Context: kernel thread; the process runs.
 */
void mosix_rounds_look(struct mm_struct *mm, struct choice_facts *facts)
{
	struct rounds *r = begin_rounds(mm, LOOK_PAGES << (PAGE_SHIFT - 10));
	unsigned long addr[LOOK_PAGES];
	u64 half, pages;
	u32 n;

	if (!r)
		return;
	watch(mm, LOOK_MS);
	half = count_touched(mm);
	msleep(LOOK_MS);
	pages = count_touched(mm);
	r->every = clamp_t(u64, pages / LOOK_PAGES, 1, U32_MAX);
	n = note_some(r, addr);
	msleep(LOOK_MS);
	facts->written_milli = count_written(r, addr, n);
	facts->touched_kib = pages << (PAGE_SHIFT - 10);
	facts->grows_kib_s = (pages - min(half, pages)) * (MSEC_PER_SEC / LOOK_MS)
			     << (PAGE_SHIFT - 10);
	mosix_early_free(r->early);
	end_rounds(r);
	/* What was marked in so long is too much for a hot set. */
	watch(mm, HOT_MS);
}

/**
 * mosix_rounds_run - send the memory of a process that is about to move
 * @move: its move, accepted by the host; receives the record of what was sent
 * @link: to the host
 * @mm: the memory, grabbed by the caller
 *
 * What fails here but the link only ends the rounds: what was sent is known.
 *
 * Return: 0, -EHOSTUNREACH: the link has ended.
 * Context: kernel thread; the process runs.
 */
int mosix_rounds_run(struct mosix_move *move, struct mosix_link *link,
		     struct mm_struct *mm)
{
	struct rounds *r = begin_rounds(mm, move->offered_kib);
	int ret;

	if (!r)
		return 0;
	r->link = link;
	move->early = r->early;
	watch(mm, 0);
	ret = all_rounds(r, move);
	end_rounds(r);
	if (!ret)
		watch(mm, HOT_MS);
	return READ_ONCE(link->error) ? -EHOSTUNREACH : 0;
}
