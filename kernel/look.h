/* SPDX-License-Identifier: GPL-2.0-only */
/* Which pages of a process are where it is. */
#ifndef MOSIX_LOOK_H
#define MOSIX_LOOK_H

struct mosix_link;
struct mosix_msg;
struct mosix_pages;

void mosix_look_answer(struct mosix_pages *pg, struct mosix_link *link,
		       const struct mosix_msg *ask);

#endif /* MOSIX_LOOK_H */
