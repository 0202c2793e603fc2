// SPDX-License-Identifier: GPL-2.0-only
/*
 * Moves. The home node leads each of them:
 *
 *	home				host
 *	OFFER		------------>	room? CPU? a body is born, empty
 *			<------------	ACCEPT
 *	(the process is stopped at its safe point)
 *	IMAGE...	------------>	the body is built
 *	PAGES...	------------>	(eager)
 *	IMAGE_END	------------>
 *			<------------	READY
 *	GO		------------>
 *			<------------	STARTED	  from here on it is away
 *
 * Until STARTED has come nothing outside the host can know that the body
 * ran: all that it does to the world goes through the link. So whatever goes
 * wrong before, the home closes the link, which ends the body, and the
 * process goes on here as if nothing had been tried (invariant 5).
 *
 * An onward move is a move home followed by a move out over a link that was
 * made before the process was disturbed.
 */
#include "migrate.h"

#include "call.h"
#include "node.h"
#include "pages.h"
#include "param.h"
#include "stay.h"
#include "x86.h"

#include <linux/delay.h>
#include <linux/mm.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>

enum {
	OFFER_TIMEOUT_S	= 30,
	BUILD_TIMEOUT_S	= 120,
	RETRY_JIFFIES	= 1,
	PASSING_TRIES	= 100,
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
	put_task_struct(move->task);
	mosix_proc_put(move->proc);
	kfree(move);
}

static void move_put(struct mosix_move *move)
{
	kref_put(&move->ref, move_release);
}

static struct mosix_move *move_get(struct mosix_proc *proc)
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
 * mosix_migrate_wanted - where a process is asked to go
 * @proc: the process
 *
 * Return: id of the node, 0 when no move is wanted or it is not ready yet.
 * Context: any.
 */
u16 mosix_migrate_wanted(struct mosix_proc *proc)
{
	u16 to = 0;

	spin_lock(&proc->lock);
	if (proc->move && (proc->move->link || proc->move->to == proc->home))
		to = proc->move->to;
	spin_unlock(&proc->lock);
	return to;
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
	struct mosix_move *move;

	spin_lock(&proc->lock);
	move = proc->move;
	proc->move = NULL;
	if (!move)
		;
	else if (!result)
		proc->last[0] = '\0';
	else
		scnprintf(proc->last, sizeof(proc->last), "node %u: %s",
			  move->to, text ?: "failed");
	spin_unlock(&proc->lock);
	if (!move)
		return;
	move->result = result;
	complete_all(&move->done);
	move_put(move);
}

static int kick(struct mosix_proc *proc)
{
	struct mosix_task *mt;
	int ret = -ESRCH;

	spin_lock(&proc->lock);
	mt = mosix_proc_main(proc);
	if (mt)
		ret = mosix_task_kick(mt);
	spin_unlock(&proc->lock);
	return ret;
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

	kick(later->proc);
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

static struct mosix_msg *make_offer(struct mosix_move *move)
{
	struct mosix_msg *msg = mosix_msg_new(MSG_OFFER,
					      sizeof(struct wire_offer));
	struct mm_struct *mm = get_task_mm(move->task);
	struct wire_offer *offer;
	char comm[WIRE_COMM_LEN];

	if (!msg || !mm) {
		mosix_msg_free(msg);
		if (mm)
			mmput(mm);
		return NULL;
	}
	offer = (void *)msg->data;
	offer->pid = cpu_to_le32(move->task->tgid);
	if (move->why == MOSIX_WHY_BALANCE)
		offer->load_milli =
			cpu_to_le32(max(READ_ONCE(move->proc->cpu_milli), 1U));
	offer->mem_kib = cpu_to_le64((u64)get_mm_rss(mm) << (PAGE_SHIFT - 10));
	mosix_x86_features(offer->cpu);
	get_task_comm(comm, move->task);
	memcpy(offer->comm, comm, sizeof(comm));
	mmput(mm);
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

/* A request whose answer is one certain message, or a failure. */
static int ask(struct mosix_link *link, struct mosix_msg *msg,
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
	ret = ask(link, make_offer(move), MSG_ACCEPT, OFFER_TIMEOUT_S * HZ,
		  text);
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

static void move_work(struct work_struct *work)
{
	struct mosix_move *move = container_of(work, struct mosix_move, work);
	struct mosix_proc *proc = move->proc;
	const char *text = NULL;
	int ret = 0;

	if (move->to == READ_ONCE(proc->where))
		mosix_migrate_end(proc, 0, NULL);
	else if (move->to != proc->home)
		ret = prepare(move, &text);
	if (!ret && kick(proc)) {
		text = "process is exiting";
		ret = -ESRCH;
	}
	if (ret)
		mosix_migrate_end(proc, ret, text);
	move_put(move);
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
	move->task = get_task_struct(p);
	move->to = node;
	move->why = why;
	INIT_WORK(&move->work, move_work);
	init_completion(&move->done);
	return move;
}

/* Only the home can lead a move: a guest's host asks it to. */
static int ask_home(struct mosix_proc *proc, u16 node)
{
	struct mosix_link *link;
	int ret;

	if (node && node != proc->home)
		return -EOPNOTSUPP;
	link = mosix_proc_link(proc);
	if (!link)
		return -ESRCH;
	ret = mosix_link_send_plain(link, MSG_LEAVE, 0);
	mosix_link_put(link);
	return ret;
}

static bool is_guest(struct task_struct *p)
{
	struct mosix_proc *proc = mosix_task_proc(p);

	return proc && mosix_proc_is_guest(proc);
}

static int check_request(struct task_struct *p, u16 *node)
{
	struct sockaddr_in addr;
	u16 self = mosix_node_self();

	if (!self || (*node && mosix_node_addr(*node, &addr)))
		return -ENODEV;
	if (!*node)
		*node = self;
	if (p->flags & PF_KTHREAD)
		return -EBUSY;
	return mosix_task_ensure(p);
}

/*
 * Between vfork and exec a child borrows the memory: that passes, so it is
 * waited for a little instead of being called a reason.
 */
static u64 lasting_reasons(struct task_struct *p)
{
	const u64 passing = BIT_ULL(STAY_SHARED_MM) | BIT_ULL(STAY_VFORK);
	u32 tries = PASSING_TRIES;
	u64 why;

	do {
		why = mosix_stay_reasons(p);
		if (!why || (why & ~passing))
			break;
	} while (--tries && !msleep_interruptible(PASSING_WAIT_MS));
	return why;
}

static struct mosix_move *start(struct task_struct *p, u16 node,
				enum mosix_why why)
{
	struct mosix_move *move;
	struct mosix_proc *proc = mosix_task_proc(p);
	bool taken;

	if (node != proc->home && !mosix_proc_is_away(proc) &&
	    lasting_reasons(p))
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
		move_put(move);
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
 * Return: 0 when the move was begun; -ENODEV unknown node or none
 * configured, -EBUSY it cannot move, -EALREADY it is moving, -ESRCH, -ENOMEM.
 * Context: process context.
 */
int mosix_migrate_start(struct task_struct *p, u16 node, enum mosix_why why)
{
	struct mosix_move *move;
	int ret;

	if (is_guest(p))
		return ask_home(mosix_task_proc(p), node);
	ret = check_request(p, &node);
	if (ret)
		return ret;
	move = start(p, node, why);
	if (IS_ERR(move))
		return PTR_ERR(move);
	move_put(move);
	return 0;
}

static int wait_for_current(struct mosix_proc *proc)
{
	struct mosix_move *move = move_get(proc);
	int ret;

	if (!move)
		return 0;
	ret = wait_for_completion_interruptible(&move->done);
	move_put(move);
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
	if (ret)
		return ret;
	while ((move = start(p, node, why)) == ERR_PTR(-EALREADY)) {
		ret = wait_for_current(mosix_task_proc(p));
		if (ret)
			return -EINTR;
	}
	if (IS_ERR(move))
		return PTR_ERR(move);
	ret = wait_for_completion_interruptible(&move->done);
	if (!ret)
		ret = move->result;
	else
		ret = -EINTR;
	move_put(move);
	return ret;
}

static bool want_eager(void)
{
	u64 kib = (u64)get_mm_rss(current->mm) << (PAGE_SHIFT - 10);

	switch (mosix_param(PARAM_STRATEGY)) {
	case STRATEGY_EAGER:
		return true;
	case STRATEGY_DEMAND:
		return false;
	default:
		return kib <= mosix_param(PARAM_EAGER_KIB);
	}
}

/*
 * What the deputy must not touch when it exits, since it is the body's. The
 * image that comes home brings it back.
 */
static void drop_user_pointers(void)
{
	current->robust_list = NULL;
	current->clear_child_tid = NULL;
}

static struct mosix_msg *make_go(void)
{
	struct mosix_msg *msg = mosix_msg_new(MSG_GO, sizeof(struct wire_go));
	struct wire_go *go;

	if (!msg)
		return NULL;
	go = (void *)msg->data;
	go->mono_ns = cpu_to_le64(ktime_get_ns());
	go->boot_ns = cpu_to_le64(ktime_get_boottime_ns());
	return msg;
}

static int send_process(struct mosix_task *mt, struct mosix_link *link,
			struct mosix_pages *pg, const char **text)
{
	int ret;

	/* A restart block that is pending now stays here. */
	set_bit(MT_RESTART_HOME, &mt->flags);
	*text = "image could not be sent";
	ret = mosix_push_depart(pg);
	ret = ret ?: mosix_pack_leave(mt, link, pg);
	if (!ret && want_eager())
		ret = mosix_push_all(pg);
	if (ret)
		return ret;
	ret = ask(link, mosix_msg_new(MSG_IMAGE_END, 0), MSG_READY,
		  BUILD_TIMEOUT_S * HZ, text);
	return ret ?: ask(link, make_go(), MSG_STARTED, BUILD_TIMEOUT_S * HZ,
			  text);
}

static void enter_away(struct mosix_task *mt, struct mosix_pages *pg, u16 to)
{
	struct mosix_proc *proc = mt->proc;

	mosix_proc_event(proc, EV_STARTED);
	spin_lock(&proc->lock);
	proc->where = to;
	proc->nmigs++;
	proc->since = jiffies;
	spin_unlock(&proc->lock);
	mt->utime_ns = 0;
	mt->stime_ns = 0;
	mt->nsignals = 0;
	if (mosix_push_commit(pg))
		mosix_link_close(pg->link, -ENOMEM);
	mosix_migrate_end(proc, 0, NULL);
}

static struct mosix_pages *adopt_pages(struct mosix_proc *proc,
				       struct mosix_link *link)
{
	struct mosix_pages *pg = mosix_pages_begin(current->mm, link,
						   PAGES_HOME);
	struct mosix_pages *old;

	if (!pg)
		return NULL;
	spin_lock(&proc->lock);
	old = proc->pages;
	proc->pages = pg;
	spin_unlock(&proc->lock);
	mosix_pages_put(old);
	return pg;
}

/* Leave over an accepted link. 0: away, the caller is a deputy now. */
static int go_out(struct mosix_task *mt, struct mosix_move *move,
		  const char **text)
{
	struct mosix_proc *proc = mt->proc;
	struct mosix_link *link = move->link;
	struct mosix_pages *pg;
	int ret;

	proc->pid = current->tgid;
	mt->tid = current->pid;
	*text = "link lost";
	ret = mosix_link_attach(link, proc);
	if (ret)
		return ret;
	mosix_proc_event(proc, EV_FREEZE);
	pg = adopt_pages(proc, link);
	if (!pg) {
		*text = "no memory here";
		mosix_link_close(link, -ENOMEM);
		mosix_proc_event(proc, EV_FAILED);
		return -ENOMEM;
	}
	spin_lock(&proc->lock);
	proc->link = link;	/* the move's reference becomes the process's */
	move->link = NULL;
	spin_unlock(&proc->lock);
	ret = send_process(mt, link, pg, text);
	if (ret) {
		mosix_link_close(link, -ECANCELED);
		mosix_pages_abort(pg);
		mosix_proc_unlink(proc);
		mosix_proc_event(proc, EV_FAILED);
		return ret;
	}
	drop_user_pointers();
	enter_away(mt, pg, move->to);
	return 0;
}

/* One move of a process that is here; true when it may try again. */
static bool serve_move(struct mosix_task *mt, struct mosix_move *move)
{
	const char *text = NULL;
	int ret;

	if (move->to == mt->proc->home) {
		mosix_migrate_end(mt->proc, 0, NULL);
		return true;
	}
	if (!move->link)
		return false;	/* not ready, it kicks when it is */
	if (task_sigpending(current) || mosix_x86_in_vdso()) {
		mosix_migrate_kick_later(mt->proc);
		return false;
	}
	if (mosix_stay_reasons(current)) {
		mosix_migrate_end(mt->proc, -EBUSY, "cannot move");
		return true;
	}
	ret = go_out(mt, move, &text);
	if (ret) {
		mosix_migrate_end(mt->proc, ret, text);
		return true;
	}
	set_bit(MT_DEPUTY, &mt->flags);
	mosix_deputy_serve(mt);
	clear_bit(MT_DEPUTY, &mt->flags);
	return true;
}

/**
 * mosix_migrate_safe_point - task work: current is at the boundary to user mode
 * @work: mosix_task.work of current
 *
 * Context: task work; here a process freezes, becomes a deputy, and comes
 * back; here a body goes home.
 */
void mosix_migrate_safe_point(struct callback_head *work)
{
	struct mosix_task *mt = container_of(work, struct mosix_task, work);
	struct mosix_move *move;
	bool again = true;

	clear_bit(MT_KICKED, &mt->flags);
	if (current->flags & PF_EXITING) {
		mosix_migrate_end(mt->proc, -ESRCH, "process has ended");
		return;
	}
	if (test_bit(MT_DEPUTY, &mt->flags))
		return;
	if (mosix_proc_is_guest(mt->proc)) {
		mosix_body_safe_point(mt);
		return;
	}
	while (again && (move = move_get(mt->proc))) {
		clear_notify_signal();
		again = serve_move(mt, move);
		move_put(move);
	}
	/* The registers may be new: have the signal code look at them. */
	set_notify_signal(current);
}

/**
 * mosix_migrate_init - make what moves need
 *
 * Return: 0, -ENOMEM.
 * Context: boot.
 */
int mosix_migrate_init(void)
{
	moves_wq = alloc_workqueue("mosix_moves", WQ_UNBOUND, 0);
	return moves_wq ? 0 : -ENOMEM;
}
