/* SPDX-License-Identifier: GPL-2.0-only */
/* Failures that a test asks for: inject.c. */
#ifndef MOSIX_INJECT_H
#define MOSIX_INJECT_H

#include "link.h"

/* What is about to be done with a message. */
enum mosix_inject_at {
	INJECT_MAKE,		/* memory for it, to send or to receive it */
	INJECT_SEND,
	INJECT_RECEIVE,		/* handle it */
	INJECT_STEP,		/* no message: enum mosix_inject_step */
	INJECT_PLACES
};

/* Steps that need memory, or may fail, and are no message. */
enum mosix_inject_step {
	STEP_BUILD,		/* host: an image becomes a body */
	STEP_DUP,		/* either: memory is copied for a child */
	STEP_LAND,		/* either: pages have come */
	STEP_RESTORE,		/* home: an image becomes the process again */
	STEP_FREEZE,		/* home: all threads stand still, to leave */
	INJECT_STEPS
};

#ifdef CONFIG_MOSIX_INJECT

bool mosix_inject_no_memory(enum mosix_inject_at at, u32 which);
int mosix_inject_before(struct mosix_link *link, enum mosix_inject_at at,
			u16 type, int *after);
int mosix_inject_init(void);

#else

static inline bool mosix_inject_no_memory(enum mosix_inject_at at, u32 which)
{
	return false;
}

static inline int mosix_inject_before(struct mosix_link *link,
				      enum mosix_inject_at at, u16 type,
				      int *after)
{
	*after = 0;
	return 0;
}

static inline int mosix_inject_init(void)
{
	return 0;
}

#endif

/* As 0, or as the error of a step that has no memory. */
static inline int mosix_inject_step(enum mosix_inject_step step)
{
	return mosix_inject_no_memory(INJECT_STEP, step) ? -ENOMEM : 0;
}

#endif /* MOSIX_INJECT_H */
