// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "queue.h"

void *make_room(void *old, size_t count, size_t size)
{
	void *p = realloc(old, (count ? count : 1) * size);

	if (!p) {
		perror("realloc");
		exit(2);
	}
	return p;
}

static void grow(struct queue *q, u32 timer)
{
	u32 room = max(q->room, 64U);

	while (room <= timer)
		room *= 2;
	q->heap = make_room(q->heap, room, sizeof(*q->heap));
	q->place = make_room(q->place, room, sizeof(*q->place));
	q->at_us = make_room(q->at_us, room, sizeof(*q->at_us));
	memset(q->place + q->room, 0, (room - q->room) * sizeof(*q->place));
	q->room = room;
}

void queue_free(struct queue *q)
{
	free(q->heap);
	free(q->place);
	free(q->at_us);
}

static bool sooner(const struct queue *q, u32 a, u32 b)
{
	if (q->at_us[a] != q->at_us[b])
		return q->at_us[a] < q->at_us[b];
	return a < b;
}

static void put(struct queue *q, u32 at, u32 timer)
{
	q->heap[at] = timer;
	q->place[timer] = at + 1;
}

/* From @at on towards the root until its parent is sooner. */
static u32 rise(struct queue *q, u32 at, u32 timer)
{
	while (at && sooner(q, timer, q->heap[(at - 1) / 2])) {
		put(q, at, q->heap[(at - 1) / 2]);
		at = (at - 1) / 2;
	}
	return at;
}

static u32 sink(struct queue *q, u32 at, u32 timer)
{
	for (;;) {
		u32 child = 2 * at + 1;

		if (child + 1 < q->count &&
		    sooner(q, q->heap[child + 1], q->heap[child]))
			child++;
		if (child >= q->count || sooner(q, timer, q->heap[child]))
			return at;
		put(q, at, q->heap[child]);
		at = child;
	}
}

void queue_set(struct queue *q, u32 timer, u64 at_us)
{
	u32 at;

	if (timer >= q->room)
		grow(q, timer);
	if (!q->place[timer])
		q->place[timer] = ++q->count;
	q->at_us[timer] = at_us;
	at = rise(q, q->place[timer] - 1, timer);
	put(q, sink(q, at, timer), timer);
}

void queue_cancel(struct queue *q, u32 timer)
{
	u32 at, last;

	if (timer >= q->room || !q->place[timer])
		return;
	at = q->place[timer] - 1;
	q->place[timer] = 0;
	last = q->heap[--q->count];
	if (last == timer)
		return;
	at = rise(q, at, last);
	put(q, sink(q, at, last), last);
}
