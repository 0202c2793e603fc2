/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Timers in the order in which they go off: a binary heap that knows where
 * each timer is, so that one can be set anew. Timers are small numbers; of
 * those that go off at the same moment the smallest does first, whatever the
 * order in which they were set: the same run again, to the byte.
 */
#ifndef LOADINFO_TEST_QUEUE_H
#define LOADINFO_TEST_QUEUE_H

#include "../../kernel/pure.h"

struct queue {
	u32 count;	/* timers that are set */
	u32 room;	/* timers that there may be */
	u32 *heap;
	u32 *place;	/* by timer: 1 + its index in the heap, 0 if not set */
	u64 *at_us;	/* by timer */
};

void queue_free(struct queue *q);
void queue_set(struct queue *q, u32 timer, u64 at_us);
void queue_cancel(struct queue *q, u32 timer);

/* The next to go off; count must not be 0. */
static inline u32 queue_first(const struct queue *q)
{
	return q->heap[0];
}

/* Memory or the end: a test that has none cannot go on. */
void *make_room(void *old, size_t count, size_t size);

#endif /* LOADINFO_TEST_QUEUE_H */
