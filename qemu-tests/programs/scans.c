// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every third page of a mapping is used, others from round to round; the ioctl
 * PAGEMAP_SCAN finds these and no others.
 */
#include "memory.h"

#include <sys/ioctl.h>

enum { PAGES = 300, EACH = 3 };

/* The headers of the test's libc may be older than this command. */
struct region {
	uint64_t start;
	uint64_t end;
	uint64_t categories;
};

struct scan {
	uint64_t size;
	uint64_t flags;
	uint64_t start;
	uint64_t end;
	uint64_t walk_end;
	uint64_t vec;
	uint64_t vec_len;
	uint64_t max_pages;
	uint64_t category_inverted;
	uint64_t category_mask;
	uint64_t category_anyof_mask;
	uint64_t return_mask;
};

#define SCAN		_IOWR('f', 16, struct scan)
#define IS_PRESENT	(UINT64_C(1) << 3)
#define IS_SWAPPED	(UINT64_C(1) << 4)

static void check_scan(const char *at, unsigned long round)
{
	int fd = CHECK_CALL(open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC));
	struct region found[PAGES];
	struct scan scan = {
		.size			= sizeof(scan),
		.start			= (uintptr_t)at,
		.end			= (uintptr_t)at + PAGES * PAGE,
		.vec			= (uintptr_t)found,
		.vec_len		= PAGES,
		.category_anyof_mask	= IS_PRESENT | IS_SWAPPED,
		.return_mask		= IS_PRESENT | IS_SWAPPED,
	};
	int n = CHECK_CALL(ioctl(fd, SCAN, &scan));

	CHECK(n == PAGES / EACH, "%d regions, not %d", n, PAGES / EACH);
	for (int i = 0; i < n; i++) {
		uint64_t want = (uintptr_t)at + (i * EACH + round % EACH) * PAGE;

		CHECK(found[i].start == want && found[i].end == want + PAGE,
		      "region %d is %#lx to %#lx, not %#lx", i, found[i].start,
		      found[i].end, want);
	}
	close(fd);
}

int main(int argc, char **argv)
{
	char *at;

	victim_begin(argc, argv);
	at = memory_map(PAGES, PROT_READ | PROT_WRITE);
	for (unsigned long round = 0; victim_next(); round++) {
		memory_use(at, PAGES, EACH, round % EACH);
		check_scan(at, round);
	}
	return victim_pass();
}
