// SPDX-License-Identifier: GPL-2.0-only
/*
 * A process becomes records of an image while its threads stand still at their
 * safe points. One of them packs for all.
 *
 * Pending signals are no part of it: a process with a signal that it would
 * take finishes that first, and what is blocked waits at home.
 */
#include "image.h"

#include "link.h"
#include "nice.h"
#include "pages.h"
#include "task.h"
#include "x86.h"

#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/mosix.h>
#include <linux/sched/cputime.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/timekeeping.h>

#include <asm/vdso.h>

#include <kernel/futex/futex.h>

static struct mosix_msg *new_record(enum wire_record_type type, u32 len)
{
	struct mosix_msg *msg;
	struct wire_record *rec;

	msg = mosix_msg_new(MSG_IMAGE, sizeof(*rec) + len);
	if (!msg)
		return NULL;
	rec = (void *)msg->data;
	rec->type = cpu_to_le32(type);
	rec->version = cpu_to_le32(WIRE_RECORD_VERSION);
	return msg;
}

static void *record_body(struct mosix_msg *msg)
{
	return msg->data + sizeof(struct wire_record);
}

static void fill_rseq(struct wire_task *t, const struct task_struct *task)
{
#ifdef CONFIG_RSEQ
	t->rseq = cpu_to_le64((unsigned long)task->rseq);
	t->rseq_len = cpu_to_le32(task->rseq_len);
	t->rseq_sig = cpu_to_le32(task->rseq_sig);
#endif
}

static void fill_altstack(struct wire_task *t, const struct task_struct *task)
{
	t->altstack = cpu_to_le64(task->sas_ss_sp);
	t->altstack_size = cpu_to_le64(task->sas_ss_size);
	t->altstack_flags = cpu_to_le32(task->sas_ss_flags);
}

/* A futex wait goes where the waiters are; what is left of its time goes too. */
static void fill_futex(struct wire_futex *f, const struct restart_block *block)
{
	u32 flags = block->futex.flags;
	s64 time = block->futex.time;

	f->addr = cpu_to_le64((unsigned long)block->futex.uaddr);
	f->val = cpu_to_le32(block->futex.val);
	f->bitset = cpu_to_le32(block->futex.bitset);
	if (flags & FLAGS_SHARED)
		f->flags |= cpu_to_le32(FUTEX_WAIT_SHARED);
	if (flags & FLAGS_CLOCKRT)
		f->flags |= cpu_to_le32(FUTEX_WAIT_REALTIME);
	time -= flags & FLAGS_CLOCKRT ? ktime_get_real_ns() : ktime_get_ns();
	f->time_ns = cpu_to_le64(max(time, 0LL));
}

static void fill_restart(struct wire_task *t, struct mosix_task *mt,
			 const struct task_struct *task)
{
	bool guest = mosix_proc_is_guest(mt->proc);

	/* A block that stayed at home is what it goes on with, or nothing. */
	if (guest && test_bit(MT_RESTART_HOME, &mt->flags)) {
		t->restart = cpu_to_le32(RESTART_HOME);
	} else if (task->restart_block.fn == mosix_futex_restart) {
		t->restart = cpu_to_le32(RESTART_FUTEX);
		fill_futex(&t->futex, &task->restart_block);
	} else if (!guest) {
		t->restart = cpu_to_le32(RESTART_HOME);
	}
}

/* A call that waits with another mask is made again with it over there. */
static u64 blocked_mask(struct task_struct *task)
{
	static_assert(sizeof(sigset_t) == sizeof(u64));
	if (test_tsk_restore_sigmask(task))
		return task->saved_sigmask.sig[0];
	return task->blocked.sig[0];
}

static u32 task_flags(struct mosix_task *mt, struct task_struct *task)
{
	u32 flags = mosix_core_is_made() ? TASK_DUMPS : 0;

	/* Filters stay at home: a body only knows that there are some. */
	if (mosix_proc_is_guest(mt->proc) ?
	    test_bit(MT_FILTERED, &mt->flags) :
	    test_task_syscall_work(task, SECCOMP))
		flags |= TASK_FILTERED;
	if (current->mm->def_flags & VM_LOCKED)
		flags |= TASK_LOCKS;
	return flags;
}

static void fill_task(struct wire_task *t, struct mosix_task *mt,
		      struct task_struct *task)
{
	char comm[WIRE_COMM_LEN];

	t->tid = cpu_to_le32(mt->tid);
	t->tgid = cpu_to_le32(mt->proc->pid);
	t->rlim_stack = cpu_to_le64(rlimit(RLIMIT_STACK));
	t->rlim_data = cpu_to_le64(rlimit(RLIMIT_DATA));
	t->rlim_as = cpu_to_le64(rlimit(RLIMIT_AS));
	t->flags = cpu_to_le32(task_flags(mt, task));
	t->personality = cpu_to_le32(task->personality);
	t->blocked = cpu_to_le64(blocked_mask(task));
	mosix_nice_read(&mt->sched, task);
	t->sched = mt->sched;
	get_task_comm(comm, task);
	memcpy(t->comm, comm, sizeof(comm));
}

/**
 * mosix_pack_usage - what a thread of a body has used on this stay
 * @usage: receives it
 * @task: the thread
 *
 * Context: any.
 */
void mosix_pack_usage(struct wire_usage *usage, struct task_struct *task)
{
	u64 utime, stime;

	task_cputime_adjusted(task, &utime, &stime);
	usage->utime_ns = cpu_to_le64(utime);
	usage->stime_ns = cpu_to_le64(stime);
	usage->counts[COUNT_MIN_FLT] = cpu_to_le64(READ_ONCE(task->min_flt));
	usage->counts[COUNT_MAJ_FLT] = cpu_to_le64(READ_ONCE(task->maj_flt));
	usage->counts[COUNT_NVCSW] = cpu_to_le64(READ_ONCE(task->nvcsw));
	usage->counts[COUNT_NIVCSW] = cpu_to_le64(READ_ONCE(task->nivcsw));
}

static int pack_task(struct mosix_task *mt, struct task_struct *task,
		     struct mosix_link *link)
{
	struct mosix_msg *msg = new_record(REC_TASK, sizeof(struct wire_task));
	struct wire_task *t;

	if (!msg)
		return -ENOMEM;
	t = record_body(msg);
	fill_task(t, mt, task);
	t->clear_tid = cpu_to_le64((unsigned long)task->clear_child_tid);
	t->robust_list = cpu_to_le64((unsigned long)task->robust_list);
	fill_rseq(t, task);
	fill_altstack(t, task);
	fill_restart(t, mt, task);
	if (mosix_proc_is_guest(mt->proc))
		mosix_pack_usage(&t->usage, task);
	msg->h.tid = cpu_to_le32(mt->tid);
	return mosix_link_send(link, msg);
}

static int pack_regs(struct mosix_task *mt, struct task_struct *task,
		     struct mosix_link *link)
{
	struct mosix_msg *msg = new_record(REC_REGS, sizeof(struct wire_regs));

	if (!msg)
		return -ENOMEM;
	mosix_x86_save_regs(task, record_body(msg));
	msg->h.tid = cpu_to_le32(mt->tid);
	return mosix_link_send(link, msg);
}

static int pack_xstate(struct mosix_task *mt, struct task_struct *task,
		       struct mosix_link *link)
{
	u32 size = mosix_x86_xstate_size();
	struct wire_xstate *x;
	struct mosix_msg *msg;
	int ret;

	if (!size || size > WIRE_XSTATE_MAX)
		return -EOPNOTSUPP;
	msg = new_record(REC_XSTATE, sizeof(*x) + size);
	if (!msg)
		return -ENOMEM;
	x = record_body(msg);
	x->size = cpu_to_le32(size);
	ret = mosix_x86_save_xstate(task, x + 1, size);
	if (ret) {
		mosix_msg_free(msg);
		return ret;
	}
	msg->h.tid = cpu_to_le32(mt->tid);
	return mosix_link_send(link, msg);
}

static int pack_thread(struct mosix_task *mt, struct task_struct *task,
		       void *arg)
{
	struct mosix_link *link = arg;
	int ret = pack_task(mt, task, link);

	ret = ret ?: pack_regs(mt, task, link);
	return ret ?: pack_xstate(mt, task, link);
}

static int pack_actions(struct mosix_link *link)
{
	struct mosix_msg *msg = new_record(REC_SIGNALS,
					   sizeof(struct wire_signals));
	const struct k_sigaction *ka;
	struct wire_signals *s;
	u32 i;

	if (!msg)
		return -ENOMEM;
	s = record_body(msg);
	spin_lock_irq(&mosix_own_sighand()->siglock);
	for (i = 0; i < WIRE_SIGNALS; i++) {
		ka = &mosix_own_sighand()->action[i];
		s->action[i].handler =
			cpu_to_le64((unsigned long)ka->sa.sa_handler);
		s->action[i].flags = cpu_to_le64(ka->sa.sa_flags);
		s->action[i].restorer =
			cpu_to_le64((unsigned long)ka->sa.sa_restorer);
		s->action[i].mask = cpu_to_le64(ka->sa.sa_mask.sig[0]);
	}
	spin_unlock_irq(&mosix_own_sighand()->siglock);
	return mosix_link_send(link, msg);
}

static int pack_mm(struct mosix_link *link)
{
	struct mosix_msg *msg = new_record(REC_MM, sizeof(struct wire_mm));
	struct mm_struct *mm = current->mm;
	struct wire_mm *w;

	if (!msg)
		return -ENOMEM;
	w = record_body(msg);
	mmap_read_lock(mm);
#define PUT(f) (w->f = cpu_to_le64(mm->f))
	PUT(start_code), PUT(end_code), PUT(start_data), PUT(end_data);
	PUT(start_brk), PUT(brk), PUT(start_stack), PUT(mmap_base);
	PUT(arg_start), PUT(arg_end), PUT(env_start), PUT(env_end);
#undef PUT
	w->vdso = cpu_to_le64((unsigned long)mm->context.vdso);
	mmap_read_unlock(mm);
	w->vdso_size = cpu_to_le64(vdso_image_64.size);
	w->barriers = cpu_to_le32(mosix_barriers_get());
	return mosix_link_send(link, msg);
}

static u32 prot_of(const struct vm_area_struct *vma)
{
	u32 prot = 0;

	if (vma->vm_flags & VM_READ)
		prot |= PROT_READ;
	if (vma->vm_flags & VM_WRITE)
		prot |= PROT_WRITE;
	if (vma->vm_flags & VM_EXEC)
		prot |= PROT_EXEC;
	return prot;
}

static u32 flags_of(const struct vm_area_struct *vma)
{
	u32 flags = 0;

	if (vma->vm_flags & VM_GROWSDOWN)
		flags |= VMA_GROWSDOWN;
	if (vma->vm_file)
		flags |= VMA_FILE;
	if ((vma->vm_flags & VM_MAYSHARE) && !mosix_pages_governed(vma))
		flags |= VMA_SHARED;
	if (vma->vm_flags & VM_NORESERVE)
		flags |= VMA_NORESERVE;
	if (vma_is_initial_stack(vma))
		flags |= VMA_STACK;
	if (vma->vm_flags & VM_LOCKED)
		flags |= VMA_LOCKED;
	if (vma->vm_flags & VM_SEALED)
		flags |= VMA_SEALED;
	if (vma->vm_flags & VM_DONTCOPY)
		flags |= VMA_DONTFORK;
	if (vma->vm_flags & VM_WIPEONFORK)
		flags |= VMA_WIPEONFORK;
	if (vma->vm_flags & VM_DROPPABLE)
		flags |= VMA_DROPPABLE;
	return flags;
}

/* The vDSO and its data are on each node and not part of the image. */
static bool travels(const struct vm_area_struct *vma)
{
	return mosix_pages_governed(vma) || vma->vm_file;
}

/* As many mappings from *next on as fit one record. */
static struct mosix_msg *vmas_record(unsigned long *next)
{
	VMA_ITERATOR(vmi, current->mm, *next);
	struct mosix_msg *msg = new_record(REC_VMAS, sizeof(struct wire_vmas) +
					   WIRE_VMAS_MAX *
					   sizeof(struct wire_vma));
	struct vm_area_struct *vma;
	struct wire_vmas *head;
	struct wire_vma *w;
	u32 n = 0;

	if (!msg)
		return NULL;
	head = record_body(msg);
	w = (void *)(head + 1);
	*next = 0;
	mmap_read_lock(current->mm);
	for_each_vma(vmi, vma) {
		if (!travels(vma))
			continue;
		if (n == WIRE_VMAS_MAX) {
			*next = vma->vm_start;
			break;
		}
		w[n].start = cpu_to_le64(vma->vm_start);
		w[n].end = cpu_to_le64(vma->vm_end);
		w[n].prot = cpu_to_le32(prot_of(vma));
		w[n].flags = cpu_to_le32(flags_of(vma));
		n++;
	}
	mmap_read_unlock(current->mm);
	head->count = cpu_to_le32(n);
	msg->len -= (WIRE_VMAS_MAX - n) * sizeof(*w);
	return msg;
}

static int pack_vmas(struct mosix_link *link)
{
	unsigned long next = 0;
	int ret;

	do {
		struct mosix_msg *msg = vmas_record(&next);

		if (!msg)
			return -ENOMEM;
		ret = mosix_link_send(link, msg);
	} while (!ret && next);
	return ret;
}

static struct mosix_msg *ranges_record(struct mosix_pages *pg,
				       unsigned long *next)
{
	MA_STATE(mas, &pg->home, *next, *next);
	struct mosix_msg *msg = new_record(REC_HOME_PAGES,
					   sizeof(struct wire_ranges) +
					   WIRE_RANGES_MAX *
					   sizeof(struct wire_range));
	struct wire_ranges *head;
	struct wire_range *w;
	u32 n = 0;

	if (!msg)
		return NULL;
	head = record_body(msg);
	w = (void *)(head + 1);
	*next = 0;
	mas_lock(&mas);
	while (mas_find(&mas, ULONG_MAX)) {
		/* Neighbours become one range. */
		if (n && le64_to_cpu(w[n - 1].end) == mas.index) {
			w[n - 1].end = cpu_to_le64(mas.last + 1);
			continue;
		}
		if (n == WIRE_RANGES_MAX) {
			*next = mas.index;
			break;
		}
		w[n].first = cpu_to_le64(mas.index);
		w[n].end = cpu_to_le64(mas.last + 1);
		n++;
	}
	mas_unlock(&mas);
	head->count = cpu_to_le32(n);
	msg->len -= (WIRE_RANGES_MAX - n) * sizeof(*w);
	return msg;
}

static int pack_ranges(struct mosix_pages *pg, struct mosix_link *link)
{
	unsigned long next = 0;
	int ret;

	do {
		struct mosix_msg *msg = ranges_record(pg, &next);

		if (!msg)
			return -ENOMEM;
		ret = mosix_link_send(link, msg);
	} while (!ret && next);
	return ret;
}

/**
 * mosix_pack_leave - the image of a process that leaves its home
 * @proc: the process
 * @link: where to
 * @pg: page state, with H made
 *
 * Return: 0, or a negative errno; the host is not told.
 * Context: its thread that leads; the others stand still.
 */
int mosix_pack_leave(struct mosix_proc *proc, struct mosix_link *link,
		     struct mosix_pages *pg)
{
	int ret = mosix_proc_each(proc, pack_thread, link);

	ret = ret ?: pack_actions(link);
	ret = ret ?: pack_mm(link);
	ret = ret ?: pack_vmas(link);
	return ret ?: pack_ranges(pg, link);
}

/**
 * mosix_pack_return - the image of a body that goes home
 * @proc: the process
 * @link: where to
 *
 * The mappings are known at home; the pages are pushed beside this.
 *
 * Return: 0, or a negative errno.
 * Context: its thread that leads; the others stand still.
 */
int mosix_pack_return(struct mosix_proc *proc, struct mosix_link *link)
{
	int ret = mosix_proc_each(proc, pack_thread, link);

	return ret ?: pack_actions(link);
}

/**
 * mosix_pack_child - a thread or process as current makes it with clone
 * @mt: record of the new one
 * @image: receives what does not depend on the arguments of clone; its
 *	xstate has room
 * @flags: of clone
 *
 * Context: the maker, a body, in its call.
 */
void mosix_pack_child(struct mosix_task *mt, struct mosix_image *image,
		      u64 flags)
{
	fill_task(&image->task, mt, current);
	/* clone leaves the rest of it behind: of a thread, what is not shared. */
	if ((flags & (CLONE_VM | CLONE_VFORK)) == CLONE_VM)
		image->task.altstack_flags = cpu_to_le32(SS_DISABLE);
	else
		fill_altstack(&image->task, current);
	if (!(flags & CLONE_VM))
		fill_rseq(&image->task, current);
	mosix_x86_save_regs(current, &image->regs);
	image->regs.ax = 0;
	image->have = IMAGE_THREAD;
}
