// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory that is sealed: whatever would change it is refused, and it is there as
 * it was. What is sealed cannot be unmapped: after some rounds there is enough.
 */
#include "memory.h"

#include <sys/syscall.h>

#ifndef SYS_mseal
#define SYS_mseal 462
#endif

enum { AREAS = 24, PAGES = 4 };

static char *area[AREAS];

static void check_refused(long ret, const char *what)
{
	CHECK(ret == -1 && errno == EPERM, "%s: %ld, %s", what, ret,
	      strerror(errno));
}

static void check(const char *at, uint64_t seed)
{
	for (size_t i = 0; i < PAGES; i++)
		CHECK(*(const uint64_t *)(at + i * PAGE) ==
		      victim_mix(seed + i), "page %zu has changed", i);
}

/* The last page can only be read. */
static void seal(size_t n)
{
	char *at = memory_map(PAGES, PROT_READ | PROT_WRITE);

	for (size_t i = 0; i < PAGES; i++)
		*(uint64_t *)(at + i * PAGE) = victim_mix(n + i);
	CHECK_CALL(mprotect(at + (PAGES - 1) * PAGE, PAGE, PROT_READ));
	CHECK_CALL(syscall(SYS_mseal, at, PAGES * PAGE, 0));
	CHECK_CALL(syscall(SYS_mseal, at + PAGE, PAGE, 0));
	area[n] = at;
}

static void check_hole(void)
{
	char *at = memory_map(3, PROT_READ);

	CHECK_CALL(munmap(at + PAGE, PAGE));
	CHECK(syscall(SYS_mseal, at, 3 * PAGE, 0) == -1 && errno == ENOMEM,
	      "a hole was sealed: %s", strerror(errno));
	CHECK_CALL(munmap(at, 3 * PAGE));
}

static void try_all(char *at)
{
	char *last = at + (PAGES - 1) * PAGE;

	check_refused(munmap(at, PAGES * PAGE), "munmap");
	check_refused(munmap(at + PAGE, PAGE), "munmap of a part");
	check_refused(mprotect(at, PAGE, PROT_READ), "mprotect");
	check_refused((long)mremap(at, PAGES * PAGE, PAGE, 0), "mremap");
	check_refused((long)mremap(at, PAGES * PAGE, 2 * PAGES * PAGE,
				   MREMAP_MAYMOVE), "mremap elsewhere");
	check_refused((long)mmap(at, PAGE, PROT_READ, MAP_PRIVATE |
				 MAP_ANONYMOUS | MAP_FIXED, -1, 0),
		      "mmap over it");
	check_refused(madvise(last, PAGE, MADV_DONTNEED), "MADV_DONTNEED");
}

int main(int argc, char **argv)
{
	size_t n = 0, i;

	victim_begin(argc, argv);
	while (victim_next()) {
		if (n < AREAS)
			seal(n++);
		check_hole();
		i = victim_mix(victim.done) % n;
		try_all(area[i]);
		for (i = 0; i < n; i++)
			check(area[i], i);
	}
	return victim_pass();
}
