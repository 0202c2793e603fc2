// SPDX-License-Identifier: GPL-2.0-only
/*
 * A body executes another program.
 *
 * Home has the files, and after the call there is nothing of the body left that
 * it would need: so the deputy executes the program itself, with strings that it
 * reads in the body's memory like those of any other call. If that fails, the
 * body goes on and has lost one round trip (a shell that looks for a command
 * does this all the time). If not, the deputy has become the new program, whole
 * and at home; it leaves the loop for user mode, and the body ends without a
 * word. Where the body was, the new program goes with its first call, as after a
 * visit; not where it would see CPU features in that moment that home lacks.
 *
 * The process's other threads are ended by the kernel's own exec: their deputies,
 * as they die, tell the body to. The one that executes then has the PID.
 */
#include "body.h"
#include "deputy.h"

#include "../kernel/migrate.h"
#include "../kernel/moves.h"
#include "../kernel/pages.h"
#include "../kernel/visit.h"

#include <linux/sched/mm.h>
#include <linux/sched/task_stack.h>

#include <asm/syscall.h>
#include <asm/unistd.h>

/**
 * mosix_exec_is - does this call execute a program?
 * @nr: its number
 *
 * Return: true when it does.
 * Context: any.
 */
bool mosix_exec_is(unsigned long nr)
{
	return nr == __NR_execve || nr == __NR_execveat;
}

/* Whoever waits for a page of the old memory gets a fault. */
static void drop_memory(struct mosix_proc *proc, struct mosix_link *link)
{
	struct mosix_pages *pg;

	spin_lock(&proc->lock);
	pg = proc->pages;
	proc->pages = NULL;
	spin_unlock(&proc->lock);
	if (!pg)
		return;
	mosix_pages_lost(pg, link, -ESRCH);
	mosix_pages_put(pg);
}

/* The process is whole, in its new memory. */
static void become_whole(struct mosix_task *mt)
{
	struct mosix_proc *proc = mt->proc;
	struct mosix_link *link = mosix_proc_link(proc);
	bool has_more = mosix_visit_has_more(proc);
	bool goes;
	u16 node;

	mosix_proc_event(proc, EV_EXEC);
	mosix_proc_unlink(proc);
	drop_memory(proc, link);
	if (link) {
		/* Nobody hears what the body says after this. */
		mosix_deputy_kill(link, 0);
		mosix_link_finish(link);
	}
	mosix_link_put(link);
	mt->scratch = 0;
	mt->tid = task_pid_vnr(current);
	clear_bit(MT_RESTART_HOME, &mt->flags);
	clear_bit(MT_BORROWS, &mt->flags);
	goes = test_and_clear_bit(MT_FOLLOWS, &mt->flags);
	spin_lock(&proc->lock);
	goes = goes || mosix_visit_is_worth(proc);
	node = goes && !has_more ? proc->where : 0;
	proc->where = 0;
	proc->nmigs++;
	proc->since = jiffies;
	proc->flags = 0;
	spin_unlock(&proc->lock);
	wake_up_all(mosix_moves_queue());
	mosix_task_flush(mt);
	if (node)
		mosix_visit_begin(proc, mt->tid, node);
}

/**
 * mosix_exec_make - the deputy executes the program
 * @mt: record of current
 * @call: the call
 * @regs: registers with its arguments
 *
 * A signal that is on its way to the body must find the program that it was sent
 * to: the call is made again behind it.
 *
 * Return: what the call returns. When the memory is new current is no deputy any
 * more, whatever that is.
 * Context: the deputy.
 */
long mosix_exec_make(struct mosix_task *mt, const struct wire_call *call,
		     struct pt_regs *regs)
{
	struct mm_struct *old = current->mm;
	long ret;

	if (le32_to_cpu(call->signals) != mt->nsignals)
		return -ERESTARTNOINTR;
	/* What is lent goes on without us. */
	if (test_bit(MT_BORROWS, &mt->flags))
		mosix_scratch_end(mt);
	mmgrab(old);		/* no other one gets its address */
	ret = x64_sys_call(regs, regs->orig_ax);
	if (current->mm != old) {
		/* The frame is that of a call long ago: nothing to restart. */
		task_pt_regs(current)->orig_ax = -1;
		task_pt_regs(current)->ax = 0;
		become_whole(mt);
	}
	mmdrop(old);
	return ret;
}
