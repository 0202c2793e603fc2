/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What every victim shares: how it says that it is ready, how it is told to
 * stop and how it says what it saw.
 *
 * A victim knows nothing of migration. It prepares, checks its own state round
 * after round until it is told to stop, checks once more and prints PASS, or
 * FAIL and what was wrong. Somebody else moves it meanwhile.
 *
 *	NAME [-d DIR] [-n ROUNDS] [-t SECONDS] [ARGUMENT...]
 *
 * -d DIR: after its first good round the victim writes its PID in /proc to DIR/ready,
 * keeps the number of good rounds in DIR/rounds and stops when DIR/stop
 * exists. Without any option it runs for two seconds. SIGTERM stops it, too.
 */
#ifndef VICTIM_H
#define VICTIM_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#ifndef VICTIM_POLL_MS
#define VICTIM_POLL_MS 50
#endif

enum { VICTIM_DEFAULT_MS = 2000 };

/**
 * struct victim - the control state of the running victim
 * @dir: control directory, or NULL
 * @rounds_fd: DIR/rounds, or -1
 * @done: good rounds so far
 * @max: rounds to do, 0 = no limit
 * @end_ms: monotonic time at which to stop, 0 = no limit
 * @poll_ms: monotonic time of the next look at DIR/stop
 * @stop: set by SIGTERM
 */
struct victim {
	const char *dir;
	int rounds_fd;
	unsigned long done;
	unsigned long max;
	uint64_t end_ms;
	uint64_t poll_ms;
	volatile sig_atomic_t stop;
};

static struct victim victim = { .rounds_fd = -1 };

/**
 * victim_fail() - say what was wrong and end
 * @format: as for printf()
 *
 * Context: not from a signal handler.
 * Return: does not.
 */
__attribute__((noreturn, format(printf, 1, 2), unused))
static void victim_fail(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	printf("FAIL: ");
	vprintf(format, ap);
	printf(" (round %lu)\n", victim.done + 1);
	va_end(ap);
	fflush(stdout);
	_exit(1);
}

/* One check; the text says what was seen, with the values. */
#define CHECK(condition, ...) \
	do { \
		if (!(condition)) \
			victim_fail(__VA_ARGS__); \
	} while (0)

/* One call that must not fail. */
#define CHECK_CALL(call) \
	({ \
		__typeof__(call) __ret = (call); \
		CHECK(__ret != (__typeof__(call))-1, "%s: %s", #call, \
		      strerror(errno)); \
		__ret; \
	})

static inline uint64_t victim_clock_ms(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (uint64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* A mixing function (splitmix64): the pattern in every victim's memory. */
static inline uint64_t victim_mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15ull;
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ull;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebull;
	return x ^ (x >> 31);
}

static void victim_on_term(int sig)
{
	(void)sig;
	victim.stop = 1;
}

static int victim_open(const char *name, int flags)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s", victim.dir, name);
	return open(path, flags | O_CLOEXEC, 0644);
}

/**
 * victim_begin() - read the options and get ready to be stopped
 * @argc: as main() got it
 * @argv: as main() got it; optind says where the victim's arguments begin
 *
 * Context: first thing in main().
 */
static inline void victim_begin(int argc, char **argv)
{
	struct sigaction sa = { .sa_handler = victim_on_term,
				.sa_flags = SA_RESTART };
	uint64_t now = victim_clock_ms(CLOCK_MONOTONIC);
	int option;

	while ((option = getopt(argc, argv, "+d:n:t:")) != -1) {
		if (option == 'd')
			victim.dir = optarg;
		else if (option == 'n')
			victim.max = strtoul(optarg, NULL, 10);
		else if (option == 't')
			victim.end_ms = now + strtod(optarg, NULL) * 1000;
		else
			exit(2);
	}
	if (!victim.dir && !victim.max && !victim.end_ms)
		victim.end_ms = now + VICTIM_DEFAULT_MS;
	if (victim.dir) {
		/*
		 * Never truncated: one that executes itself again would show
		 * its reader no rounds at all for a moment.
		 */
		victim.rounds_fd = victim_open("rounds", O_WRONLY | O_CREAT);
		CHECK(victim.rounds_fd >= 0, "%s/rounds: %s", victim.dir,
		      strerror(errno));
	}
	CHECK_CALL(sigaction(SIGTERM, &sa, NULL));
}

static inline void victim_say_ready(void)
{
	char text[32] = "";
	int fd;

	printf("ready\n");
	fflush(stdout);
	if (!victim.dir)
		return;
	/* Not getpid(): who looks for us is in no namespace of ours. */
	CHECK_CALL(readlink("/proc/self", text, sizeof(text) - 2));
	strcat(text, "\n");
	fd = CHECK_CALL(victim_open("ready", O_WRONLY | O_CREAT | O_TRUNC));
	CHECK_CALL(write(fd, text, strlen(text)));
	close(fd);
}

/**
 * victim_is_told() - does a file of this name lie in the control directory?
 * @name: which
 *
 * Return: true while it does.
 */
static inline bool victim_is_told(const char *name)
{
	int fd = victim_open(name, O_RDONLY);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static inline bool victim_told_to_stop(uint64_t now)
{
	char text[32];

	if (!victim.dir || now < victim.poll_ms)
		return false;
	victim.poll_ms = now + VICTIM_POLL_MS;
	/* One length for ever: a reader never sees half a number. */
	snprintf(text, sizeof(text), "%010lu\n", victim.done);
	CHECK_CALL(pwrite(victim.rounds_fd, text, strlen(text), 0));
	return victim_is_told("stop");
}

/**
 * victim_next() - end one round and ask for the next
 *
 * The first call begins round one; every further call ends a good round.
 *
 * Context: the main loop of the victim, nowhere else.
 * Return: true while there is another round to do.
 */
static inline bool victim_next(void)
{
	static bool begun;
	uint64_t now;

	if (!begun) {
		begun = true;
		return true;
	}
	if (++victim.done == 1)
		victim_say_ready();
	now = victim_clock_ms(CLOCK_MONOTONIC);
	if (victim.stop || victim_told_to_stop(now))
		return false;
	if (victim.max && victim.done >= victim.max)
		return false;
	return !victim.end_ms || now < victim.end_ms;
}

/**
 * victim_pass() - say that all was well
 *
 * Context: last thing in main().
 * Return: the exit status of the victim.
 */
static inline int victim_pass(void)
{
	printf("PASS %lu rounds\n", victim.done);
	return fflush(stdout) ? 1 : 0;
}

#endif
