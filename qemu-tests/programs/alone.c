// SPDX-License-Identifier: GPL-2.0-only
/*
 * Shared memory without a name, of which this process has each page once: nobody
 * shares it until there is a child.
 *
 *	alone [MS]	milliseconds of work before each child; none: it makes no
 *			child, nor anything else that only home can do
 */
#include "child.h"
#include "memory.h"

#include <pthread.h>

enum { PAGES = 600, WORDS = PAGES * PAGE / 8, EACH = 61 };

static uint64_t *area;

static void *map_shared(size_t pages)
{
	void *at = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	CHECK(at != MAP_FAILED, "mmap: %s", strerror(errno));
	return at;
}

static uint64_t value(uint64_t round, size_t word)
{
	return victim_mix(round << 32 | word);
}

static void check(uint64_t round, const char *what)
{
	for (size_t i = 0; i < WORDS; i += EACH)
		CHECK(area[i] == value(round, i),
		      "%s: word %zu is %lx, not %lx", what, i, area[i],
		      value(round, i));
}

static void fill(uint64_t round)
{
	for (size_t i = 0; i < WORDS; i += EACH)
		area[i] = value(round, i);
}

/* Throwing pages away throws nothing away: they are in the memory's file. */
static void advise(uint64_t round)
{
	CHECK_CALL(madvise(area, PAGES / 2 * PAGE, MADV_DONTNEED));
	check(round, "after MADV_DONTNEED");
	CHECK(madvise(area, PAGE, MADV_FREE) < 0 && errno == EINVAL,
	      "MADV_FREE of shared memory: %s", strerror(errno));
	CHECK_CALL(msync(area, PAGES * PAGE, MS_SYNC));
}

/* Unmapped in the middle, the rest is what it was; a new one is empty. */
static void pieces(void)
{
	uint64_t *at = map_shared(8);

	CHECK(!at[0] && !at[7 * PAGE / 8], "new memory has %lx", at[0]);
	at[0] = 1;
	at[7 * PAGE / 8] = 7;
	CHECK_CALL(munmap((char *)at + 3 * PAGE, 2 * PAGE));
	CHECK(at[0] == 1 && at[7 * PAGE / 8] == 7, "a rest has %lu and %lu",
	      at[0], at[7 * PAGE / 8]);
	CHECK_CALL(mprotect((char *)at + 5 * PAGE, 3 * PAGE, PROT_READ));
	CHECK(at[7 * PAGE / 8] == 7, "a protected rest has %lu",
	      at[7 * PAGE / 8]);
	CHECK_CALL(munmap(at, 3 * PAGE));
	CHECK_CALL(munmap((char *)at + 5 * PAGE, 3 * PAGE));
}

static void with_child(uint64_t round)
{
	pid_t child = child_fork();

	if (!child) {
		check(round, "the child's");
		area[0] = 77;
		_exit(19);
	}
	child_exits(child, 19, "the child");
	CHECK(area[0] == 77, "the child's word is %lu", area[0]);
}

int main(int argc, char **argv)
{
	pthread_mutexattr_t attr;
	pthread_mutex_t *mutex;

	child_begin(argc, argv);
	area = map_shared(PAGES);
	mutex = map_shared(1);
	CHECK(!pthread_mutexattr_init(&attr) &&
	      !pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED) &&
	      !pthread_mutex_init(mutex, &attr), "no shared mutex");
	fill(0);
	while (victim_next()) {
		CHECK(!pthread_mutex_lock(mutex), "cannot lock");
		check(victim.done, "at the beginning");
		CHECK(!pthread_mutex_unlock(mutex), "cannot unlock");
		if (child_work_ms && victim.done % 8 == 7) {
			advise(victim.done);
			pieces();
		}
		if (child_work_ms && victim.done % 16 == 15)
			with_child(victim.done);
		fill(victim.done + 1);
	}
	return victim_pass();
}
