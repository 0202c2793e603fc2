// SPDX-License-Identifier: GPL-2.0-only
/*
 * Works for a while and executes itself anew, each round: the same process, with
 * what it was given and nothing else.
 *
 *	becomes [MS]		MS is as in child.h
 */
#include "child.h"

static char pid[32];

int main(int argc, char **argv)
{
	bool again = argc > 3 && !strcmp(argv[1], "--again");
	char *const options[] = { argv[0], "-d", argv[again ? 4 : 0], NULL };

	snprintf(pid, sizeof(pid), "%d", getpid());
	if (!again) {
		child_begin(argc, argv);
		CHECK_CALL(setenv("BECOMES", pid, 1));
	} else {
		victim_begin(argc > 4 ? 3 : 1, (char **)options);
		victim.done = strtoul(argv[2], NULL, 10);
		child_work_ms = strtoul(argv[3], NULL, 10);
	}
	CHECK(!strcmp(getenv("BECOMES") ?: "", pid), "it is process %s", pid);
	victim_next();
	if (!again || victim_next())
		child_become(argv[0]);
	return victim_pass();
}
