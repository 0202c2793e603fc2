// SPDX-License-Identifier: GPL-2.0-only
/*
 * The threads of a body: those that come along with it, and those that it
 * makes.
 *
 * The first one makes the others. Each builds itself from its own image and
 * says so; when all have, the host says that the body has started, and they go.
 */
#include "birth.h"

#include "image.h"
#include "link.h"
#include "migrate.h"
#include "task.h"

#include <linux/cred.h>
#include <linux/delay.h>
#include <linux/init_task.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>

static bool is_lost(struct mosix_proc *proc)
{
	struct mosix_link *link = READ_ONCE(proc->link);

	return !link || READ_ONCE(link->error) ||
	       test_bit(MP_FAILED, &proc->flags);
}

static bool all_arrived(struct mosix_proc *proc)
{
	/* All but the one that waits for them. */
	return READ_ONCE(proc->arrived) + 1 >= READ_ONCE(proc->nlive);
}

/**
 * mosix_thread_await_all - the others have done their part
 * @mt: record of current, the first thread
 *
 * Return: 0, -ECANCELED when one could not, or the link is lost.
 * Context: the first thread of a body that is being built.
 */
int mosix_thread_await_all(struct mosix_task *mt)
{
	struct mosix_proc *proc = mt->proc;

	wait_event_killable(proc->wait, all_arrived(proc) || is_lost(proc));
	if (!all_arrived(proc) || test_bit(MP_FAILED, &proc->flags))
		return -ECANCELED;
	spin_lock(&proc->lock);
	proc->arrived = 0;
	spin_unlock(&proc->lock);
	return 0;
}

/* Nobody may run, and perhaps end, before all have come so far. */
static int begin_together(struct mosix_task *mt)
{
	struct mosix_proc *proc = mt->proc;

	mosix_proc_arrive(proc);
	wait_event_killable(proc->wait, test_bit(MP_STARTED, &proc->flags) ||
			    is_lost(proc));
	return test_bit(MP_STARTED, &proc->flags) ? 0 : -ECANCELED;
}

/**
 * mosix_thread_enter - current goes to user mode from here
 * @mt: its record, whose image has the registers
 *
 * Context: the last thing in a thread's kernel function.
 */
void mosix_thread_enter(struct mosix_task *mt)
{
	/* The registers are loaded at the safe point, on the way out. */
	set_task_syscall_work(current, MOSIX);
	mosix_task_kick(mt);
}

/* A thread of a body: one that came along, or one that it makes itself. */
static int thread_main(void *arg)
{
	struct mosix_task *mt = arg;
	struct mosix_proc *proc = mt->proc;
	bool arrives = mosix_proc_state(proc) < ST_RUNNING;
	int ret;

	mosix_task_attach(mt);
	ret = mosix_build_nobody();
	ret = ret ?: mosix_build_thread(mt);
	if (ret && arrives)
		mosix_proc_fail(proc);
	if (!ret && arrives)
		ret = begin_together(mt);
	if (ret)
		do_exit(0);
	mosix_thread_enter(mt);
	return 0;
}

/**
 * mosix_thread_clone - a task with the TID that it has at home
 * @args: of its clone, but for the TID
 * @tid: its TID
 *
 * Only root may choose that: the new task has its rights until it drops them.
 *
 * Return: its TID, or a negative errno.
 * Context: a thread of a body; sleeps for as long as an earlier body with that TID
 * takes to be buried.
 */
long mosix_thread_clone(struct kernel_clone_args *args, pid_t tid)
{
	const struct cred *own = override_creds(&init_cred);
	u32 tries = BIRTH_TRIES;
	long ret;

	args->set_tid = &tid;
	args->set_tid_size = 1;
	do {
		ret = kernel_clone(args);
		if (ret != -EEXIST)
			break;
		msleep(BIRTH_WAIT_MS);
	} while (--tries && !fatal_signal_pending(current));
	revert_creds(own);
	return ret;
}

/**
 * mosix_thread_make - one more thread of a body
 * @mt: its record, complete with its image
 * @args: flags and addresses of its clone
 *
 * It has its TID of home, which only root may choose; it drops that before it
 * does anything else.
 *
 * Return: its TID, or a negative errno.
 * Context: a thread of that body.
 */
long mosix_thread_make(struct mosix_task *mt, struct kernel_clone_args *args)
{
	args->flags |= CLONE_VM | CLONE_SIGHAND | CLONE_THREAD | CLONE_FS |
		       CLONE_FILES | CLONE_SYSVSEM | CLONE_UNTRACED;
	args->fn = thread_main;
	args->fn_arg = mt;
	return mosix_thread_clone(args, mt->tid);
}

/* A record without a task, with its image. */
static struct mosix_task *next_unborn(struct mosix_proc *proc,
				      const struct mosix_task *first)
{
	struct mosix_task *mt, *found = NULL;

	spin_lock(&proc->lock);
	list_for_each_entry(mt, &proc->threads, node) {
		if (mt != first && !mt->task && mt->image &&
		    !test_and_set_bit(MT_BORN, &mt->flags)) {
			found = mt;
			break;
		}
	}
	spin_unlock(&proc->lock);
	return found;
}

/**
 * mosix_thread_make_all - tasks for all threads that arrived
 * @first: record of current, the first one
 *
 * Return: 0, or a negative errno.
 * Context: the first thread, which still has the rights to choose TIDs.
 */
int mosix_thread_make_all(struct mosix_task *first)
{
	struct mosix_task *mt;
	long ret = 0;

	while (ret >= 0 && (mt = next_unborn(first->proc, first))) {
		struct kernel_clone_args args = { .flags = 0 };

		ret = mosix_thread_make(mt, &args);
		if (ret < 0)
			mosix_task_gone(mt);
	}
	return min(ret, 0L);
}

/* Who is being made is left to itself. True when nobody is left. */
static bool forget_unborn(struct mosix_proc *proc)
{
	struct mosix_task *mt;
	bool last = false;

	spin_lock(&proc->lock);
	list_for_each_entry(mt, &proc->threads, node) {
		if (test_and_set_bit(MT_BORN, &mt->flags))
			continue;
		set_bit(MT_GONE, &mt->flags);
		last = !--proc->nlive;
	}
	spin_unlock(&proc->lock);
	return last;
}

/**
 * mosix_thread_forget - no more comes of a guest: what is not made of it will not be
 * @proc: the guest, whose link has ended
 *
 * Its threads that have arrived count as those that live. Their first one may have
 * ended without having made them: then this is the end of it.
 *
 * Context: the link's receiver, which alone makes their records.
 */
void mosix_thread_forget(struct mosix_proc *proc)
{
	if (mosix_proc_state(proc) != ST_OFFERED || !forget_unborn(proc))
		return;
	mosix_proc_event(proc, EV_EXIT);
	mosix_proc_unlink(proc);
}
