// SPDX-License-Identifier: GPL-2.0-only
/*
 * The transition table. PURE: also run by tests in user space.
 *
 * What is not in the table must not happen; a caller that gets ST_INVALID
 * for something a peer sent ends the link with -EPROTO.
 */
#include "state.h"

static const u8 next_state[ST_COUNT][EV_COUNT] = {
	[ST_HOME] = {
		[EV_FREEZE]	= ST_FROZEN,
		[EV_EXIT]	= ST_ENDED,
	},
	[ST_FROZEN] = {
		[EV_STARTED]	= ST_AWAY,
		[EV_FAILED]	= ST_HOME,
		/* Before STARTED came nothing outside can know of the body. */
		[EV_LOST]	= ST_HOME,
		[EV_EXIT]	= ST_ENDED,
	},
	[ST_AWAY] = {
		[EV_IMAGE]	= ST_RETURNING,
		[EV_EXIT]	= ST_ENDED,
		[EV_LOST]	= ST_ENDED,
		[EV_EXEC]	= ST_HOME,
	},
	[ST_RETURNING] = {
		[EV_RESTORED]	= ST_HOME,
		[EV_EXIT]	= ST_ENDED,
		[EV_LOST]	= ST_ENDED,
	},
	[ST_OFFERED] = {
		[EV_BUILT]	= ST_RUNNING,
		[EV_FAILED]	= ST_GONE,
		[EV_LOST]	= ST_GONE,
		[EV_EXIT]	= ST_GONE,
	},
	[ST_RUNNING] = {
		[EV_PACK]	= ST_LEAVING,
		[EV_LOST]	= ST_GONE,
		[EV_EXIT]	= ST_GONE,
	},
	[ST_LEAVING] = {
		[EV_LEFT]	= ST_GONE,
		[EV_LOST]	= ST_GONE,
		[EV_EXIT]	= ST_GONE,
	},
};

static const char *const state_names[ST_COUNT] = {
	[ST_INVALID]	= "invalid",
	[ST_HOME]	= "home",
	[ST_FROZEN]	= "frozen",
	[ST_AWAY]	= "away",
	[ST_RETURNING]	= "returning",
	[ST_ENDED]	= "ended",
	[ST_OFFERED]	= "offered",
	[ST_RUNNING]	= "running",
	[ST_LEAVING]	= "leaving",
	[ST_GONE]	= "gone",
};

static const char *const event_names[EV_COUNT] = {
	[EV_INVALID]	= "invalid",
	[EV_FREEZE]	= "freeze",
	[EV_STARTED]	= "started",
	[EV_FAILED]	= "failed",
	[EV_IMAGE]	= "image",
	[EV_RESTORED]	= "restored",
	[EV_EXIT]	= "exit",
	[EV_LOST]	= "lost",
	[EV_EXEC]	= "exec",
	[EV_BUILT]	= "built",
	[EV_PACK]	= "pack",
	[EV_LEFT]	= "left",
};

/**
 * mosix_state_next - where an event leads
 * @now: present state
 * @ev: what happened
 *
 * Return: the next state, ST_INVALID when the event must not happen now.
 * Context: any; pure.
 */
enum mosix_state mosix_state_next(enum mosix_state now, enum mosix_event ev)
{
	if ((unsigned int)now >= ST_COUNT || (unsigned int)ev >= EV_COUNT)
		return ST_INVALID;
	return (enum mosix_state)next_state[now][ev];
}

/**
 * mosix_state_name - a state in words
 * @state: the state
 *
 * Return: a constant string.
 * Context: any; pure.
 */
const char *mosix_state_name(enum mosix_state state)
{
	return (unsigned int)state < ST_COUNT ? state_names[state] : "?";
}

/**
 * mosix_event_name - an event in words
 * @ev: the event
 *
 * Return: a constant string.
 * Context: any; pure.
 */
const char *mosix_event_name(enum mosix_event ev)
{
	return (unsigned int)ev < EV_COUNT ? event_names[ev] : "?";
}
