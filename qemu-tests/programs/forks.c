// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory after fork(): what is written on one side is not seen on the other,
 * what was there before is there on both, however often and however deep, but for
 * what is not for children; and of vfork() that it is one memory.
 *
 *	forks [PAGES]
 */
#include "child.h"
#include "memory.h"

enum { DEPTH = 3, OWN = 5 };

static size_t pages = 400;
static uint64_t *memory;
static char *wiped, *kept;	/* a child has it empty; it does not have it */

static uint64_t *word(size_t page)
{
	return &memory[page * (PAGE / 8) + page % 500];
}

static uint64_t want(size_t page, unsigned int generation)
{
	return victim_mix(page * 64 + generation);
}

static void write_all(unsigned int generation, size_t step)
{
	for (size_t i = 0; i < pages; i += step)
		*word(i) = want(i, generation);
}

/* Those that the last writer left out are of the generation before. */
static void check_all(unsigned int generation, unsigned int before, size_t step,
		      const char *who)
{
	for (size_t i = 0; i < pages; i++) {
		unsigned int g = i % step ? before : generation;

		CHECK(*word(i) == want(i, g), "%s: page %zu is not of %u", who,
		      i, g);
	}
}

static bool is_mapped(const char *at)
{
	unsigned char seen;

	return !mincore((void *)at, PAGE, &seen);
}

static void check_own(const char *who, int value)
{
	for (size_t i = 0; i < OWN * PAGE; i += PAGE) {
		CHECK(wiped[i] == value, "%s: %d where it is wiped", who,
		      wiped[i]);
		CHECK(!value || kept[i] == value, "%s: %d in what it keeps",
		      who, kept[i]);
	}
}

static void fill_own(int value)
{
	memset(wiped, value, OWN * PAGE);
	memset(kept, value, OWN * PAGE);
}

/* Its children get them as it has got them. */
static void check_inherited(void)
{
	check_own("a child", 0);
	CHECK(!is_mapped(kept), "a child has what its parent keeps");
	kept = memory_map(OWN, PROT_READ | PROT_WRITE);
	CHECK(!kept[0] && !kept[PAGE], "it is not empty");
	CHECK_CALL(madvise(kept, OWN * PAGE, MADV_DONTFORK));
}

/* Each child writes every other page, sees its own, and has a child, too. */
static void descend(int depth)
{
	pid_t child;

	write_all(depth, 1);
	fill_own(depth);
	child = CHECK_CALL(fork());
	if (child) {
		/* While the child writes its copy. */
		for (size_t i = 0; i < pages; i += 7)
			CHECK(*word(i) == want(i, depth),
			      "a child's page %zu is seen", i);
		write_all(depth + 20, 3);
		child_exits(child, 50 + depth, "a child");
		check_all(depth + 20, depth, 3, "the parent");
		check_own("the parent", depth);
		write_all(depth, 3);
		return;
	}
	check_all(depth, depth, 1, "a child at first");
	check_inherited();
	write_all(depth + 30, 2);
	check_all(depth + 30, depth, 2, "a child");
	if (depth < DEPTH)
		descend(depth + 1);
	_exit(50 + depth);
}

static void borrow(void)
{
	volatile uint64_t *shared = word(3);
	pid_t child = vfork();

	if (!child) {
		*shared = want(3, 40);
		_exit(9);
	}
	CHECK(child > 0, "vfork: %s", strerror(errno));
	child_exits(child, 9, "vfork");
	CHECK(*shared == want(3, 40), "vfork: another memory");
	*shared = want(3, 1);
}

int main(int argc, char **argv)
{
	victim_begin(argc, argv);
	if (optind < argc)
		pages = strtoul(argv[optind], NULL, 10);
	memory = (uint64_t *)memory_map(pages, PROT_READ | PROT_WRITE);
	wiped = memory_map(OWN, PROT_READ | PROT_WRITE);
	kept = memory_map(OWN, PROT_READ | PROT_WRITE);
	while (victim_next()) {
		/* Said now and then, also while away. */
		CHECK_CALL(madvise(wiped, OWN * PAGE, MADV_WIPEONFORK));
		CHECK_CALL(madvise(kept, OWN * PAGE, MADV_DONTFORK));
		descend(1);
		borrow();
	}
	return victim_pass();
}
