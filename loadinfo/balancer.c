// SPDX-License-Identifier: GPL-2.0-only
/*
 * The thread that measures, tells and decides.
 *
 * It hears what the other nodes tell and, once a period, takes a sample, tells
 * one node, and lets the pure files decide. A move is asked for and goes its
 * own way; the thread looks now and then whether it has come to its end, and
 * decides again when it has: another process may go, or this one elsewhere. All of
 * it belongs to this thread and needs no lock, but for what a dry run looks at,
 * too (would.c); what others look at is in vector.c and decisions.c.
 */
#include "balancer.h"

#include "balance.h"
#include "decisions.h"
#include "launch.h"
#include "recorder.h"
#include "sample.h"
#include "show.h"
#include "spread.h"
#include "vector.h"
#include "watch.h"

#include "../kernel/migrate.h"
#include "../kernel/node.h"
#include "../kernel/param.h"
#include "../kernel/stay.h"
#include "../kernel/task.h"

#include <linux/cleanup.h>
#include <linux/kthread.h>
#include <linux/mutex.h>
#include <linux/pid.h>
#include <linux/random.h>
#include <linux/sched/task.h>
#include <linux/string.h>

enum {
	/* Best processes of one period that may turn out unable to move. */
	TRIES		= 8,
	/* How long such a process is left alone, at least. */
	STAYS_MS	= 5000,
	/* Least time between two lines that say why nothing moves. */
	SAY_MS		= 3000,
	/* How long its home may take to call a guest, or to say that it does not. */
	CALL_MS		= 15000,
	/* How often is looked whether a move has ended. */
	LOOK_MS		= 20,
	/* Questions that are answered in a period: programs are not that many. */
	ASKED_MAX	= 64,
	/* A move ends by itself before that: its time limits add up to less. */
	MOVE_MS		= 300000,
};

/**
 * struct leaving - the move out that is not finished
 * @task: the process, reference held; NULL when there is none
 * @decision: why it goes, and where
 * @demand_milli: what it wants
 * @since_ms: when it was asked for
 */
struct leaving {
	struct task_struct *task;
	struct lb_decision decision;
	u32 demand_milli;
	u64 since_ms;
};

static struct mosix_sample sample;	/* the last measurement */
static struct mosix_spread spread;	/* the network */
static DEFINE_MUTEX(asking);		/* others use the socket; to change it */
static u32 asked;			/* questions in this period */
static struct lb_watch watch;		/* whose answers are awaited */
static DEFINE_SPINLOCK(history_lock);	/* for others, and to write it */
static struct lb_history history;	/* what was moved and refused */
static struct leaving leaving;		/* the move that is under way */
static enum lb_reason said;		/* last "stay" that was logged */
static u64 said_ms;			/* and when */
static struct lb_gossip_message msg;	/* datagram being read or written */

/* May a program begin here, and what would it be like? */
static void answer(u16 from, u64 now_ms)
{
	struct mosix_moment now = {
		.at_ms = now_ms,
		.demand_milli = mosix_sample_runnable_milli(),
		.youngest_ms = mosix_sample_youngest_ms(&sample),
	};
	struct lb_question question;
	struct lb_answer reply;
	u32 len;

	/* Who is not answered takes us for one that refuses. */
	if (asked++ >= ASKED_MAX)
		return;
	lb_gossip_asked(&msg, &question);
	reply = mosix_vector_asked(from, &question, &now);
	len = lb_gossip_say(&msg, mosix_node_self(), question.number, &reply);
	mosix_spread_send(&spread, from, &msg, len);
}

/* A question, or what is said to one. */
static void talk(u16 from, u64 now_ms)
{
	struct lb_answer reply;
	u64 number;

	if (lb_gossip_kind(&msg) == LB_GOSSIP_ASK) {
		answer(from, now_ms);
		return;
	}
	number = lb_gossip_said(&msg, &reply);
	mosix_launch_said(from, number, &reply);
}

static void hear(void)
{
	u64 now_ms = mosix_sample_clock_ms();
	u16 from = lb_gossip_sender(&msg);
	u32 i, len;

	lb_watch_answered(&watch, from);
	if (lb_gossip_kind(&msg) >= LB_GOSSIP_ASK) {
		talk(from, now_ms);
		return;
	}
	for (i = 0; i < lb_gossip_count(&msg); i++) {
		struct lb_peer *peer;
		struct lb_node node;
		u64 at_ms;

		at_ms = lb_gossip_entry(&msg, i, now_ms, &node);
		peer = mosix_spread_peer(&spread, node.id);
		if (!peer)
			continue;
		lb_watch_heard(&watch, node.id, at_ms);
		mosix_vector_heard(peer, &node, at_ms);
	}
	if (lb_gossip_kind(&msg) == LB_GOSSIP_ANSWER)
		return;
	len = mosix_vector_note(&msg, LB_GOSSIP_ANSWER, now_ms);
	mosix_spread_send(&spread, from, &msg, len);
}

/* A question that costs little: are you there? */
static void probe(u16 node, u64 now_ms)
{
	u32 len;

	if (!node)
		return;
	lb_watch_asked(&watch, node, now_ms);
	len = mosix_vector_note(&msg, LB_GOSSIP_PROBE, now_ms);
	mosix_spread_send(&spread, node, &msg, len);
}

/* Whose silence has lasted too long is dead: the others shall know. */
static void bury(u64 now_ms)
{
	struct lb_peer *peer;
	u16 dead;

	lb_watch_period(&watch, now_ms);
	while ((dead = lb_watch_dead(&watch, now_ms))) {
		peer = mosix_spread_peer(&spread, dead);
		if (peer)
			mosix_vector_bury(peer, now_ms);
	}
}

static u16 somebody(void)
{
	return lb_gossip_target(spread.peer, spread.count, get_random_u32());
}

static void tell(u64 now_ms)
{
	u16 node = somebody();
	u32 len, again;

	bury(now_ms);
	if (!node)
		return;
	lb_watch_asked(&watch, node, now_ms);
	/* Who is quiet asks and answers, so that nobody takes it for dead. */
	if (mosix_param(PARAM_QUIET))
		len = mosix_vector_note(&msg, LB_GOSSIP_PROBE, now_ms);
	else
		len = mosix_vector_pack(&msg, now_ms);
	mosix_spread_send(&spread, node, &msg, len);
	probe(somebody(), now_ms);
	for (again = 0; again < LB_WATCH_AGAIN; again++)
		probe(lb_watch_again(&watch, now_ms), now_ms);
}

static bool is_ending(struct task_struct *task)
{
	return READ_ONCE(task->flags) & PF_EXITING || !pid_alive(task);
}

/* Nobody knows yet whether it got there. */
static bool is_on_its_way(u64 now_ms)
{
	struct mosix_proc *proc = mosix_task_proc(leaving.task);

	if (now_ms >= leaving.since_ms + MOVE_MS || is_ending(leaving.task))
		return false;
	/* Its home moves a guest, or says that it does not. */
	if (mosix_proc_is_guest(proc))
		return mosix_proc_state(proc) != ST_RUNNING ||
		       (test_bit(MP_ASKED, &proc->flags) &&
			now_ms < leaving.since_ms + CALL_MS);
	return READ_ONCE(proc->move);
}

/*
 * A target that refuses, or is not there, is left alone for a while. It has
 * done nothing when the process could not leave, or went and came back for
 * something that it can do only at home.
 */
static bool is_targets_fault(const struct mosix_proc *proc)
{
	switch (READ_ONCE(proc->result)) {
	case 0:
	case -EACCES:
	case -EALREADY:
	case -EBUSY:
	case -ESRCH:
	case -EINTR:
		return false;
	default:
		return true;
	}
}

static struct sample_proc *find_sample(pid_t pid)
{
	u32 i;

	for (i = 0; i < sample.count; i++)
		if (sample.proc[i].lb.pid == pid)
			return &sample.proc[i];
	return NULL;
}

/* It does not run here any more, whatever the last sample says. */
static void forget(pid_t pid)
{
	struct sample_proc *s = find_sample(pid);

	if (s)
		WRITE_ONCE(s->movable, 0);	/* a dry run may look */
}

/* It could not leave, or its home keeps it where it is: not again at once. */
static void let_stay(pid_t pid, u64 until_ms)
{
	struct sample_proc *s = find_sample(pid);

	if (s)
		s->stays_ms = until_ms;
}

static void remember_refusal(u16 node, u64 until_ms)
{
	guard(spinlock)(&history_lock);
	lb_history_refused(&history, node, until_ms);
}

/* Returns true when a move has come to its end. */
static bool follow_move(u64 now_ms)
{
	struct lb_params params = mosix_vector_params();
	struct lb_decision *d = &leaving.decision;
	struct mosix_proc *proc;

	if (!leaving.task || is_on_its_way(now_ms))
		return false;
	proc = mosix_task_proc(leaving.task);
	if (!is_ending(leaving.task) && mosix_proc_where(proc) != d->node) {
		d->reason = LB_FAILED;
		mosix_decision_explain(leaving.task, d);
		mosix_decisions_add(d, mosix_node_self(), now_ms);
		if (is_targets_fault(proc))
			remember_refusal(d->node, now_ms + params.refusal_ms);
		else
			let_stay(d->pid, now_ms + STAYS_MS);
	} else {
		forget(d->pid);
		mosix_vector_moved(d->node, leaving.demand_milli, now_ms);
	}
	scoped_guard(spinlock, &history_lock)
		lb_history_ended(&history);
	put_task_struct(leaving.task);
	leaving.task = NULL;
	return true;
}

static struct task_struct *find_task(const struct sample_proc *s)
{
	struct task_struct *task = find_get_task_by_vpid(s->lb.pid);

	if (task && task->start_time != s->start_ns) {
		put_task_struct(task);
		task = NULL;
	}
	return task;
}

/* Returns false if the process cannot move after all. */
static bool move(const struct sample_proc *s, const struct lb_decision *d,
		 u64 now_ms)
{
	struct task_struct *task = find_task(s);

	if (!task)
		return false;
	/* The costly question, asked of one process alone. */
	if (!mosix_stay_lets_go(task) || mosix_task_ensure(task))
		goto err;
	/* Before the offer, which says it. */
	WRITE_ONCE(mosix_task_proc(task)->cpu_milli, s->lb.demand_milli);
	if (mosix_migrate_start(task, d->node, MOSIX_WHY_BALANCE))
		goto err;
	mosix_decision_explain(task, d);
	leaving.task = task;
	leaving.decision = *d;
	leaving.demand_milli = s->lb.demand_milli;
	leaving.since_ms = now_ms;
	scoped_guard(spinlock, &history_lock)
		lb_history_moved(&history, now_ms);
	return true;
err:
	put_task_struct(task);
	return false;
}

/* Of all processes but those that were found unable to move. */
static struct lb_decision decide(const struct lb_view *view,
				 struct sample_proc **chosen)
{
	struct lb_decision found;
	struct lb_round round;
	u32 i;

	*chosen = NULL;
	mosix_recorder_begin(view);
	lb_balance_begin(&round, view);
	for (i = 0; i < sample.count; i++) {
		struct sample_proc *s = &sample.proc[i];

		if (!s->movable || view->now_at_ms < s->stays_ms)
			continue;
		found = lb_balance_consider(&round, &s->lb);
		mosix_recorder_proc(&s->lb, &found);
		if (round.best.pid == s->lb.pid)
			*chosen = s;
	}
	mosix_recorder_end(&round.best);
	return round.best;
}

/*
 * A move is worth a line; why nothing moves only when that changes, and not so
 * often that it drives the moves out of the log.
 */
static void say(const struct sample_proc *s, const struct lb_decision *d,
		u64 now_ms)
{
	struct task_struct *task;

	if (!lb_reason_moves(d->reason)) {
		task = s ? find_task(s) : NULL;
		if (task) {
			mosix_decision_explain(task, d);
			put_task_struct(task);
		}
		if (d->reason == said || now_ms < said_ms + SAY_MS)
			return;
		said = d->reason;
		said_ms = now_ms;
	}
	mosix_decisions_add(d, mosix_node_self(), now_ms);
}

/*
 * To try all that were found unable to move takes a time. They are left alone for
 * twice that, or where they are many no other would ever be tried.
 */
static u64 unable_ms(u64 now_ms)
{
	u32 i, unable = 0;

	for (i = 0; i < sample.count; i++)
		unable += now_ms < sample.proc[i].stays_ms;
	return max((u64)STAYS_MS,
		   2ULL * unable / TRIES * mosix_param(PARAM_PERIOD_MS));
}

static void balance(u64 now_ms)
{
	struct lb_params params = mosix_vector_params();
	struct lb_node own = mosix_vector_own();
	struct lb_view view = {
		.self = &own,
		.window = mosix_vector_window(),
		.history = &history,
		.params = &params,
		.now_at_ms = now_ms,
		.dice = get_random_u32(),
	};
	u32 tries;

	for (tries = 0; tries < TRIES; tries++) {
		struct sample_proc *s;
		struct lb_decision d = decide(&view, &s);

		if (!s || !lb_reason_moves(d.reason) || move(s, &d, now_ms)) {
			say(s, &d, now_ms);
			break;
		}
		s->stays_ms = now_ms + unable_ms(now_ms);
	}
}

static void period(void)
{
	u64 now_ms = mosix_sample_clock_ms();

	asked = 0;
	mosix_vector_coming(now_ms);
	follow_move(now_ms);
	mosix_sample_take(&sample);
	mosix_vector_sampled(&sample.node, now_ms);
	tell(now_ms);
	mosix_launch_period(&history, now_ms);
	balance(now_ms);
}

/* Hear what comes, and follow a move, until it is time for the next period. */
static void listen(u64 until_ms)
{
	u64 now_ms, wait_ms;
	int ret;

	while ((now_ms = mosix_sample_clock_ms()) < until_ms) {
		if (follow_move(now_ms))
			balance(now_ms);
		wait_ms = until_ms - now_ms;
		if (leaving.task)
			wait_ms = min(wait_ms, (u64)LOOK_MS);
		ret = mosix_spread_receive(&spread, &msg, (u32)wait_ms);
		if (!ret)
			hear();
		else if (ret != -EAGAIN && ret != -EBADMSG)
			schedule_timeout_interruptible(HZ / 10);
		cond_resched();
	}
}

/* Follows the node map; no map, or no address yet: nothing to balance. */
static bool is_ready(void)
{
	static u32 warned;	/* generation of the map that does not work */
	u32 generation = mosix_node_generation();
	int ret;

	if (!mosix_node_self()) {
		guard(mutex)(&asking);
		mosix_spread_close(&spread);
		return false;
	}
	if (spread.sock && spread.generation == generation)
		return true;
	scoped_guard(mutex, &asking)
		ret = mosix_spread_configure(&spread);
	if (ret) {
		if (warned != generation)
			pr_warn("mosix: cannot tell other nodes of load yet: %pe\n",
				ERR_PTR(ret));
		warned = generation;
		return false;
	}
	memset(&watch, 0, sizeof(watch));
	mosix_vector_mapped(spread.count + 1);
	mosix_show_mapped();
	return true;
}

static int run(void *unused)
{
	u64 next_ms = 0;
	u64 now_ms, period_ms;

	/* Where the queue for a CPU is long, it must not wait in it. */
	set_user_nice(current, MIN_NICE);
	while (!kthread_should_stop()) {
		if (!is_ready()) {
			schedule_timeout_interruptible(HZ / 5);
			continue;
		}
		period();
		/* After a stall one period is enough: the others are over. */
		now_ms = mosix_sample_clock_ms();
		period_ms = mosix_param(PARAM_PERIOD_MS);
		next_ms += period_ms;
		if (next_ms <= now_ms)
			next_ms = now_ms + period_ms;
		listen(next_ms);
	}
	return 0;
}

/**
 * mosix_balancer_ask() - send a question, for who is not the balancer
 * @node: whom
 * @msg: by lb_gossip_ask()
 * @len: bytes of it
 *
 * What is said to it comes to mosix_launch_said().
 *
 * Return: false if it could not be sent.
 * Context: Process context, sleeps.
 */
bool mosix_balancer_ask(u16 node, const struct lb_gossip_message *msg, u32 len)
{
	guard(mutex)(&asking);
	return mosix_spread_ask(&spread, node, msg, len);
}

/**
 * mosix_balancer_look() - what the balancer knows, for who only asks
 * @p: a task, held
 * @seen: receives what it knows of the task's process
 * @past: receives what this node did
 *
 * Return: 0, or -ENOENT if it has not seen that process yet.
 * Context: Process context, any thread.
 */
int mosix_balancer_look(struct task_struct *p, struct sample_proc *seen,
			struct lb_history *past)
{
	spin_lock(&history_lock);
	*past = history;
	spin_unlock(&history_lock);
	return mosix_sample_find(&sample, p, seen);
}

/**
 * mosix_balancer_start() - begin to measure, tell and decide
 *
 * Return: 0, or why there is no balancing.
 * Context: Process context, once.
 */
int mosix_balancer_start(void)
{
	struct task_struct *thread;
	int ret;

	ret = mosix_vector_init();
	if (ret)
		return ret;
	ret = mosix_launch_init();
	if (ret)
		return ret;
	ret = mosix_sample_init(&sample);
	if (ret)
		return ret;
	thread = kthread_run(run, NULL, "mosix_balancer");
	if (IS_ERR(thread)) {
		mosix_sample_exit(&sample);
		return PTR_ERR(thread);
	}
	return 0;
}
