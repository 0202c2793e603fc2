// SPDX-License-Identifier: GPL-2.0-only
/*
 * Numbers of datagrams, as the network brings them, against a list of all that
 * were taken: none twice, and what is new to the list and not too old is taken.
 */
#include "../../replay.h"
#include "fuzz.h"

enum { NUMBERS = 256 };

struct number {
	u64 epoch;
	u64 number;
};

struct list {
	struct number taken[NUMBERS];
	u32 count;
	struct number top;
};

/* A byte says how: a small step from the highest, a new life, or anything. */
static bool next(struct fuzz_input *in, const struct list *list,
		 struct number *out)
{
	s8 step;

	*out = list->top;
	switch (fuzz_byte(in) % 4) {
	case 0:
		return fuzz_take(in, out, sizeof(*out));
	case 1:
		out->epoch++;
		return fuzz_take(in, &out->number, sizeof(out->number));
	default:
		if (!fuzz_take(in, &step, 1))
			return false;
		out->number += (s64)step;
		return true;
	}
}

static bool was_taken(const struct list *list, const struct number *n)
{
	for (u32 i = 0; i < list->count; i++)
		if (list->taken[i].epoch == n->epoch &&
		    list->taken[i].number == n->number)
			return true;
	return false;
}

static bool is_due(const struct list *list, const struct number *n)
{
	const struct number *top = &list->top;

	if (!n->epoch || !n->number || was_taken(list, n))
		return false;
	if (n->epoch != top->epoch)
		return n->epoch > top->epoch;
	return n->number > top->number ||
	       top->number - n->number < REPLAY_WINDOW;
}

int fuzz_one(const u8 *data, size_t len)
{
	struct fuzz_input in = { data, len };
	struct mosix_replay replay = { 0 };
	struct list list = { .count = 0 };
	struct number n;

	while (list.count < NUMBERS && next(&in, &list, &n)) {
		bool due = is_due(&list, &n);

		fuzz_must(mosix_replay_take(&replay, n.epoch, n.number) == due,
			  "a datagram is taken once, when it is due");
		if (!due)
			continue;
		list.taken[list.count++] = n;
		if (n.epoch > list.top.epoch || n.number > list.top.number)
			list.top = n;
	}
	return 0;
}
