/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MOSIX_STATE_CASES_H
#define MOSIX_STATE_CASES_H

/* Plain data for state_kunit.c and test/run.c: lives, and what never happens. */

#include "state.h"

enum state_case_limits { STATE_CASE_EVENTS = 12 };

/**
 * struct state_life_case - A sequence of events from a state on.
 * @name: The claim.
 * @start: The state before.
 * @events: The events, EV_INVALID ends them.
 * @want: The state after the last one.
 */
struct state_life_case {
	const char *name;
	u8 start;
	u8 events[STATE_CASE_EVENTS];
	u8 want;
};

static const struct state_life_case state_life_cases[] = {
	{ "home: never moves", ST_HOME, { EV_EXIT }, ST_ENDED },
	{ "home: out and back", ST_HOME,
	  { EV_FREEZE, EV_STARTED, EV_IMAGE, EV_RESTORED }, ST_HOME },
	{ "home: out and back, twice", ST_HOME,
	  { EV_FREEZE, EV_STARTED, EV_IMAGE, EV_RESTORED,
	    EV_FREEZE, EV_STARTED, EV_IMAGE, EV_RESTORED }, ST_HOME },
	{ "home: the move is refused", ST_HOME, { EV_FREEZE, EV_FAILED },
	  ST_HOME },
	{ "home: refused, then taken by another", ST_HOME,
	  { EV_FREEZE, EV_FAILED, EV_FREEZE, EV_STARTED }, ST_AWAY },
	{ "home: the link breaks before the body runs", ST_HOME,
	  { EV_FREEZE, EV_LOST }, ST_HOME },
	{ "home: killed while its image is sent", ST_HOME,
	  { EV_FREEZE, EV_EXIT }, ST_ENDED },
	{ "home: ends while away", ST_HOME,
	  { EV_FREEZE, EV_STARTED, EV_EXIT }, ST_ENDED },
	{ "home: the host dies", ST_HOME, { EV_FREEZE, EV_STARTED, EV_LOST },
	  ST_ENDED },
	{ "home: executes a program while away, and goes again", ST_HOME,
	  { EV_FREEZE, EV_STARTED, EV_EXEC, EV_FREEZE, EV_STARTED }, ST_AWAY },
	{ "home: the link breaks on the way home", ST_HOME,
	  { EV_FREEZE, EV_STARTED, EV_IMAGE, EV_LOST }, ST_ENDED },

	{ "host: a guest comes and goes home", ST_OFFERED,
	  { EV_BUILT, EV_PACK, EV_LEFT }, ST_GONE },
	{ "host: a guest comes and ends", ST_OFFERED,
	  { EV_BUILT, EV_EXIT }, ST_GONE },
	{ "host: a guest is not made", ST_OFFERED, { EV_FAILED }, ST_GONE },
	{ "host: the link breaks while the image arrives", ST_OFFERED,
	  { EV_LOST }, ST_GONE },
	{ "host: the link breaks while it runs", ST_OFFERED,
	  { EV_BUILT, EV_LOST }, ST_GONE },
	{ "host: the link breaks while it leaves", ST_OFFERED,
	  { EV_BUILT, EV_PACK, EV_LOST }, ST_GONE },

	{ "a body does not leave before it runs", ST_OFFERED, { EV_PACK },
	  ST_INVALID },
	{ "a body does not vanish before it is packed", ST_RUNNING,
	  { EV_LEFT }, ST_INVALID },
	{ "a body does not start twice", ST_RUNNING, { EV_BUILT }, ST_INVALID },
	{ "a deputy does not run before the image is there", ST_AWAY,
	  { EV_RESTORED }, ST_INVALID },
	{ "nothing leaves that was not frozen", ST_HOME, { EV_STARTED },
	  ST_INVALID },
	{ "no image comes of what is at home", ST_HOME, { EV_IMAGE },
	  ST_INVALID },
	{ "a late start after a failure is refused", ST_HOME,
	  { EV_FREEZE, EV_FAILED, EV_STARTED }, ST_INVALID },
	{ "no program is executed for a body that is packed", ST_RETURNING,
	  { EV_EXEC }, ST_INVALID },
	{ "a process that is away is not frozen again", ST_AWAY,
	  { EV_FREEZE }, ST_INVALID },
};

/**
 * state_case_live - run one life
 * @c: the life
 *
 * Return: the state after its last event.
 * Context: any; pure.
 */
static inline enum mosix_state state_case_live(const struct state_life_case *c)
{
	enum mosix_state state = c->start;
	u32 i;

	for (i = 0; i < STATE_CASE_EVENTS && c->events[i]; i++)
		state = mosix_state_next(state, c->events[i]);
	return state;
}

/* The states of the node that hosts a body; the others are home's. */
static inline bool state_case_host(enum mosix_state state)
{
	return state >= ST_OFFERED;
}

/* States that nothing leaves. */
static inline bool state_case_final(enum mosix_state state)
{
	return state == ST_INVALID || state == ST_ENDED || state == ST_GONE;
}

/**
 * state_case_lawful - what must hold of every state and event
 * @now: the state, possibly none
 * @ev: the event, possibly none
 *
 * Nothing leaves a final state; home and host do not mix; an end or a broken
 * link never goes unheard while there is something to lose.
 *
 * Return: true if it holds.
 * Context: any; pure.
 */
static inline bool state_case_lawful(u32 now, u32 ev)
{
	enum mosix_state next = mosix_state_next(now, ev);

	if (now >= ST_COUNT || ev >= EV_COUNT || ev == EV_INVALID ||
	    state_case_final(now))
		return next == ST_INVALID;
	if (next >= ST_COUNT)
		return false;
	if (next != ST_INVALID && state_case_host(now) != state_case_host(next))
		return false;
	if (ev == EV_EXIT)
		return next == ST_ENDED || next == ST_GONE;
	if (ev == EV_LOST && now != ST_HOME)
		return next != ST_INVALID && next != now;
	return true;
}

#endif /* MOSIX_STATE_CASES_H */
