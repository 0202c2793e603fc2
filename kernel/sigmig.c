// SPDX-License-Identifier: GPL-2.0-only
/*
 * A signal at each move, out, onward and home, for a process that has asked for one:
 * /proc/PID/mosix/sigmig.
 *
 * Home sends it, where all signals of a process come from, behind the step that counts
 * the move: one for each that nmigs counts. That a move is under way does not matter to
 * it any more: it is pending at home like any other, and goes to the body, or waits for
 * the threads that are being restored with all signals blocked.
 *
 * Who visits home for a call would have its handler run in front of that call, and may
 * be on its way back by the end of it: it would come again for the call, and so on. So
 * the way home is told together with the way back, or once nothing comes of that.
 *
 * It is for the program that asked. Another one has no handler and would die of it, so
 * what is asked for is kept together with the number that the kernel has for programs
 * that a process executed, and is nothing once that is another. A child has a record of
 * its own, with nothing asked for.
 */
#include "sigmig.h"

#include "task.h"

#include <linux/kstrtox.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/signal.h>

/**
 * mosix_sigmig_ask - a process shall get a signal at each move
 * @p: a task of it with a record
 * @value: number of the signal as text, "0" none
 *
 * Return: 0; -EINVAL for what is no signal, or one that nobody can have a handler
 * for; -EOPNOTSUPP for a guest: its home sends it.
 * Context: any in which @p executes no other program.
 */
int mosix_sigmig_ask(struct task_struct *p, const char *value)
{
	struct mosix_proc *proc = mosix_task_proc(p);
	u8 signo;

	if (kstrtou8(value, 10, &signo) || !valid_signal(signo) ||
	    sig_kernel_only(signo))
		return -EINVAL;
	if (mosix_proc_is_guest(proc))
		return -EOPNOTSUPP;
	spin_lock(&proc->lock);
	proc->sigmig = signo;
	proc->sigmig_program = p->self_exec_id;
	proc->untold = 0;
	spin_unlock(&proc->lock);
	return 0;
}

/**
 * mosix_sigmig_asked - the signal that a process gets at each move
 * @p: a task of it that the caller holds
 *
 * Return: its number, 0 none.
 * Context: any.
 */
u32 mosix_sigmig_asked(struct task_struct *p)
{
	struct mosix_proc *proc = mosix_task_proc(p);
	u32 signo = 0;

	if (!proc)
		return 0;
	spin_lock(&proc->lock);
	if (proc->sigmig_program == READ_ONCE(p->self_exec_id))
		signo = proc->sigmig;
	spin_unlock(&proc->lock);
	return signo;
}

/**
 * mosix_sigmig_count - a move is complete
 * @proc: the process, at its home; who has it counted calls mosix_sigmig_send()
 *
 * Context: with the process's lock.
 */
void mosix_sigmig_count(struct mosix_proc *proc)
{
	lockdep_assert_held(&proc->lock);
	proc->nmigs++;
	proc->untold++;
}

/*
 * As one of the kernel: whoever moved it may have no right to send it signals, and a
 * queue that is full does not keep it from coming.
 */
static void send_one(struct mosix_proc *proc)
{
	struct task_struct *task;
	int ret = -ESRCH;
	u32 signo;

	/* One that ends meanwhile stands for the process no longer: the next one. */
	while (ret == -ESRCH && (task = mosix_proc_task(proc, 0))) {
		signo = mosix_sigmig_asked(task);
		ret = signo ? do_send_sig_info(signo, SEND_SIG_PRIV, task,
					       PIDTYPE_TGID) : 0;
		put_task_struct(task);
	}
}

/**
 * mosix_sigmig_send - a process hears of those of its moves that it was not told of
 * @proc: the process, at its home
 *
 * Context: process context, nothing held.
 */
void mosix_sigmig_send(struct mosix_proc *proc)
{
	u32 left;

	spin_lock(&proc->lock);
	left = proc->untold;
	proc->untold = 0;
	spin_unlock(&proc->lock);
	while (left--)
		send_one(proc);
}
