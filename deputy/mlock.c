// SPDX-License-Identifier: GPL-2.0-only
/*
 * Locked memory of a process that is away: locked on both nodes, so that no page
 * of it is ever written to a swap device, wherever it is at the moment.
 *
 * Home decides, by the process's limit and rights. It locks on fault: the pages
 * that are to come into memory at once are the body's, and come there. What was
 * locked when the process left is locked on fault from then on for the same
 * reason (mosix_push_depart()).
 */
#include "body.h"

#include <linux/mman.h>

#include <asm/unistd.h>

/* The same call, on fault. */
static struct mosix_call_ctx on_fault(const struct mosix_call_ctx *ctx)
{
	struct mosix_call_ctx quiet = *ctx;

	if (ctx->nr == __NR_mlockall) {
		quiet.args[0] |= MCL_ONFAULT;
	} else {
		quiet.nr = __NR_mlock2;
		quiet.args[2] = MLOCK_ONFAULT;
	}
	return quiet;
}

static long lock_both(struct mosix_call_ctx *ctx)
{
	struct mosix_call_ctx quiet = on_fault(ctx);
	long ret = mosix_body_forward_as(ctx, quiet.nr, quiet.args);

	return ret ?: mosix_body_local(&quiet);
}

static bool is_on_fault(const struct mosix_call_ctx *ctx)
{
	if (ctx->nr == __NR_mlockall)
		return ctx->args[0] & MCL_ONFAULT;
	return ctx->nr == __NR_mlock2 && (ctx->args[2] & MLOCK_ONFAULT);
}

/**
 * mosix_call_mlock - mlock(), mlock2() and mlockall(), on both sides
 * @ctx: the call
 *
 * Return: its result.
 * Context: the body, in the call.
 */
long mosix_call_mlock(struct mosix_call_ctx *ctx)
{
	long ret;

	if (ctx->nr == __NR_mlock2 && ((u32)ctx->args[2] & ~MLOCK_ONFAULT))
		return -EINVAL;
	ret = mosix_memory_in_turn(ctx, lock_both);
	/* The pages come outside of the turn: it may take long. */
	return ret || is_on_fault(ctx) ? ret : mosix_body_local(ctx);
}

/**
 * mosix_call_munlock - munlock() and munlockall(), on both sides
 * @ctx: the call
 *
 * Return: its result.
 * Context: the body, in the call.
 */
long mosix_call_munlock(struct mosix_call_ctx *ctx)
{
	return mosix_memory_in_turn(ctx, mosix_body_both);
}
