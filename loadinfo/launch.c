// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where a program starts that was just executed (place.c decides).
 *
 * Most programs are over before they could be anywhere else, and nobody can tell
 * which. So a program begins here, at once, and is looked at when it is as old as
 * the administrator says (admin/exec_place, milliseconds): if it has wanted a
 * CPU for most of that time it is placed like one that is about to begin, since
 * there is hardly anything yet that must travel. Nodes are asked by datagrams
 * (gossip.h) what it would be like there at that moment, one after the other; who
 * answers keeps a place for a moment. The program runs on meanwhile, and all the
 * answers together are waited for no longer than it was old: what nodes told
 * before has to do then. Who is silent for ASK_MS has refused. Where it shall go it
 * is offered, and may still be refused.
 *
 * Nothing is in the way of exec but a tracepoint of the base, and that does no more
 * than a look while no program would find a better place elsewhere.
 */
#include "launch.h"

#include "balancer.h"
#include "decisions.h"
#include "place.h"
#include "sample.h"
#include "vector.h"

#include "../kernel/migrate.h"
#include "../kernel/node.h"
#include "../kernel/param.h"
#include "../kernel/stay.h"
#include "../kernel/task.h"

#include <linux/cleanup.h>
#include <linux/completion.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/random.h>
#include <linux/sched/mm.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <trace/events/sched.h>

enum {
	/* Programs that are looked at, or on their way, at a time. */
	LAUNCHES	= 64,
	/* Nodes that are offered one, one after the other. */
	OFFERS		= 3,
	/* One answer is not waited for longer: it was lost. */
	ASK_MS		= 100,
	/* Placements that are remembered until the news have them. */
	RECENT		= 32,
};

/**
 * struct launch - a program that was just executed
 * @work: looks at it
 * @task: its first thread, reference held
 * @exec_id: which program of that task
 * @wanted_ns: what the task had run and waited for a CPU before
 * @at_ns: when, on the monotonic clock
 */
struct launch {
	struct delayed_work work;
	struct task_struct *task;
	u32 exec_id;
	u64 wanted_ns;
	u64 at_ns;
};

/* A program that was placed, perhaps here. */
struct placed {
	u16 node;
	u64 at_ms;
};

/* What a decision is made from; too large for a stack. */
struct desk {
	struct lb_node self;
	struct lb_window window;
	struct lb_params params;
	struct lb_place place;
	struct lb_gossip_message msg;
};

/**
 * struct asking - a question that was not answered yet
 * @link: in @questions
 * @node: who was asked
 * @number: of the question
 * @answer: what was said
 * @said: completed when it was
 */
struct asking {
	struct list_head link;
	u16 node;
	u64 number;
	struct lb_answer answer;
	struct completion said;
};

static struct workqueue_struct *launch_wq;
static atomic_t launches;		/* how many there are */
static bool pays;			/* a better place is known than here */

static DEFINE_SPINLOCK(questions_lock);	/* protects questions, and each */
static LIST_HEAD(questions);

static DEFINE_MUTEX(deciding);		/* protects what follows */
static struct lb_history past;		/* as the balancer last told */
static struct placed recent[RECENT];
static u32 recent_at;
static struct desk period_desk;		/* of the balancer's thread */

static void remember(u16 node, u64 now_ms)
{
	lockdep_assert_held(&deciding);
	recent[recent_at++ % RECENT] = (struct placed) { node, now_ms };
}

/* News that are too old say nothing of who could take it now. */
static void drop_stale(struct desk *desk, u64 now_ms)
{
	u32 i;

	for (i = desk->window.count; i-- > 0;) {
		const struct lb_entry *e = &desk->window.entry[i];

		if (now_ms > e->at_ms + desk->params.fresh_ms)
			lb_window_forget(&desk->window, e->node.id);
	}
}

/* What was placed since the news, or the last sample, is in neither. */
static void add_recent(struct desk *desk, u64 now_ms)
{
	const struct lb_entry *e;
	u32 i;

	for (i = 0; i < RECENT; i++) {
		const struct placed *p = &recent[i];

		if (!p->node || now_ms > p->at_ms + VECTOR_RESERVE_MS)
			continue;
		e = lb_window_find(&desk->window, p->node);
		if (e && e->at_ms < p->at_ms)
			lb_window_bump(&desk->window, p->node, LB_MILLI, now_ms);
		if (p->node == desk->self.id &&
		    now_ms < p->at_ms + VECTOR_PERIOD_MS)
			desk->self.demand_milli += LB_MILLI;
	}
}

/* @desk->place is begun with a program that wants a CPU of its own. */
static void begin(struct desk *desk, struct lb_proc *proc,
		  const struct lb_history *history, u64 now_ms)
{
	struct lb_view view = {
		.self = &desk->self,
		.window = &desk->window,
		.history = history,
		.params = &desk->params,
		.now_at_ms = now_ms,
		.dice = get_random_u32(),
	};

	lockdep_assert_held(&deciding);
	proc->home = desk->self.id;
	proc->features = desk->self.features;
	proc->demand_milli = LB_MILLI;
	/*
	 * Company decides between others only: it is not worth a move of what
	 * has begun already.
	 */
	lb_place_begin(&desk->place, &view, proc, U64_MAX - 1);
}

static void lay_out(struct desk *desk, u64 now_ms)
{
	lockdep_assert_held(&deciding);
	desk->self = mosix_vector_own();
	desk->params = mosix_vector_params();
	mosix_vector_copy(&desk->window);
	drop_stale(desk, now_ms);
	add_recent(desk, now_ms);
}

/**
 * mosix_launch_said() - what a node says to a question
 * @from: the node
 * @number: of the question; whose time is over is not missed
 * @answer: what it says
 *
 * Context: The balancer's thread.
 */
void mosix_launch_said(u16 from, u64 number, const struct lb_answer *answer)
{
	struct asking *a;

	guard(spinlock)(&questions_lock);
	list_for_each_entry(a, &questions, link) {
		if (a->number != number || a->node != from ||
		    completion_done(&a->said))
			continue;
		a->answer = *answer;
		complete(&a->said);
		break;
	}
}

/* Returns false if there was no answer in time. */
static bool ask(struct desk *desk, u16 node, u64 wait_ms,
		struct lb_answer *answer)
{
	const struct lb_proc *proc = &desk->place.proc;
	struct lb_question question = {
		.number = get_random_u64() | 1,
		.features = proc->features,
		.pid = (u32)proc->pid,
		.demand_milli = proc->demand_milli,
		.mem_kib = proc->mem_kib,
	};
	struct asking a = {
		.node = node,
		.number = question.number,
	};
	bool said;
	u32 len;

	init_completion(&a.said);
	len = lb_gossip_ask(&desk->msg, desk->self.id, &question);
	scoped_guard(spinlock, &questions_lock)
		list_add(&a.link, &questions);
	said = mosix_balancer_ask(node, &desk->msg, len) &&
	       wait_for_completion_timeout(&a.said, msecs_to_jiffies(wait_ms));
	/* After that nobody knows of @a: it is on this stack. */
	scoped_guard(spinlock, &questions_lock)
		list_del(&a.link);
	if (said)
		*answer = a.answer;
	return said;
}

/*
 * What the node says whose turn it is. Who is silent for long has refused; where
 * the time is over, what it told before has to do.
 */
static struct lb_answer hear_of(struct desk *desk, u16 node, u64 until_ms)
{
	u64 now_ms = mosix_sample_clock_ms();
	struct lb_answer answer = {
		.reason = LB_ADMIT,
		.stretch_milli = desk->place.hope[desk->place.at].told_milli,
	};
	u64 wait_ms;

	if (now_ms >= until_ms)
		return answer;
	wait_ms = min(until_ms - now_ms, (u64)ASK_MS);
	if (!ask(desk, node, wait_ms, &answer) && wait_ms == ASK_MS)
		answer.reason = LB_REFUSE_BLOCKED;
	return answer;
}

static struct lb_decision decide(struct desk *desk, struct lb_proc *proc,
				 const struct lb_history *history, u64 until_ms)
{
	u64 now_ms = mosix_sample_clock_ms();
	struct lb_place *place = &desk->place;
	struct lb_decision d;
	u16 node;

	scoped_guard(mutex, &deciding) {
		lay_out(desk, now_ms);
		/* As the others will say it: now, and without the program. */
		desk->self.demand_milli = mosix_sample_runnable_milli();
		desk->self.demand_milli -= min_t(u32, desk->self.demand_milli,
						 LB_MILLI);
		begin(desk, proc, history, now_ms);
	}
	while ((node = lb_place_next(place))) {
		struct lb_answer answer = hear_of(desk, node, until_ms);

		lb_place_answered(place, &answer);
	}
	d = lb_place_end(place);
	scoped_guard(mutex, &deciding)
		remember(d.node ?: desk->self.id, mosix_sample_clock_ms());
	return d;
}

static u32 memory_kib(struct task_struct *p)
{
	struct mm_struct *mm = get_task_mm(p);
	u64 kib = 0;

	if (mm) {
		kib = (u64)get_mm_rss(mm) << (PAGE_SHIFT - 10);
		mmput(mm);
	}
	return (u32)min_t(u64, kib, U32_MAX);
}

/* The same program still, and at home as the balancer may have it. */
static bool may_go(const struct launch *l)
{
	struct mosix_proc *proc = mosix_task_proc(l->task);

	if (!pid_alive(l->task) || READ_ONCE(l->task->flags) & PF_EXITING ||
	    READ_ONCE(l->task->self_exec_id) != l->exec_id)
		return false;
	if (proc && (READ_ONCE(proc->user_lock) || READ_ONCE(proc->move) ||
		     mosix_proc_state(proc) != ST_HOME))
		return false;
	return !mosix_stay_reasons(l->task);
}

/* For half of its time or more it ran, or waited for a CPU. */
static bool computes(const struct launch *l)
{
	u64 age_ns = ktime_get_ns() - l->at_ns;
	u64 wanted_ns = mosix_sample_wanted_ns(l->task);

	return wanted_ns > l->wanted_ns + age_ns / 2;
}

/* Returns true when that node would not have it, and another may. */
static bool is_turned_down(struct launch *l, struct lb_decision *d,
			   struct lb_history *history)
{
	u64 now_ms;
	int ret = mosix_task_ensure(l->task);

	if (ret)
		return false;
	/* Before the offer, which says it. */
	WRITE_ONCE(mosix_task_proc(l->task)->cpu_milli, LB_MILLI);
	ret = mosix_migrate_request(l->task, d->node, MOSIX_WHY_EXEC);
	now_ms = mosix_sample_clock_ms();
	if (!ret) {
		mosix_decision_explain(l->task, d);
		mosix_decisions_add(d, mosix_node_self(), now_ms);
		return false;
	}
	if (ret != -ECONNREFUSED && ret != -EHOSTUNREACH && ret != -ENOMEM)
		return false;
	lb_history_refused(history, d->node,
			   now_ms + mosix_vector_params().refusal_ms);
	return true;
}

static void place(struct launch *l)
{
	u64 until_ms = mosix_sample_clock_ms() +
		       mosix_param(PARAM_EXEC_PLACE);
	struct desk *desk = kmalloc(sizeof(*desk), GFP_KERNEL);
	struct lb_proc proc = {
		.pid = l->task->tgid,
		.mem_kib = memory_kib(l->task),
	};
	struct lb_history history;
	struct lb_decision d;
	u32 offers = OFFERS;

	if (!desk)
		return;
	scoped_guard(mutex, &deciding)
		history = past;
	do {
		d = decide(desk, &proc, &history, until_ms);
		/* It may have gone, or changed, while answers were awaited. */
	} while (lb_reason_moves(d.reason) && may_go(l) &&
		 is_turned_down(l, &d, &history) && --offers && may_go(l));
	kfree(desk);
}

static void look(struct work_struct *work)
{
	struct launch *l = container_of(to_delayed_work(work), struct launch,
					work);

	if (may_go(l) && computes(l))
		place(l);
	put_task_struct(l->task);
	kfree(l);
	atomic_dec(&launches);
}

static bool is_kept_here(struct task_struct *p)
{
	struct mosix_proc *proc = mosix_task_proc(p);

	return proc && (READ_ONCE(proc->user_lock) ||
			mosix_proc_state(proc) != ST_HOME);
}

/*
 * There was a better place when the last period began, or there are more now than
 * CPUs: many that begin at once on an idle node would be over a period too late.
 */
static bool may_pay(void)
{
	return READ_ONCE(pays) || mosix_sample_runnable_milli() >=
				  num_online_cpus() * LB_MILLI;
}

/* The tracepoint: current has become another program. Nothing may sleep here. */
static void executed(void *unused, struct task_struct *p, pid_t old_pid,
		     struct linux_binprm *bprm)
{
	struct launch *l;

	if (!may_pay() || is_kept_here(p) ||
	    !atomic_add_unless(&launches, 1, LAUNCHES))
		return;
	l = kzalloc(sizeof(*l), GFP_NOWAIT | __GFP_NOWARN);
	if (!l) {
		atomic_dec(&launches);
		return;
	}
	l->task = get_task_struct(p);
	l->exec_id = p->self_exec_id;
	l->wanted_ns = mosix_sample_wanted_ns(p);
	l->at_ns = ktime_get_ns();
	INIT_DELAYED_WORK(&l->work, look);
	queue_delayed_work(launch_wq, &l->work,
			   msecs_to_jiffies(mosix_param(PARAM_EXEC_PLACE)));
}

/* The tracepoint is as if it were not there as long as nobody wants it. */
static bool watches(bool want)
{
	static bool registered;

	if (want == registered)
		return registered;
	if (want)
		registered = !register_trace_sched_process_exec(executed, NULL);
	else
		registered = unregister_trace_sched_process_exec(executed, NULL);
	return registered;
}

/**
 * mosix_launch_period() - would a program that begins now do so elsewhere?
 * @history: what this node did
 * @now_ms: the clock
 *
 * Context: The balancer's thread.
 */
void mosix_launch_period(const struct lb_history *history, u64 now_ms)
{
	struct lb_proc proc = {};
	bool elsewhere;

	if (!watches(mosix_param(PARAM_EXEC_PLACE)))
		return;
	/* Who has it may wait for a CPU, which this thread must not. */
	if (!mutex_trylock(&deciding))
		return;
	past = *history;
	lay_out(&period_desk, now_ms);
	begin(&period_desk, &proc, history, now_ms);
	elsewhere = lb_place_next(&period_desk.place);
	mutex_unlock(&deciding);
	WRITE_ONCE(pays, elsewhere);
}

/**
 * mosix_launch_init() - make what placing takes
 *
 * Return: 0, or -ENOMEM.
 * Context: Process context, once.
 */
int mosix_launch_init(void)
{
	/* A program is placed while it is young, or not at all. */
	launch_wq = alloc_workqueue("mosix_launch", WQ_UNBOUND | WQ_HIGHPRI,
				    LAUNCHES);
	return launch_wq ? 0 : -ENOMEM;
}
