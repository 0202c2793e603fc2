// SPDX-License-Identifier: GPL-2.0-only
/*
 * Locks memory when it is told to, and keeps it:
 *
 *	hoard MIB
 *
 * As soon as a file "go" lies in the control directory it locks so many MiB, and says
 * "locked" or the name of the error on its standard output. All its pages must be what
 * they were from then on.
 */
#include "memory.h"

int main(int argc, char **argv)
{
	uint64_t *at = NULL;
	size_t pages;

	victim_begin(argc, argv);
	CHECK(optind < argc, "how much?");
	pages = strtoul(argv[optind], NULL, 10) << 8;
	while (victim_next()) {
		if (!at && victim.dir && victim_is_told("go")) {
			at = (void *)memory_map(pages, PROT_READ | PROT_WRITE);
			printf("%s\n", mlock(at, pages * PAGE) ?
			       strerrorname_np(errno) : "locked");
			fflush(stdout);
			for (size_t i = 0; i < pages; i++)
				at[i * (PAGE / 8)] = victim_mix(i);
		}
		for (size_t i = 0; at && i < pages; i++)
			CHECK(at[i * (PAGE / 8)] == victim_mix(i),
			      "page %zu is %#lx", i, at[i * (PAGE / 8)]);
	}
	return victim_pass();
}
