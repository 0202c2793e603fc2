// SPDX-License-Identifier: GPL-2.0-only
/*
 * Copies of a body's pages, for the large window of a call that home carries
 * out: the pages stay where they are, what they hold goes.
 *
 * A program that changes its memory while a call reads it gets what it would
 * have got at home: one or the other.
 */
#include "copy.h"

#include "link.h"
#include "pages.h"

#include <linux/mm.h>
#include <linux/sched.h>

/*
 * As many as can be read at once, with references. -EAGAIN: the mapping of the first one
 * is being changed; no change begins as long as the lock is held.
 */
static long hold_present(struct mosix_pages *pg, u64 addr, u32 count,
			 struct page **pages)
{
	long got = -EAGAIN;
	u32 n = 0;

	mmap_read_lock(pg->mm);
	mutex_lock(&pg->lock);
	while (n < count && !mosix_pages_changing(pg, (addr >> PAGE_SHIFT) + n))
		n++;
	mutex_unlock(&pg->lock);
	if (n)
		got = get_user_pages_remote(pg->mm, addr, n, 0, pages, NULL);
	mmap_read_unlock(pg->mm);
	return got;
}

/*
 * The same, and if the first one is at home it comes first. Who waits for that keeps
 * all that home asks for waiting: so not while a fork waits for what home asks for.
 */
static long hold_readable(struct mosix_pages *pg, u64 addr, u32 count,
			  struct page **pages)
{
	long got = hold_present(pg, addr, count, pages);
	int ret = 0;

	if (got < 0 && got != -EAGAIN) {
		ret = mosix_fetch_one(pg, addr >> PAGE_SHIFT, count);
		if (ret >= 0)	/* it may have come for somebody else */
			got = hold_present(pg, addr, count, pages);
	}
	if (got > 0)
		return got;
	if (got == -EAGAIN)
		schedule_timeout_idle(1);
	return got == -EAGAIN || ret == -EAGAIN ? -EAGAIN : -EFAULT;
}

/**
 * mosix_copy_ask - ask for copies of pages, or for as many more
 * @link: where
 * @like: header that has thread and number of the call
 * @addr: of the first page
 * @count: how many
 *
 * Return: 0, -ENOMEM, or the error that ended the link.
 * Context: process context.
 */
int mosix_copy_ask(struct mosix_link *link, const struct wire_header *like,
		   u64 addr, u32 count)
{
	struct mosix_msg *msg = mosix_fetch_msg(addr, count, 1);

	if (!msg)
		return -ENOMEM;
	msg->h.tid = like->tid;
	msg->h.id = like->id;
	return mosix_link_send(link, msg);
}

/**
 * mosix_copy_msg - an empty MSG_PAGES about the window of a call
 * @like: header that has thread and number of the call
 * @nr: number of the first page
 *
 * Return: the message, NULL when there is no memory.
 * Context: process context.
 */
struct mosix_msg *mosix_copy_msg(const struct wire_header *like,
				 unsigned long nr)
{
	struct mosix_msg *msg = mosix_serve_msg(nr);
	struct wire_pages *head;

	if (!msg)
		return NULL;
	head = (void *)msg->data;
	head->flags = cpu_to_le32(PAGES_COPY);
	msg->h.tid = like->tid;
	msg->h.id = like->id;
	return msg;
}

/* Pages that can be read go as one message; how many, or a negative errno. */
static long send_readable(struct mosix_pages *pg, struct mosix_link *link,
			  const struct mosix_msg *asked)
{
	const struct wire_page_req *req = (void *)asked->data;
	u64 addr = le64_to_cpu(req->addr);
	struct mosix_msg *msg = mosix_copy_msg(&asked->h, addr >> PAGE_SHIFT);
	long got = -EFAULT;

	if (!msg)
		return -ENOMEM;
	if (addr < TASK_SIZE_MAX)
		got = hold_readable(pg, addr, le32_to_cpu(req->count),
				    msg->pages);
	if (got <= 0) {
		mosix_msg_free(msg);
		return got;
	}
	mosix_serve_fill(msg, got);
	return mosix_link_send(link, msg) ?: got;
}

/**
 * mosix_copy_answer - home wants to read pages
 * @pg: page state of the body
 * @link: to home
 * @asked: MSG_PAGE_REQ, checked; it becomes a request for what is left
 *
 * Return: 0 when it is answered; -EAGAIN: what is left is to be answered later.
 * Context: process context, may wait for pages that are at home; the caller
 * holds the mm.
 */
int mosix_copy_answer(struct mosix_pages *pg, struct mosix_link *link,
		      struct mosix_msg *asked)
{
	struct wire_page_req *req = (void *)asked->data;
	u32 left = le32_to_cpu(req->count);
	long got = 0;

	while (left) {
		got = send_readable(pg, link, asked);
		if (got < 0)
			break;
		left -= got;
		le64_add_cpu(&req->addr, got * PAGE_SIZE);
		req->count = cpu_to_le32(left);
	}
	if (got == -EAGAIN)
		return got;
	if (got == -EFAULT)
		got = mosix_serve_none(link, &asked->h, le64_to_cpu(req->addr));
	if (got < 0)
		mosix_link_close(link, got);
	return 0;
}
