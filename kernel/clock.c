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
 *
 * The wall clock (CLOCK_REALTIME, and with it CLOCK_TAI) is the home's as well,
 * since files and what is read at home have its times: on each node it is ahead
 * of the monotonic one by what only setting it changes, and messages tell by how
 * much. Time namespaces have no such offset, but the page of theirs that the vDSO
 * reads has room for one; the calls are for deputy/walltime.c.
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

/* No wall clock is further from a monotonic one, or it would be of no use. */
#define WALL_MAX_NS	(KTIME_MAX / 4)

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

static s64 own_wall_ns(void)
{
	return ktime_mono_to_real(0);
}

/**
 * mosix_clock_stamp - a message is about to be sent
 * @h: its header
 *
 * Context: any.
 */
void mosix_clock_stamp(struct wire_header *h)
{
	h->sent_ns = cpu_to_le64(ktime_get_ns());
	h->wall_ns = cpu_to_le64(own_wall_ns());
}

/**
 * mosix_clock_hear - a message came that says when it was sent
 * @link: where; what it says of the peer's clocks is brought up to date
 * @h: its header; what no clock shows is ignored
 *
 * Context: the link's receiver.
 */
void mosix_clock_hear(struct mosix_link *link, const struct wire_header *h)
{
	u64 now = ktime_get_ns(), sent_ns = le64_to_cpu(h->sent_ns);
	s64 ahead = sent_ns - now, wall = le64_to_cpu(h->wall_ns);
	struct node_clock *clock;

	if (sent_ns > KTIME_MAX / 2 || wall > WALL_MAX_NS || wall < -WALL_MAX_NS)
		return;
	WRITE_ONCE(link->wall_ns, wall);
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
 * @clocks: receives it
 *
 * Context: the home, as the process leaves.
 */
void mosix_clock_tell(struct wire_clocks *clocks)
{
	const struct timens_offsets *off = &current->nsproxy->time_ns->offsets;
	s64 slept = ktime_get_boottime_ns() - ktime_get_ns();

	clocks->mono_ns = cpu_to_le64(timespec64_to_ns(&off->monotonic));
	clocks->boot_ns = cpu_to_le64(timespec64_to_ns(&off->boottime) + slept);
}

static struct vdso_data *pages_of(struct time_namespace *ns)
{
	return arch_get_vdso_data(page_address(ns->vvar_page));
}

static s64 shown_real(struct time_namespace *ns)
{
	const struct timens_offset *shown =
		&pages_of(ns)[CS_HRES_COARSE].offset[CLOCK_REALTIME];

	return READ_ONCE(shown->sec) * NSEC_PER_SEC + READ_ONCE(shown->nsec);
}

/* What the wall clock of a body should be ahead of this node's. */
static s64 real_ahead(struct time_namespace *ns, const struct mosix_link *link)
{
	return timespec64_to_ns(&ns->offsets.monotonic) - link->mono_ns +
	       READ_ONCE(link->wall_ns) - own_wall_ns();
}

/*
 * As long as no clock is set only the nanoseconds change, in one piece: readers
 * count the seconds of them, so those must be few.
 */
static void show_real(struct time_namespace *ns, s64 ahead)
{
	static const int real[] = {
		CLOCK_REALTIME, CLOCK_REALTIME_COARSE, CLOCK_TAI,
	};
	struct vdso_data *pages = pages_of(ns);
	s64 sec = pages[CS_HRES_COARSE].offset[CLOCK_REALTIME].sec;
	s64 nsec = ahead - sec * NSEC_PER_SEC;
	s32 rest;
	int cs, i;

	lockdep_assert_held(&clocks_lock);
	if (nsec < 0 || nsec >= FORWARD_MAX_NS) {
		sec = div_s64_rem(ahead, NSEC_PER_SEC, &rest);
		sec -= rest < 0;
		nsec = ahead - sec * NSEC_PER_SEC;
	}
	for (cs = 0; cs < CS_BASES; cs++) {
		struct timens_offset *shown = pages[cs].offset;

		for (i = 0; i < ARRAY_SIZE(real); i++) {
			WRITE_ONCE(shown[real[i]].sec, sec);
			WRITE_ONCE(shown[real[i]].nsec, nsec);
		}
	}
}

/**
 * mosix_clock_enter - current's clocks are the home's from here on
 * @ns: namespaces with an unused time namespace for children; consumed
 * @link: to the home; it remembers the process's own offset
 * @clocks: what home told of its clocks
 *
 * Context: a body before it runs.
 */
void mosix_clock_enter(struct nsproxy *ns, struct mosix_link *link,
		       const struct wire_clocks *clocks)
{
	struct timens_offsets *off = &ns->time_ns_for_children->offsets;
	s64 ahead = READ_ONCE(link->ahead_ns);
	s64 slept = ktime_get_boottime_ns() - ktime_get_ns();

	link->mono_ns = le64_to_cpu(clocks->mono_ns);
	off->monotonic = ns_to_timespec64(ahead + link->mono_ns);
	off->boottime = ns_to_timespec64(ahead + (s64)le64_to_cpu(clocks->boot_ns) -
					 slept);
	timens_on_fork(ns, current);
	switch_task_namespaces(current, ns);
	spin_lock(&clocks_lock);
	show_real(ns->time_ns, real_ahead(ns->time_ns, link));
	spin_unlock(&clocks_lock);
}

/* Readers take no lock, so only words change that are read in one piece. */
static void advance(struct time_namespace *ns, s64 by)
{
	static const int monotonic[] = {
		CLOCK_MONOTONIC, CLOCK_MONOTONIC_RAW, CLOCK_MONOTONIC_COARSE,
	};
	static const int boot[] = { CLOCK_BOOTTIME, CLOCK_BOOTTIME_ALARM };
	struct vdso_data *pages = pages_of(ns);
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

/* For all threads; a clock that is right stays as it is. */
static void catch_up(struct time_namespace *ns, const struct mosix_link *link)
{
	s64 ahead = READ_ONCE(link->ahead_ns) + link->mono_ns, by;

	/* A thread that has not got the clocks of its process yet. */
	if (!ns->vvar_page)
		return;
	if (ahead <= timespec64_to_ns(&ns->offsets.monotonic) &&
	    shown_real(ns) == real_ahead(ns, link))
		return;
	spin_lock(&clocks_lock);
	by = ahead - timespec64_to_ns(&ns->offsets.monotonic);
	if (by > 0 && by < FORWARD_MAX_NS - ns->offsets.monotonic.tv_nsec)
		advance(ns, by);
	show_real(ns, real_ahead(ns, link));
	spin_unlock(&clocks_lock);
}

/**
 * mosix_clock_catch_up - something came from home that current will notice
 * @link: to the home
 *
 * It may have come faster than any message before: then the body's clocks are
 * behind the time at which it was sent, and what ended a wait would seem early.
 * They are put forward to what is known now of the home's.
 *
 * Context: the body.
 */
void mosix_clock_catch_up(const struct mosix_link *link)
{
	catch_up(current->nsproxy->time_ns, link);
}

/**
 * mosix_clock_keep - somebody may have set a clock
 * @link: to the home
 * @task: a task of a body
 *
 * Context: any process context.
 */
void mosix_clock_keep(const struct mosix_link *link, struct task_struct *task)
{
	task_lock(task);
	if (task->nsproxy)
		catch_up(task->nsproxy->time_ns, link);
	task_unlock(task);
}

/**
 * mosix_clock_real_ahead - what current's wall clock is ahead of this node's
 *
 * Return: nanoseconds, negative when it is behind; as the vDSO has it.
 * Context: the body.
 */
s64 mosix_clock_real_ahead(void)
{
	return shown_real(current->nsproxy->time_ns);
}
