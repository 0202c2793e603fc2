// SPDX-License-Identifier: GPL-2.0-only
/*
 * Looks at the clock all the time and tells, when SIGTERM comes, for how long
 * at most it could not:
 *
 *	ticker MIB [write]   with so much memory, all of it used; with "write"
 *	                     it writes to one page after the other meanwhile
 *
 * Prints "ready", then on SIGUSR1 forgets what was, on SIGTERM prints the
 * longest gap in microseconds and ends. Knows nothing of migration; not a
 * victim.
 */
#include "victim.h"

static volatile sig_atomic_t forget, over;

static void on_signal(int sig)
{
	if (sig == SIGUSR1)
		forget = 1;
	else
		over = 1;
}

static uint64_t now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

int main(int argc, char **argv)
{
	struct sigaction sa = { .sa_handler = on_signal };
	uint64_t last, now, longest = 0;
	bool writes = argc == 3;
	size_t bytes, at = 0;
	char *memory;

	CHECK(argc == 2 || (writes && !strcmp(argv[2], "write")),
	      "see the head of ticker.c");
	bytes = strtoull(argv[1], NULL, 10) << 20;
	memory = malloc(bytes);
	CHECK(memory && bytes, "how much?");
	for (size_t i = 0; i < bytes; i += 4096)
		memory[i] = i >> 12;
	CHECK_CALL(sigaction(SIGUSR1, &sa, NULL));
	CHECK_CALL(sigaction(SIGTERM, &sa, NULL));
	printf("ready\n");
	fflush(stdout);
	last = now_us();
	while (!over) {
		if (writes) {
			memory[at]++;
			at = (at + 4096) % bytes;
		}
		now = now_us();
		if (now - last > longest)
			longest = now - last;
		last = now;
		if (forget) {
			forget = 0;
			longest = 0;
		}
	}
	printf("%llu\n", (unsigned long long)longest);
	return 0;
}
