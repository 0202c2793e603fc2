// SPDX-License-Identifier: GPL-2.0-only
/* Numbers of pages that a process touches, one after the other. */
#include "../../ahead.h"
#include "fuzz.h"

enum { PAGE_NUMBER_BITS = 52 };

/* A byte says whether a step from the last one follows, or a number. */
static bool next(struct fuzz_input *in, u64 *nr)
{
	s8 step;

	if (!(fuzz_byte(in) % 4))
		return fuzz_take(in, nr, sizeof(*nr));
	if (!fuzz_take(in, &step, 1))
		return false;
	*nr += (s64)step;
	return true;
}

int fuzz_one(const u8 *data, size_t len)
{
	struct fuzz_input in = { data, len };
	struct ahead ahead = { 0 };
	struct ahead_plan plan;
	u64 nr = 0;

	while (next(&in, &nr)) {
		/* Nobody has page 0: 0 is the mark of a stream not in use. */
		nr = (nr & (BIT_ULL(PAGE_NUMBER_BITS) - 1)) ?: 1;
		plan = ahead_fault(&ahead, nr);
		fuzz_must(plan.count && plan.count <= AHEAD_MAX && plan.step,
			  "a plan has pages, not too many, and goes on");
	}
	return 0;
}
