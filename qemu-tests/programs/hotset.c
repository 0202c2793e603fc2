// SPDX-License-Identifier: GPL-2.0-only
/*
 * Has much memory and works with few pages of it, far from each other; looks
 * at all of it in the end.
 *
 *	hotset
 */
#include "victim.h"

#include <sys/mman.h>

enum { PAGE = 4096, PAGES = 4096, STEP = 167, HOT = PAGES / STEP };

static char *area;

static uint64_t *word(size_t page)
{
	return (uint64_t *)(area + page * PAGE + page % 500 * 8);
}

static void meet(size_t page, unsigned long times)
{
	uint64_t want = victim_mix(times << 32 | page);

	CHECK(*word(page) == want, "page %zu is %lx, not %lx", page,
	      *word(page), want);
}

int main(int argc, char **argv)
{
	size_t page, i;

	victim_begin(argc, argv);
	area = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(area != MAP_FAILED, "no memory");
	for (page = 0; page < PAGES; page++)
		*word(page) = victim_mix(page);
	while (victim_next())
		for (i = 0; i < HOT; i++) {
			meet(i * STEP, victim.done);
			*word(i * STEP) = victim_mix((victim.done + 1) << 32 |
						     i * STEP);
		}
	for (page = 0; page < PAGES; page++)
		meet(page, page % STEP || page / STEP >= HOT ? 0 : victim.done);
	return victim_pass();
}
