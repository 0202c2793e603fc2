// SPDX-License-Identifier: GPL-2.0-only
/*
 * Waits for SIGUSR1, then does something and says how long it took:
 *
 *	timed calls COUNT    getppid() so many times: median of one, in ns
 *	timed work ROUNDS    computes: all of it, in us
 *	timed touch MIB      reads a word of each page of so much memory: in us
 *	timed touch MIB STEP  only of each STEPth page
 *	timed write MIB      to a file, in blocks of 1 MiB: all of it, in us
 *	timed read MIB       from a file, the same
 *
 * It prepares first, says "ready", and can be moved while it waits. After the
 * figure it stays until it is killed, so that others can look at it. Knows
 * nothing of migration; not a victim.
 */
#include "await.h"

#include <sys/syscall.h>

enum { BLOCK = 1 << 20 };

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

static uint64_t touch(size_t mib, size_t pages)
{
	size_t words = (mib << 20) / sizeof(uint64_t), step = 4096 / 8;
	uint64_t *memory = malloc(mib << 20), begin, took;

	CHECK(memory && mib, "how much?");
	for (size_t i = 0; i < words; i += step)
		memory[i] = victim_mix(i);
	await_signal();
	begin = now_ns();
	for (size_t i = 0; i < words; i += step * pages)
		CHECK(memory[i] == victim_mix(i), "page %zu", i / step);
	took = (now_ns() - begin) / 1000;
	return took;
}

/* All of the file is there before, so that its memory is not measured along. */
static uint64_t file(size_t blocks, bool writes)
{
	static uint64_t block[BLOCK / sizeof(uint64_t)];
	uint64_t begin, took;
	int fd = CHECK_CALL(open("/tmp", O_TMPFILE | O_RDWR, 0600));

	for (size_t i = 0; i < blocks; i++) {
		for (size_t w = 0; w < ARRAY_SIZE(block); w += 64)
			block[w] = victim_mix(i + w);
		CHECK_CALL(write(fd, block, BLOCK));
	}
	CHECK_CALL(lseek(fd, 0, SEEK_SET));
	await_signal();
	/* The block is where the process is, too. */
	memset(block, 1, BLOCK);
	begin = now_ns();
	for (size_t i = 0; i < blocks; i++) {
		ssize_t n = writes ? write(fd, block, BLOCK) :
				     read(fd, block, BLOCK);

		CHECK(n == BLOCK, "block %zu: %zd, %s", i, n, strerror(errno));
		CHECK(writes || block[64] == victim_mix(i + 64), "block %zu", i);
	}
	took = now_ns() - begin;
	CHECK_CALL(pread(fd, block, BLOCK, 0));
	CHECK(block[64] == (writes ? 0x0101010101010101 : victim_mix(64)),
	      "it is not in the file");
	return took / 1000;
}

int main(int argc, char **argv)
{
	uint64_t result = 0;
	size_t n, step;

	CHECK(argc == 3 || argc == 4, "see the head of timed.c");
	n = strtoull(argv[2], NULL, 10);
	step = argc == 4 ? strtoull(argv[3], NULL, 10) : 1;
	CHECK(step, "how far?");
	if (!strcmp(argv[1], "calls"))
		result = calls(n);
	else if (!strcmp(argv[1], "work"))
		result = work(n);
	else if (!strcmp(argv[1], "touch"))
		result = touch(n, step);
	else if (!strcmp(argv[1], "write") || !strcmp(argv[1], "read"))
		result = file(n, argv[1][0] == 'w');
	else
		victim_fail("no such thing: %s", argv[1]);
	printf("%llu\n", (unsigned long long)result);
	fflush(stdout);
	for (;;)
		pause();
}
