// SPDX-License-Identifier: GPL-2.0-only
/*
 * Faults on absent pages, and ranges fetched for those who cannot fault.
 *
 * A fault that may retry drops its lock, waits and retries; one that may not
 * gets SIGBUS, so its callers fetch beforehand (mosix_pages_pull()).
 */
#include "pages.h"

#include "link.h"
#include "pulse.h"
#include "task.h"
#include "totals.h"

#include <linux/mm.h>
#include <linux/mosix.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

enum { FETCH_TIMEOUT_S = 120 };	/* a peer silent for so long is lost */

static_assert((u32)AHEAD_MAX <= WIRE_PAGES_MAX);
static_assert((u32)AHEAD_NEAR <= WIRE_STEP_MAX);

/**
 * struct want - pages to ask for with one fault
 * @first: the one that is needed
 * @step: pages from one to the next
 * @count: how many
 */
struct want {
	unsigned long first;
	long step;
	u32 count;
};

static bool is_to_fetch(struct mosix_pages *pg, unsigned long nr)
{
	return mosix_pages_absent(pg, nr) && !xa_load(&pg->flight, nr);
}

/* The needed page, which is absent, and what will be needed next. */
static struct want plan_fault(struct mosix_pages *pg, unsigned long nr)
{
	struct want want = { .first = nr, .step = 1, .count = 1 };
	struct ahead_plan plan;

	lockdep_assert_held(&pg->lock);
	/* H tells the body what is at home, but not the home what is away. */
	if (pg->side != PAGES_BODY)
		return want;
	plan = ahead_fault(&pg->ahead, nr);
	want.step = plan.step;
	while (want.count < plan.count &&
	       is_to_fetch(pg, nr + want.count * plan.step))
		want.count++;
	return want;
}

/**
 * mosix_fetch_msg - a MSG_PAGE_REQ
 * @addr: of the first page
 * @count: how many, 1 to WIRE_PAGES_MAX
 * @step: pages from one to the next
 *
 * Return: the message, NULL when there is no memory.
 * Context: process context.
 */
struct mosix_msg *mosix_fetch_msg(u64 addr, u32 count, s32 step)
{
	struct mosix_msg *msg = mosix_msg_new(MSG_PAGE_REQ,
					      sizeof(struct wire_page_req));
	struct wire_page_req *req;

	if (!msg)
		return NULL;
	req = (void *)msg->data;
	req->addr = cpu_to_le64(addr);
	req->count = cpu_to_le32(count);
	req->step = cpu_to_le32(step);
	return msg;
}

static int request(struct mosix_link *link, const struct want *want)
{
	struct mosix_msg *msg = mosix_fetch_msg((u64)want->first << PAGE_SHIFT,
						want->count, want->step);

	return msg ? mosix_link_send(link, msg) : -ENOMEM;
}

/*
 * Enter a request for an absent page. It is to be sent on *@link, which is the
 * one of now: the process may be on another stay when the task gets to it.
 */
static int expect(struct mosix_pages *pg, unsigned long nr,
		  struct mosix_link **link)
{
	struct mosix_flight *f = kzalloc(sizeof(*f), GFP_KERNEL);
	int ret;

	if (!f)
		return -ENOMEM;
	f->state = FLIGHT_REQUESTED;
	f->wanted = true;
	ret = xa_err(xa_store(&pg->flight, nr, f, GFP_KERNEL));
	if (ret) {
		kfree(f);
		return ret;
	}
	pg->faults++;
	mosix_totals_add(TOTAL_FAULTS, 1);
	pg->asking++;
	mosix_link_get(pg->link);
	*link = pg->link;
	return 0;
}

/* Send what was entered; a body that leaves waits for that. */
static void ask(struct mosix_pages *pg, struct mosix_link *link,
		const struct want *want)
{
	if (request(link, want))
		mosix_pages_lost(pg, link, -ENOTCONN);
	mutex_lock(&pg->lock);
	pg->asking--;
	mutex_unlock(&pg->lock);
	wake_up_all(&pg->wait);
	mosix_link_put(link);
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

/* A process that waits for its own memory wants to run: loadinfo asks. */
static void count_stall(u64 ns)
{
	struct mosix_proc *proc = mosix_task_proc(current);

	if (proc)
		atomic64_add(ns, &proc->stalled_ns);
}

static void wait_for_page(struct mosix_pages *pg, unsigned long nr)
{
	DEFINE_WAIT_FUNC(wait, woken_wake_function);
	long left = mosix_pulse_patience(FETCH_TIMEOUT_S);
	u64 since_ns = ktime_get_ns();

	add_wait_queue(&pg->wait, &wait);
	while (left && still_waiting(pg, nr) && !fatal_signal_pending(current))
		left = wait_woken(&wait, TASK_KILLABLE | TASK_NOLOAD, left);
	remove_wait_queue(&pg->wait, &wait);
	if (is_own(pg))
		count_stall(ktime_get_ns() - since_ns);
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
	/* Then nobody asks for pages. */
	bool settle = !pg->committed || pg->forking;
	struct mosix_link *link = NULL;
	struct want want = { };
	int ret = 0;

	if (pg->error || pg->leaving || !(flags & FAULT_FLAG_ALLOW_RETRY)) {
		mutex_unlock(&pg->lock);
		return VM_FAULT_SIGBUS;
	}
	if (!settle && !xa_load(&pg->flight, nr)) {
		want = plan_fault(pg, nr);
		ret = expect(pg, nr, &link);
	}
	mutex_unlock(&pg->lock);
	if (ret)
		return VM_FAULT_OOM;
	if (link)
		ask(pg, link, &want);
	if (flags & FAULT_FLAG_RETRY_NOWAIT)
		return VM_FAULT_RETRY;
	drop_fault_lock(vma, flags);
	if (settle)
		schedule_timeout_killable(1);
	else
		wait_for_page(pg, nr);
	return VM_FAULT_RETRY;
}

static bool in_change(struct mosix_pages *pg, unsigned long nr)
{
	bool changing;

	mutex_lock(&pg->lock);
	changing = !pg->error && mosix_pages_changing(pg, nr);
	mutex_unlock(&pg->lock);
	return changing;
}

static void wait_for_change(struct mosix_pages *pg, unsigned long nr)
{
	DEFINE_WAIT_FUNC(wait, woken_wake_function);

	add_wait_queue(&pg->wait, &wait);
	while (in_change(pg, nr) && !fatal_signal_pending(current))
		wait_woken(&wait, TASK_KILLABLE | TASK_NOLOAD,
			   MAX_SCHEDULE_TIMEOUT);
	remove_wait_queue(&pg->wait, &wait);
}

/* Another thread changes this mapping: what is there then is seen then. */
static vm_fault_t retry_after_change(struct mosix_pages *pg,
				     struct vm_area_struct *vma,
				     unsigned long nr, unsigned int flags)
{
	mutex_unlock(&pg->lock);
	if (!(flags & FAULT_FLAG_RETRY_NOWAIT)) {
		drop_fault_lock(vma, flags);
		wait_for_change(pg, nr);
	}
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
	if ((flags & FAULT_FLAG_ALLOW_RETRY) && mosix_pages_changing(pg, nr))
		return retry_after_change(pg, vma, nr, flags);
	f = xa_load(&pg->flight, nr);
	if (f && f->state == FLIGHT_LANDED)
		return mosix_pages_install_in_fault(pg, vma, nr, flags);
	if (f && f->state == FLIGHT_NONE) {
		mosix_pages_drop_flight(pg, nr, f);
		mutex_unlock(&pg->lock);
		return VM_FAULT_SIGBUS;
	}
	if (mosix_pages_absent(pg, nr))
		return fetch_in_fault(pg, vma, nr, flags);
	mutex_unlock(&pg->lock);
	return 0;
}

/*
 * What to do for a page: 0 nothing; 1 wait for it, and ask first if there is a
 * link; -EAGAIN look again later; -ESRCH none will come.
 */
static int plan_pull(struct mosix_pages *pg, unsigned long nr,
		     struct mosix_link **link)
{
	struct mosix_flight *f = xa_load(&pg->flight, nr);

	lockdep_assert_held(&pg->lock);
	if ((f && f->state != FLIGHT_REQUESTED) || !mosix_pages_absent(pg, nr))
		return 0;
	/* A reader here would keep its mm alive, and wait for the end of that. */
	if (pg->leaving || pg->error)
		return -ESRCH;
	if (!pg->committed || pg->forking)
		return -EAGAIN;
	return (f ? 0 : expect(pg, nr, link)) ?: 1;
}

/**
 * mosix_fetch_one - have an absent page come
 * @pg: page state
 * @nr: number of the page
 * @count: so many that follow each other may be needed soon, at most WIRE_PAGES_MAX
 *
 * Return: 1 when it was waited for; 0 when there is nothing to wait for; -EAGAIN: not
 * now, somebody forks; -ESRCH none will come; -EINTR when killed; -ENOMEM.
 * Context: process context, no lock of the mm held.
 */
int mosix_fetch_one(struct mosix_pages *pg, unsigned long nr, u32 count)
{
	const struct want want = { .first = nr, .step = 1, .count = count };
	struct mosix_link *link = NULL;
	struct vm_area_struct *vma;
	int todo = 0;

	/* The lock keeps the request behind a message that has the page. */
	mmap_read_lock(pg->mm);
	vma = vma_lookup(pg->mm, nr << PAGE_SHIFT);
	if (vma && mosix_pages_governed(vma)) {
		mutex_lock(&pg->lock);
		todo = plan_pull(pg, nr, &link);
		mutex_unlock(&pg->lock);
	}
	mmap_read_unlock(pg->mm);
	if (link)
		ask(pg, link, &want);
	if (todo > 0)
		wait_for_page(pg, nr);
	else if (todo == -EAGAIN)
		schedule_timeout_killable(1);
	if (fatal_signal_pending(current))
		return -EINTR;
	return todo;
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
	int ret = 0;

	/* The peer ends the link of who asks for what no program has. */
	end = min_t(u64, end, WIRE_ADDR_END >> PAGE_SHIFT);
	for (; nr < end && ret != -EINTR; nr++) {
		if (READ_ONCE(pg->side) == PAGES_OFF)
			return 0;
		do {
			ret = mosix_fetch_one(pg, nr,
					      min_t(unsigned long, end - nr,
						    WIRE_PAGES_MAX));
		} while (ret == -EAGAIN);
	}
	return ret == -EINTR ? ret : 0;
}

/**
 * mosix_pages_gup - hook: a page that was away when somebody looked at it
 * @mm: an address space with page state
 * @addr: where
 * @gup_flags: FOLL_*
 *
 * A range that was pulled may be gone again before its reader has come to the
 * end of it: this waits for one page and holds it at once.
 *
 * Return: the page, referenced; ERR_PTR of get_user_pages_remote().
 * Context: mmap_lock of @mm held for reading, dropped and taken again.
 */
struct page *mosix_pages_gup(struct mm_struct *mm, unsigned long addr,
			     unsigned int gup_flags)
{
	struct page *page;
	int locked = 1;
	long got;

	if (!vma_lookup(mm, addr))
		return ERR_PTR(-EFAULT);
	got = get_user_pages_remote(mm, addr, 1, gup_flags, &page, &locked);
	if (!locked)
		mmap_read_lock(mm);
	if (got == 1)
		return page;
	return ERR_PTR(got < 0 ? got : -EFAULT);
}
