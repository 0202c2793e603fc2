// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which pages of a process that is away are where it is: for those who read its
 * smaps or pagemap at home.
 *
 * Home asks about a range, the host answers for a part of it that begins with
 * the first page that is there. That is no more than a look: what it saw may be
 * otherwise when it is read, as it may for a process that runs here.
 */
#include "look.h"

#include "call.h"
#include "pages.h"

#include <linux/mm.h>
#include <linux/mosix.h>
#include <linux/pagewalk.h>
#include <linux/rmap.h>
#include <linux/swap.h>
#include <linux/swapops.h>

enum {
	/* The asker may hold a lock that the answer's receiver waits behind. */
	LOOK_TIMEOUT_MS	= 500,
	COUNT_SHIFT	= 4,	/* of how often a page is mapped, in its byte */
	COUNT_MAX	= 15,
	PSS_SHIFT	= 12,	/* as in fs/proc/task_mmu.c */
};

/* As Documentation/admin-guide/mm/pagemap.rst of the base has them. */
#define PM_MMAP_EXCLUSIVE	BIT_ULL(56)
#define PM_SWAP			BIT_ULL(62)
#define PM_PRESENT		BIT_ULL(63)

/* ---- host ---- */

/**
 * struct view - an answer as it is made
 * @seen: its head; the bytes follow
 * @first: address of the first page in it; 0: none yet
 * @landed: of the first page that has landed and is in no page table; or the end
 */
struct view {
	struct wire_seen *seen;
	unsigned long first;
	unsigned long landed;
};

static u8 look_at(struct vm_area_struct *vma, unsigned long addr, pte_t pte)
{
	u8 what = SEEN_PRESENT;
	struct page *page;

	if (!pte_present(pte))
		return is_swap_pte(pte) &&
		       !non_swap_entry(pte_to_swp_entry(pte)) ? SEEN_SWAPPED : 0;
	if (pte_dirty(pte))
		what |= SEEN_DIRTY;
	if (pte_young(pte))
		what |= SEEN_YOUNG;
	/* The page of zeros counts as nobody's. */
	page = vm_normal_page(vma, addr, pte);
	if (page)
		what |= clamp(folio_mapcount(page_folio(page)),
			      1, COUNT_MAX) << COUNT_SHIFT;
	return what;
}

/* False: there is no room for more. */
static bool add_view(struct view *view, unsigned long addr, u8 what)
{
	unsigned long at;

	if (!view->first)
		view->first = min(addr, view->landed);
	at = (addr - view->first) >> PAGE_SHIFT;
	if (at >= WIRE_SEEN_MAX)
		return false;
	view->seen->what[at] = what;
	view->seen->count = cpu_to_le32(max(le32_to_cpu(view->seen->count),
					    at + 1));
	return true;
}

static int view_pte(pte_t *pte, unsigned long addr, unsigned long next,
		    struct mm_walk *walk)
{
	u8 what = look_at(walk->vma, addr, ptep_get(pte));

	return what && !add_view(walk->private, addr, what);
}

static const struct mm_walk_ops view_ops = {
	.pte_entry	= view_pte,
	.walk_lock	= PGWALK_RDLOCK,
};

/* The next page from *nr on that has landed; NULL: none up to @last. */
static struct mosix_flight *next_landed(struct mosix_pages *pg,
					unsigned long *nr, unsigned long last)
{
	struct mosix_flight *f = xa_find(&pg->flight, nr, last, XA_PRESENT);

	lockdep_assert_held(&pg->lock);
	while (f && (f->state != FLIGHT_LANDED || !f->page))
		f = xa_find_after(&pg->flight, nr, last, XA_PRESENT);
	return f;
}

static void view_range(struct mosix_pages *pg, struct view *view,
		       unsigned long start, unsigned long end)
{
	unsigned long nr = start >> PAGE_SHIFT, last = (end - 1) >> PAGE_SHIFT;

	lockdep_assert_held(&pg->lock);
	view->landed = next_landed(pg, &nr, last) ? nr << PAGE_SHIFT : end;
	walk_page_range(pg->mm, start, end, &view_ops, view);
	for (; next_landed(pg, &nr, last); nr++)
		if (!add_view(view, nr << PAGE_SHIFT, SEEN_PRESENT | SEEN_DIRTY |
			      1 << COUNT_SHIFT))
			break;
}

/* What waits to be sent takes what it says, not what it might have said. */
static struct mosix_msg *trim(struct mosix_msg *msg, u32 len)
{
	struct mosix_msg *small = NULL;

	if (len <= msg->len / 2)
		small = mosix_msg_new(MSG_SEEN, len);
	if (!small) {
		msg->len = len;
		return msg;
	}
	memcpy(small->data, msg->data, len);
	mosix_msg_free(msg);
	return small;
}

/**
 * mosix_look_answer - home asks which pages are here
 * @pg: page state of the body
 * @link: to its home
 * @ask: MSG_LOOK, checked
 *
 * Context: process context; the caller holds the mm.
 */
void mosix_look_answer(struct mosix_pages *pg, struct mosix_link *link,
		       const struct mosix_msg *ask)
{
	const struct wire_look *look = (void *)ask->data;
	unsigned long start = le64_to_cpu(look->start);
	unsigned long end = min_t(u64, le64_to_cpu(look->end), TASK_SIZE_MAX);
	struct view view = { .first = 0 };
	struct mosix_msg *msg;

	msg = mosix_msg_new(MSG_SEEN, sizeof(*view.seen) + WIRE_SEEN_MAX);
	if (!msg)
		return;		/* nobody waits for long */
	view.seen = (void *)msg->data;
	mmap_read_lock(pg->mm);
	mutex_lock(&pg->lock);
	if (start < end)
		view_range(pg, &view, start, end);
	mutex_unlock(&pg->lock);
	mmap_read_unlock(pg->mm);
	view.seen->start = cpu_to_le64(view.first);
	msg = trim(msg, sizeof(*view.seen) + le32_to_cpu(view.seen->count));
	msg->h.id = ask->h.id;
	mosix_link_send(link, msg);
}

/* ---- home ---- */

/**
 * struct look - what somebody wants to see
 * @start: address of what is to be seen next
 * @end: address behind the last page
 * @see: called for one part after the other
 * @arg: handed to @see
 */
struct look {
	unsigned long start;
	unsigned long end;
	void (*see)(void *arg, unsigned long start,
		    const struct wire_seen *seen);
	void *arg;
};

static struct mosix_link *link_of(struct mosix_pages *pg)
{
	struct mosix_link *link = NULL;

	mutex_lock(&pg->lock);
	if (pg->side == PAGES_HOME && pg->committed && !pg->error) {
		link = pg->link;
		mosix_link_get(link);
	}
	mutex_unlock(&pg->lock);
	return link;
}

static struct mosix_msg *ask(struct mosix_link *link, const struct look *look)
{
	struct mosix_msg *msg = mosix_msg_new(MSG_LOOK,
					      sizeof(struct wire_look));
	struct wire_look *wire;

	if (!msg)
		return ERR_PTR(-ENOMEM);
	wire = (void *)msg->data;
	wire->start = cpu_to_le64(look->start);
	wire->end = cpu_to_le64(look->end);
	return mosix_call_queued(link, msg, msecs_to_jiffies(LOOK_TIMEOUT_MS),
				 TASK_KILLABLE);
}

/* -EPROTO for what nobody asked about. */
static int see_part(struct look *look, const struct mosix_msg *msg)
{
	const struct wire_seen *seen = (void *)msg->data;
	unsigned long first = le64_to_cpu(seen->start);
	u32 count;

	if (mosix_msg_type(msg) != MSG_SEEN)
		return -EPROTO;
	count = le32_to_cpu(seen->count);
	if (!count) {
		look->start = look->end;
		return 0;
	}
	if (first < look->start || first >= look->end ||
	    (look->end - first) >> PAGE_SHIFT < count)
		return -EPROTO;
	look->see(look->arg, first, seen);
	look->start = first + ((unsigned long)count << PAGE_SHIFT);
	return 0;
}

/* What is not answered in time is not seen. */
static void look_at_all(struct mosix_pages *pg, struct look *look)
{
	struct mosix_link *link = link_of(pg);
	struct mosix_msg *msg;
	int ret = 0;

	while (link && !ret && look->start < look->end) {
		msg = ask(link, look);
		if (IS_ERR(msg))
			break;
		ret = see_part(look, msg);
		mosix_msg_free(msg);
	}
	if (ret)
		mosix_link_close(link, ret);
	mosix_link_put(link);
}

/**
 * struct gather - what is counted of a mapping
 * @vma: the mapping
 * @sum: the counts
 */
struct gather {
	const struct vm_area_struct *vma;
	struct mosix_seen *sum;
};

static void add_page(const struct gather *g, u8 what)
{
	u32 times = what >> COUNT_SHIFT;
	/* Pages of a program's text are copies there, and were never written. */
	bool clean = g->vma->vm_file && !(g->vma->vm_flags & VM_WRITE);
	struct mosix_seen *sum = g->sum;

	if (what & SEEN_SWAPPED)
		sum->swap += PAGE_SIZE;
	if (!times)
		return;
	sum->resident += PAGE_SIZE;
	if (what & SEEN_YOUNG)
		sum->referenced += PAGE_SIZE;
	sum->pss += (PAGE_SIZE << PSS_SHIFT) / times;
	if (clean)
		*(times > 1 ? &sum->shared_clean : &sum->private_clean) +=
			PAGE_SIZE;
	else
		*(times > 1 ? &sum->shared_dirty : &sum->private_dirty) +=
			PAGE_SIZE;
}

static void add_part(void *arg, unsigned long start,
		     const struct wire_seen *seen)
{
	u32 i;

	for (i = 0; i < le32_to_cpu(seen->count); i++)
		add_page(arg, seen->what[i]);
}

/**
 * mosix_look_sum - hook: what of a mapping is where its process is
 * @vma: a mapping of an mm with page state
 * @start: from here on; 0: all of it
 * @sum: receives bytes
 *
 * Return: true when there is something.
 * Context: mmap_lock held for reading; sleeps.
 */
bool mosix_look_sum(struct vm_area_struct *vma, unsigned long start,
		    struct mosix_seen *sum)
{
	struct gather g = { .vma = vma, .sum = sum };
	struct look look = {
		.start = max(start, vma->vm_start),
		.end = vma->vm_end,
		.see = add_part,
		.arg = &g,
	};

	memset(sum, 0, sizeof(*sum));
	if (mosix_pages_governed(vma))
		look_at_all(vma->vm_mm->mosix, &look);
	return sum->resident || sum->swap;
}

/**
 * struct map - entries of a pagemap
 * @start: address of the first one
 * @entry: the entries
 */
struct map {
	unsigned long start;
	u64 *entry;
};

static void mark_part(void *arg, unsigned long start,
		      const struct wire_seen *seen)
{
	struct map *map = arg;
	u64 *entry = map->entry + ((start - map->start) >> PAGE_SHIFT);
	u32 i;

	for (i = 0; i < le32_to_cpu(seen->count); i++, entry++) {
		if (seen->what[i] & SEEN_SWAPPED)
			*entry |= PM_SWAP;
		if (seen->what[i] & SEEN_PRESENT)
			*entry |= PM_PRESENT;
		if (seen->what[i] >> COUNT_SHIFT == 1)
			*entry |= PM_MMAP_EXCLUSIVE;
	}
}

/**
 * mosix_look_map - hook: entries of a pagemap for what is elsewhere
 * @mm: an address space with page state
 * @start: page-aligned address of the first entry
 * @end: address behind the last one
 * @entry: the entries; bits are added
 *
 * A page's place in another node's memory is not told.
 *
 * Context: process context, no lock of @mm held; sleeps.
 */
void mosix_look_map(struct mm_struct *mm, unsigned long start,
		    unsigned long end, u64 *entry)
{
	struct map map = { .start = start, .entry = entry };
	struct look look = {
		.start = start,
		.end = end,
		.see = mark_part,
		.arg = &map,
	};

	look_at_all(mm->mosix, &look);
}
