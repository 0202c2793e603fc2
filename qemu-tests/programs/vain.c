// SPDX-License-Identifier: GPL-2.0-only
/*
 * Looks for a program that is nowhere, as a shell does for a command: the call
 * fails for each folder, and the process is what it was. Now and then there is a
 * signal with a handler in front of it.
 */
#include "victim.h"

static volatile sig_atomic_t handled;

static void handle(int sig)
{
	(void)sig;
	handled++;
}

int main(int argc, char **argv)
{
	char *const args[] = { "nowhere", "to be found", NULL };
	unsigned long sent = 0;

	victim_begin(argc, argv);
	signal(SIGUSR1, handle);
	CHECK_CALL(setenv("PATH", "/nowhere:/bin:/sbin:/tmp", 1));
	while (victim_next()) {
		if (victim.done % 5 == 0) {
			kill(getpid(), SIGUSR1);
			sent++;
		}
		CHECK(execvp(args[0], args) < 0 && errno == ENOENT,
		      "it was found: %s", strerror(errno));
		CHECK((unsigned long)handled == sent,
		      "%lu signals sent, %d handled", sent, handled);
	}
	return victim_pass();
}
