// SPDX-License-Identifier: GPL-2.0-only
/*
 * Records become an image, and an image becomes the state of current. Every
 * field comes from a peer and is checked before it is used.
 */
#include "image.h"

#include "nice.h"
#include "pages.h"
#include "task.h"
#include "x86.h"

#include <linux/mman.h>
#include <linux/mm.h>
#include <linux/mosix.h>
#include <linux/rseq.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/thread_info.h>

#include <kernel/futex/futex.h>

enum {
	IMAGE_VMAS_MAX		= 65536,	/* as vm.max_map_count has it */
	IMAGE_RANGES_MAX	= 4 << 20,
	RANGES_PER_PAGE		= 8,	/* of this node's memory */
};

/* What sigaltstack() keeps: some say SS_ONSTACK, and mean nothing by it. */
#define ALTSTACK_FLAGS	(SS_ONSTACK | SS_DISABLE | SS_AUTODISARM)

/**
 * mosix_image_new - an empty image
 *
 * Return: the image, NULL when there is no memory.
 * Context: process context.
 */
struct mosix_image *mosix_image_new(void)
{
	return kvzalloc(sizeof(struct mosix_image), GFP_KERNEL);
}

/**
 * mosix_image_free - drop an image
 * @image: the image, NULL is fine
 *
 * Context: process context.
 */
void mosix_image_free(struct mosix_image *image)
{
	if (!image)
		return;
	kvfree(image->vmas);
	kvfree(image->ranges);
	kvfree(image->xstate);
	kvfree(image);
}

static int append(void **array, u32 *have, const void *items, u32 count,
		  size_t item)
{
	void *grown = kvmalloc_array(*have + count, item, GFP_KERNEL);

	if (!grown)
		return -ENOMEM;
	if (*have)
		memcpy(grown, *array, *have * item);
	memcpy(grown + *have * item, items, count * item);
	kvfree(*array);
	*array = grown;
	*have += count;
	return 0;
}

static bool user_range(u64 start, u64 end)
{
	return start < end && end <= TASK_SIZE_MAX && PAGE_ALIGNED(start) &&
	       PAGE_ALIGNED(end);
}

/* What the kernel has never together is not asked of it. */
static bool vma_flags_sane(u32 flags)
{
	u32 not_droppable = VMA_GROWSDOWN | VMA_FILE | VMA_SHARED;

	return !(flags & ~(u32)VMA_FLAGS) &&
	       (!(flags & VMA_DROPPABLE) || !(flags & not_droppable));
}

static int add_vmas(struct mosix_image *image, const struct wire_vmas *head)
{
	const struct wire_vma *w = (const void *)(head + 1);
	u32 count = le32_to_cpu(head->count);
	u64 floor = 0;
	u32 i;

	if (image->nvmas + count > IMAGE_VMAS_MAX)
		return -EBADMSG;
	if (image->nvmas)
		floor = le64_to_cpu(image->vmas[image->nvmas - 1].end);
	for (i = 0; i < count; i++) {
		u64 start = le64_to_cpu(w[i].start);
		u64 end = le64_to_cpu(w[i].end);

		if (!user_range(start, end) || start < floor ||
		    le32_to_cpu(w[i].prot) & ~(PROT_READ | PROT_WRITE |
					       PROT_EXEC) ||
		    !vma_flags_sane(le32_to_cpu(w[i].flags)))
			return -EBADMSG;
		floor = end;
	}
	return append((void **)&image->vmas, &image->nvmas, w, count,
		      sizeof(*w));
}

/*
 * One takes some 32 bytes, which nobody has promised: all of them may have a
 * sixteenth of the node. A process in more pieces than that has no room here.
 */
static u32 ranges_max(void)
{
	return min_t(unsigned long, IMAGE_RANGES_MAX,
		     RANGES_PER_PAGE * totalram_pages());
}

static int add_ranges(struct mosix_image *image,
		      const struct wire_ranges *head)
{
	const struct wire_range *w = (const void *)(head + 1);
	u32 count = le32_to_cpu(head->count);
	u32 i;

	/* At the host they are used up at once; they are too many all the same. */
	if (image->ranges_in + count > ranges_max())
		return -ENOMEM;
	for (i = 0; i < count; i++)
		if (le64_to_cpu(w[i].first) >= le64_to_cpu(w[i].end) ||
		    le64_to_cpu(w[i].end) > TASK_SIZE_MAX >> PAGE_SHIFT)
			return -EBADMSG;
	image->ranges_in += count;
	return append((void **)&image->ranges, &image->nranges, w, count,
		      sizeof(*w));
}

static int add_xstate(struct mosix_image *image, const struct wire_xstate *x)
{
	u32 size = le32_to_cpu(x->size);

	if (image->xstate)
		return -EBADMSG;
	image->xstate = kvmalloc(size, GFP_KERNEL);
	if (!image->xstate)
		return -ENOMEM;
	memcpy(image->xstate, x + 1, size);
	image->xstate_size = size;
	return 0;
}

/**
 * mosix_image_add - a record arrived
 * @image: what it belongs to
 * @rec: the record, accepted by wire_check_payload()
 * @len: its bytes
 *
 * Return: 0; -EBADMSG contents that no honest peer sends, -ENOMEM.
 * Context: process context.
 */
int mosix_image_add(struct mosix_image *image, const struct wire_record *rec,
		    u32 len)
{
	u32 type = le32_to_cpu(rec->type);
	const void *body = rec + 1;
	int ret = 0;

	switch (type) {
	case REC_TASK:
		memcpy(&image->task, body, sizeof(image->task));
		image->task.comm[WIRE_COMM_LEN - 1] = 0;
		break;
	case REC_REGS:
		ret = mosix_x86_check_regs(body) ? -EBADMSG : 0;
		memcpy(&image->regs, body, sizeof(image->regs));
		break;
	case REC_SIGNALS:
		memcpy(&image->signals, body, sizeof(image->signals));
		break;
	case REC_MM:
		memcpy(&image->mm, body, sizeof(image->mm));
		break;
	case REC_XSTATE:
		ret = add_xstate(image, body);
		break;
	case REC_VMAS:
		ret = add_vmas(image, body);
		break;
	case REC_HOME_PAGES:
		ret = add_ranges(image, body);
		break;
	default:
		ret = -EBADMSG;
	}
	if (!ret)
		image->have |= BIT(type);
	return ret;
}

/**
 * mosix_image_complete - is everything there?
 * @image: the image
 * @records: bits of enum wire_record_type that must have come
 *
 * Return: true when they did.
 * Context: any.
 */
bool mosix_image_complete(const struct mosix_image *image, u32 records)
{
	return (image->have & records) == records;
}

static void unpack_rseq(const struct wire_task *t)
{
#ifdef CONFIG_RSEQ
	u64 addr = le64_to_cpu(t->rseq);
	u32 len = le32_to_cpu(t->rseq_len);

	if (addr && (len < 32 || addr >= TASK_SIZE_MAX - len || addr & 31))
		addr = 0;
	preempt_disable();
	current->rseq = (void __user *)addr;
	current->rseq_len = addr ? len : 0;
	current->rseq_sig = addr ? le32_to_cpu(t->rseq_sig) : 0;
	/* Another CPU id, and a critical section that did not finish. */
	if (addr)
		rseq_migrate(current);
	preempt_enable();
#endif
}

static void unpack_futex(const struct wire_futex *f)
{
	struct restart_block *block = &current->restart_block;
	u32 flags = le32_to_cpu(f->flags);
	ktime_t left = min_t(u64, le64_to_cpu(f->time_ns), KTIME_MAX);
	ktime_t now = ktime_get();

	block->futex.uaddr = (void __user *)le64_to_cpu(f->addr);
	block->futex.val = le32_to_cpu(f->val);
	block->futex.bitset = le32_to_cpu(f->bitset);
	block->futex.flags = FLAGS_SIZE_32 | FLAGS_HAS_TIMEOUT;
	if (flags & FUTEX_WAIT_SHARED)
		block->futex.flags |= FLAGS_SHARED;
	if (flags & FUTEX_WAIT_REALTIME) {
		block->futex.flags |= FLAGS_CLOCKRT;
		now = ktime_get_real();
	}
	block->futex.time = ktime_add_safe(now, left);
	set_restart_fn(block, mosix_futex_restart);
}

/* restart_syscall(2) goes on with the block here, or with the one at home. */
static void unpack_restart(struct mosix_task *mt, const struct wire_task *t)
{
	clear_bit(MT_RESTART_HOME, &mt->flags);
	switch (le32_to_cpu(t->restart)) {
	case RESTART_FUTEX:
		unpack_futex(&t->futex);
		break;
	case RESTART_HOME:
		set_bit(MT_RESTART_HOME, &mt->flags);
		break;
	}
}

/**
 * mosix_unpack_task - REC_TASK becomes current's, but for its mask
 * @mt: record of current, with an image that has it
 *
 * Return: 0, -EBADMSG for addresses outside of user space.
 * Context: current.
 */
int mosix_unpack_task(struct mosix_task *mt)
{
	const struct wire_task *t = &mt->image->task;

	if (le64_to_cpu(t->clear_tid) >= TASK_SIZE_MAX ||
	    le64_to_cpu(t->robust_list) >= TASK_SIZE_MAX ||
	    le64_to_cpu(t->altstack) >= TASK_SIZE_MAX ||
	    le64_to_cpu(t->futex.addr) >= TASK_SIZE_MAX ||
	    le32_to_cpu(t->altstack_flags) & ~ALTSTACK_FLAGS)
		return -EBADMSG;
	current->clear_child_tid = (void __user *)le64_to_cpu(t->clear_tid);
	current->robust_list = (void __user *)le64_to_cpu(t->robust_list);
	current->sas_ss_sp = le64_to_cpu(t->altstack);
	current->sas_ss_size = le64_to_cpu(t->altstack_size);
	current->sas_ss_flags = le32_to_cpu(t->altstack_flags);
	assign_bit(MT_FILTERED, &mt->flags,
		   le32_to_cpu(t->flags) & TASK_FILTERED);
	if (mosix_proc_is_guest(mt->proc))
		mosix_nice_follow(current, &t->sched);
	unpack_rseq(t);
	unpack_restart(mt, t);
	return 0;
}

/**
 * mosix_unpack_blocked - the mask of REC_TASK becomes current's
 * @image: an image that has it
 *
 * Context: current.
 */
void mosix_unpack_blocked(const struct mosix_image *image)
{
	spin_lock_irq(&mosix_own_sighand()->siglock);
	current->blocked.sig[0] = le64_to_cpu(image->task.blocked) &
				  ~(sigmask(SIGKILL) | sigmask(SIGSTOP));
	clear_restore_sigmask();
	recalc_sigpending();
	spin_unlock_irq(&mosix_own_sighand()->siglock);
}

/**
 * mosix_unpack_actions - REC_SIGNALS becomes the process's
 * @image: an image that has it
 *
 * Context: current.
 */
void mosix_unpack_actions(const struct mosix_image *image)
{
	const struct wire_signals *s = &image->signals;
	struct k_sigaction *ka;
	u32 i;

	spin_lock_irq(&mosix_own_sighand()->siglock);
	for (i = 0; i < WIRE_SIGNALS; i++) {
		ka = &mosix_own_sighand()->action[i];
		if (i + 1 == SIGKILL || i + 1 == SIGSTOP)
			continue;
		ka->sa.sa_handler =
			(void __user *)le64_to_cpu(s->action[i].handler);
		ka->sa.sa_flags = le64_to_cpu(s->action[i].flags) &
				  UAPI_SA_FLAGS;
		ka->sa.sa_restorer =
			(void __user *)le64_to_cpu(s->action[i].restorer);
		ka->sa.sa_mask.sig[0] = le64_to_cpu(s->action[i].mask) &
					~(sigmask(SIGKILL) | sigmask(SIGSTOP));
	}
	spin_unlock_irq(&mosix_own_sighand()->siglock);
}

/**
 * mosix_unpack_cpu - registers and extended state become current's
 * @image: an image that has them
 *
 * Return: 0, -EINVAL for a state that this CPU does not take, -ENOMEM.
 * Context: current, on its way to user mode.
 */
int mosix_unpack_cpu(const struct mosix_image *image)
{
	int ret = mosix_x86_load_xstate(image->xstate, image->xstate_size);

	if (ret)
		return ret;
	mosix_x86_load_regs(&image->regs);
	return 0;
}

/**
 * mosix_image_apply_ranges - H as the image says it
 * @image: an image with REC_HOME_PAGES; its ranges are used up
 * @pg: page state of the body
 *
 * Return: 0, -ENOMEM, -EPROTO without page state.
 * Context: the link's receiver.
 */
int mosix_image_apply_ranges(struct mosix_image *image, struct mosix_pages *pg)
{
	int ret = pg ? 0 : -EPROTO;
	u32 i;

	for (i = 0; i < image->nranges && !ret; i++)
		ret = mosix_pages_add_home(pg,
					   le64_to_cpu(image->ranges[i].first),
					   le64_to_cpu(image->ranges[i].end));
	image->nranges = 0;
	return ret;
}
