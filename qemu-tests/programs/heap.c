// SPDX-License-Identifier: GPL-2.0-only
/*
 * build: dynamic
 *
 * malloc(), realloc() and free() in a random order; every block is checked.
 */
#include "victim.h"

enum { BLOCKS = 512, STEPS = 400 };

struct block {
	uint64_t *words;
	size_t count;
	uint64_t seed;
};

static struct block blocks[BLOCKS];
static uint64_t dice = 1;

static uint64_t roll(uint64_t sides)
{
	dice = victim_mix(dice);
	return dice % sides;
}

static void fill(struct block *b, size_t from)
{
	for (size_t i = from; i < b->count; i++)
		b->words[i] = victim_mix(b->seed + i);
}

static void check(const struct block *b, size_t count)
{
	for (size_t i = 0; i < count; i++)
		CHECK(b->words[i] == victim_mix(b->seed + i),
		      "word %zu of a block of %zu changed", i, b->count);
}

/* Mostly small blocks, now and then one that malloc() maps by itself. */
static size_t random_count(void)
{
	return 1 + (roll(64) ? roll(300) : roll(40000));
}

static void step(struct block *b)
{
	size_t old = b->count;

	if (!b->words) {
		b->count = random_count();
		b->seed = roll(~0ull);
		b->words = malloc(b->count * sizeof(*b->words));
		CHECK(b->words, "malloc failed");
		fill(b, 0);
		return;
	}
	check(b, b->count);
	if (roll(2)) {
		b->count = random_count();
		b->words = realloc(b->words, b->count * sizeof(*b->words));
		CHECK(b->words, "realloc failed");
		check(b, old < b->count ? old : b->count);
		fill(b, old);
		return;
	}
	free(b->words);
	b->words = NULL;
	b->count = 0;
}

int main(int argc, char **argv)
{
	victim_begin(argc, argv);
	while (victim_next()) {
		for (int i = 0; i < STEPS; i++)
			step(&blocks[roll(BLOCKS)]);
	}
	for (int i = 0; i < BLOCKS; i++)
		check(&blocks[i], blocks[i].count);
	return victim_pass();
}
