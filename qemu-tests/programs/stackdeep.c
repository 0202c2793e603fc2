// SPDX-License-Identifier: GPL-2.0-only
/*
 * The stack grows by recursion, deeper in every round up to four MiB, and each
 * frame is checked on the way back.
 */
#include "victim.h"

enum { FRAME_WORDS = 128, MAX_DEPTH = 4096 };

__attribute__((noinline)) static uint64_t dive(unsigned int depth, uint64_t seed)
{
	volatile uint64_t frame[FRAME_WORDS];
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < FRAME_WORDS; i++)
		frame[i] = victim_mix(seed + depth * FRAME_WORDS + i);
	if (depth)
		sum = dive(depth - 1, seed);
	for (i = 0; i < FRAME_WORDS; i++) {
		CHECK(frame[i] == victim_mix(seed + depth * FRAME_WORDS + i),
		      "word %zu of the frame at depth %u changed", i, depth);
		sum += frame[i];
	}
	return sum;
}

static uint64_t expected(unsigned int depth, uint64_t seed)
{
	uint64_t sum = 0;

	for (uint64_t i = 0; i < (depth + 1ull) * FRAME_WORDS; i++)
		sum += victim_mix(seed + i);
	return sum;
}

int main(int argc, char **argv)
{
	unsigned int depth = 64;

	victim_begin(argc, argv);
	while (victim_next()) {
		CHECK(dive(depth, victim.done) == expected(depth, victim.done),
		      "the sum of %u frames is wrong", depth);
		if (depth < MAX_DEPTH - 64)
			depth += 64;
	}
	return victim_pass();
}
