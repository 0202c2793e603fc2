// SPDX-License-Identifier: GPL-2.0-only
/*
 * A link whose connection breaks when the input says so: whatever is written,
 * comes, is told and is lost, each message comes once, in its turn.
 */
#include "../../tally_cases.h"
#include "fuzz.h"

int fuzz_one(const u8 *data, size_t len)
{
	struct fuzz_input in = { data, len };
	struct tally_pair p = { 0 };

	for (u16 i = 0; i <= MSG_TYPES; i++)
		tally_counts(i);
	while (in.left)
		fuzz_must(tally_case_step(&p, fuzz_byte(&in)),
			  "both ends agree");
	fuzz_must(tally_case_end(&p), "each message has come once");
	return 0;
}
