// SPDX-License-Identifier: GPL-2.0-only
/*
 * Children that are killed as soon as they are made, or a little later: they are
 * dead at once, and their parent hears it.
 */
#include "child.h"

enum { LATE_MS = 1500, STEPS = 8, STEP_US = 700 };

static void slay(unsigned int us)
{
	uint64_t begun;
	int status;
	pid_t child = child_fork();

	if (!child)
		for (;;)
			pause();
	if (us)
		usleep(us);
	begun = victim_clock_ms(CLOCK_MONOTONIC);
	CHECK_CALL(kill(child, SIGKILL));
	CHECK(CHECK_CALL(waitpid(child, &status, 0)) == child, "a stranger");
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL,
	      "killed, it ended with %#x", status);
	begun = victim_clock_ms(CLOCK_MONOTONIC) - begun;
	CHECK(begun < LATE_MS, "killed after %u us, it died after %lu ms", us,
	      begun);
}

int main(int argc, char **argv)
{
	victim_begin(argc, argv);
	while (victim_next())
		for (int i = 0; i < STEPS; i++)
			slay(i * STEP_US);
	return victim_pass();
}
