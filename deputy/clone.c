// SPDX-License-Identifier: GPL-2.0-only
/*
 * A thread of a body makes another one.
 *
 * Home goes first: the deputy makes a deputy, whose TID is the new thread's.
 * Then the body makes the thread, with that TID, by the kernel's own clone,
 * and its state as clone would have left it: the maker's registers and extended
 * state, but for the result, the stack and the thread pointer. It begins like
 * a thread that came along with the process: as a kernel function that loads
 * its image.
 *
 * What is no thread is in fork.c.
 */
#include "body.h"
#include "deputy.h"

#include "../kernel/image.h"
#include "../kernel/migrate.h"
#include "../kernel/x86.h"

#include <linux/mm.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include <asm/unistd.h>

/* What a thread shares with its maker at home. */
#define CLONE_SHARED	(CLONE_FS | CLONE_FILES | CLONE_SYSVSEM)
#define CLONE_A_THREAD	(CLONE_VM | CLONE_SIGHAND | CLONE_THREAD)
/* These two have no effect. */
#define CLONE_NOTHING	(CLONE_DETACHED | CLONE_UNTRACED)

static bool is_thread(u64 flags)
{
	return (flags & CLONE_A_THREAD) == CLONE_A_THREAD &&
	       !(flags & ~(u64)(CLONE_A_THREAD | CLONE_SHARED | CLONE_AWAY |
				CLONE_NOTHING));
}

/*
 * Its registers are loaded when it is at home: until then it serves. Without memory for
 * its record it cannot, and a thread of the body would wait for it for ever.
 */
static int deputy_main(void *arg)
{
	if (!current->mosix)
		do_group_exit(SIGKILL);
	mosix_task_kick(current->mosix);
	return 0;
}

/**
 * mosix_clone_deputy - a deputy for a thread that the body is about to make
 * @flags: of its clone
 *
 * Return: its TID, or a negative errno.
 * Context: the deputy of the thread that makes it.
 */
long mosix_clone_deputy(u64 flags)
{
	struct kernel_clone_args args = {
		.flags	= CLONE_A_THREAD | (flags & CLONE_SHARED) |
			  CLONE_UNTRACED,
		.fn	= deputy_main,
	};

	if (!is_thread(flags))
		return -EINVAL;
	return kernel_clone(&args);
}

/**
 * mosix_clone_image - the state of a thread or process that current makes
 * @child: record of the new one
 * @args: flags and addresses of its clone
 *
 * Return: its image, NULL when there is no memory.
 * Context: the maker, a body, in its call.
 */
struct mosix_image *mosix_clone_image(struct mosix_task *child,
				      const struct kernel_clone_args *args)
{
	struct mosix_image *image = mosix_image_new();
	u32 size = mosix_x86_xstate_size();

	if (!image)
		return NULL;
	assign_bit(MT_FILTERED, &child->flags,
		   test_bit(MT_FILTERED, &current->mosix->flags));
	mosix_pack_child(child, image, args->flags);
	if (args->stack)
		image->regs.sp = cpu_to_le64(args->stack);
	if (args->flags & CLONE_SETTLS)
		image->regs.fs_base = cpu_to_le64(args->tls);
	if (args->flags & CLONE_CHILD_CLEARTID)
		image->task.clear_tid =
			cpu_to_le64((unsigned long)args->child_tid);
	image->xstate = kvzalloc(size, GFP_KERNEL);
	image->xstate_size = size;
	if (!image->xstate ||
	    mosix_x86_save_xstate(current, image->xstate, size)) {
		mosix_image_free(image);
		return NULL;
	}
	return image;
}

/* It may be the one that home has chosen for a signal. */
static void forget_child(struct mosix_task *child, struct mosix_link *link)
{
	mosix_task_gone(child);
	if (link)
		mosix_body_send_back(child, link);
	mosix_task_drop(child);
}

/* Home has made a deputy for a thread that will not be. @child: its record, or NULL */
static void call_off(struct mosix_task *mt, struct mosix_task *child, u32 tid)
{
	struct mosix_link *link = mosix_proc_link(mt->proc);
	struct mosix_msg *msg = mosix_msg_new(MSG_EXIT,
					      sizeof(struct wire_exit));

	if (child)
		forget_child(child, link);
	if (link && msg) {
		msg->h.tid = cpu_to_le32(tid);
		mosix_link_send(link, msg);
	} else {
		mosix_msg_free(msg);
		if (link)
			mosix_link_close(link, -ENOMEM);
	}
	mosix_link_put(link);
}

static long make_here(struct mosix_call_ctx *ctx, u32 tid,
		      struct kernel_clone_args *args)
{
	struct mosix_task *child = mosix_task_new(ctx->mt->proc, tid);
	long ret = -ENOMEM;

	if (child)
		child->image = mosix_clone_image(child, args);
	if (child && child->image)
		ret = mosix_thread_make(child, args);
	if (ret < 0) {
		call_off(ctx->mt, child, tid);
		if (ret == -ERESTARTNOINTR)
			set_notify_signal(current);
	}
	return ret;
}

static long make_thread(struct mosix_call_ctx *ctx,
			struct kernel_clone_args *args)
{
	const u64 home[MOSIX_CALL_ARGS] = { args->flags };
	long tid;

	if ((args->flags & CLONE_SETTLS) && args->tls >= TASK_SIZE_MAX)
		return -EPERM;
	tid = mosix_body_forward_as(ctx, __NR_clone, home);
	if (tid <= 0)
		return tid;
	return make_here(ctx, tid, args);
}

/**
 * mosix_call_clone - a thread, or a process
 * @ctx: the call
 *
 * Return: its result.
 * Context: the body, in the call.
 */
long mosix_call_clone(struct mosix_call_ctx *ctx)
{
	const u64 *a = ctx->args;
	struct kernel_clone_args args = {
		.flags		= lower_32_bits(a[0]) & ~CSIGNAL,
		.exit_signal	= a[0] & CSIGNAL,
		.stack		= a[1],
		.parent_tid	= (int __user *)a[2],
		.child_tid	= (int __user *)a[3],
		.tls		= a[4],
	};

	return is_thread(args.flags) ? make_thread(ctx, &args) :
				       mosix_call_process(ctx, &args);
}

/* By what clone3() itself would say of it. */
static bool is_plain(const struct clone_args *c)
{
	if ((c->flags & (CLONE_DETACHED | CSIGNAL)) || c->set_tid ||
	    c->set_tid_size || c->exit_signal > CSIGNAL ||
	    !c->stack != !c->stack_size)
		return false;
	if (c->stack && !access_ok((void __user *)c->stack, c->stack_size))
		return false;
	return !is_thread(c->flags) || (!c->exit_signal && c->stack);
}

/**
 * mosix_call_clone3 - the same with other arguments
 * @ctx: the call
 *
 * What does not describe a plain thread or process is made at home, errors
 * included.
 *
 * Return: its result.
 * Context: the body, in the call.
 */
long mosix_call_clone3(struct mosix_call_ctx *ctx)
{
	u64 size = ctx->args[1];
	struct kernel_clone_args args = { };
	struct clone_args c = { };

	if (size < CLONE_ARGS_SIZE_VER0 || size > PAGE_SIZE ||
	    copy_struct_from_user(&c, sizeof(c), (void __user *)ctx->args[0],
				  size))
		return mosix_body_return(ctx);
	if (!is_plain(&c))
		return mosix_body_return(ctx);
	args.flags = c.flags;
	args.exit_signal = c.exit_signal;
	args.stack = c.stack + c.stack_size;
	args.parent_tid = u64_to_user_ptr(c.parent_tid);
	args.child_tid = u64_to_user_ptr(c.child_tid);
	args.tls = c.tls;
	return is_thread(c.flags) ? make_thread(ctx, &args) :
				    mosix_call_process(ctx, &args);
}
