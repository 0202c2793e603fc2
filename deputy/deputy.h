/* SPDX-License-Identifier: GPL-2.0-only */
/* The home half: a deputy carries out what its body sends home. */
#ifndef MOSIX_DEPUTY_DEPUTY_H
#define MOSIX_DEPUTY_DEPUTY_H

#include "syscall.h"

#include "../kernel/link.h"
#include "../kernel/task.h"

#include <linux/ptrace.h>

/* answer.c: calls of its body, and their mask */
int mosix_deputy_call(struct mosix_task *mt, struct mosix_msg *msg);
int mosix_deputy_mask(struct mosix_task *mt, struct mosix_msg *msg);
struct mosix_msg *mosix_answer_fate(const struct wire_call *call, long ret,
				    enum wire_fate fate);

/* deputy.c: messages for a deputy; _leave and _usage in the receiver */
int mosix_deputy_signal(struct mosix_task *mt, struct mosix_msg *msg);
int mosix_deputy_exit(struct mosix_task *mt, struct mosix_msg *msg);
int mosix_deputy_leave(struct mosix_link *link, struct mosix_msg *msg);
int mosix_deputy_usage(struct mosix_link *link, struct mosix_msg *msg);
void mosix_deputy_end(struct mosix_task *mt, long code);
void mosix_deputy_signals(struct mosix_task *mt);
void mosix_deputy_kill(struct mosix_link *link, long code);
void mosix_deputy_settle(struct mosix_proc *proc);
void mosix_deputy_obey(struct task_struct *p);

/* The arguments of a call that a message asks for. */
static inline void mosix_call_args(u64 *args, const struct wire_call *call)
{
	u32 i;

	for (i = 0; i < MOSIX_CALL_ARGS; i++)
		args[i] = le64_to_cpu(call->args[i]);
}

/* As x64_sys_call() finds them. */
static inline void mosix_call_load(struct pt_regs *regs, const u64 *args)
{
	regs->di = args[0];
	regs->si = args[1];
	regs->dx = args[2];
	regs->r10 = args[3];
	regs->r8 = args[4];
	regs->r9 = args[5];
}

/* syscall.c */
bool mosix_call_may_forward(const struct wire_call *call,
			    const struct mosix_task *mt);

/**
 * struct mosix_scratch - a call's arguments, its windows in the scratch area
 * @args: arguments to make it with
 * @at: where its windows are
 * @count: windows; 0 when it is made with its own addresses
 * @apart: what the call wrote into its large window is not for REPLY
 */
struct mosix_scratch {
	u64 args[MOSIX_CALL_ARGS];
	u64 at[WIRE_WINDOWS_MAX];
	u32 count;
	bool apart;
};

/* pace.c: how many signals are on their way, at home */
void mosix_pace_mask(struct mosix_task *mt, u64 mask);
bool mosix_pace_opens(const struct mosix_task *mt);
void mosix_pace_open(struct mosix_task *mt);
bool mosix_pace_holds(struct mosix_task *mt);
void mosix_pace_heard(struct mosix_proc *proc, u32 tid, u32 taken);
int mosix_pace_taken(struct mosix_link *link, struct mosix_msg *msg);

/* restore.c */
int mosix_restore_home_end(struct mosix_task *mt, struct mosix_msg *msg);
void mosix_restore_own(struct mosix_task *mt);
void mosix_restore_done(struct mosix_task *mt);

/* filter.c: seccomp */
bool mosix_filter_knows(const struct wire_call *call);
bool mosix_filter_grants(struct mosix_task *mt, const struct wire_call *call);
bool mosix_filter_stops(struct mosix_task *mt, struct mosix_msg *msg,
			long *ret);
bool mosix_filter_ends(struct mosix_task *mt, struct mosix_link *link,
		       long code);

/* exec.c */
bool mosix_exec_is(unsigned long nr);
long mosix_exec_make(struct mosix_task *mt, const struct wire_call *call,
		     struct pt_regs *regs);

/* fork.c */
bool mosix_fork_visits(struct mosix_task *mt, u64 flags);
long mosix_fork_deputy(struct mosix_task *mt, u64 flags);
int mosix_fork_made(struct mosix_link *link, struct mosix_msg *msg);

/* clone.c */
long mosix_clone_deputy(u64 flags);

/* scratch.c */
void mosix_scratch_begin(struct mosix_task *mt, const struct mosix_msg *msg,
			 struct mosix_scratch *s);
unsigned long mosix_scratch_map(struct mosix_task *mt, unsigned long size,
				const struct vm_special_mapping *mapping);
void mosix_scratch_unmap(unsigned long addr, unsigned long size,
			 const struct vm_special_mapping *mapping);
void mosix_scratch_close(const struct vm_special_mapping *sm,
			 struct vm_area_struct *vma);
void mosix_scratch_restart(const struct wire_call *call,
			   const struct mosix_scratch *s, long ret);
void mosix_scratch_clear(struct mosix_task *mt, u64 start, u64 len);
void mosix_scratch_end(struct mosix_task *mt);

/* inline.c */
struct mosix_msg *mosix_inline_reply(const struct wire_call *call,
				     const struct mosix_scratch *s, long ret);

/* memory.c: a memory call was carried out at home */
struct mosix_mirror {
	unsigned long brk;
};

void mosix_memory_before(struct mosix_task *mt, struct mosix_mirror *mirror,
			 const struct wire_call *call);
bool mosix_memory_visits(const struct wire_call *call);
bool mosix_memory_loads(const struct wire_call *call);
void mosix_memory_told(struct mosix_task *mt);
void mosix_memory_after(struct mosix_task *mt,
			const struct mosix_mirror *mirror,
			const struct wire_call *call, long ret);

#endif /* MOSIX_DEPUTY_DEPUTY_H */
