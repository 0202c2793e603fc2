// SPDX-License-Identifier: GPL-2.0-only
/*
 * Becomes a program of another user:
 *
 *	as UID PROGRAM [ARGUMENT...]
 *
 * Not a victim.
 */
#include "victim.h"

#include <grp.h>

int main(int argc, char **argv)
{
	uid_t uid;

	CHECK(argc > 2, "who, and what?");
	uid = strtoul(argv[1], NULL, 10);
	CHECK_CALL(setgroups(0, NULL));
	CHECK_CALL(setgid(uid));
	CHECK_CALL(setuid(uid));
	execvp(argv[2], argv + 2);
	victim_fail("%s: %s", argv[2], strerror(errno));
}
