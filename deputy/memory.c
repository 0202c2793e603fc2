// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls that change the mappings are made on both sides, so that the VMAs of
 * deputy and body stay alike, and H with them.
 *
 * Home goes first where it decides (addresses, limits, overcommit); the body
 * goes first where something is taken away, so that no page is asked for
 * that is no longer mapped. Mappings of files are only made and changed at
 * home: the process returns for that.
 */
#include "body.h"
#include "deputy.h"

#include "../kernel/pages.h"

#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/sched.h>

#include <asm/unistd.h>

#define HOME_MMAP_FLAGS (~(u64)(MAP_POPULATE | MAP_LOCKED))

static struct mosix_pages *pages(struct mosix_call_ctx *ctx)
{
	return ctx->mt->proc->pages;
}

static bool touches_file(struct mosix_call_ctx *ctx, u64 start, u64 len)
{
	u64 end = PAGE_ALIGN(start + len);

	return end > start && mosix_pages_has_file(pages(ctx), start, end);
}

static void unmap_both(struct mosix_call_ctx *ctx, u64 addr, u64 len)
{
	const u64 args[MOSIX_CALL_ARGS] = { addr, len };

	mosix_body_forward_as(ctx, __NR_munmap, args);
}

static bool mmap_stays(const u64 *args)
{
	u64 flags = args[3];
	u64 odd = MAP_HUGETLB | MAP_LOCKED | MAP_GROWSDOWN;

	return !(flags & MAP_ANONYMOUS) || (flags & odd) ||
	       (flags & MAP_TYPE) != MAP_PRIVATE;
}

/* Private anonymous memory is made on both sides. */
static long change_mmap(struct mosix_call_ctx *ctx)
{
	u64 flags = ctx->args[3], len = ctx->args[1];
	long addr, ret;

	if (mmap_stays(ctx->args))
		return mosix_body_return(ctx);
	if (flags & MAP_FIXED)
		mosix_pages_change(pages(ctx), ctx->args[0], len);
	ctx->args[3] = flags & HOME_MMAP_FLAGS;
	addr = mosix_body_forward(ctx);
	if (IS_ERR_VALUE(addr))
		return addr;
	mosix_pages_forget(pages(ctx), addr, PAGE_ALIGN(len));
	ctx->args[0] = addr;
	ctx->args[3] = (flags & ~MAP_FIXED_NOREPLACE) | MAP_FIXED;
	ret = mosix_body_local(ctx);
	if (IS_ERR_VALUE(ret))
		unmap_both(ctx, addr, len);
	return ret;
}

/* First here, then at home. */
static long change_munmap(struct mosix_call_ctx *ctx)
{
	long ret;

	mosix_pages_change(pages(ctx), ctx->args[0], ctx->args[1]);
	ret = mosix_body_local(ctx);
	if (ret)
		return ret;
	mosix_pages_forget(pages(ctx), ctx->args[0], PAGE_ALIGN(ctx->args[1]));
	return mosix_body_forward(ctx);
}

/* Home decides, the body follows. */
static long change_brk(struct mosix_call_ctx *ctx)
{
	u64 old = PAGE_ALIGN(current->mm->brk);
	long home, here;

	if (ctx->args[0] < old && ctx->args[0] >= current->mm->start_brk)
		mosix_pages_change(pages(ctx), PAGE_ALIGN(ctx->args[0]),
				   old - PAGE_ALIGN(ctx->args[0]));
	home = mosix_body_forward(ctx);
	if (home < 0)
		return home;
	ctx->args[0] = home;
	here = mosix_body_local(ctx);
	if (here != home) {
		ctx->args[0] = here;
		mosix_body_forward(ctx);
	}
	if (PAGE_ALIGN(here) < old)
		mosix_pages_forget(pages(ctx), PAGE_ALIGN(here),
				   old - PAGE_ALIGN(here));
	return here;
}

/* On both sides. */
static long change_mprotect(struct mosix_call_ctx *ctx)
{
	long ret = mosix_body_forward(ctx);

	return ret < 0 ? ret : mosix_body_local(ctx);
}

static int follow_move(struct mosix_pages *pg, const u64 *args, u64 to)
{
	u64 from = args[0], old = PAGE_ALIGN(args[1]);
	u64 len = PAGE_ALIGN(args[2]), moved = min(old, len);
	int ret = 0;

	if (to != from && moved)
		ret = mosix_pages_moved(pg, from, to, moved);
	if (old > len)
		mosix_pages_forget(pg, from + len, old - len);
	return ret;
}

/* Home finds the address, both move there. */
static long change_mremap(struct mosix_call_ctx *ctx)
{
	u64 asked[MOSIX_CALL_ARGS];
	long to, ret;

	memcpy(asked, ctx->args, sizeof(asked));
	if ((asked[3] & ~(u64)(MREMAP_MAYMOVE | MREMAP_FIXED)) || !asked[1] ||
	    touches_file(ctx, asked[0], asked[1]))
		return mosix_body_return(ctx);
	mosix_pages_change(pages(ctx), asked[0], asked[1]);
	to = mosix_body_forward(ctx);
	if (IS_ERR_VALUE(to))
		return to;
	mosix_pages_change(pages(ctx), to, asked[2]);
	if (asked[3] & MREMAP_FIXED)
		mosix_pages_forget(pages(ctx), to, PAGE_ALIGN(asked[2]));
	if (to != asked[0]) {
		ctx->args[3] = MREMAP_MAYMOVE | MREMAP_FIXED;
		ctx->args[4] = to;
	} else {
		ctx->args[3] = 0;
	}
	ret = mosix_body_local(ctx);
	if (ret != to)
		return -ENOMEM;
	if (follow_move(pages(ctx), asked, to))
		return -ENOMEM;
	return to;
}

/* What throws pages away is done on both sides. */
static long change_madvise(struct mosix_call_ctx *ctx)
{
	u64 start = ctx->args[0], len = PAGE_ALIGN(ctx->args[1]);
	long ret;

	if ((u32)ctx->args[2] != MADV_DONTNEED)
		return mosix_call_option(ctx);
	/* Behind a file's mapping comes the file again, from home. */
	if (touches_file(ctx, start, len))
		return mosix_body_return(ctx);
	mosix_pages_change(pages(ctx), start, len);
	ret = mosix_body_local(ctx);
	if (ret)
		return ret;
	mosix_pages_forget(pages(ctx), start, len);
	return mosix_body_forward(ctx);
}

/* One change of a process's mappings at a time, on both nodes. */
static long in_turn(struct mosix_call_ctx *ctx,
		    long (*fn)(struct mosix_call_ctx *ctx))
{
	struct mosix_proc *proc = ctx->mt->proc;
	long ret;

	if (mutex_lock_killable(&proc->mem_lock))
		return -EINTR;
	ret = fn(ctx);
	mosix_pages_changed(pages(ctx));
	mutex_unlock(&proc->mem_lock);
	return ret;
}

/**
 * mosix_call_mmap - private anonymous memory is made on both sides
 * @ctx: the call
 *
 * Return: its result.
 * Context: the body, in the call.
 */
long mosix_call_mmap(struct mosix_call_ctx *ctx)
{
	return in_turn(ctx, change_mmap);
}

/**
 * mosix_call_munmap - first here, then at home
 * @ctx: the call
 *
 * Return: its result.
 * Context: the body, in the call.
 */
long mosix_call_munmap(struct mosix_call_ctx *ctx)
{
	return in_turn(ctx, change_munmap);
}

/**
 * mosix_call_brk - home decides, the body follows
 * @ctx: the call
 *
 * Return: its result.
 * Context: the body, in the call.
 */
long mosix_call_brk(struct mosix_call_ctx *ctx)
{
	return in_turn(ctx, change_brk);
}

/**
 * mosix_call_mprotect - on both sides
 * @ctx: the call
 *
 * Return: its result.
 * Context: the body, in the call.
 */
long mosix_call_mprotect(struct mosix_call_ctx *ctx)
{
	return in_turn(ctx, change_mprotect);
}

/**
 * mosix_call_mremap - home finds the address, both move there
 * @ctx: the call
 *
 * Return: its result.
 * Context: the body, in the call.
 */
long mosix_call_mremap(struct mosix_call_ctx *ctx)
{
	return in_turn(ctx, change_mremap);
}

/**
 * mosix_call_madvise - what throws pages away is done on both sides
 * @ctx: the call
 *
 * Return: its result.
 * Context: the body, in the call.
 */
long mosix_call_madvise(struct mosix_call_ctx *ctx)
{
	return in_turn(ctx, change_madvise);
}

/**
 * mosix_memory_before - a memory call is about to be made at home
 * @mt: record of the deputy
 * @mirror: receives what it will change
 * @call: the call
 *
 * Other deputies do not touch the range, and no page of it leaves, until
 * mosix_memory_told().
 *
 * Context: the deputy, before a call.
 */
void mosix_memory_before(struct mosix_task *mt, struct mosix_mirror *mirror,
			 const struct wire_call *call)
{
	struct mosix_pages *pg = mt->proc->pages;
	u64 args[MOSIX_CALL_ARGS], brk = PAGE_ALIGN(current->mm->brk);
	u32 i;

	mirror->brk = current->mm->brk;
	for (i = 0; i < MOSIX_CALL_ARGS; i++)
		args[i] = le64_to_cpu(call->args[i]);
	switch (le64_to_cpu(call->nr)) {
	case __NR_mmap:
		if (args[3] & MAP_FIXED)
			mosix_pages_change(pg, args[0], args[1]);
		break;
	case __NR_mremap:
		if (args[3] & MREMAP_FIXED)
			mosix_pages_change(pg, args[4], args[2]);
		mosix_pages_change(pg, args[0], args[1]);
		break;
	case __NR_madvise:
	case __NR_munmap:
		mosix_pages_change(pg, args[0], args[1]);
		break;
	case __NR_brk:
		if (args[0] < brk && args[0] >= current->mm->start_brk)
			mosix_pages_change(pg, PAGE_ALIGN(args[0]),
					   brk - PAGE_ALIGN(args[0]));
		break;
	}
}

static void follow_call(struct mosix_task *mt,
			const struct mosix_mirror *mirror,
			const struct wire_call *call, long ret)
{
	struct mosix_pages *pg = mt->proc->pages;
	u64 args[MOSIX_CALL_ARGS], old = PAGE_ALIGN(mirror->brk), now;
	u32 i;

	for (i = 0; i < MOSIX_CALL_ARGS; i++)
		args[i] = le64_to_cpu(call->args[i]);
	switch (le64_to_cpu(call->nr)) {
	case __NR_mmap:
		mosix_pages_forget(pg, ret, PAGE_ALIGN(args[1]));
		break;
	case __NR_munmap:
		mosix_pages_forget(pg, args[0], PAGE_ALIGN(args[1]));
		break;
	case __NR_madvise:
		if (args[2] == MADV_DONTNEED)
			mosix_pages_forget(pg, args[0], PAGE_ALIGN(args[1]));
		break;
	case __NR_brk:
		now = PAGE_ALIGN(ret);
		if (now < old)
			mosix_pages_forget(pg, now, old - now);
		break;
	case __NR_mremap:
		if (args[3] & MREMAP_FIXED)
			mosix_pages_forget(pg, ret, PAGE_ALIGN(args[2]));
		else
			mosix_pages_change(pg, ret, PAGE_ALIGN(args[2]));
		follow_move(pg, args, ret);
		break;
	}
}

/**
 * mosix_memory_after - H follows a call that was carried out at home
 * @mt: record of the deputy
 * @mirror: what was remembered before
 * @call: the call
 * @ret: its result
 *
 * Context: the deputy.
 */
void mosix_memory_after(struct mosix_task *mt,
			const struct mosix_mirror *mirror,
			const struct wire_call *call, long ret)
{
	if (!IS_ERR_VALUE(ret))
		follow_call(mt, mirror, call, ret);
}

/**
 * mosix_memory_told - the body is told of the call's result
 * @mt: record of the deputy
 *
 * A page may leave from its new address only behind that: the body would not
 * know it there, and drop it.
 *
 * Context: the deputy, with the answer on the link.
 */
void mosix_memory_told(struct mosix_task *mt)
{
	mosix_pages_changed(mt->proc->pages);
}
