// SPDX-License-Identifier: GPL-2.0-only
/*
 * CPU time: it grows while the program burns it, by every way of asking, never
 * goes back and never grows faster than time itself.
 */
#include "victim.h"

#include <sys/resource.h>
#include <sys/times.h>

enum { BURN_MS = 50, SLACK_MS = 2000, STUCK_MS = 20000 };

static uint64_t by_rusage(void)
{
	struct rusage ru;

	CHECK_CALL(getrusage(RUSAGE_SELF, &ru));
	return (ru.ru_utime.tv_sec + ru.ru_stime.tv_sec) * 1000ull +
	       (ru.ru_utime.tv_usec + ru.ru_stime.tv_usec) / 1000;
}

static uint64_t by_times(void)
{
	struct tms tms;

	CHECK_CALL(times(&tms));
	return (uint64_t)(tms.tms_utime + tms.tms_stime) * 1000 /
	       sysconf(_SC_CLK_TCK);
}

static uint64_t by_process_clock(void)
{
	return victim_clock_ms(CLOCK_PROCESS_CPUTIME_ID);
}

static uint64_t by_thread_clock(void)
{
	return victim_clock_ms(CLOCK_THREAD_CPUTIME_ID);
}

static const struct {
	const char *name;
	uint64_t (*ask)(void);
} way[] = {
	{ "getrusage", by_rusage },
	{ "times", by_times },
	{ "the process clock", by_process_clock },
	{ "the thread clock", by_thread_clock },
};

enum { WAYS = ARRAY_SIZE(way) };

static uint64_t first[WAYS], last[WAYS], grown_at[WAYS];

static void look(int i, uint64_t start)
{
	uint64_t wall, cpu = way[i].ask();

	/* Asked for after the CPU time: it is the later of the two. */
	wall = victim_clock_ms(CLOCK_MONOTONIC);
	CHECK(cpu >= last[i], "%s went back by %lu ms", way[i].name,
	      last[i] - cpu);
	CHECK(cpu - first[i] <= wall - start + SLACK_MS,
	      "%s counts %lu ms in %lu", way[i].name, cpu - first[i],
	      wall - start);
	if (cpu > last[i])
		grown_at[i] = wall;
	CHECK(wall - grown_at[i] < STUCK_MS, "%s does not grow", way[i].name);
	last[i] = cpu;
}

int main(int argc, char **argv)
{
	uint64_t start = victim_clock_ms(CLOCK_MONOTONIC), now;

	victim_begin(argc, argv);
	for (int i = 0; i < WAYS; i++) {
		first[i] = way[i].ask();
		last[i] = first[i];
		grown_at[i] = start;
	}
	while (victim_next()) {
		now = victim_clock_ms(CLOCK_MONOTONIC);
		while (victim_clock_ms(CLOCK_MONOTONIC) < now + BURN_MS)
			;
		for (int i = 0; i < WAYS; i++)
			look(i, start);
	}
	/* The four ways count the same time. */
	for (int i = 1; i < WAYS; i++)
		CHECK(last[i] - first[i] + SLACK_MS / 2 > last[0] - first[0] &&
		      last[0] - first[0] + SLACK_MS / 2 > last[i] - first[i],
		      "%s says %lu ms, %s %lu", way[i].name, last[i] - first[i],
		      way[0].name, last[0] - first[0]);
	return victim_pass();
}
