// SPDX-License-Identifier: GPL-2.0-only
/*
 * What this node has done for all processes since boot: its own, and guests.
 * Each CPU counts for itself, since some of it is counted with each message.
 */
#include "totals.h"

#include <linux/cpumask.h>
#include <linux/percpu.h>
#include <linux/seq_file.h>

struct totals {
	u64 of[TOTALS];
};

static DEFINE_PER_CPU(struct totals, totals);

static const char *const names[] = {
	[TOTAL_SENT_BYTES]	= "sent_bytes",
	[TOTAL_PUSHED]		= "pages_pushed",
	[TOTAL_SERVED]		= "pages_served",
	[TOTAL_FETCHED]		= "pages_fetched",
	[TOTAL_AHEAD]		= "pages_ahead",
	[TOTAL_FAULTS]		= "faults",
	[TOTAL_FREEZES]		= "freezes",
	[TOTAL_FROZEN_US]	= "frozen_us",
	[TOTAL_REMADE]		= "links_remade",
};

static_assert(ARRAY_SIZE(names) == TOTALS);

/**
 * mosix_totals_add - something has been done once more
 * @which: what
 * @more: how much of it
 *
 * Context: any.
 */
void mosix_totals_add(enum mosix_total which, u64 more)
{
	this_cpu_add(totals.of[which], more);
}

/**
 * mosix_totals_show - all of it, a line each
 * @m: where to
 *
 * Context: any.
 */
void mosix_totals_show(struct seq_file *m)
{
	u64 sum;
	u32 i;
	int cpu;

	for (i = 0; i < TOTALS; i++) {
		sum = 0;
		for_each_possible_cpu(cpu)
			sum += READ_ONCE(per_cpu(totals, cpu).of[i]);
		seq_printf(m, "%s %llu\n", names[i], sum);
	}
}
