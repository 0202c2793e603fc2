// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unmaps the lower part of an area, writes something somewhere, and maps the area
 * again piece by piece, at the addresses that it knows to be free.
 */
#include "memory.h"

enum { PAGES = 256, LOW = 128, PIECE = 16, SPARES = 2, SOME = 16 * PAGE };

static char *area, *spares[SPARES];
static size_t spare;

/* What will be moved there is had before, or it would be there. */
static void unmap_low(void)
{
	for (spare = 0; spare < SPARES; spare++)
		spares[spare] = memory_map(PIECE, PROT_READ | PROT_WRITE);
	CHECK_CALL(munmap(area, LOW * PAGE));
}

static void map_again(size_t page, int how)
{
	char *want = area + page * PAGE;
	char *is = mmap(want, PIECE * PAGE, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | how, -1, 0);

	CHECK(is == want, "page %zu again (%#x): %p, %s", page, how, is,
	      strerror(errno));
	CHECK(!is[0] && !is[PIECE * PAGE - 1], "page %zu is not empty", page);
	memset(is, page, PIECE * PAGE);
}

static void move_again(size_t page)
{
	char *from = spares[--spare];
	char *want = area + page * PAGE;
	void *is;

	from[0] = 99;
	is = mremap(from, PIECE * PAGE, PIECE * PAGE,
		    MREMAP_MAYMOVE | MREMAP_FIXED, want);
	CHECK(is == want, "page %zu by mremap: %p, %s", page, is,
	      strerror(errno));
	CHECK(want[0] == 99, "page %zu has %d", page, want[0]);
}

/* From the top down: what is next to the rest of the area comes first. */
static void map_low(void)
{
	for (size_t page = LOW; page; page -= PIECE) {
		if (page / PIECE % 3 == 0)
			move_again(page - PIECE);
		else
			map_again(page - PIECE, page / PIECE % 3 == 1 ?
				  MAP_FIXED : MAP_FIXED_NOREPLACE);
	}
}

int main(int argc, char **argv)
{
	static char block[SOME];
	int fd;

	victim_begin(argc, argv);
	area = memory_map(PAGES, PROT_READ | PROT_WRITE);
	fd = CHECK_CALL(memfd_create("reuse", MFD_CLOEXEC));
	unmap_low();
	/* All that it writes and reads it does while there is a hole. */
	while (victim_next()) {
		memset(block, victim.done, SOME);
		CHECK(pwrite(fd, block, SOME, 0) == SOME, "pwrite: %s",
		      strerror(errno));
		CHECK(pread(fd, block, SOME, 0) == SOME, "pread: %s",
		      strerror(errno));
		CHECK(block[7] == (char)victim.done, "read %d, not %d",
		      block[7], (char)victim.done);
		map_low();
		unmap_low();
	}
	return victim_pass();
}
