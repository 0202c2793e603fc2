// SPDX-License-Identifier: GPL-2.0-only
/*
 * What madvise() promises: memory that is thrown away is empty, or the file
 * again; what may be thrown away is whole or empty; huge pages hold what small
 * ones do; what a child is to have, to have empty or not to have, it has so.
 */
#include "child.h"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

enum { PAGE = 4096, PAGES = 16, HUGE_BYTES = 2 << 20 };

#ifndef MADV_COLD
enum { MADV_COLD = 20, MADV_PAGEOUT = 21 };
#endif
#ifndef MADV_POPULATE_READ
enum { MADV_POPULATE_READ = 22, MADV_POPULATE_WRITE = 23 };
#endif

static char *map(size_t size, int fd)
{
	char *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE |
			(fd < 0 ? MAP_ANONYMOUS : 0), fd, 0);

	CHECK(at != MAP_FAILED, "mmap: %s", strerror(errno));
	return at;
}

static uint64_t *word(char *at, size_t page)
{
	return (uint64_t *)(at + page * PAGE + page % 500 * 8);
}

static void fill(char *at, size_t pages, uint64_t seed)
{
	for (size_t i = 0; i < pages; i++)
		*word(at, i) = victim_mix(seed + i);
}

/* A seed of 0: they are empty. */
static void check(char *at, size_t pages, uint64_t seed, const char *what)
{
	for (size_t i = 0; i < pages; i++)
		CHECK(*word(at, i) == (seed ? victim_mix(seed + i) : 0),
		      "%s: page %zu is %lx", what, i, *word(at, i));
}

static void throw_away(uint64_t seed)
{
	char *at = map(PAGES * PAGE, -1);

	fill(at, PAGES, seed);
	CHECK_CALL(madvise(at, 4 * PAGE, MADV_DONTNEED));
	check(at, 4, 0, "thrown away");
	CHECK_CALL(madvise(at + 4 * PAGE, 4 * PAGE, MADV_DONTNEED));
	CHECK_CALL(madvise(at + 6 * PAGE, 2 * PAGE, MADV_POPULATE_WRITE));
	fill(at, 8, seed);
	check(at, PAGES, seed, "used again");
	/* The advice is an int: what else is in its register does not count. */
	CHECK_CALL(syscall(SYS_madvise, at, 4 * PAGE, MADV_DONTNEED | 1L << 32));
	check(at, 4, 0, "thrown away by an int");
	fill(at, 4, seed);
	check(at, PAGES, seed, "used once more");
	/* It goes on behind a hole, and then complains of it. */
	CHECK_CALL(munmap(at + 4 * PAGE, PAGE));
	CHECK(madvise(at, 8 * PAGE, MADV_DONTNEED) < 0 && errno == ENOMEM,
	      "over a hole: %s", strerror(errno));
	check(at, 4, 0, "before the hole");
	for (size_t i = 5; i < 8; i++)
		CHECK(!*word(at, i), "behind the hole, page %zu is %lx", i,
		      *word(at, i));
	for (size_t i = 8; i < PAGES; i++)
		CHECK(*word(at, i) == victim_mix(seed + i), "page %zu is %lx",
		      i, *word(at, i));
	CHECK_CALL(munmap(at, PAGES * PAGE));
}

static void see_the_file_again(char *file, uint64_t seed)
{
	check(file, PAGES, 1, "the file");
	fill(file, PAGES / 2, seed);
	check(file, PAGES / 2, seed, "written over the file");
	CHECK_CALL(madvise(file, PAGES / 2 * PAGE, MADV_DONTNEED));
	check(file, PAGES, 1, "thrown away, the file");
}

/* Each page is what it was or empty, and what is written now stays. */
static void let_go(char *at, uint64_t seed)
{
	uint64_t now;

	fill(at, PAGES, seed);
	CHECK_CALL(madvise(at, PAGES * PAGE, MADV_FREE));
	for (size_t i = 0; i < PAGES; i++) {
		now = *word(at, i);
		CHECK(!now || now == victim_mix(seed + i),
		      "let go, page %zu is %lx", i, now);
	}
	fill(at, PAGES, seed + 1);
	check(at, PAGES, seed + 1, "written again");
}

static void other_advice(char *at, uint64_t seed)
{
	static const int advice[] = {
		MADV_NORMAL, MADV_RANDOM, MADV_SEQUENTIAL, MADV_WILLNEED,
		MADV_COLD, MADV_PAGEOUT, MADV_POPULATE_READ,
		MADV_POPULATE_WRITE, MADV_DONTDUMP, MADV_DODUMP,
	};

	fill(at, PAGES, seed);
	for (size_t i = 0; i < ARRAY_SIZE(advice); i++) {
		/* An older kernel does not know them all. */
		if (madvise(at, PAGES * PAGE, advice[i]))
			CHECK(errno == EINVAL, "advice %d: %s", advice[i],
			      strerror(errno));
		check(at, PAGES, seed, "after advice");
	}
}

/* Only some kernels have huge pages; what is in them is the same. */
static void huge(char *at, uint64_t seed)
{
	size_t pages = 2 * HUGE_BYTES / PAGE;

	if (madvise(at, 2 * HUGE_BYTES, MADV_HUGEPAGE))
		CHECK(errno == EINVAL, "huge pages: %s", strerror(errno));
	fill(at, pages, seed);
	check(at, pages, seed, "huge");
	CHECK_CALL(madvise(at + 5 * PAGE, 3 * PAGE, MADV_DONTNEED));
	CHECK_CALL(mprotect(at + HUGE_BYTES, PAGE, PROT_READ));
	check(at, 5, seed, "before the gap");
	for (size_t i = 5; i < 8; i++)
		CHECK(!*word(at, i), "the gap has %lx", *word(at, i));
	for (size_t i = 8; i < pages; i++)
		CHECK(*word(at, i) == victim_mix(seed + i), "page %zu is %lx",
		      i, *word(at, i));
	CHECK_CALL(mprotect(at + HUGE_BYTES, PAGE, PROT_READ | PROT_WRITE));
	if (madvise(at, 2 * HUGE_BYTES, MADV_NOHUGEPAGE))
		CHECK(errno == EINVAL, "no huge pages: %s", strerror(errno));
	CHECK(!CHECK_CALL(prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0)),
	      "it may have no huge pages any more");
	CHECK_CALL(madvise(at, 2 * HUGE_BYTES, MADV_DONTNEED));
	check(at, pages, 0, "thrown away");
}

static bool is_mapped(char *at)
{
	unsigned char seen[PAGES];

	return !mincore(at, PAGES * PAGE, seen);
}

/* One area that the child has not, one that it has empty, one as usual. */
static void with_a_child(char *at[3], uint64_t seed, bool advised)
{
	pid_t child;

	for (int i = 0; i < 3; i++)
		fill(at[i], PAGES, seed + i * PAGES);
	CHECK_CALL(madvise(at[0], PAGES * PAGE,
			   advised ? MADV_DONTFORK : MADV_DOFORK));
	CHECK_CALL(madvise(at[1], PAGES * PAGE,
			   advised ? MADV_WIPEONFORK : MADV_KEEPONFORK));
	child = child_fork();
	if (!child) {
		CHECK(is_mapped(at[0]) != advised, "the child has it, or not");
		if (!advised)
			check(at[0], PAGES, seed, "the child's first");
		check(at[1], PAGES, advised ? 0 : seed + PAGES,
		      "the child's second");
		check(at[2], PAGES, seed + 2 * PAGES, "the child's third");
		_exit(17);
	}
	child_exits(child, 17, "the child");
	for (int i = 0; i < 3; i++)
		check(at[i], PAGES, seed + i * PAGES, "the parent's");
}

int main(int argc, char **argv)
{
	char *area, *large, *file, *forked[3];
	int fd;

	child_begin(argc, argv);
	area = map(PAGES * PAGE, -1);
	large = map(4 * HUGE_BYTES, -1);
	large += HUGE_BYTES - (uintptr_t)large % HUGE_BYTES;
	fd = CHECK_CALL(open("/tmp", O_TMPFILE | O_RDWR, 0600));
	fill(area, PAGES, 1);
	CHECK(write(fd, area, PAGES * PAGE) == PAGES * PAGE, "write: %s",
	      strerror(errno));
	file = map(PAGES * PAGE, fd);
	for (int i = 0; i < 3; i++)
		forked[i] = map(PAGES * PAGE, -1);
	while (victim_next()) {
		uint64_t seed = 2 + victim.done * 10000;

		throw_away(seed);
		let_go(area, seed);
		other_advice(area, seed);
		huge(large, seed);
		/* These go home. */
		if (victim.done % 4 == 2)
			see_the_file_again(file, seed);
		if (victim.done % 4 == 3)
			with_a_child(forked, seed, victim.done % 8 == 3);
	}
	return victim_pass();
}
