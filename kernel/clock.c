// SPDX-License-Identifier: GPL-2.0-only
/*
 * The home's time, kept on another node.
 *
 * A body's monotonic and boot clocks go on where the home's are, so that no
 * clock goes back, and that what the home times (an alarm, a sleep, a timeout)
 * is not early by the clock that the body reads. For both a clock away must
 * not be ahead of the home's, or a timer set away ends early at home; and it
 * must not be further behind than a message takes, or a timer set at home ends
 * early away.
 *
 * Each message says when it was sent. It took some time, so the home's clock is
 * now at least what it says; the message that took least says most. A link
 * keeps that greatest lower bound (Cristian's method, one way). It gives way
 * slowly, since two clocks do not run at quite the same rate.
 */
#include "clock.h"

#include <linux/delay.h>
#include <linux/ktime.h>
#include <linux/nsproxy.h>
#include <linux/sched.h>
#include <linux/time_namespace.h>

enum {
	/* A second in so many: 20 ppm, what two quartz clocks may differ by. */
	DRIFT_PART	= 50000,
	/* Shorter calls do not wait for a clock. */
	SLEPT_NS	= NSEC_PER_MSEC,
	/* More than messages differ by: clocks that drifted, nothing to await. */
	BEHIND_MAX_NS	= NSEC_PER_MSEC,
};

/**
 * mosix_clock_hear - a message came that says when it was sent
 * @link: where; @link->ahead_ns is brought up to date
 * @sent_ns: the sender's CLOCK_MONOTONIC; what no clock shows is ignored
 *
 * Context: the link's receiver.
 */
void mosix_clock_hear(struct mosix_link *link, u64 sent_ns)
{
	u64 now = ktime_get_ns();
	s64 ahead = sent_ns - now;
	s64 known;

	if (sent_ns > KTIME_MAX / 2)
		return;
	known = link->ahead_ns - (s64)((now - link->heard_ns) / DRIFT_PART);
	if (link->heard_ns)
		ahead = max(ahead, known);
	link->heard_ns = now;
	WRITE_ONCE(link->ahead_ns, ahead);
}

/**
 * mosix_clock_enter - current's clocks are the home's from here on
 * @ns: namespaces with an unused time namespace for children; consumed
 * @link: to the home
 * @slept_ns: what the home's boot clock is ahead of its monotonic clock
 *
 * Context: a body before it runs.
 */
void mosix_clock_enter(struct nsproxy *ns, struct mosix_link *link,
		       u64 slept_ns)
{
	struct timens_offsets *off = &ns->time_ns_for_children->offsets;
	s64 ahead = READ_ONCE(link->ahead_ns);
	s64 slept = ktime_get_boottime_ns() - ktime_get_ns();

	off->monotonic = ns_to_timespec64(ahead);
	off->boottime = ns_to_timespec64(ahead + (s64)slept_ns - slept);
	timens_on_fork(ns, current);
	switch_task_namespaces(current, ns);
}

/**
 * mosix_clock_await - a call that slept at home has ended
 * @sent_ns: the home's clock as its answer was sent
 * @asked_ns: ktime_get_ns() as the call was made
 *
 * An answer that came faster than any message before would end a sleep early,
 * by a little: current waits until its own clock shows that time too.
 *
 * Context: the body, in the call; may sleep.
 */
void mosix_clock_await(u64 sent_ns, u64 asked_ns)
{
	u64 now_ns = ktime_get_ns();
	struct timespec64 now = ns_to_timespec64(now_ns);
	s64 behind;

	if (now_ns - asked_ns < SLEPT_NS)
		return;
	timens_add_monotonic(&now);
	behind = sent_ns - timespec64_to_ns(&now);
	if (behind > 0 && behind <= BEHIND_MAX_NS)
		fsleep(behind / NSEC_PER_USEC + 1);
}
