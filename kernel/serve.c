// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages on their way to the other half: answers to requests, pages pushed
 * unasked, and the first set H when a process leaves.
 *
 * A page leaves in this order: out of the page tables (no CPU can write to it
 * any more), over to the peer in H, into the message. The page itself
 * travels, not a copy of it. mmap_lock is held for writing and the VMA
 * marked, so no fault is between its look at H and the page tables.
 */
#include "pages.h"

#include "link.h"

#include <linux/delay.h>
#include <linux/highmem.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/pagewalk.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>

enum {
	/* A page stays so long after it came, or the slower side starves. */
	HOLD_US		= 1000,
	PIN_WAIT_MS	= 2,
	BATCH		= 256,		/* addresses found in one walk */
	QUEUED_MAX	= 1 << 20,	/* bytes of bulk in front of a call */
};

/**
 * struct batch - what one walk of the page tables found
 * @addr: addresses of populated ptes, ascending
 * @count: how many
 */
struct batch {
	unsigned long addr[BATCH];
	u32 count;
};

static void serve_work(struct work_struct *work);

/**
 * mosix_serve_init - prepare to answer requests
 * @pg: new page state
 *
 * Context: any.
 */
void mosix_serve_init(struct mosix_pages *pg)
{
	spin_lock_init(&pg->reqs_lock);
	INIT_LIST_HEAD(&pg->reqs);
	INIT_WORK(&pg->work, serve_work);
}

/**
 * mosix_serve_request - the peer wants pages
 * @pg: page state
 * @msg: MSG_PAGE_REQ, checked; consumed
 *
 * Context: the link's receiver; the work is done elsewhere.
 */
void mosix_serve_request(struct mosix_pages *pg, struct mosix_msg *msg)
{
	spin_lock(&pg->reqs_lock);
	list_add_tail(&msg->node, &pg->reqs);
	spin_unlock(&pg->reqs_lock);
	mosix_pages_get(pg);
	if (!queue_work(system_unbound_wq, &pg->work))
		mosix_pages_put(pg);
}

static struct mosix_msg *next_request(struct mosix_pages *pg)
{
	struct mosix_msg *msg;

	spin_lock(&pg->reqs_lock);
	msg = list_first_entry_or_null(&pg->reqs, struct mosix_msg, node);
	if (msg)
		list_del(&msg->node);
	spin_unlock(&pg->reqs_lock);
	return msg;
}

static u64 hold_left_us(struct mosix_pages *pg, unsigned long nr)
{
	u64 age, left = 0;
	u32 i;

	mutex_lock(&pg->lock);
	for (i = 0; i < MOSIX_PAGES_RECENT; i++) {
		if (pg->recent[i] != nr || !pg->recent_ns[i])
			continue;
		age = div_u64(ktime_get_ns() - pg->recent_ns[i],
			      NSEC_PER_USEC);
		if (age < HOLD_US)
			left = max(left, HOLD_US - age);
	}
	mutex_unlock(&pg->lock);
	return left;
}

/* A page that arrived and was never mapped goes back as it came. */
static int take_landed(struct mosix_pages *pg, unsigned long nr,
		       struct page **page)
{
	struct mosix_flight *f;
	int ret = -ENOENT;

	mutex_lock(&pg->lock);
	f = xa_load(&pg->flight, nr);
	if (pg->side == PAGES_OFF || mosix_pages_absent(pg, nr)) {
		ret = -ESTALE;
	} else if (f && f->state == FLIGHT_LANDED) {
		ret = mosix_pages_give(pg, nr);
		if (!ret) {
			*page = f->page;
			xa_erase(&pg->flight, nr);
			kfree(f);
		}
	}
	mutex_unlock(&pg->lock);
	return ret;
}

static bool is_zero(struct page *page)
{
	void *p = kmap_local_page(page);
	bool zero = !memchr_inv(p, 0, PAGE_SIZE);

	kunmap_local(p);
	return zero;
}

/* A private page of a file is never written by a device for this process. */
static bool is_pinned(struct page *page)
{
	struct folio *folio = page_folio(page);

	return folio_test_anon(folio) && folio_maybe_dma_pinned(folio);
}

/*
 * Take one page out. 0: *page is it, NULL when it is all zero.
 * -ESTALE: not ours, it is on its way already. -EAGAIN: pinned for I/O.
 * -EFAULT: nothing is mapped there.
 */
static int take_page(struct mosix_pages *pg, unsigned long nr,
		     struct page **page, u32 *flags)
{
	unsigned long addr = nr << PAGE_SHIFT;
	struct vm_area_struct *vma;
	bool immutable;
	int ret;

	mmap_assert_write_locked(pg->mm);
	ret = take_landed(pg, nr, page);
	if (ret != -ENOENT)
		return ret;
	vma = vma_lookup(pg->mm, addr);
	if (!vma)
		return -EFAULT;
	immutable = !mosix_pages_governed(vma);
	if (immutable && (!vma->vm_file || (vma->vm_flags & VM_MAYWRITE)))
		return -EFAULT;
	vma_start_write(vma);
	if (get_user_pages_remote(pg->mm, addr, 1, FOLL_FORCE, page, NULL) != 1)
		return -EFAULT;
	if (immutable) {
		*flags |= PAGES_COPY;
		return 0;
	}
	ret = is_pinned(*page) ? -EAGAIN : 0;
	if (!ret) {
		mutex_lock(&pg->lock);
		ret = mosix_pages_give(pg, nr);
		mutex_unlock(&pg->lock);
	}
	if (ret) {
		put_page(*page);
		*page = NULL;
		return ret;
	}
	zap_page_range_single(vma, addr, PAGE_SIZE, NULL);
	if (is_zero(*page)) {
		put_page(*page);
		*page = NULL;
	}
	return 0;
}

static struct mosix_msg *new_pages_msg(unsigned long nr)
{
	struct mosix_msg *msg = mosix_msg_new(MSG_PAGES,
					      sizeof(struct wire_pages));
	struct wire_pages *head;

	if (!msg)
		return NULL;
	head = (void *)msg->data;
	head->addr = cpu_to_le64((u64)nr << PAGE_SHIFT);
	return msg;
}

static void add_page(struct mosix_msg *msg, struct page *page)
{
	struct wire_pages *head = (void *)msg->data;

	if (!page)
		head->zero |= cpu_to_le32(BIT(msg->npages));
	msg->pages[msg->npages++] = page;
	head->count = cpu_to_le32(msg->npages);
}

static int take_run(struct mosix_pages *pg, unsigned long nr, u32 count,
		    struct mosix_msg *msg)
{
	struct wire_pages *head = (void *)msg->data;
	struct page *page;
	u32 i, flags, first_flags = 0;
	int ret = 0;

	mmap_write_lock(pg->mm);
	for (i = 0; i < count; i++) {
		page = NULL;
		flags = 0;
		ret = take_page(pg, nr + i, &page, &flags);
		if (ret)
			break;
		if (!i)
			first_flags = flags;
		if (flags != first_flags) {
			/* Only a copy may be dropped; else it goes anyway. */
			if (flags) {
				put_page(page);
				break;
			}
			first_flags = 0;
		}
		add_page(msg, page);
	}
	mmap_write_unlock(pg->mm);
	head->flags = cpu_to_le32(first_flags);
	return msg->npages ? 0 : ret;
}

static void say_none(struct mosix_link *link, u64 addr)
{
	struct mosix_msg *msg = mosix_msg_new(MSG_PAGE_NONE,
					      sizeof(struct wire_page_none));
	struct wire_page_none *none;

	if (!msg) {
		mosix_link_close(link, -ENOMEM);
		return;
	}
	none = (void *)msg->data;
	none->addr = cpu_to_le64(addr);
	mosix_link_send(link, msg);
}

static void answer(struct mosix_pages *pg, struct mosix_link *link,
		   const struct wire_page_req *req)
{
	unsigned long nr = le64_to_cpu(req->addr) >> PAGE_SHIFT;
	struct mosix_msg *msg = new_pages_msg(nr);
	u64 hold = hold_left_us(pg, nr);
	int ret = -ENOMEM;

	if (hold)
		usleep_range(hold, hold + HOLD_US);
	while (msg && !READ_ONCE(link->error)) {
		ret = take_run(pg, nr, le32_to_cpu(req->count), msg);
		if (ret != -EAGAIN)
			break;
		msleep(PIN_WAIT_MS);
	}
	if (!ret) {
		pg->served += msg->npages;
		mosix_link_send(link, msg);
		return;
	}
	mosix_msg_free(msg);
	if (ret == -EFAULT)
		say_none(link, le64_to_cpu(req->addr));
	else if (ret != -ESTALE)
		mosix_link_close(link, ret);
}

static void serve_one(struct mosix_pages *pg, struct mosix_msg *msg)
{
	struct mosix_link *link;

	/* At home nothing may go before the body is known to run. */
	if (mosix_pages_await_commit(pg))
		return;
	mutex_lock(&pg->lock);
	link = pg->side == PAGES_OFF || pg->error || pg->leaving ? NULL :
								   pg->link;
	if (link)
		mosix_link_get(link);
	mutex_unlock(&pg->lock);
	if (!link)
		return;
	if (mmget_not_zero(pg->mm)) {
		answer(pg, link, (void *)msg->data);
		mmput_async(pg->mm);
	}
	mosix_link_put(link);
}

static void serve_work(struct work_struct *work)
{
	struct mosix_pages *pg = container_of(work, struct mosix_pages, work);
	struct mosix_msg *msg;

	while ((msg = next_request(pg))) {
		serve_one(pg, msg);
		mosix_msg_free(msg);
		cond_resched();
	}
	mosix_pages_put(pg);
}

static int note_pte(pte_t *pte, unsigned long addr, unsigned long next,
		    struct mm_walk *walk)
{
	struct batch *batch = walk->private;

	if (pte_none(ptep_get(pte)))
		return 0;
	batch->addr[batch->count++] = addr;
	return batch->count == BATCH;
}

static const struct mm_walk_ops note_ops = {
	.pte_entry	= note_pte,
	.walk_lock	= PGWALK_RDLOCK,
};

/* The next populated ptes of [*addr, end); *addr moves on. */
static int find_populated(struct mm_struct *mm, unsigned long *addr,
			  unsigned long end, struct batch *batch)
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

static int depart_anon(struct mosix_pages *pg, unsigned long start,
		       unsigned long end, struct batch *batch)
{
	u32 i, run;
	int ret;

	while (start < end) {
		ret = find_populated(pg->mm, &start, end, batch);
		for (i = 0; !ret && i < batch->count; i += run) {
			u64 first = batch->addr[i] >> PAGE_SHIFT;

			for (run = 1; i + run < batch->count; run++)
				if (batch->addr[i + run] >> PAGE_SHIFT !=
				    first + run)
					break;
			ret = mosix_pages_add_home(pg, first, first + run);
		}
		if (ret)
			return ret;
	}
	return 0;
}

/* Does this mapping travel, and what is behind it? -1: it does not. */
static int vma_kind(const struct vm_area_struct *vma)
{
	if (mosix_pages_governed(vma))
		return vma->vm_file ? VMA_FILE : 0;
	if (vma->vm_file && (vma->vm_flags & VM_MAYSHARE) &&
	    !(vma->vm_flags & (VM_MAYWRITE | VM_IO | VM_PFNMAP)))
		return VMA_FILE | VMA_SHARED;
	return -1;
}

/**
 * mosix_serve_depart - make H: what lives here as the process leaves
 * @pg: page state of the home
 *
 * Anonymous memory counts where it is populated; all of a file's mapping
 * does, populated or not, since only this node can read the file.
 *
 * Return: 0, -ENOMEM.
 * Context: the departing task, alone in its mm.
 */
int mosix_serve_depart(struct mosix_pages *pg)
{
	struct batch *batch = kmalloc(sizeof(*batch), GFP_KERNEL);
	struct vm_area_struct *vma;
	unsigned long start, end, next = 0;
	int kind, ret = 0;

	if (!batch)
		return -ENOMEM;
	while (!ret) {
		mmap_read_lock(pg->mm);
		vma = find_vma(pg->mm, next);
		if (vma) {
			start = vma->vm_start;
			end = vma->vm_end;
			kind = vma_kind(vma);
		}
		mmap_read_unlock(pg->mm);
		if (!vma)
			break;
		next = end;
		if (kind < 0)
			continue;
		if (kind)
			ret = mosix_pages_add_home(pg, start >> PAGE_SHIFT,
						   end >> PAGE_SHIFT);
		else
			ret = depart_anon(pg, start, end, batch);
	}
	kfree(batch);
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
	if (is_zero(*page)) {
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
		*msg = new_pages_msg(addr >> PAGE_SHIFT);
		if (!*msg)
			ret = -ENOMEM;
	}
	if (ret) {
		if (page)
			put_page(page);
		return ret;
	}
	add_page(*msg, page);
	return 0;
}

static int push_range(struct mosix_pages *pg, unsigned long start,
		      unsigned long end, struct batch *batch)
{
	struct mosix_msg *msg = NULL;
	struct page *page;
	int ret = 0;
	u32 i;

	while (!ret && start < end) {
		ret = find_populated(pg->mm, &start, end, batch);
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

static bool nothing_requested(struct mosix_pages *pg)
{
	struct mosix_flight *f;
	unsigned long nr;
	bool none = true;

	mutex_lock(&pg->lock);
	xa_for_each(&pg->flight, nr, f)
		none &= f->state != FLIGHT_REQUESTED;
	none |= pg->error != 0;
	mutex_unlock(&pg->lock);
	return none;
}

/**
 * mosix_serve_leave - the body goes home: no page may be on its way
 * @pg: page state of the body
 *
 * Somebody on either node may be reading its memory (ps does): what was
 * asked for has to land here first, what was taken out has to be sent.
 *
 * Return: 0, -EINTR when killed.
 * Context: the body.
 */
int mosix_serve_leave(struct mosix_pages *pg)
{
	mutex_lock(&pg->lock);
	pg->leaving = 1;
	mutex_unlock(&pg->lock);
	flush_work(&pg->work);
	while (!nothing_requested(pg)) {
		if (fatal_signal_pending(current))
			return -EINTR;
		schedule_timeout_killable(1);
	}
	return 0;
}

static bool immutable_here(struct mosix_pages *pg, unsigned long addr)
{
	void *kind = mtree_load(&pg->kinds, addr >> PAGE_SHIFT);

	return kind && (xa_to_value(kind) & VMA_SHARED);
}

/**
 * mosix_serve_push_all - send every page that is here
 * @pg: page state
 *
 * They stay here as well: at home until mosix_serve_commit(), at the body's
 * until it vanishes. Current is the only task of the mm and stands still, so
 * that nothing changes meanwhile.
 *
 * Return: 0, or a negative errno.
 * Context: the task whose mm it is.
 */
int mosix_serve_push_all(struct mosix_pages *pg)
{
	struct batch *batch = kmalloc(sizeof(*batch), GFP_KERNEL);
	unsigned long start, end, next = 0;
	struct vm_area_struct *vma;
	int ret = push_landed(pg);
	bool skip = false;

	if (!batch)
		return -ENOMEM;
	while (!ret) {
		mmap_read_lock(pg->mm);
		vma = find_vma(pg->mm, next);
		if (vma) {
			start = vma->vm_start;
			end = vma->vm_end;
			skip = !mosix_pages_governed(vma) ||
			       (pg->side == PAGES_BODY &&
				immutable_here(pg, start));
		}
		mmap_read_unlock(pg->mm);
		if (!vma)
			break;
		next = end;
		if (!skip)
			ret = push_range(pg, start, end, batch);
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
 * mosix_serve_commit - the body runs: what was pushed is no longer ours
 * @pg: page state of the home
 *
 * Gives the memory back and lets requests through.
 *
 * Return: 0, -ENOMEM.
 * Context: the deputy, before it serves its first call.
 */
int mosix_serve_commit(struct mosix_pages *pg)
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
