// SPDX-License-Identifier: GPL-2.0-only
/*
 * Has a set-user-ID program do something that it may not do itself: that is
 * another copy of it, which finds itself somebody else.
 *
 *	trusting PROGRAM	the copy, which belongs to root
 */
#include "child.h"

#include <sys/prctl.h>

enum {
	TRUSTED		= 21,
	WORK_MS		= 60,
	TRUSTED_MS	= 400,	/* long enough to be looked at */
};

static int be_trusted(void)
{
	uid_t r, e, s;

	CHECK_CALL(getresuid(&r, &e, &s));
	if (!r || e || s || prctl(PR_GET_DUMPABLE) == 1)
		return 1;
	child_work_ms = TRUSTED_MS;
	child_work();
	/* It can be what it is only where that is known. */
	if (setresuid(0, 0, 0) || getuid())
		return 2;
	return TRUSTED;
}

int main(int argc, char **argv)
{
	pid_t child;

	if (!geteuid())
		return be_trusted();
	victim_begin(argc, argv);
	CHECK(optind < argc, "trust whom?");
	while (victim_next()) {
		child = CHECK_CALL(fork());
		if (!child) {
			execl(argv[optind], "trusted", (char *)NULL);
			_exit(3);
		}
		child_exits(child, TRUSTED, "who is trusted");
		child_work_ms = WORK_MS;
		child_work();
	}
	return victim_pass();
}
