/* SPDX-License-Identifier: GPL-2.0-only */
/* Copies of pages, which stay where they are. */
#ifndef MOSIX_COPY_H
#define MOSIX_COPY_H

#include "pages.h"

struct mosix_link;
struct mosix_msg;
struct wire_header;

struct mosix_msg *mosix_copy_msg(const struct wire_header *like,
				 unsigned long nr);
int mosix_copy_ask(struct mosix_link *link, const struct wire_header *like,
		   u64 addr, u32 count);
int mosix_copy_answer(struct mosix_pages *pg, struct mosix_link *link,
		      struct mosix_msg *asked);

#endif /* MOSIX_COPY_H */
