// SPDX-License-Identifier: GPL-2.0-only
#include "queue.h"
#include "share.h"

/* Ends within half a microsecond of real time are now: doubles round. */
#define NOW_US	0.5

static void put(struct share *s, u32 at, struct part part)
{
	s->part[at] = part;
	(*s->place)[part.job] = at;
}

static bool sooner(const struct part *a, const struct part *b)
{
	return a->end != b->end ? a->end < b->end : a->job < b->job;
}

static u32 rise(struct share *s, u32 at, const struct part *part)
{
	while (at && sooner(part, &s->part[(at - 1) / 2])) {
		put(s, at, s->part[(at - 1) / 2]);
		at = (at - 1) / 2;
	}
	return at;
}

static u32 sink(struct share *s, u32 at, const struct part *part)
{
	for (;;) {
		u32 child = 2 * at + 1;

		if (child + 1 < s->count &&
		    sooner(&s->part[child + 1], &s->part[child]))
			child++;
		if (child >= s->count || sooner(part, &s->part[child]))
			return at;
		put(s, at, s->part[child]);
		at = child;
	}
}

/* Bring the clock to @now_us at the rate it has had since it was looked at. */
void share_advance(struct share *s, u64 now_us)
{
	double us = (double)(now_us - s->now_us);

	s->clock_us += us * s->rate;
	s->busy_us += us * (double)min(s->want_milli, s->capacity_milli) / 1000;
	s->now_us = now_us;
}

/* After any change, at the same moment. */
void share_refit(struct share *s)
{
	s->rate = (double)s->speed_milli / 1000 / s->slower;
	if (s->want_milli > s->capacity_milli)
		s->rate *= (double)s->capacity_milli / (double)s->want_milli;
}

void share_add(struct share *s, u32 job, u32 duty_milli, double work_us)
{
	struct part part = {
		.end = s->clock_us + work_us * 1000 / duty_milli,
		.job = job, .duty_milli = duty_milli,
	};

	if (s->count == s->room) {
		s->room = s->room ? 2 * s->room : 8;
		s->part = make_room(s->part, s->room, sizeof(*s->part));
	}
	s->want_milli += duty_milli;
	put(s, rise(s, s->count++, &part), part);
}

/* The work that @part has still to do, in microseconds. */
double share_left(const struct share *s, const struct part *part)
{
	double left = (part->end - s->clock_us) * part->duty_milli / 1000;

	return left > 0 ? left : 0;
}

/* Returns what the job has still to do. */
double share_remove(struct share *s, u32 job)
{
	u32 at = (*s->place)[job];
	double left = share_left(s, &s->part[at]);
	struct part last = s->part[--s->count];

	s->want_milli -= s->part[at].duty_milli;
	if (at < s->count) {
		at = rise(s, at, &last);
		put(s, sink(s, at, &last), last);
	}
	return left;
}

/* Has the first job come to its end? */
bool share_has_end(const struct share *s)
{
	return s->count && s->part[0].end <= s->clock_us + NOW_US * s->rate;
}

/* When the first job will end if nothing changes; there must be one. */
u64 share_next_us(const struct share *s)
{
	double us = (s->part[0].end - s->clock_us) / s->rate;

	return s->now_us + (us > 0 ? (u64)(us + NOW_US) : 0);
}
