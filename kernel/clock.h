/* SPDX-License-Identifier: GPL-2.0-only */
/* The home's time, kept on another node. */
#ifndef MOSIX_CLOCK_H
#define MOSIX_CLOCK_H

#include "link.h"

struct nsproxy;
struct wire_go;

void mosix_clock_hear(struct mosix_link *link, u64 sent_ns);
void mosix_clock_tell(struct wire_go *go);
void mosix_clock_enter(struct nsproxy *ns, struct mosix_link *link,
		       const struct wire_go *go);
void mosix_clock_catch_up(const struct mosix_link *link);

#endif /* MOSIX_CLOCK_H */
