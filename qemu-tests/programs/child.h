/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What victims with children share. Their first argument is how many
 * milliseconds they work before they make a child: one that works long enough
 * is worth its place, and its child goes where it goes.
 */
#ifndef CHILD_H
#define CHILD_H

#include "victim.h"

#include <sys/wait.h>

static uint64_t child_work_ms;

static inline void child_begin(int argc, char **argv)
{
	victim_begin(argc, argv);
	if (optind < argc)
		child_work_ms = strtoul(argv[optind], NULL, 10);
}

static inline void child_work(void)
{
	uint64_t end = victim_clock_ms(CLOCK_MONOTONIC) + child_work_ms;
	volatile uint64_t x = 0;

	while (child_work_ms && victim_clock_ms(CLOCK_MONOTONIC) < end)
		for (int i = 0; i < 10000; i++)
			x = victim_mix(x);
}

static inline pid_t child_fork(void)
{
	child_work();
	return CHECK_CALL(fork());
}

static inline int child_reap(pid_t child)
{
	int status;
	pid_t got;

	do {
		got = waitpid(child, &status, 0);
	} while (got < 0 && errno == EINTR);
	CHECK(got == child, "wait for %d: %d, %s", child, got, strerror(errno));
	return status;
}

static inline void child_exits(pid_t child, int code, const char *what)
{
	int status = child_reap(child);

	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == code,
	      "%s: ended with %#x, not exit %d", what, status, code);
}

static inline void child_dies(pid_t child, int sig, const char *what)
{
	int status = child_reap(child);

	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == sig,
	      "%s: ended with %#x, not by signal %d", what, status, sig);
}

/* Until somebody writes, or the last one who could has ended. */
static inline bool child_hear(int fd, void *buffer, size_t size)
{
	ssize_t got;

	do {
		got = read(fd, buffer, size);
	} while (got < 0 && errno == EINTR);
	CHECK(got >= 0, "read: %s", strerror(errno));
	return (size_t)got == size;
}

static inline void child_say(int fd, const void *buffer, size_t size)
{
	CHECK(write(fd, buffer, size) == (ssize_t)size, "write: %s",
	      strerror(errno));
}

/* Work, then become @self anew, with --again, the rounds, the milliseconds and the directory. */
__attribute__((noreturn, unused))
static void child_become(char *self)
{
	static char rounds[32], ms[32];
	char *const args[] = { self, "--again", rounds, ms, (char *)victim.dir,
			       NULL };

	child_work();
	snprintf(rounds, sizeof(rounds), "%lu", victim.done);
	snprintf(ms, sizeof(ms), "%lu", (unsigned long)child_work_ms);
	execv("/proc/self/exe", args);
	victim_fail("execv: %s", strerror(errno));
}

#endif
