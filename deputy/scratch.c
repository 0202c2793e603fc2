// SPDX-License-Identifier: GPL-2.0-only
/*
 * Scratch windows: where a deputy carries out a call whose memory travels with
 * it.
 *
 * The call's pages are the body's and stay there. A call with windows describes
 * every pointer that it takes, so the deputy lets it work on an area of its
 * own: what came along is copied there, the arguments are turned to it, and
 * what the call wrote is sent from there. Another thread, or who looks at the
 * process's memory, never sees it in place of the real pages.
 *
 * Each thread has one area, made when it is first needed and kept until the
 * process is whole again. It is no part of the process: not governed by the
 * rule of single copies, not copied by fork, not counted in its limits. Its
 * address is one that is free at home, far from where programs map what they
 * have; if one maps something over it all the same, another one is made.
 *
 * A window keeps its place within its page: what a driver asks of a buffer's
 * alignment holds for the window as for the buffer.
 */
#include "deputy.h"

#include "bulk.h"
#include "syscall.h"

#include <linux/mm.h>
#include <linux/restart_block.h>
#include <linux/sched/signal.h>
#include <linux/sizes.h>
#include <linux/uaccess.h>

#include <asm/unistd.h>

enum {
	SCRATCH_SIZE = WIRE_WINDOW_BYTES_MAX +
		       (WIRE_WINDOWS_MAX + 1) * WIRE_PAGE_SIZE,
};

static_assert(SCRATCH_SIZE % WIRE_PAGE_SIZE == 0);

/*
 * Between what programs have at the bottom of an address space and what they
 * have at its top. Next to that they may use again what they have unmapped.
 */
#define SCRATCH_HINT (DEFAULT_MAP_WINDOW / 8 * 3 & PAGE_MASK)

/* Above them, for as long as a call lasts, the large windows. */
#define BULK_SIZE_MAX (4 * (unsigned long)SZ_1G)
#define BULK_HINT (DEFAULT_MAP_WINDOW / 2 & PAGE_MASK)

#define SCRATCH_FLAGS (VM_READ | VM_WRITE | VM_MAYREAD | VM_MAYWRITE | \
		       VM_DONTCOPY | VM_DONTDUMP)

static const struct vm_special_mapping scratch_mapping;

static vm_fault_t scratch_fault(const struct vm_special_mapping *sm,
				struct vm_area_struct *vma,
				struct vm_fault *vmf)
{
	vmf->page = alloc_page(GFP_HIGHUSER_MOVABLE | __GFP_ZERO);
	return vmf->page ? 0 : VM_FAULT_OOM;
}

/*
 * What the mapping adds to the process's size is taken off again. What is shared is no
 * data for the kernel.
 */
static void scratch_count(struct mm_struct *mm, long pages,
			  const struct vm_special_mapping *mapping)
{
	WRITE_ONCE(mm->total_vm, mm->total_vm + pages);
	if (mapping == &scratch_mapping)
		mm->data_vm += pages;
}

/**
 * mosix_scratch_close - a mapping that is no part of the process goes
 * @sm: what kind of
 * @vma: the mapping
 *
 * Context: mmap_lock held for writing.
 */
void mosix_scratch_close(const struct vm_special_mapping *sm,
			 struct vm_area_struct *vma)
{
	scratch_count(vma->vm_mm, vma_pages(vma), sm);
}

static const struct vm_special_mapping scratch_mapping = {
	.name	= "[mosix]",
	.fault	= scratch_fault,
	.close	= mosix_scratch_close,
};

static bool is_there(unsigned long addr, unsigned long size,
		     const struct vm_special_mapping *mapping)
{
	struct vm_area_struct *vma;
	bool there;

	mmap_read_lock(current->mm);
	vma = addr ? vma_lookup(current->mm, addr) : NULL;
	there = vma && vma->vm_start == addr && vma->vm_end == addr + size &&
		vma_is_special_mapping(vma, mapping) &&
		(vma->vm_flags & SCRATCH_FLAGS) == SCRATCH_FLAGS;
	mmap_read_unlock(current->mm);
	return there;
}

/* Ours is new; who else has that address lost its own. */
static void remember(struct mosix_task *mt, unsigned long addr)
{
	struct mosix_task *other;

	spin_lock(&mt->proc->lock);
	list_for_each_entry(other, &mt->proc->threads, node)
		if (other->scratch == addr)
			other->scratch = 0;
	mt->scratch = addr;
	spin_unlock(&mt->proc->lock);
}

/* For each thread another: of a place that is taken the hint is void. */
static unsigned long hint_for(const struct mosix_task *mt,
			      const struct vm_special_mapping *mapping)
{
	unsigned long n = mt->tid % 4096;

	return mapping == &scratch_mapping ? SCRATCH_HINT + n * SCRATCH_SIZE :
					     BULK_HINT + n * BULK_SIZE_MAX;
}

/*
 * The kernel's own accesses write to its pages, not to copies of them; and pages
 * that came can be put there by their number.
 */
static unsigned long flags_for(const struct vm_special_mapping *mapping)
{
	if (mapping == &scratch_mapping)
		return SCRATCH_FLAGS;
	return SCRATCH_FLAGS | VM_SHARED | VM_MAYSHARE | VM_MIXEDMAP;
}

/**
 * mosix_scratch_map - a mapping for a call that is no part of the process
 * @mt: record of the deputy
 * @size: bytes, whole pages
 * @mapping: what kind of
 *
 * Return: its address, or a negative errno.
 * Context: the deputy.
 */
unsigned long mosix_scratch_map(struct mosix_task *mt, unsigned long size,
				const struct vm_special_mapping *mapping)
{
	struct mm_struct *mm = current->mm;
	struct vm_area_struct *vma;
	unsigned long addr;

	if (mmap_write_lock_killable(mm))
		return -EINTR;
	addr = get_unmapped_area(NULL, hint_for(mt, mapping), size, 0, 0);
	if (!IS_ERR_VALUE(addr)) {
		vma = _install_special_mapping(mm, addr, size,
					       flags_for(mapping), mapping);
		if (IS_ERR(vma))
			addr = PTR_ERR(vma);
		else
			scratch_count(mm, -(long)(size / WIRE_PAGE_SIZE),
				      mapping);
	}
	mmap_write_unlock(mm);
	return addr;
}

static bool make(struct mosix_task *mt)
{
	unsigned long addr = mosix_scratch_map(mt, SCRATCH_SIZE,
					       &scratch_mapping);

	if (IS_ERR_VALUE(addr))
		return false;
	remember(mt, addr);
	return true;
}

static void count_locked(long pages, const struct vm_special_mapping *mapping)
{
	mmap_write_lock(current->mm);
	scratch_count(current->mm, pages, mapping);
	mmap_write_unlock(current->mm);
}

/**
 * mosix_scratch_unmap - such a mapping is not needed any more
 * @addr: as mosix_scratch_map() returned it; it may be another's by now
 * @size: as given to it
 * @mapping: as given to it
 *
 * Context: the deputy.
 */
void mosix_scratch_unmap(unsigned long addr, unsigned long size,
			 const struct vm_special_mapping *mapping)
{
	const long pages = size / WIRE_PAGE_SIZE;

	if (!addr || !is_there(addr, size, mapping))
		return;
	/* The kernel subtracts first; small processes have less. */
	count_locked(pages, mapping);
	vm_munmap(addr, size);
	count_locked(-pages, mapping);
}

static void unmap(unsigned long addr)
{
	mosix_scratch_unmap(addr, SCRATCH_SIZE, &scratch_mapping);
}

/**
 * mosix_scratch_end - a thread needs no scratch area any more
 * @mt: record of current
 *
 * Context: the deputy.
 */
void mosix_scratch_end(struct mosix_task *mt)
{
	unmap(mt->scratch);
	mt->scratch = 0;
}

static unsigned long overlapping(struct mosix_proc *proc, u64 start, u64 len)
{
	unsigned long found = 0;
	struct mosix_task *mt;

	spin_lock(&proc->lock);
	list_for_each_entry(mt, &proc->threads, node)
		if (mt->scratch && mt->scratch < start + len &&
		    start < mt->scratch + SCRATCH_SIZE) {
			found = mt->scratch;
			mt->scratch = 0;
			break;
		}
	spin_unlock(&proc->lock);
	return found;
}

/**
 * mosix_scratch_clear - the program is about to map, or unmap, a range
 * @mt: record of the deputy
 * @start: its address
 * @len: bytes
 *
 * A scratch area cannot be unmapped in part: the call would fail.
 *
 * Context: the deputy, before the call.
 */
void mosix_scratch_clear(struct mosix_task *mt, u64 start, u64 len)
{
	unsigned long addr;

	while ((addr = overlapping(mt->proc, start, len)))
		unmap(addr);
}

/* Which bytes of a window, once written, may be older than the call? */
static bool may_be_stale(const struct wire_call *call, u32 i)
{
	const struct mosix_call_desc *desc =
		mosix_call_find(le64_to_cpu(call->nr));
	u32 k;

	for (k = 0; desc && k < MOSIX_CALL_WINDOWS; k++)
		if (desc->win[k].arg == le16_to_cpu(call->win[i].arg) &&
		    (desc->win[k].dir & MOSIX_WIN_OUT))
			return desc->win[k].back != MOSIX_BACK_RET;
	return true;
}

static int fill_window(const struct wire_call *call, u32 i, u64 at,
		       const u8 **from)
{
	void __user *to = (void __user *)at;
	u32 len = le32_to_cpu(call->win[i].len);

	if (!(le16_to_cpu(call->win[i].dir) & WINDOW_IN)) {
		/* What a result counts was written; of the rest send zeros. */
		if (may_be_stale(call, i) && clear_user(to, len))
			return -EFAULT;
		return 0;
	}
	if (copy_to_user(to, *from, len))
		return -EFAULT;
	*from += len;
	return 0;
}

/* The first address from @at on that is as far in its page as @addr. */
static u64 place(u64 at, u64 addr)
{
	u64 offset = addr & (WIRE_PAGE_SIZE - 1);

	at += (offset - at) & (WIRE_PAGE_SIZE - 1);
	return at;
}

/* @large: address of the large window */
static int fill(struct mosix_task *mt, const struct wire_call *call,
		struct mosix_scratch *s, u64 large)
{
	const u8 *from = (const u8 *)(call + 1);
	u64 at = mt->scratch;
	u32 i;

	for (i = 0; i < le16_to_cpu(call->nwin); i++) {
		const struct wire_window *w = &call->win[i];

		if (le16_to_cpu(w->dir) & WINDOW_BULK) {
			s->at[i] = large;
		} else {
			at = place(at, le64_to_cpu(w->addr));
			if (fill_window(call, i, at, &from))
				return -EFAULT;
			s->at[i] = at;
			at += le32_to_cpu(w->len);
		}
		s->args[le16_to_cpu(w->arg)] = s->at[i];
	}
	return 0;
}

static bool has_area(struct mosix_task *mt)
{
	return is_there(mt->scratch, SCRATCH_SIZE, &scratch_mapping) || make(mt);
}

/**
 * mosix_scratch_begin - prepare the memory of a call
 * @mt: record of the deputy
 * @msg: MSG_CALL, checked
 * @s: receives the arguments to make it with
 *
 * Without an area the call is made with its own addresses: its faults fetch the
 * pages, which is slower and always right. mosix_bulk_end() must follow.
 *
 * Context: the deputy.
 */
void mosix_scratch_begin(struct mosix_task *mt, const struct mosix_msg *msg,
			 struct mosix_scratch *s)
{
	const struct wire_call *call = (void *)msg->data;
	u64 large;

	s->count = 0;
	if (call->nwin && has_area(mt) && !mosix_bulk_begin(mt, msg, &large))
		s->count = le16_to_cpu(call->nwin);
	mosix_call_args(s->args, call);
	if (!s->count || !fill(mt, call, s, large))
		return;
	mosix_bulk_end(mt);
	s->count = 0;
	mosix_call_args(s->args, call);
}

static u64 real_address(const struct wire_call *call,
			const struct mosix_scratch *s, u64 addr)
{
	u32 i;

	for (i = 0; i < s->count; i++)
		if (addr - s->at[i] < le32_to_cpu(call->win[i].len))
			return le64_to_cpu(call->win[i].addr) +
			       (addr - s->at[i]);
	return addr;
}

/**
 * mosix_scratch_restart - a call that is gone on with later keeps no window
 * @call: the call
 * @s: how it was made
 * @ret: its result
 *
 * The restart block remembers a pointer: turn it to the process's own memory,
 * since going on has no windows.
 *
 * Context: the deputy, after the call.
 */
void mosix_scratch_restart(const struct wire_call *call,
			   const struct mosix_scratch *s, long ret)
{
	struct restart_block *block = &current->restart_block;

	if (ret != -ERESTART_RESTARTBLOCK)
		return;
	switch (le64_to_cpu(call->nr)) {
	case __NR_nanosleep:
	case __NR_clock_nanosleep:
		if (block->nanosleep.type == TT_NATIVE)
			block->nanosleep.rmtp = (void __user *)
				real_address(call, s, (unsigned long)
					     block->nanosleep.rmtp);
		break;
	case __NR_poll:
		block->poll.ufds = (void __user *)
			real_address(call, s, (unsigned long)block->poll.ufds);
		break;
	}
}
