/* SPDX-License-Identifier: GPL-2.0-only */
/* What this node has done for all processes since boot. */
#ifndef MOSIX_TOTALS_H
#define MOSIX_TOTALS_H

#include <linux/types.h>

enum mosix_total {
	TOTAL_SENT_BYTES,	/* over all links, headers included */
	TOTAL_PUSHED,		/* pages that went unasked */
	TOTAL_SERVED,		/* pages that went on request */
	TOTAL_FETCHED,		/* pages that came */
	TOTAL_AHEAD,		/* of them with one that somebody waited for */
	TOTAL_FAULTS,		/* times that somebody waited */
	TOTAL_FREEZES,		/* moves out, which stood still */
	TOTAL_FROZEN_US,	/* for so long */
	TOTAL_REMADE,		/* links that went on over another connection */
	TOTALS
};

struct seq_file;

void mosix_totals_add(enum mosix_total which, u64 more);
void mosix_totals_show(struct seq_file *m);

#endif /* MOSIX_TOTALS_H */
