// SPDX-License-Identifier: GPL-2.0-only
/*
 * All threads of a process stand still together, at their safe points.
 *
 * Whoever comes first opens a gathering; the last to come leads: it moves the
 * process while the others wait, and tells them how it ended. A thread that
 * exits meanwhile leaves the count, one that is born joins it.
 *
 *	OPEN --first--> GATHER --all are here--> CLOSED --leader ends--> OPEN
 *	                GATHER --too late------> OPEN (thawed)
 *
 * At home a thread that waits for the others and has a signal to take goes and
 * takes it, and comes back; and a thread that does not come (it sleeps where
 * nothing may wake it) ends the gathering, which is tried again. A body has
 * no such cares: its signals wait at home, and what it waits for ends.
 */
#include "migrate.h"

#include "x86.h"

#include <linux/sched/signal.h>

enum {
	GATHER_MS	= 2000,		/* for all threads to come */
};

/* The last to come, or anybody when the last one missing has exited. */
static enum mosix_frozen look(struct mosix_task *mt, u32 round, bool patient)
{
	struct mosix_proc *proc = mt->proc;

	lockdep_assert_held(&proc->lock);
	if (proc->round != round)
		return proc->outcome;
	if (fatal_signal_pending(current))
		return FROZEN_THAWED;
	if (proc->barrier != BARRIER_GATHER)
		return FROZEN_WAITS;
	if (proc->nfrozen == proc->nlive) {
		proc->barrier = BARRIER_CLOSED;
		return FROZEN_LEADS;
	}
	if (patient)
		return FROZEN_WAITS;
	if (task_sigpending(current) ||
	    time_after(jiffies, proc->gather_end))
		return FROZEN_THAWED;
	return FROZEN_WAITS;
}

/* The gathering is over: who still waits finds another round. */
static void open_barrier(struct mosix_proc *proc, enum mosix_frozen outcome)
{
	struct mosix_task *mt;

	lockdep_assert_held(&proc->lock);
	proc->barrier = BARRIER_OPEN;
	proc->outcome = outcome;
	proc->round++;
	proc->nfrozen = 0;
	list_for_each_entry(mt, &proc->threads, node)
		clear_bit(MT_FROZEN, &mt->flags);
	wake_up_all(&proc->wait);
}

/* Current goes; when it is too late for the others, so do they. */
static enum mosix_frozen leave(struct mosix_task *mt, u32 round)
{
	struct mosix_proc *proc = mt->proc;
	bool late = time_after(jiffies, proc->gather_end);

	lockdep_assert_held(&proc->lock);
	if (proc->round != round)
		return FROZEN_THAWED;
	if (test_and_clear_bit(MT_FROZEN, &mt->flags))
		proc->nfrozen--;
	if (proc->barrier != BARRIER_GATHER || (proc->nfrozen && !late))
		return FROZEN_THAWED;
	open_barrier(proc, FROZEN_THAWED);
	return late ? FROZEN_LATE : FROZEN_THAWED;
}

static enum mosix_frozen wait_for_all(struct mosix_task *mt, u32 round,
				      bool patient)
{
	struct mosix_proc *proc = mt->proc;
	enum mosix_frozen frozen;
	DEFINE_WAIT(wait);

	for (;;) {
		unsigned int state = TASK_KILLABLE | TASK_NOLOAD;

		/* A kick is no reason to go: we are where it wants us. */
		clear_notify_signal();
		if (!patient && READ_ONCE(proc->barrier) == BARRIER_GATHER)
			state = TASK_INTERRUPTIBLE;
		prepare_to_wait(&proc->wait, &wait, state);
		spin_lock(&proc->lock);
		frozen = look(mt, round, patient);
		if (frozen == FROZEN_THAWED)
			frozen = leave(mt, round);
		spin_unlock(&proc->lock);
		if (frozen != FROZEN_WAITS)
			break;
		schedule_timeout(patient ? MAX_SCHEDULE_TIMEOUT : HZ / 10);
	}
	finish_wait(&proc->wait, &wait);
	return frozen;
}

/**
 * mosix_freeze_join - stand still until all threads do, or have moved
 * @mt: record of current
 *
 * Return: FROZEN_LEADS: the others wait until mosix_freeze_end();
 * FROZEN_DONE: a leader ended it; FROZEN_THAWED or FROZEN_LATE: nothing was done.
 * Context: the task itself, at its safe point.
 */
enum mosix_frozen mosix_freeze_join(struct mosix_task *mt)
{
	struct mosix_proc *proc = mt->proc;
	bool patient = mosix_proc_is_guest(proc);
	u32 round;

	mosix_x86_hold();
	spin_lock(&proc->lock);
	if (proc->barrier == BARRIER_OPEN) {
		proc->barrier = BARRIER_GATHER;
		proc->gather_end = jiffies + msecs_to_jiffies(GATHER_MS);
	}
	round = proc->round;
	set_bit(MT_FROZEN, &mt->flags);
	proc->nfrozen++;
	spin_unlock(&proc->lock);
	return wait_for_all(mt, round, patient);
}

/**
 * mosix_freeze_is_whole - do all threads stand still that are known by now?
 * @proc: the process
 *
 * Return: false when one was found that nobody knew as the barrier closed.
 * Context: the leader.
 */
bool mosix_freeze_is_whole(struct mosix_proc *proc)
{
	bool whole;

	spin_lock(&proc->lock);
	whole = proc->nfrozen == proc->nlive;
	spin_unlock(&proc->lock);
	return whole;
}

/**
 * mosix_freeze_end - the leader lets all threads go
 * @proc: its process
 * @outcome: FROZEN_DONE or FROZEN_THAWED, for the others
 *
 * Context: the leader.
 */
void mosix_freeze_end(struct mosix_proc *proc, enum mosix_frozen outcome)
{
	spin_lock(&proc->lock);
	open_barrier(proc, outcome);
	spin_unlock(&proc->lock);
}
