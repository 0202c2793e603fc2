// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages on their way to the other half because it asked for them.
 *
 * A page leaves in this order: out of the page tables (no CPU can write to it
 * any more), over to the peer in H, into the message, onto the link. The page
 * itself travels, not a copy of it. mmap_lock is held for writing and the VMA
 * marked, so no fault is between its look at H and the page tables, and none
 * that finds the page absent asks for it in front of the message that has it:
 * the peer would not have it yet, and drop the request.
 */
#include "pages.h"

#include "copy.h"
#include "early.h"
#include "link.h"
#include "look.h"
#include "totals.h"

#include <linux/delay.h>
#include <linux/highmem.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/sched/mm.h>
#include <linux/shmem_fs.h>
#include <linux/slab.h>

enum {
	/* A page stays so long after it came, or the slower side starves. */
	HOLD_US		= 1000,
	PIN_WAIT_MS	= 2,
	/* Each thread asks once, or for its large window; or who looks at it. */
	REQUESTS_MAX	= (WIRE_BULK_AHEAD / WIRE_PAGES_MAX + 4) *
			  WIRE_THREADS_MAX,
};

static struct workqueue_struct *serve_wq;

static void serve_work(struct work_struct *work);

/**
 * mosix_serve_start - make what answers requests
 *
 * Somebody stands still until he has his page: it goes before who computes here.
 *
 * Return: 0, -ENOMEM.
 * Context: boot.
 */
int __init mosix_serve_start(void)
{
	serve_wq = alloc_workqueue("mosix_serve", WQ_UNBOUND | WQ_HIGHPRI, 0);
	return serve_wq ? 0 : -ENOMEM;
}

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

static void put_last(struct mosix_pages *pg, struct mosix_msg *msg)
{
	spin_lock(&pg->reqs_lock);
	list_add_tail(&msg->node, &pg->reqs);
	spin_unlock(&pg->reqs_lock);
}

/**
 * mosix_serve_request - the peer wants pages
 * @pg: page state
 * @msg: MSG_PAGE_REQ, or for a body MSG_LOOK, or a request for copies, checked;
 *	consumed
 *
 * Return: 0; -EPROTO when more are unanswered than anybody can wait for.
 * Context: the link's receiver; the work is done elsewhere.
 */
int mosix_serve_request(struct mosix_pages *pg, struct mosix_msg *msg)
{
	if (atomic_read(&pg->unanswered) >= REQUESTS_MAX) {
		mosix_msg_free(msg);
		return -EPROTO;
	}
	atomic_inc(&pg->unanswered);	/* before it can be answered */
	put_last(pg, msg);
	mosix_pages_get(pg);
	if (!queue_work(serve_wq, &pg->work))
		mosix_pages_put(pg);
	return 0;
}

/**
 * mosix_serve_await - wait until what was asked for so far is on the link
 * @pg: page state
 * @link: to the other half
 *
 * The body asks for nothing behind its fence: with that answered, no page is on
 * its way there.
 *
 * Context: process context, no lock of the mm held; ends early when killed.
 */
void mosix_serve_await(struct mosix_pages *pg, struct mosix_link *link)
{
	wait_event_killable(pg->wait, !atomic_read(&pg->unanswered) ||
			    READ_ONCE(link->error));
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

/**
 * mosix_serve_msg - an empty MSG_PAGES
 * @nr: number of the first page
 *
 * Return: the message, NULL when there is no memory.
 * Context: process context.
 */
struct mosix_msg *mosix_serve_msg(unsigned long nr)
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

static bool is_zero(struct page *page)
{
	void *p = kmap_local_page(page);
	bool zero = !memchr_inv(p, 0, PAGE_SIZE);

	kunmap_local(p);
	return zero;
}

/**
 * mosix_serve_add - one more page of a MSG_PAGES
 * @msg: the message, not full
 * @page: the page, whose reference it takes; NULL: all zero
 *
 * Context: any.
 */
void mosix_serve_add(struct mosix_msg *msg, struct page *page)
{
	struct wire_pages *head = (void *)msg->data;

	if (!page)
		head->zero |= cpu_to_le32(BIT(msg->npages));
	msg->pages[msg->npages++] = page;
	head->count = cpu_to_le32(msg->npages);
}

/**
 * mosix_serve_fill - pages that were put behind those of a MSG_PAGES belong to it
 * @msg: the message; @count more entries of its pages are set, references held
 * @count: how many
 *
 * A page that is all zero travels as a bit.
 *
 * Context: any.
 */
void mosix_serve_fill(struct mosix_msg *msg, u32 count)
{
	struct page *page;
	u32 i;

	for (i = 0; i < count; i++) {
		page = msg->pages[msg->npages];
		if (page && is_zero(page)) {
			put_page(page);
			page = NULL;
		}
		mosix_serve_add(msg, page);
	}
}

/* Pages that arrived and were never mapped go back as they came. */
static int take_landed(struct mosix_pages *pg, unsigned long nr, u32 count,
		       struct mosix_msg *msg)
{
	struct mosix_flight *f;
	int ret;
	u32 n;

	for (n = 0; n < count; n++) {
		f = xa_load(&pg->flight, nr + n);
		if (!f || f->state != FLIGHT_LANDED)
			break;
	}
	if (!n)
		return -ENOENT;
	ret = mosix_pages_give(pg, nr, n);
	if (ret)
		return ret;
	mosix_early_drop(pg, nr, n);
	for (; n; n--) {
		f = xa_erase(&pg->flight, nr++);
		mosix_serve_add(msg, f->page);
		kfree(f);
	}
	return 0;
}

/*
 * Pages from @nr on that are here and can go. They are taken at once when they
 * have landed; else *count says how many may be in the page tables, and
 * -ENOENT is returned. -EAGAIN: not now.
 */
static int look(struct mosix_pages *pg, unsigned long nr, u32 *count,
		struct mosix_msg *msg)
{
	unsigned long next = nr;
	int ret = -ESTALE;
	u32 n;

	mutex_lock(&pg->lock);
	if (pg->forking && pg->side == PAGES_HOME) {
		mutex_unlock(&pg->lock);
		return -EAGAIN;
	}
	n = pg->side == PAGES_OFF ? 0 :
				    mosix_pages_alike(pg, nr, *count, false);
	for (*count = 0; *count < n; ++*count)
		if (mosix_pages_changing(pg, nr + *count))
			break;
	if (*count)
		ret = take_landed(pg, nr, *count, msg);
	else if (n)
		ret = -EAGAIN;
	if (ret == -ENOENT && xa_find(&pg->flight, &next, nr + *count - 1,
				      XA_PRESENT))
		*count = max(next - nr, 1UL);
	mutex_unlock(&pg->lock);
	return ret;
}

/* A page of a file on a disk is never written by a device for this process. */
static bool is_pinned(struct page *page)
{
	struct folio *folio = page_folio(page);

	return folio_test_swapbacked(folio) && folio_maybe_dma_pinned(folio);
}

/* As many as come before one that is pinned; the others are put. */
static u32 unpinned(struct page **pages, u32 count)
{
	u32 n = 0;

	while (n < count && !is_pinned(pages[n]))
		n++;
	release_pages(pages + n, count - n);
	return n;
}

/* As many as are here, with references, behind those that @msg has. */
static long hold_present(struct mosix_pages *pg, unsigned long nr, u32 count,
			 struct mosix_msg *msg)
{
	return get_user_pages_remote(pg->mm, nr << PAGE_SHIFT, count, FOLL_FORCE,
				     msg->pages + msg->npages, NULL);
}

/**
 * mosix_serve_take_out - pages are not here any more
 * @vma: their mapping, marked as being written
 * @start: address of the first one
 * @end: address behind the last one
 *
 * Out of the page tables, and out of the file that is behind shared memory.
 *
 * Context: mmap_lock held for writing.
 */
void mosix_serve_take_out(struct vm_area_struct *vma, unsigned long start,
			  unsigned long end)
{
	loff_t at;

	zap_page_range_single(vma, start, end - start, NULL);
	if (!(vma->vm_flags & VM_MAYSHARE))
		return;
	at = (loff_t)linear_page_index(vma, start) << PAGE_SHIFT;
	shmem_truncate_range(file_inode(vma->vm_file), at,
			     at + (loff_t)(end - start) - 1);
}

/* Out of the page tables and into @msg; they are here and in @vma. */
static int take_present(struct mosix_pages *pg, struct vm_area_struct *vma,
			unsigned long nr, u32 count, struct mosix_msg *msg)
{
	long got = hold_present(pg, nr, count, msg);
	struct page **pages = msg->pages + msg->npages;
	int ret;

	if (got <= 0)
		return -EFAULT;
	count = unpinned(pages, got);
	if (!count)
		return -EAGAIN;
	mutex_lock(&pg->lock);
	ret = mosix_pages_give(pg, nr, count);
	mutex_unlock(&pg->lock);
	if (ret) {
		release_pages(pages, count);
		return ret;
	}
	mosix_serve_take_out(vma, nr << PAGE_SHIFT, (nr + count) << PAGE_SHIFT);
	/* Behind that nobody writes to them any more: now their content counts. */
	mosix_early_fill(pg, nr, msg, count);
	return 0;
}

/* Of a file that both nodes map for themselves: what is here stays here. */
static int copy_present(struct mosix_pages *pg, struct vm_area_struct *vma,
			unsigned long nr, u32 count, struct mosix_msg *msg)
{
	struct wire_pages *head = (void *)msg->data;
	long got;

	if (!vma->vm_file || (vma->vm_flags & VM_MAYWRITE))
		return -EFAULT;
	got = hold_present(pg, nr, count, msg);
	if (got <= 0)
		return -EFAULT;
	head->flags = cpu_to_le32(PAGES_COPY);
	mutex_lock(&pg->lock);
	mosix_early_drop(pg, nr, got);
	mutex_unlock(&pg->lock);
	mosix_serve_fill(msg, got);
	return 0;
}

/*
 * Take out as many pages of one mapping as can be. 0: @msg has some.
 * -ESTALE: not ours, the first one is on its way already. -EAGAIN: pinned for
 * I/O, or its mapping is being changed. -EFAULT: nothing is mapped there.
 */
static int take_run(struct mosix_pages *pg, unsigned long nr, u32 count,
		    struct mosix_msg *msg)
{
	struct vm_area_struct *vma = vma_lookup(pg->mm, nr << PAGE_SHIFT);
	int ret;

	mmap_assert_write_locked(pg->mm);
	if (vma) {
		vma_start_write(vma);
		count = min_t(unsigned long, count,
			      (vma->vm_end >> PAGE_SHIFT) - nr);
	}
	ret = look(pg, nr, &count, msg);
	if (ret != -ENOENT)
		return ret;
	if (!vma)
		return -EFAULT;
	if (!mosix_pages_governed(vma))
		return copy_present(pg, vma, nr, count, msg);
	return take_present(pg, vma, nr, count, msg);
}

/* The same of pages with gaps between them, one by one. */
static int take_steps(struct mosix_pages *pg, const struct wire_page_req *req,
		      struct mosix_msg *msg)
{
	unsigned long nr = le64_to_cpu(req->addr) >> PAGE_SHIFT;
	struct vm_area_struct *vma = vma_lookup(pg->mm, nr << PAGE_SHIFT);
	struct wire_pages *head = (void *)msg->data;
	u32 count = le32_to_cpu(req->count);
	int ret;

	head->step = req->step;
	do {
		ret = take_run(pg, nr, 1, msg);
		nr += wire_step(req->step);
	} while (!ret && --count && vma == vma_lookup(pg->mm, nr << PAGE_SHIFT));
	return msg->npages ? 0 : ret;
}

/* Take out what is asked for, and @msg has been sent. */
static int send_asked(struct mosix_pages *pg, struct mosix_link *link,
		      const struct wire_page_req *req, struct mosix_msg *msg)
{
	int ret;

	mmap_write_lock(pg->mm);
	if (wire_step(req->step) == 1)
		ret = take_run(pg, le64_to_cpu(req->addr) >> PAGE_SHIFT,
			       le32_to_cpu(req->count), msg);
	else
		ret = take_steps(pg, req, msg);
	if (!ret) {
		pg->served += msg->npages;
		mosix_totals_add(TOTAL_SERVED, msg->npages);
		mosix_link_send(link, msg);
	}
	mmap_write_unlock(pg->mm);
	return ret;
}

/* mmap_write_lock() without waiting; mmap_write_unlock() ends it. */
static bool try_lock(struct mm_struct *mm)
{
	if (!down_write_trylock(&mm->mmap_lock))
		return false;
	mm_lock_seqcount_begin(mm);
	return true;
}

/**
 * mosix_serve_unasked - send pages that nobody has asked for yet
 * @pg: page state of the home
 * @link: to the body
 * @nr: number of the first page
 * @count: how many follow it, at most WIRE_PAGES_MAX
 *
 * Return: how many were sent; fewer than @count when the next one is not here,
 * or cannot go now, or there is no memory.
 * Context: process context; the caller holds the mm.
 */
u32 mosix_serve_unasked(struct mosix_pages *pg, struct mosix_link *link,
			unsigned long nr, u32 count)
{
	struct mosix_msg *msg = mosix_serve_msg(nr);
	bool turn;
	u32 sent;

	if (!msg)
		return 0;
	turn = mosix_stream_take_turn(link);
	/* Who looks at what is away holds the lock until he has sent and heard. */
	if (turn && !try_lock(pg->mm)) {
		mosix_stream_end_turn(link, NULL);
		turn = false;
	}
	if (!turn)
		mmap_write_lock(pg->mm);
	take_run(pg, nr, count, msg);
	sent = msg->npages;
	pg->pushed_nr += sent;
	mosix_totals_add(TOTAL_PUSHED, sent);
	if (sent && !turn)
		mosix_link_send(link, msg);
	mmap_write_unlock(pg->mm);
	if (!sent) {
		mosix_msg_free(msg);
		msg = NULL;
	}
	if (turn)
		mosix_stream_end_turn(link, msg);
	return sent;
}

/**
 * mosix_serve_none - say that nothing is mapped at an address
 * @link: where
 * @like: header with thread and number of the call that it is about; NULL: it is
 *	about the process's memory
 * @addr: the address
 *
 * Return: 0, -ENOMEM, or the error that ended the link.
 * Context: process context.
 */
int mosix_serve_none(struct mosix_link *link, const struct wire_header *like,
		     u64 addr)
{
	struct mosix_msg *msg = mosix_msg_new(MSG_PAGE_NONE,
					      sizeof(struct wire_page_none));
	struct wire_page_none *none;

	if (!msg)
		return -ENOMEM;
	none = (void *)msg->data;
	none->addr = cpu_to_le64(addr);
	if (like) {
		msg->h.tid = like->tid;
		msg->h.id = like->id;
	}
	return mosix_link_send(link, msg);
}

static void answer(struct mosix_pages *pg, struct mosix_link *link,
		   const struct wire_page_req *req)
{
	unsigned long nr = le64_to_cpu(req->addr) >> PAGE_SHIFT;
	struct mosix_msg *msg = mosix_serve_msg(nr);
	u64 hold = hold_left_us(pg, nr);
	int ret = -ENOMEM;

	if (hold)
		usleep_range(hold, hold + HOLD_US);
	while (msg && !READ_ONCE(link->error)) {
		ret = send_asked(pg, link, req, msg);
		if (ret != -EAGAIN)
			break;
		msleep(PIN_WAIT_MS);
	}
	if (!ret)
		return;
	mosix_msg_free(msg);
	if (ret == -EFAULT)
		ret = mosix_serve_none(link, NULL, le64_to_cpu(req->addr));
	if (ret && ret != -ESTALE)
		mosix_link_close(link, ret);
}

/* A look, or a copy, is given as long as there is somebody who may wait for it. */
static struct mosix_link *link_for(struct mosix_pages *pg, bool stays)
{
	struct mosix_link *link = NULL;

	mutex_lock(&pg->lock);
	if (pg->side != PAGES_OFF && !pg->error && (stays || !pg->leaving))
		link = pg->link;
	if (link)
		mosix_link_get(link);
	mutex_unlock(&pg->lock);
	return link;
}

/* False: what is left of it waits, and others do not. */
static bool serve_one(struct mosix_pages *pg, struct mosix_msg *msg)
{
	bool looks = mosix_msg_type(msg) == MSG_LOOK;
	bool copies = !looks && msg->h.tid;
	struct mosix_link *link;
	int ret = 0;

	/* At home nothing may go before the body is known to run. */
	if (mosix_pages_await_commit(pg))
		return true;
	link = link_for(pg, looks || copies);
	if (!link)
		return true;
	/* What is asked for takes less than its answers, of which none may be read. */
	if (mosix_link_is_stuffed(link))
		mosix_link_close(link, -ENOBUFS);
	if (!READ_ONCE(link->error) && mmget_not_zero(pg->mm)) {
		if (looks)
			mosix_look_answer(pg, link, msg);
		else if (copies)
			ret = mosix_copy_answer(pg, link, msg);
		else
			answer(pg, link, (void *)msg->data);
		mmput_async(pg->mm);
	}
	mosix_link_put(link);
	return !ret;
}

static void serve_work(struct work_struct *work)
{
	struct mosix_pages *pg = container_of(work, struct mosix_pages, work);
	struct mosix_msg *msg;

	while ((msg = next_request(pg))) {
		cond_resched();
		if (!serve_one(pg, msg)) {
			put_last(pg, msg);
			continue;
		}
		mosix_msg_free(msg);
		if (atomic_dec_and_test(&pg->unanswered))
			wake_up_all(&pg->wait);
	}
	mosix_pages_put(pg);
}
