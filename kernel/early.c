// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages that were sent while their process still ran at home (pre-copy, after
 * Theimer, Lantz and Cheriton), and may have been written to since.
 *
 * They change nothing of who has a page: all of them are in H when the process
 * leaves, and follow it. But one whose content is still what was sent travels as
 * a bit, "kept", in place of its bytes. Home tells by the content: it keeps a hash
 * of what it has sent, and when the page is out of its page tables, so that nobody
 * writes to it any more, it hashes that again. So it does not matter what happened
 * to the page in between: who wrote to it, or a device; fork, swap, a merge of same
 * pages or a huge one, another mapping at the same address. Nothing has to be
 * write-protected, and the process has no fault more than without it.
 *
 * The hash is a keyed BLAKE2s of 128 bits with a random key for each move: that a
 * page that differs is taken for the same is as likely as to guess such a number,
 * also for who writes the pages.
 *
 * Both sides forget an address when its page crosses, whether it was kept or not:
 * where home has a hash the body has the page. The link keeps the order. What home
 * says of one that the body does not have is a breach of the protocol.
 */
#include "early.h"

#include "link.h"
#include "pages.h"
#include "param.h"

#include <crypto/blake2s.h>
#include <linux/highmem.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/xarray.h>

enum { DIGEST = 16 };

/**
 * struct mosix_early - what home has sent early of a process
 * @mm: whose; grabbed
 * @left: pages that may be noted yet
 * @pages: page number to hash
 * @key: of the hash
 */
struct mosix_early {
	struct mm_struct *mm;
	u64 left;
	struct xarray pages;
	u8 key[BLAKE2S_KEY_SIZE];
};

/**
 * mosix_early_new - nothing was sent yet
 * @mm: of the process that is about to move
 * @most: so many pages are sent at most, as they were offered
 *
 * Return: the record, NULL when there is no memory.
 * Context: process context.
 */
struct mosix_early *mosix_early_new(struct mm_struct *mm, u64 most)
{
	struct mosix_early *early = kzalloc(sizeof(*early), GFP_KERNEL);

	if (!early)
		return NULL;
	mmgrab(mm);
	early->mm = mm;
	early->left = most;
	xa_init(&early->pages);
	get_random_bytes(early->key, sizeof(early->key));
	return early;
}

/**
 * mosix_early_free - nothing of it will be kept any more
 * @early: the record, NULL is fine
 *
 * Context: process context, sleeps.
 */
void mosix_early_free(struct mosix_early *early)
{
	unsigned long nr;
	void *digest;

	if (!early)
		return;
	xa_for_each(&early->pages, nr, digest) {
		kfree(digest);
		cond_resched();
	}
	xa_destroy(&early->pages);
	mmdrop(early->mm);
	kfree_sensitive(early);
}

static void hash(const struct mosix_early *early, struct page *page,
		 u8 digest[DIGEST])
{
	void *p = kmap_local_page(page);

	blake2s(digest, p, early->key, DIGEST, PAGE_SIZE, sizeof(early->key));
	kunmap_local(p);
}

/**
 * mosix_early_note - a page is about to be sent early
 * @early: record of home, used by nobody else yet
 * @nr: its number
 * @page: its content, a copy that nobody writes to
 *
 * Return: 1: send it; 0: it is what was sent last; -ENOSPC one more than was
 * offered; -ENOMEM.
 * Context: process context.
 */
int mosix_early_note(struct mosix_early *early, unsigned long nr,
		     struct page *page)
{
	u8 *old = xa_load(&early->pages, nr), now[DIGEST];
	int ret;

	hash(early, page, now);
	if (old) {
		if (!memcmp(old, now, DIGEST))
			return 0;
		memcpy(old, now, DIGEST);
		return 1;
	}
	if (!early->left)
		return -ENOSPC;
	old = kmemdup(now, DIGEST, GFP_KERNEL);
	if (!old)
		return -ENOMEM;
	ret = xa_err(xa_store(&early->pages, nr, old, GFP_KERNEL));
	if (ret) {
		kfree(old);
		return ret;
	}
	early->left--;
	return 1;
}

/**
 * mosix_early_adopt - the process leaves: what was sent early may be kept
 * @pg: page state of the home, not committed
 * @early: what was sent, consumed; NULL is fine
 * @link: where to
 *
 * With another program the memory is another one, too.
 *
 * Context: the departing task.
 */
void mosix_early_adopt(struct mosix_pages *pg, struct mosix_early *early,
		       struct mosix_link *link)
{
	if (!early)
		return;
	if (early->mm != pg->mm) {
		mosix_link_send_plain(link, MSG_SPENT, 0);
		mosix_early_free(early);
		return;
	}
	mutex_lock(&pg->lock);
	pg->early = early;
	mutex_unlock(&pg->lock);
}

static void drop(struct mosix_early *early, unsigned long nr, u32 count)
{
	u32 i;

	for (i = 0; i < count; i++)
		kfree(xa_erase(&early->pages, nr + i));
}

/**
 * mosix_early_drop - pages cross with their content
 * @pg: page state, locked
 * @nr: number of the first one
 * @count: how many follow each other
 *
 * Context: @pg->lock held.
 */
void mosix_early_drop(struct mosix_pages *pg, unsigned long nr, u32 count)
{
	lockdep_assert_held(&pg->lock);
	if (pg->early)
		drop(pg->early, nr, count);
}

static bool is_kept(struct mosix_early *early, unsigned long nr,
		    struct page *page)
{
	const u8 *sent = early ? xa_load(&early->pages, nr) : NULL;
	u8 now[DIGEST];

	if (!sent)
		return false;
	hash(early, page, now);
	return !memcmp(sent, now, DIGEST);
}

/**
 * mosix_early_fill - as mosix_serve_fill(), but what the peer has goes as a bit
 * @pg: page state
 * @nr: number of the first page
 * @msg: the message; @count more entries of its pages are set, references held
 * @count: how many
 *
 * Context: process context; the pages are in no page table any more.
 */
void mosix_early_fill(struct mosix_pages *pg, unsigned long nr,
		      struct mosix_msg *msg, u32 count)
{
	struct wire_pages *head = (void *)msg->data;
	struct page *page;
	u32 i;

	mutex_lock(&pg->lock);
	for (i = 0; i < count; i++) {
		page = msg->pages[msg->npages];
		if (!is_kept(pg->early, nr + i, page)) {
			mosix_serve_fill(msg, 1);
			continue;
		}
		put_page(page);
		msg->pages[msg->npages] = NULL;
		head->kept |= cpu_to_le32(BIT(msg->npages++));
		head->count = cpu_to_le32(msg->npages);
		pg->kept_nr++;
	}
	mosix_early_drop(pg, nr, count);
	mutex_unlock(&pg->lock);
}

/**
 * mosix_early_spent - all has crossed that was here: the rest is not needed
 * @pg: page state of the home
 * @link: to the body
 *
 * What was unmapped since it was sent never crosses: the body gives it back.
 *
 * Context: process context; the caller holds the mm.
 */
void mosix_early_spent(struct mosix_pages *pg, struct mosix_link *link)
{
	struct mosix_msg *msg = mosix_msg_new(MSG_SPENT, 0);
	struct mosix_early *early;

	if (!msg)
		return;		/* it keeps them, and may be told to use them */
	/*
	 * Pages are taken out, and put on the link, under this lock; who has it
	 * does not touch the socket.
	 */
	mmap_write_lock(pg->mm);
	mutex_lock(&pg->lock);
	early = pg->early;
	pg->early = NULL;
	mutex_unlock(&pg->lock);
	if (early)
		mosix_link_send(link, msg);
	else
		mosix_msg_free(msg);
	mmap_write_unlock(pg->mm);
	mosix_early_free(early);
}

/* Not so much that this node has none left. */
static int has_room(void)
{
	u64 left = mosix_param(PARAM_RESERVE_KIB) >> (PAGE_SHIFT - 10);

	return si_mem_available() > 0 && (u64)si_mem_available() > left ?
	       0 : -ENOMEM;
}

/* In place of what was sent of it before, or one more, up to what was offered. */
static int keep_one(struct mosix_pages *pg, unsigned long nr,
		    struct page **page)
{
	struct page *old;

	if (pg->early_nr >= pg->early_max && !xa_load(&pg->kept, nr))
		return -EDQUOT;
	old = xa_store(&pg->kept, nr, *page, GFP_KERNEL);
	if (xa_is_err(old))
		return xa_err(old);
	*page = NULL;
	if (old)
		put_page(old);
	else
		pg->early_nr++;
	return 0;
}

/**
 * mosix_early_keep - pages came whose process still runs at home
 * @pg: page state of a body that is not built yet
 * @msg: MSG_PAGES with PAGES_EARLY, checked; pages are taken out of it
 *
 * Return: 0; -EPROTO not now, -EDQUOT more than was offered, -ENOMEM: each ends
 * the link, and with it the move; the process goes on at home.
 * Context: the link's receiver.
 */
int mosix_early_keep(struct mosix_pages *pg, struct mosix_msg *msg)
{
	const struct wire_pages *head = (void *)msg->data;
	unsigned long nr = le64_to_cpu(head->addr) >> PAGE_SHIFT;
	int ret = 0;
	u32 i;

	mutex_lock(&pg->lock);
	/* H comes with the image, and is not empty: there is a stack. */
	if (pg->side != PAGES_BODY || pg->mapped || !mtree_empty(&pg->home))
		ret = -EPROTO;
	ret = ret ?: has_room();
	for (i = 0; i < msg->npages && !ret; i++)
		ret = keep_one(pg, nr + i, &msg->pages[i]);
	mutex_unlock(&pg->lock);
	return ret;
}

/**
 * mosix_early_take - a message with pages has come: put in what is kept of them
 * @pg: page state, locked
 * @msg: MSG_PAGES, checked
 *
 * Return: 0, -EPROTO: one is to be kept that never came.
 * Context: the link's receiver, @pg->lock held.
 */
int mosix_early_take(struct mosix_pages *pg, struct mosix_msg *msg)
{
	const struct wire_pages *head = (void *)msg->data;
	unsigned long nr = le64_to_cpu(head->addr) >> PAGE_SHIFT;
	u32 kept = le32_to_cpu(head->kept), i;
	long step = wire_step(head->step);
	struct page *page;

	lockdep_assert_held(&pg->lock);
	if (xa_empty(&pg->kept))
		return kept ? -EPROTO : 0;
	for (i = 0; i < msg->npages; i++) {
		page = xa_erase(&pg->kept, nr + i * step);
		if (kept & BIT(i)) {
			if (!page)
				return -EPROTO;
			msg->pages[i] = page;
		} else if (page) {
			put_page(page);
		}
	}
	return 0;
}

/**
 * mosix_early_forget - give back what came early and was not kept
 * @pg: page state, locked
 *
 * Context: @pg->lock held.
 */
void mosix_early_forget(struct mosix_pages *pg)
{
	unsigned long nr;
	struct page *page;

	lockdep_assert_held(&pg->lock);
	xa_for_each(&pg->kept, nr, page) {
		put_page(page);
		cond_resched();
	}
	xa_destroy(&pg->kept);
	pg->early_nr = 0;
}
