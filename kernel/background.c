// SPDX-License-Identifier: GPL-2.0-only
/*
 * What goes on behind a process that is away: the pages that it has left at
 * home follow it (post-copy with a background push, after Hines and Gopalan),
 * so that it need not ask for each, and home gets its memory back; and pages
 * that have come are put in place, so that they count as its memory.
 *
 * A page that is asked for meanwhile waits behind little: the push queues its
 * next message when the one before has left, and the socket holds little that
 * is not sent (peer.c).
 *
 * A body that goes home must not leave a page behind on the way here. So the
 * push ends before its fence is answered: what was pushed is in front of that
 * answer on the link.
 */
#include "pages.h"

#include "early.h"
#include "link.h"
#include "strategy.h"
#include "walk.h"

#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>

enum {
	RUN_MAX		= 31,	/* pages in one message of the push: two full segments */
	KILLED_S	= 2,	/* so long its end may take for who is killed */
};

static bool is_wanted(struct mosix_pages *pg, struct mosix_link *link)
{
	return READ_ONCE(pg->pushing) && !READ_ONCE(link->error) &&
	       !READ_ONCE(link->closing);
}

/* As many pages from @nr on as can go; those that cannot are left behind. */
static void push_run(struct mosix_pages *pg, struct mosix_link *link,
		     unsigned long nr, u32 count)
{
	u32 sent;

	while (count && is_wanted(pg, link)) {
		wait_event_idle(link->wait, !READ_ONCE(link->queued) ||
				!is_wanted(pg, link));
		sent = mosix_serve_unasked(pg, link, nr, count);
		sent = max(sent, 1U);
		nr += sent;
		count -= sent;
	}
}

/* Pages from *nr on that H says are here; 0: none before @end. */
static u32 next_at_home(struct mosix_pages *pg, unsigned long *nr,
			unsigned long end)
{
	MA_STATE(mas, &pg->home, *nr, *nr);
	u32 count = 0;

	mutex_lock(&pg->lock);
	mas_lock(&mas);
	if (mas_find(&mas, end - 1)) {
		*nr = max(mas.index, *nr);
		count = min(min(mas.last, end - 1) - *nr + 1,
			    (unsigned long)RUN_MAX);
	}
	mas_unlock(&mas);
	mutex_unlock(&pg->lock);
	return count;
}

/* H has whole blocks: what was never populated goes, too, as zero pages. */
static void push_anon(struct mosix_pages *pg, struct mosix_link *link,
		      const struct mosix_span *span)
{
	unsigned long nr = span->start >> PAGE_SHIFT;
	unsigned long end = span->end >> PAGE_SHIFT;
	u32 count;

	while (nr < end && is_wanted(pg, link)) {
		count = next_at_home(pg, &nr, end);
		if (!count)
			return;
		push_run(pg, link, nr, count);
		nr += count;
		cond_resched();
	}
}

/* Of a file only what is in memory: all of it may be much more. */
static void push_file(struct mosix_pages *pg, struct mosix_link *link,
		      const struct mosix_span *span, struct mosix_batch *batch)
{
	unsigned long addr = span->start;
	u32 i, run;

	while (addr < span->end && is_wanted(pg, link)) {
		if (mosix_walk_populated(pg->mm, &addr, span->end, batch))
			return;
		for (i = 0; i < batch->count; i += run) {
			run = mosix_walk_run(batch, i, RUN_MAX);
			push_run(pg, link, batch->addr[i] >> PAGE_SHIFT, run);
		}
		cond_resched();
	}
}

/* How fast it goes tells of the link, unless most of it goes as bits. */
static void push_memory(struct mosix_pages *pg, struct mosix_link *link)
{
	u64 sent = READ_ONCE(link->sent), since_ns = ktime_get_ns();
	struct mosix_batch *batch = kmalloc(sizeof(*batch), GFP_KERNEL);
	struct mosix_span span = { .end = 0 };
	bool early = READ_ONCE(pg->early);

	/* Without memory they are fetched when they are touched. */
	if (!batch)
		return;
	while (is_wanted(pg, link) && mosix_walk_next(pg->mm, &span)) {
		if (!span.kind)
			push_anon(pg, link, &span);
		else if (span.kind > 0 && !(span.kind & VMA_SHARED))
			push_file(pg, link, &span, batch);
	}
	/* Stopped for a fork, it goes on. */
	if (early && is_wanted(pg, link))
		mosix_early_spent(pg, link);
	if (!early)
		mosix_strategy_measured(link->peer,
					READ_ONCE(link->sent) - sent,
					ktime_get_ns() - since_ns);
	kfree(batch);
}

static void push_work(struct work_struct *work)
{
	struct mosix_pages *pg = container_of(work, struct mosix_pages, push);
	struct mosix_link *link = NULL;

	mutex_lock(&pg->lock);
	if (pg->side == PAGES_HOME && !pg->error && pg->link) {
		link = pg->link;
		mosix_link_get(link);
	}
	mutex_unlock(&pg->lock);
	if (link && mmget_not_zero(pg->mm)) {
		push_memory(pg, link);
		mmput_async(pg->mm);
	}
	mosix_link_put(link);
	WRITE_ONCE(pg->pushes, 0);
	wake_up_all(&pg->wait);
	mosix_pages_put(pg);
}

static void install_work(struct work_struct *work)
{
	struct mosix_pages *pg = container_of(work, struct mosix_pages,
					      install);

	if (mmget_not_zero(pg->mm)) {
		mosix_pages_install_landed(pg);
		mmput_async(pg->mm);
	}
	mosix_pages_put(pg);
}

/**
 * mosix_background_init - prepare
 * @pg: new page state
 *
 * Context: any.
 */
void mosix_background_init(struct mosix_pages *pg)
{
	INIT_WORK(&pg->push, push_work);
	INIT_WORK(&pg->install, install_work);
}

/**
 * mosix_background_rest - send the rest of the memory after the body
 * @pg: page state of the home, committed
 *
 * Or not, by the strategy: then a page waits until it is touched.
 *
 * Context: process context; the deputy, before it serves a call that may fence.
 */
void mosix_background_rest(struct mosix_pages *pg)
{
	if (!pg->follows)
		return;
	WRITE_ONCE(pg->pushing, 1);
	WRITE_ONCE(pg->pushes, 1);
	mosix_pages_get(pg);
	if (!queue_work(system_unbound_wq, &pg->push))
		mosix_pages_put(pg);
}

/**
 * mosix_background_install - pages have landed that nobody waits for
 * @pg: page state of the body
 *
 * Context: the link's receiver.
 */
void mosix_background_install(struct mosix_pages *pg)
{
	mosix_pages_get(pg);
	if (!queue_work(system_unbound_wq, &pg->install))
		mosix_pages_put(pg);
}

/*
 * It may be in the middle of a message, over a wire that is cut, or to a peer that reads
 * little. Who is killed has no use for the link any more.
 */
static void await_push(struct mosix_pages *pg, struct mosix_link *link)
{
	if (!wait_event_killable(pg->wait, !READ_ONCE(pg->pushes)) ||
	    wait_event_idle_timeout(pg->wait, !READ_ONCE(pg->pushes),
				    KILLED_S * HZ))
		return;
	mosix_link_close(link, -EINTR);
}

/**
 * mosix_background_stop - nothing is pushed any more
 * @pg: page state of the home, NULL is fine
 *
 * What was pushed before is on the link, which ends if current is killed meanwhile.
 *
 * Context: process context, sleeps.
 */
void mosix_background_stop(struct mosix_pages *pg)
{
	struct mosix_link *link;

	/* Another deputy may wait for the end already. */
	if (!pg || (!READ_ONCE(pg->pushing) && !READ_ONCE(pg->pushes)))
		return;
	WRITE_ONCE(pg->pushing, 0);
	if (cancel_work(&pg->push)) {
		/* It had not begun. */
		WRITE_ONCE(pg->pushes, 0);
		mosix_pages_put(pg);
		return;
	}
	mutex_lock(&pg->lock);
	link = pg->link;
	if (link)
		mosix_link_get(link);
	mutex_unlock(&pg->lock);
	if (link) {
		wake_up_all(&link->wait);
		await_push(pg, link);
	}
	mosix_link_put(link);
	flush_work(&pg->push);
}
