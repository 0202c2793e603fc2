/* SPDX-License-Identifier: GPL-2.0-only */
/* Requests over a link and the answers to them. */
#ifndef MOSIX_CALL_H
#define MOSIX_CALL_H

#include "link.h"

struct mosix_msg *mosix_call(struct mosix_link *link, struct mosix_msg *msg,
			     long timeout, unsigned int state);
struct mosix_msg *mosix_call_queued(struct mosix_link *link,
				    struct mosix_msg *msg, long timeout,
				    unsigned int state);
void mosix_call_answer(struct mosix_link *link, struct mosix_msg *msg);
void mosix_call_fail_all(struct mosix_link *link);

#endif /* MOSIX_CALL_H */
