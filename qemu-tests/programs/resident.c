// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every third page of a mapping is used, others from round to round: smaps says how
 * many there are, pagemap which.
 */
#include "memory.h"

enum { PAGES = 600, EACH = 3 };

#define PRESENT		(UINT64_C(1) << 63)
#define SWAPPED		(UINT64_C(1) << 62)
#define EXCLUSIVE	(UINT64_C(1) << 56)

static long used(unsigned long round)
{
	return (PAGES - round % EACH + EACH - 1) / EACH;
}

/* Of the mapping that begins at @at, in KiB. */
static long smaps_kib(const char *at, const char *field)
{
	FILE *file = fopen("/proc/self/smaps", "re");
	bool inside = false;
	char line[256];
	long kib = -1;

	CHECK(file, "no smaps: %s", strerror(errno));
	while (kib < 0 && fgets(line, sizeof(line), file)) {
		char *rest;
		uintptr_t start = strtoul(line, &rest, 16);

		if (*rest == '-')
			inside = start == (uintptr_t)at;
		else if (inside && !strncmp(line, field, strlen(field)))
			kib = atol(line + strlen(field));
	}
	fclose(file);
	return kib;
}

static void check_smaps(const char *at, unsigned long round, const char *field)
{
	long want = used(round) * (PAGE / 1024), is = smaps_kib(at, field);

	CHECK(is == want, "%s %ld KiB, not %ld", field, is, want);
}

static void check_pagemap(const char *at, unsigned long round)
{
	int fd = CHECK_CALL(open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC));
	uint64_t entry[PAGES];
	ssize_t got = pread(fd, entry, sizeof(entry),
			    (uintptr_t)at / PAGE * sizeof(*entry));

	CHECK(got == sizeof(entry), "%zd bytes of pagemap", got);
	for (size_t i = 0; i < PAGES; i++) {
		bool is = entry[i] & (PRESENT | SWAPPED);
		bool want = i % EACH == round % EACH;

		CHECK(is == want, "page %zu: %#lx", i, entry[i]);
		CHECK(!(entry[i] & PRESENT) || (entry[i] & EXCLUSIVE),
		      "page %zu is shared", i);
	}
	close(fd);
}

int main(int argc, char **argv)
{
	char *at;

	victim_begin(argc, argv);
	/* What is beside it shall not become a part of it. */
	at = memory_map(PAGES + 2, PROT_READ | PROT_WRITE);
	CHECK_CALL(mprotect(at, PAGE, PROT_NONE));
	CHECK_CALL(mprotect(at + (PAGES + 1) * PAGE, PAGE, PROT_NONE));
	at += PAGE;
	for (unsigned long round = 0; victim_next(); round++) {
		memory_use(at, PAGES, EACH, round % EACH);
		check_smaps(at, round, "Rss:");
		check_smaps(at, round, "Pss:");
		check_smaps(at, round, "Private_Dirty:");
		check_smaps(at, round, "Anonymous:");
		check_pagemap(at, round);
	}
	return victim_pass();
}
