// SPDX-License-Identifier: GPL-2.0-only
/*
 * How a body comes to life on the node that hosts it.
 *
 * For each home node there is a realm: a kernel thread in namespaces of its
 * own, whose PID namespace has the PIDs of that home. It makes the bodies,
 * so that each has at once the PID it has at home, and no other process of
 * this node in sight. A body begins as a kernel function, takes a fresh mm,
 * waits for its image, builds itself from it, and leaves for user mode.
 */
#include "birth.h"

#include "call.h"
#include "clock.h"
#include "image.h"
#include "link.h"
#include "migrate.h"
#include "node.h"
#include "pages.h"
#include "param.h"
#include "task.h"
#include "x86.h"

#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/mosix.h>
#include <linux/nsproxy.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/time_namespace.h>

/**
 * struct realm - where the bodies of one home node live
 * @node: in the list of all
 * @home: the home node
 * @lock: one birth at a time
 * @wait: the realm's thread and who waits for it
 * @mt: body to be born, NULL when there is none
 * @result: PID or negative errno of the last birth
 * @ready: 1 when the namespaces are there
 */
struct realm {
	struct list_head node;
	u16 home;
	struct mutex lock;	/* one birth at a time */
	wait_queue_head_t wait;
	struct mosix_task *mt;
	long result;
	u8 ready;
};

static LIST_HEAD(realms);
static DEFINE_MUTEX(realms_lock);	/* protects realms */

static int realm_init_main(void *arg)
{
	/* PID 1 of the realm: it reaps nobody, it only has to be there. */
	for (;;) {
		set_current_state(TASK_IDLE);
		schedule();
	}
	return 0;
}

static int enter_namespaces(void)
{
	struct nsproxy *ns;
	int ret;

	ret = unshare_nsproxy_namespaces(CLONE_NEWPID | CLONE_NEWNET |
					 CLONE_NEWIPC | CLONE_NEWUTS, &ns,
					 NULL, NULL);
	if (ret)
		return ret;
	switch_task_namespaces(current, ns);
	return 0;
}

static int body_main(void *arg);

static long give_birth(struct mosix_task *mt)
{
	pid_t tid = mt->tid;
	struct kernel_clone_args args = {
		.flags		= CLONE_UNTRACED,
		.exit_signal	= SIGCHLD,	/* ignored: nobody has to wait */
		.fn		= body_main,
		.fn_arg		= mt,
		.set_tid	= &tid,
		.set_tid_size	= 1,
		.no_files	= 1,
		.name		= "mosix_body",
	};

	return kernel_clone(&args);
}

static int realm_main(void *arg)
{
	struct kernel_clone_args init = {
		.flags		= CLONE_UNTRACED,
		.fn		= realm_init_main,
		.kthread	= 1,
		.no_files	= 1,
		.name		= "mosix_realm",
	};
	struct realm *realm = arg;
	long ret = enter_namespaces();

	if (!ret)
		ret = kernel_clone(&init);
	realm->result = ret < 0 ? ret : 0;
	smp_store_release(&realm->ready, 1);	/* result is set */
	wake_up_all(&realm->wait);
	while (ret > 0) {
		wait_event_idle(realm->wait, READ_ONCE(realm->mt));
		realm->result = give_birth(realm->mt);
		smp_store_release(&realm->mt, NULL);	/* result is set */
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

static long spawn(struct realm *realm, struct mosix_task *mt)
{
	u32 tries = BIRTH_TRIES;
	long ret;

	do {
		mutex_lock(&realm->lock);
		smp_store_release(&realm->mt, mt);	/* mt is complete */
		wake_up_all(&realm->wait);
		/* Pairs with the release of NULL: result is valid. */
		wait_event_idle(realm->wait, !smp_load_acquire(&realm->mt));
		ret = realm->result;
		mutex_unlock(&realm->lock);
		if (ret != -EEXIST)
			break;
		msleep(BIRTH_WAIT_MS);
	} while (--tries);
	return ret;
}

static enum wire_refusal refusal_of(int error)
{
	switch (error) {
	case -ENOMEM:
		return REFUSE_MEMORY;
	case -EBADMSG:
	case -EINVAL:
	case -EXDEV:
	case -EADDRINUSE:
	case -EEXIST:
	case -EFAULT:
		return REFUSE_IMAGE;
	default:
		return REFUSE_INTERNAL;
	}
}

/* The next message of one type; anything else ends the arrival. */
static struct mosix_msg *await(struct mosix_task *mt, struct mosix_link *link,
			       enum wire_type type)
{
	struct mosix_msg *msg = NULL;

	wait_event_killable(mt->wait, READ_ONCE(link->error) ||
			    (msg = mosix_task_receive(mt)));
	if (msg && mosix_msg_type(msg) != type) {
		mosix_link_close(link, -EPROTO);
		mosix_msg_free(msg);
		msg = NULL;
	}
	return msg;
}

static int wait_for_go(struct mosix_task *mt, struct mosix_link *link,
		       struct nsproxy *ns, u64 ready_id)
{
	const struct wire_go *go;
	struct mosix_msg *msg;
	int ret;

	mosix_link_send_plain(link, MSG_READY, ready_id);
	msg = await(mt, link, MSG_GO);
	if (!msg) {
		put_nsproxy(ns);
		return -ECONNRESET;
	}
	go = (void *)msg->data;
	mosix_clock_enter(ns, link, le64_to_cpu(go->slept_ns));
	ret = mosix_proc_event(mt->proc, EV_GO);
	wake_up_all(&mt->proc->wait);
	ret = ret ?: mosix_thread_await_all(mt);
	if (!ret)
		ret = mosix_link_send_plain(link, MSG_STARTED,
					    mosix_msg_id(msg));
	mosix_msg_free(msg);
	if (!ret)
		set_bit(MP_STARTED, &mt->proc->flags);
	wake_up_all(&mt->proc->wait);
	return ret;
}

static int arrive(struct mosix_task *mt, struct mosix_link *link)
{
	struct mosix_proc *proc = mt->proc;
	struct mosix_msg *msg = await(mt, link, MSG_IMAGE_END);
	struct nsproxy *ns = NULL;
	u64 id;
	int ret;

	if (!msg)
		return -ECONNRESET;
	id = mosix_msg_id(msg);
	mosix_msg_free(msg);
	ret = mosix_build_body(mt, &ns);
	if (!ret)
		ret = mosix_proc_event(proc, EV_BUILT);
	if (ret) {
		pr_warn_ratelimited("mosix: guest %d of node %u: %pe\n",
				    proc->pid, proc->home, ERR_PTR(ret));
		mosix_link_refuse(link, id, refusal_of(ret), ret);
		if (ns)
			put_nsproxy(ns);
		return ret;
	}
	return wait_for_go(mt, link, ns, id);
}

static int body_main(void *arg)
{
	struct mosix_task *mt = arg;
	struct mosix_proc *proc = mt->proc;
	struct mosix_link *link = mosix_proc_link(proc);
	struct mosix_image *image = NULL;
	struct mosix_msg *msg;
	int ret;

	mosix_task_attach(mt);
	flush_signal_handlers(current, 1);
	ret = mosix_build_space(proc, link);
	msg = await(mt, link, MSG_OFFER);
	if (msg && !ret)
		mosix_link_send_plain(link, MSG_ACCEPT, mosix_msg_id(msg));
	else if (msg)
		mosix_link_refuse(link, mosix_msg_id(msg), refusal_of(ret),
				  ret);
	if (!ret && msg)
		ret = arrive(mt, link);
	if (!msg || ret) {
		mosix_msg_free(msg);
		set_bit(MP_VANISH, &proc->flags);
		set_bit(MP_FAILED, &proc->flags);
		mosix_link_finish(link);
		mosix_link_put(link);
		do_group_exit(0);
	}
	mosix_msg_free(msg);
	mosix_link_put(link);
	spin_lock(&proc->lock);
	proc->where = mosix_node_self();
	proc->since = jiffies;
	swap(proc->image, image);
	spin_unlock(&proc->lock);
	mosix_image_free(image);
	if (test_bit(MT_GHOST, &mt->flags))
		do_exit(0);
	mosix_thread_enter(mt);
	return 0;
}

static u32 count_guests(void)
{
	struct mosix_proc *proc = NULL;
	u32 n = 0;

	while ((proc = mosix_proc_next(proc)))
		if (mosix_proc_is_guest(proc) &&
		    mosix_proc_state(proc) != ST_GONE)
			n++;
	return n;
}

/* Set at boot, before the first offer. */
static enum wire_refusal (*admit)(u16 from, const struct wire_offer *offer);

/**
 * mosix_birth_set_admit - who judges by load whether a guest may come
 * @fn: asked last, when nothing else speaks against it
 *
 * Context: at boot.
 */
void mosix_birth_set_admit(enum wire_refusal
			   (*fn)(u16 from, const struct wire_offer *offer))
{
	admit = fn;
}

static enum wire_refusal judge(u16 from, const struct wire_offer *offer)
{
	u64 need = le64_to_cpu(offer->mem_kib) +
		   mosix_param(PARAM_RESERVE_KIB);
	u32 pid = le32_to_cpu(offer->pid);

	if (mosix_param(PARAM_BLOCK))
		return REFUSE_BLOCKED;
	if (!mosix_x86_has_features(offer->cpu))
		return REFUSE_CPU;
	if (si_mem_available() < 0 ||
	    (u64)si_mem_available() << (PAGE_SHIFT - 10) < need)
		return REFUSE_MEMORY;
	if (count_guests() >= mosix_param(PARAM_MAX_GUESTS))
		return REFUSE_BUSY;
	if (pid < 2 || pid > PID_MAX_LIMIT)
		return REFUSE_IMAGE;
	return admit ? admit(from, offer) : REFUSE_INVALID;
}

static struct mosix_proc *guest_new(struct mosix_link *link,
				    const struct wire_offer *offer)
{
	struct mosix_proc *proc = mosix_proc_new(link->peer,
						 le32_to_cpu(offer->pid));
	struct mosix_image *image = mosix_image_new();

	if (!proc || !image || !mosix_task_new(proc, proc->pid))
		goto fail;
	WRITE_ONCE(proc->state, ST_OFFERED);	/* never was at home here */
	proc->where = mosix_node_self();
	proc->nmigs = le16_to_cpu(offer->moves);
	proc->image = image;
	image = NULL;
	if (mosix_link_attach(link, proc))
		goto fail;
	mosix_link_get(link);
	proc->link = link;
	return proc;
fail:
	mosix_image_free(image);
	mosix_proc_put(proc);
	return NULL;
}

/* A PID that is in use, or larger than this node has them. */
static enum wire_refusal pid_refusal(long error)
{
	return error == -EEXIST || error == -EINVAL ? REFUSE_PID :
						      REFUSE_INTERNAL;
}

/**
 * mosix_birth_offer - a home offers a process
 * @link: where
 * @msg: MSG_OFFER, checked; consumed
 *
 * Return: 0, or a negative errno that ends the link.
 * Context: the link's receiver; nothing else comes over it meanwhile.
 */
int mosix_birth_offer(struct mosix_link *link, struct mosix_msg *msg)
{
	const struct wire_offer *offer = (void *)msg->data;
	enum wire_refusal no = judge(link->peer, offer);
	u64 id = mosix_msg_id(msg);
	struct mosix_proc *proc;
	struct realm *realm;
	long ret;

	if (no != REFUSE_INVALID) {
		mosix_msg_free(msg);
		return mosix_link_refuse(link, id, no, 0);
	}
	realm = realm_of(link->peer);
	proc = realm ? guest_new(link, offer) : NULL;
	if (!proc) {
		mosix_msg_free(msg);
		return mosix_link_refuse(link, id, REFUSE_INTERNAL, -ENOMEM);
	}
	/* The body itself answers, once it is there. */
	msg->h.tid = 0;
	mosix_task_deliver(proc, msg);
	ret = spawn(realm, mosix_proc_main(proc));
	if (ret < 0) {
		mosix_proc_event(proc, EV_FAILED);
		mosix_proc_unlink(proc);
		mosix_link_refuse(link, id, pid_refusal(ret), ret);
	}
	mosix_proc_put(proc);
	return 0;
}
