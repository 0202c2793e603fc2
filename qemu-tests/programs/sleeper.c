// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sleeps are never short, never end with EINTR, and not absurdly long.
 *
 *	sleeper [MILLISECONDS]		(300 when not given)
 */
#include "victim.h"

#include <poll.h>
#include <sys/select.h>

enum { MAX_LATE_MS = 20000 };

static void sleep_relative(const struct timespec *ts)
{
	CHECK(!nanosleep(ts, NULL), "nanosleep: %s", strerror(errno));
}

static void sleep_absolute(const struct timespec *ts)
{
	struct timespec end;
	int ret;

	CHECK_CALL(clock_gettime(CLOCK_MONOTONIC, &end));
	end.tv_sec += ts->tv_sec + (end.tv_nsec + ts->tv_nsec) / 1000000000;
	end.tv_nsec = (end.tv_nsec + ts->tv_nsec) % 1000000000;
	ret = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &end, NULL);
	CHECK(!ret, "clock_nanosleep: %s", strerror(ret));
}

static void sleep_poll(const struct timespec *ts)
{
	int ms = ts->tv_sec * 1000 + ts->tv_nsec / 1000000;

	CHECK(!poll(NULL, 0, ms), "poll: %s", strerror(errno));
}

static void sleep_select(const struct timespec *ts)
{
	CHECK(!pselect(0, NULL, NULL, NULL, ts, NULL), "pselect: %s",
	      strerror(errno));
}

static void (* const way[])(const struct timespec *ts) = {
	sleep_relative, sleep_absolute, sleep_poll, sleep_select,
};

int main(int argc, char **argv)
{
	uint64_t ms = 300, start, took;
	struct timespec ts;

	victim_begin(argc, argv);
	if (optind < argc)
		ms = strtoul(argv[optind], NULL, 10);
	ts.tv_sec = ms / 1000;
	ts.tv_nsec = ms % 1000 * 1000000;
	while (victim_next()) {
		start = victim_clock_ms(CLOCK_MONOTONIC);
		way[victim.done % 4](&ts);
		took = victim_clock_ms(CLOCK_MONOTONIC) - start;
		/* Both ends are rounded down to a millisecond. */
		CHECK(took + 1 >= ms, "%lu ms of sleep took %lu", ms, took);
		CHECK(took < ms + MAX_LATE_MS, "%lu ms of sleep took %lu", ms,
		      took);
	}
	return victim_pass();
}
