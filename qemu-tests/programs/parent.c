// SPDX-License-Identifier: GPL-2.0-only
/*
 * Starts a program and tells, one line each, all that a parent hears of it:
 *
 *	parent PROGRAM [ARGUMENT...]
 *
 *	pid PID
 *	stopped SIGNAL
 *	continued
 *	exited STATUS, or: killed SIGNAL [core]
 *	cpu MILLISECONDS
 *
 * Not a victim; it stays at home.
 */
#include "victim.h"

#include <sys/resource.h>
#include <sys/wait.h>

static void tell_end(int status)
{
	struct rusage ru;

	if (WIFEXITED(status))
		printf("exited %d\n", WEXITSTATUS(status));
	else
		printf("killed %d%s\n", WTERMSIG(status),
		       WCOREDUMP(status) ? " core" : "");
	CHECK_CALL(getrusage(RUSAGE_CHILDREN, &ru));
	printf("cpu %ld\n", (ru.ru_utime.tv_sec + ru.ru_stime.tv_sec) * 1000 +
	       (ru.ru_utime.tv_usec + ru.ru_stime.tv_usec) / 1000);
}

int main(int argc, char **argv)
{
	int status;
	pid_t child;

	CHECK(argc > 1, "start what?");
	setvbuf(stdout, NULL, _IOLBF, 0);
	child = CHECK_CALL(fork());
	if (!child) {
		execvp(argv[1], argv + 1);
		_exit(127);
	}
	printf("pid %d\n", child);
	for (;;) {
		CHECK_CALL(waitpid(child, &status, WUNTRACED | WCONTINUED));
		if (WIFSTOPPED(status))
			printf("stopped %d\n", WSTOPSIG(status));
		else if (WIFCONTINUED(status))
			printf("continued\n");
		else
			break;
	}
	tell_end(status);
	return 0;
}
