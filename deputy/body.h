/* SPDX-License-Identifier: GPL-2.0-only */
/* The guest half: a body runs user code and sends home what must go home. */
#ifndef MOSIX_DEPUTY_BODY_H
#define MOSIX_DEPUTY_BODY_H

#include "syscall.h"

#include "../kernel/image.h"
#include "../kernel/link.h"
#include "../kernel/task.h"

struct kernel_clone_args;
struct mosix_image;
struct pt_regs;

/**
 * struct mosix_call_ctx - a system call of a body
 * @mt: record of current
 * @regs: its registers; ax is not yet the result
 * @desc: what syscall.tbl says about it
 * @nr: its number
 * @args: its arguments; a handler may change them before it forwards
 * @kind: enum wire_call_kind: who wants it
 * @fate: receives enum wire_fate
 */
struct mosix_call_ctx {
	struct mosix_task *mt;
	struct pt_regs *regs;
	const struct mosix_call_desc *desc;
	unsigned long nr;
	u64 args[MOSIX_CALL_ARGS];
	u16 kind;
	u16 fate;
};

/* syscall.c */
extern const struct mosix_call_desc mosix_call_plain;
long mosix_body_forward(struct mosix_call_ctx *ctx);
long mosix_body_forward_as(struct mosix_call_ctx *ctx, unsigned long nr,
			   const u64 *args);
long mosix_body_local(struct mosix_call_ctx *ctx);
long mosix_body_both(struct mosix_call_ctx *ctx);
long mosix_body_return(struct mosix_call_ctx *ctx);
void mosix_body_call_home(struct mosix_proc *proc, u32 visitor);
int mosix_body_fence(struct mosix_task *mt, struct mosix_link *link);
long mosix_call_option(struct mosix_call_ctx *ctx);
enum mosix_call_class mosix_call_class_of(const struct mosix_call_ctx *ctx);

/* inline.c */
struct mosix_msg *mosix_inline_pack(struct mosix_call_ctx *ctx);
int mosix_inline_unpack(const struct wire_call *call,
			const struct wire_reply *reply);

/* body.c: messages for a body, in the link's receiver */
void mosix_body_send_back(struct mosix_task *mt, struct mosix_link *link);
int mosix_body_come_home(struct mosix_link *link, struct mosix_msg *msg);
int mosix_body_signal(struct mosix_link *link, struct mosix_msg *msg);
int mosix_body_stop(struct mosix_link *link, struct mosix_msg *msg);
int mosix_body_kill(struct mosix_link *link, struct mosix_msg *msg);
void mosix_body_exit(struct mosix_task *mt, long code);

/* signal.c */
int mosix_signal_send(struct mosix_link *link, struct mosix_task *mt,
		      const struct kernel_siginfo *info, enum wire_signal_to to);
void mosix_signal_lend(struct mosix_proc *proc);
int mosix_signal_take_back(const struct wire_signal *s);
int mosix_signal_inherit(struct mosix_proc *proc, const struct wire_signal *s);
void mosix_signal_went(int signo);
u64 mosix_signal_waits(void);
void mosix_signal_give_back(struct mosix_link *link, struct mosix_task *mt,
			    u64 which);
void mosix_signal_take(struct mosix_task *mt);
bool mosix_signal_is_due(struct mosix_task *mt, u64 opened);

/* pace.c: how many signals are on their way, at the host */
bool mosix_pace_admits(const struct mosix_task *mt);
bool mosix_pace_has_room(struct mosix_link *link, struct mosix_task *mt);
void mosix_pace_tell(struct mosix_link *link, struct mosix_task *mt);

/* filter.c: seccomp */
bool mosix_filter_passes(const struct mosix_call_ctx *ctx, long *ret);
void mosix_filter_obey(struct mosix_task *mt);

/* walltime.c: the wall clock of home */
bool mosix_walltime_makes(struct mosix_call_ctx *ctx, long *ret);

/* core.c: who dies with a core dump dies at home */
bool mosix_core_take(struct mosix_task *mt, struct kernel_siginfo *info);

/* fork.c: a body makes a process */
long mosix_call_fork(struct mosix_call_ctx *ctx);
long mosix_call_vfork(struct mosix_call_ctx *ctx);
long mosix_call_process(struct mosix_call_ctx *ctx,
			struct kernel_clone_args *args);

/* Flags of a clone that are about where the new thread or process runs. */
#define CLONE_AWAY	(CLONE_SETTLS | CLONE_PARENT_SETTID | \
			 CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID)

/* clone.c: a thread makes another one */
struct mosix_image *mosix_clone_image(struct mosix_task *child,
				      const struct kernel_clone_args *args);
long mosix_call_clone(struct mosix_call_ctx *ctx);
long mosix_call_clone3(struct mosix_call_ctx *ctx);

/* memory.c: handlers that syscall.tbl names */
long mosix_call_mmap(struct mosix_call_ctx *ctx);
long mosix_call_munmap(struct mosix_call_ctx *ctx);
long mosix_call_brk(struct mosix_call_ctx *ctx);
long mosix_call_mprotect(struct mosix_call_ctx *ctx);
long mosix_call_mseal(struct mosix_call_ctx *ctx);
long mosix_call_mremap(struct mosix_call_ctx *ctx);
long mosix_memory_in_turn(struct mosix_call_ctx *ctx,
			  long (*fn)(struct mosix_call_ctx *ctx));

/* mask.c: calls that open the mask of blocked signals */
long mosix_call_unblock(struct mosix_call_ctx *ctx);
long mosix_call_rt_sigpending(struct mosix_call_ctx *ctx);
long mosix_call_rt_sigsuspend(struct mosix_call_ctx *ctx);
long mosix_call_ppoll(struct mosix_call_ctx *ctx);
long mosix_call_pselect6(struct mosix_call_ctx *ctx);
long mosix_call_epoll_pwait(struct mosix_call_ctx *ctx);
long mosix_call_epoll_pwait2(struct mosix_call_ctx *ctx);

/* mlock.c */
long mosix_call_mlock(struct mosix_call_ctx *ctx);
long mosix_call_munlock(struct mosix_call_ctx *ctx);
long mosix_call_madvise(struct mosix_call_ctx *ctx);

/* account.c */
void mosix_account_add(struct mosix_proc *proc, u32 tid,
		       const struct wire_usage *usage);
void mosix_account_heard(struct mosix_proc *proc, struct mosix_task *mt,
			 const struct wire_report *report);
int mosix_account_report(struct mosix_task *mt, struct task_struct *task);
void mosix_account_report_all(struct mosix_proc *proc);
void mosix_account_init(void);

/* cputimer.c */
void mosix_cputimer_booked(struct mosix_task *mt);
bool mosix_cputimer_wanted(const struct mosix_task *mt);
void mosix_cputimer_run(struct mosix_task *mt);
void mosix_cputimer_set(struct mosix_task *mt, unsigned long nr);
void mosix_cputimer_renewed(struct mosix_task *mt,
			    const struct kernel_siginfo *info);
int mosix_cputimer_heard(struct mosix_link *link, struct mosix_msg *msg);

#endif /* MOSIX_DEPUTY_BODY_H */
