// SPDX-License-Identifier: GPL-2.0-only
/*
 * Looks at the clock all the time and tells, when SIGTERM comes, for how long
 * at most it could not:
 *
 *	ticker MIB [write]   with so much memory, all of it used; with "write"
 *	                     it writes to one page after the other meanwhile
 *	ticker MIB ticks     it writes to the next page each millisecond
 *
 * Prints "ready", then on SIGUSR1 forgets what was, on SIGTERM prints the
 * longest gap in microseconds, with "ticks" how many milliseconds had no write,
 * and ends. The clock is the one that nodes can agree about, as something that is
 * carried to another node by hand has the other clocks of that. Knows nothing of
 * migration; not a victim.
 */
#include "victim.h"

enum { TICK_US = 1000 };

static volatile sig_atomic_t forget, over;

static char *memory;
static size_t bytes, at;

static void on_signal(int sig)
{
	if (sig == SIGUSR1)
		forget = 1;
	else
		over = 1;
}

static int64_t now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static void write_on(void)
{
	memory[at]++;
	at = (at + 4096) % bytes;
}

static bool told_to_forget(void)
{
	if (!forget)
		return false;
	forget = 0;
	return true;
}

static int64_t longest_gap(bool writes)
{
	int64_t last = now_us(), now, longest = 0;

	while (!over) {
		if (writes)
			write_on();
		now = now_us();
		if (now - last > longest)
			longest = now - last;
		last = now;
		if (told_to_forget())
			longest = 0;
	}
	return longest;
}

/* 10.2 ms behind: this tick is late, ten have no write. */
static int64_t missed_ticks(void)
{
	int64_t next = now_us(), now, behind, missed = 0;

	while (!over) {
		now = now_us();
		if (now < next)
			continue;
		write_on();
		behind = (now - next) / TICK_US;
		missed += behind;
		next += (behind + 1) * TICK_US;
		if (told_to_forget())
			missed = 0;
	}
	return missed;
}

int main(int argc, char **argv)
{
	struct sigaction sa = { .sa_handler = on_signal };
	const char *how = argc == 3 ? argv[2] : "";
	bool writes = !strcmp(how, "write"), ticks = !strcmp(how, "ticks");

	CHECK(argc == 2 || writes || ticks, "see the head of ticker.c");
	bytes = strtoull(argv[1], NULL, 10) << 20;
	memory = malloc(bytes);
	CHECK(memory && bytes, "how much?");
	for (size_t i = 0; i < bytes; i += 4096)
		memory[i] = i >> 12 | 1;
	CHECK_CALL(sigaction(SIGUSR1, &sa, NULL));
	CHECK_CALL(sigaction(SIGTERM, &sa, NULL));
	printf("ready\n");
	fflush(stdout);
	printf("%lld\n", (long long)(ticks ? missed_ticks() :
					     longest_gap(writes)));
	return 0;
}
