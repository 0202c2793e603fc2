// SPDX-License-Identifier: GPL-2.0-only
/*
 * A link over many connections, in user space, as KTAP: the model of tally_cases.h
 * with some dice, and when the other end is told.
 *
 *	tally SEED ROUNDS
 */
#include <stdlib.h>

#include "../tally_cases.h"
#include "ktap.h"

enum { STEPS = 200 };

static u64 dice;

static u8 roll(void)
{
	dice = dice * 6364136223846793005ULL + 1442695040888963407ULL;
	return dice >> 56;
}

static bool lives(void)
{
	struct tally_pair p = { 0 };

	for (u32 i = 0; i < STEPS; i++)
		if (!tally_case_step(&p, roll()))
			return false;
	return tally_case_end(&p);
}

static void check_telling(void)
{
	struct tally t = { 0 };
	u32 n = 1;

	while (!tally_take(&t, 0))
		n++;
	ktap_claim(n == TALLY_COUNT, "tally: %u small messages are told", n);
	ktap_claim(tally_tell(&t) == TALLY_COUNT && !tally_take(&t, 0),
		   "tally: and those behind them later");
	ktap_claim(tally_take(&t, TALLY_BYTES), "tally: a large one at once");
	tally_tell(&t);
	tally_take(&t, U32_MAX);
	ktap_claim(tally_take(&t, U32_MAX), "tally: bytes do not overflow");
}

static void check_types(void)
{
	static const u16 once[] = {
		MSG_HELLO, MSG_WELCOME, MSG_STOP, MSG_CONT, MSG_RESUME,
		MSG_RESUMED, MSG_TOOK,
	};
	u32 counted = 0, types = 0;

	for (u16 i = 0; i < MSG_TYPES; i++) {
		if (wire_type_name(i)[0] == '?')
			continue;
		types++;
		counted += tally_counts(i);
	}
	for (u32 i = 0; i < ARRAY_SIZE(once); i++)
		ktap_claim(!tally_counts(once[i]), "tally: %s is not counted",
			   wire_type_name(once[i]));
	ktap_claim(counted + ARRAY_SIZE(once) == types,
		   "tally: all others are");
}

int main(int argc, char **argv)
{
	u32 rounds = argc > 2 ? atoi(argv[2]) : 1000;
	u32 i;

	dice = argc > 1 ? atoi(argv[1]) : 1;
	ktap_begin();
	check_types();
	check_telling();
	for (i = 0; i < rounds; i++)
		if (!lives())
			break;
	ktap_claim(i == rounds,
		   "tally: each message comes once, in its turn, in %u lives",
		   rounds);
	return ktap_end();
}
