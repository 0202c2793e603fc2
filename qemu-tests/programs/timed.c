// SPDX-License-Identifier: GPL-2.0-only
/*
 * Waits for SIGUSR1, then does something and says how long it took:
 *
 *	timed calls COUNT    getppid() so many times: median of one, in ns
 *	timed work ROUNDS    computes: all of it, in us
 *	timed touch MIB      reads a word of each page of so much memory: in us
 *
 * It prepares first, says "ready", and can be moved while it waits. After the
 * figure it stays until it is killed, so that others can look at it. Knows
 * nothing of migration; not a victim.
 */
#include "victim.h"

#include <sys/syscall.h>

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static int by_size(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void await_signal(void)
{
	sigset_t set;
	int sig;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	CHECK_CALL(sigprocmask(SIG_BLOCK, &set, NULL));
	printf("ready\n");
	fflush(stdout);
	do {
		sig = sigwaitinfo(&set, NULL);
	} while (sig == -1 && errno == EINTR);
}

static uint64_t calls(size_t count)
{
	uint64_t *ns = calloc(count, sizeof(*ns));

	CHECK(ns && count, "how many?");
	await_signal();
	for (size_t i = 0; i < count; i++) {
		uint64_t begin = now_ns();

		syscall(SYS_getppid);
		ns[i] = now_ns() - begin;
	}
	qsort(ns, count, sizeof(*ns), by_size);
	return ns[count / 2];
}

static uint64_t work(size_t rounds)
{
	volatile uint64_t sink;
	uint64_t x = 1, begin;

	await_signal();
	begin = now_ns();
	while (rounds--)
		x = victim_mix(x);
	sink = x;
	(void)sink;
	return (now_ns() - begin) / 1000;
}

static uint64_t touch(size_t mib)
{
	size_t words = (mib << 20) / sizeof(uint64_t), step = 4096 / 8;
	uint64_t *memory = malloc(mib << 20), begin, took;

	CHECK(memory && mib, "how much?");
	for (size_t i = 0; i < words; i += step)
		memory[i] = victim_mix(i);
	await_signal();
	begin = now_ns();
	for (size_t i = 0; i < words; i += step)
		CHECK(memory[i] == victim_mix(i), "page %zu", i / step);
	took = (now_ns() - begin) / 1000;
	return took;
}

int main(int argc, char **argv)
{
	uint64_t result = 0;
	size_t n;

	CHECK(argc == 3, "see the head of timed.c");
	n = strtoull(argv[2], NULL, 10);
	if (!strcmp(argv[1], "calls"))
		result = calls(n);
	else if (!strcmp(argv[1], "work"))
		result = work(n);
	else if (!strcmp(argv[1], "touch"))
		result = touch(n);
	else
		victim_fail("no such thing: %s", argv[1]);
	printf("%llu\n", (unsigned long long)result);
	fflush(stdout);
	for (;;)
		pause();
}
