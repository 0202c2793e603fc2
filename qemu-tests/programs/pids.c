// SPDX-License-Identifier: GPL-2.0-only
/* Who the process is, and whose, never changes. */
#include "victim.h"

#include <sys/syscall.h>

static const struct {
	const char *name;
	long number;
	long arg;
} calls[] = {
	{ "getpid", SYS_getpid, 0 },	 { "gettid", SYS_gettid, 0 },
	{ "getppid", SYS_getppid, 0 },	 { "getpgrp", SYS_getpgrp, 0 },
	{ "getpgid", SYS_getpgid, 0 },	 { "getsid", SYS_getsid, 0 },
	{ "getuid", SYS_getuid, 0 },	 { "geteuid", SYS_geteuid, 0 },
	{ "getgid", SYS_getgid, 0 },	 { "getegid", SYS_getegid, 0 },
	{ "getpriority", SYS_getpriority, 0 },
	{ "sched_getscheduler", SYS_sched_getscheduler, 0 },
};

enum { CALLS = ARRAY_SIZE(calls), GROUPS = 64 };

int main(int argc, char **argv)
{
	gid_t groups[GROUPS], now[GROUPS];
	uid_t r, e, s;
	long first[CALLS], value;
	int count;

	victim_begin(argc, argv);
	count = CHECK_CALL(getgroups(GROUPS, groups));
	for (int i = 0; i < CALLS; i++)
		first[i] = syscall(calls[i].number, calls[i].arg, 0);
	while (victim_next()) {
		for (int i = 0; i < CALLS; i++) {
			value = syscall(calls[i].number, calls[i].arg, 0);
			CHECK(value == first[i], "%s was %ld, is %ld",
			      calls[i].name, first[i], value);
		}
		CHECK_CALL(getresuid(&r, &e, &s));
		CHECK(r == getuid() && e == geteuid(), "getresuid differs");
		CHECK(getgroups(GROUPS, now) == count &&
		      !memcmp(groups, now, count * sizeof(gid_t)),
		      "supplementary groups changed");
		/* By its own PID, too: the number must mean this process. */
		CHECK(getpgid(getpid()) == getpgrp(), "getpgid(self) differs");
		CHECK(getsid(getpid()) == getsid(0), "getsid(self) differs");
		CHECK(!kill(getpid(), 0), "kill(self, 0): %s", strerror(errno));
	}
	return victim_pass();
}
