// SPDX-License-Identifier: GPL-2.0-only
/*
 * One predicate and one name for each reason to stay. All are looked at
 * again each time somebody asks, so a reason goes when its cause goes.
 */
#include "stay.h"

#include "task.h"

#include <linux/cpumask.h>
#include <linux/dcache.h>
#include <linux/delay.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/ptrace.h>
#include <linux/pkeys.h>
#include <linux/sched/coredump.h>
#include <linux/sched/mm.h>
#include <linux/sched/rt.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/userfaultfd_k.h>

#include <asm/cpufeature.h>
#include <asm/fpu/xstate.h>

static_assert(STAY_REASONS <= 64);	/* they are bits of a u64 */

/*
 * Each mapping of shared memory is compared with all others of its file, of which a
 * process can have tens of thousands. Who looks, the balancer among others, would be at
 * it for minutes: memory in more mappings than this stays.
 */
enum { ALONE_MAX = 256 };

enum { LOCK_TRIES = 10 };	/* a millisecond apart */

static const char *const names[STAY_REASONS] = {
	[STAY_KERNEL]		= "kernel thread",
	[STAY_INIT]		= "init process",
	[STAY_EXITING]		= "exiting",
	[STAY_SHARED_MM]	= "memory shared with another process (CLONE_VM)",
	[STAY_VFORK]		= "vfork child before exec",
	[STAY_SHARED]		= "writable shared mapping",
	[STAY_DEVICE]		= "device mapping",
	[STAY_HUGETLB]		= "hugetlb mapping",
	[STAY_USERFAULTFD]	= "userfaultfd",
	[STAY_AIO]		= "asynchronous I/O context",
	[STAY_IO_URING]		= "io_uring",
	[STAY_REALTIME]		= "real-time scheduling",
	[STAY_32BIT]		= "32-bit program",
	[STAY_LDT]		= "local descriptor table or segment register",
	[STAY_PORTS]		= "I/O port permissions",
	[STAY_TRACED]		= "traced",
	[STAY_PRIVATE]		= "private memory (not dumpable)",
	[STAY_XSAVE]		= "CPU without XSAVE",
	[STAY_AFFINITY]		= "CPU affinity",
	[STAY_PKEYS]		= "memory protection keys",
	[STAY_DISPATCH]		= "syscall user dispatch",
	[STAY_TSC]		= "TSC or CPUID disabled",
	[STAY_SHADOW_STACK]	= "shadow stack",
	[STAY_UPROBES]		= "uprobes",
	[STAY_HIGH]		= "addresses above 2^47",
	[STAY_PERMIT]		= "CPU state by permission (AMX)",
	[STAY_BUSY]		= "mappings being changed",
};

/**
 * mosix_stay_name - a reason in words
 * @reason: enum mosix_stay
 *
 * Return: a constant string.
 * Context: any.
 */
const char *mosix_stay_name(enum mosix_stay reason)
{
	return (u32)reason < STAY_REASONS ? names[reason] : "?";
}

/**
 * mosix_stay_passes - will these reasons go by themselves, and soon?
 * @why: bits of enum mosix_stay
 *
 * Between vfork and exec a child borrows the memory: that is waited for a
 * little instead of being called a reason. So are mappings that are being changed.
 *
 * Return: true when there are some and all of them will.
 * Context: any.
 */
bool mosix_stay_passes(u64 why)
{
	return why && !(why & ~(BIT_ULL(STAY_SHARED_MM) | BIT_ULL(STAY_VFORK) |
				BIT_ULL(STAY_BUSY)));
}

/* Does this mapping have a page of its file that another one has, too? */
static bool overlaps(struct vm_area_struct *a, struct vm_area_struct *b)
{
	return a->vm_pgoff < b->vm_pgoff + vma_pages(b) &&
	       b->vm_pgoff < a->vm_pgoff + vma_pages(a);
}

/*
 * Shared memory without a name that only this process has, each page once: as
 * long as it does not fork that is private memory. Each mapping holds the file,
 * and the file its entry; who else holds one of them may map it.
 */
static bool is_alone(struct vm_area_struct *vma)
{
	struct address_space *mapping = vma->vm_file->f_mapping;
	struct vm_area_struct *other;
	bool alone = true;
	long n = 0;

	if (d_count(vma->vm_file->f_path.dentry) != 1 ||
	    mapping->host->i_nlink || file_count(vma->vm_file) > ALONE_MAX)
		return false;
	i_mmap_lock_read(mapping);
	vma_interval_tree_foreach(other, &mapping->i_mmap, 0, ULONG_MAX) {
		n++;
		if (other != vma &&
		    (other->vm_mm != vma->vm_mm || overlaps(other, vma)))
			alone = false;
	}
	i_mmap_unlock_read(mapping);
	return alone && file_count(vma->vm_file) == n;
}

static bool is_shared(struct vm_area_struct *vma)
{
	return (vma->vm_flags & VM_SHARED) && (vma->vm_flags & VM_MAYWRITE) &&
	       !(vma_is_anon_shmem(vma) && is_alone(vma));
}

static u64 vma_reasons(struct vm_area_struct *vma)
{
	u64 why = 0;

	if (vma->vm_flags & VM_HUGETLB)
		why |= BIT_ULL(STAY_HUGETLB);
	if (vma_pkey(vma))
		why |= BIT_ULL(STAY_PKEYS);
	if (userfaultfd_armed(vma))
		why |= BIT_ULL(STAY_USERFAULTFD);
	/* vvar and vdso are special mappings: no file, a vm_ops of their own */
	if ((vma->vm_flags & (VM_IO | VM_PFNMAP)) && vma->vm_file)
		why |= BIT_ULL(STAY_DEVICE);
	if (is_shared(vma))
		why |= BIT_ULL(STAY_SHARED);
	/* Five levels of page tables, and only for who names such an address. */
	if (vma->vm_end > DEFAULT_MAP_WINDOW)
		why |= BIT_ULL(STAY_HIGH);
	return why;
}

/* Only looked for when the count of users says that there may be one. */
static bool mm_has_other_process(struct task_struct *p, struct mm_struct *mm)
{
	struct task_struct *other;
	bool found = false;

	rcu_read_lock();
	for_each_process(other) {
		if (!same_thread_group(other, p) &&
		    READ_ONCE(other->mm) == mm) {
			found = true;
			break;
		}
	}
	rcu_read_unlock();
	return found;
}

/*
 * Who maps a file of a server that does not answer holds the lock until it does. The
 * balancer must not wait for that: the others would take this node for dead.
 */
static bool lock_mappings(struct mm_struct *mm)
{
	u32 tries;

	if (!(current->flags & PF_KTHREAD))
		return !mmap_read_lock_killable(mm);
	for (tries = 0; tries < LOCK_TRIES; tries++) {
		if (mmap_read_trylock(mm))
			return true;
		fsleep(1000);
	}
	return false;
}

static u64 mm_reasons(struct task_struct *p, struct mm_struct *mm)
{
	VMA_ITERATOR(vmi, mm, 0);
	struct vm_area_struct *vma;
	u64 why = 0;

	if (!lock_mappings(mm))
		return BIT_ULL(STAY_BUSY);
	for_each_vma(vmi, vma)
		why |= vma_reasons(vma);
	mmap_read_unlock(mm);
	/*
	 * A set-user-ID program, or a keeper of secrets: whoever has its memory
	 * can be what it is, and the host's root would have it.
	 */
	if (get_dumpable(mm) != SUID_DUMP_USER)
		why |= BIT_ULL(STAY_PRIVATE);
	if (test_bit(MMF_HAS_UPROBES, &mm->flags))
		why |= BIT_ULL(STAY_UPROBES);
#ifdef CONFIG_AIO
	if (rcu_access_pointer(mm->ioctx_table))
		why |= BIT_ULL(STAY_AIO);
#endif
#ifdef CONFIG_MODIFY_LDT_SYSCALL
	if (READ_ONCE(mm->context.ldt))
		why |= BIT_ULL(STAY_LDT);
#endif
	if (atomic_read(&mm->mm_users) > 1 && mm_has_other_process(p, mm))
		why |= BIT_ULL(STAY_SHARED_MM);
	return why;
}

static u64 cpu_reasons(struct task_struct *p)
{
	u64 why = 0;

	if (test_tsk_thread_flag(p, TIF_ADDR32))
		why |= BIT_ULL(STAY_32BIT);
	if (test_tsk_thread_flag(p, TIF_IO_BITMAP) || p->thread.iopl_emul)
		why |= BIT_ULL(STAY_PORTS);
	if (p->thread.fsindex || p->thread.gsindex || p->thread.ds ||
	    p->thread.es)
		why |= BIT_ULL(STAY_LDT);
	if (test_tsk_thread_flag(p, TIF_NOTSC) ||
	    test_tsk_thread_flag(p, TIF_NOCPUID))
		why |= BIT_ULL(STAY_TSC);
#ifdef CONFIG_X86_USER_SHADOW_STACK
	if (p->thread.features)
		why |= BIT_ULL(STAY_SHADOW_STACK);
#endif
	if (!cpu_feature_enabled(X86_FEATURE_XSAVE))
		why |= BIT_ULL(STAY_XSAVE);
	return why;
}

static bool has_tracer(struct task_struct *p)
{
	struct mosix_proc *proc = mosix_task_proc(p);

	return p->ptrace || (proc && READ_ONCE(proc->tracers));
}

/* Who may run on every CPU that there is has not been pinned, or not any more. */
static bool is_pinned(struct task_struct *p)
{
	unsigned long flags;
	bool pinned;

	if (!READ_ONCE(p->user_cpus_ptr))
		return false;
	raw_spin_lock_irqsave(&p->pi_lock, flags);
	pinned = p->user_cpus_ptr &&
		 !cpumask_subset(cpu_online_mask, p->user_cpus_ptr);
	raw_spin_unlock_irqrestore(&p->pi_lock, flags);
	return pinned;
}

/**
 * mosix_stay_of_thread - what keeps one thread here
 * @p: its task, held by the caller
 *
 * Quick, since its memory is not looked at; and all that others can do to it
 * while it is away.
 *
 * Return: bits of enum mosix_stay, 0 when nothing does.
 * Context: any.
 */
u64 mosix_stay_of_thread(struct task_struct *p)
{
	u64 why = cpu_reasons(p);

	if (p->flags & PF_EXITING)
		why |= BIT_ULL(STAY_EXITING);
	if (is_global_init(p))
		why |= BIT_ULL(STAY_INIT);
	if (p->vfork_done ||
	    (p->mosix && test_bit(MT_BORROWS, &p->mosix->flags)))
		why |= BIT_ULL(STAY_VFORK);
	if (has_tracer(p))
		why |= BIT_ULL(STAY_TRACED);
	if (is_pinned(p))
		why |= BIT_ULL(STAY_AFFINITY);
	if (test_task_syscall_work(p, SYSCALL_USER_DISPATCH))
		why |= BIT_ULL(STAY_DISPATCH);
	if (rt_or_dl_task_policy(p))
		why |= BIT_ULL(STAY_REALTIME);
#ifdef CONFIG_IO_URING
	if (p->io_uring)
		why |= BIT_ULL(STAY_IO_URING);
#endif
	return why;
}

/*
 * It has asked for state that no thread has room for before it is used. The permission
 * is its first thread's, and does not travel: elsewhere the first use would be its end.
 */
static bool is_permitted(struct task_struct *t)
{
	u64 perm = READ_ONCE(t->group_leader->thread.fpu.perm.__state_perm);

	return perm & XFEATURE_MASK_USER_DYNAMIC;
}

/* Of all threads: one that must stay holds the others. */
static u64 thread_reasons(struct task_struct *p)
{
	struct task_struct *t;
	u64 why = 0;

	rcu_read_lock();
	for_each_thread(p, t) {
		if (t->flags & PF_EXITING)
			continue;
		why |= mosix_stay_of_thread(t);
		if (is_permitted(t))
			why |= BIT_ULL(STAY_PERMIT);
	}
	rcu_read_unlock();
	return why;
}

/* The first thread may have ended long before the others. */
static struct mm_struct *mm_of_group(struct task_struct *p)
{
	struct mm_struct *mm = get_task_mm(p);
	struct task_struct *t, *found = NULL;

	if (mm)
		return mm;
	rcu_read_lock();
	for_each_thread(p, t) {
		if (READ_ONCE(t->mm)) {
			found = get_task_struct(t);
			break;
		}
	}
	rcu_read_unlock();
	if (!found)
		return NULL;
	mm = get_task_mm(found);
	put_task_struct(found);
	return mm;
}

/**
 * mosix_stay_reasons - all that keeps a process here
 * @p: a task of it that the caller holds
 *
 * Return: bits of enum mosix_stay, 0 when it can go.
 * Context: process context, no lock of @p's mm held.
 */
u64 mosix_stay_reasons(struct task_struct *p)
{
	struct mm_struct *mm;
	u64 why;

	if (p->flags & (PF_KTHREAD | PF_USER_WORKER))
		return BIT_ULL(STAY_KERNEL);
	mm = mm_of_group(p);
	if (!mm)
		return BIT_ULL(STAY_EXITING);
	why = thread_reasons(p) | mm_reasons(p, mm);
	mmput(mm);
	return why;
}

/**
 * mosix_stay_lets_go - may a process leave this node?
 * @p: a task of it that the caller holds
 *
 * What keeps a guest at home is for its home to find.
 *
 * Return: true if nothing keeps it here but a lock.
 * Context: process context, no lock of @p's mm held.
 */
bool mosix_stay_lets_go(struct task_struct *p)
{
	struct mosix_proc *proc = mosix_task_proc(p);

	return (proc && mosix_proc_is_guest(proc)) || !mosix_stay_reasons(p);
}
