/* SPDX-License-Identifier: GPL-2.0-only */
/* The states of a process that moves, seen from one node. */
#ifndef MOSIX_STATE_H
#define MOSIX_STATE_H

#include "pure.h"

/*
 * A state says what has happened, not what is about to. The first group is
 * the home's view, the second that of the node which hosts the body.
 */
enum mosix_state {
	ST_INVALID	= 0,
	ST_HOME,	/* whole, here */
	ST_FROZEN,	/* stopped at its safe point, its image being sent */
	ST_AWAY,	/* the body runs elsewhere, the deputy is here */
	ST_RETURNING,	/* the body's image is arriving here */
	ST_ENDED,	/* exited, or its link was lost while away */

	ST_OFFERED,	/* host: accepted, image arriving */
	ST_RUNNING,	/* host: the body runs */
	ST_LEAVING,	/* host: the body stopped, its image being sent */
	ST_GONE,	/* host: nothing of it is left */
	ST_COUNT
};

enum mosix_event {
	EV_INVALID	= 0,
	/* home */
	EV_FREEZE,	/* reached the safe point with a move wanted */
	EV_STARTED,	/* the body runs over there */
	EV_FAILED,	/* the move was called off before that */
	EV_IMAGE,	/* the first record of the returning image came */
	EV_RESTORED,	/* all of it is in place here */
	EV_EXIT,	/* the process ended, on either side */
	EV_LOST,	/* the link broke */
	EV_EXEC,	/* the deputy has become another program */
	/* host */
	EV_BUILT,
	EV_PACK,	/* the body reached its safe point to go home */
	EV_LEFT,	/* home has it all */
	EV_COUNT
};

enum mosix_state mosix_state_next(enum mosix_state now, enum mosix_event ev);
const char *mosix_state_name(enum mosix_state state);
const char *mosix_event_name(enum mosix_event ev);

#endif /* MOSIX_STATE_H */
