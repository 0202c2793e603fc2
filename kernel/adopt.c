// SPDX-License-Identifier: GPL-2.0-only
/*
 * A body makes a process: the host's side.
 *
 * The child's body is made by this node's own fork out of the maker's, with the
 * PID that home gave it, and is a child of the realm like its maker. It says on
 * its maker's link that it is there. Home then makes a link for it, and says with
 * ADOPT whose it is; the child has waited for that, and runs.
 *
 *	maker's link		CALL (clone)	body --> home
 *				REPLY (PID)	     <--	a deputy is there
 *				MADE		     -->	a body is there, or it
 *								fails
 *	child's link		ADOPT		     <--
 *				ACCEPT		     -->	it runs
 */
#include "adopt.h"

#include "allow.h"
#include "birth.h"
#include "image.h"
#include "link.h"
#include "migrate.h"
#include "pages.h"
#include "param.h"
#include "pulse.h"

#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

/* Home connects, and both prove who they are. */
enum { ADOPT_TIMEOUT_S = 60 };

/**
 * struct newborn - what a child's body begins with
 * @mt: its record, with the reference to its process of who made it
 * @link: its maker's; reference held
 * @says: its maker waits for it, and cannot say MADE
 * @child_tid: where its TID goes in its memory, NULL nowhere
 */
struct newborn {
	struct mosix_task *mt;
	struct mosix_link *link;
	bool says;
	int __user *child_tid;
};

static void say_made(struct mosix_link *link, u32 pid, bool failed)
{
	struct mosix_msg *msg = mosix_msg_new(MSG_MADE,
					      sizeof(struct wire_made));
	struct wire_made *made;

	if (!msg) {
		mosix_link_close(link, -ENOMEM);
		return;
	}
	made = (void *)msg->data;
	made->pid = cpu_to_le32(pid);
	made->failed = cpu_to_le32(failed);
	mosix_link_send(link, msg);
}

/*
 * Its memory is there, and home is about to hear of it: now it may be adopted, and not
 * before, whatever a home asks for. Unless it has given up, and waits no more.
 */
static void put_up(struct mosix_proc *proc)
{
	spin_lock(&proc->lock);
	if (!test_bit(MP_VANISH, &proc->flags))
		set_bit(MP_ORPHAN, &proc->flags);
	spin_unlock(&proc->lock);
}

/*
 * Without a home it is nobody's: it ends without a word. Its maker's link ends of
 * silence only when home is dead or out of reach; when the maker has ended, too.
 */
static void await_adoption(struct mosix_task *mt, struct mosix_link *makers)
{
	unsigned long end = jiffies + mosix_pulse_patience(ADOPT_TIMEOUT_S);
	struct mosix_proc *proc = mt->proc;

	while (!READ_ONCE(proc->link) && !fatal_signal_pending(current) &&
	       (!makers || READ_ONCE(makers->error) != -ETIMEDOUT) &&
	       time_before(jiffies, end))
		wait_event_killable_timeout(proc->wait, READ_ONCE(proc->link),
					    HZ);
	spin_lock(&proc->lock);
	clear_bit(MP_ORPHAN, &proc->flags);
	if (!proc->link)
		set_bit(MP_VANISH, &proc->flags);
	spin_unlock(&proc->lock);
}

static int child_main(void *arg)
{
	struct newborn born = *(struct newborn *)arg;
	struct mosix_task *mt = born.mt;
	int ret;

	kfree(arg);
	mosix_task_attach(mt);
	mosix_proc_put(mt->proc);	/* the maker's reference */
	if (born.says && born.link) {
		put_up(mt->proc);
		say_made(born.link, mt->tid, false);
	}
	ret = mosix_build_nobody();
	ret = ret ?: mosix_build_thread(mt);
	await_adoption(mt, born.link);
	mosix_link_put(born.link);
	if (test_bit(MP_VANISH, &mt->proc->flags))
		do_group_exit(0);
	if (!ret && born.child_tid)
		put_user(mt->tid, born.child_tid);	/* as the kernel: or not */
	if (ret)
		send_sig(SIGKILL, current, 1);
	mosix_thread_enter(mt);
	return 0;
}

/**
 * mosix_adopt_room - may a body make a process here?
 *
 * Return: false when this node wants no more guests, or current's parent on this
 * node cannot be the child's: the process has to go home for it.
 * Context: a body.
 */
bool mosix_adopt_room(void)
{
	return !mosix_param(PARAM_BLOCK) && mosix_birth_room() &&
	       !(current->signal->flags & SIGNAL_UNKILLABLE);
}

/* Of the maker's home: by its link, as the child has none. */
static u64 life_of(struct mosix_proc *maker)
{
	struct mosix_link *link = mosix_proc_link(maker);
	u64 life = link ? link->boot : 0;

	mosix_link_put(link);
	return life;
}

static struct mosix_proc *child_new(struct mosix_proc *maker, u32 pid)
{
	struct mosix_proc *proc = mosix_proc_new(maker->home, pid);

	if (!proc)
		return NULL;
	proc->life = life_of(maker);
	WRITE_ONCE(proc->state, ST_RUNNING);	/* never was at home here */
	set_bit(MP_STARTED, &proc->flags);
	WRITE_ONCE(proc->home_uid, maker->home_uid);
	mosix_allow_inherit(proc, maker);
	return proc;
}

/**
 * mosix_adopt_new - a record for a process that current makes
 * @pid: its PID, as home said
 *
 * Return: the record of its thread, whose process has one reference; NULL when
 * there is no memory.
 * Context: a body, in its call.
 */
struct mosix_task *mosix_adopt_new(u32 pid)
{
	struct mosix_proc *maker = current->mosix->proc;
	struct mosix_proc *proc = child_new(maker, pid);
	struct mosix_task *mt = proc ? mosix_task_new(proc, pid) : NULL;

	if (!mt) {
		mosix_proc_put(proc);
		return NULL;
	}
	if (test_bit(MP_DUMPS, &maker->flags))
		set_bit(MP_DUMPS, &proc->flags);
	return mt;
}

/* No signal may end the call now: home has made its half. */
static u64 block_signals(u64 mask)
{
	struct sighand_struct *sighand = mosix_own_sighand();
	u64 old;

	spin_lock_irq(&sighand->siglock);
	old = current->blocked.sig[0];
	current->blocked.sig[0] = mask & ~(sigmask(SIGKILL) | sigmask(SIGSTOP));
	recalc_sigpending();
	spin_unlock_irq(&sighand->siglock);
	return old;
}

static long make(struct mosix_task *mt, struct kernel_clone_args *args)
{
	u64 blocked = block_signals(~0ULL);
	long ret;

	args->flags |= CLONE_PARENT | CLONE_FS | CLONE_FILES | CLONE_UNTRACED;
	current->mosix->makes = &mt->proc->pages;
	ret = mosix_thread_clone(args, mt->tid);
	current->mosix->makes = NULL;
	block_signals(blocked);
	return ret;
}

static void tell_made(u32 pid, bool failed)
{
	struct mosix_link *link = mosix_proc_link(current->mosix->proc);

	if (link)
		say_made(link, pid, failed);
	mosix_link_put(link);
}

/**
 * mosix_adopt_failed - there will be no body for a child that home has
 * @pid: its PID
 * @error: why
 *
 * Return: @error.
 * Context: a body, in its call.
 */
long mosix_adopt_failed(u32 pid, long error)
{
	tell_made(pid, true);
	return error;
}

static struct newborn *newborn_new(struct mosix_task *mt,
				   const struct kernel_clone_args *args)
{
	struct newborn *born = kzalloc(sizeof(*born), GFP_KERNEL);

	if (!born)
		return NULL;
	born->mt = mt;
	born->child_tid = args->child_tid;
	born->says = args->flags & CLONE_VFORK;
	born->link = mosix_proc_link(current->mosix->proc);
	return born;
}

static void newborn_free(struct newborn *born)
{
	if (born)
		mosix_link_put(born->link);
	kfree(born);
}

/* What has come is to be copied; what is borrowed is known before it is used. */
static int prepare_memory(struct mosix_proc *child, u64 flags)
{
	struct mosix_pages *pg = current->mosix->proc->pages;

	if (!(flags & CLONE_VM))
		return mosix_pages_install(pg, ULONG_MAX);
	mosix_pages_get(pg);
	child->pages = pg;
	return 0;
}

/**
 * mosix_adopt_make - the body of a process that current makes
 * @mt: of mosix_adopt_new(), complete with its image; its process's reference is
 *	consumed
 * @args: flags and addresses of the clone; only those that hold on a host
 *
 * With CLONE_VFORK it returns when the child has its own memory, or has ended.
 *
 * Return: the child's PID, or a negative errno, of which home is told.
 * Context: a body, in its call; the memory that is copied stands still.
 */
long mosix_adopt_make(struct mosix_task *mt, struct kernel_clone_args *args)
{
	struct newborn *born = newborn_new(mt, args);
	struct mosix_proc *child = mt->proc;
	pid_t pid = mt->tid;
	long ret = -ENOMEM;

	mosix_proc_get(child);	/* it may end before it is put up */
	if (born) {
		args->fn = child_main;
		args->fn_arg = born;
		ret = prepare_memory(child, args->flags) ?: make(mt, args);
	}
	if (ret < 0) {
		newborn_free(born);
		mosix_task_gone(mt);
		mosix_proc_put(child);	/* the caller's reference */
		mosix_adopt_failed(pid, ret);
	} else if (!(args->flags & CLONE_VFORK)) {
		put_up(child);
		tell_made(pid, false);
	}
	mosix_proc_put(child);
	return ret;
}

/* A home that has booted since may have given the same PID to another one. */
static bool is_awaited(struct mosix_proc *proc, struct mosix_link *link, u32 pid)
{
	return test_bit(MP_ORPHAN, &proc->flags) && proc->home == link->peer &&
	       proc->life == link->boot && proc->pid == pid;
}

static int adopt(struct mosix_proc *proc, struct mosix_link *link)
{
	int ret = mosix_link_attach(link, proc);
	struct mosix_pages *pg = NULL;

	if (ret)
		return ret;
	spin_lock(&proc->lock);
	if (!test_and_clear_bit(MP_ORPHAN, &proc->flags)) {
		ret = -ESRCH;
	} else {
		mosix_link_get(link);
		proc->link = link;
		pg = proc->pages;
		mosix_pages_get(pg);
	}
	spin_unlock(&proc->lock);
	if (ret)
		return ret;
	/* Borrowed memory has its maker's link. */
	if (!READ_ONCE(pg->link))
		mosix_pages_join(pg, link);
	mosix_pages_put(pg);
	return 0;
}

/**
 * mosix_adopt - a home says whose the link is
 * @link: where
 * @msg: MSG_ADOPT, checked; consumed
 *
 * Return: 0, or a negative errno that ends the link.
 * Context: the link's receiver; nothing else comes over it meanwhile.
 */
int mosix_adopt(struct mosix_link *link, struct mosix_msg *msg)
{
	const struct wire_adopt *a = (void *)msg->data;
	u32 pid = le32_to_cpu(a->pid);
	struct mosix_proc *proc = NULL;
	u64 id = mosix_msg_id(msg);
	int ret;

	link->mono_ns = le64_to_cpu(a->mono_ns);
	mosix_msg_free(msg);
	while ((proc = mosix_proc_next(proc)))
		if (is_awaited(proc, link, pid))
			break;
	if (!proc)
		return mosix_link_refuse(link, id, REFUSE_PID, 0);
	ret = adopt(proc, link);
	if (!ret) {
		mosix_link_send_plain(link, MSG_ACCEPT, id);
		wake_up_all(&proc->wait);
	}
	mosix_proc_put(proc);
	return ret;
}
