// SPDX-License-Identifier: GPL-2.0-only
/*
 * Nothing that waits for a time ends before it, to the nanosecond, by the clock
 * that the program itself reads: sleeps, timeouts, timers, alarms.
 */
#include "victim.h"

#include <poll.h>
#include <sys/time.h>
#include <sys/timerfd.h>

enum { MS = 1000000 };

static uint64_t now_ns(void)
{
	struct timespec ts;

	CHECK_CALL(clock_gettime(CLOCK_MONOTONIC, &ts));
	return (uint64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

/* What began at @start must have lasted @ms. */
static void check(const char *what, uint64_t start, unsigned int ms)
{
	uint64_t took = now_ns() - start;

	CHECK(took >= (uint64_t)ms * MS, "%s of %u ms took %lu ns", what, ms,
	      took);
}

static void relative(unsigned int ms)
{
	struct timespec ts = { .tv_nsec = ms * MS };
	uint64_t start = now_ns();

	CHECK(!nanosleep(&ts, NULL), "nanosleep: %s", strerror(errno));
	check("a sleep", start, ms);
}

static void absolute(unsigned int ms)
{
	uint64_t start = now_ns(), end = start + (uint64_t)ms * MS;
	struct timespec ts = { .tv_sec = end / 1000000000,
			       .tv_nsec = end % 1000000000 };

	CHECK(!clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL),
	      "clock_nanosleep");
	check("a sleep to a moment", start, ms);
}

static void timeouts(unsigned int ms)
{
	uint64_t start = now_ns();
	struct pollfd none = { .fd = -1 };

	CHECK(!poll(&none, 1, ms), "poll: %s", strerror(errno));
	check("poll", start, ms);
}

static void timer_descriptor(int fd, unsigned int ms)
{
	struct itimerspec once = { .it_value.tv_nsec = ms * MS };
	uint64_t start = now_ns(), got;

	CHECK_CALL(timerfd_settime(fd, 0, &once, NULL));
	CHECK(read(fd, &got, sizeof(got)) == 8 && got == 1, "timerfd");
	check("a timer descriptor", start, ms);
}

/* The alarm comes while the program computes: no call ends with it. */
static volatile sig_atomic_t rung;

static void on_alarm(int sig)
{
	(void)sig;
	rung = 1;
}

static void alarm_clock(unsigned int ms)
{
	struct itimerval once = { .it_value.tv_usec = ms * 1000 };
	uint64_t start = now_ns();

	rung = 0;
	CHECK_CALL(setitimer(ITIMER_REAL, &once, NULL));
	while (!rung)
		;
	check("an alarm", start, ms);
}

int main(int argc, char **argv)
{
	struct sigaction act = { .sa_handler = on_alarm };
	int fd = CHECK_CALL(timerfd_create(CLOCK_MONOTONIC, 0));

	victim_begin(argc, argv);
	CHECK_CALL(sigaction(SIGALRM, &act, NULL));
	while (victim_next()) {
		/* Up to more than a move takes, or none is ever within one. */
		for (unsigned int ms = 1; ms <= 256; ms *= 4) {
			relative(ms);
			absolute(ms);
			timeouts(ms);
			timer_descriptor(fd, ms);
			alarm_clock(ms);
		}
	}
	return victim_pass();
}
