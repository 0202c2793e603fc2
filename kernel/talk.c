// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a call loses that is made away from home: the way there and back, and
 * the time until somebody looks, which on busy nodes is most of it.
 *
 * The bodies of this home tell what their last call lost; from that follows
 * what a process here would lose if it went. Before anybody has told, and more
 * and more as the news grow old, the administrator's call_us is believed.
 */
#include "talk.h"

#include "param.h"

#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <linux/time64.h>

enum {
	WEIGHT		= 16,	/* one call is a sixteenth of the mean */
	HALF_LIFE_S	= 30,	/* of what was heard */
	HALVINGS_MAX	= 16,
};

#define LOSS_MAX_NS	((s64)NSEC_PER_SEC)

/* Racing writers lose one of their values: the mean is none the worse. */
static s64 mean_ns;		/* 0: nothing was heard */
static unsigned long heard;	/* jiffies */

static s64 believed_ns(void)
{
	return (s64)mosix_param(PARAM_CALL_US) * NSEC_PER_USEC;
}

/**
 * mosix_talk_heard - a body tells what its last call lost
 * @lost_ns: nanoseconds; 0: it has made none yet
 *
 * Context: any.
 */
void mosix_talk_heard(u64 lost_ns)
{
	s64 lost = min_t(u64, lost_ns, LOSS_MAX_NS);
	s64 mean = (s64)mosix_talk_loss_ns();

	if (!lost)
		return;
	WRITE_ONCE(mean_ns, max(mean + (lost - mean) / WEIGHT, 1LL));
	WRITE_ONCE(heard, jiffies);
}

/**
 * mosix_talk_loss_ns - what a call of a process of this home loses away
 *
 * Return: nanoseconds.
 * Context: any.
 */
u64 mosix_talk_loss_ns(void)
{
	s64 mean = READ_ONCE(mean_ns);
	s64 base = believed_ns();
	unsigned long age;

	if (!mean)
		return base;
	age = (jiffies - READ_ONCE(heard)) / (HALF_LIFE_S * HZ);
	return base + (mean - base) / (1LL << min(age, HALVINGS_MAX + 0UL));
}
