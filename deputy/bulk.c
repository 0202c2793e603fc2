// SPDX-License-Identifier: GPL-2.0-only
/*
 * The large window of a call, at home: its bytes travel as pages of their own,
 * while the call is being made.
 *
 * For as long as the call lasts the deputy has a mapping of the window's size
 * to make it with, as in scratch.c. What the call reads is fetched as the call
 * gets to it, ahead of it by some pages: the kernel's own faults say where it
 * is. What it writes goes to the body as it is there, as far as the body has
 * asked for it. So both nodes and the wire work at the same time, and neither
 * side keeps more than what is on its way.
 *
 * A regular file is read in parts, each sent before the next is read, under
 * the lock that the kernel takes for the whole of a read(2). All else is one
 * call, as the program made it, whose bytes go when it has returned.
 */
#include "bulk.h"

#include "../kernel/copy.h"
#include "../kernel/link.h"

#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/task_io_accounting_ops.h>
#include <linux/uaccess.h>

#include <asm/unistd.h>

enum {
	RING	= 2 * WIRE_BULK_AHEAD,	/* pages that came and are not in place */
	BEHIND	= 4 * WIRE_PAGES_MAX,	/* pages that a call may turn back to */
	TOGETHER = 16,			/* pages that one fault puts in place */
};

/* A page that came and is all zero. */
#define ZERO_CAME	((struct page *)1UL)

/**
 * struct mosix_bulk - such a window
 * @like: thread and number of the call, as its messages repeat them
 * @link: to the body, reference held
 * @at: address of the mapping
 * @size: its bytes
 * @first: number of the window's first page at the body
 * @pages: how many it touches
 * @offset: where in its first page it begins
 * @reads: does the call read it?
 * @low: of a window that is read: first page that is not in place; of all these a
 *	number from @first on
 * @zapped: first page that is still in place
 * @asked: first page that was not asked for
 * @bad: first page that the body cannot read, @pages: none so far
 * @ring: pages that came, each at its number modulo RING
 * @sent: of a window that is written: first page that was not sent
 * @allowed: first page that the body has not asked for yet
 * @waited_ns: how long the call waited for the body, nanoseconds
 *
 * The deputy owns it. What the receiver changes, @ring, @bad and @allowed, is
 * under the lock of the process, and so is @low.
 */
struct mosix_bulk {
	struct wire_header like;
	struct mosix_link *link;
	unsigned long at;
	unsigned long size;
	u64 first;
	u32 pages;
	u32 offset;
	bool reads;
	u32 low;
	u32 zapped;
	u32 asked;
	u32 bad;
	struct page *ring[RING];
	u32 sent;
	u32 allowed;
	u64 waited_ns;
};

static vm_fault_t bulk_fault(const struct vm_special_mapping *sm,
			     struct vm_area_struct *vma, struct vm_fault *vmf);

static const struct vm_special_mapping bulk_mapping = {
	.name	= "[mosix]",
	.fault	= bulk_fault,
	.close	= mosix_scratch_close,
};

/* ---- what the call reads ---- */

/*
 * The call has got to page @index. What came for pages before it is late; if it
 * turned back, all is asked for again from there.
 */
static void move_to(struct mosix_task *mt, struct mosix_bulk *bulk, u32 index)
{
	bool back = index < bulk->low;
	struct page *page, *next;
	LIST_HEAD(late);
	u32 i, n;

	spin_lock(&mt->proc->lock);
	n = back ? RING : min_t(u32, index - bulk->low, RING);
	for (i = 0; i < n; i++) {
		struct page **slot = &bulk->ring[(bulk->low + i) % RING];

		if (*slot && *slot != ZERO_CAME)
			list_add(&(*slot)->lru, &late);
		*slot = NULL;
	}
	bulk->low = index;
	spin_unlock(&mt->proc->lock);
	if (back || bulk->asked < index)
		bulk->asked = index;
	bulk->zapped = min(bulk->zapped, index);
	list_for_each_entry_safe(page, next, &late, lru) {
		list_del(&page->lru);
		put_page(page);
	}
}

/* Whole messages, as long as there are as many pages to ask for. */
static int ask_ahead(struct mosix_bulk *bulk)
{
	u32 end = min(bulk->pages, bulk->low + WIRE_BULK_AHEAD);
	u32 count;
	int ret;

	while (bulk->asked < end) {
		count = min_t(u32, bulk->pages - bulk->asked, WIRE_PAGES_MAX);
		ret = mosix_copy_ask(bulk->link, &bulk->like,
				     (bulk->first + bulk->asked) << PAGE_SHIFT,
				     count);
		if (ret)
			return ret;
		bulk->asked += count;
	}
	return 0;
}

/* Pages that came from @bulk->low on, at most @max; they are the caller's. */
static u32 take_came(struct mosix_task *mt, struct mosix_bulk *bulk,
		     struct page **pages, u32 max)
{
	u32 n;

	spin_lock(&mt->proc->lock);
	for (n = 0; n < max; n++) {
		struct page **slot = &bulk->ring[(bulk->low + n) % RING];

		if (!*slot)
			break;
		pages[n] = *slot;
		*slot = NULL;
	}
	bulk->low += n;
	spin_unlock(&mt->proc->lock);
	return n;
}

static int make_zero_pages(struct page **pages, u32 count)
{
	int ret = 0;
	u32 i;

	for (i = 0; i < count; i++) {
		if (pages[i] != ZERO_CAME)
			continue;
		pages[i] = alloc_page(GFP_HIGHUSER_MOVABLE | __GFP_ZERO);
		if (!pages[i])
			ret = -ENOMEM;
	}
	return ret;
}

static void zap(struct mosix_bulk *bulk, struct vm_area_struct *vma, u32 end)
{
	zap_page_range_single(vma, bulk->at + (unsigned long)bulk->zapped *
			      PAGE_SIZE, (unsigned long)(end - bulk->zapped) *
			      PAGE_SIZE, NULL);
	bulk->zapped = end;
}

/* Put in place what came from @index on; how many pages, or a negative errno. */
static int place_came(struct mosix_task *mt, struct mosix_bulk *bulk,
		      struct vm_area_struct *vma, u32 index)
{
	unsigned long addr = bulk->at + (unsigned long)index * PAGE_SIZE;
	struct page *pages[WIRE_PAGES_MAX];
	unsigned long left;
	u32 n, i;
	int ret;

	if (index != bulk->low)
		move_to(mt, bulk, index);
	n = take_came(mt, bulk, pages, WIRE_PAGES_MAX);
	if (!n)
		return 0;
	/* What the call has left behind is not kept. */
	if (index > bulk->zapped + 2 * BEHIND)
		zap(bulk, vma, index - BEHIND);
	ret = make_zero_pages(pages, n);
	left = n;
	if (!ret)
		ret = vm_insert_pages(vma, addr, pages, &left);
	for (i = 0; i < n; i++)
		if (pages[i])
			put_page(pages[i]);
	/* What is there already ends the run; the first one is not. */
	return ret && left == n ? ret : n;
}

/*
 * A body whose thread makes a call says nothing else to its deputy but that it
 * has ended.
 */
static bool is_given_up(struct mosix_task *mt, struct mosix_bulk *bulk)
{
	return !list_empty_careful(&mt->inbox) || READ_ONCE(bulk->link->error);
}

static bool has_come(struct mosix_task *mt, struct mosix_bulk *bulk)
{
	bool came;

	spin_lock(&mt->proc->lock);
	came = bulk->ring[bulk->low % RING] || bulk->low >= bulk->bad;
	spin_unlock(&mt->proc->lock);
	return came || is_given_up(mt, bulk);
}

/* Current gets to a page of the window. */
static vm_fault_t fault_in(struct mosix_task *mt, struct vm_area_struct *vma,
			   struct vm_fault *vmf)
{
	struct mosix_bulk *bulk = mt->bulk;
	u32 index = (vmf->address - bulk->at) >> PAGE_SHIFT;
	int ret = place_came(mt, bulk, vma, index);
	u64 since_ns = ktime_get_ns();

	if (ret == -ENOMEM)
		return VM_FAULT_OOM;
	if (ret < 0 || ask_ahead(bulk))
		return VM_FAULT_SIGBUS;
	if (ret)
		return VM_FAULT_NOPAGE;
	if (index >= READ_ONCE(bulk->bad) || is_given_up(mt, bulk) ||
	    !(vmf->flags & FAULT_FLAG_ALLOW_RETRY))
		return VM_FAULT_SIGBUS;
	if (vmf->flags & FAULT_FLAG_RETRY_NOWAIT)
		return VM_FAULT_RETRY;
	mmap_read_unlock(vma->vm_mm);
	wait_event_state(mt->wait, has_come(mt, bulk),
			 (TASK_KILLABLE | TASK_NOLOAD));
	bulk->waited_ns += ktime_get_ns() - since_ns;
	return VM_FAULT_RETRY;
}

/* ---- what the call writes ---- */

/*
 * The call gets to a page that it has not written to: that one, and some more.
 * They are put in place here, since without a file the kernel's own fault does
 * not know whose time of change to set.
 */
static vm_fault_t fault_out(struct mosix_bulk *bulk, struct vm_area_struct *vma,
			    struct vm_fault *vmf)
{
	u32 index = (vmf->address - bulk->at) >> PAGE_SHIFT;
	u32 count = min_t(u32, bulk->pages - index, TOGETHER), n, i;
	struct page *pages[TOGETHER] = { };
	unsigned long left;
	int ret;

	n = alloc_pages_bulk_array(GFP_HIGHUSER_MOVABLE | __GFP_ZERO, count,
				   pages);
	left = n;
	ret = n ? vm_insert_pages(vma, vmf->address & PAGE_MASK, pages, &left) :
		  -ENOMEM;
	for (i = 0; i < n; i++)
		put_page(pages[i]);
	/* What is there already ends the run; the first one is not. */
	if (ret && left == n)
		return ret == -ENOMEM ? VM_FAULT_OOM : VM_FAULT_SIGBUS;
	return VM_FAULT_NOPAGE;
}

static bool is_asked_for(struct mosix_task *mt, struct mosix_bulk *bulk)
{
	return READ_ONCE(bulk->allowed) > bulk->sent || is_given_up(mt, bulk);
}

/* Pages from @bulk->sent on, all written: as one message. */
static int send_some(struct mosix_bulk *bulk, u32 count)
{
	unsigned long at = bulk->at + (unsigned long)bulk->sent * PAGE_SIZE;
	struct mosix_msg *msg;
	long got;

	msg = mosix_copy_msg(&bulk->like, bulk->first + bulk->sent);
	if (!msg)
		return -ENOMEM;
	got = get_user_pages_unlocked(at, count, msg->pages, 0);
	if (got <= 0) {
		mosix_msg_free(msg);
		return got ?: -EFAULT;
	}
	mosix_serve_fill(msg, got);
	bulk->sent += got;
	return mosix_link_send(bulk->link, msg);
}

/* What was sent is not needed here any more. */
static void zap_sent(struct mosix_bulk *bulk)
{
	struct vm_area_struct *vma;

	if (bulk->sent < bulk->zapped + BEHIND)
		return;
	mmap_read_lock(current->mm);
	vma = vma_lookup(current->mm, bulk->at);
	if (vma)
		zap(bulk, vma, bulk->sent);
	mmap_read_unlock(current->mm);
}

/*
 * Send what is written, @bytes of the window; @all: nothing more will be. It may be
 * said to be more than the window has: recvfrom() tells how long a datagram was.
 */
static int send_written(struct mosix_task *mt, u64 bytes, bool all)
{
	struct mosix_bulk *bulk = mt->bulk;
	u64 end = bulk->offset + bytes;
	u32 ready = all ? DIV_ROUND_UP_ULL(end, PAGE_SIZE) : end >> PAGE_SHIFT;
	u64 since_ns = ktime_get_ns();
	u32 allowed;
	int ret = 0;

	ready = min(ready, bulk->pages);
	while (!ret && bulk->sent < ready) {
		wait_event_state(mt->wait, is_asked_for(mt, bulk),
				 (TASK_KILLABLE | TASK_NOLOAD));
		allowed = min(READ_ONCE(bulk->allowed), ready);
		if (allowed <= bulk->sent)
			return -EPIPE;
		ret = send_some(bulk, min_t(u32, allowed - bulk->sent,
					    WIRE_PAGES_MAX));
	}
	bulk->waited_ns += ktime_get_ns() - since_ns;
	zap_sent(bulk);
	return ret;
}

/* Does the kernel read it piece by piece anyway, without waiting for anybody? */
static bool is_in_pieces(struct file *file)
{
	return S_ISREG(file_inode(file)->i_mode) &&
	       !(file->f_flags & O_DIRECT) && (file->f_mode & FMODE_READ);
}

/* One read(2) for the accounts, however many parts it has. */
static void count_as_one(u32 parts)
{
#ifdef CONFIG_TASK_XACCT
	if (parts > 1)
		current->ioac.syscr -= parts - 1;
#endif
}

static long read_parts(struct mosix_task *mt, struct file *file, u64 len,
		       loff_t *pos)
{
	u64 offset = mt->bulk->offset, end, done = 0;
	char __user *to = (char __user *)mt->bulk->at + offset;
	u32 parts = 0;
	long n;

	do {
		/* Up to the end of a page, so that it can go. */
		end = offset + done + WIRE_WINDOW_BYTES_MAX;
		end = min_t(u64, round_down(end, PAGE_SIZE) - offset, len);
		n = vfs_read(file, to + done, end - done, pos);
		parts++;
		if (n > 0)
			done += n;
	} while (n > 0 && done == end && done < len &&
		 !send_written(mt, done, false) &&
		 !fatal_signal_pending(current));
	count_as_one(parts);
	return done ?: n;
}

/* As ksys_read() does. */
static long read_at_position(struct mosix_task *mt, int fd, u64 len)
{
	struct fd f = fdget_pos(fd);
	struct file *file = fd_file(f);
	long ret = -EOPNOTSUPP;
	loff_t pos;

	if (!file)
		return ret;
	if (is_in_pieces(file)) {
		pos = file->f_pos;
		ret = read_parts(mt, file, len, &pos);
		if (ret >= 0)
			file->f_pos = pos;
	}
	fdput_pos(f);
	return ret;
}

/* As ksys_pread64() does. */
static long read_there(struct mosix_task *mt, int fd, u64 len, loff_t pos)
{
	CLASS(fd, f)(fd);
	struct file *file = fd_file(f);

	if (!file || pos < 0 || !is_in_pieces(file) ||
	    !(file->f_mode & FMODE_PREAD))
		return -EOPNOTSUPP;
	return read_parts(mt, file, len, &pos);
}

/**
 * mosix_bulk_read - make a call that reads a regular file into a large window
 * @mt: record of the deputy
 * @call: the call
 *
 * Return: its result; -EOPNOTSUPP when it is another call, or on something else:
 * to be made as one.
 * Context: the deputy.
 */
long mosix_bulk_read(struct mosix_task *mt, const struct wire_call *call)
{
	u64 len = min_t(u64, le64_to_cpu(call->args[2]), MAX_RW_COUNT);
	int fd = le64_to_cpu(call->args[0]);

	if (!mt->bulk || mt->bulk->reads)
		return -EOPNOTSUPP;
	switch (le64_to_cpu(call->nr)) {
	case __NR_read:
		return read_at_position(mt, fd, len);
	case __NR_pread64:
		return read_there(mt, fd, len, le64_to_cpu(call->args[3]));
	default:
		return -EOPNOTSUPP;
	}
}

/**
 * mosix_bulk_flush - a call has been made: what it wrote goes to the body
 * @mt: record of the deputy
 * @ret: its result
 *
 * When it fails, then with the link, or with the thread of the body.
 *
 * Return: false when nothing went and there is little: REPLY takes it along.
 * Context: the deputy.
 */
bool mosix_bulk_flush(struct mosix_task *mt, long ret)
{
	struct mosix_bulk *bulk = mt->bulk;

	if (!bulk || bulk->reads)
		return true;
	if (!bulk->sent && ret <= WIRE_WINDOW_BYTES_MAX)
		return false;
	send_written(mt, ret, true);
	return true;
}

/* ---- both ---- */

static vm_fault_t bulk_fault(const struct vm_special_mapping *sm,
			     struct vm_area_struct *vma, struct vm_fault *vmf)
{
	struct mosix_task *mt = current->mosix;

	/* Others have nothing to look for there. */
	if (!mt || !mt->bulk || mt->bulk->at != vma->vm_start)
		return VM_FAULT_SIGBUS;
	if (mt->bulk->reads)
		return fault_in(mt, vma, vmf);
	return fault_out(mt->bulk, vma, vmf);
}

static const struct wire_window *find_window(const struct wire_call *call)
{
	u32 i;

	for (i = 0; i < le16_to_cpu(call->nwin); i++)
		if (le16_to_cpu(call->win[i].dir) & WINDOW_BULK)
			return &call->win[i];
	return NULL;
}

static struct mosix_bulk *bulk_new(const struct mosix_msg *msg,
				   const struct wire_window *w)
{
	struct mosix_bulk *bulk = kzalloc(sizeof(*bulk), GFP_KERNEL);
	u64 addr = le64_to_cpu(w->addr);

	if (!bulk)
		return NULL;
	bulk->like = msg->h;
	bulk->first = addr >> PAGE_SHIFT;
	bulk->offset = offset_in_page(addr);
	bulk->pages = DIV_ROUND_UP_ULL((u64)bulk->offset +
				       le32_to_cpu(w->len), PAGE_SIZE);
	bulk->size = (unsigned long)bulk->pages << PAGE_SHIFT;
	bulk->bad = bulk->pages;
	bulk->allowed = min_t(u32, bulk->pages, WIRE_BULK_AHEAD);
	bulk->reads = le16_to_cpu(w->dir) & WINDOW_IN;
	return bulk;
}

static void set_bulk(struct mosix_task *mt, struct mosix_bulk *bulk)
{
	spin_lock(&mt->proc->lock);
	mt->bulk = bulk;
	spin_unlock(&mt->proc->lock);
}

static void bulk_free(struct mosix_bulk *bulk)
{
	u32 i;

	for (i = 0; i < RING; i++)
		if (bulk->ring[i] && bulk->ring[i] != ZERO_CAME)
			put_page(bulk->ring[i]);
	mosix_link_put(bulk->link);
	kfree(bulk);
}

/**
 * mosix_bulk_begin - prepare the large window of a call
 * @mt: record of the deputy
 * @msg: MSG_CALL, checked
 * @at: receives the window's address here; 0: the call has no such window
 *
 * Return: 0; a negative errno: it must be made without windows.
 * Context: the deputy.
 */
int mosix_bulk_begin(struct mosix_task *mt, const struct mosix_msg *msg, u64 *at)
{
	const struct wire_window *w = find_window((void *)msg->data);
	struct mosix_bulk *bulk;
	unsigned long addr;

	*at = 0;
	if (!w)
		return 0;
	bulk = bulk_new(msg, w);
	if (!bulk)
		return -ENOMEM;
	bulk->link = mosix_proc_link(mt->proc);
	addr = bulk->link ? mosix_scratch_map(mt, bulk->size, &bulk_mapping) :
			    (unsigned long)-ENOTCONN;
	if (IS_ERR_VALUE(addr)) {
		bulk_free(bulk);
		return addr;
	}
	bulk->at = addr;
	*at = addr + bulk->offset;
	set_bulk(mt, bulk);
	return 0;
}

/**
 * mosix_bulk_end - the call has been made, and its result is a message
 * @mt: record of the deputy
 *
 * Return: how long it waited for the body meanwhile, nanoseconds.
 * Context: the deputy.
 */
u64 mosix_bulk_end(struct mosix_task *mt)
{
	struct mosix_bulk *bulk = mt->bulk;
	u64 waited_ns;

	if (!bulk)
		return 0;
	waited_ns = bulk->waited_ns;
	set_bulk(mt, NULL);
	mosix_scratch_unmap(bulk->at, bulk->size, &bulk_mapping);
	bulk_free(bulk);
	return waited_ns;
}

/* A page of a window that the call reads; one that is late stays in its message. */
static void hear_page(struct mosix_bulk *bulk, u64 index, struct page **page)
{
	struct page **slot = &bulk->ring[index % RING];

	if (index < bulk->low || index >= (u64)bulk->low + RING ||
	    index >= bulk->pages || *slot)
		return;
	*slot = *page ?: ZERO_CAME;
	*page = NULL;
}

static void hear_pages(struct mosix_bulk *bulk, struct mosix_msg *msg)
{
	const struct wire_pages *head = (void *)msg->data;
	u64 nr = le64_to_cpu(head->addr) >> PAGE_SHIFT;
	u32 i;

	for (i = 0; bulk->reads && i < msg->npages; i++)
		hear_page(bulk, nr - bulk->first + i, &msg->pages[i]);
}

static void hear_none(struct mosix_bulk *bulk, const struct mosix_msg *msg)
{
	const struct wire_page_none *none = (void *)msg->data;
	u64 index = (le64_to_cpu(none->addr) >> PAGE_SHIFT) - bulk->first;

	WRITE_ONCE(bulk->bad, min_t(u64, bulk->bad, index));
}

static void hear_request(struct mosix_bulk *bulk, const struct mosix_msg *msg)
{
	const struct wire_page_req *req = (void *)msg->data;
	u64 allowed = (u64)bulk->allowed + le32_to_cpu(req->count);

	WRITE_ONCE(bulk->allowed, min_t(u64, bulk->pages, allowed));
}

/**
 * mosix_bulk_heard - a message about the large window of a call
 * @link: to the body
 * @msg: MSG_PAGES, MSG_PAGE_NONE or MSG_PAGE_REQ that names a thread, checked;
 *	consumed
 *
 * The call may be over: then nobody wants it.
 *
 * Return: 0, -EPROTO without a process.
 * Context: the link's receiver.
 */
int mosix_bulk_heard(struct mosix_link *link, struct mosix_msg *msg)
{
	struct mosix_proc *proc = mosix_link_proc(link);
	struct mosix_task *mt;

	if (!proc) {
		mosix_msg_free(msg);
		return -EPROTO;
	}
	spin_lock(&proc->lock);
	mt = mosix_proc_thread(proc, le32_to_cpu(msg->h.tid));
	if (mt && mt->bulk && mt->bulk->like.id == msg->h.id) {
		if (mosix_msg_type(msg) == MSG_PAGES)
			hear_pages(mt->bulk, msg);
		else if (mosix_msg_type(msg) == MSG_PAGE_NONE)
			hear_none(mt->bulk, msg);
		else
			hear_request(mt->bulk, msg);
		wake_up_all(&mt->wait);
	}
	spin_unlock(&proc->lock);
	mosix_msg_free(msg);
	mosix_proc_put(proc);
	return 0;
}
