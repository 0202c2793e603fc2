// SPDX-License-Identifier: GPL-2.0-only
/* The handshake with this kernel's primitives: the cases of handshake_cases.h. */

#include "handshake_cases.h"
#include "key.h"

#include <kunit/test.h>

/* A whole handshake is ten exponentiations: some bits of each byte will do. */
enum { STRIDE = 37 };

static struct hs_case_pair *pair(struct kunit *test)
{
	struct hs_case_pair *p = kunit_kzalloc(test, sizeof(*p), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, p);
	return p;
}

static void is_as_specified(struct kunit *test)
{
	const char *wrong = hs_case_vector(pair(test), &mosix_key_crypto);

	KUNIT_EXPECT_NULL_MSG(test, wrong, "not as in the vector: %s", wrong);
}

static void ends_as_it_should(struct kunit *test)
{
	struct hs_case_pair *p = pair(test);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(hs_cases); i++)
		KUNIT_EXPECT_EQ_MSG(test, hs_case_run(p, &mosix_key_crypto,
						      &hs_cases[i]),
				    hs_cases[i].want, "%s", hs_cases[i].name);
}

static void bits_matter(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, hs_case_flips(pair(test), &mosix_key_crypto,
					    STRIDE), -1);
}

static void nothing_is_played_back(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, hs_case_replay(pair(test), &mosix_key_crypto),
			-EBADMSG);
	KUNIT_EXPECT_EQ(test, hs_case_small(pair(test), &mosix_key_crypto),
			-EBADMSG);
}

static void members_are_known(struct kunit *test)
{
	struct hs_case_pair *p = pair(test);

	KUNIT_EXPECT_TRUE(test, hs_case_member(p, &mosix_key_crypto, -1));
	KUNIT_EXPECT_EQ(test, hs_case_member_flips(p, &mosix_key_crypto), -1);
}

static void numbers_count_once(struct kunit *test)
{
	struct mosix_replay replay = {};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(replay_cases); i++)
		KUNIT_EXPECT_EQ_MSG(test,
				    mosix_replay_take(&replay,
						      replay_cases[i].epoch,
						      replay_cases[i].number),
				    replay_cases[i].want, "row %zu", i);
}

static struct kunit_case handshake_tests[] = {
	KUNIT_CASE(is_as_specified),
	KUNIT_CASE(ends_as_it_should),
	KUNIT_CASE_SLOW(bits_matter),
	KUNIT_CASE(nothing_is_played_back),
	KUNIT_CASE(members_are_known),
	KUNIT_CASE(numbers_count_once),
	{}
};

static struct kunit_suite handshake_suite = {
	.name = "mosix-handshake",
	.test_cases = handshake_tests,
};

kunit_test_suite(handshake_suite);
