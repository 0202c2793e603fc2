/* SPDX-License-Identifier: GPL-2.0-only */
/* The large window of a call: its bytes travel as pages of their own. */
#ifndef MOSIX_DEPUTY_BULK_H
#define MOSIX_DEPUTY_BULK_H

#include "deputy.h"

#include "../kernel/call.h"

/* bulk.c: at home */
int mosix_bulk_begin(struct mosix_task *mt, const struct mosix_msg *msg,
		     u64 *at);
long mosix_bulk_read(struct mosix_task *mt, const struct wire_call *call);
bool mosix_bulk_flush(struct mosix_task *mt, long ret);
u64 mosix_bulk_end(struct mosix_task *mt);
int mosix_bulk_heard(struct mosix_link *link, struct mosix_msg *msg);

/**
 * struct mosix_pull - a body takes what a call has written into a large window
 * @taker: of the pages that bring it
 * @window: the window
 * @next: address of the page that comes next
 * @error: 0, or why the bytes cannot be put there
 */
struct mosix_pull {
	struct mosix_taker taker;
	const struct wire_window *window;
	u64 next;
	int error;
};

/* pull.c: at the body */
bool mosix_pull_begin(struct mosix_pull *pull, const struct wire_call *call);

#endif /* MOSIX_DEPUTY_BULK_H */
