// SPDX-License-Identifier: GPL-2.0-only
/*
 * Moves are asked for: by a write to /proc, by the balancer, by the host of
 * a guest. Whether the process can go and whether the target takes it is
 * found out while it runs on; then it is kicked to its safe point, where
 * migrate.c goes on.
 */
#include "migrate.h"

#include "allow.h"
#include "call.h"
#include "early.h"
#include "hot.h"
#include "moves.h"
#include "node.h"
#include "rounds.h"
#include "sigmig.h"
#include "stay.h"
#include "strategy.h"
#include "trace.h"
#include "x86.h"

#include <linux/cred.h>
#include <linux/delay.h>
#include <linux/mm.h>
#include <linux/mosix.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/uidgid.h>

enum {
	OFFER_TIMEOUT_S	= 30,
	RETRY_JIFFIES	= 1,
	PASSING_WAIT_MS	= 10,
};

static struct workqueue_struct *moves_wq;

static void move_release(struct kref *ref)
{
	struct mosix_move *move = container_of(ref, struct mosix_move, ref);

	if (move->link) {
		mosix_link_close(move->link, -ECANCELED);
		mosix_link_put(move->link);
	}
	mosix_early_free(move->early);
	mosix_proc_put(move->proc);
	kfree(move);
}

/**
 * mosix_move_put - drop a reference
 * @move: the move
 *
 * Context: process context.
 */
void mosix_move_put(struct mosix_move *move)
{
	kref_put(&move->ref, move_release);
}

/**
 * mosix_move_get - the move that a process is asked for
 * @proc: the process
 *
 * Return: it, referenced; NULL when there is none.
 * Context: any.
 */
struct mosix_move *mosix_move_get(struct mosix_proc *proc)
{
	struct mosix_move *move;

	spin_lock(&proc->lock);
	move = proc->move;
	if (move)
		kref_get(&move->ref);
	spin_unlock(&proc->lock);
	return move;
}

/**
 * mosix_migrate_wanted - is a process asked to go, and where?
 * @proc: the process
 * @to: receives the id of the node, 0: home; as it was without a move
 *
 * Return: false when no move is wanted or it is not ready yet.
 * Context: any.
 */
bool mosix_migrate_wanted(struct mosix_proc *proc, u16 *to)
{
	bool wanted;

	spin_lock(&proc->lock);
	wanted = proc->move && (proc->move->link || !proc->move->to);
	if (wanted)
		*to = proc->move->to;
	spin_unlock(&proc->lock);
	return wanted;
}

/**
 * mosix_move_stays - tell a host that nothing comes of its LEAVE
 * @link: to the host
 * @error: why, as a negative errno
 *
 * Context: process context.
 */
void mosix_move_stays(struct mosix_link *link, int error)
{
	struct mosix_msg *msg = mosix_msg_new(MSG_STAYS,
					      sizeof(struct wire_stays));
	struct wire_stays *stays;

	if (!msg)
		return;		/* it stops waiting by itself */
	stays = (void *)msg->data;
	stays->error = cpu_to_le32(-error);
	mosix_link_send(link, msg);
}

/* Of what is away only its host can have wanted these. */
static void tell_host(struct mosix_proc *proc, enum mosix_why why, int error)
{
	struct mosix_link *link;

	if ((why != MOSIX_WHY_BALANCE && why != MOSIX_WHY_HOST) ||
	    !mosix_proc_is_away(proc))
		return;
	link = mosix_proc_link(proc);
	if (!link)
		return;
	mosix_move_stays(link, error);
	mosix_link_put(link);
}

/* The wanted move is over; with @only no other than that. */
static void end_move(struct mosix_proc *proc, const struct mosix_move *only,
		     int result, const char *text)
{
	struct mosix_move *move;

	spin_lock(&proc->lock);
	move = proc->move;
	if (only && move != only)
		move = NULL;
	if (move) {
		proc->move = NULL;
		proc->result = result;
		proc->last[0] = '\0';
	}
	/* It is at home, and was not when it was sent off: that is a move, too. */
	if (move && result && move->halfway)
		mosix_sigmig_count(proc);
	if (move && result)
		scnprintf(proc->last, sizeof(proc->last), "node %u: %s",
			  move->to ?: mosix_node_self(), text ?: "failed");
	spin_unlock(&proc->lock);
	if (!move)
		return;
	if (result) {
		mosix_sigmig_send(proc);
		tell_host(proc, move->why, result);
	}
	trace_mosix_move(move, result);
	move->result = result;
	mosix_moves_add(move);
	complete_all(&move->done);
	mosix_move_put(move);
}

/**
 * mosix_migrate_end - the wanted move is over
 * @proc: the process
 * @result: 0 or a negative errno
 * @text: why it failed, for people; NULL with @result 0
 *
 * Context: process context.
 */
void mosix_migrate_end(struct mosix_proc *proc, int result, const char *text)
{
	end_move(proc, NULL, result, text);
}

/* A kick that waits for a better moment. */
struct later {
	struct delayed_work work;
	struct mosix_proc *proc;
};

static void later_work(struct work_struct *work)
{
	struct later *later = container_of(to_delayed_work(work), struct later,
					   work);

	mosix_proc_kick(later->proc);
	mosix_proc_put(later->proc);
	kfree(later);
}

/**
 * mosix_migrate_kick_later - a process is at a bad moment: let it run on
 * @proc: the process; it will reach its safe point again soon
 *
 * Context: process context.
 */
void mosix_migrate_kick_later(struct mosix_proc *proc)
{
	struct later *later = kmalloc(sizeof(*later), GFP_KERNEL | __GFP_NOFAIL);

	mosix_proc_get(proc);
	later->proc = proc;
	INIT_DELAYED_WORK(&later->work, later_work);
	queue_delayed_work(moves_wq, &later->work, RETRY_JIFFIES);
}

static u32 load_milli(struct mosix_proc *proc)
{
	return min_t(u32, READ_ONCE(proc->cpu_milli), WIRE_LOAD_MAX);
}

/*
 * A thread that still has its memory: others may have ended, the first one, too,
 * or end as one of them executes a program.
 */
static struct task_struct *live_task(struct mosix_proc *proc,
				     struct mm_struct **mm)
{
	struct task_struct *task = NULL;
	struct mosix_task *mt;

	*mm = NULL;
	spin_lock(&proc->lock);
	list_for_each_entry(mt, &proc->threads, node) {
		if (mt->task)
			*mm = get_task_mm(mt->task);
		if (!*mm)
			continue;
		task = get_task_struct(mt->task);
		break;
	}
	spin_unlock(&proc->lock);
	return task;
}

static struct mosix_msg *make_offer(struct mosix_move *move, u16 version,
				    struct task_struct *task,
				    struct mm_struct *mm)
{
	struct mosix_msg *msg = mosix_msg_new(MSG_OFFER,
					      wire_offer_len(version));
	struct wire_offer *offer;
	char comm[WIRE_COMM_LEN];

	if (!msg)
		return NULL;
	offer = (void *)msg->data;
	offer->pid = cpu_to_le32(task->tgid);
	offer->own_pid = cpu_to_le32(mosix_task_own_pid(task));
	if (move->why == MOSIX_WHY_BALANCE || move->why == MOSIX_WHY_EXEC)
		offer->load_milli =
			cpu_to_le32(max(load_milli(move->proc), 1U));
	move->offered_kib = (u64)get_mm_rss(mm) << (PAGE_SHIFT - 10);
	offer->mem_kib = cpu_to_le64(move->offered_kib);
	offer->at = cpu_to_le16(mosix_proc_where(move->proc));
	offer->moves = cpu_to_le16(min_t(u32, READ_ONCE(move->proc->nmigs),
					 U16_MAX));
	mosix_x86_features(offer->cpu);
	get_task_comm(comm, task);
	memcpy(offer->comm, comm, sizeof(comm));
	if (version >= WIRE_VERSION_USER)
		offer->uid = cpu_to_le32(from_kuid(&init_user_ns,
						   task_uid(task)));
	return msg;
}

static int refusal_errno(u32 reason)
{
	return reason == REFUSE_MEMORY ? -ENOMEM : -ECONNREFUSED;
}

/* An answer other than the one hoped for, as errno and words. */
static int bad_answer(struct mosix_msg *answer, const char **text)
{
	const struct wire_refuse *refuse = (void *)answer->data;
	u32 reason = REFUSE_INVALID;

	if (mosix_msg_type(answer) == MSG_REFUSE)
		reason = le32_to_cpu(refuse->reason);
	*text = wire_refusal_name(reason);
	mosix_msg_free(answer);
	return refusal_errno(reason);
}

/**
 * mosix_move_ask - a request whose answer is one certain message, or a failure
 * @link: to the target
 * @msg: the request; consumed; NULL fails
 * @want: type of the answer hoped for
 * @timeout: jiffies
 * @text: why it failed, for people
 *
 * Return: 0; -EHOSTUNREACH, -ECONNREFUSED, -ENOMEM, -EINTR when killed.
 * Context: process context, sleeps.
 */
int mosix_move_ask(struct mosix_link *link, struct mosix_msg *msg,
		   enum wire_type want, long timeout, const char **text)
{
	struct mosix_msg *answer;

	*text = "no memory here";
	if (!msg)
		return -ENOMEM;
	*text = "link lost";
	answer = mosix_call(link, msg, timeout, TASK_KILLABLE);
	if (IS_ERR(answer)) {
		if (PTR_ERR(answer) == -ETIMEDOUT)
			*text = "no answer in time";
		return PTR_ERR(answer) == -EINTR ? -EINTR : -EHOSTUNREACH;
	}
	if (mosix_msg_type(answer) != want)
		return bad_answer(answer, text);
	mosix_msg_free(answer);
	return 0;
}

static int offer(struct mosix_move *move, struct mosix_link *link,
		 const char **text)
{
	struct task_struct *task;
	struct mosix_msg *msg;
	struct mm_struct *mm;

	task = live_task(move->proc, &mm);
	*text = "process is exiting";
	if (!task)
		return -ESRCH;
	msg = make_offer(move, link->version, task, mm);
	/* What is away is not marked here. */
	move->watched = !mosix_proc_is_away(move->proc);
	if (move->watched)
		mosix_hot_begin(mm);
	mmput(mm);
	put_task_struct(task);
	return mosix_move_ask(link, msg, MSG_ACCEPT, OFFER_TIMEOUT_S * HZ, text);
}

/* What can be done of a move while the process runs on. */
static int send_early(struct mosix_move *move, struct mosix_link *link)
{
	struct task_struct *task;
	struct mm_struct *mm;
	int ret = 0;

	if (!move->watched)
		return 0;	/* it runs elsewhere */
	task = live_task(move->proc, &mm);
	if (!task)
		return 0;	/* who kicks it finds that out */
	mmgrab(mm);
	mmput(mm);
	put_task_struct(task);
	mosix_strategy_plan(move, link, mm);
	if (move->choice.strategy == STRATEGY_PRECOPY)
		ret = mosix_rounds_run(move, link, mm);
	mmdrop(mm);
	return ret;
}

static int prepare(struct mosix_move *move, const char **text)
{
	struct mosix_link *link;
	int ret;

	link = mosix_peer_connect(move->to);
	if (IS_ERR(link)) {
		*text = PTR_ERR(link) == -EPROTO ?
			"no common protocol version" : "node is down";
		return PTR_ERR(link);
	}
	ret = offer(move, link, text);
	if (!ret) {
		*text = "link lost";
		ret = send_early(move, link);
	}
	if (ret) {
		mosix_link_close(link, -ECANCELED);
		mosix_link_put(link);
		return ret;
	}
	spin_lock(&move->proc->lock);
	move->link = link;
	spin_unlock(&move->proc->lock);
	return 0;
}

/* Who came home by itself has ended it, and may be wanted elsewhere by now. */
static void move_work(struct work_struct *work)
{
	struct mosix_move *move = container_of(work, struct mosix_move, work);
	struct mosix_proc *proc = move->proc;
	const char *text = NULL;
	int ret = 0;

	if (move->to == READ_ONCE(proc->where))
		end_move(proc, move, 0, NULL);
	else if (move->to)
		ret = prepare(move, &text);
	if (!ret && mosix_proc_kick(proc)) {
		text = "process is exiting";
		ret = -ESRCH;
	}
	if (ret)
		end_move(proc, move, ret, text);
	mosix_move_put(move);
}

static struct mosix_move *move_new(struct task_struct *p, u16 node,
				   enum mosix_why why)
{
	struct mosix_move *move = kzalloc(sizeof(*move), GFP_KERNEL);

	if (!move)
		return NULL;
	kref_init(&move->ref);
	move->proc = mosix_task_proc(p);
	mosix_proc_get(move->proc);
	move->pid = p->tgid;
	move->from = READ_ONCE(move->proc->where);
	move->to = node;
	move->why = why;
	INIT_WORK(&move->work, move_work);
	init_completion(&move->done);
	return move;
}

/**
 * mosix_move_beg - a guest asks its home to move it
 * @proc: the guest
 * @node: where to; 0 home
 * @insist: 1: also when it is locked there
 *
 * MP_ASKED is set until the home says that nothing comes of it; why, is in
 * @proc->result then, and -ETIMEDOUT until then.
 *
 * Return: 0, -ESRCH without a link, -ENOMEM, or the error that ended the link.
 * Context: process context.
 */
int mosix_move_beg(struct mosix_proc *proc, u16 node, u32 insist)
{
	struct mosix_link *link = mosix_proc_link(proc);
	struct wire_leave *leave;
	struct mosix_msg *msg;
	int ret = -ENOMEM;

	if (!link)
		return -ESRCH;
	msg = mosix_msg_new(MSG_LEAVE, sizeof(*leave));
	if (msg) {
		leave = (void *)msg->data;
		leave->insist = cpu_to_le32(insist);
		leave->node = cpu_to_le16(node);
		leave->load_milli = cpu_to_le32(load_milli(proc));
		spin_lock(&proc->lock);
		proc->result = -ETIMEDOUT;
		set_bit(MP_ASKED, &proc->flags);
		spin_unlock(&proc->lock);
		ret = mosix_link_send(link, msg);
	}
	mosix_link_put(link);
	return ret;
}

/**
 * mosix_move_heard - the home says that nothing comes of LEAVE
 * @link: where
 * @msg: MSG_STAYS, checked; consumed
 *
 * Return: 0, -EPROTO without a body.
 * Context: the link's receiver.
 */
int mosix_move_heard(struct mosix_link *link, struct mosix_msg *msg)
{
	const struct wire_stays *stays = (void *)msg->data;
	int error = -(int)le32_to_cpu(stays->error);
	struct mosix_proc *proc = mosix_link_proc(link);

	mosix_msg_free(msg);
	if (!proc)
		return -EPROTO;
	spin_lock(&proc->lock);
	proc->result = error;
	clear_bit(MP_ASKED, &proc->flags);
	spin_unlock(&proc->lock);
	mosix_proc_put(proc);
	return 0;
}

/*
 * Only the home can lead a move: a guest's host asks it to. Its admin may want
 * to be rid of a guest; where else it goes is not for him to say.
 */
static int ask_home(struct mosix_proc *proc, u16 node, enum mosix_why why)
{
	if (why == MOSIX_WHY_BALANCE)
		return mosix_move_beg(proc, node, 0);
	if (node && node != proc->home)
		return -EOPNOTSUPP;
	return mosix_move_beg(proc, 0, 1);
}

static bool is_guest(struct task_struct *p)
{
	struct mosix_proc *proc = mosix_task_proc(p);

	return proc && mosix_proc_is_guest(proc);
}

/* Home is 0 from here on. It needs no map: who is away has a link there. */
static int check_request(struct task_struct *p, u16 *node)
{
	u16 self = mosix_node_self();
	int ret;

	if (*node == self)
		*node = 0;
	if (*node && (!self || !mosix_node_is_known(*node)))
		return -ENODEV;
	if (p->flags & PF_KTHREAD)
		return -EBUSY;
	ret = mosix_task_ensure(p);
	if (!ret && !mosix_allow_has(mosix_task_proc(p), *node))
		ret = -EACCES;
	return ret;
}

static u64 lasting_reasons(struct task_struct *p)
{
	u32 tries = MOSIX_PASSING_TRIES;
	u64 why;

	do {
		why = mosix_stay_reasons(p);
	} while (mosix_stay_passes(why) && --tries &&
		 !msleep_interruptible(PASSING_WAIT_MS));
	return why;
}

/* Memory that it borrows it cannot take along, not even home. */
static bool is_held(struct task_struct *p, u16 node)
{
	struct mosix_proc *proc = mosix_task_proc(p);
	bool out = node && !mosix_proc_is_away(proc);

	return (out || test_bit(MT_BORROWS, &p->mosix->flags)) &&
	       lasting_reasons(p);
}

/* Nothing to do: it is there, and nobody sends it elsewhere. */
static bool is_there(struct mosix_proc *proc, u16 node)
{
	bool there;

	spin_lock(&proc->lock);
	there = !proc->move && proc->where == node;
	spin_unlock(&proc->lock);
	return there;
}

static struct mosix_move *start(struct task_struct *p, u16 node,
				enum mosix_why why)
{
	struct mosix_move *move;
	struct mosix_proc *proc = mosix_task_proc(p);
	bool taken;

	if (is_held(p, node))
		return ERR_PTR(-EBUSY);
	move = move_new(p, node, why);
	if (!move)
		return ERR_PTR(-ENOMEM);
	spin_lock(&proc->lock);
	taken = proc->move;
	if (!taken) {
		proc->move = move;
		kref_get(&move->ref);	/* the waiter's; the first is proc's */
	}
	spin_unlock(&proc->lock);
	if (taken) {
		mosix_move_put(move);
		return ERR_PTR(-EALREADY);
	}
	kref_get(&move->ref);
	queue_work(moves_wq, &move->work);
	return move;
}

/**
 * mosix_migrate_start - have a process move and do not wait for it
 * @p: a task of it, held by the caller
 * @node: where to; 0 home
 * @why: enum mosix_why
 *
 * Return: 0 when the move was begun; -ENODEV unknown node or no map, -EACCES it
 * may not be there, -EBUSY it cannot move, -EALREADY it is moving, -ESRCH,
 * -ENOMEM.
 * Context: process context.
 */
int mosix_migrate_start(struct task_struct *p, u16 node, enum mosix_why why)
{
	struct mosix_move *move;
	int ret;

	if (is_guest(p))
		return ask_home(mosix_task_proc(p), node, why);
	ret = check_request(p, &node);
	if (ret || is_there(mosix_task_proc(p), node))
		return ret;
	move = start(p, node, why);
	if (IS_ERR(move))
		return PTR_ERR(move);
	mosix_move_put(move);
	return 0;
}

static int wait_for_current(struct mosix_proc *proc)
{
	struct mosix_move *move = mosix_move_get(proc);
	int ret;

	if (!move)
		return 0;
	ret = wait_for_completion_interruptible(&move->done);
	mosix_move_put(move);
	return ret;
}

/**
 * mosix_migrate_request - have a process move and wait until it did
 * @p: a task of it, held by the caller
 * @node: where to; 0 home
 * @why: enum mosix_why
 *
 * Return: 0 when it is there; what mosix_migrate_start() returns;
 * -EHOSTUNREACH the node does not answer, -ECONNREFUSED it refuses, -ENOMEM
 * no memory on either side; -EINTR when the wait was interrupted (the move
 * goes on).
 * Context: process context, sleeps.
 */
int mosix_migrate_request(struct task_struct *p, u16 node, enum mosix_why why)
{
	struct mosix_move *move;
	int ret;

	/* Who moves itself cannot wait for that. */
	if (is_guest(p) || same_thread_group(p, current))
		return mosix_migrate_start(p, node, why);
	ret = check_request(p, &node);
	if (ret || is_there(mosix_task_proc(p), node))
		return ret;
	while ((move = start(p, node, why)) == ERR_PTR(-EALREADY)) {
		ret = wait_for_current(mosix_task_proc(p));
		if (ret)
			return -EINTR;
	}
	if (IS_ERR(move))
		return PTR_ERR(move);
	ret = wait_for_completion_interruptible(&move->done);
	ret = ret ? -EINTR : move->result;
	mosix_move_put(move);
	return ret;
}

/**
 * mosix_move_queue - something that may wait for another node
 * @work: what
 *
 * Context: any.
 */
void mosix_move_queue(struct work_struct *work)
{
	queue_work(moves_wq, work);
}

/**
 * mosix_migrate_init - make what moves need
 *
 * Return: 0, -ENOMEM.
 * Context: boot.
 */
int mosix_migrate_init(void)
{
	/* Where many compute is where a move is wanted most: it goes before them. */
	moves_wq = alloc_workqueue("mosix_moves", WQ_UNBOUND | WQ_HIGHPRI, 0);
	return moves_wq ? 0 : -ENOMEM;
}
