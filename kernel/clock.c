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
 * now at least what it says; the message that took least says most. For each
 * node that greatest lower bound is kept (Cristian's method, one way), from all
 * links with it. It gives way slowly, since two clocks do not run at quite the
 * same rate; and it is forgotten when a message contradicts it by far: the node
 * was booted anew.
 */
#include "clock.h"

#include <linux/delay.h>
#include <linux/ktime.h>
#include <linux/nsproxy.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/time_namespace.h>
#include <linux/xarray.h>

enum {
	/* A second in so many: 20 ppm, what two quartz clocks may differ by. */
	DRIFT_PART	= 50000,
	/* Shorter calls do not wait for a clock. */
	SLEPT_NS	= NSEC_PER_MSEC,
	/* More than messages differ by: clocks that drifted, nothing to await. */
	BEHIND_MAX_NS	= NSEC_PER_MSEC,
};

/* No message is so late; a node that was booted is younger by more. */
#define LATE_MAX_NS	(2 * (s64)NSEC_PER_SEC)

/**
 * struct node_clock - what is known of a node's monotonic clock
 * @ahead_ns: what it is ahead of ours, at least
 * @heard_ns: when, by our clock; 0: nothing is known
 */
struct node_clock {
	s64 ahead_ns;
	u64 heard_ns;
};

static DEFINE_SPINLOCK(clocks_lock);	/* protects what clocks point to */
static DEFINE_XARRAY(clocks);

static struct node_clock *find_clock(u16 node)
{
	struct node_clock *clock = xa_load(&clocks, node);

	if (clock || !node)
		return clock;
	clock = kzalloc(sizeof(*clock), GFP_KERNEL);
	/* Two links may begin at once: the first entry counts. */
	if (clock && xa_insert(&clocks, node, clock, GFP_KERNEL)) {
		kfree(clock);
		clock = xa_load(&clocks, node);
	}
	return clock;
}

static s64 learn(struct node_clock *clock, s64 ahead, u64 now)
{
	s64 known = clock->ahead_ns -
		    (s64)((now - min(now, clock->heard_ns)) / DRIFT_PART);

	if (clock->heard_ns && known - ahead < LATE_MAX_NS)
		ahead = max(ahead, known);
	clock->ahead_ns = ahead;
	clock->heard_ns = now;
	return ahead;
}

/**
 * mosix_clock_hear - a message came that says when it was sent
 * @link: where; its @ahead_ns is brought up to date
 * @sent_ns: the sender's CLOCK_MONOTONIC; what no clock shows is ignored
 *
 * Context: the link's receiver.
 */
void mosix_clock_hear(struct mosix_link *link, u64 sent_ns)
{
	u64 now = ktime_get_ns();
	s64 ahead = sent_ns - now;
	struct node_clock *clock;

	if (sent_ns > KTIME_MAX / 2)
		return;
	clock = find_clock(link->peer);
	if (clock) {
		spin_lock(&clocks_lock);
		ahead = learn(clock, ahead, now);
		spin_unlock(&clocks_lock);
	}
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
