// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory that is swapped out wherever the process is: each round it has a part
 * of it put out, checks another part and writes a third one.
 *
 *	swaps [PAGES]
 */
#include "memory.h"

enum { PARTS = 5 };

static size_t pages = 1500;
static uint64_t *memory;

static uint64_t *word(size_t page)
{
	return &memory[page * (PAGE / 8) + page % 500];
}

static void write_part(size_t part, unsigned long generation)
{
	for (size_t i = part; i < pages; i += PARTS)
		*word(i) = victim_mix(i << 20 | generation);
}

static void check_part(size_t part, unsigned long generation)
{
	for (size_t i = part; i < pages; i += PARTS)
		CHECK(*word(i) == victim_mix(i << 20 | generation),
		      "page %zu is not of round %lu", i, generation);
}

/* Parts lie page by page beside each other: halves are what is put out. */
static void put_out(size_t half)
{
	size_t first = half * (pages / 2);

	CHECK_CALL(madvise(&memory[first * (PAGE / 8)], pages / 2 * PAGE,
			   MADV_PAGEOUT));
}

int main(int argc, char **argv)
{
	unsigned long written[PARTS] = { 0 };

	victim_begin(argc, argv);
	if (optind < argc)
		pages = strtoul(argv[optind], NULL, 10);
	memory = (uint64_t *)memory_map(pages, PROT_READ | PROT_WRITE);
	for (size_t part = 0; part < PARTS; part++)
		write_part(part, 0);
	while (victim_next()) {
		size_t part = victim.done % PARTS;

		put_out(victim.done % 2);
		check_part(part, written[part]);
		part = (part + 2) % PARTS;
		write_part(part, victim.done);
		written[part] = victim.done;
	}
	for (size_t part = 0; part < PARTS; part++)
		check_part(part, written[part]);
	return victim_pass();
}
