/* SPDX-License-Identifier: GPL-2.0-only */
/* What is done with each message: policy as data. */
#ifndef MOSIX_MSGDEF_H
#define MOSIX_MSGDEF_H

#include "link.h"

struct mosix_task;

/* Where a message is handled. */
enum mosix_ctx {
	CTX_NONE	= 0,	/* not for this side: -EPROTO */
	CTX_ANSWER,		/* by whoever waits for that number */
	CTX_RECEIVER,		/* at once, in the receiver: must not wait */
	CTX_THREAD,		/* later, by the task it is for */
};

int mosix_msgdef_dispatch(struct mosix_link *link, struct mosix_msg *msg);
int mosix_msgdef_run(struct mosix_task *mt, struct mosix_msg *msg);
void mosix_msgdef_lost(struct mosix_link *link);

#endif /* MOSIX_MSGDEF_H */
