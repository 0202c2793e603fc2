// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls that change the mappings are made on both sides, so that the VMAs of
 * deputy and body stay alike, and H with them.
 *
 * Home goes first where it decides (addresses, limits, overcommit); the body
 * goes first where something is taken away, so that no page is asked for
 * that is no longer mapped. What is behind a file's mapping is at home, all of
 * it, populated or not; such mappings are only changed at home: the process
 * returns for that.
 */
#include "body.h"
#include "deputy.h"

#include "../kernel/pages.h"

#include <linux/file.h>
#include <linux/fs.h>
#include <linux/hugetlb.h>
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

/*
 * May a body have this file mapped? What others can see it write must be at
 * home, and so must what is no plain file.
 */
static bool file_visits(u32 fd, u32 type)
{
	struct file *file = fget(fd);
	bool visits;

	if (!file)
		return false;	/* which is for the call to say */
	visits = !S_ISREG(file_inode(file)->i_mode) ||
		 IS_DAX(file_inode(file)) || is_file_hugepages(file) ||
		 (type != MAP_PRIVATE && (file->f_mode & FMODE_WRITE));
	fput(file);
	return visits;
}

/*
 * Is that where a program has memory only if it names the address, and if five levels
 * of page tables reach so far? On the wire addresses have 47 bits.
 */
static bool is_high(u64 addr, u64 len)
{
	return addr && (addr > DEFAULT_MAP_WINDOW ||
			len > DEFAULT_MAP_WINDOW - addr);
}

static bool mmap_visits(const u64 *args)
{
	u64 odd = MAP_HUGETLB | MAP_LOCKED | MAP_GROWSDOWN;
	u64 flags = args[3];
	u32 type = flags & MAP_TYPE;

	/* Elsewhere that is an error, or no more than a wish. */
	if (pgtable_l5_enabled() && is_high(args[0], args[1]))
		return true;
	if ((flags & odd) || (type != MAP_PRIVATE && type != MAP_SHARED &&
			      type != MAP_SHARED_VALIDATE &&
			      type != MAP_DROPPABLE))
		return true;
	return !(flags & MAP_ANONYMOUS) && file_visits(args[4], type);
}

/**
 * mosix_memory_visits - has the process to come for this call?
 * @call: the call
 *
 * Return: true when its body cannot have what it maps.
 * Context: the deputy, before the call.
 */
bool mosix_memory_visits(const struct wire_call *call)
{
	u64 args[MOSIX_CALL_ARGS];

	mosix_call_args(args, call);
	return le64_to_cpu(call->nr) == __NR_mmap && mmap_visits(args);
}

/**
 * mosix_memory_loads - does this call map code of a file?
 * @call: the call
 *
 * Return: true when it does.
 * Context: the deputy, before the call.
 */
bool mosix_memory_loads(const struct wire_call *call)
{
	return le64_to_cpu(call->nr) == __NR_mmap &&
	       (le64_to_cpu(call->args[2]) & PROT_EXEC) &&
	       !(le64_to_cpu(call->args[3]) & MAP_ANONYMOUS);
}

/* What is in place of an old mapping now, on either side. */
static int follow_mmap(struct mosix_pages *pg, u64 addr, const u64 *args)
{
	u32 flags = VMA_FILE;

	if (args[3] & MAP_ANONYMOUS) {
		mosix_pages_forget(pg, addr, PAGE_ALIGN(args[1]));
		return 0;
	}
	if ((args[3] & MAP_TYPE) != MAP_PRIVATE)
		flags |= VMA_SHARED;
	return mosix_pages_have_file(pg, addr, PAGE_ALIGN(args[1]), flags);
}

/* A body has anonymous memory whatever home has. */
static long map_here(struct mosix_call_ctx *ctx, u64 addr)
{
	unsigned long how = MAP_ANONYMOUS | MAP_FIXED;
	u64 flags = ctx->args[3];

	how |= (flags & MAP_TYPE) == MAP_DROPPABLE ? MAP_DROPPABLE :
						     MAP_PRIVATE;
	how |= flags & (MAP_NORESERVE | MAP_POPULATE | MAP_STACK);
	/* Of a file that would fetch all of it, which is not what it is for. */
	if (!(flags & MAP_ANONYMOUS))
		how &= ~(unsigned long)MAP_POPULATE;
	return vm_mmap(NULL, addr, ctx->args[1], ctx->args[2], how, 0);
}

/* The other half says what cannot be. */
static long end_link(struct mosix_call_ctx *ctx, int error)
{
	struct mosix_link *link = mosix_proc_link(ctx->mt->proc);

	if (link)
		mosix_link_close(link, error);
	mosix_link_put(link);
	return error;
}

static bool may_map(u64 addr, u64 len)
{
	len = PAGE_ALIGN(len);
	return len && len <= TASK_SIZE_MAX && PAGE_ALIGNED(addr) &&
	       addr <= TASK_SIZE_MAX - len;
}

/* Home finds the address, the body maps there. */
static long change_mmap(struct mosix_call_ctx *ctx)
{
	u64 flags = ctx->args[3], len = ctx->args[1];
	long addr, ret;

	if (flags & MAP_FIXED)
		mosix_pages_change(pages(ctx), ctx->args[0], len);
	ctx->args[3] = flags & HOME_MMAP_FLAGS;
	addr = mosix_body_forward(ctx);
	if (IS_ERR_VALUE(addr))
		return addr;
	if (!may_map(addr, len))
		return end_link(ctx, -EPROTO);
	ctx->args[3] = flags;
	ret = follow_mmap(pages(ctx), addr, ctx->args);
	if (!ret)
		ret = map_here(ctx, addr);
	if (IS_ERR_VALUE(ret)) {
		/* What is here still is the body's. */
		mosix_pages_forget(pages(ctx), addr, PAGE_ALIGN(len));
		unmap_both(ctx, addr, len);
	}
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

/* On both sides, as far as it gets: up to a hole, for one. */
static long change_mprotect(struct mosix_call_ctx *ctx)
{
	long ret = mosix_body_forward(ctx);
	long here;

	if (ret < 0 && ret != -ENOMEM)
		return ret;
	here = mosix_body_local(ctx);
	return ret ?: here;
}

/* As the arguments of mremap() say. */
static struct mosix_move_map move_asked(const u64 *args, u32 tid)
{
	return (struct mosix_move_map){
		.tid = tid,
		.fixed = args[3] & MREMAP_FIXED,
		.from = args[0],
		.old = args[1],
		.len = args[2],
	};
}

/*
 * The mapping has moved at home, and could not here: home moves it back. If
 * something is lost by that, the process cannot go on.
 */
static long move_back(struct mosix_call_ctx *ctx,
		      const struct mosix_move_map *move, u64 to)
{
	const struct mosix_move_map back = {
		.tid = move->tid,
		.fixed = to != move->from,
		.from = to,
		.old = move->len,
		.len = move->old,
	};
	const u64 args[MOSIX_CALL_ARGS] = {
		to, back.old, back.len,
		back.fixed ? MREMAP_MAYMOVE | MREMAP_FIXED : 0, move->from,
	};

	if (back.fixed)
		vm_munmap(to, back.old);
	mosix_pages_will_move(pages(ctx), &back);
	if (back.len <= back.old &&
	    mosix_body_forward_as(ctx, __NR_mremap, args) == move->from)
		return -ENOMEM;
	return end_link(ctx, -ENOMEM);
}

/*
 * Home finds the address, both move there. H has followed when the answer
 * is here.
 */
static long change_mremap(struct mosix_call_ctx *ctx)
{
	u64 flags = ctx->args[3], from = ctx->args[0], len = ctx->args[2];
	struct mosix_move_map move = move_asked(ctx->args, ctx->mt->tid);
	long to;

	/* H follows in the order of one link: who borrows memory has another. */
	if (test_bit(MT_BORROWS, &ctx->mt->flags))
		return -ENOMEM;
	if ((flags & ~(u64)(MREMAP_MAYMOVE | MREMAP_FIXED)) || !move.old ||
	    is_high(from, len) || (move.fixed && is_high(ctx->args[4], len)) ||
	    touches_file(ctx, from, move.old))
		return mosix_body_return(ctx);
	mosix_pages_change(pages(ctx), from, move.old);
	if (move.fixed)
		mosix_pages_change(pages(ctx), ctx->args[4], len);
	mosix_pages_will_move(pages(ctx), &move);
	to = mosix_body_forward(ctx);
	if (IS_ERR_VALUE(to))
		return to;
	if (!move.fixed)
		mosix_pages_change(pages(ctx), to, len);
	ctx->args[3] = to == from ? 0 : MREMAP_MAYMOVE | MREMAP_FIXED;
	ctx->args[4] = to;
	return mosix_body_local(ctx) == to ? to :
						move_back(ctx, &move, to);
}

/* What throws pages away is done on both sides. */
static long change_madvise(struct mosix_call_ctx *ctx)
{
	u64 start = ctx->args[0], len = PAGE_ALIGN(ctx->args[1]);
	u32 advice = ctx->args[2];
	long ret;

	/* Behind a file's mapping comes the file again, from home. */
	if ((advice == MADV_DONTNEED || advice == MADV_FREE) &&
	    touches_file(ctx, start, len))
		return mosix_body_return(ctx);
	if (advice != MADV_DONTNEED)
		return mosix_call_option(ctx);
	mosix_pages_change(pages(ctx), start, len);
	ret = mosix_body_local(ctx);
	/* A hole is skipped, and told at the end. */
	if (ret && ret != -ENOMEM)
		return ret;
	mosix_pages_forget(pages(ctx), start, len);
	return mosix_body_forward(ctx);
}

/**
 * mosix_memory_in_turn - one change of a process's mappings at a time
 * @ctx: the call
 * @fn: makes it, on both nodes
 *
 * Return: what @fn returns, -EINTR when killed.
 * Context: the body, in the call.
 */
long mosix_memory_in_turn(struct mosix_call_ctx *ctx,
			  long (*fn)(struct mosix_call_ctx *ctx))
{
	struct mosix_pages *pg = pages(ctx);
	long ret;

	if (mutex_lock_killable(&pg->mem_lock))
		return -EINTR;
	ret = fn(ctx);
	mosix_pages_changed(pg);
	mutex_unlock(&pg->mem_lock);
	return ret;
}

/**
 * mosix_call_mmap - home finds the address, the body maps there
 * @ctx: the call
 *
 * Return: its result.
 * Context: the body, in the call.
 */
long mosix_call_mmap(struct mosix_call_ctx *ctx)
{
	return mosix_memory_in_turn(ctx, change_mmap);
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
	return mosix_memory_in_turn(ctx, change_munmap);
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
	return mosix_memory_in_turn(ctx, change_brk);
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
	return mosix_memory_in_turn(ctx, change_mprotect);
}

/**
 * mosix_call_mseal - on both sides
 * @ctx: the call
 *
 * Return: its result.
 * Context: the body, in the call.
 */
long mosix_call_mseal(struct mosix_call_ctx *ctx)
{
	return mosix_memory_in_turn(ctx, mosix_body_both);
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
	return mosix_memory_in_turn(ctx, change_mremap);
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
	return mosix_memory_in_turn(ctx, change_madvise);
}

static void change_at_home(struct mosix_task *mt, u64 start, u64 len)
{
	mosix_scratch_clear(mt, start, len);
	mosix_pages_change(mt->proc->pages, start, len);
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

	mirror->brk = current->mm->brk;
	mosix_call_args(args, call);
	switch (le64_to_cpu(call->nr)) {
	case __NR_mmap:
		if (args[3] & MAP_FIXED)
			change_at_home(mt, args[0], args[1]);
		else if (args[3] & MAP_FIXED_NOREPLACE)
			mosix_scratch_clear(mt, args[0], args[1]);
		break;
	case __NR_mremap:
		if (args[3] & MREMAP_FIXED)
			change_at_home(mt, args[4], args[2]);
		/* It may grow where it is. */
		mosix_scratch_clear(mt, args[0], args[2]);
		change_at_home(mt, args[0], args[1]);
		break;
	case __NR_madvise:
	case __NR_munmap:
		change_at_home(mt, args[0], args[1]);
		break;
	case __NR_mprotect:
	case __NR_mseal:
		mosix_scratch_clear(mt, args[0], args[1]);
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
	struct mosix_move_map move;

	mosix_call_args(args, call);
	switch (le64_to_cpu(call->nr)) {
	case __NR_mmap:
		if (follow_mmap(pg, ret, args))
			mosix_link_close(pg->link, -ENOMEM);
		break;
	case __NR_munmap:
		mosix_pages_forget(pg, args[0], PAGE_ALIGN(args[1]));
		break;
	case __NR_madvise:
		if ((u32)args[2] == MADV_DONTNEED)
			mosix_pages_forget(pg, args[0], PAGE_ALIGN(args[1]));
		break;
	case __NR_brk:
		now = PAGE_ALIGN(ret);
		if (now < old)
			mosix_pages_forget(pg, now, old - now);
		break;
	case __NR_mremap:
		move = move_asked(args, mt->tid);
		if (!move.fixed)
			mosix_pages_change(pg, ret, move.len);
		if (mosix_pages_moved(pg, &move, ret))
			mosix_link_close(pg->link, -ENOMEM);
		break;
	}
}

/* Behind a hole it went on. */
static bool threw_away(const struct wire_call *call, long ret)
{
	return ret == -ENOMEM && le64_to_cpu(call->nr) == __NR_madvise;
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
	if (!IS_ERR_VALUE(ret) || threw_away(call, ret))
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
