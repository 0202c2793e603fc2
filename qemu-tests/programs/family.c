// SPDX-License-Identifier: GPL-2.0-only
/*
 * A parent that works, makes a child that works, executes itself and works
 * again; and works, and spawns the same program. Its children have a namespace of
 * their own, so they can be made at home only. Who looks for them finds their
 * names: family, child, grown.
 *
 *	family [-d DIR ...] [MS]	MS of work for each step, 2000 unless said
 */
#include "victim.h"

#include <sched.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

static void work(uint64_t ms)
{
	uint64_t end = victim_clock_ms(CLOCK_MONOTONIC) + ms;
	double x = 1.5;

	while (victim_clock_ms(CLOCK_MONOTONIC) < end)
		for (int i = 0; i < 10000; i++)
			x = x * 1.0000001 + 0.5;
	CHECK(x > 1, "arithmetic");
}

/* In a namespace of its own: a child that is made at home. */
static pid_t fork_apart(void)
{
	return syscall(SYS_clone, SIGCHLD | CLONE_NEWUTS, NULL, NULL, NULL,
		       NULL);
}

static void check_child(pid_t child, int code)
{
	int status;

	CHECK(CHECK_CALL(waitpid(child, &status, 0)) == child, "a stranger");
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == code,
	      "the child ended with %#x", status);
}

int main(int argc, char **argv)
{
	char ms[16], *grown[] = { "grown", ms, NULL };
	extern char **environ;
	pid_t child;

	if (!strcmp(argv[0], "grown")) {
		CHECK_CALL(prctl(PR_SET_NAME, "grown"));
		work(strtoul(argv[1], NULL, 10));
		return 7;
	}
	victim_begin(argc, argv);
	snprintf(ms, sizeof(ms), "%s", optind < argc ? argv[optind] : "2000");
	while (victim_next()) {
		work(strtoul(ms, NULL, 10));
		child = CHECK_CALL(fork_apart());
		if (!child) {
			CHECK_CALL(prctl(PR_SET_NAME, "child"));
			work(strtoul(ms, NULL, 10));
			execv("/proc/self/exe", grown);
			_exit(99);
		}
		check_child(child, 7);
		work(strtoul(ms, NULL, 10));
		CHECK(!posix_spawn(&child, "/proc/self/exe", NULL, NULL, grown,
				   environ), "posix_spawn");
		check_child(child, 7);
	}
	return victim_pass();
}
