// SPDX-License-Identifier: GPL-2.0-only
/*
 * The memory of a process that is away becomes that of a child, too.
 *
 * Each half is copied by its node's own fork, and H with it. Both copies must be
 * of one moment: a page that was on its way between them would be in neither. So
 * from before the first copy, which is home's, until the second is made both ask
 * for nothing, home gives nothing, and no mapping changes. Whoever needs a page
 * meanwhile waits.
 *
 * The child's two halves find each other later (mosix_pages_join()): until then
 * whoever misses a page waits.
 */
#include "pages.h"

#include "inject.h"
#include "link.h"
#include "task.h"

#include <linux/mm.h>
#include <linux/mosix.h>
#include <linux/sched.h>

static bool is_quiet(struct mosix_pages *pg)
{
	struct mosix_flight *f;
	unsigned long nr;
	bool quiet = !pg->asking;

	mutex_lock(&pg->lock);
	xa_for_each(&pg->flight, nr, f)
		quiet &= f->state != FLIGHT_REQUESTED;
	mutex_unlock(&pg->lock);
	return quiet || READ_ONCE(pg->error);
}

/**
 * mosix_pages_fork_begin - no page is asked for from now on
 * @pg: page state of current's mm
 *
 * All that has come is in the page tables.
 *
 * Return: 0, -EINTR when killed, or why a page could not be put in place.
 * Context: the deputy, when nothing is pushed any more; before that the body.
 */
int mosix_pages_fork_begin(struct mosix_pages *pg)
{
	mutex_lock(&pg->lock);
	pg->forking = 1;
	mutex_unlock(&pg->lock);
	if (mosix_pages_await(pg, is_quiet))
		return -EINTR;
	return mosix_pages_install(pg, ULONG_MAX);
}

/**
 * mosix_pages_fork_end - the body has made its copy, or will not
 * @pg: page state
 *
 * Context: process context.
 */
void mosix_pages_fork_end(struct mosix_pages *pg)
{
	mutex_lock(&pg->lock);
	pg->forking = 0;
	mutex_unlock(&pg->lock);
	wake_up_all(&pg->wait);
}

/* Nobody changes @from: the page state is locked. */
static int copy_tree(struct maple_tree *to, struct maple_tree *from)
{
	MA_STATE(mas, from, 0, 0);
	void *entry;
	int ret = 0;

	do {
		mas_lock(&mas);
		entry = mas_find(&mas, ULONG_MAX);
		mas_pause(&mas);
		mas_unlock(&mas);
		if (entry)
			ret = mtree_store_range(to, mas.index, mas.last, entry,
						GFP_KERNEL);
	} while (entry && !ret);
	return ret;
}

/* What the copy does not have, or has empty: nothing of that is elsewhere. */
static int forget_uncopied(struct mosix_pages *pg, struct mm_struct *old)
{
	VMA_ITERATOR(vmi, old, 0);
	struct vm_area_struct *vma;
	int ret = 0;

	mmap_read_lock(old);
	for_each_vma(vmi, vma) {
		if (!(vma->vm_flags & (VM_DONTCOPY | VM_WIPEONFORK)))
			continue;
		ret = mtree_store_range(&pg->home, vma->vm_start >> PAGE_SHIFT,
					(vma->vm_end - 1) >> PAGE_SHIFT, NULL,
					GFP_KERNEL);
		if (ret)
			break;
	}
	mmap_read_unlock(old);
	return ret;
}

static int copy_state(struct mosix_pages *pg, struct mosix_pages *old)
{
	struct mosix_flight *f;
	unsigned long nr;
	int ret;

	lockdep_assert_held(&old->lock);
	xa_for_each(&old->flight, nr, f)
		if (f->state == FLIGHT_LANDED)
			return -EAGAIN;
	pg->side = old->side;
	pg->mapped = old->mapped;
	pg->begun = old->begun;
	pg->small = old->small;
	pg->follows = old->follows;
	ret = copy_tree(&pg->home, &old->home);
	return ret ?: copy_tree(&pg->kinds, &old->kinds);
}

/* By the kernel's own count. */
static bool is_data(const struct vm_area_struct *vma)
{
	return (vma->vm_flags & (VM_WRITE | VM_SHARED | VM_STACK |
				 VM_SHADOW_STACK)) == VM_WRITE;
}

/*
 * Scratch areas do not count in the size of an mm, and the kernel takes off what it does
 * not copy: so the copy would be too small by as much, or by more than it has.
 */
static void count_again(struct mm_struct *mm)
{
	VMA_ITERATOR(vmi, mm, 0);
	struct vm_area_struct *vma;
	unsigned long all = 0, data = 0;

	mmap_write_lock(mm);
	for_each_vma(vmi, vma) {
		all += vma_pages(vma);
		data += is_data(vma) ? vma_pages(vma) : 0;
	}
	WRITE_ONCE(mm->total_vm, all);
	mm->data_vm = data;
	mm->hiwater_vm = all;
	mmap_write_unlock(mm);
}

/**
 * mosix_pages_dup - hook: an mm with page state was copied
 * @mm: the copy
 * @old: what it is a copy of
 *
 * The state of the copy is for who makes the process, with a reference.
 *
 * Return: 0; -EAGAIN when that must not be now, -ENOMEM.
 * Context: fork; the copy has no user yet.
 */
int mosix_pages_dup(struct mm_struct *mm, struct mm_struct *old)
{
	struct mosix_task *mt = current->mosix;
	struct mosix_pages *pg;
	int ret;

	if (READ_ONCE(old->mosix->side) == PAGES_OFF)
		return 0;
	if (!mt || !mt->makes)
		return -EAGAIN;
	pg = mosix_inject_step(STEP_DUP) ? NULL : mosix_pages_new(mm);
	if (!pg)
		return -ENOMEM;
	mutex_lock(&old->mosix->lock);
	ret = copy_state(pg, old->mosix);
	mutex_unlock(&old->mosix->lock);
	ret = ret ?: forget_uncopied(pg, old);
	if (ret) {
		mosix_pages_put(pg);
		return ret;
	}
	count_again(mm);
	mm->mosix = pg;
	mosix_pages_get(pg);
	mosix_pages_put(*mt->makes);	/* of an attempt before */
	*mt->makes = pg;
	return 0;
}

/**
 * mosix_pages_join - the two halves of a child have found each other
 * @pg: page state that mosix_pages_dup() made
 * @link: to the other half; a reference is taken
 *
 * Context: process context.
 */
void mosix_pages_join(struct mosix_pages *pg, struct mosix_link *link)
{
	mutex_lock(&pg->lock);
	mosix_link_get(link);
	mosix_link_put(pg->link);
	pg->link = link;
	pg->committed = 1;
	mutex_unlock(&pg->lock);
	wake_up_all(&pg->wait);
}
