// SPDX-License-Identifier: GPL-2.0-only
/*
 * Inline windows: memory of a call that travels inside its messages.
 *
 * The body copies what the call reads into CALL. At home the deputy makes the
 * call on a scratch area (scratch.c). What the call wrote there goes into
 * REPLY, and the body copies it into place. So no page changes its owner, and
 * the call itself is the kernel's own, whatever file it meets.
 *
 * What is too large for a message travels as pages (bulk.c, pull.c). A call
 * either describes every pointer it takes or has no windows; then the deputy's
 * faults fetch pages, which is slower and always right.
 */
#include "body.h"
#include "deputy.h"
#include "window.h"

#include "../kernel/pages.h"

#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>

/*
 * Bytes of a window, by its description; 0: it has none. No call of the kernel
 * reads or writes more than MAX_RW_COUNT, whatever it is asked for.
 */
static u64 window_len(const struct mosix_call_ctx *ctx,
		      const struct mosix_window_desc *d)
{
	static_assert(MAX_RW_COUNT == WIRE_BULK_BYTES_MAX);
	switch (d->lenkind) {
	case MOSIX_LEN_ARG:
		return min_t(u64, ctx->args[d->len], MAX_RW_COUNT) * d->scale;
	case MOSIX_LEN_FIXED:
		return d->len;
	default:
		return PATH_MAX;
	}
}

/*
 * Can the result be put there, as far as it can be known now? A call that
 * meets bad memory must do so at home, where it undoes what it has done.
 */
static bool can_write(u64 addr, u64 len)
{
	VMA_ITERATOR(vmi, current->mm, addr);
	struct vm_area_struct *vma;
	u64 at = addr;

	mmap_read_lock(current->mm);
	for_each_vma_range(vmi, vma, addr + len) {
		if (vma->vm_start > at || !(vma->vm_flags & VM_WRITE) ||
		    !mosix_pages_governed(vma))
			break;
		at = vma->vm_end;
	}
	mmap_read_unlock(current->mm);
	return at >= addr + len;
}

/* A buffer that is too large for a message, and about which no more is said. */
static bool is_bulk(const struct mosix_window_desc *d, u64 len)
{
	return len > WIRE_WINDOW_BYTES_MAX && mosix_window_may_be_large(d);
}

/* Fill in the windows' frame; their bytes, or -1 when they do not fit. */
static long plan(const struct mosix_call_ctx *ctx, struct wire_call *call)
{
	u64 in = 0, all = 0;
	u32 i, n = 0, bulks = 0;

	for (i = 0; i < MOSIX_CALL_WINDOWS; i++) {
		const struct mosix_window_desc *d = &ctx->desc->win[i];
		u64 len, addr = ctx->args[d->arg];
		bool bulk;

		if (d->dir == MOSIX_WIN_NONE)
			break;
		len = window_len(ctx, d);
		if (!addr || !len)
			continue;
		bulk = is_bulk(d, len);
		bulks += bulk;
		if (!bulk)
			all += len;
		if (all > WIRE_WINDOW_BYTES_MAX || bulks > 1 ||
		    addr >= DEFAULT_MAP_WINDOW - len)
			return -1;
		if ((d->dir & MOSIX_WIN_OUT) && !can_write(addr, len))
			return -1;
		if ((d->dir & MOSIX_WIN_IN) && !bulk)
			in += len;
		call->win[n].addr = cpu_to_le64(addr);
		call->win[n].len = cpu_to_le32(len);
		call->win[n].dir = cpu_to_le16(d->dir |
					       (bulk ? WINDOW_BULK : 0));
		call->win[n].arg = cpu_to_le16(d->arg | (i << 8));
		n++;
	}
	call->nwin = cpu_to_le16(n);
	return in;
}

static const struct mosix_window_desc *desc_of(const struct mosix_call_ctx *ctx,
					       const struct wire_window *w)
{
	return &ctx->desc->win[le16_to_cpu(w->arg) >> 8];
}

/* Copy what goes along; bytes copied, or -1 when it cannot be read. */
static long fill(const struct mosix_call_ctx *ctx, struct wire_call *call,
		 u8 *to)
{
	u32 i, nwin = le16_to_cpu(call->nwin);
	u8 *begin = to;

	for (i = 0; i < nwin; i++) {
		struct wire_window *w = &call->win[i];
		void __user *from = (void __user *)le64_to_cpu(w->addr);
		u32 len = le32_to_cpu(w->len);
		long n;

		if (!(le16_to_cpu(w->dir) & WINDOW_IN) ||
		    le16_to_cpu(w->dir) & WINDOW_BULK)
			continue;
		if (desc_of(ctx, w)->lenkind == MOSIX_LEN_STR) {
			n = strncpy_from_user((char *)to, from, len);
			if (n < 0)
				return -1;
			len = min_t(u32, n + 1, len);
			w->len = cpu_to_le32(len);
		} else if (copy_from_user(to, from, len)) {
			return -1;
		}
		to += len;
	}
	return to - begin;
}

static void fill_head(const struct mosix_call_ctx *ctx, struct wire_call *call)
{
	struct wire_usage usage;
	u32 i;

	memset(call, 0, sizeof(*call));
	call->nr = cpu_to_le64(ctx->nr);
	call->kind = cpu_to_le16(ctx->kind);
	if (ctx->regs)
		call->ip = cpu_to_le64(instruction_pointer(ctx->regs));
	for (i = 0; i < MOSIX_CALL_ARGS; i++)
		call->args[i] = cpu_to_le64(ctx->args[i]);
	call->blocked = cpu_to_le64(current->blocked.sig[0]);
	/* One that waits for us to leave the kernel interrupts, too. */
	call->signals = cpu_to_le32(ctx->mt->nsignals -
				    !!task_sigpending(current));
	mosix_pack_usage(&usage, current);
	call->utime_ns = usage.utime_ns;
	call->stime_ns = usage.stime_ns;
}

/**
 * mosix_inline_pack - a call as a message
 * @ctx: the call
 *
 * Memory that cannot be read makes a message without windows: the deputy
 * runs into the same fault and returns the right error.
 *
 * Return: MSG_CALL, NULL when there is no memory.
 * Context: the body, in the call.
 */
struct mosix_msg *mosix_inline_pack(struct mosix_call_ctx *ctx)
{
	struct wire_call head, *call;
	struct mosix_msg *msg;
	long in = 0, used = 0;
	u32 i;

	fill_head(ctx, &head);
	if (mosix_windows_apply(ctx->desc, ctx->args))
		in = plan(ctx, &head);
	if (in < 0)
		fill_head(ctx, &head);
	msg = mosix_msg_new(MSG_CALL, sizeof(head) + max(in, 0L));
	if (!msg)
		return NULL;
	call = (void *)msg->data;
	*call = head;
	if (in > 0)
		used = fill(ctx, call, (u8 *)(call + 1));
	if (used < 0) {
		fill_head(ctx, call);
		used = 0;
	}
	for (i = 0; i < le16_to_cpu(call->nwin); i++)
		call->win[i].arg &= cpu_to_le16(0xff);
	msg->len = sizeof(head) + used;
	msg->h.tid = cpu_to_le32(ctx->mt->tid);
	return msg;
}

/**
 * mosix_inline_unpack - what the call wrote goes into the body's memory
 * @call: the call as it was sent
 * @reply: the answer, checked
 *
 * Return: 0, -EFAULT.
 * Context: the body, in the call.
 */
int mosix_inline_unpack(const struct wire_call *call,
			const struct wire_reply *reply)
{
	const u8 *from = (const u8 *)(reply + 1);
	u32 i;

	for (i = 0; i < WIRE_WINDOWS_MAX; i++) {
		const struct wire_window *w = &call->win[i];
		u32 len = le32_to_cpu(reply->out[i]);

		if (!len)
			continue;
		if (i >= le16_to_cpu(call->nwin) ||
		    !(le16_to_cpu(w->dir) & WINDOW_OUT) ||
		    len > le32_to_cpu(w->len))
			return -EFAULT;
		if (copy_to_user((void __user *)le64_to_cpu(w->addr), from,
				 len))
			return -EFAULT;
		from += len;
	}
	return 0;
}

/* Bytes of a window that the call wrote, by its result. */
static u32 written(const struct wire_call *call, u32 i, long ret)
{
	const struct mosix_call_desc *desc =
		mosix_call_find(le64_to_cpu(call->nr));
	u32 len = le32_to_cpu(call->win[i].len);
	u32 arg = le16_to_cpu(call->win[i].arg);
	u32 k;

	if (!desc || !(le16_to_cpu(call->win[i].dir) & WINDOW_OUT))
		return 0;
	for (k = 0; k < MOSIX_CALL_WINDOWS; k++) {
		const struct mosix_window_desc *d = &desc->win[k];

		if (d->arg != arg || !(d->dir & MOSIX_WIN_OUT))
			continue;
		if (d->back == MOSIX_BACK_ALWAYS)
			return len;
		if (ret < 0)
			return 0;
		if (d->back == MOSIX_BACK_OK)
			return len;
		return min_t(u64, len, (u64)ret * max_t(u32, d->scale, 1));
	}
	return 0;
}

/**
 * mosix_inline_reply - a call's result as a message
 * @call: the call
 * @s: how it was made
 * @ret: what it returned
 *
 * Return: MSG_REPLY with what the call wrote, NULL when there is no memory.
 * Context: the deputy, before its next call.
 */
struct mosix_msg *mosix_inline_reply(const struct wire_call *call,
				     const struct mosix_scratch *s, long ret)
{
	u32 out[WIRE_WINDOWS_MAX] = { 0 };
	struct wire_reply *reply;
	struct mosix_msg *msg;
	u32 i, all = 0;
	u8 *to;

	for (i = 0; i < s->count; i++) {
		if (s->apart && le16_to_cpu(call->win[i].dir) & WINDOW_BULK)
			continue;
		out[i] = written(call, i, ret);
		all += out[i];
	}
	msg = mosix_msg_new(MSG_REPLY, sizeof(*reply) + all);
	if (!msg)
		return NULL;
	reply = (void *)msg->data;
	to = (u8 *)(reply + 1);
	for (i = 0; i < s->count; i++) {
		if (copy_from_user(to, (void __user *)s->at[i], out[i]))
			ret = -EFAULT;
		reply->out[i] = cpu_to_le32(out[i]);
		to += out[i];
	}
	reply->ret = cpu_to_le64(ret);
	return msg;
}
