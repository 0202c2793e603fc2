// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which message is handled where and by whom, for each end of a link. With
 * main.c the only place that sees both halves.
 */
#include "msgdef.h"

#include "adopt.h"
#include "allow.h"
#include "birth.h"
#include "call.h"
#include "early.h"
#include "image.h"
#include "migrate.h"
#include "nice.h"
#include "pages.h"
#include "task.h"

#include "../deputy/body.h"
#include "../deputy/bulk.h"
#include "../deputy/deputy.h"

#include <linux/sched/signal.h>
#include <linux/threads.h>

/**
 * struct msgdef - what one end does with a message
 * @ctx: where
 * @receive: CTX_RECEIVER: consumes the message
 * @run: CTX_THREAD: consumes the message, in the task's own context
 */
struct msgdef {
	enum mosix_ctx ctx;
	int (*receive)(struct mosix_link *link, struct mosix_msg *msg);
	int (*run)(struct mosix_task *mt, struct mosix_msg *msg);
};

#define ANSWER		{ .ctx = CTX_ANSWER }
#define RECEIVE(fn)	{ .ctx = CTX_RECEIVER, .receive = (fn) }
#define THREAD(fn)	{ .ctx = CTX_THREAD, .run = (fn) }
#define AWAITED		{ .ctx = CTX_THREAD }

static int take_image(struct mosix_link *link, struct mosix_msg *msg);
static int take_pages(struct mosix_link *link, struct mosix_msg *msg);
static int take_page_none(struct mosix_link *link, struct mosix_msg *msg);
static int take_page_req(struct mosix_link *link, struct mosix_msg *msg);
static int take_reply(struct mosix_link *link, struct mosix_msg *msg);
static int take_spent(struct mosix_link *link, struct mosix_msg *msg);

static const struct msgdef at_home[MSG_TYPES] = {
	[MSG_WELCOME]	= ANSWER,
	[MSG_ACCEPT]	= ANSWER,
	[MSG_REFUSE]	= ANSWER,
	[MSG_STARTED]	= ANSWER,
	[MSG_IMAGE]	= RECEIVE(take_image),
	[MSG_HOME_END]	= THREAD(mosix_restore_home_end),
	[MSG_LEAVE]	= RECEIVE(mosix_deputy_leave),
	[MSG_CALL]	= THREAD(mosix_deputy_call),
	[MSG_MASK]	= THREAD(mosix_deputy_mask),
	[MSG_EXIT]	= THREAD(mosix_deputy_exit),
	[MSG_USAGE]	= RECEIVE(mosix_deputy_usage),
	[MSG_MADE]	= RECEIVE(mosix_fork_made),
	[MSG_SIGNAL]	= THREAD(mosix_deputy_signal),
	[MSG_PAGE_REQ]	= RECEIVE(take_page_req),
	[MSG_PAGES]	= RECEIVE(take_pages),
	[MSG_PAGE_NONE]	= RECEIVE(take_page_none),
	[MSG_SEEN]	= ANSWER,
	[MSG_TAKEN]	= RECEIVE(mosix_pace_taken),
};

static const struct msgdef at_host[MSG_TYPES] = {
	[MSG_OFFER]	= RECEIVE(mosix_birth_offer),
	[MSG_ADOPT]	= RECEIVE(mosix_adopt),
	[MSG_REFUSE]	= ANSWER,
	[MSG_IMAGE]	= RECEIVE(take_image),
	[MSG_IMAGE_END]	= AWAITED,
	[MSG_COME_HOME]	= RECEIVE(mosix_body_come_home),
	[MSG_HOME_OK]	= ANSWER,
	[MSG_REPLY]	= RECEIVE(take_reply),
	[MSG_SIGNAL]	= RECEIVE(mosix_body_signal),
	[MSG_STOP]	= RECEIVE(mosix_body_stop),
	[MSG_CONT]	= RECEIVE(mosix_body_stop),
	[MSG_KILL]	= RECEIVE(mosix_body_kill),
	[MSG_PAGE_REQ]	= RECEIVE(take_page_req),
	[MSG_PAGES]	= RECEIVE(take_pages),
	[MSG_PAGE_NONE]	= RECEIVE(take_page_none),
	[MSG_STAYS]	= RECEIVE(mosix_move_heard),
	[MSG_SCHED]	= RECEIVE(mosix_nice_heard),
	[MSG_WATCH]	= RECEIVE(mosix_cputimer_heard),
	[MSG_LOOK]	= RECEIVE(take_page_req),
	[MSG_NODES]	= RECEIVE(mosix_allow_heard),
	[MSG_SPENT]	= RECEIVE(take_spent),
};

static const struct msgdef *find_def(const struct mosix_link *link, u16 type)
{
	const struct msgdef *table = link->side == SIDE_HOME ? at_home :
							       at_host;

	return type < MSG_TYPES ? &table[type] : NULL;
}

/*
 * A thread by its TID. It may end at any time: its record lives as long as @held, which
 * the caller puts. Of a body that is not born yet as long as @proc.
 */
static struct mosix_task *hold_thread(struct mosix_link *link,
				      struct mosix_proc *proc, u32 tid,
				      struct task_struct **held)
{
	struct mosix_task *mt;

	spin_lock(&proc->lock);
	mt = mosix_proc_thread(proc, tid);
	if (mt && mt->task)
		*held = get_task_struct(mt->task);
	spin_unlock(&proc->lock);
	if (link->side == SIDE_HOME)
		return *held ? mt : NULL;
	if (!mt && tid <= PID_MAX_LIMIT &&
	    READ_ONCE(proc->nlive) < WIRE_THREADS_MAX)
		mt = mosix_task_new(proc, tid);
	return mt;
}

/* Into the image that a record belongs to: the process's, or a thread's. */
static int add_record(struct mosix_link *link, struct mosix_proc *proc,
		      const struct mosix_msg *msg)
{
	u32 tid = le32_to_cpu(msg->h.tid);
	struct mosix_image *image = proc->image;
	struct task_struct *held = NULL;
	struct mosix_task *mt;
	int ret = -EPROTO;

	if (tid) {
		mt = hold_thread(link, proc, tid, &held);
		if (mt && !mt->image)
			mt->image = mosix_image_new();
		image = mt ? mt->image : NULL;
	}
	if (image)
		ret = mosix_image_add(image, (void *)msg->data, msg->len);
	if (held)
		put_task_struct(held);
	return ret;
}

/* Which records a thread has, and which its process; home has the mappings. */
static bool fits(const struct mosix_link *link, const struct wire_record *rec,
		 u32 tid)
{
	u32 type = le32_to_cpu(rec->type);

	if (link->side == SIDE_HOME &&
	    !(BIT(type) & (IMAGE_THREAD | IMAGE_RETURN)))
		return false;
	return !tid == !(BIT(type) & IMAGE_THREAD);
}

/* The page state of a link's process; held by the process. */
static struct mosix_pages *pages_of(struct mosix_proc *proc)
{
	struct mosix_pages *pg;

	if (!proc)
		return NULL;
	spin_lock(&proc->lock);
	pg = proc->pages;
	if (pg)
		mosix_pages_get(pg);
	spin_unlock(&proc->lock);
	return pg;
}

/* A body that comes home begins to say what it is. */
static int begin_return(struct mosix_proc *proc)
{
	if (mosix_proc_state(proc) != ST_AWAY)
		return 0;
	if (!proc->image)
		proc->image = mosix_image_new();
	return proc->image ? mosix_proc_returns(proc) : -ENOMEM;
}

static int take_record(struct mosix_link *link, struct mosix_proc *proc,
		       struct mosix_pages *pg, const struct mosix_msg *msg)
{
	const struct wire_record *rec = (void *)msg->data;
	int ret;

	/* STARTED was just told: the task itself may not have got so far. */
	if (mosix_pages_await_commit(pg))
		return -EPROTO;
	ret = begin_return(proc);
	if (ret)
		return ret;
	if (mosix_proc_state(proc) != ST_RETURNING &&
	    mosix_proc_state(proc) != ST_OFFERED)
		return -EPROTO;
	ret = add_record(link, proc, msg);
	if (!ret && le32_to_cpu(rec->type) == REC_HOME_PAGES &&
	    link->side == SIDE_HOST)
		ret = mosix_image_apply_ranges(proc->image, pg);
	return ret;
}

/*
 * Records go into the image at once, so that pages behind them find H. At home the
 * process may execute a program meanwhile, and have no such pages any more.
 */
static int take_image(struct mosix_link *link, struct mosix_msg *msg)
{
	struct mosix_proc *proc = mosix_link_proc(link);
	struct mosix_pages *pg = pages_of(proc);
	int ret = -EPROTO;

	if (pg && !test_bit(MP_COMPLETE, &proc->flags) &&
	    !test_bit(MP_DESCRIBED, &proc->flags) &&
	    fits(link, (void *)msg->data, le32_to_cpu(msg->h.tid)))
		ret = take_record(link, proc, pg, msg);
	mosix_pages_put(pg);
	mosix_proc_put(proc);
	mosix_msg_free(msg);
	return ret;
}

static int with_pages(struct mosix_link *link, struct mosix_msg *msg,
		      int (*fn)(struct mosix_pages *pg, struct mosix_msg *msg))
{
	struct mosix_proc *proc = mosix_link_proc(link);
	struct mosix_pages *pg = pages_of(proc);
	int ret = -EPROTO;

	if (pg)
		ret = fn(pg, msg);
	else
		mosix_msg_free(msg);
	mosix_pages_put(pg);
	mosix_proc_put(proc);
	return ret;
}

static int land(struct mosix_pages *pg, struct mosix_msg *msg)
{
	/* At home none may land in front of what is about to be given away. */
	int ret = mosix_pages_await_commit(pg);

	ret = ret ?: mosix_pages_landed(pg, msg);
	mosix_msg_free(msg);
	return ret;
}

static int land_none(struct mosix_pages *pg, struct mosix_msg *msg)
{
	const struct wire_page_none *none = (void *)msg->data;

	mosix_pages_none(pg, le64_to_cpu(none->addr));
	mosix_msg_free(msg);
	return 0;
}

static int want(struct mosix_pages *pg, struct mosix_msg *msg)
{
	return mosix_serve_request(pg, msg);
}

static int spend(struct mosix_pages *pg, struct mosix_msg *msg)
{
	mutex_lock(&pg->lock);
	mosix_early_forget(pg);
	mutex_unlock(&pg->lock);
	mosix_msg_free(msg);
	return 0;
}

static int take_spent(struct mosix_link *link, struct mosix_msg *msg)
{
	return with_pages(link, msg, spend);
}

/* No record may follow: the body makes its mappings while its pages come. */
static void end_records(struct mosix_proc *proc)
{
	if (test_bit(MP_DESCRIBED, &proc->flags))
		return;
	/* Pairs with test_bit_acquire() in birth.c, where the image is read then. */
	smp_mb__before_atomic();
	set_bit(MP_DESCRIBED, &proc->flags);
	wake_up_all(&proc->wait);
}

/* Of a process that leaves its home no record follows its first page. */
static int land_leaving(struct mosix_link *link, struct mosix_msg *msg)
{
	const struct wire_pages *head = (void *)msg->data;
	struct mosix_proc *proc = NULL;

	if (link->side == SIDE_HOST &&
	    !(le32_to_cpu(head->flags) & PAGES_EARLY))
		proc = mosix_link_proc(link);
	if (proc)
		end_records(proc);
	mosix_proc_put(proc);
	return with_pages(link, msg, land);
}

/* What names a thread is about the large window of its call. */
static int take_pages(struct mosix_link *link, struct mosix_msg *msg)
{
	const struct wire_pages *head = (void *)msg->data;

	if (!msg->h.tid)
		return land_leaving(link, msg);
	/* That is never sent early. */
	if (head->kept || le32_to_cpu(head->flags) & PAGES_EARLY) {
		mosix_msg_free(msg);
		return -EPROTO;
	}
	return link->side == SIDE_HOME ? mosix_bulk_heard(link, msg) :
					 mosix_call_part(link, msg);
}

static int take_page_none(struct mosix_link *link, struct mosix_msg *msg)
{
	if (!msg->h.tid)
		return with_pages(link, msg, land_none);
	if (link->side == SIDE_HOME)
		return mosix_bulk_heard(link, msg);
	mosix_msg_free(msg);
	return -EPROTO;
}

static int take_page_req(struct mosix_link *link, struct mosix_msg *msg)
{
	if (msg->h.tid && link->side == SIDE_HOME)
		return mosix_bulk_heard(link, msg);
	return with_pages(link, msg, want);
}

/* Pages behind it are where it says that their mapping is now. */
static int take_reply(struct mosix_link *link, struct mosix_msg *msg)
{
	const struct wire_reply *reply = (void *)msg->data;
	struct mosix_proc *proc = mosix_link_proc(link);
	struct mosix_pages *pg = pages_of(proc);
	int ret = 0;

	if (pg)
		ret = mosix_pages_answered(pg, le32_to_cpu(msg->h.tid),
					   le64_to_cpu(reply->ret));
	mosix_pages_put(pg);
	mosix_proc_put(proc);
	mosix_call_answer(link, msg);
	return ret;
}

/* Who it is for has ended; a signal for its process is another thread's now. */
static int dispatch_orphan(struct mosix_link *link, struct mosix_proc *proc,
			   struct mosix_msg *msg)
{
	int ret = 0;

	if (link->side == SIDE_HOME && mosix_msg_type(msg) == MSG_SIGNAL)
		ret = mosix_signal_inherit(proc, (void *)msg->data);
	mosix_msg_free(msg);
	return ret == -EAGAIN ? -ENOMEM : 0;
}

/*
 * No record may follow: the image is read from now on. Once: who reads it frees it,
 * and two threads may be told of its end.
 */
static int end_image(struct mosix_link *link, struct mosix_proc *proc, u16 type)
{
	if (type != MSG_IMAGE_END && type != MSG_HOME_END)
		return 0;
	if (link->side == SIDE_HOME && mosix_proc_state(proc) != ST_RETURNING)
		return -EPROTO;
	if (link->side == SIDE_HOST)
		end_records(proc);
	return test_and_set_bit(MP_COMPLETE, &proc->flags) ? -EPROTO : 0;
}

static int deliver(struct mosix_link *link, struct mosix_proc *proc,
		   struct mosix_msg *msg)
{
	u16 type = mosix_msg_type(msg);
	int ret = end_image(link, proc, type);

	if (ret) {
		mosix_msg_free(msg);
		return ret;
	}
	ret = mosix_task_deliver(proc, msg);
	if (ret && type == MSG_HOME_END)
		mosix_proc_fail(proc);	/* nobody reads it */
	return ret == -ESRCH ? dispatch_orphan(link, proc, msg) : ret;
}

static bool is_current(struct mosix_proc *proc, struct mosix_link *link)
{
	bool current_link;

	spin_lock(&proc->lock);
	current_link = proc->link == link;
	spin_unlock(&proc->lock);
	return current_link;
}

/**
 * mosix_msgdef_dispatch - a message came in
 * @link: where
 * @msg: the message, header and lengths checked; consumed
 *
 * Return: 0, or a negative errno that ends the link.
 * Context: the link's receiver.
 */
int mosix_msgdef_dispatch(struct mosix_link *link, struct mosix_msg *msg)
{
	const struct msgdef *def = find_def(link, mosix_msg_type(msg));
	struct mosix_proc *proc = mosix_link_proc(link);
	int ret = -EPROTO;

	if (proc && !is_current(proc, link)) {
		mosix_msg_free(msg);	/* words of a stay that is over */
		mosix_proc_put(proc);
		return 0;
	}
	switch (def ? def->ctx : CTX_NONE) {
	case CTX_ANSWER:
		mosix_call_answer(link, msg);
		ret = 0;
		break;
	case CTX_RECEIVER:
		ret = def->receive(link, msg);
		break;
	case CTX_THREAD:
		if (proc) {
			ret = deliver(link, proc, msg);
			break;
		}
		fallthrough;
	default:
		mosix_msg_free(msg);
	}
	mosix_proc_put(proc);
	return ret;
}

/**
 * mosix_msgdef_run - handle a message out of the own inbox
 * @mt: record of current
 * @msg: the message; consumed
 *
 * Return: 0, or a negative errno that ends the link.
 * Context: the task itself.
 */
int mosix_msgdef_run(struct mosix_task *mt, struct mosix_msg *msg)
{
	const struct msgdef *table = mosix_proc_is_guest(mt->proc) ? at_host :
								     at_home;
	const struct msgdef *def = &table[mosix_msg_type(msg)];

	if (def->ctx == CTX_THREAD && def->run)
		return def->run(mt, msg);
	mosix_msg_free(msg);
	return -EPROTO;
}

/**
 * mosix_msgdef_lost - a link has ended
 * @link: the link, its error set
 *
 * Context: the link's receiver, its last act.
 */
void mosix_msgdef_lost(struct mosix_link *link)
{
	struct mosix_proc *proc = mosix_link_proc(link);
	struct mosix_pages *pg;
	struct mosix_task *mt;

	if (!proc)
		return;
	pg = pages_of(proc);
	if (pg)
		mosix_pages_lost(pg, link, link->error);
	mosix_pages_put(pg);
	if (link->side == SIDE_HOST && is_current(proc, link))
		mosix_thread_forget(proc);
	spin_lock(&proc->lock);
	if (proc->link == link) {
		mt = mosix_proc_main(proc);
		if (mt && mt->task && link->side == SIDE_HOST &&
		    !test_bit(MP_VANISH, &proc->flags))
			send_sig(SIGKILL, mt->task, 1);
		list_for_each_entry(mt, &proc->threads, node) {
			if (link->side == SIDE_HOME)
				mosix_task_kick(mt);
			wake_up_all(&mt->wait);
		}
	}
	spin_unlock(&proc->lock);
	/* Also who waits for a word on a link that is its process's no more. */
	wake_up_all(&proc->wait);
	mosix_proc_put(proc);
}
