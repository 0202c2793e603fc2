// SPDX-License-Identifier: GPL-2.0-only
/* The tables of lb_cases.h in the kernel. */
#include "lb_cases.h"
#include "lb_place_cases.h"

#include <kunit/test.h>

#define LB_SUITE_PART(kind)						\
	static void kind##_describe(const typeof(*lb_##kind##_cases) *c, \
				    char *name)				\
	{								\
		strscpy(name, c->name, KUNIT_PARAM_DESC_SIZE);		\
	}								\
	KUNIT_ARRAY_PARAM(kind, lb_##kind##_cases, kind##_describe);	\
	static void kind##_test(struct kunit *test)			\
	{								\
		const typeof(*lb_##kind##_cases) *c = test->param_value; \
									\
		KUNIT_EXPECT_EQ(test, lb_check_##kind(c), 0);		\
	}

LB_SUITE_PART(load)
LB_SUITE_PART(window)
LB_SUITE_PART(watch)
LB_SUITE_PART(cost)
LB_SUITE_PART(balance)
LB_SUITE_PART(admit)
LB_SUITE_PART(codec)
LB_SUITE_PART(nodeset)
LB_SUITE_PART(would)
LB_SUITE_PART(place)
LB_SUITE_PART(answer)
LB_SUITE_PART(ask)
LB_SUITE_PART(journal)

static void reasons_test(struct kunit *test)
{
	u32 i;

	for (i = LB_REASON_NONE + 1; i < LB_REASONS; i++)
		KUNIT_EXPECT_STRNEQ(test, lb_reason_name(i), "none");
}

static struct kunit_case lb_cases[] = {
	KUNIT_CASE_PARAM(load_test, load_gen_params),
	KUNIT_CASE_PARAM(window_test, window_gen_params),
	KUNIT_CASE_PARAM(watch_test, watch_gen_params),
	KUNIT_CASE_PARAM(cost_test, cost_gen_params),
	KUNIT_CASE_PARAM(balance_test, balance_gen_params),
	KUNIT_CASE_PARAM(admit_test, admit_gen_params),
	KUNIT_CASE_PARAM(codec_test, codec_gen_params),
	KUNIT_CASE_PARAM(nodeset_test, nodeset_gen_params),
	KUNIT_CASE_PARAM(would_test, would_gen_params),
	KUNIT_CASE_PARAM(place_test, place_gen_params),
	KUNIT_CASE_PARAM(answer_test, answer_gen_params),
	KUNIT_CASE_PARAM(ask_test, ask_gen_params),
	KUNIT_CASE_PARAM(journal_test, journal_gen_params),
	KUNIT_CASE(reasons_test),
	{}
};

static struct kunit_suite lb_suite = {
	.name = "mosix-balancer",
	.test_cases = lb_cases,
};

kunit_test_suite(lb_suite);
