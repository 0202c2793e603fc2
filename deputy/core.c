// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who dies with a core dump dies at home: there are the file system, the
 * limits and the dump's reader, and there its memory and its registers must
 * be when they are written.
 *
 *	body	takes a signal that dumps core: it keeps it, goes home, and gives
 *		it back as the last of its signals
 *	deputy	takes one that was sent to the process: the body gets it, as it
 *		gets those with a handler, since the registers are there
 *	home	the process is whole, has the signal pending, and dies of it
 *
 * Where there is none to be made each half dies where it is, as of any other
 * signal: with a limit of no bytes and no program that takes core dumps, which
 * gets them whatever the limit is.
 */
#include "body.h"
#include "deputy.h"

#include <linux/mosix.h>
#include <linux/sched/signal.h>

static bool is_wanted(struct mosix_task *mt)
{
	switch (mosix_proc_state(mt->proc)) {
	case ST_RUNNING:
		return test_bit(MP_DUMPS, &mt->proc->flags);
	case ST_AWAY:
		return test_bit(MT_DEPUTY, &mt->flags) && mosix_core_is_made();
	default:
		return false;
	}
}

/**
 * mosix_signal_dumps - hook: current is about to die of a signal, with a dump
 * @info: the signal, dequeued
 *
 * Return: true when it shall not, here and now.
 * Context: siglock of current held.
 */
bool mosix_signal_dumps(const struct kernel_siginfo *info)
{
	struct mosix_task *mt = current->mosix;

	if (!is_wanted(mt)) {
		/* It is left from a safe point, and would cut a dump into a pipe. */
		clear_notify_signal();
		return false;
	}
	mt->core = *info;
	/* The body must not run on: it has a safe point first. */
	if (mosix_proc_is_guest(mt->proc))
		mosix_task_kick(mt);
	return true;
}

/**
 * mosix_core_take - the signal that current would have died of
 * @mt: record of current
 * @info: filled in
 *
 * Return: false when there is none.
 * Context: the deputy, or the body at its safe point.
 */
bool mosix_core_take(struct mosix_task *mt, struct kernel_siginfo *info)
{
	if (!mt->core.si_signo)
		return false;
	*info = mt->core;
	mt->core.si_signo = 0;
	return true;
}
