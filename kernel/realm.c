// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where the bodies of another node live on this one.
 *
 * For each home node there is a realm: a kernel thread with network, IPC and UTS
 * namespaces of its own. It makes the bodies, so that no other process of this
 * node is in their sight, and each has at once the PID that it has at home:
 *
 *	in a PID namespace that all bodies of that home share, with its PIDs
 *	in one of its own, if it has one at home: other PIDs, and perhaps PID 1
 *
 * No body meets another one here, so that two of one namespace at home need not
 * be in one here.
 */
#include "birth.h"

#include "cgroup.h"
#include "task.h"

#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/nsproxy.h>
#include <linux/sched/task.h>
#include <linux/slab.h>

/**
 * struct birth - a body that is to be born
 * @mt: the record of its first thread
 * @main: what it begins with, called with @mt
 * @own: in a PID namespace of its own
 * @result: its PID or a negative errno
 */
struct birth {
	struct mosix_task *mt;
	int (*main)(void *mt);
	bool own;
	long result;
};

/**
 * struct realm - where the bodies of one home node live
 * @node: in the list of all
 * @home: the home node
 * @lock: one birth at a time
 * @wait: the realm's thread and who waits for it
 * @birth: what is to be done, NULL when there is nothing
 * @shared: its namespaces, with the PIDs of the home
 * @result: 0, or why there are no namespaces
 * @ready: 1 when the namespaces are there
 */
struct realm {
	struct list_head node;
	u16 home;
	struct mutex lock;	/* one birth at a time */
	wait_queue_head_t wait;
	struct birth *birth;
	struct nsproxy *shared;
	long result;
	u8 ready;
};

static LIST_HEAD(realms);
static DEFINE_MUTEX(realms_lock);	/* protects realms */

/* PID 1 of the shared namespace: it reaps nobody, it only has to be there. */
static int init_main(void *arg)
{
	for (;;) {
		set_current_state(TASK_IDLE);
		schedule();
	}
	return 0;
}

/* PID 1 of one body's own namespace: ends it when the body has ended. */
static int keeper_main(void *arg)
{
	struct mosix_proc *proc = arg;

	wait_event_idle(proc->wait, !READ_ONCE(proc->nlive));
	mosix_proc_put(proc);
	do_exit(0);
}

static long make_init(int (*main)(void *arg), void *arg)
{
	struct kernel_clone_args args = {
		.flags		= CLONE_UNTRACED,
		.exit_signal	= SIGCHLD,	/* ignored: nobody has to wait */
		.fn		= main,
		.fn_arg		= arg,
		.kthread	= 1,
		.no_files	= 1,
		.name		= "mosix_realm",
	};

	return kernel_clone(&args);
}

static long make_body(const struct birth *birth)
{
	pid_t tid = birth->mt->tid;
	struct kernel_clone_args args = {
		.flags		= CLONE_UNTRACED,
		.exit_signal	= SIGCHLD,	/* ignored: nobody has to wait */
		.fn		= birth->main,
		.fn_arg		= birth->mt,
		.set_tid	= &tid,
		.set_tid_size	= 1,
		.no_files	= 1,
		.name		= "mosix_body",
	};

	return kernel_clone(&args);
}

/* With the namespace's PID 1, unless the body is that itself. */
static long make_own(const struct birth *birth)
{
	struct mosix_proc *proc = birth->mt->proc;
	long ret;

	if (birth->mt->tid != 1) {
		mosix_proc_get(proc);	/* the keeper's */
		ret = make_init(keeper_main, proc);
		if (ret < 0) {
			mosix_proc_put(proc);
			return ret;
		}
	}
	return make_body(birth);
}

/* It is in the guests' control group from its first moment. */
static long make_limited(const struct birth *birth)
{
	long ret = mosix_cgroup_enter();

	if (ret)
		return ret;
	ret = birth->own ? make_own(birth) : make_body(birth);
	mosix_cgroup_leave();
	return ret;
}

static long give_birth(struct realm *realm, const struct birth *birth)
{
	struct nsproxy *plain = current->nsproxy, *ns = realm->shared;
	long ret = 0;

	if (birth->own)
		ret = unshare_nsproxy_namespaces(CLONE_NEWPID, &ns, NULL, NULL);
	else
		get_nsproxy(ns);
	if (ret)
		return ret;
	get_nsproxy(plain);
	switch_task_namespaces(current, ns);
	ret = make_limited(birth);
	switch_task_namespaces(current, plain);
	return ret;
}

/* From here on this thread sees nothing of the node's but its processes. */
static long enter_namespaces(struct realm *realm)
{
	struct nsproxy *plain;
	long ret;

	ret = unshare_nsproxy_namespaces(CLONE_NEWNET | CLONE_NEWIPC |
					 CLONE_NEWUTS, &plain, NULL, NULL);
	if (ret)
		return ret;
	switch_task_namespaces(current, plain);
	ret = unshare_nsproxy_namespaces(CLONE_NEWPID, &realm->shared, NULL,
					 NULL);
	if (ret)
		return ret;
	get_nsproxy(plain);
	get_nsproxy(realm->shared);	/* the realm's */
	switch_task_namespaces(current, realm->shared);
	ret = make_init(init_main, NULL);
	switch_task_namespaces(current, plain);
	if (ret < 0)
		put_nsproxy(realm->shared);
	return min(ret, 0L);
}

static int realm_main(void *arg)
{
	struct realm *realm = arg;
	long ret = enter_namespaces(realm);

	realm->result = ret;
	smp_store_release(&realm->ready, 1);	/* result is set */
	wake_up_all(&realm->wait);
	while (!ret) {
		wait_event_idle(realm->wait, READ_ONCE(realm->birth));
		realm->birth->result = give_birth(realm, realm->birth);
		smp_store_release(&realm->birth, NULL);	/* result is set */
		wake_up_all(&realm->wait);
	}
	/* Without namespaces: the maker frees the realm after this thread. */
	while (!kthread_should_stop())
		schedule_timeout_idle(HZ / 10);
	return 0;
}

static struct realm *realm_new(u16 home)
{
	struct realm *realm = kzalloc(sizeof(*realm), GFP_KERNEL);
	struct task_struct *task;

	if (!realm)
		return NULL;
	realm->home = home;
	mutex_init(&realm->lock);
	init_waitqueue_head(&realm->wait);
	task = kthread_run(realm_main, realm, "mosix_home/%u", home);
	if (IS_ERR(task)) {
		kfree(realm);
		return NULL;
	}
	/* Pairs with the release of ready: result is valid. */
	wait_event_idle(realm->wait, smp_load_acquire(&realm->ready));
	if (realm->result < 0) {
		pr_warn("mosix: no namespaces for guests: %ld\n",
			realm->result);
		kthread_stop(task);
		kfree(realm);
		return NULL;
	}
	list_add_tail(&realm->node, &realms);
	return realm;
}

static struct realm *realm_of(u16 home)
{
	struct realm *realm;

	mutex_lock(&realms_lock);
	list_for_each_entry(realm, &realms, node)
		if (realm->home == home)
			goto out;
	realm = realm_new(home);
out:
	mutex_unlock(&realms_lock);
	return realm;
}

/**
 * mosix_realm_bear - a body for a guest, in its home's realm
 * @mt: record of its first thread; its TID is the body's PID
 * @main: what the body begins with, called with @mt
 * @own: in a PID namespace of its own
 *
 * Return: its PID in this node's own namespace; -EEXIST when that of home is in
 * use, -EINVAL when it is larger than this node has them, or another negative
 * errno.
 * Context: process context, may sleep for as long as a body takes to be buried.
 */
long mosix_realm_bear(struct mosix_task *mt, int (*main)(void *mt), bool own)
{
	struct realm *realm = realm_of(mt->proc->home);
	struct birth birth = { .mt = mt, .main = main, .own = own };
	u32 tries = BIRTH_TRIES;

	if (!realm)
		return -ENOMEM;
	do {
		mutex_lock(&realm->lock);
		smp_store_release(&realm->birth, &birth);	/* it is complete */
		wake_up_all(&realm->wait);
		/* Pairs with the release of NULL: result is valid. */
		wait_event_idle(realm->wait, !smp_load_acquire(&realm->birth));
		mutex_unlock(&realm->lock);
		if (birth.result != -EEXIST)
			break;
		msleep(BIRTH_WAIT_MS);
	} while (--tries);
	return birth.result;
}
