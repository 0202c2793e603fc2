// SPDX-License-Identifier: GPL-2.0-only
/*
 * A private mapping of a file: pages never written show the file, pages once
 * written keep what was written, and the file never changes.
 *
 *	filemap [fresh]
 *
 * With "fresh" every round maps and unmaps the file once more.
 */
#include "victim.h"

#include <sys/mman.h>

enum { PAGE = 4096, PAGES = 256, WORDS = PAGE / 8 };

static uint8_t written[PAGES];

static uint64_t *map(int fd)
{
	void *at = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE,
			fd, 0);

	CHECK(at != MAP_FAILED, "mmap: %s", strerror(errno));
	return at;
}

static void check(const uint64_t *at, size_t page, uint8_t generation)
{
	uint64_t want = victim_mix(page << 8 | generation);

	CHECK(at[page * WORDS] == want && at[page * WORDS + WORDS - 1] == want,
	      "page %zu, written %u times, is wrong", page, generation);
}

static void write_page(uint64_t *at, size_t page, uint8_t generation)
{
	at[page * WORDS] = victim_mix(page << 8 | generation);
	at[page * WORDS + WORDS - 1] = at[page * WORDS];
}

static int make_file(void)
{
	static uint64_t block[WORDS];
	int fd = CHECK_CALL(open("/tmp", O_TMPFILE | O_RDWR, 0600));

	for (size_t page = 0; page < PAGES; page++) {
		for (size_t i = 0; i < WORDS; i++)
			block[i] = victim_mix(page << 8);
		CHECK(write(fd, block, PAGE) == PAGE, "write: %s",
		      strerror(errno));
	}
	return fd;
}

int main(int argc, char **argv)
{
	uint64_t *kept, *fresh, word;
	bool again;
	int fd;

	victim_begin(argc, argv);
	again = optind < argc && !strcmp(argv[optind], "fresh");
	fd = make_file();
	kept = map(fd);
	while (victim_next()) {
		size_t page = victim_mix(victim.done) % PAGES;

		fresh = again ? map(fd) : kept;
		for (size_t i = 0; i < PAGES; i++)
			check(kept, i, written[i]);
		write_page(kept, page, ++written[page]);
		if (again) {
			check(fresh, page, 0);
			CHECK_CALL(munmap(fresh, PAGES * PAGE));
		}
		CHECK(pread(fd, &word, 8, page * PAGE) == 8 &&
		      word == victim_mix(page << 8), "the file changed");
	}
	return victim_pass();
}
