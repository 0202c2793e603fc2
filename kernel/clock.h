/* SPDX-License-Identifier: GPL-2.0-only */
/* The home's time, kept on another node. */
#ifndef MOSIX_CLOCK_H
#define MOSIX_CLOCK_H

#include "link.h"

struct nsproxy;
struct wire_clocks;
struct wire_header;

void mosix_clock_stamp(struct wire_header *h);
void mosix_clock_hear(struct mosix_link *link, const struct wire_header *h);
void mosix_clock_tell(struct wire_clocks *clocks);
void mosix_clock_enter(struct nsproxy *ns, struct mosix_link *link,
		       const struct wire_clocks *clocks);
void mosix_clock_catch_up(const struct mosix_link *link);
void mosix_clock_keep(const struct mosix_link *link, struct task_struct *task);
s64 mosix_clock_real_ahead(void);

#endif /* MOSIX_CLOCK_H */
