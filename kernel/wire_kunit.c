// SPDX-License-Identifier: GPL-2.0-only
/* The codec in this kernel: the tables of wire_cases.h, as in user space. */

#include "wire_cases.h"

#include <kunit/test.h>

static void types_are_frozen(struct kunit *test)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(wire_type_cases); i++) {
		const struct wire_type_case *c = &wire_type_cases[i];

		KUNIT_EXPECT_EQ_MSG(test, c->type, c->number, "%s", c->name);
		KUNIT_EXPECT_STREQ(test, wire_type_name(c->type), c->name);
		KUNIT_EXPECT_EQ_MSG(test, wire_head_len(c->type), c->head, "%s",
				    c->name);
		KUNIT_EXPECT_TRUE_MSG(test, wire_case_bounds(c), "%s", c->name);
	}
	KUNIT_EXPECT_STREQ(test, wire_type_name(MSG_TYPES), "?");
	KUNIT_EXPECT_STREQ(test, wire_refusal_name(REFUSE_REASONS), "?");
}

static void headers_are_checked(struct kunit *test)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(wire_header_cases); i++) {
		const struct wire_header_case *c = &wire_header_cases[i];
		struct wire_header h = wire_case_head(c);

		KUNIT_EXPECT_EQ_MSG(test, wire_check_header(&h, c->from),
				    c->want, "%s", c->name);
	}
}

static void versions_are_chosen(struct kunit *test)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(wire_choice_cases); i++) {
		const struct wire_choice_case *c = &wire_choice_cases[i];

		KUNIT_EXPECT_EQ_MSG(test, wire_case_choose(c), c->want, "%s",
				    c->name);
	}
	for (i = 0; i < ARRAY_SIZE(wire_length_cases); i++) {
		const struct wire_length_case *c = &wire_length_cases[i];

		KUNIT_EXPECT_EQ_MSG(test,
				    wire_check_version(c->version, c->type,
						       c->len),
				    c->want, "%u: %u of %u bytes", c->version,
				    c->type, c->len);
	}
}

/* Each payload in memory of its length, so that KASAN sees what reads on. */
static u8 *zeros(struct kunit *test, u32 len)
{
	u8 *buf = kunit_kzalloc(test, len, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, buf);
	return buf;
}

static void payloads_are_checked(struct kunit *test)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(wire_payload_cases); i++) {
		const struct wire_payload_case *c = &wire_payload_cases[i];
		u8 *buf = zeros(test, c->len);

		wire_case_fill(c, buf);
		KUNIT_EXPECT_EQ_MSG(test,
				    wire_check_payload(c->type, buf, c->len),
				    c->want, "%s", c->name);
		kunit_kfree(test, buf);
	}
}

static void records_are_checked(struct kunit *test)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(wire_record_cases); i++) {
		const struct wire_record_case *c = &wire_record_cases[i];
		u32 len = sizeof(struct wire_record) + c->len;
		u8 *buf = zeros(test, len);

		wire_case_fill_record(c, buf);
		KUNIT_EXPECT_EQ_MSG(test,
				    wire_check_payload(MSG_IMAGE, buf, len),
				    c->want, "%s", c->name);
		kunit_kfree(test, buf);
	}
}

static struct kunit_case wire_tests[] = {
	KUNIT_CASE(types_are_frozen),
	KUNIT_CASE(headers_are_checked),
	KUNIT_CASE(versions_are_chosen),
	KUNIT_CASE(payloads_are_checked),
	KUNIT_CASE(records_are_checked),
	{}
};

static struct kunit_suite wire_suite = {
	.name = "mosix-wire",
	.test_cases = wire_tests,
};

kunit_test_suite(wire_suite);
