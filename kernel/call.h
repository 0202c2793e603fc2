/* SPDX-License-Identifier: GPL-2.0-only */
/* Requests over a link and the answers to them. */
#ifndef MOSIX_CALL_H
#define MOSIX_CALL_H

#include "link.h"

/**
 * struct mosix_taker - who takes the parts of an answer
 * @take: takes one; consumes it
 */
struct mosix_taker {
	void (*take)(struct mosix_taker *taker, struct mosix_link *link,
		     struct mosix_msg *part);
};

struct mosix_msg *mosix_call(struct mosix_link *link, struct mosix_msg *msg,
			     long timeout, unsigned int state);
struct mosix_msg *mosix_call_queued(struct mosix_link *link,
				    struct mosix_msg *msg, long timeout,
				    unsigned int state);
struct mosix_msg *mosix_call_parts(struct mosix_link *link,
				   struct mosix_msg *msg,
				   struct mosix_taker *taker);
int mosix_call_part(struct mosix_link *link, struct mosix_msg *msg);
void mosix_call_answer(struct mosix_link *link, struct mosix_msg *msg);
void mosix_call_fail_all(struct mosix_link *link);

#endif /* MOSIX_CALL_H */
