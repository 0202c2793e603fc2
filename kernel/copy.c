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

/* As many as can be read, with references; those that are at home come first. */
static long hold_readable(struct mm_struct *mm, u64 addr, u32 count,
			  struct page **pages)
{
	int locked = 1;
	long got;

	mmap_read_lock(mm);
	got = get_user_pages_remote(mm, addr, count, 0, pages, &locked);
	if (locked)
		mmap_read_unlock(mm);
	return got;
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

/**
 * mosix_copy_answer - home wants to read pages
 * @pg: page state of the body
 * @link: to home
 * @asked: MSG_PAGE_REQ, checked
 *
 * Context: process context, may wait for pages that are at home; the caller
 * holds the mm.
 */
void mosix_copy_answer(struct mosix_pages *pg, struct mosix_link *link,
		       const struct mosix_msg *asked)
{
	const struct wire_page_req *req = (void *)asked->data;
	u64 addr = le64_to_cpu(req->addr);
	u32 count = le32_to_cpu(req->count);
	struct mosix_msg *msg;
	long got = -EFAULT;
	int ret = -ENOMEM;

	msg = mosix_copy_msg(&asked->h, addr >> PAGE_SHIFT);
	if (msg) {
		if (addr < TASK_SIZE_MAX)
			got = hold_readable(pg->mm, addr, count, msg->pages);
		mosix_serve_fill(msg, max(got, 0L));
		ret = 0;
	}
	if (got > 0)
		ret = mosix_link_send(link, msg);
	else
		mosix_msg_free(msg);
	got = max(got, 0L);
	if (!ret && got < count)
		ret = mosix_serve_none(link, &asked->h,
				       addr + (u64)got * PAGE_SIZE);
	if (ret)
		mosix_link_close(link, ret);
}
