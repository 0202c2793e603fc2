// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mappings that grow, shrink, move, move onto others and leave an empty one
 * behind; and attempts that fail and change nothing.
 */
#include "memory.h"

enum { PAGES = 12 };

#ifndef MREMAP_DONTUNMAP
enum { MREMAP_DONTUNMAP = 4 };
#endif

static uint64_t seed;

static uint64_t *word(char *at, size_t page)
{
	return (uint64_t *)(at + page * PAGE + seed % 500 * 8);
}

static void fill(char *at, size_t pages, uint64_t first)
{
	for (size_t i = 0; i < pages; i++)
		*word(at, i) = victim_mix(seed + first + i);
}

static void check(char *at, size_t pages, uint64_t first, const char *what)
{
	for (size_t i = 0; i < pages; i++)
		CHECK(*word(at, i) == victim_mix(seed + first + i),
		      "%s: page %zu is %lx, not %lx", what, i, *word(at, i),
		      victim_mix(seed + first + i));
}

static void check_empty(char *at, size_t pages, const char *what)
{
	for (size_t i = 0; i < pages; i++)
		CHECK(!*word(at, i), "%s: page %zu is %lx", what, i,
		      *word(at, i));
}

static char *move(char *from, size_t old, size_t new, int flags, char *to)
{
	char *at = mremap(from, old * PAGE, new * PAGE, flags, to);

	CHECK(at != MAP_FAILED, "mremap by flags %d: %s", flags,
	      strerror(errno));
	return at;
}

static void must_fail(int error, const void *got, const char *what)
{
	CHECK(got == MAP_FAILED && errno == error, "%s: %p, %s, not %s", what,
	      got, strerror(errno), strerror(error));
}

/* There is room behind it: it stays where it is. */
static void in_place(void)
{
	char *at = memory_map(3 * PAGES, PROT_READ | PROT_WRITE);

	fill(at, PAGES, 0);
	CHECK_CALL(munmap(at + PAGES * PAGE, 2 * PAGES * PAGE));
	CHECK(move(at, PAGES, 2 * PAGES, 0, NULL) == at, "it moved");
	check(at, PAGES, 0, "grown");
	check_empty(at + PAGES * PAGE, PAGES, "new");
	fill(at + PAGES * PAGE, PAGES, PAGES);
	CHECK(move(at, 2 * PAGES, PAGES / 2, 0, NULL) == at, "it moved");
	check(at, PAGES / 2, 0, "shrunk");
	/* What was cut off is gone, not kept. */
	CHECK(move(at, PAGES / 2, 2 * PAGES, 0, NULL) == at, "it moved");
	check(at, PAGES / 2, 0, "grown again");
	check_empty(at + PAGES / 2 * PAGE, PAGES + PAGES / 2, "new again");
	CHECK_CALL(munmap(at, 2 * PAGES * PAGE));
}

static void onto_another(void)
{
	char *from = memory_map(PAGES, PROT_READ | PROT_WRITE);
	char *to = memory_map(PAGES, PROT_READ | PROT_WRITE), *at;

	fill(from, PAGES, 0);
	fill(to, PAGES, 100);
	at = move(from, PAGES, PAGES, MREMAP_MAYMOVE | MREMAP_FIXED, to);
	CHECK(at == to, "at %p, not %p", at, to);
	check(to, PAGES, 0, "moved onto another");
	CHECK(msync(from, PAGE, MS_ASYNC) < 0 && errno == ENOMEM,
	      "the old place is still there: %s", strerror(errno));
	CHECK_CALL(munmap(to, PAGES * PAGE));
}

/* The middle of one goes into the middle of another, and grows. */
static void pieces(void)
{
	char *from = memory_map(PAGES, PROT_READ | PROT_WRITE);
	char *to = memory_map(PAGES, PROT_READ | PROT_WRITE);

	fill(from, PAGES, 0);
	fill(to, PAGES, 100);
	move(from + 4 * PAGE, 2, 3, MREMAP_MAYMOVE | MREMAP_FIXED,
	     to + 3 * PAGE);
	check(from, 4, 0, "before the piece");
	check(from + 6 * PAGE, PAGES - 6, 6, "behind the piece");
	check(to, 3, 100, "before the place");
	check(to + 3 * PAGE, 2, 4, "the piece");
	check_empty(to + 5 * PAGE, 1, "the piece's growth");
	check(to + 6 * PAGE, PAGES - 6, 106, "behind the place");
	CHECK_CALL(munmap(from, PAGES * PAGE));
	CHECK_CALL(munmap(to, PAGES * PAGE));
}

/* The pages go, an empty mapping of the same kind stays. */
static void leave_empty(void)
{
	char *from = memory_map(PAGES, PROT_READ | PROT_WRITE), *to;

	fill(from, PAGES, 0);
	to = mremap(from, PAGES * PAGE, PAGES * PAGE,
		    MREMAP_MAYMOVE | MREMAP_DONTUNMAP, NULL);
	if (to == MAP_FAILED && errno == EINVAL)
		to = NULL;	/* an old kernel */
	CHECK(to != MAP_FAILED, "mremap: %s", strerror(errno));
	if (to) {
		check(to, PAGES, 0, "moved out of its mapping");
		check_empty(from, PAGES, "left behind");
		fill(from, PAGES, 50);
		check(to, PAGES, 0, "still");
		CHECK_CALL(munmap(to, PAGES * PAGE));
		check(from, PAGES, 50, "filled again");
	}
	CHECK_CALL(munmap(from, PAGES * PAGE));
}

static void try_in_vain(void)
{
	char *at = memory_map(PAGES, PROT_READ | PROT_WRITE);

	fill(at, PAGES, 0);
	CHECK_CALL(mprotect(at + 6 * PAGE, PAGE, PROT_READ));
	must_fail(ENOMEM, mremap(at, PAGE, 2 * PAGE, 0), "grow into itself");
	must_fail(EINVAL, mremap(at + 1, PAGE, PAGE, MREMAP_MAYMOVE),
		  "an odd address");
	must_fail(EINVAL, mremap(at, PAGE, 0, MREMAP_MAYMOVE), "to nothing");
	must_fail(EINVAL, mremap(at, 2 * PAGE, 2 * PAGE, MREMAP_MAYMOVE |
				 MREMAP_FIXED, at + PAGE), "onto itself");
	must_fail(EFAULT, mremap(at + 4 * PAGE, 4 * PAGE, 5 * PAGE,
				 MREMAP_MAYMOVE), "two mappings at once");
	must_fail(EEXIST, mmap(at + PAGE, PAGE, PROT_READ, MAP_PRIVATE |
			       MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0),
		  "a taken place");
	CHECK_CALL(mprotect(at + 6 * PAGE, PAGE, PROT_READ | PROT_WRITE));
	check(at, PAGES, 0, "after what failed");
	CHECK(mmap(at + 2 * PAGE, 2 * PAGE, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) ==
	      at + 2 * PAGE, "a fixed place: %s", strerror(errno));
	check(at, 2, 0, "before what was mapped over");
	check_empty(at + 2 * PAGE, 2, "mapped over");
	check(at + 4 * PAGE, PAGES - 4, 4, "behind what was mapped over");
	CHECK_CALL(munmap(at, PAGES * PAGE));
	must_fail(EFAULT, mremap(at, PAGE, 2 * PAGE, MREMAP_MAYMOVE),
		  "a place of nothing");
}

/* Of a file: it goes home. Written pages move with the others. */
static void of_a_file(int fd)
{
	uint64_t was;
	char *at;

	at = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd,
		  0);
	CHECK(at != MAP_FAILED, "mmap: %s", strerror(errno));
	was = *word(at, PAGES - 1);
	fill(at, PAGES / 2, 0);
	at = move(at, PAGES, PAGES + 2, MREMAP_MAYMOVE, NULL);
	check(at, PAGES / 2, 0, "of a file, written and moved");
	CHECK(*word(at, PAGES - 1) == was, "of a file: %lx, was %lx",
	      *word(at, PAGES - 1), was);
	CHECK_CALL(munmap(at, (PAGES + 2) * PAGE));
}

int main(int argc, char **argv)
{
	static char block[PAGE];
	int fd;

	victim_begin(argc, argv);
	fd = CHECK_CALL(open("/tmp", O_TMPFILE | O_RDWR, 0600));
	for (size_t i = 0; i < PAGES + 2; i++) {
		memset(block, 'a' + i, PAGE);
		CHECK(write(fd, block, PAGE) == PAGE, "write: %s",
		      strerror(errno));
	}
	while (victim_next()) {
		seed = victim.done * 1000;
		in_place();
		onto_another();
		pieces();
		try_in_vain();
		if (victim.done % 4 == 2)
			leave_empty();
		if (victim.done % 4 == 3)
			of_a_file(fd);
	}
	return victim_pass();
}
