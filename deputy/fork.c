// SPDX-License-Identifier: GPL-2.0-only
/*
 * A body makes a process: fork(), vfork(), and clone() of no thread.
 *
 * Home goes first: the deputy forks a deputy, by the kernel's own fork, so that
 * the child has its parent, files, rights and PID. Then the body forks a body
 * (kernel/adopt.c). Each of the two copies its own half of the memory, and H
 * with it (kernel/dup.c). When both are there home makes a link between them.
 * The child of vfork() has no half of its own: on both nodes it borrows its
 * maker's memory, until it executes a program or ends; before that it stays
 * where it is.
 *
 * What is special about the child or the memory is made at home, in a visit.
 */
#include "body.h"
#include "deputy.h"

#include "../kernel/adopt.h"
#include "../kernel/allow.h"
#include "../kernel/clock.h"
#include "../kernel/image.h"
#include "../kernel/migrate.h"
#include "../kernel/pages.h"
#include "../kernel/param.h"
#include "../kernel/pulse.h"
#include "../kernel/remake.h"
#include "../kernel/visit.h"

#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/nsproxy.h>
#include <linux/pid_namespace.h>
#include <linux/sched/cputime.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include <asm/unistd.h>

enum {
	MADE_TIMEOUT_S	= 60,	/* for a body to copy itself */
	ADOPT_TIMEOUT_S	= 30,
	NOTICE_S	= 5,	/* so long a silence may not be noticed */
};

/* What the child shares at home, or how it is made there. */
#define CLONE_HOME	(CLONE_FS | CLONE_FILES | CLONE_SYSVSEM | CLONE_IO | \
			 CLONE_CLEAR_SIGHAND | CLONE_PARENT | CSIGNAL)
#define CLONE_BORROW	(CLONE_VM | CLONE_VFORK)
/* These have no effect on who is not traced. */
#define CLONE_NOTHING	(CLONE_DETACHED | CLONE_UNTRACED | CLONE_PTRACE)

enum newborn_state {
	NEWBORN_WAITS,		/* its body is not made yet */
	NEWBORN_MADE,
	NEWBORN_FAILED,		/* it will not be */
};

/**
 * struct mosix_newborn - a child whose halves have not found each other yet
 * @work: brings them together
 * @state: enum newborn_state; who waits for it waits at @maker
 * @maker: reference held
 * @maker_link: the same
 * @child: record of its deputy, reference held
 * @pages: state of its memory at home, reference held
 * @borrows: that is its maker's
 * @node: where its body is
 * @adopt: what the host is told
 * @done: complete when @result counts
 * @result: 0: it is away; -ECANCELED: its maker was told that it is not; or why it
 *	is lost
 */
struct mosix_newborn {
	struct work_struct work;
	u8 state;
	struct mosix_proc *maker;
	struct mosix_link *maker_link;
	struct mosix_proc *child;
	struct mosix_pages *pages;
	bool borrows;
	u16 node;
	struct wire_adopt adopt;
	struct completion done;
	int result;
};

static bool is_process(u64 flags)
{
	u64 borrow = flags & CLONE_BORROW;

	return (!borrow || borrow == CLONE_BORROW) &&
	       !(flags & ~(u64)(CLONE_HOME | CLONE_AWAY | CLONE_BORROW |
				CLONE_NOTHING));
}

/* Not shared by the two processes, who would both write it. */
static bool is_plain(struct vm_area_struct *vma)
{
	if (vma->vm_ops && !vma->vm_file)
		return true;		/* each node's own */
	return !((vma->vm_flags & VM_MAYSHARE) && mosix_pages_governed(vma));
}

static bool memory_visits(struct mm_struct *mm)
{
	VMA_ITERATOR(vmi, mm, 0);
	struct vm_area_struct *vma;
	bool plain = true;

	mmap_read_lock(mm);
	for_each_vma(vmi, vma)
		plain &= is_plain(vma);
	mmap_read_unlock(mm);
	return !plain;
}

static bool namespaces_visit(void)
{
	struct nsproxy *ns = current->nsproxy;

	return task_active_pid_ns(current) != &init_pid_ns ||
	       ns->pid_ns_for_children != &init_pid_ns ||
	       ns->time_ns_for_children != ns->time_ns;
}

/**
 * mosix_fork_visits - has the process to come home to make this child?
 * @mt: record of current
 * @flags: of its clone
 *
 * Return: true when it has.
 * Context: the deputy, before the call.
 */
bool mosix_fork_visits(struct mosix_task *mt, u64 flags)
{
	if (flags & CLONE_THREAD)
		return false;
	/* One that borrows cannot come; clone says that to it. */
	if (test_bit(MT_BORROWS, &mt->flags))
		return false;
	return namespaces_visit() ||
	       (!(flags & CLONE_VM) && memory_visits(current->mm));
}

static void newborn_free(struct mosix_newborn *nb)
{
	mosix_pages_put(nb->pages);
	mosix_proc_put(nb->child);
	mosix_link_put(nb->maker_link);
	mosix_proc_put(nb->maker);
	kfree(nb);
}

static struct mosix_newborn *newborn_new(struct mosix_task *mt, u64 flags)
{
	struct mosix_newborn *nb = kzalloc(sizeof(*nb), GFP_KERNEL);
	struct wire_clocks clocks;

	if (!nb)
		return NULL;
	mosix_proc_get(mt->proc);
	nb->maker = mt->proc;
	nb->maker_link = mosix_proc_link(mt->proc);
	nb->node = READ_ONCE(mt->proc->where);
	nb->borrows = flags & CLONE_VM;
	mosix_clock_tell(&clocks);
	nb->adopt.mono_ns = clocks.mono_ns;
	init_completion(&nb->done);
	if (nb->maker_link)
		return nb;
	newborn_free(nb);
	return NULL;
}

static bool is_settled(struct mosix_newborn *nb)
{
	return READ_ONCE(nb->state) != NEWBORN_WAITS ||
	       READ_ONCE(nb->maker_link->error);
}

static void end_turn(struct mosix_newborn *nb)
{
	spin_lock(&nb->maker->lock);
	if (nb->maker->newborn == nb)
		nb->maker->newborn = NULL;
	spin_unlock(&nb->maker->lock);
}

/* What the maker's body says of it, or its silence. */
static int await_body(struct mosix_newborn *nb)
{
	wait_event_idle_timeout(nb->maker->wait, is_settled(nb),
				mosix_pulse_patience(MADE_TIMEOUT_S));
	end_turn(nb);		/* too late for more words */
	if (nb->state == NEWBORN_WAITS) {
		/* Its memory stands still as long. */
		mosix_link_close(nb->maker_link, -ETIMEDOUT);
		return -ENOTCONN;
	}
	return nb->state == NEWBORN_MADE ? 0 : -ECANCELED;
}

static void begin_away(struct mosix_newborn *nb, struct mosix_link *link)
{
	struct mosix_proc *child = nb->child;

	mosix_proc_event(child, EV_FREEZE);
	mosix_proc_event(child, EV_STARTED);
	/* Its body has what its maker's was told last. */
	if (mosix_allow_limits(child))
		mosix_allow_tell(child);
	if (nb->borrows)
		return;
	mosix_pages_join(nb->pages, link);
	mosix_background_rest(nb->pages);
}

/* The link becomes the child's; words of its body wait until it hears them. */
static int attach(struct mosix_newborn *nb, struct mosix_link *link)
{
	struct mosix_proc *child = nb->child;
	int ret = mosix_link_attach(link, child);

	if (ret)
		return ret;
	mosix_link_get(link);
	mosix_pages_get(nb->pages);
	spin_lock(&child->lock);
	child->link = link;
	child->pages = nb->pages;
	child->where = nb->node;
	child->since = jiffies;
	spin_unlock(&child->lock);
	return 0;
}

static int ask_to_adopt(struct mosix_newborn *nb, struct mosix_link *link)
{
	struct mosix_msg *msg = mosix_msg_new(MSG_ADOPT, sizeof(nb->adopt));
	const char *text;

	if (msg)
		memcpy(msg->data, &nb->adopt, sizeof(nb->adopt));
	return mosix_move_ask(link, msg, MSG_ACCEPT,
			      mosix_pulse_patience(ADOPT_TIMEOUT_S), &text);
}

static int bring_together(struct mosix_newborn *nb, struct mosix_link *link)
{
	int ret;

	mosix_remake_last(link);
	ret = await_body(nb);
	ret = ret ?: attach(nb, link);
	ret = ret ?: ask_to_adopt(nb, link);
	if (!ret)
		begin_away(nb, link);
	else
		mosix_link_close(link, -ECANCELED);
	return ret;
}

/* Is there no ground to try once more? @first: when it was tried first. */
static bool is_refused(struct mosix_newborn *nb, unsigned long first)
{
	unsigned long lately = jiffies - NOTICE_S * HZ;

	if (READ_ONCE(nb->maker_link->error) ||
	    time_after(jiffies, first + mosix_pulse_patience(0)))
		return true;
	return time_before(first, lately) &&
	       !mosix_pulse_was_quiet(nb->maker_link, lately);
}

/*
 * The wire may be cut just now. Its maker's link tells: when that is silent, too,
 * this is no refusal. That takes a while; an interface that is down says no at once.
 */
static struct mosix_link *connect(struct mosix_newborn *nb)
{
	unsigned long first = jiffies;
	struct mosix_link *link = mosix_peer_connect(nb->node);

	while (IS_ERR(link) && !is_refused(nb, first)) {
		schedule_timeout_idle(HZ);
		link = mosix_peer_connect(nb->node);
	}
	return link;
}

static void newborn_work(struct work_struct *work)
{
	struct mosix_newborn *nb = container_of(work, struct mosix_newborn,
						work);
	struct mosix_link *link = connect(nb);

	if (IS_ERR(link)) {
		nb->result = await_body(nb) ?: PTR_ERR(link);
	} else {
		nb->result = bring_together(nb, link);
		mosix_link_put(link);
	}
	complete_all(&nb->done);
}

/*
 * Its other half will not come: who reads its memory must not wait for that. What is
 * borrowed has its maker's link, and is left alone.
 */
static void give_memory_up(void)
{
	if (current->mm->mosix)
		mosix_pages_lost(current->mm->mosix, NULL, -ESRCH);
}

/* Who ignores that its children end has them buried at once. */
static void leave_maker(struct task_struct *to)
{
	struct task_struct *maker;

	write_lock_irq(&tasklist_lock);
	maker = rcu_dereference_protected(current->real_parent,
					  lockdep_is_held(&tasklist_lock));
	/* It may wait for a child, and have no other one. */
	__wake_up_parent(current, maker);
	list_move_tail(&current->sibling, &to->children);
	RCU_INIT_POINTER(current->real_parent, to);
	if (likely(!current->ptrace))
		RCU_INIT_POINTER(current->parent, to);
	current->exit_signal = SIGCHLD;
	write_unlock_irq(&tasklist_lock);
}

/* Its maker's call fails, and this child was never there: nobody waits for it. */
static void __noreturn vanish(void)
{
	leave_maker(kthreadd_task);
	do_group_exit(0);
}

static void __noreturn be_lost(int error)
{
	pr_warn("mosix: process %d (%s) is lost: its body was not adopted: %pe\n",
		current->tgid, current->comm, ERR_PTR(error));
	current->flags |= PF_SIGNALED;
	do_group_exit(SIGKILL);
}

/* Its registers are loaded when it is at home: until then it serves. */
static int deputy_main(void *arg)
{
	struct mosix_newborn *nb = arg;
	int result;

	/* Not to be interrupted: who ends now leaves a body behind. */
	wait_for_completion_state(&nb->done, TASK_IDLE);
	result = nb->result;
	newborn_free(nb);
	if (result)
		give_memory_up();
	if (result == -ECANCELED)
		vanish();
	if (result)
		be_lost(result);
	mosix_task_kick(current->mosix);
	return 0;
}

/* The records of the child, as the hooks have made them. */
static int take_child(struct mosix_task *mt, struct mosix_newborn *nb,
		      struct task_struct *p)
{
	struct mosix_task *child = p->mosix;

	if (!child)
		return -ENOMEM;
	if (nb->borrows)
		set_bit(MT_BORROWS, &child->flags);
	spin_lock(&mt->proc->lock);
	if (mosix_visit_is_worth(mt->proc))
		set_bit(MT_FOLLOWS, &child->flags);
	spin_unlock(&mt->proc->lock);
	mosix_proc_get(child->proc);
	nb->child = child->proc;
	child->proc->pid = p->tgid;
	nb->adopt.pid = cpu_to_le32(p->tgid);
	if (nb->borrows) {
		nb->pages = mt->proc->pages;
		mosix_pages_get(nb->pages);
	}
	return 0;
}

/**
 * mosix_fork_born - a deputy has made the deputy of its body's child
 * @mt: record of current
 * @p: the child, which does not run yet and has its record
 *
 * Context: fork.
 */
void mosix_fork_born(struct mosix_task *mt, struct task_struct *p)
{
	struct mosix_newborn *nb = mt->newborn;

	/* It could not serve a body, and ends: that is what a kill looks like. */
	nb->result = take_child(mt, nb, p);
}

static long make_deputy(struct mosix_task *mt, struct mosix_newborn *nb,
			u64 flags)
{
	struct kernel_clone_args args = {
		.flags		= (flags & CLONE_HOME & ~(u64)CSIGNAL) |
				  (flags & CLONE_VM) | CLONE_UNTRACED,
		.exit_signal	= flags & CSIGNAL,
		.fn		= deputy_main,
		.fn_arg		= nb,
	};
	long pid;

	INIT_WORK(&nb->work, newborn_work);
	mt->newborn = nb;
	mt->makes = &nb->pages;
	pid = kernel_clone(&args);
	mt->makes = NULL;
	mt->newborn = NULL;
	return pid;
}

/* One child at a time, until its body is made. */
static bool take_turn(struct mosix_newborn *nb)
{
	struct mosix_proc *proc = nb->maker;
	bool taken;

	spin_lock(&proc->lock);
	taken = !proc->newborn;
	if (taken)
		proc->newborn = nb;
	spin_unlock(&proc->lock);
	return taken;
}

static int hold_memory(struct mosix_task *mt, struct mosix_newborn *nb)
{
	if (wait_event_killable(mt->proc->wait, take_turn(nb)))
		return -EINTR;
	if (nb->borrows)
		return 0;
	mosix_deputy_settle(mt->proc);
	return mosix_pages_fork_begin(mt->proc->pages);
}

/*
 * What stands still for it. NULL: its maker has become another program meanwhile, or it
 * borrows: then that may stand still for the next child, whose turn has begun.
 */
static struct mosix_pages *held_memory(const struct mosix_newborn *nb)
{
	return nb->borrows ? NULL : nb->maker->pages;
}

/* @pg: held_memory() of a child of @proc, whose record may be gone by now */
static void let_memory_go(struct mosix_proc *proc, struct mosix_pages *pg)
{
	wake_up_all(&proc->wait);
	if (!pg || !READ_ONCE(pg->forking))
		return;
	mosix_pages_fork_end(pg);
	mosix_background_rest(pg);
}

/* From here on nb is the child's. */
static void begin_search(struct mosix_newborn *nb)
{
	struct mosix_proc *maker = nb->maker;
	struct mosix_pages *pg = held_memory(nb);

	if (!nb->result) {
		mosix_move_queue(&nb->work);
		return;
	}
	/* Its deputy frees it, and no word of its body finds it any more. */
	end_turn(nb);
	complete_all(&nb->done);
	let_memory_go(maker, pg);
}

/**
 * mosix_fork_deputy - a deputy for a process that the body is about to make
 * @mt: record of current
 * @flags: of its clone
 *
 * The memory stands still until the body has made its copy.
 *
 * Return: its PID, or a negative errno.
 * Context: the deputy.
 */
long mosix_fork_deputy(struct mosix_task *mt, u64 flags)
{
	struct mosix_newborn *nb;
	struct mosix_pages *pg;
	long pid = 0;
	int ret;

	if (!is_process(flags))
		return -EINVAL;
	/* POSIX leaves it open what that does. */
	if (test_bit(MT_BORROWS, &mt->flags))
		return -EAGAIN;
	nb = newborn_new(mt, flags);
	if (!nb)
		return -ENOMEM;
	pg = held_memory(nb);
	ret = hold_memory(mt, nb);
	if (!ret)
		pid = make_deputy(mt, nb, flags);
	if (pid > 0) {
		begin_search(nb);
		return pid;
	}
	end_turn(nb);
	newborn_free(nb);
	let_memory_go(mt->proc, pg);
	return ret ?: pid;
}

/**
 * mosix_fork_made - a body has made a child's body, or could not
 * @link: where
 * @msg: MSG_MADE, checked; consumed
 *
 * Return: 0, -EPROTO without a process.
 * Context: the link's receiver.
 */
int mosix_fork_made(struct mosix_link *link, struct mosix_msg *msg)
{
	const struct wire_made *made = (void *)msg->data;
	struct mosix_proc *proc = mosix_link_proc(link);
	struct mosix_pages *pg = NULL;
	struct mosix_newborn *nb;
	bool expected;

	if (!proc) {
		mosix_msg_free(msg);
		return -EPROTO;
	}
	spin_lock(&proc->lock);
	nb = proc->newborn;
	expected = nb && nb->adopt.pid == made->pid;
	if (expected) {
		WRITE_ONCE(nb->state, made->failed ? NEWBORN_FAILED :
						     NEWBORN_MADE);
		proc->newborn = NULL;
		pg = held_memory(nb);
	}
	if (pg)
		mosix_pages_get(pg);
	spin_unlock(&proc->lock);
	if (expected)
		let_memory_go(proc, pg);
	mosix_pages_put(pg);
	mosix_proc_put(proc);
	mosix_msg_free(msg);
	return 0;
}

/* The child's memory as far as its maker's arguments say what is in it. */
static long make_here(struct mosix_call_ctx *ctx, u32 pid,
		      struct kernel_clone_args *args)
{
	struct mosix_task *child = mosix_adopt_new(pid);
	struct mosix_proc *proc;

	if (!child)
		return mosix_adopt_failed(pid, -ENOMEM);
	proc = child->proc;
	if (args->flags & CLONE_VM) {
		clear_bit(MP_DUMPS, &proc->flags);
		set_bit(MT_BORROWS, &child->flags);
	}
	child->image = mosix_clone_image(child, args);
	if (!child->image) {
		mosix_task_gone(child);
		mosix_proc_put(proc);
		return mosix_adopt_failed(pid, -ENOMEM);
	}
	/* Memory of its own does not have it. */
	if ((args->flags & CLONE_PARENT_SETTID) && (args->flags & CLONE_VM))
		put_user((int)pid, args->parent_tid);
	if (!(args->flags & CLONE_CHILD_SETTID))
		args->child_tid = NULL;
	args->flags &= CLONE_BORROW | CLONE_CLEAR_SIGHAND;
	return mosix_adopt_make(child, args);
}

static long make_both(struct mosix_call_ctx *ctx,
		      struct kernel_clone_args *args)
{
	const u64 home[MOSIX_CALL_ARGS] = { args->flags | args->exit_signal };
	long pid = mosix_body_forward_as(ctx, __NR_clone, home);

	return pid > 0 ? make_here(ctx, pid, args) : pid;
}

/* While nothing of the memory crosses, and no thread changes a mapping. */
static long make_copy(struct mosix_call_ctx *ctx,
		      struct kernel_clone_args *args)
{
	bool told = args->flags & CLONE_PARENT_SETTID;
	struct mosix_pages *pg = ctx->mt->proc->pages;
	long ret;

	if (mutex_lock_killable(&pg->mem_lock))
		return -EINTR;
	ret = mosix_pages_fork_begin(pg);
	ret = ret ?: make_both(ctx, args);
	mosix_pages_fork_end(pg);
	mutex_unlock(&pg->mem_lock);
	if (ret > 0 && told)
		put_user((int)ret, args->parent_tid);
	return ret;
}

/*
 * A small process that does little but make others, as a shell does, is faster at
 * home: it goes there for this one, and stays. A large one would have to bring
 * all that it has.
 */
static bool is_better_off_home(struct mosix_proc *proc)
{
	u64 kib = (u64)get_mm_rss(current->mm) << (PAGE_SHIFT - 10);
	u64 utime, stime, work;

	thread_group_cputime_adjusted(current, &utime, &stime);
	work = utime + stime - xchg(&proc->made_at_ns, utime + stime);
	return kib <= mosix_param(PARAM_EAGER_KIB) && work < VISIT_WORK_MIN_NS;
}

/**
 * mosix_call_process - a body makes a process
 * @ctx: the call
 * @args: flags and addresses of its clone
 *
 * Return: its result.
 * Context: the body, in the call.
 */
long mosix_call_process(struct mosix_call_ctx *ctx,
			struct kernel_clone_args *args)
{
	if (!is_process(args->flags) || !mosix_adopt_room() ||
	    is_better_off_home(ctx->mt->proc))
		return mosix_body_return(ctx);
	if ((args->flags & CLONE_SETTLS) && args->tls >= TASK_SIZE_MAX)
		return -EPERM;
	return args->flags & CLONE_VM ? make_both(ctx, args) :
					make_copy(ctx, args);
}

/**
 * mosix_call_fork - a child with a copy of the memory
 * @ctx: the call
 *
 * Return: its result.
 * Context: the body, in the call.
 */
long mosix_call_fork(struct mosix_call_ctx *ctx)
{
	struct kernel_clone_args args = { .exit_signal = SIGCHLD };

	return mosix_call_process(ctx, &args);
}

/**
 * mosix_call_vfork - a child that borrows the memory
 * @ctx: the call
 *
 * Return: its result.
 * Context: the body, in the call.
 */
long mosix_call_vfork(struct mosix_call_ctx *ctx)
{
	struct kernel_clone_args args = {
		.flags		= CLONE_VM | CLONE_VFORK,
		.exit_signal	= SIGCHLD,
	};

	return mosix_call_process(ctx, &args);
}
