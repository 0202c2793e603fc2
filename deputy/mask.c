// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls of a body that open its mask of blocked signals, for good or while they
 * wait. The mask is the body's; what it opens for waits at home.
 */
#include "syscall.h"

#include "body.h"

#include "../kernel/task.h"

#include <linux/compat.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>

#include <asm/unistd.h>

/*
 * What was given back waits at home until the mask opens: what has come since of
 * the same numbers has to be in their row before that. Not what home may still
 * have sent while the mask was on its way: its successor may be on its way, too.
 */
static void line_up(struct mosix_task *mt)
{
	struct mosix_link *link = mosix_proc_link(mt->proc);
	u32 before;

	if (!link)
		return;
	/* What goes makes room for those that are left. */
	do {
		before = mt->nsignals;
		mosix_signal_take(mt);
		mosix_signal_give_back(link, mt, mt->settled & mt->waits);
	} while (mt->nsignals != before && !list_empty_careful(&mt->signals));
	mosix_link_put(link);
}

/*
 * Before a mask opens. Where signals went home because there was no room for more,
 * others of their numbers may still have come: a call that does nothing shows that
 * home sends none of them any more.
 */
static void line_up_all(struct mosix_call_ctx *ctx)
{
	static const u64 none[MOSIX_CALL_ARGS];

	if (test_and_clear_bit(MT_STRAYED, &ctx->mt->flags))
		mosix_body_forward_as(ctx, __NR_getppid, none);
	if (ctx->mt->settled & ctx->mt->waits)
		line_up(ctx->mt);
}

/**
 * mosix_call_unblock - sigprocmask, or the end of a handler
 * @ctx: the call
 *
 * The mask is the body's, and mirrored by a hook. What an unblocked signal
 * owes its process is owed before the call returns: when it may wait at home
 * a call that does nothing makes the round trip, and in front of its answer
 * come those that may.
 *
 * Return: its result.
 * Context: the body, in the call.
 */
long mosix_call_unblock(struct mosix_call_ctx *ctx)
{
	static const u64 none[MOSIX_CALL_ARGS];
	u64 before = current->blocked.sig[0];
	long ret;

	line_up_all(ctx);
	ret = mosix_body_local(ctx);
	if (mosix_signal_is_due(ctx->mt, before & ~current->blocked.sig[0]))
		mosix_body_forward_as(ctx, __NR_getppid, none);
	/* There is room for those that were too many. */
	if (!list_empty_careful(&ctx->mt->signals))
		mosix_task_kick(ctx->mt);
	return ret;
}

/**
 * mosix_call_rt_sigpending - what is pending waits at home
 * @ctx: the call
 *
 * Forwarding gives back what is pending here.
 *
 * Return: its result.
 * Context: the body, in the call.
 */
long mosix_call_rt_sigpending(struct mosix_call_ctx *ctx)
{
	return mosix_body_forward(ctx);
}

/*
 * Waiting with another mask: the mask is applied here, where the handler's
 * frame is built, and mirrored; home waits without one. As in the kernel's
 * own calls the old mask comes back after the handler, or here when no
 * signal ended the wait.
 */
static long wait_masked(struct mosix_call_ctx *ctx, u64 mask, u64 size,
			long interrupted)
{
	long ret;

	line_up_all(ctx);
	ret = set_user_sigmask((const sigset_t __user *)mask, size);
	if (ret)
		return ret;
	ret = mosix_body_forward(ctx);
	restore_saved_sigmask_unless(ret == interrupted);
	return ret;
}

/**
 * mosix_call_rt_sigsuspend - wait with another mask
 * @ctx: the call
 *
 * Return: its result.
 * Context: the body, in the call.
 */
long mosix_call_rt_sigsuspend(struct mosix_call_ctx *ctx)
{
	static const u64 none[MOSIX_CALL_ARGS];
	long ret;

	if (!ctx->args[0])
		return -EFAULT;
	line_up_all(ctx);
	ret = set_user_sigmask((const sigset_t __user *)ctx->args[0],
			       ctx->args[1]);
	if (ret)
		return ret;
	mosix_body_forward_as(ctx, __NR_pause, none);
	set_notify_signal(current);
	return -ERESTARTNOHAND;
}

/**
 * mosix_call_ppoll - poll, perhaps with another mask
 * @ctx: the call
 *
 * Return: its result.
 * Context: the body, in the call.
 */
long mosix_call_ppoll(struct mosix_call_ctx *ctx)
{
	u64 mask = ctx->args[3];

	ctx->args[3] = 0;
	return wait_masked(ctx, mask, ctx->args[4], -ERESTARTNOHAND);
}

/**
 * mosix_call_pselect6 - select, perhaps with another mask
 * @ctx: the call
 *
 * Return: its result.
 * Context: the body, in the call.
 */
long mosix_call_pselect6(struct mosix_call_ctx *ctx)
{
	u64 arg[2] = { 0, 0 };	/* pointer to the mask, and its size */

	if (ctx->args[5] &&
	    copy_from_user(arg, (void __user *)ctx->args[5], sizeof(arg)))
		return -EFAULT;
	ctx->args[5] = 0;
	return wait_masked(ctx, arg[0], arg[1], -ERESTARTNOHAND);
}

/**
 * mosix_call_epoll_pwait - epoll, perhaps with another mask
 * @ctx: the call
 *
 * Return: its result.
 * Context: the body, in the call.
 */
long mosix_call_epoll_pwait(struct mosix_call_ctx *ctx)
{
	u64 mask = ctx->args[4];

	ctx->args[4] = 0;
	return wait_masked(ctx, mask, ctx->args[5], -ERESTARTNOHAND);
}

/**
 * mosix_call_epoll_pwait2 - the same with a finer time limit
 * @ctx: the call
 *
 * Return: its result.
 * Context: the body, in the call.
 */
long mosix_call_epoll_pwait2(struct mosix_call_ctx *ctx)
{
	return mosix_call_epoll_pwait(ctx);
}
