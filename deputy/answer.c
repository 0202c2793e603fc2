// SPDX-License-Identifier: GPL-2.0-only
/*
 * A deputy carries out what its body calls: by the kernel's own table, in its own
 * context, with a copy of the registers; after each call comes what the way back to
 * user mode would have done.
 */
#include "deputy.h"

#include "body.h"
#include "bulk.h"

#include "../kernel/migrate.h"
#include "../kernel/msgdef.h"
#include "../kernel/stay.h"
#include "../kernel/talk.h"
#include "../kernel/visit.h"

#include <linux/audit.h>
#include <linux/memcontrol.h>
#include <linux/sched/signal.h>
#include <linux/sched/task_stack.h>
#include <linux/task_work.h>

#include <asm/syscall.h>
#include <asm/unistd.h>

/* Only blocked ones are left: the others went to the body, or did their work. */
static void tell_pending(struct mosix_msg *msg, u64 began_ns)
{
	struct wire_reply *reply = (void *)msg->data;

	reply->waits = cpu_to_le64(mosix_signal_waits());
	reply->spent_ns = cpu_to_le64(ktime_get_ns() - began_ns);
}

/* The audit trail of home has what the program has asked for, wherever it is. */
static void audit_begin(const struct wire_call *call, const u64 *args)
{
	unsigned long nr = le64_to_cpu(call->nr);

	if (le16_to_cpu(call->kind) != CALL_OWN || nr == __NR_clone)
		audit_syscall_entry(nr, args[0], args[1], args[2], args[3]);
}

static long audit_end(long ret)
{
	struct pt_regs regs = { .ax = ret };

	audit_syscall_exit(&regs);	/* nothing when none has begun */
	return ret;
}

static long carry_out(struct mosix_task *mt, const struct wire_call *call,
		      const u64 *args)
{
	struct pt_regs regs = *task_pt_regs(current);
	unsigned long nr = le64_to_cpu(call->nr);
	long ret = mosix_bulk_read(mt, call);

	if (ret != -EOPNOTSUPP)
		return ret;

	if (nr == __NR_clone && (args[0] & CLONE_THREAD))
		return mosix_clone_deputy(args[0]);
	if (nr == __NR_clone)
		return mosix_fork_deputy(mt, args[0]);
	regs.orig_ax = nr;
	regs.ax = -ENOSYS;
	mosix_call_load(&regs, args);
	if (mosix_exec_is(nr))
		return mosix_exec_make(mt, call, &regs);
	return x64_sys_call(&regs, nr);
}

/* Code that is mapped is about to run, and may look at what the CPU has. */
static bool loads_code(struct mosix_task *mt, const struct wire_call *call)
{
	if (test_bit(MT_BORROWS, &mt->flags) || !mosix_memory_loads(call) ||
	    !mosix_visit_has_more(mt->proc))
		return false;
	set_bit(MP_LOADS, &mt->proc->flags);
	return true;
}

/* Has the process to come for this call, by what home knows of it? */
static bool needs_visit(struct mosix_task *mt, const struct wire_call *call)
{
	unsigned long nr = le64_to_cpu(call->nr);

	if (nr == __NR_clone)
		return mosix_fork_visits(mt, le64_to_cpu(call->args[0]));
	if (le16_to_cpu(call->kind) == CALL_OWN)
		return false;
	return mosix_memory_visits(call) || loads_code(mt, call);
}

/* What the way back to user mode would do. */
static void leave_call(void)
{
	if (task_work_pending(current))
		task_work_run();	/* delayed fput(): files close now */
	mem_cgroup_handle_over_high(GFP_KERNEL);
	cond_resched();
}

/* /proc shows what a process is at by the registers with which it came. */
static void show_call(const struct wire_call *call)
{
	struct pt_regs *regs = task_pt_regs(current);
	u64 args[MOSIX_CALL_ARGS];

	mosix_call_args(args, call);
	mosix_call_load(regs, args);
	regs->ip = le64_to_cpu(call->ip);
	regs->orig_ax = le64_to_cpu(call->nr);
}

static void show_none(void)
{
	task_pt_regs(current)->orig_ax = -1;
}

/* *@began_ns: without the time that the call waits for its body. */
static struct mosix_msg *make_call(struct mosix_task *mt,
				   const struct mosix_msg *msg, u64 *began_ns)
{
	const struct wire_call *call = (void *)msg->data;
	struct mosix_scratch scratch;
	struct mosix_mirror mirror;
	struct mosix_msg *reply;
	long ret;

	mosix_memory_before(mt, &mirror, call);
	mosix_scratch_begin(mt, msg, &scratch);
	audit_begin(call, scratch.args);
	show_call(call);
	ret = mosix_call_soften(le64_to_cpu(call->nr),
				audit_end(carry_out(mt, call, scratch.args)));
	show_none();
	mosix_memory_after(mt, &mirror, call, ret);
	mosix_scratch_restart(call, &scratch, ret);
	scratch.apart = mosix_bulk_flush(mt, ret);
	reply = mosix_inline_reply(call, &scratch, ret);
	*began_ns += mosix_bulk_end(mt);
	return reply;
}

/**
 * mosix_answer_fate - the answer to a call that is not made
 * @call: the call
 * @ret: result, or what else @fate says it is
 * @fate: what becomes of it
 *
 * Return: MSG_REPLY, NULL when there is no memory.
 * Context: the deputy.
 */
struct mosix_msg *mosix_answer_fate(const struct wire_call *call, long ret,
				    enum wire_fate fate)
{
	const struct mosix_scratch none = { };
	struct mosix_msg *reply = mosix_inline_reply(call, &none, ret);
	struct wire_reply *said;

	if (!reply)
		return NULL;
	said = (void *)reply->data;
	said->fate = cpu_to_le16(fate);
	return reply;
}

/* What becomes of a call: a filter's word, a visit, or the call's result. */
static struct mosix_msg *answer_call(struct mosix_task *mt,
				     struct mosix_msg *msg, u64 *began_ns)
{
	const struct wire_call *call = (void *)msg->data;
	enum wire_fate fate = FATE_MADE;
	long ret = 0;

	/* A signal on its way to the body finds it in this call; so does a move. */
	if (le32_to_cpu(call->signals) != mt->nsignals ||
	    test_bit(MP_GO_HOME, &mt->proc->flags))
		set_notify_signal(current);
	if (mosix_filter_stops(mt, msg, &ret))
		fate = FATE_FILTERED;
	else if (le16_to_cpu(call->kind) != CALL_ASK && needs_visit(mt, call))
		fate = FATE_VISIT;
	else if (le16_to_cpu(call->kind) != CALL_ASK)
		return make_call(mt, msg, began_ns);
	return mosix_answer_fate(call, ret, fate);
}

/* What its body has used by now; that was before anything was blocked for the call. */
static void hear_usage(struct mosix_task *mt, struct mosix_msg *msg)
{
	const struct wire_call *call = (void *)msg->data;
	const struct wire_usage usage = {
		.utime_ns = call->utime_ns,
		.stime_ns = call->stime_ns,
	};

	if (!wire_call_is_fence(call))
		WRITE_ONCE(mt->runs, 1);
	mosix_account_add(mt->proc, mt->tid, &usage);
	if (!mosix_cputimer_wanted(mt))
		return;
	mt->reply = msg;	/* a signal may end us: the record frees it */
	mosix_cputimer_run(mt);
	mosix_deputy_signals(mt);
	mt->reply = NULL;
}

/**
 * mosix_deputy_call - the body makes a call
 * @mt: record of current
 * @msg: MSG_CALL, checked; consumed
 *
 * Return: 0, or a negative errno that ends the link.
 * Context: the deputy.
 */
int mosix_deputy_call(struct mosix_task *mt, struct mosix_msg *msg)
{
	const struct wire_call *call = (void *)msg->data;
	u64 began_ns = ktime_get_ns();
	struct mosix_link *link;
	struct mosix_msg *reply;
	int error = -ENOMEM;

	if (!mosix_call_may_forward(call, mt) ||
	    !mosix_filter_grants(mt, call) || mosix_proc_calls(mt)) {
		mosix_msg_free(msg);
		return -EPROTO;
	}
	assign_bit(MT_FENCED, &mt->flags, wire_call_is_fence(call));
	if (wire_call_is_fence(call))
		mosix_deputy_settle(mt->proc);
	hear_usage(mt, msg);
	mosix_talk_heard(le64_to_cpu(call->lost_ns));
	WRITE_ONCE(mt->proc->calls, mt->proc->calls + 1);
	mosix_pace_heard(mt->proc, mt->tid, le32_to_cpu(call->signals));
	mosix_pace_mask(mt, le64_to_cpu(call->blocked));
	reply = answer_call(mt, msg, &began_ns);
	/* Behind its answer the body may stand still, and come home. */
	clear_bit(MT_CALLS, &mt->flags);
	leave_call();
	if (!mosix_proc_is_away(mt->proc)) {
		/* It has become another program: nobody waits for a result. */
		mosix_msg_free(reply);
		mosix_msg_free(msg);
		return 0;
	}
	mosix_deputy_obey(current);
	mosix_cputimer_set(mt, le64_to_cpu(call->nr));
	/* What the call raised reaches the body before its result. */
	if (reply) {
		reply->h.id = msg->h.id;
		reply->h.tid = msg->h.tid;
	}
	mosix_msg_free(msg);
	mt->reply = reply;	/* a signal may end us: the record frees it */
	mosix_deputy_signals(mt);
	mt->reply = NULL;
	link = mosix_proc_link(mt->proc);
	if (reply && link) {
		tell_pending(reply, began_ns);
		error = mosix_link_send_now(link, reply);
	} else {
		mosix_msg_free(reply);
	}
	mosix_memory_told(mt);
	mosix_link_put(link);
	return error;
}

/**
 * mosix_deputy_mask - the body blocks other signals now
 * @mt: record of current
 * @msg: MSG_MASK; consumed
 *
 * Return: 0.
 * Context: the deputy.
 */
int mosix_deputy_mask(struct mosix_task *mt, struct mosix_msg *msg)
{
	const struct wire_mask *mask = (void *)msg->data;

	mosix_pace_mask(mt, le64_to_cpu(mask->blocked));
	mosix_msg_free(msg);
	return 0;
}
