// SPDX-License-Identifier: GPL-2.0-only
/*
 * /proc/mosix/journal: the last rounds, with all that they were made from.
 *
 * Each round is some KiB of text, twice a second, with a line or two for each
 * process: so nothing is recorded before the administrator says how much memory
 * it may take (admin/journal_kib). The thread writes a round where nobody else
 * looks; when it is whole it is kept, and the oldest make room. A round is kept
 * or forgotten as a whole: half of one cannot be decided again.
 */
#include "recorder.h"

#include "journal.h"

#include "../kernel/param.h"
#include "../kernel/proc.h"

#include <linux/cleanup.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

/* A round is not kept that takes more than this part of all the memory. */
#define ROUND_PART	4

/**
 * struct kept - a round
 * @ref: the list and each reader that is at it hold one
 * @node: in the list of all, the oldest first
 * @number: counts rounds, from 1 on
 * @len: of @text
 * @text: lines of loadinfo/journal.c
 */
struct kept {
	struct kref ref;
	struct list_head node;
	u64 number;
	u32 len;
	char text[] __counted_by(len);
};

static DEFINE_SPINLOCK(lock);		/* protects the list */
static LIST_HEAD(rounds);

/* The thread's own: */
static u64 counted;			/* rounds that were ever kept */
static u64 held;			/* bytes of those that are */
static char *page;			/* where the present round is written */
static u32 room;			/* bytes of it */
static u32 used;			/* these are written */
static bool fits;			/* false: it has become too long */

static void kept_release(struct kref *ref)
{
	kvfree(container_of(ref, struct kept, ref));
}

static void kept_put(struct kept *kept)
{
	if (kept)
		kref_put(&kept->ref, kept_release);
}

static struct kept *take_oldest(void)
{
	struct kept *kept;

	guard(spinlock)(&lock);
	kept = list_first_entry_or_null(&rounds, struct kept, node);
	if (kept)
		list_del(&kept->node);
	return kept;
}

/* Forget the oldest until no more than @bytes are held. */
static void shrink(u64 bytes)
{
	struct kept *kept;

	while (held > bytes && (kept = take_oldest())) {
		held -= struct_size(kept, text, kept->len);
		kept_put(kept);
	}
}

static u64 bytes_allowed(void)
{
	return (u64)mosix_param(PARAM_JOURNAL_KIB) << 10;
}

/* As much memory as the administrator says by now. */
static void resize(void)
{
	u32 want = (u32)(bytes_allowed() / ROUND_PART);

	if (want == room)
		return;
	shrink(bytes_allowed());
	kvfree(page);
	page = want ? kvmalloc(want, GFP_KERNEL) : NULL;
	room = page ? want : 0;
}

static void write_line(void *arg, const char *text, u32 len)
{
	fits = fits && len <= room - used;
	if (!fits)
		return;
	memcpy(page + used, text, len);
	used += len;
}

static const struct lb_journal journal = { .line = write_line };

/**
 * mosix_recorder_begin() - a round begins
 * @view: what it is made from
 *
 * Context: The balancer's thread.
 */
void mosix_recorder_begin(const struct lb_view *view)
{
	resize();
	used = 0;
	fits = room;
	if (fits)
		lb_journal_round(&journal, view);
}

/**
 * mosix_recorder_proc() - a process was considered
 * @proc: the process
 * @found: what was decided about it
 *
 * Context: The balancer's thread.
 */
void mosix_recorder_proc(const struct lb_proc *proc,
			 const struct lb_decision *found)
{
	if (fits)
		lb_journal_proc(&journal, proc, found);
}

/**
 * mosix_recorder_end() - a round ends, and is kept
 * @best: what was decided
 *
 * Context: The balancer's thread.
 */
void mosix_recorder_end(const struct lb_decision *best)
{
	u64 allowed = bytes_allowed();
	struct kept *kept;
	u64 size;

	if (fits)
		lb_journal_best(&journal, best);
	size = struct_size(kept, text, used);
	if (!fits || size > allowed)
		return;
	shrink(allowed - size);
	kept = kvmalloc(size, GFP_KERNEL);
	if (!kept)
		return;
	kref_init(&kept->ref);
	kept->number = ++counted;
	kept->len = used;
	memcpy(kept->text, page, used);
	held += size;
	guard(spinlock)(&lock);
	list_add_tail(&kept->node, &rounds);
}

/* The first that is kept from @number on, referenced; NULL: there is none. */
static struct kept *find(u64 number)
{
	struct kept *kept;

	guard(spinlock)(&lock);
	list_for_each_entry(kept, &rounds, node) {
		if (kept->number < number)
			continue;
		kref_get(&kept->ref);
		return kept;
	}
	return NULL;
}

/* A position is the number of a round; who is slow misses some. */
static void *journal_start(struct seq_file *m, loff_t *pos)
{
	struct kept *kept = find(*pos);

	if (kept)
		*pos = kept->number;
	return kept;
}

static void *journal_next(struct seq_file *m, void *v, loff_t *pos)
{
	kept_put(v);
	++*pos;
	return journal_start(m, pos);
}

static void journal_stop(struct seq_file *m, void *v)
{
	kept_put(v);
}

static int journal_show(struct seq_file *m, void *v)
{
	const struct kept *kept = v;

	seq_write(m, kept->text, kept->len);
	return 0;
}

static const struct seq_operations journal_ops = {
	.start	= journal_start,
	.next	= journal_next,
	.stop	= journal_stop,
	.show	= journal_show,
};

/**
 * mosix_recorder_init() - make the file
 *
 * Return: 0, or -ENOMEM.
 * Context: Process context, once, when /proc/mosix is there.
 */
int mosix_recorder_init(void)
{
	return proc_create_seq("journal", 0400, mosix_proc_root(),
			       &journal_ops) ? 0 : -ENOMEM;
}
