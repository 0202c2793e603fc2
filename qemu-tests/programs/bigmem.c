// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every page of a large area is checked, written and checked again in an order
 * that changes with each round.
 *
 *	bigmem [MiB [MS]]	(16 when not given; MS: milliseconds that it
 *				takes its time for each MiB that it wants)
 */
#include "victim.h"

#include <sys/mman.h>

enum { PAGE = 4096, WORDS = PAGE / 8 };

static uint64_t *area;
static uint32_t *generation;
static size_t pages;

static uint64_t word(size_t page, uint32_t gen, size_t i)
{
	return victim_mix((uint64_t)gen << 40 | page << 10 | i);
}

static void write_page(size_t page)
{
	uint32_t gen = ++generation[page];

	for (size_t i = 0; i < WORDS; i += 8)
		area[page * WORDS + i] = word(page, gen, i);
}

static void check_page(size_t page)
{
	uint32_t gen = generation[page];

	for (size_t i = 0; i < WORDS; i += 8)
		CHECK(area[page * WORDS + i] == word(page, gen, i),
		      "page %zu word %zu is %#lx, not %#lx (generation %u)",
		      page, i, area[page * WORDS + i], word(page, gen, i), gen);
}

int main(int argc, char **argv)
{
	size_t mib = 16, i, page;
	unsigned int ms = 0;

	victim_begin(argc, argv);
	if (optind < argc)
		mib = strtoul(argv[optind], NULL, 10);
	if (optind + 1 < argc)
		ms = strtoul(argv[optind + 1], NULL, 10);
	pages = mib << 8;
	area = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(area != MAP_FAILED, "no %zu MiB: %s", mib, strerror(errno));
	generation = calloc(pages, sizeof(*generation));
	CHECK(generation && pages, "no room for generations");
	for (page = 0; page < pages; page++) {
		if (ms && page % 256 == 0)
			usleep(ms * 1000);
		write_page(page);
	}
	while (victim_next()) {
		/* An odd factor is a permutation of a power of two. */
		size_t factor = victim_mix(victim.done) | 1;
		size_t top = 1;

		while (top < pages)
			top <<= 1;
		for (i = 0; i < top; i++) {
			page = (i * factor) & (top - 1);
			if (page >= pages)
				continue;
			check_page(page);
			if (victim_mix(page + victim.done) & 1)
				write_page(page);
		}
	}
	for (page = 0; page < pages; page++)
		check_page(page);
	return victim_pass();
}
