// SPDX-License-Identifier: GPL-2.0-only
/* The states in this kernel: the lives of state_cases.h, as in user space. */

#include "state_cases.h"

#include <kunit/test.h>

static void lives_end_as_meant(struct kunit *test)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(state_life_cases); i++) {
		const struct state_life_case *c = &state_life_cases[i];

		KUNIT_EXPECT_EQ_MSG(test, state_case_live(c), c->want, "%s",
				    c->name);
	}
}

static void laws_hold_everywhere(struct kunit *test)
{
	u32 now, ev;

	for (now = 0; now <= ST_COUNT; now++)
		for (ev = 0; ev <= EV_COUNT; ev++)
			KUNIT_EXPECT_TRUE_MSG(test, state_case_lawful(now, ev),
					      "%s in state %s",
					      mosix_event_name(ev),
					      mosix_state_name(now));
}

static struct kunit_case state_tests[] = {
	KUNIT_CASE(lives_end_as_meant),
	KUNIT_CASE(laws_hold_everywhere),
	{}
};

static struct kunit_suite state_suite = {
	.name = "mosix-state",
	.test_cases = state_tests,
};

kunit_test_suite(state_suite);
