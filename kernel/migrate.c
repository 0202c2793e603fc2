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

#include "allow.h"
#include "clock.h"
#include "early.h"
#include "inject.h"
#include "link.h"
#include "nice.h"
#include "pages.h"
#include "sigmig.h"
#include "stay.h"
#include "strategy.h"
#include "x86.h"

#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/sched/task_stack.h>

#include <asm/syscall.h>

enum { BUILD_TIMEOUT_S = 120 };

static struct mosix_msg *make_end(void)
{
	struct mosix_msg *msg = mosix_msg_new(MSG_IMAGE_END,
					      sizeof(struct wire_clocks));

	if (msg)
		mosix_clock_tell((void *)msg->data);
	return msg;
}

/* What a thread, which stands still, points to. */
static int send_hot(struct mosix_task *mt, struct task_struct *task, void *arg)
{
	unsigned long addr[MOSIX_X86_POINTERS];

	return mosix_push_hot(arg, addr, mosix_x86_pointers(task, addr));
}

/* What the process needs first where it goes. */
static int send_first(struct mosix_move *move, struct mosix_pages *pg)
{
	int ret = move->watched ? mosix_push_touched(pg) : 0;

	return ret ?: mosix_proc_each(move->proc, send_hot, pg);
}

static int send_memory(struct mosix_move *move, struct mosix_pages *pg)
{
	mosix_strategy_choose(move, pg->link);
	mosix_early_adopt(pg, move->early, pg->link);
	move->early = NULL;
	return move->choice.strategy == STRATEGY_EAGER ? mosix_push_all(pg) :
							 send_first(move, pg);
}

static int send_process(struct mosix_move *move, struct mosix_link *link,
			struct mosix_pages *pg, const char **text)
{
	int ret;

	*text = "image could not be sent";
	mosix_link_cork(link, true);
	ret = mosix_push_depart(pg);
	ret = ret ?: mosix_pack_leave(move->proc, link, pg);
	if (!ret)
		ret = send_memory(move, pg);
	mosix_link_cork(link, false);
	if (ret)
		return ret;
	return mosix_move_ask(link, make_end(), MSG_STARTED,
			      BUILD_TIMEOUT_S * HZ, text);
}

static void enter_away(struct mosix_proc *proc, struct mosix_pages *pg,
		       struct mosix_move *move)
{
	struct mosix_task *mt;

	mosix_proc_event(proc, EV_STARTED);
	spin_lock(&proc->lock);
	proc->where = move->to;
	mosix_sigmig_count(proc);
	proc->since = jiffies;
	proc->lent = 0;
	list_for_each_entry(mt, &proc->threads, node) {
		mt->utime_ns = 0;
		mt->stime_ns = 0;
		memset(mt->counts, 0, sizeof(mt->counts));
		/* Until it says otherwise. */
		mt->runs = mt->task && !mosix_x86_in_wait(mt->task);
		mt->nsignals = 0;
		mt->nheard = 0;
	}
	spin_unlock(&proc->lock);
	mosix_strategy_used(move);
	pg->follows = mosix_strategy_follows(&move->choice);
	if (mosix_push_commit(pg))
		mosix_link_close(pg->link, -ENOMEM);
	else
		mosix_background_rest(pg);
	if (mosix_allow_limits(proc))
		mosix_allow_tell(proc);
	mosix_sigmig_send(proc);
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

/* Words of a body that did not come to be are not heard by the next one. */
static void forget_messages(struct mosix_proc *proc)
{
	struct mosix_msg *msg, *next;
	struct mosix_task *mt;
	LIST_HEAD(old);

	spin_lock(&proc->lock);
	list_for_each_entry(mt, &proc->threads, node) {
		list_splice_init(&mt->inbox, &old);
		mt->inbox_bytes = 0;
	}
	spin_unlock(&proc->lock);
	list_for_each_entry_safe(msg, next, &old, node) {
		list_del(&msg->node);
		mosix_msg_free(msg);
	}
}

/* Leave over an accepted link. 0: away, all threads are deputies now. */
static int go_out(struct mosix_proc *proc, struct mosix_move *move,
		  const char **text)
{
	struct mosix_link *link = move->link;
	u64 began_ns = ktime_get_ns();
	struct mosix_pages *pg;
	int ret;

	proc->pid = current->tgid;
	proc->flags = 0;	/* its host may set some as soon as it has the link */
	forget_messages(proc);
	*text = "link lost";
	ret = mosix_link_attach(link, proc);
	if (ret)
		return ret;
	mosix_proc_event(proc, EV_FREEZE);
	pg = mosix_inject_step(STEP_FREEZE) ? NULL : adopt_pages(proc, link);
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
	ret = send_process(move, link, pg, text);
	move->freeze_us = (ktime_get_ns() - began_ns) / NSEC_PER_USEC;
	move->bytes = READ_ONCE(link->sent);
	if (ret) {
		mosix_link_close(link, -ECANCELED);
		mosix_pages_abort(pg);
		mosix_proc_unlink(proc);
		mosix_proc_event(proc, EV_FAILED);
		/* An EXIT among them would be booked when the process ends. */
		forget_messages(proc);
		return ret;
	}
	enter_away(proc, pg, move);
	return 0;
}

/* All threads stand still: move them. What the others shall do then. */
static enum mosix_frozen lead(struct mosix_proc *proc, struct mosix_move *move)
{
	const char *text = NULL;
	u64 why;
	int ret;

	/* A thread without a record did not come and was not waited for. */
	ret = mosix_task_complete();
	if (ret) {
		mosix_migrate_end(proc, ret, "no memory here");
		return FROZEN_DONE;
	}
	if (!mosix_freeze_is_whole(proc))
		return FROZEN_THAWED;
	why = mosix_stay_reasons(current);
	/* A child wakes its parent a moment before it has memory of its own. */
	if (mosix_stay_passes(why) && move->passing++ < MOSIX_PASSING_TRIES)
		return FROZEN_THAWED;
	if (why) {
		mosix_migrate_end(proc, -EBUSY, "cannot move");
		return FROZEN_DONE;
	}
	mosix_nice_hurry(current->mosix);
	ret = go_out(proc, move, &text);
	mosix_nice_calm(current->mosix);
	mosix_migrate_end(proc, ret, text);
	return FROZEN_DONE;
}

/* Some thread did not come; who finds that out counts it. */
static void count_late(struct mosix_move *move)
{
	if (++move->late > MOSIX_LATE_TRIES)
		mosix_migrate_end(move->proc, -EBUSY, "a thread does not stop");
}

/* A visitor makes its call first; a handler may keep it from that, but not us. */
static bool has_call_to_make(struct mosix_move *move)
{
	return test_bit(MP_VISITS, &move->proc->flags) &&
	       move->passing++ < MOSIX_PASSING_TRIES;
}

/*
 * Is there a body, or was there one? Whoever was first to serve it may have read that
 * it has ended, and be about to end this thread, too.
 */
static bool has_left(struct mosix_proc *proc)
{
	enum mosix_state state = mosix_proc_state(proc);

	return state == ST_AWAY || state == ST_RETURNING || state == ST_ENDED;
}

static void be_deputy(struct mosix_task *mt)
{
	set_bit(MT_DEPUTY, &mt->flags);
	mosix_deputy_serve(mt);
	clear_bit(MT_DEPUTY, &mt->flags);
}

/* One move of a process that is here; true when it may try again. */
static bool serve_move(struct mosix_task *mt, struct mosix_move *move)
{
	struct mosix_proc *proc = mt->proc;
	enum mosix_frozen frozen;

	if (!move->to) {
		mosix_migrate_end(proc, 0, NULL);
		return true;
	}
	if (!move->link)
		return false;	/* not ready, it kicks when it is */
	if (task_sigpending(current) || mosix_x86_in_vdso() ||
	    has_call_to_make(move)) {
		mosix_migrate_kick_later(proc);
		return false;
	}
	mt->tid = task_pid_vnr(current);
	frozen = mosix_freeze_join(mt);
	if (frozen == FROZEN_LEADS) {
		frozen = lead(proc, move);
		mosix_freeze_end(proc, frozen);
	} else if (frozen == FROZEN_LATE) {
		count_late(move);
	}
	if (frozen == FROZEN_THAWED || frozen == FROZEN_LATE) {
		mosix_migrate_kick_later(proc);
		return false;
	}
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
	struct pt_regs *regs = task_pt_regs(current);
	struct mosix_move *move;
	bool again = true;

	/*
	 * What is to be run behind us, the end of a file or of a timer, would not
	 * be while current is a deputy: we come once more, then as the last.
	 */
	if (work->next && !task_work_add(current, work, TWA_NONE))
		return;
	clear_bit(MT_KICKED, &mt->flags);
	if (current->flags & PF_EXITING)
		return;		/* the hook in do_exit() sees to it */
	if (test_bit(MT_DEPUTY, &mt->flags))
		return;
	if (mosix_proc_is_guest(mt->proc)) {
		mosix_body_safe_point(mt);
		return;
	}
	/* It was not a signal that ended the call: go on with it over there. */
	regs->ax = mosix_call_soften(syscall_get_nr(current, regs), regs->ax);
	if (has_left(mt->proc))
		be_deputy(mt);	/* a thread that was made while away */
	while (again && (move = mosix_move_get(mt->proc))) {
		clear_notify_signal();
		again = serve_move(mt, move);
		mosix_move_put(move);
		if (has_left(mt->proc))
			be_deputy(mt);
	}
	/* The registers may be new: have the signal code look at them. */
	set_notify_signal(current);
}
