// SPDX-License-Identifier: GPL-2.0-only
/* Choices in this kernel: the cases of choice_cases.h, as in user space. */

#include "choice_cases.h"

#include <kunit/test.h>

static void choices_are_as_meant(struct kunit *test)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(choice_cases); i++) {
		const struct choice_case *c = &choice_cases[i];
		struct choice choice = { .facts = c->facts };

		choice_make(&choice);
		KUNIT_EXPECT_EQ_MSG(test, choice.strategy, c->want, "%s",
				    c->name);
		KUNIT_EXPECT_EQ_MSG(test, choice.why, c->why, "%s", c->name);
	}
}

static void links_are_measured(struct kunit *test)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(choice_speed_cases); i++) {
		const struct choice_speed_case *c = &choice_speed_cases[i];

		KUNIT_EXPECT_EQ_MSG(test,
				    choice_speed(c->known, c->bytes, c->ns),
				    c->want, "%s", c->name);
	}
}

static struct kunit_case choice_tests[] = {
	KUNIT_CASE(choices_are_as_meant),
	KUNIT_CASE(links_are_measured),
	{}
};

static struct kunit_suite choice_suite = {
	.name = "mosix-choice",
	.test_cases = choice_tests,
};

kunit_test_suite(choice_suite);
