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

#include <linux/ktime.h>
#include <linux/nsproxy.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/time_namespace.h>
#include <linux/xarray.h>

#include <vdso/datapage.h>

enum {
	/* A second in so many: 20 ppm, what two quartz clocks may differ by. */
	DRIFT_PART	= 50000,
};

/* No message is so late; a node that was booted is younger by more. */
#define LATE_MAX_NS	(2 * (s64)NSEC_PER_SEC)

/* What a clock is put forward in all: readers count the seconds of it. */
#define FORWARD_MAX_NS	(64 * (s64)NSEC_PER_SEC)

/**
 * struct node_clock - what is known of a node's monotonic clock
 * @ahead_ns: what it is ahead of ours, at least
 * @heard_ns: when, by our clock; 0: nothing is known
 */
struct node_clock {
	s64 ahead_ns;
	u64 heard_ns;
};

/* Protects what clocks point to, and writing the offsets of bodies. */
static DEFINE_SPINLOCK(clocks_lock);
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
 * mosix_clock_tell - how current's clocks differ from this node's monotonic clock
 * @go: receives it
 *
 * Context: the home, as the process leaves.
 */
void mosix_clock_tell(struct wire_go *go)
{
	const struct timens_offsets *off = &current->nsproxy->time_ns->offsets;
	s64 slept = ktime_get_boottime_ns() - ktime_get_ns();

	go->mono_ns = cpu_to_le64(timespec64_to_ns(&off->monotonic));
	go->boot_ns = cpu_to_le64(timespec64_to_ns(&off->boottime) + slept);
}

/**
 * mosix_clock_enter - current's clocks are the home's from here on
 * @ns: namespaces with an unused time namespace for children; consumed
 * @link: to the home; it remembers the process's own offset
 * @go: what home told of its clocks
 *
 * Context: a body before it runs.
 */
void mosix_clock_enter(struct nsproxy *ns, struct mosix_link *link,
		       const struct wire_go *go)
{
	struct timens_offsets *off = &ns->time_ns_for_children->offsets;
	s64 ahead = READ_ONCE(link->ahead_ns);
	s64 slept = ktime_get_boottime_ns() - ktime_get_ns();

	link->mono_ns = le64_to_cpu(go->mono_ns);
	off->monotonic = ns_to_timespec64(ahead + link->mono_ns);
	off->boottime = ns_to_timespec64(ahead + (s64)le64_to_cpu(go->boot_ns) -
					 slept);
	timens_on_fork(ns, current);
	switch_task_namespaces(current, ns);
}

/* Readers take no lock, so only words change that are read in one piece. */
static void advance(struct time_namespace *ns, s64 by)
{
	static const int monotonic[] = {
		CLOCK_MONOTONIC, CLOCK_MONOTONIC_RAW, CLOCK_MONOTONIC_COARSE,
	};
	static const int boot[] = { CLOCK_BOOTTIME, CLOCK_BOOTTIME_ALARM };
	struct vdso_data *pages =
		arch_get_vdso_data(page_address(ns->vvar_page));
	struct timens_offsets *off = &ns->offsets;
	int cs, i;

	WRITE_ONCE(off->monotonic.tv_nsec, off->monotonic.tv_nsec + by);
	WRITE_ONCE(off->boottime.tv_nsec, off->boottime.tv_nsec + by);
	for (cs = 0; cs < CS_BASES; cs++) {
		struct timens_offset *shown = pages[cs].offset;

		for (i = 0; i < ARRAY_SIZE(monotonic); i++)
			WRITE_ONCE(shown[monotonic[i]].nsec,
				   off->monotonic.tv_nsec);
		for (i = 0; i < ARRAY_SIZE(boot); i++)
			WRITE_ONCE(shown[boot[i]].nsec, off->boottime.tv_nsec);
	}
}

/**
 * mosix_clock_catch_up - something came from home that current will notice
 * @link: to the home
 *
 * It may have come faster than any message before: then the body's clocks are
 * behind the time at which it was sent, and what ended a wait would seem early.
 * They are put forward to what is known now of the home's, for all threads.
 *
 * Context: the body.
 */
void mosix_clock_catch_up(const struct mosix_link *link)
{
	struct time_namespace *ns = current->nsproxy->time_ns;
	s64 ahead = READ_ONCE(link->ahead_ns) + link->mono_ns, by;

	if (ahead <= timespec64_to_ns(&ns->offsets.monotonic))
		return;
	spin_lock(&clocks_lock);
	by = ahead - timespec64_to_ns(&ns->offsets.monotonic);
	if (by > 0 && by < FORWARD_MAX_NS - ns->offsets.monotonic.tv_nsec)
		advance(ns, by);
	spin_unlock(&clocks_lock);
}
