// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes a directory and removes it, as often as it is told, once "go" lies in its
 * control directory:
 *
 *	dirs N
 */
#include "victim.h"

#include <sys/stat.h>

int main(int argc, char **argv)
{
	unsigned long left;
	char path[4096];

	victim_begin(argc, argv);
	CHECK(optind < argc, "how often?");
	left = strtoul(argv[optind], NULL, 10);
	snprintf(path, sizeof(path), "%s/made", victim.dir);
	while (victim_next()) {
		if (!left || !victim_is_told("go"))
			continue;
		CHECK_CALL(mkdir(path, 0700));
		CHECK_CALL(rmdir(path));
		left--;
	}
	CHECK(!left, "%lu were not made", left);
	return victim_pass();
}
