// SPDX-License-Identifier: GPL-2.0-only
/*
 * Queues signals to a process, with the numbers from 0 as their values:
 *
 *	sigsend PID COUNT [PAUSE_MS]
 *
 * Prints its own PID, which is what the receiver sees. Not a victim.
 */
#include "victim.h"

int main(int argc, char **argv)
{
	struct timespec pause = { 0, 0 };
	pid_t pid;
	int count;

	CHECK(argc > 2, "send to whom, and how many?");
	pid = atoi(argv[1]);
	count = atoi(argv[2]);
	if (argc > 3)
		pause.tv_nsec = atoi(argv[3]) * 1000000l;
	for (int i = 0; i < count; i++) {
		/* The receiver's queue may be full for a while. */
		while (sigqueue(pid, SIGRTMIN + 2,
				(union sigval){ .sival_int = i })) {
			CHECK(errno == EAGAIN, "signal %d of %d: %s", i, count,
			      strerror(errno));
			usleep(10000);
		}
		nanosleep(&pause, NULL);
	}
	printf("%d\n", getpid());
	return 0;
}
