// SPDX-License-Identifier: GPL-2.0-only
/*
 * A large area is walked through with one step after the other, forwards and
 * backwards, now and then in two places at once. What a step leaves out is
 * found by a later one. Each page counts how often it was met.
 *
 *	strides [MiB]		(8 when not given)
 */
#include "victim.h"

#include <sys/mman.h>

enum { PAGE = 4096 };

static const size_t steps[] = { 2, 3, 5, 8, 1, 13 };

static char *area;
static size_t pages;
static uint32_t *met;

static uint64_t *word(size_t page)
{
	return (uint64_t *)(area + page * PAGE + page % 500 * 8);
}

static void meet(size_t page)
{
	uint64_t want = victim_mix((uint64_t)met[page] << 32 | page);

	CHECK(*word(page) == want, "page %zu is %lx, not %lx, met %u times",
	      page, *word(page), want, met[page]);
	met[page]++;
	*word(page) = victim_mix((uint64_t)met[page] << 32 | page);
}

static void walk(size_t first, size_t step, bool backwards)
{
	size_t count = (pages - first + step - 1) / step, i;

	for (i = 0; i < count; i++)
		meet(first + (backwards ? count - 1 - i : i) * step);
}

static void walk_in_two_places(size_t step)
{
	size_t half = pages / 2;

	for (size_t page = 0; page < half; page += step) {
		meet(page);
		meet(half + page);
	}
}

int main(int argc, char **argv)
{
	size_t mib = 8, page;

	victim_begin(argc, argv);
	if (optind < argc)
		mib = strtoul(argv[optind], NULL, 10);
	pages = mib << 8;
	met = calloc(pages, sizeof(*met));
	area = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(met && area != MAP_FAILED, "no memory");
	for (page = 0; page < pages; page++)
		*word(page) = victim_mix(page);
	while (victim_next()) {
		size_t step = steps[victim.done % ARRAY_SIZE(steps)];

		walk(victim.done % step, step, victim.done % 4 == 1);
		if (victim.done % 4 == 3)
			walk_in_two_places(step);
	}
	for (page = 0; page < pages; page++)
		meet(page);
	return victim_pass();
}
