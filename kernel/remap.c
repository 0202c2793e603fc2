// SPDX-License-Identifier: GPL-2.0-only
/*
 * A mapping gets another address (mremap): H and the pages on their way go
 * with it.
 *
 * Home moves first, and pages may leave from the new address as soon as its
 * answer is on the link. So the body's H changes as that answer is read, by
 * the link's receiver: what comes in front of it belongs to the old addresses,
 * what comes behind it to the new ones. The task that waits for the answer
 * would come too late.
 */
#include "pages.h"

#include <linux/mm.h>
#include <linux/slab.h>

static int move_tree(struct maple_tree *tree, unsigned long from,
		     unsigned long to, unsigned long count)
{
	MA_STATE(mas, tree, from, from + count - 1);
	unsigned long last = from + count - 1;
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

static int move_flight(struct mosix_pages *pg, unsigned long first,
		       unsigned long target, unsigned long count)
{
	struct mosix_flight *f, *was;
	unsigned long nr;
	int ret = 0;

	xa_for_each_range(&pg->flight, nr, f, first, first + count - 1) {
		if (ret)
			break;
		/* Nobody answers for the old address any more. */
		if (f->state != FLIGHT_LANDED) {
			mosix_pages_drop_flight(pg, nr, f);
			continue;
		}
		xa_erase(&pg->flight, nr);
		was = xa_store(&pg->flight, nr - first + target, f, GFP_KERNEL);
		ret = xa_err(was);
		/* What was on its way to what the mapping has replaced. */
		if (ret)
			was = f;
		if (was && was->page)
			put_page(was->page);
		kfree(was);
	}
	return ret;
}

static int move_all(struct mosix_pages *pg, u64 from, u64 to, u64 len)
{
	unsigned long first = from >> PAGE_SHIFT;
	unsigned long count = len >> PAGE_SHIFT;
	unsigned long target = to >> PAGE_SHIFT;
	int ret;

	mutex_lock(&pg->lock);
	ret = move_tree(&pg->home, first, target, count);
	ret = ret ?: move_tree(&pg->kinds, first, target, count);
	ret = ret ?: move_flight(pg, first, target, count);
	mutex_unlock(&pg->lock);
	return ret;
}

/**
 * mosix_pages_moved - a mapping got another address, or another length
 * @pg: page state
 * @move: what was asked for
 * @to: new address, not overlapping the old one unless it is the same
 *
 * Return: 0, -ENOMEM: H is not what it should be.
 * Context: process context, in a change of both ranges: no fault is under way.
 */
int mosix_pages_moved(struct mosix_pages *pg, const struct mosix_move_map *move,
		      u64 to)
{
	u64 old = PAGE_ALIGN(move->old), len = PAGE_ALIGN(move->len);
	u64 moved = min(old, len);
	int ret = 0;

	if (move->fixed)
		mosix_pages_forget(pg, to, len);
	if (to != move->from && moved)
		ret = move_all(pg, move->from, to, moved);
	if (old > len)
		mosix_pages_forget(pg, move->from + len, old - len);
	return ret;
}

/**
 * mosix_pages_will_move - home is about to be asked to move a mapping
 * @pg: page state of the body
 * @move: what is asked for; one at a time
 *
 * Context: the thread that asks, in a change of the range.
 */
void mosix_pages_will_move(struct mosix_pages *pg,
			   const struct mosix_move_map *move)
{
	mutex_lock(&pg->lock);
	pg->move = *move;
	mutex_unlock(&pg->lock);
}

/* Can that be the answer? A home may say anything. */
static bool may_move(const struct mosix_move_map *move, u64 to)
{
	u64 old = PAGE_ALIGN(move->old), len = PAGE_ALIGN(move->len);

	if (!len || !PAGE_ALIGNED(to) || !PAGE_ALIGNED(move->from) ||
	    len > TASK_SIZE_MAX || to > TASK_SIZE_MAX - len ||
	    old > TASK_SIZE_MAX || move->from > TASK_SIZE_MAX - old)
		return false;
	return to == move->from || to + len <= move->from ||
	       move->from + old <= to;
}

/**
 * mosix_pages_answered - home has answered a call
 * @pg: page state of the body
 * @tid: the thread that made it
 * @ret: the call's result
 *
 * Return: 0; -EPROTO for an address that it cannot be, -ENOMEM: the process cannot
 * go on.
 * Context: the link's receiver, before it reads on.
 */
int mosix_pages_answered(struct mosix_pages *pg, u32 tid, u64 ret)
{
	struct mosix_move_map move;

	if (READ_ONCE(pg->move.tid) != tid)
		return 0;
	mutex_lock(&pg->lock);
	move = pg->move;
	pg->move.tid = 0;
	mutex_unlock(&pg->lock);
	if (move.tid != tid || IS_ERR_VALUE((unsigned long)ret))
		return 0;
	if (!may_move(&move, ret))
		return -EPROTO;
	return mosix_pages_moved(pg, &move, ret);
}
