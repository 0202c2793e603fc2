// SPDX-License-Identifier: GPL-2.0-only
/*
 * Single-copy pages: the set H, faults on absent pages, pages that arrive.
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

#include "link.h"

#include <linux/ktime.h>
#include <linux/memcontrol.h>
#include <linux/mm.h>
#include <linux/mosix.h>
#include <linux/rmap.h>
#include <linux/sched/coredump.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/userfaultfd_k.h>

#include <asm/pgalloc.h>

enum {
	CLUSTER		= 16,		/* pages asked for with one fault */
	FETCH_TIMEOUT_S	= 120,		/* a peer that is silent for so long is lost */
};

/* What H and pushed hold for a page that is a member. */
#define MEMBER	xa_mk_value(1)

static struct mosix_pages *pages_new(struct mm_struct *mm)
{
	struct mosix_pages *pg = kzalloc(sizeof(*pg), GFP_KERNEL);

	if (!pg)
		return NULL;
	refcount_set(&pg->ref, 1);
	mmgrab(mm);
	pg->mm = mm;
	mutex_init(&pg->lock);
	mt_init(&pg->home);
	mt_init(&pg->pushed);
	mt_init(&pg->kinds);
	xa_init(&pg->flight);
	init_waitqueue_head(&pg->wait);
	mosix_serve_init(pg);
	return pg;
}

static void drop_flight(struct mosix_pages *pg, unsigned long nr,
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
		drop_flight(pg, nr, f);
	mtree_destroy(&pg->home);
	mtree_destroy(&pg->pushed);
	mtree_destroy(&pg->kinds);
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
		pg = pages_new(mm);
		if (!pg)
			return NULL;
	}
	/* Huge pages would be filled in without asking anybody. */
	set_bit(MMF_DISABLE_THP, &mm->flags);
	mutex_lock(&pg->lock);
	clear_state(pg);
	mosix_link_get(link);
	mosix_link_put(pg->link);
	pg->link = link;
	pg->error = 0;
	pg->committed = side == PAGES_BODY;
	pg->leaving = 0;
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
	pg->side = PAGES_OFF;
	clear_state(pg);
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
	int ret = mosix_pages_install_all(pg);

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
 * @link: the link that ended, which may be one of an earlier stay
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
 * mosix_pages_governed - do the pages of this mapping follow the rule?
 * @vma: a mapping; its mm is locked
 *
 * Shared, device and special mappings do not: they are on each node for
 * itself, or their process does not move.
 *
 * Return: true when they do.
 * Context: any.
 */
bool mosix_pages_governed(const struct vm_area_struct *vma)
{
	if (vma->vm_flags & (VM_MAYSHARE | VM_IO | VM_PFNMAP | VM_MIXEDMAP |
			     VM_HUGETLB))
		return false;
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

static int set_home(struct mosix_pages *pg, unsigned long nr, void *member)
{
	lockdep_assert_held(&pg->lock);
	return mtree_store_range(&pg->home, nr, nr, member, GFP_KERNEL);
}

/**
 * mosix_pages_own - a page is ours from now on
 * @pg: page state, locked
 * @nr: page number
 *
 * Return: 0 or -ENOMEM.
 * Context: @pg->lock held, may sleep.
 */
int mosix_pages_own(struct mosix_pages *pg, unsigned long nr)
{
	return set_home(pg, nr, pg->side == PAGES_HOME ? MEMBER : NULL);
}

/**
 * mosix_pages_give - a page is the peer's from now on
 * @pg: page state, locked
 * @nr: page number
 *
 * Return: 0 or -ENOMEM.
 * Context: @pg->lock held, may sleep.
 */
int mosix_pages_give(struct mosix_pages *pg, unsigned long nr)
{
	return set_home(pg, nr, pg->side == PAGES_HOME ? NULL : MEMBER);
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
	struct mosix_flight *f;
	unsigned long nr;

	if (!len)
		return;
	mutex_lock(&pg->lock);
	mtree_store_range(&pg->home, first, last, NULL, GFP_KERNEL);
	mtree_store_range(&pg->kinds, first, last, NULL, GFP_KERNEL);
	xa_for_each_range(&pg->flight, nr, f, first, last)
		drop_flight(pg, nr, f);
	mutex_unlock(&pg->lock);
	wake_up_all(&pg->wait);
}

static int move_tree(struct maple_tree *tree, unsigned long from,
		     unsigned long to, unsigned long count)
{
	unsigned long last = from + count - 1;
	MA_STATE(mas, tree, from, last);
	void *entry;
	int ret = 0;

	/* Copy piece by piece, then erase: old and new do not overlap. */
	ret = mtree_store_range(tree, to, to + count - 1, NULL, GFP_KERNEL);
	for (;;) {
		unsigned long lo, hi;

		mas_lock(&mas);
		entry = mas_find(&mas, last);
		lo = max(mas.index, from);
		hi = min(mas.last, last);
		mas_pause(&mas);
		mas_unlock(&mas);
		if (!entry || ret)
			break;
		ret = mtree_store_range(tree, lo - from + to, hi - from + to,
					entry, GFP_KERNEL);
	}
	if (!ret)
		ret = mtree_store_range(tree, from, last, NULL, GFP_KERNEL);
	return ret;
}

/**
 * mosix_pages_moved - a mapping got another address (mremap)
 * @pg: page state
 * @from: old address
 * @to: new address, not overlapping the old one
 * @len: bytes that moved
 *
 * Return: 0, -ENOMEM.
 * Context: the task whose mm it is, single-threaded: no fault is under way.
 */
int mosix_pages_moved(struct mosix_pages *pg, u64 from, u64 to, u64 len)
{
	unsigned long first = from >> PAGE_SHIFT;
	unsigned long count = PAGE_ALIGN(len) >> PAGE_SHIFT;
	unsigned long target = to >> PAGE_SHIFT;
	struct mosix_flight *f;
	unsigned long nr;
	int ret;

	mutex_lock(&pg->lock);
	ret = move_tree(&pg->home, first, target, count);
	if (!ret)
		ret = move_tree(&pg->kinds, first, target, count);
	xa_for_each_range(&pg->flight, nr, f, first, first + count - 1) {
		if (ret)
			break;
		xa_erase(&pg->flight, nr);
		ret = xa_err(xa_store(&pg->flight, nr - first + target, f,
				      GFP_KERNEL));
	}
	mutex_unlock(&pg->lock);
	return ret;
}

static int land_one(struct mosix_pages *pg, unsigned long nr,
		    struct page **page)
{
	struct mosix_flight *f;
	int ret;

	/* Late: the mapping went, or somebody made the page anew. */
	if (!mosix_pages_absent(pg, nr))
		return 0;
	f = xa_load(&pg->flight, nr);
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
	ret = mosix_pages_own(pg, nr);
	if (ret)
		return ret;
	f->state = FLIGHT_LANDED;
	f->page = *page;
	*page = NULL;
	pg->fetched++;
	return 0;
}

/**
 * mosix_pages_landed - pages came from the other half
 * @pg: page state
 * @msg: MSG_PAGES, checked; pages are taken out of it
 *
 * Return: 0, -ENOMEM.
 * Context: the link's receiver; waits for nobody but @pg->lock.
 */
int mosix_pages_landed(struct mosix_pages *pg, struct mosix_msg *msg)
{
	const struct wire_pages *head = (void *)msg->data;
	unsigned long nr = le64_to_cpu(head->addr) >> PAGE_SHIFT;
	u32 i;
	int ret = 0;

	mutex_lock(&pg->lock);
	for (i = 0; i < msg->npages && !ret; i++)
		ret = land_one(pg, nr + i, &msg->pages[i]);
	mutex_unlock(&pg->lock);
	wake_up_all(&pg->wait);
	return ret;
}

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

static pmd_t *make_pmd(struct mm_struct *mm, unsigned long addr)
{
	p4d_t *p4d = p4d_alloc(mm, pgd_offset(mm, addr), addr);
	pud_t *pud = p4d ? pud_alloc(mm, p4d, addr) : NULL;
	pmd_t *pmd = pud ? pmd_alloc(mm, pud, addr) : NULL;

	if (!pmd || pte_alloc(mm, pmd))
		return NULL;
	return pmd;
}

/* Put @page at @addr; the reference is consumed only on success. */
static int install_page(struct vm_area_struct *vma, unsigned long addr,
			struct page *page)
{
	struct folio *folio = page_folio(page);
	pmd_t *pmd = make_pmd(vma->vm_mm, addr);
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
	if (!f->page && !vma_is_anonymous(vma)) {
		f->page = alloc_page(GFP_HIGHUSER_MOVABLE | __GFP_ZERO);
		if (!f->page)
			return -ENOMEM;
	}
	if (f->page) {
		ret = install_page(vma, nr << PAGE_SHIFT, f->page);
		if (WARN_ON_ONCE(ret == -EEXIST))
			put_page(f->page);
		else if (ret)
			return ret;
	}
	f->page = NULL;
	drop_flight(pg, nr, f);
	pg->recent[pg->recent_next] = nr;
	pg->recent_ns[pg->recent_next] = ktime_get_ns();
	pg->recent_next = (pg->recent_next + 1) % MOSIX_PAGES_RECENT;
	return 0;
}

static vm_fault_t install_in_fault(struct mosix_pages *pg,
				   struct vm_area_struct *vma,
				   unsigned long nr, unsigned int flags)
{
	struct mosix_flight *f = xa_load(&pg->flight, nr);

	/* anon_vma_prepare() wants the mmap_lock, not the VMA's. */
	if (!vma->anon_vma) {
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
	mutex_unlock(&pg->lock);
	return 0;
}

static u32 cluster(struct mosix_pages *pg, unsigned long nr, u32 want)
{
	u32 n = 1;

	/* H tells the body what is at home, but not the home what is away. */
	while (n < want && pg->side == PAGES_BODY &&
	       in_home(pg, nr + n) && !xa_load(&pg->flight, nr + n))
		n++;
	return n;
}

static int request(struct mosix_pages *pg, unsigned long nr, u32 count)
{
	struct mosix_msg *msg = mosix_msg_new(MSG_PAGE_REQ,
					      sizeof(struct wire_page_req));
	struct wire_page_req *req;
	struct mosix_link *link;
	int ret;

	if (!msg)
		return -ENOMEM;
	req = (void *)msg->data;
	req->addr = cpu_to_le64((u64)nr << PAGE_SHIFT);
	req->count = cpu_to_le32(count);
	mutex_lock(&pg->lock);
	link = pg->link;
	if (link)
		mosix_link_get(link);
	mutex_unlock(&pg->lock);
	if (!link) {
		mosix_msg_free(msg);
		return -ENOTCONN;
	}
	ret = mosix_link_send(link, msg);
	mosix_link_put(link);
	return ret;
}

/* Enter a request for an absent page; 1 when one is to be sent. */
static int expect(struct mosix_pages *pg, unsigned long nr)
{
	struct mosix_flight *f = kzalloc(sizeof(*f), GFP_KERNEL);
	int ret;

	if (!f)
		return -ENOMEM;
	f->state = FLIGHT_REQUESTED;
	ret = xa_err(xa_store(&pg->flight, nr, f, GFP_KERNEL));
	if (ret) {
		kfree(f);
		return ret;
	}
	pg->faults++;
	return 1;
}

static bool still_waiting(struct mosix_pages *pg, unsigned long nr)
{
	struct mosix_flight *f;
	bool waiting;

	mutex_lock(&pg->lock);
	f = xa_load(&pg->flight, nr);
	waiting = !pg->error && f && f->state == FLIGHT_REQUESTED;
	mutex_unlock(&pg->lock);
	return waiting;
}

/* Is it the process itself that waits, not somebody who looks at it? */
static bool is_own(struct mosix_pages *pg)
{
	return current->mm == pg->mm;
}

static void wait_for_page(struct mosix_pages *pg, unsigned long nr)
{
	DEFINE_WAIT_FUNC(wait, woken_wake_function);
	long left = FETCH_TIMEOUT_S * HZ;

	add_wait_queue(&pg->wait, &wait);
	while (left && still_waiting(pg, nr) && !fatal_signal_pending(current))
		left = wait_woken(&wait, TASK_KILLABLE | TASK_NOLOAD, left);
	remove_wait_queue(&pg->wait, &wait);
	if (!left && is_own(pg)) {
		pr_warn("mosix: no answer for page %#lx\n", nr << PAGE_SHIFT);
		mosix_pages_lost(pg, pg->link, -ETIMEDOUT);
	}
}

static void drop_fault_lock(struct vm_area_struct *vma, unsigned int flags)
{
	if (flags & FAULT_FLAG_VMA_LOCK)
		vma_end_read(vma);
	else
		mmap_read_unlock(vma->vm_mm);
}

/* Of a fault that must wait: enter the request, drop the locks, wait. */
static vm_fault_t fetch_in_fault(struct mosix_pages *pg,
				 struct vm_area_struct *vma, unsigned long nr,
				 unsigned int flags)
{
	u32 count = cluster(pg, nr, CLUSTER);
	bool settle = !pg->committed;	/* then nobody asks for pages */
	int fresh = 0;

	if (pg->error || pg->leaving || !(flags & FAULT_FLAG_ALLOW_RETRY)) {
		mutex_unlock(&pg->lock);
		return VM_FAULT_SIGBUS;
	}
	if (!settle && !xa_load(&pg->flight, nr))
		fresh = expect(pg, nr);
	mutex_unlock(&pg->lock);
	if (fresh < 0)
		return VM_FAULT_OOM;
	if (fresh && request(pg, nr, count))
		mosix_pages_lost(pg, pg->link, -ENOTCONN);
	if (flags & FAULT_FLAG_RETRY_NOWAIT)
		return VM_FAULT_RETRY;
	drop_fault_lock(vma, flags);
	if (settle)
		schedule_timeout_killable(1);
	else
		wait_for_page(pg, nr);
	return VM_FAULT_RETRY;
}

/**
 * mosix_pages_fault - hook: a fault, before anything is filled in
 * @vma: the mapping, of an mm with page state
 * @address: the fault's address
 * @flags: FAULT_FLAG_*
 *
 * Return: 0 to go on; VM_FAULT_RETRY with the lock dropped after a page
 * came; VM_FAULT_SIGBUS when none will, or when the caller cannot wait.
 * Context: mmap_lock or the VMA lock held, as @flags say.
 */
vm_fault_t mosix_pages_fault(struct vm_area_struct *vma, unsigned long address,
			     unsigned int flags)
{
	struct mosix_pages *pg = vma->vm_mm->mosix;
	unsigned long nr = address >> PAGE_SHIFT;
	struct mosix_flight *f;

	if (READ_ONCE(pg->side) == PAGES_OFF || !mosix_pages_governed(vma))
		return 0;
	mutex_lock(&pg->lock);
	f = xa_load(&pg->flight, nr);
	if (f && f->state == FLIGHT_LANDED)
		return install_in_fault(pg, vma, nr, flags);
	if (f && f->state == FLIGHT_NONE) {
		drop_flight(pg, nr, f);
		mutex_unlock(&pg->lock);
		return VM_FAULT_SIGBUS;
	}
	if (mosix_pages_absent(pg, nr))
		return fetch_in_fault(pg, vma, nr, flags);
	mutex_unlock(&pg->lock);
	return 0;
}

static int pull_one(struct mosix_pages *pg, unsigned long nr, u32 want)
{
	struct mosix_flight *f;
	int fresh = 0;

	mutex_lock(&pg->lock);
	f = xa_load(&pg->flight, nr);
	if ((f && f->state != FLIGHT_REQUESTED) ||
	    !mosix_pages_absent(pg, nr)) {
		mutex_unlock(&pg->lock);
		return 0;
	}
	if (pg->leaving) {
		mutex_unlock(&pg->lock);
		return -ESRCH;	/* a reader here would keep its mm alive */
	}
	if (!pg->committed) {
		mutex_unlock(&pg->lock);
		schedule_timeout_killable(1);
		return fatal_signal_pending(current) ? -EINTR : -EAGAIN;
	}
	if (!f)
		fresh = expect(pg, nr);
	mutex_unlock(&pg->lock);
	if (fresh < 0)
		return fresh;
	if (fresh && request(pg, nr, want))
		return -ENOTCONN;
	wait_for_page(pg, nr);
	return fatal_signal_pending(current) ? -EINTR : 0;
}

/**
 * mosix_pages_pull - hook: fetch what is absent of a range
 * @mm: an address space with page state
 * @addr: where
 * @len: bytes
 *
 * For callers that cannot retry a fault. Only private mappings are fetched;
 * errors other than a kill show when the caller finds the page missing.
 *
 * Return: 0, -EINTR when killed.
 * Context: process context, no lock of @mm held.
 */
int mosix_pages_pull(struct mm_struct *mm, unsigned long addr, size_t len)
{
	struct mosix_pages *pg = mm->mosix;
	unsigned long nr = addr >> PAGE_SHIFT;
	unsigned long end = PAGE_ALIGN(addr + len) >> PAGE_SHIFT;
	struct vm_area_struct *vma;
	bool ours;
	int ret = 0;

	for (; nr < end && ret != -EINTR; nr++) {
		if (READ_ONCE(pg->side) == PAGES_OFF)
			return 0;
		mmap_read_lock(mm);
		vma = vma_lookup(mm, nr << PAGE_SHIFT);
		ours = vma && mosix_pages_governed(vma);
		mmap_read_unlock(mm);
		do {
			ret = !ours ? 0 :
			      pull_one(pg, nr, min_t(unsigned long, end - nr,
						     WIRE_PAGES_MAX));
		} while (ret == -EAGAIN);
	}
	return ret == -EINTR ? ret : 0;
}

static int install_one_of_all(struct mosix_pages *pg, unsigned long nr)
{
	struct vm_area_struct *vma;
	struct mosix_flight *f;
	int ret = 0;

	mmap_read_lock(pg->mm);
	vma = vma_lookup(pg->mm, nr << PAGE_SHIFT);
	if (!vma) {
		/* The stack grew over there; on failure the lock is gone. */
		vma = expand_stack(pg->mm, nr << PAGE_SHIFT);
		if (!vma)
			return -EFAULT;
	}
	if (!mosix_pages_governed(vma))
		ret = -EFAULT;
	else
		ret = anon_vma_prepare(vma);
	mutex_lock(&pg->lock);
	f = xa_load(&pg->flight, nr);
	if (!ret && f && f->state == FLIGHT_LANDED)
		ret = install(pg, vma, nr, f);
	mutex_unlock(&pg->lock);
	mmap_read_unlock(pg->mm);
	return ret;
}

/**
 * mosix_pages_install_all - put all landed pages in place
 * @pg: page state of current's mm
 *
 * Return: 0; -EFAULT a page that belongs to no mapping, -ENOMEM.
 * Context: the task whose mm it is.
 */
int mosix_pages_install_all(struct mosix_pages *pg)
{
	unsigned long nr = 0;
	void *entry;
	int ret = 0;

	for (; !ret; nr++) {
		mutex_lock(&pg->lock);
		entry = xa_find(&pg->flight, &nr, ULONG_MAX, XA_PRESENT);
		mutex_unlock(&pg->lock);
		if (!entry)
			break;
		ret = install_one_of_all(pg, nr);
		cond_resched();
	}
	return ret;
}

/**
 * mosix_pages_lend - show the deputy a page that is away, for one call
 * @pg: page state of the home
 * @addr: page-aligned address
 * @page: what the call shall see there; a reference is taken
 *
 * Inline windows carry a call's memory with the call. It is mapped here for
 * the time of the call alone; whose page it is does not change.
 *
 * Return: 1 when it was mapped, 0 when the page is here anyway, negative
 * errno otherwise.
 * Context: the deputy.
 */
int mosix_pages_lend(struct mosix_pages *pg, u64 addr, struct page *page)
{
	struct vm_area_struct *vma;
	bool absent;
	int ret;

	mmap_read_lock(pg->mm);
	vma = vma_lookup(pg->mm, addr);
	if (!vma) {
		vma = expand_stack(pg->mm, addr);
		if (!vma)
			return -EFAULT;
	}
	ret = mosix_pages_governed(vma) ? anon_vma_prepare(vma) : -EFAULT;
	mutex_lock(&pg->lock);
	absent = mosix_pages_absent(pg, addr >> PAGE_SHIFT);
	if (!ret && absent) {
		get_page(page);
		ret = install_page(vma, addr, page);
		if (ret)
			put_page(page);
		else
			ret = 1;
	}
	mutex_unlock(&pg->lock);
	mmap_read_unlock(pg->mm);
	return ret;
}

/**
 * mosix_pages_unlend - the call is over
 * @pg: page state of the home
 * @addr: address that mosix_pages_lend() mapped
 *
 * Context: the deputy.
 */
void mosix_pages_unlend(struct mosix_pages *pg, u64 addr)
{
	struct vm_area_struct *vma;

	mmap_read_lock(pg->mm);
	vma = vma_lookup(pg->mm, addr);
	if (vma)
		zap_page_range_single(vma, addr, PAGE_SIZE, NULL);
	mmap_read_unlock(pg->mm);
}
