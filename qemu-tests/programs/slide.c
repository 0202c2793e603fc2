// SPDX-License-Identifier: GPL-2.0-only
/*
 * A large area in pieces, which get other addresses one after the other, again
 * and again. One page of each piece is looked at as soon as it has moved, all
 * of them in the end.
 *
 *	slide [MiB]		(16 when not given)
 */
#include "victim.h"

#include <sys/mman.h>

enum { PAGE = 4096, PIECE_PAGES = 32, PIECE = PIECE_PAGES * PAGE };

static char *place;		/* one more than there are pieces */
static size_t *where;		/* place of each piece */
static size_t pieces, empty;

static char *page_of(size_t piece, size_t page)
{
	return place + where[piece] * PIECE + page * PAGE;
}

static uint64_t *word(size_t piece, size_t page)
{
	return (uint64_t *)(page_of(piece, page) + (piece + page) % 500 * 8);
}

static void check(size_t piece, size_t page, const char *when)
{
	uint64_t want = victim_mix(piece * PIECE_PAGES + page);

	CHECK(*word(piece, page) == want, "page %zu of piece %zu is %lx %s",
	      page, piece, *word(piece, page), when);
}

/* Into the empty place, which has no mapping; its own has none then. */
static void slide(size_t piece)
{
	size_t old = where[piece];
	char *to = place + empty * PIECE;

	CHECK(mremap(page_of(piece, 0), PIECE, PIECE,
		     MREMAP_MAYMOVE | MREMAP_FIXED, to) == to, "mremap: %s",
	      strerror(errno));
	where[piece] = empty;
	empty = old;
}

int main(int argc, char **argv)
{
	size_t mib = 16, i, page;

	victim_begin(argc, argv);
	if (optind < argc)
		mib = strtoul(argv[optind], NULL, 10);
	pieces = (mib << 20) / PIECE;
	where = calloc(pieces, sizeof(*where));
	place = mmap(NULL, (pieces + 1) * PIECE, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(where && place != MAP_FAILED, "no memory");
	CHECK_CALL(munmap(place + pieces * PIECE, PIECE));
	empty = pieces;
	for (i = 0; i < pieces; i++) {
		where[i] = i;
		for (page = 0; page < PIECE_PAGES; page++)
			*word(i, page) = victim_mix(i * PIECE_PAGES + page);
	}
	while (victim_next()) {
		for (i = 0; i < pieces; i++) {
			slide(i);
			check(i, (victim.done + i) % PIECE_PAGES, "once moved");
		}
		for (i = 0; i < pieces; i++)
			for (page = 0; page < PIECE_PAGES; page++)
				check(i, page, "in the end");
	}
	return victim_pass();
}
