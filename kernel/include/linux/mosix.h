/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hooks called from upstream files. With CONFIG_MOSIX=n each is an empty
 * inline; with CONFIG_MOSIX=y a task or an mm that never moved pays one
 * predictable branch on its NULL pointer.
 */
#ifndef _LINUX_MOSIX_H
#define _LINUX_MOSIX_H

#include <linux/mm_types.h>
#include <linux/sched.h>
#include <uapi/linux/sched.h>

struct kernel_siginfo;
struct pt_regs;
struct restart_block;

/**
 * struct mosix_seen - what of a mapping is on another node, as smaps counts it
 * @resident: bytes
 * @referenced: bytes
 * @shared_clean: bytes; these four add up to @resident
 * @shared_dirty: bytes
 * @private_clean: bytes
 * @private_dirty: bytes
 * @swap: bytes
 * @pss: bytes by how many share them, shifted by PSS_SHIFT
 */
struct mosix_seen {
	unsigned long resident;
	unsigned long referenced;
	unsigned long shared_clean;
	unsigned long shared_dirty;
	unsigned long private_clean;
	unsigned long private_dirty;
	unsigned long swap;
	u64 pss;
};

#ifdef CONFIG_MOSIX

extern const struct file_operations mosix_proc_pid_fops;

void mosix_task_was_born(struct task_struct *p, u64 thread);
void mosix_task_freed(struct task_struct *p);
void mosix_task_exiting(struct task_struct *p, long code);
long mosix_syscall_enter(struct pt_regs *regs, long nr);
vm_fault_t mosix_pages_fault(struct vm_area_struct *vma, unsigned long address,
			     unsigned int flags);
int mosix_pages_pull(struct mm_struct *mm, unsigned long addr, size_t len);
struct page *mosix_pages_gup(struct mm_struct *mm, unsigned long addr,
			     unsigned int gup_flags);
bool mosix_pages_split(struct mm_struct *mm);
int mosix_pages_dup(struct mm_struct *mm, struct mm_struct *old);
void mosix_pages_exit(struct mm_struct *mm);
unsigned long mosix_pages_away(struct mm_struct *mm, int member);
bool mosix_look_sum(struct vm_area_struct *vma, unsigned long start,
		    struct mosix_seen *sum);
void mosix_look_map(struct mm_struct *mm, unsigned long start,
		    unsigned long end, u64 *entry);
bool mosix_task_runs_away(struct task_struct *p);
void mosix_signal_stopped(void);
void mosix_signal_continued(void);
void mosix_signal_masked(struct task_struct *p);
bool mosix_signal_dumps(const struct kernel_siginfo *info);
bool mosix_core_is_piped(void);
int mosix_exec_mmap(struct mm_struct *mm);
extern long (*const mosix_futex_restart)(struct restart_block *block);

typedef int (*mosix_attach_fn)(struct task_struct *p, long request,
			       unsigned long addr, unsigned long flags);
int mosix_task_trace(struct task_struct *p, long request, unsigned long addr,
		     unsigned long flags, mosix_attach_fn attach);

/* Fork: @p is a fresh copy of current and belongs to nobody yet. */
static inline void mosix_task_fork(struct task_struct *p)
{
	p->mosix = NULL;
}

/* It can be found from now on, and is about to run. */
static inline void mosix_task_born(struct task_struct *p, u64 clone_flags)
{
	if (unlikely(current->mosix))
		mosix_task_was_born(p, clone_flags & CLONE_THREAD);
}

/* The last reference of @p is gone, or its fork failed. */
static inline void mosix_task_free(struct task_struct *p)
{
	if (unlikely(p->mosix))
		mosix_task_freed(p);
}

/* Current exits and has PF_EXITING set; (A) pairs with mosix_task_ensure(). */
static inline void mosix_task_exit(struct task_struct *p, long code)
{
	smp_mb();	/* (A) */
	if (unlikely(p->mosix))
		mosix_task_exiting(p, code);
}

/* A new mm, perhaps a copy: page state is never shared. */
static inline void mosix_mm_init(struct mm_struct *mm)
{
	mm->mosix = NULL;
}

/* @mm has become a copy of @old; not 0: it must not. */
static inline int mosix_mm_dup(struct mm_struct *mm, struct mm_struct *old)
{
	return unlikely(old->mosix) ? mosix_pages_dup(mm, old) : 0;
}

/* The last user of @mm is gone. */
static inline void mosix_mm_exit(struct mm_struct *mm)
{
	if (unlikely(mm->mosix))
		mosix_pages_exit(mm);
}

/* A fault, before anything is filled in; 0 lets it go on. */
static inline vm_fault_t mosix_mm_fault(struct vm_area_struct *vma,
					unsigned long address,
					unsigned int flags)
{
	if (likely(!vma->vm_mm->mosix))
		return 0;
	return mosix_pages_fault(vma, address, flags);
}

/* True while some pages of @mm may be on another node. */
static inline bool mosix_mm_split(struct mm_struct *mm)
{
	return unlikely(mm->mosix) && mosix_pages_split(mm);
}

/* Pages of one kind that count as @mm's and are on another node. */
static inline unsigned long mosix_mm_away(struct mm_struct *mm, int member)
{
	return unlikely(mm->mosix) ? mosix_pages_away(mm, member) : 0;
}

/* What of a mapping, from @start on, is there: false nothing. */
static inline bool mosix_mm_sum(struct vm_area_struct *vma, unsigned long start,
				struct mosix_seen *sum)
{
	return unlikely(vma->vm_mm->mosix) && mosix_look_sum(vma, start, sum);
}

/* The same for the entries of a pagemap. */
static inline void mosix_mm_map(struct mm_struct *mm, unsigned long start,
				unsigned long end, u64 *entry)
{
	if (unlikely(mm->mosix))
		mosix_look_map(mm, start, end, entry);
}

static inline unsigned long mosix_mm_rss(struct mm_struct *mm)
{
	return mosix_mm_away(mm, MM_FILEPAGES) +
	       mosix_mm_away(mm, MM_ANONPAGES) +
	       mosix_mm_away(mm, MM_SHMEMPAGES);
}

/* Does @p run elsewhere, while what is here of it only waits for that? */
static inline bool mosix_task_runs(struct task_struct *p)
{
	return unlikely(p->mosix) && mosix_task_runs_away(p);
}

/* Fetch what is absent of a range, for a caller that cannot retry. */
static inline int mosix_mm_pull(struct mm_struct *mm, unsigned long addr,
				size_t len)
{
	if (likely(!mm->mosix))
		return 0;
	return mosix_pages_pull(mm, addr, len);
}

/*
 * A page that was away when it was asked for without a chance to wait: wait
 * for it, with the read lock of @mm dropped in between.
 */
static inline struct page *mosix_mm_page(struct mm_struct *mm,
					 unsigned long addr,
					 unsigned int gup_flags)
{
	return mosix_pages_gup(mm, addr, gup_flags);
}

/* Current wants to trace @p: that comes home first and stays there. */
#define mosix_ptrace mosix_task_trace

/* Current is about to sleep, stopped or frozen: no sleeping here. */
static inline void mosix_signal_stop(void)
{
	if (unlikely(current->mosix))
		mosix_signal_stopped();
}

static inline void mosix_signal_cont(void)
{
	if (unlikely(current->mosix))
		mosix_signal_continued();
}

/* The blocked mask of current changed. */
static inline void mosix_signal_mask(struct task_struct *p)
{
	if (unlikely(p->mosix))
		mosix_signal_masked(p);
}

/* Current is about to die of @info, with a core dump: true, not here. */
static inline bool mosix_signal_core(const struct kernel_siginfo *info)
{
	return unlikely(current->mosix) && mosix_signal_dumps(info);
}

#else /* !CONFIG_MOSIX */

static inline long mosix_syscall_enter(struct pt_regs *regs, long nr)
{
	return nr;
}

static inline vm_fault_t mosix_mm_fault(struct vm_area_struct *vma,
					unsigned long address,
					unsigned int flags)
{
	return 0;
}

static inline bool mosix_mm_split(struct mm_struct *mm)
{
	return false;
}

static inline unsigned long mosix_mm_away(struct mm_struct *mm, int member)
{
	return 0;
}

static inline bool mosix_mm_sum(struct vm_area_struct *vma, unsigned long start,
				struct mosix_seen *sum)
{
	return false;
}

static inline void mosix_mm_map(struct mm_struct *mm, unsigned long start,
				unsigned long end, u64 *entry)
{
}

static inline unsigned long mosix_mm_rss(struct mm_struct *mm)
{
	return 0;
}

static inline bool mosix_task_runs(struct task_struct *p)
{
	return false;
}

static inline int mosix_mm_pull(struct mm_struct *mm, unsigned long addr,
				size_t len)
{
	return 0;
}

static inline struct page *mosix_mm_page(struct mm_struct *mm,
					 unsigned long addr,
					 unsigned int gup_flags)
{
	return NULL;
}

/* The function is known when this is compiled: a plain call is left of it. */
#define mosix_ptrace(p, request, addr, flags, attach) \
	attach(p, request, addr, flags)

static inline void mosix_task_fork(struct task_struct *p) { }
static inline void mosix_task_born(struct task_struct *p, u64 clone_flags) { }
static inline void mosix_task_free(struct task_struct *p) { }
static inline void mosix_task_exit(struct task_struct *p, long code) { }
static inline void mosix_mm_init(struct mm_struct *mm) { }
static inline void mosix_mm_exit(struct mm_struct *mm) { }

static inline int mosix_mm_dup(struct mm_struct *mm, struct mm_struct *old)
{
	return 0;
}

static inline void mosix_signal_stop(void) { }
static inline void mosix_signal_cont(void) { }
static inline void mosix_signal_mask(struct task_struct *p) { }

static inline bool mosix_signal_core(const struct kernel_siginfo *info)
{
	return false;
}

#endif /* CONFIG_MOSIX */

#endif /* _LINUX_MOSIX_H */
