// SPDX-License-Identifier: GPL-2.0-only
/*
 * The large window of a call, at the body: what the call has written comes as
 * pages, page after page, and is copied to where the program wants it. As many
 * more are asked for as were copied. What comes before the window in its first
 * page, and behind it in its last one, is none of the call's.
 */
#include "bulk.h"

#include "../kernel/copy.h"
#include "../kernel/link.h"

#include <linux/highmem.h>
#include <linux/mm.h>
#include <linux/uaccess.h>

static int copy_out(struct page *page, u64 to, u32 offset, u32 len)
{
	unsigned long left;
	void *from;

	if (!page)
		return clear_user((void __user *)to, len) ? -EFAULT : 0;
	from = kmap_local_page(page);
	left = copy_to_user((void __user *)to, from + offset, len);
	kunmap_local(from);
	return left ? -EFAULT : 0;
}

/* What of the page at @addr is in the window. */
static int put_page_out(const struct wire_window *w, u64 addr, struct page *page)
{
	u64 start = max(addr, le64_to_cpu(w->addr));
	u64 end = min(addr + PAGE_SIZE,
		      le64_to_cpu(w->addr) + le32_to_cpu(w->len));

	if (start >= end)
		return -EPROTO;
	return copy_out(page, start, start - addr, end - start);
}

static int take_pages(struct mosix_pull *pull, const struct mosix_msg *part)
{
	const struct wire_pages *head = (void *)part->data;
	int ret = 0;
	u32 i;

	if (le64_to_cpu(head->addr) != pull->next || wire_step(head->step) != 1)
		return -EPROTO;
	for (i = 0; i < part->npages && !ret; i++) {
		ret = put_page_out(pull->window, pull->next, part->pages[i]);
		pull->next += PAGE_SIZE;
	}
	return ret;
}

/*
 * As many more as came, but none behind the window: there may be no address. What
 * home may send was asked for long before its end.
 */
static int ask_more(const struct mosix_pull *pull, struct mosix_link *link,
		    const struct mosix_msg *part)
{
	const struct wire_window *w = pull->window;
	u64 end = PAGE_ALIGN(le64_to_cpu(w->addr) + le32_to_cpu(w->len));
	u32 more = min_t(u64, part->npages, (end - pull->next) >> PAGE_SHIFT);

	return more ? mosix_copy_ask(link, &part->h, pull->next, more) : 0;
}

/* Where it fails it goes on asking, or home would wait for it. */
static void take(struct mosix_taker *taker, struct mosix_link *link,
		 struct mosix_msg *part)
{
	struct mosix_pull *pull = container_of(taker, struct mosix_pull, taker);

	if (!pull->error)
		pull->error = take_pages(pull, part);
	if (pull->error == -EPROTO || ask_more(pull, link, part))
		mosix_link_close(link, pull->error ?: -ENOMEM);
	mosix_msg_free(part);
}

/**
 * mosix_pull_begin - be ready for the bytes of a large window
 * @pull: filled in
 * @call: the call that is about to be sent; must last as long
 *
 * Return: false when it has no window that home writes apart.
 * Context: the body, in the call.
 */
bool mosix_pull_begin(struct mosix_pull *pull, const struct wire_call *call)
{
	u32 i;

	*pull = (struct mosix_pull){ .taker = { .take = take } };
	for (i = 0; i < le16_to_cpu(call->nwin); i++) {
		const struct wire_window *w = &call->win[i];

		if (le16_to_cpu(w->dir) != (WINDOW_BULK | WINDOW_OUT))
			continue;
		pull->window = w;
		pull->next = le64_to_cpu(w->addr) & PAGE_MASK;
		return true;
	}
	return false;
}
