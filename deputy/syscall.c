// SPDX-License-Identifier: GPL-2.0-only
/*
 * System calls of a body: looked up in the table, then carried out here, at
 * home, on both sides, or at home after the process went there.
 */
#include "syscall.h"

#include "body.h"
#include "bulk.h"
#include "deputy.h"
#include "option.h"
#include "window.h"

#include "../kernel/call.h"
#include "../kernel/clock.h"
#include "../kernel/migrate.h"
#include "../kernel/visit.h"

#include <linux/array_size.h>
#include <linux/compat.h>
#include <linux/mosix.h>
#include <linux/nospec.h>
#include <linux/sched/signal.h>

#include <uapi/linux/futex.h>

#include <asm/syscall.h>
#include <asm/unistd.h>

#include "syscall-table.h"

/**
 * mosix_call_find - what the table says about a call
 * @nr: its number
 *
 * Return: the row, NULL for a number that is not in the table.
 * Context: any.
 */
const struct mosix_call_desc *mosix_call_find(unsigned long nr)
{
	if (nr >= ARRAY_SIZE(mosix_call_table))
		return NULL;
	nr = array_index_nospec(nr, ARRAY_SIZE(mosix_call_table));
	if (!mosix_call_table[nr].class)
		return NULL;
	return &mosix_call_table[nr];
}

/* Calls of which the body's handler sends another, or nothing. */
static bool stays_away(unsigned long nr)
{
	return nr == __NR_rt_sigreturn || nr == __NR_rt_sigsuspend ||
	       nr == __NR_clone3 || nr == __NR_fork || nr == __NR_vfork;
}

/*
 * Whose memory is borrowed cannot come home. What such a child does before it
 * executes a program is about its rights and its place, which it has at home; and
 * who asks to be traced is traced there.
 */
static bool may_borrower(unsigned long nr, u64 first_arg)
{
	switch (nr) {
	case __NR_ptrace:
		return first_arg == PTRACE_TRACEME;
	case __NR_setuid:
	case __NR_setgid:
	case __NR_setreuid:
	case __NR_setregid:
	case __NR_setresuid:
	case __NR_setresgid:
	case __NR_setfsuid:
	case __NR_setfsgid:
	case __NR_sched_setscheduler:
	case __NR_sched_setattr:
	case __NR_sched_setaffinity:
	case __NR_unshare:
	case __NR_setns:
	case __NR_seccomp:
	case __NR_prctl:
		return true;
	default:
		return false;
	}
}

/* Where a call of a body is made, by what its message says. */
static enum mosix_call_class class_at_home(const struct mosix_call_desc *desc,
					   const struct wire_call *call, u32 tid)
{
	u64 args[MOSIX_CALL_ARGS];

	if (desc->handler != mosix_call_option)
		return desc->class;
	mosix_call_args(args, call);
	return mosix_option_class(le64_to_cpu(call->nr), args, tid);
}

/**
 * mosix_call_may_forward - may a body have this carried out at home?
 * @call: what it asks for
 * @mt: record of the thread that asks
 *
 * Only what the table sends home: a peer may lie.
 *
 * Return: true when it may.
 * Context: any.
 */
bool mosix_call_may_forward(const struct wire_call *call,
			    const struct mosix_task *mt)
{
	unsigned long nr = le64_to_cpu(call->nr);
	const struct mosix_call_desc *desc = mosix_call_find(nr);
	enum mosix_call_class class;

	if (le16_to_cpu(call->kind) == CALL_ASK)
		return true;	/* nothing is made */
	if (!desc || stays_away(nr) || !mosix_filter_knows(call) ||
	    !mosix_windows_described(desc, call))
		return false;
	class = class_at_home(desc, call, mt->tid);
	if (class == MOSIX_CALL_RETURN)
		return test_bit(MT_BORROWS, &mt->flags) &&
		       may_borrower(nr, le64_to_cpu(call->args[0]));
	return class == MOSIX_CALL_HOME || class == MOSIX_CALL_BOTH ||
	       class == MOSIX_CALL_SPECIAL;
}

/**
 * mosix_call_soften - a call was interrupted, perhaps by no signal at all
 * @nr: its number, or -1 for none
 * @ret: its result
 *
 * Some calls end with -EINTR when anything interrupts them, a move included.
 * The kernel's signal code turns -ERESTARTNOHAND into the same -EINTR if a
 * handler runs, and has the call made again if none does.
 *
 * Return: @ret, or -ERESTARTNOHAND.
 * Context: any; the task must pass the signal code before user mode.
 */
long mosix_call_soften(unsigned long nr, long ret)
{
	const struct mosix_call_desc *desc = mosix_call_find(nr);

	return ret == -EINTR && desc && desc->again ? -ERESTARTNOHAND : ret;
}

/* A call that goes home without windows, whatever its row says. */
const struct mosix_call_desc mosix_call_plain = { .class = MOSIX_CALL_HOME };

static bool is_restart(long ret)
{
	return ret == -ERESTARTSYS || ret == -ERESTARTNOINTR ||
	       ret == -ERESTARTNOHAND || ret == -ERESTART_RESTARTBLOCK;
}

/* A reply becomes the call's result; the signal code sees a restart. */
static long finish(struct mosix_call_ctx *ctx, const struct wire_call *call,
		   struct mosix_msg *answer)
{
	const struct wire_reply *reply = (void *)answer->data;
	long ret;

	if (mosix_msg_type(answer) != MSG_REPLY)
		return -ENOSYS;
	ret = le64_to_cpu(reply->ret);
	ctx->fate = le16_to_cpu(reply->fate);
	ctx->mt->settled = le64_to_cpu(call->blocked) & current->blocked.sig[0];
	ctx->mt->waits = le64_to_cpu(reply->waits);
	if (ctx->fate == FATE_VISIT)
		return mosix_body_return(ctx);
	if (ctx->fate == FATE_ENDS) {
		ctx->mt->code = ret & 0xffff;
		set_bit(MT_ENDS, &ctx->mt->flags);
		return -EINTR;
	}
	if (mosix_inline_unpack(call, reply))
		return -EFAULT;
	if (is_restart(ret)) {
		if (ret == -ERESTART_RESTARTBLOCK)
			set_bit(MT_RESTART_HOME, &ctx->mt->flags);
		set_notify_signal(current);
	}
	return ret;
}

/* What it waited for the way and not for the call: loadinfo asks. */
static void count_loss(struct mosix_proc *proc, u64 waited_ns,
		       const struct mosix_msg *answer)
{
	const struct wire_reply *reply = (void *)answer->data;
	u64 lost_ns = waited_ns;

	if (mosix_msg_type(answer) == MSG_REPLY)
		lost_ns -= min(lost_ns, le64_to_cpu(reply->spent_ns));
	atomic64_add(lost_ns, &proc->talked_ns);
	WRITE_ONCE(proc->lost_ns, max(lost_ns, 1ULL));
}

/*
 * A call brings along what its thread has used of its CPU, but neither its counts
 * nor what is true of the others.
 */
static bool asks_what_was_used(const struct mosix_call_ctx *ctx)
{
	switch (ctx->nr) {
	case __NR_getrusage:
		return true;
	case __NR_times:
	case __NR_getitimer:
	case __NR_setitimer:
	case __NR_timer_gettime:
	case __NR_timer_settime:
	case __NR_clock_gettime:
		return READ_ONCE(ctx->mt->proc->nlive) > 1;
	default:
		return false;
	}
}

/**
 * mosix_body_forward - have the deputy carry out a call
 * @ctx: the call, with the arguments that the deputy shall see
 *
 * Return: its result. When the link fails the body is being killed, and the
 * result does not matter.
 * Context: the body, in the call; sleeps.
 */
long mosix_body_forward(struct mosix_call_ctx *ctx)
{
	struct mosix_link *link = mosix_proc_link(ctx->mt->proc);
	struct mosix_msg *msg, *answer;
	u64 asked_ns = ktime_get_ns();
	struct mosix_pull pull;
	struct wire_call call;
	long ret = -EINTR;

	if (!link)
		return ret;
	if (asks_what_was_used(ctx))
		mosix_account_report_all(ctx->mt->proc);
	mosix_signal_give_back(link, ctx->mt, current->blocked.sig[0]);
	msg = mosix_inline_pack(ctx);
	if (msg) {
		((struct wire_call *)msg->data)->lost_ns =
			cpu_to_le64(READ_ONCE(ctx->mt->proc->lost_ns));
		call = *(struct wire_call *)msg->data;
		if (mosix_pull_begin(&pull, &call))
			answer = mosix_call_parts(link, msg, &pull.taker);
		else
			answer = mosix_call(link, msg, MAX_SCHEDULE_TIMEOUT,
					    TASK_KILLABLE);
		if (!IS_ERR(answer)) {
			count_loss(ctx->mt->proc, ktime_get_ns() - asked_ns,
				   answer);
			ret = finish(ctx, &call, answer);
			if (pull.error && ret >= 0)
				ret = pull.error;
			mosix_clock_catch_up(link);
			mosix_msg_free(answer);
		}
	} else {
		ret = -ENOMEM;
	}
	/* What was put off while it read a clock is its own before the call returns. */
	if (!list_empty_careful(&ctx->mt->signals))
		mosix_task_kick(ctx->mt);
	mosix_link_put(link);
	return ret;
}

/**
 * mosix_body_forward_as - forward a call of the body's own, not the one made
 * @ctx: the call
 * @nr: number to forward; no windows
 * @args: its six arguments
 *
 * Return: its result.
 * Context: the body, in the call; sleeps.
 */
long mosix_body_forward_as(struct mosix_call_ctx *ctx, unsigned long nr,
			   const u64 *args)
{
	struct mosix_call_ctx other = *ctx;

	other.desc = &mosix_call_plain;
	other.kind = CALL_OWN;
	other.nr = nr;
	memcpy(other.args, args, sizeof(other.args));
	return mosix_body_forward(&other);
}

/**
 * mosix_body_fence - home holds its signals back from now on
 * @mt: record of current
 * @link: where
 *
 * A call that does nothing, with every signal blocked. In front of its answer
 * comes what home sent before; behind it home sends no more.
 *
 * Return: 0, or the error that ended the link.
 * Context: the body, at its safe point; sleeps.
 */
int mosix_body_fence(struct mosix_task *mt, struct mosix_link *link)
{
	struct mosix_call_ctx ctx = {
		.mt = mt,
		.desc = &mosix_call_plain,
		.kind = CALL_OWN,
		.nr = __NR_getppid,
	};
	struct mosix_msg *msg = mosix_inline_pack(&ctx);
	struct wire_call *call;
	struct mosix_msg *answer;

	if (!msg) {
		/* Home has asked once, and no page is given any more. */
		mosix_link_close(link, -ENOMEM);
		return -ENOMEM;
	}
	call = (void *)msg->data;
	call->blocked = cpu_to_le64(WIRE_BLOCKED_FENCE);
	answer = mosix_call(link, msg, MAX_SCHEDULE_TIMEOUT, TASK_KILLABLE);
	if (IS_ERR(answer))
		return PTR_ERR(answer);
	mosix_msg_free(answer);
	return 0;
}

/**
 * mosix_body_local - carry out a call here, with the context's arguments
 * @ctx: the call
 *
 * Return: its result.
 * Context: the body, in the call.
 */
long mosix_body_local(struct mosix_call_ctx *ctx)
{
	struct pt_regs regs = *ctx->regs;
	long ret;

	if (mosix_walltime_makes(ctx, &ret))
		return ret;
	mosix_call_load(&regs, ctx->args);
	return x64_sys_call(&regs, ctx->nr);
}

/**
 * mosix_body_call_home - all threads of a body go home by themselves
 * @proc: the process
 * @visitor: TID of the thread that only has a call to make there, 0 none
 *
 * Context: the body; behind it comes the safe point.
 */
void mosix_body_call_home(struct mosix_proc *proc, u32 visitor)
{
	if (!test_and_set_bit(MP_GO_HOME, &proc->flags)) {
		WRITE_ONCE(proc->visitor, visitor);
		/* Others may wait in calls at home, which only home interrupts. */
		if (READ_ONCE(proc->nlive) > 1)
			mosix_move_beg(proc, 0, 1);
	}
	mosix_proc_kick(proc);
}

static long borrower_calls(struct mosix_call_ctx *ctx)
{
	struct mosix_call_ctx home = *ctx;
	long ret;

	if (ctx->fate == FATE_VISIT || !may_borrower(ctx->nr, ctx->args[0]))
		return -EAGAIN;
	home.desc = &mosix_call_plain;
	ret = mosix_body_forward(&home);
	/* Perhaps it has made a filter, with a listener or not: some questions. */
	if (ret >= 0 && (ctx->nr == __NR_seccomp || ctx->nr == __NR_prctl))
		set_bit(MT_FILTERED, &ctx->mt->flags);
	return ret;
}

/**
 * mosix_body_return - the process goes home and makes the call there
 * @ctx: the call
 *
 * The call is restarted as after a signal without a handler; before that
 * comes the safe point, and behind it the process is at home.
 *
 * Return: -ERESTARTNOINTR; of one that borrows its memory what the call returns at
 * home, or -EAGAIN.
 * Context: the body, in the call.
 */
long mosix_body_return(struct mosix_call_ctx *ctx)
{
	if (test_bit(MT_BORROWS, &ctx->mt->flags))
		return borrower_calls(ctx);
	mosix_body_call_home(ctx->mt->proc, ctx->mt->tid);
	return -ERESTARTNOINTR;
}

/**
 * mosix_body_both - make a call home first, for its limits and errors; then here
 * @ctx: the call
 *
 * Return: its result here, or what home refused it with.
 * Context: the body, in the call.
 */
long mosix_body_both(struct mosix_call_ctx *ctx)
{
	long ret = mosix_body_forward(ctx);

	return ret < 0 ? ret : mosix_body_local(ctx);
}

static long by_class(struct mosix_call_ctx *ctx, enum mosix_call_class class)
{
	switch (class) {
	case MOSIX_CALL_LOCAL:
		return mosix_body_local(ctx);
	case MOSIX_CALL_HOME:
		return mosix_body_forward(ctx);
	case MOSIX_CALL_BOTH:
		return mosix_body_both(ctx);
	case MOSIX_CALL_RETURN:
		return mosix_body_return(ctx);
	default:
		return -ENOSYS;
	}
}

/**
 * mosix_call_class_of - where a call whose class depends on an argument is made
 * @ctx: the call
 *
 * Return: its class.
 * Context: the body, in the call.
 */
enum mosix_call_class mosix_call_class_of(const struct mosix_call_ctx *ctx)
{
	return mosix_option_class(ctx->nr, ctx->args, ctx->mt->tid);
}

/**
 * mosix_call_option - a call whose class depends on an argument
 * @ctx: the call
 *
 * Return: its result.
 * Context: the body, in the call.
 */
long mosix_call_option(struct mosix_call_ctx *ctx)
{
	return by_class(ctx, mosix_call_class_of(ctx));
}

/**
 * mosix_call_restart_syscall - go on with a call that a signal interrupted
 * @ctx: the call
 *
 * Return: its result.
 * Context: the body, in the call.
 */
long mosix_call_restart_syscall(struct mosix_call_ctx *ctx)
{
	if (test_and_clear_bit(MT_RESTART_HOME, &ctx->mt->flags))
		return mosix_body_forward(ctx);
	return mosix_body_local(ctx);
}

/**
 * mosix_call_rt_sigaction - home must know what a signal does
 * @ctx: the call
 *
 * Return: its result.
 * Context: the body, in the call.
 */
long mosix_call_rt_sigaction(struct mosix_call_ctx *ctx)
{
	return mosix_body_both(ctx);
}

/* Some futex operations touch the words in a way that cannot wait. */
static void pull_futex(const u64 *args)
{
	mosix_mm_pull(current->mm, args[0], sizeof(u32));
	switch (args[1] & FUTEX_CMD_MASK) {
	case FUTEX_REQUEUE:
	case FUTEX_CMP_REQUEUE:
	case FUTEX_WAKE_OP:
	case FUTEX_WAIT_REQUEUE_PI:
	case FUTEX_CMP_REQUEUE_PI:
		mosix_mm_pull(current->mm, args[4], sizeof(u32));
	}
}

/**
 * mosix_syscall_enter - hook: a body, or a visitor, makes a system call
 * @regs: its registers
 * @nr: the number
 *
 * Return: @nr to have the kernel carry it out here; -1 when it is done and
 * regs->ax holds the result.
 * Context: syscall entry, may sleep.
 */
long mosix_syscall_enter(struct pt_regs *regs, long nr)
{
	struct mosix_call_ctx ctx = {
		.mt = current->mosix,
		.regs = regs,
		.desc = mosix_call_find(nr),
		.nr = nr,
		.args = { regs->di, regs->si, regs->dx,
			  regs->r10, regs->r8, regs->r9 },
	};
	long ret;

	if (nr == -1 || !ctx.mt)
		return nr;
	if (!mosix_proc_is_guest(ctx.mt->proc))
		return mosix_visit_call(ctx.mt, nr);
	/* int $0x80 has other numbers: nothing of the table holds for it. */
	if (!ctx.desc || in_compat_syscall()) {
		regs->ax = -ENOSYS;
		return -1;
	}
	if (ctx.desc->class != MOSIX_CALL_LOCAL &&
	    test_bit(MP_GO_HOME, &ctx.mt->proc->flags)) {
		/* Nothing begins any more: the call is made again at home. */
		mosix_task_kick(ctx.mt);
		regs->ax = -ERESTARTNOINTR;
		return -1;
	}
	if (!mosix_filter_passes(&ctx, &ret)) {
		mosix_filter_obey(ctx.mt);
		regs->ax = ret;
		return -1;
	}
	if (ctx.desc->class == MOSIX_CALL_LOCAL) {
		if (nr == __NR_futex)
			pull_futex(ctx.args);
		/* A restart block that it leaves is this node's. */
		clear_bit(MT_RESTART_HOME, &ctx.mt->flags);
		if (!mosix_walltime_makes(&ctx, &ret))
			return nr;
		regs->ax = ret;
		return -1;
	}
	regs->ax = ctx.desc->handler ? ctx.desc->handler(&ctx) :
				       by_class(&ctx, ctx.desc->class);
	mosix_filter_obey(ctx.mt);
	return -1;
}
