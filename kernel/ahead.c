// SPDX-License-Identifier: GPL-2.0-only
/*
 * PURE: which pages to fetch with the one that is needed.
 *
 * A fault that comes where one was expected shows that its stream goes on: each
 * time twice as much is fetched, as read-ahead of files does. One that comes on the
 * way there goes on from what was missed. One that comes near the last of a stream
 * gives that a new step: the next one at the same distance is expected. Anything
 * else begins a new stream in place of the one that was not used for longest. So a
 * process that jumps about pays for little that it does not need, and several
 * streams do not disturb each other.
 */
#include "ahead.h"

static struct ahead_stream *find_expected(struct ahead *ahead, u64 nr)
{
	u32 i;

	for (i = 0; i < AHEAD_STREAMS; i++)
		if (ahead->stream[i].next == nr)
			return &ahead->stream[i];
	return NULL;
}

/*
 * One between the last and the next that was passed over, since it was there, or
 * something else ended the run.
 */
static struct ahead_stream *find_passed(struct ahead *ahead, u64 nr)
{
	s64 steps;
	u32 i;

	for (i = 0; i < AHEAD_STREAMS; i++) {
		struct ahead_stream *s = &ahead->stream[i];

		if (!s->next)
			continue;
		steps = (s64)(nr - s->last) / s->step;
		if (steps > 0 && steps < s->count &&
		    nr == s->last + (u64)(steps * s->step))
			return s;
	}
	return NULL;
}

static u64 distance(u64 a, u64 b)
{
	return a > b ? a - b : b - a;
}

static struct ahead_stream *find_near(struct ahead *ahead, u64 nr)
{
	struct ahead_stream *best = NULL;
	u32 i;

	for (i = 0; i < AHEAD_STREAMS; i++) {
		struct ahead_stream *s = &ahead->stream[i];

		if (!s->next || s->last == nr ||
		    distance(s->last, nr) > AHEAD_NEAR)
			continue;
		if (!best || distance(s->last, nr) < distance(best->last, nr))
			best = s;
	}
	return best;
}

static struct ahead_stream *find_oldest(struct ahead *ahead)
{
	struct ahead_stream *oldest = &ahead->stream[0];
	u32 i;

	for (i = 1; i < AHEAD_STREAMS; i++) {
		struct ahead_stream *s = &ahead->stream[i];

		if (ahead->faults - s->used > ahead->faults - oldest->used)
			oldest = s;
	}
	return oldest;
}

/* A stream takes another way from @nr on, or begins there. */
static struct ahead_stream *turn(struct ahead *ahead, u64 nr)
{
	struct ahead_stream *s = find_near(ahead, nr);

	if (s) {
		s->step = (s64)(nr - s->last);
		s->count = 1;
		return s;
	}
	s = find_oldest(ahead);
	s->step = 1;
	s->count = AHEAD_FIRST;
	return s;
}

/**
 * ahead_fault - a page is needed that is not here
 * @ahead: what is known of the process so far; brought up to date
 * @nr: its number
 *
 * Return: what to fetch: @nr and those that are likely to be needed next.
 * Context: any; the caller serialises.
 */
struct ahead_plan ahead_fault(struct ahead *ahead, u64 nr)
{
	struct ahead_stream *s = find_expected(ahead, nr);

	ahead->faults++;
	if (s)
		s->count = min(2 * s->count, (u32)AHEAD_MAX);
	else
		s = find_passed(ahead, nr) ?: turn(ahead, nr);
	s->last = nr;
	s->next = nr + (u64)s->step * s->count;
	s->used = ahead->faults;
	return (struct ahead_plan){ .step = s->step, .count = s->count };
}
