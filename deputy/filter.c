// SPDX-License-Identifier: GPL-2.0-only
/*
 * seccomp filters of a process that is away.
 *
 * They stay with the deputy, and the kernel's own code runs them there: over
 * each call that the body sends home, before it is carried out; over each other
 * one when the body asks, before it is made. What a filter wants instead of the
 * call (an error, a signal, a word of its supervisor) is the call's result. A
 * call for which the process goes home first meets its filters there.
 *
 * A body that does not ask gains nothing: what it makes on its host touches
 * the body's own memory and threads, and no file, process or socket of home. What of
 * such a call it has made at home, in its own name, it must have asked about.
 *
 * A filter may also end the thread that makes the call, and no other: its deputy
 * ends, and says so to the body's thread, which ends as its next step.
 */
#include "body.h"
#include "deputy.h"

#include "../kernel/link.h"

#include <linux/sched/signal.h>
#include <linux/sched/task_stack.h>
#include <linux/seccomp.h>

#include <asm/syscall.h>
#include <asm/unistd.h>

/* What a body does by itself, beside the program's calls; harmless, all. */
static bool is_own(unsigned long nr)
{
	return nr == __NR_getppid || nr == __NR_pause || nr == __NR_clone ||
	       nr == __NR_mremap || nr == __NR_munmap || nr == __NR_mlock2 ||
	       nr == __NR_mlockall;
}

/**
 * mosix_filter_knows - is this a call that a body may send so?
 * @call: what it asks for
 *
 * Return: false for one that would get around the filters.
 * Context: any.
 */
bool mosix_filter_knows(const struct wire_call *call)
{
	unsigned long nr = le64_to_cpu(call->nr);

	if (wire_call_is_fence(call) && nr != __NR_getppid)
		return false;
	return le16_to_cpu(call->kind) != CALL_OWN || is_own(nr);
}

/* Which call of the program is it for? Home knows that call by another name. */
static bool is_for(unsigned long own, unsigned long nr)
{
	switch (own) {
	case __NR_clone:
		return nr == __NR_clone || nr == __NR_clone3 ||
		       nr == __NR_fork || nr == __NR_vfork;
	case __NR_mlock2:
		return nr == __NR_mlock || nr == __NR_mlock2;
	case __NR_munmap:
		return nr == __NR_mmap;	/* which came to nothing */
	default:
		return nr == own;
	}
}

/**
 * mosix_filter_grants - may the body of a process with filters make this call?
 * @mt: record of current
 * @call: what it asks for
 *
 * By itself it makes what does nothing. All else is part of a call of the program,
 * about which it has asked before; once, or it could fork for ever.
 *
 * Return: false for a call that is part of none.
 * Context: the deputy.
 */
bool mosix_filter_grants(struct mosix_task *mt, const struct wire_call *call)
{
	unsigned long nr = le64_to_cpu(call->nr);
	u32 passed = mt->passed;

	if (le16_to_cpu(call->kind) != CALL_OWN || nr == __NR_getppid ||
	    nr == __NR_pause || !test_task_syscall_work(current, SECCOMP))
		return true;
	mt->passed = 0;		/* that is read(), for which there is none */
	return is_for(nr, passed);
}

/* Filters look at the registers, and leave the result there. */
static bool ask_filters(const struct wire_call *call, long *ret)
{
	struct pt_regs *regs = task_pt_regs(current);
	const struct pt_regs kept = *regs;
	u64 args[MOSIX_CALL_ARGS];
	bool stops;

	mosix_call_args(args, call);
	mosix_call_load(regs, args);
	regs->orig_ax = le64_to_cpu(call->nr);
	regs->ax = -ENOSYS;
	regs->ip = le64_to_cpu(call->ip);
	stops = __secure_computing(NULL);
	if (stops)
		*ret = regs->ax;
	*regs = kept;
	return stops;
}

/**
 * mosix_filter_stops - do the filters of current stop a call of its body?
 * @mt: record of current
 * @msg: MSG_CALL
 * @ret: receives the call's result if they do
 *
 * Return: true when it must not be made. Does not return when a filter ends
 * the thread.
 * Context: the deputy; sleeps while a supervisor thinks.
 */
bool mosix_filter_stops(struct mosix_task *mt, struct mosix_msg *msg, long *ret)
{
	const struct wire_call *call = (void *)msg->data;
	bool stops;

	if (le16_to_cpu(call->kind) == CALL_OWN || wire_call_is_fence(call) ||
	    !test_task_syscall_work(current, SECCOMP))
		return false;
	mt->reply = msg;
	set_bit(MT_JUDGED, &mt->flags);
	stops = ask_filters(call, ret);
	clear_bit(MT_JUDGED, &mt->flags);
	mt->reply = NULL;
	if (le16_to_cpu(call->kind) == CALL_ASK)
		mt->passed = stops ? 0 : le64_to_cpu(call->nr);
	return stops;
}

/**
 * mosix_filter_ends - does current exit by the word of a filter?
 * @mt: record of current, which exits
 * @link: to its body
 * @code: exit code
 *
 * Then the process goes on, and the body's thread is told.
 *
 * Return: true when it has been told; the process must not be ended.
 * Context: the deputy, in do_exit().
 */
bool mosix_filter_ends(struct mosix_task *mt, struct mosix_link *link, long code)
{
	struct mosix_msg *msg;

	if (!test_bit(MT_JUDGED, &mt->flags) ||
	    current->signal->flags & SIGNAL_GROUP_EXIT)
		return false;
	msg = mosix_answer_fate((void *)mt->reply->data, code, FATE_ENDS);
	if (!msg)
		return false;
	msg->h.id = mt->reply->h.id;
	msg->h.tid = mt->reply->h.tid;
	return !mosix_link_send(link, msg);
}

/**
 * mosix_filter_obey - current ends if a filter of home has said so
 * @mt: record of current
 *
 * Context: the body, behind its call, nothing held; may not return.
 */
void mosix_filter_obey(struct mosix_task *mt)
{
	if (test_bit(MT_ENDS, &mt->flags))
		do_exit(mt->code);
}

static bool is_judged_at_home(const struct mosix_call_ctx *ctx)
{
	enum mosix_call_class class = ctx->desc->class;

	if (ctx->desc->handler == mosix_call_option)
		class = mosix_call_class_of(ctx);
	else if (ctx->desc->handler)
		return false;
	return class == MOSIX_CALL_HOME || class == MOSIX_CALL_RETURN;
}

/**
 * mosix_filter_passes - may the program make this call?
 * @ctx: the call
 * @ret: receives its result if not
 *
 * Return: true when there is no filter, or home will run it anyway, or it has
 * let the call pass.
 * Context: the body, in the call; may sleep.
 */
bool mosix_filter_passes(const struct mosix_call_ctx *ctx, long *ret)
{
	struct mosix_call_ctx ask;

	if (!test_bit(MT_FILTERED, &ctx->mt->flags) || is_judged_at_home(ctx))
		return true;
	ask = *ctx;
	ask.desc = &mosix_call_plain;
	ask.kind = CALL_ASK;
	*ret = mosix_body_forward(&ask);
	return !*ret && ask.fate == FATE_MADE;
}
