// SPDX-License-Identifier: GPL-2.0-only
/*
 * The program break grows and shrinks by bare sbrk(): what stays keeps its
 * content, what comes back is zero.
 */
#include "victim.h"

enum { PAGE = 4096, MAX_PAGES = 512 };

static uint64_t *base;
static size_t pages;

static uint64_t *word(size_t page)
{
	return base + page * (PAGE / 8) + page % (PAGE / 8);
}

static void grow(size_t by)
{
	void *end = sbrk(by * PAGE);

	CHECK(end == (char *)base + pages * PAGE, "the break was elsewhere");
	for (size_t i = pages; i < pages + by; i++) {
		for (size_t w = 0; w < PAGE / 8; w += 16)
			CHECK(!base[i * (PAGE / 8) + w],
			      "new page %zu is not zero", i);
		*word(i) = victim_mix(i);
	}
	pages += by;
}

static void shrink(size_t by)
{
	CHECK(sbrk(-(intptr_t)by * PAGE) == (char *)base + pages * PAGE,
	      "the break was elsewhere");
	pages -= by;
}

int main(int argc, char **argv)
{
	uint64_t dice;

	victim_begin(argc, argv);
	/*
	 * Whatever stdio wants from the heap it takes now: nobody else may
	 * move the break later.
	 */
	printf("break\n");
	fflush(stdout);
	base = sbrk(0);
	CHECK_CALL(sbrk((PAGE - (uintptr_t)base % PAGE) % PAGE));
	base = sbrk(0);
	while (victim_next()) {
		dice = victim_mix(victim.done);
		if (pages < MAX_PAGES && (!pages || dice & 1))
			grow(1 + (dice >> 8) % (MAX_PAGES - pages));
		else
			shrink(1 + (dice >> 8) % pages);
		for (size_t i = 0; i < pages; i++)
			CHECK(*word(i) == victim_mix(i), "page %zu changed", i);
		CHECK(sbrk(0) == (char *)base + pages * PAGE,
		      "the break moved by itself");
	}
	return victim_pass();
}
