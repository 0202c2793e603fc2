// SPDX-License-Identifier: GPL-2.0-only
/*
 * How many signals may be on their way to a body.
 *
 * At home a process has as many queued signals as RLIMIT_SIGPENDING allows, and
 * who sends one more is told so. What a deputy has sent on is in no such count. So
 * it sends at most WIRE_SIGNALS_AHEAD that its body has not taken up yet; the
 * rest waits at home, where it is counted, as if it were blocked. That is by the
 * kernel's own rules for blocked signals: another thread takes them if it can,
 * and none is lost. What has no handler stops, kills or is ignored meanwhile as
 * ever.
 *
 * The body takes up what it can have pending at once, no more, and says so when
 * half of them are taken (MSG_TAKEN); each call says the same. Pending ones that
 * it blocks by now it gives back, so what is behind them need not wait.
 *
 * A home that does not keep to it loses the link: what waits for a body is in its
 * host's memory.
 */
#include "body.h"
#include "deputy.h"

#include <linux/sched/signal.h>

static_assert(WIRE_SIGNALS_AHEAD >= 4);

/* ---- home ---- */

static bool may_send(const struct mosix_task *mt)
{
	return mt->nsignals - READ_ONCE(mt->nheard) < WIRE_SIGNALS_AHEAD;
}

/* What a body has a handler for, as far as it is not blocked already. */
static u64 handled(void)
{
	struct sighand_struct *sighand = mosix_own_sighand();
	u64 set = 0;
	u32 i;

	spin_lock_irq(&sighand->siglock);
	for (i = 0; i < WIRE_SIGNALS; i++)
		if (sighand->action[i].sa.sa_handler != SIG_DFL &&
		    sighand->action[i].sa.sa_handler != SIG_IGN)
			set |= BIT_ULL(i);
	spin_unlock_irq(&sighand->siglock);
	return set & ~(current->blocked.sig[0] | sigmask(SIGKILL) |
		       sigmask(SIGSTOP));
}

static void set_blocked(u64 mask)
{
	sigset_t set = { .sig[0] = mask };

	set_current_blocked(&set);
}

/**
 * mosix_pace_mask - the body blocks these signals from now on
 * @mt: record of current
 * @mask: which; what was held back is blocked no longer if it is not among them
 *
 * Context: the deputy.
 */
void mosix_pace_mask(struct mosix_task *mt, u64 mask)
{
	mt->held = 0;
	set_blocked(mask);
}

/**
 * mosix_pace_opens - is there something held back that may go now?
 * @mt: record of current
 *
 * Return: true when mosix_pace_open() has something to do.
 * Context: the deputy.
 */
bool mosix_pace_opens(const struct mosix_task *mt)
{
	return mt->held && may_send(mt);
}

/**
 * mosix_pace_open - what was held back is taken again if it may go
 * @mt: record of current
 *
 * Context: the deputy.
 */
void mosix_pace_open(struct mosix_task *mt)
{
	if (mosix_pace_opens(mt))
		mosix_pace_mask(mt, current->blocked.sig[0] & ~mt->held);
}

/**
 * mosix_pace_holds - hold back what must not go yet
 * @mt: record of current
 *
 * Return: true when there is more than before: signals have to be looked at anew.
 * Context: the deputy.
 */
bool mosix_pace_holds(struct mosix_task *mt)
{
	u64 more = may_send(mt) ? 0 : handled();

	if (!more)
		return false;
	set_blocked(current->blocked.sig[0] | more);
	mt->held |= more;
	return true;
}

/**
 * mosix_pace_heard - a body's thread says how many signals it has taken up
 * @proc: its process
 * @tid: the thread
 * @taken: on this stay; fewer than it said before, or more than were sent, is not
 *	heard: the latter would hold back all that come after
 *
 * Context: the deputy, or the link's receiver.
 */
void mosix_pace_heard(struct mosix_proc *proc, u32 tid, u32 taken)
{
	struct mosix_task *mt;

	spin_lock(&proc->lock);
	mt = mosix_proc_thread(proc, tid);
	/* Each is counted before it is sent. */
	if (mt && (s32)(taken - mt->nheard) > 0 &&
	    (s32)(READ_ONCE(mt->nsignals) - taken) >= 0) {
		WRITE_ONCE(mt->nheard, taken);
		wake_up_all(&mt->wait);
	}
	spin_unlock(&proc->lock);
}

/**
 * mosix_pace_taken - the same, in a message of its own
 * @link: where
 * @msg: MSG_TAKEN, checked; consumed
 *
 * Return: 0, -EPROTO without a process.
 * Context: the link's receiver.
 */
int mosix_pace_taken(struct mosix_link *link, struct mosix_msg *msg)
{
	const struct wire_taken *t = (void *)msg->data;
	struct mosix_proc *proc = mosix_link_proc(link);

	if (proc)
		mosix_pace_heard(proc, le32_to_cpu(msg->h.tid),
				 le32_to_cpu(t->signals));
	mosix_msg_free(msg);
	if (!proc)
		return -EPROTO;
	mosix_proc_put(proc);
	return 0;
}

/* ---- body ---- */

/**
 * mosix_pace_admits - may one more signal wait for a thread of a body?
 * @mt: its record
 *
 * Twice what home may have on its way: one that it will die of goes past the
 * count, and so may one whose handler was just made.
 *
 * Return: false when no honest home has sent it.
 * Context: @mt->proc->lock held.
 */
bool mosix_pace_admits(const struct mosix_task *mt)
{
	lockdep_assert_held(&mt->proc->lock);
	return mt->ncame - mt->nsignals < 2 * WIRE_SIGNALS_AHEAD;
}

/* So many more, at most @limit. */
static u32 count_up(const struct sigpending *pending, u32 n, u32 limit)
{
	struct list_head *entry;

	list_for_each(entry, &pending->list)
		if (++n >= limit)
			break;
	return n;
}

static bool is_full(void)
{
	struct sighand_struct *sighand = mosix_own_sighand();
	u32 n;

	spin_lock_irq(&sighand->siglock);
	n = count_up(&current->pending, 0, WIRE_SIGNALS_AHEAD);
	n = count_up(&current->signal->shared_pending, n, WIRE_SIGNALS_AHEAD);
	spin_unlock_irq(&sighand->siglock);
	return n >= WIRE_SIGNALS_AHEAD;
}

/* Is there one among those that came for which the others must make room? */
static bool has_open(struct mosix_task *mt)
{
	u64 blocked = current->blocked.sig[0];
	const struct wire_signal *s;
	struct mosix_msg *msg;
	bool open = false;

	spin_lock(&mt->proc->lock);
	list_for_each_entry(msg, &mt->signals, node) {
		s = (void *)msg->data;
		open |= le32_to_cpu(s->to) == SIGNAL_DEADLY ||
			!(blocked & sigmask(le32_to_cpu(s->signo)));
	}
	spin_unlock(&mt->proc->lock);
	return open;
}

/**
 * mosix_pace_has_room - can current have one more signal pending?
 * @link: to its home
 * @mt: record of current
 *
 * Return: false when so many are pending and either none of them is blocked, so
 * that their handlers come first, or all that came are.
 * Context: the body.
 */
bool mosix_pace_has_room(struct mosix_link *link, struct mosix_task *mt)
{
	if (!is_full())
		return true;
	if (!has_open(mt))
		return false;
	mosix_signal_give_back(link, mt, current->blocked.sig[0]);
	set_bit(MT_STRAYED, &mt->flags);
	return !is_full();
}

/**
 * mosix_pace_tell - say what has been taken up, if home may wait for that
 * @link: to the home
 * @mt: record of current
 *
 * Context: the body.
 */
void mosix_pace_tell(struct mosix_link *link, struct mosix_task *mt)
{
	struct wire_taken *t;
	struct mosix_msg *msg;

	if (mt->nsignals - mt->nheard < WIRE_SIGNALS_AHEAD / 2)
		return;
	msg = mosix_msg_new(MSG_TAKEN, sizeof(*t));
	if (!msg) {
		mosix_link_close(link, -ENOMEM);
		return;
	}
	t = (void *)msg->data;
	t->signals = cpu_to_le32(mt->nsignals);
	msg->h.tid = cpu_to_le32(mt->tid);
	mt->nheard = mt->nsignals;
	mosix_link_send(link, msg);
}
