// SPDX-License-Identifier: GPL-2.0-only
/*
 * How a body comes to life on the node that hosts it.
 *
 * Its home's realm makes it. A body begins as a kernel function, takes a fresh
 * mm, waits for its image, builds itself from it, and leaves for user mode.
 */
#include "birth.h"

#include "call.h"
#include "cgroup.h"
#include "clock.h"
#include "image.h"
#include "link.h"
#include "migrate.h"
#include "pages.h"
#include "param.h"
#include "task.h"
#include "x86.h"

#include <linux/mm.h>
#include <linux/mosix.h>
#include <linux/nsproxy.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>

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

/*
 * All has come: the body is built, and all of its threads run.
 * @ret: 0, or why its memory could not be built.
 */
static int start(struct mosix_task *mt, struct mosix_link *link, u64 id,
		 int ret)
{
	struct mosix_proc *proc = mt->proc;

	ret = ret ?: mosix_build_body(mt);
	ret = ret ?: mosix_proc_event(proc, EV_BUILT);
	if (ret) {
		pr_warn_ratelimited("mosix: guest %d of node %u: %pe\n",
				    proc->pid, proc->home, ERR_PTR(ret));
		mosix_link_refuse(link, id, refusal_of(ret), ret);
		return ret;
	}
	ret = mosix_link_send_plain(link, MSG_STARTED, id);
	if (!ret)
		set_bit(MP_STARTED, &proc->flags);
	wake_up_all(&proc->wait);
	return ret;
}

/* Pages find their places if those are made while the first ones come. */
static int prepare(struct mosix_task *mt, struct mosix_link *link)
{
	struct mosix_proc *proc = mt->proc;

	if (wait_event_killable(proc->wait, READ_ONCE(link->error) ||
				test_bit_acquire(MP_DESCRIBED, &proc->flags)))
		return -EINTR;
	return READ_ONCE(link->error) ?: mosix_build_memory(proc);
}

/* @ns: namespaces for its clocks; NULL once current is in them. */
static int arrive(struct mosix_task *mt, struct mosix_link *link,
		  struct nsproxy **ns)
{
	int ret = prepare(mt, link);
	struct mosix_msg *msg = await(mt, link, MSG_IMAGE_END);

	if (!msg)
		return -ECONNRESET;
	/* Before it has threads, which have them from it. */
	mosix_clock_enter(*ns, link, (void *)msg->data);
	*ns = NULL;
	ret = start(mt, link, mosix_msg_id(msg), ret);
	mosix_msg_free(msg);
	return ret;
}

/* So many may come before the process does. */
static u64 offered_pages(const struct mosix_msg *msg)
{
	const struct wire_offer *offer = (void *)msg->data;

	return le64_to_cpu(offer->mem_kib) >> (PAGE_SHIFT - 10);
}

static int body_main(void *arg)
{
	struct mosix_task *mt = arg;
	struct mosix_proc *proc = mt->proc;
	struct mosix_link *link = mosix_proc_link(proc);
	struct mosix_image *image = NULL;
	struct nsproxy *ns = NULL;
	struct mosix_msg *msg;
	int ret;

	mosix_task_attach(mt);
	flush_signal_handlers(current, 1);
	ret = mosix_build_space(proc, link);
	ret = ret ?: unshare_nsproxy_namespaces(CLONE_NEWTIME, &ns, NULL, NULL);
	msg = await(mt, link, MSG_OFFER);
	if (msg && !ret)
		proc->pages->early_max = offered_pages(msg);
	if (msg && !ret)
		mosix_link_send_plain(link, MSG_ACCEPT, mosix_msg_id(msg));
	else if (msg)
		mosix_link_refuse(link, mosix_msg_id(msg), refusal_of(ret),
				  ret);
	if (!ret && msg)
		ret = arrive(mt, link, &ns);
	if (ns)
		put_nsproxy(ns);
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
	proc->since = jiffies;
	swap(proc->image, image);
	spin_unlock(&proc->lock);
	mosix_image_free(image);
	if (test_bit(MT_GHOST, &mt->flags))
		do_exit(0);
	mosix_thread_enter(mt);
	return 0;
}

/**
 * mosix_birth_guests - how many guests are here
 *
 * Return: the number, with those that are about to come.
 * Context: process context.
 */
u32 mosix_birth_guests(void)
{
	struct mosix_proc *proc = NULL;
	u32 n = 0;

	while ((proc = mosix_proc_next(proc)))
		if (mosix_proc_is_guest(proc) &&
		    mosix_proc_state(proc) != ST_GONE)
			n++;
	return n;
}

/**
 * mosix_birth_room - may there be one guest more?
 *
 * Return: true when there may.
 * Context: process context.
 */
bool mosix_birth_room(void)
{
	return mosix_birth_guests() < mosix_param(PARAM_MAX_GUESTS);
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

static bool has_memory(u64 mem_kib)
{
	u64 free_kib = (u64)max(si_mem_available(), 0L) << (PAGE_SHIFT - 10);
	u64 reserve_kib = mosix_param(PARAM_RESERVE_KIB);

	return free_kib >= reserve_kib && free_kib - reserve_kib >= mem_kib &&
	       mosix_cgroup_room_kib() >= mem_kib;
}

static enum wire_refusal judge(u16 from, const struct wire_offer *offer)
{
	u32 pid = le32_to_cpu(offer->pid);
	u32 own_pid = le32_to_cpu(offer->own_pid);

	if (mosix_param(PARAM_BLOCK))
		return REFUSE_BLOCKED;
	if (!mosix_x86_has_features(offer->cpu))
		return REFUSE_CPU;
	if (!has_memory(le64_to_cpu(offer->mem_kib)))
		return REFUSE_MEMORY;
	if (!mosix_birth_room())
		return REFUSE_BUSY;
	if (pid < 2 || pid > PID_MAX_LIMIT || own_pid > PID_MAX_LIMIT)
		return REFUSE_IMAGE;
	return admit ? admit(from, offer) : REFUSE_INVALID;
}

static struct mosix_proc *guest_new(struct mosix_link *link,
				    const struct wire_offer *offer)
{
	struct mosix_proc *proc = mosix_proc_new(link->peer,
						 le32_to_cpu(offer->pid));
	pid_t tid = le32_to_cpu(offer->own_pid ?: offer->pid);
	struct mosix_image *image = mosix_image_new();

	if (!proc || !image || !mosix_task_new(proc, tid))
		goto fail;
	WRITE_ONCE(proc->state, ST_OFFERED);	/* never was at home here */
	proc->nmigs = le16_to_cpu(offer->moves);
	WRITE_ONCE(proc->home_uid, wire_offer_user(offer, link->version));
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

/*
 * A PID that is in use, or larger than this node has them; so many processes as
 * guests may be.
 */
static enum wire_refusal pid_refusal(long error)
{
	if (error == -EAGAIN)
		return REFUSE_BUSY;
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
	bool own = offer->own_pid;
	struct mosix_proc *proc;
	struct mosix_task *mt;
	long ret;

	if (no != REFUSE_INVALID) {
		mosix_msg_free(msg);
		return mosix_link_refuse(link, id, no, 0);
	}
	proc = guest_new(link, offer);
	if (!proc) {
		mosix_msg_free(msg);
		return mosix_link_refuse(link, id, REFUSE_INTERNAL, -ENOMEM);
	}
	/* The body itself answers, once it is there. */
	msg->h.tid = 0;
	mosix_task_deliver(proc, msg);
	mt = mosix_proc_main(proc);
	set_bit(MT_BORN, &mt->flags);
	ret = mosix_realm_bear(mt, body_main, own);
	if (ret < 0) {
		mosix_task_gone(mt);
		mosix_proc_event(proc, EV_FAILED);
		mosix_proc_unlink(proc);
		mosix_link_refuse(link, id, pid_refusal(ret), ret);
		/* It has a process that is none: its silence would not end it. */
		mosix_link_finish(link);
	}
	mosix_proc_put(proc);
	return 0;
}
