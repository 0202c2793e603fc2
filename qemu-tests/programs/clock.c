// SPDX-License-Identifier: GPL-2.0-only
/*
 * No clock goes back or jumps, whether read through the vDSO or by a bare
 * syscall; the real-time clock keeps its distance from the monotonic one, whatever
 * time it is on the node.
 *
 * A clock may stand still for as long as a move takes, which under emulation is
 * seconds.
 */
#include "victim.h"

#include <sys/syscall.h>
#include <sys/time.h>

enum { MAX_JUMP_MS = 20000, MAX_DRIFT_MS = 1000, PAIRS = 2000 };

struct source {
	const char *name;
	clockid_t id;
	uint64_t last_ns;
};

static uint64_t ns(const struct timespec *ts)
{
	return (uint64_t)ts->tv_sec * 1000000000 + ts->tv_nsec;
}

/* Each way of reading must not be behind any earlier reading. */
static void check(struct source *s)
{
	struct timespec fast, slow;

	CHECK_CALL(clock_gettime(s->id, &fast));
	CHECK_CALL(syscall(SYS_clock_gettime, s->id, &slow));
	CHECK(ns(&fast) >= s->last_ns, "%s (vDSO) went back by %lu ns",
	      s->name, s->last_ns - ns(&fast));
	CHECK(ns(&slow) >= ns(&fast), "%s: syscall is %lu ns behind the vDSO",
	      s->name, ns(&fast) - ns(&slow));
	CHECK(!s->last_ns ||
	      ns(&slow) - s->last_ns < MAX_JUMP_MS * 1000000ull,
	      "%s jumped by %lu ns", s->name, ns(&slow) - s->last_ns);
	s->last_ns = ns(&slow);
}

static int64_t real_distance_ms(void)
{
	struct timeval tv;

	CHECK_CALL(gettimeofday(&tv, NULL));
	return (int64_t)tv.tv_sec * 1000 + tv.tv_usec / 1000 -
	       (int64_t)victim_clock_ms(CLOCK_MONOTONIC);
}

int main(int argc, char **argv)
{
	struct source sources[] = {
		{ "CLOCK_MONOTONIC", CLOCK_MONOTONIC, 0 },
		{ "CLOCK_BOOTTIME", CLOCK_BOOTTIME, 0 },
		{ "CLOCK_MONOTONIC_COARSE", CLOCK_MONOTONIC_COARSE, 0 },
		{ "CLOCK_REALTIME", CLOCK_REALTIME, 0 },
		{ "CLOCK_REALTIME_COARSE", CLOCK_REALTIME_COARSE, 0 },
		{ "CLOCK_TAI", CLOCK_TAI, 0 },
	};
	int64_t distance = real_distance_ms(), change;

	victim_begin(argc, argv);
	while (victim_next()) {
		for (int i = 0; i < PAIRS; i++)
			check(&sources[i % ARRAY_SIZE(sources)]);
		change = real_distance_ms() - distance;
		CHECK(labs(change) < MAX_DRIFT_MS, "real time moved by %ld ms",
		      change);
	}
	return victim_pass();
}
