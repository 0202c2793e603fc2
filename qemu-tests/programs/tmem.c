// SPDX-License-Identifier: GPL-2.0-only
/*
 * Several threads write and check memory, and change its mappings, at the same
 * time; each has pages of its own, and all have words in one page.
 */
#include "victim.h"

#include <pthread.h>
#include <sys/mman.h>

enum { THREADS = 3, PAGES = 16, PAGE = 4096, WORDS = PAGE / 8 };

static volatile sig_atomic_t stop;
static uint64_t *common;
static unsigned long rounds[THREADS];

static void fill(uint64_t *p, uint64_t seed)
{
	size_t i;

	for (i = 0; i < (size_t)PAGES * WORDS; i += 64)
		p[i] = victim_mix(seed + i);
}

static void check(const uint64_t *p, uint64_t seed, const char *what)
{
	size_t i;

	for (i = 0; i < (size_t)PAGES * WORDS; i += 64)
		CHECK(p[i] == victim_mix(seed + i), "%s: word %zu is %lx", what,
		      i, p[i]);
}

static void one_round(uint64_t *own, uint64_t seed)
{
	uint64_t *more, *moved;
	size_t i;
	int fd;

	check(own, seed, "own memory");
	more = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(more != MAP_FAILED, "mmap: %s", strerror(errno));
	CHECK(!more[WORDS], "new memory has %lx", more[WORDS]);
	fill(more, seed + 1);
	/* The kernel looks at it, too. */
	fd = CHECK_CALL(open("/dev/null", O_WRONLY));
	CHECK(write(fd, more, PAGES * PAGE) == PAGES * PAGE, "write: %s",
	      strerror(errno));
	close(fd);
	moved = mremap(more, PAGES * PAGE, 2 * PAGES * PAGE, MREMAP_MAYMOVE);
	CHECK(moved != MAP_FAILED, "mremap: %s", strerror(errno));
	check(moved, seed + 1, "moved memory");
	CHECK_CALL(madvise(moved, PAGES * PAGE, MADV_DONTNEED));
	for (i = 0; i < PAGES; i++)
		CHECK(!moved[i * WORDS], "thrown away, page %zu has %lx", i,
		      moved[i * WORDS]);
	fill(moved, seed + 2);
	check(moved, seed + 2, "memory used again");
	CHECK_CALL(munmap(moved, 2 * PAGES * PAGE));
}

static void *work(void *arg)
{
	size_t self = (uintptr_t)arg;
	uint64_t seed = victim_mix(self), *own;

	own = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(own != MAP_FAILED, "mmap: %s", strerror(errno));
	fill(own, seed);
	while (!stop) {
		one_round(own, seed);
		common[self]++;
		CHECK(common[self] == rounds[self] + 1, "word %zu is %lu, not %lu",
		      self, common[self], rounds[self] + 1);
		__atomic_store_n(&rounds[self], common[self], __ATOMIC_SEQ_CST);
	}
	return NULL;
}

int main(int argc, char **argv)
{
	unsigned long before[THREADS] = { 0 };
	pthread_t thread[THREADS];
	size_t i;

	victim_begin(argc, argv);
	common = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(common != MAP_FAILED, "mmap: %s", strerror(errno));
	for (i = 0; i < THREADS; i++)
		CHECK(!pthread_create(&thread[i], NULL, work, (void *)i),
		      "pthread_create");
	while (victim_next()) {
		/* A round is one round of each. */
		for (i = 0; i < THREADS; i++) {
			while (__atomic_load_n(&rounds[i], __ATOMIC_SEQ_CST) ==
			       before[i])
				usleep(1000);
			before[i] = __atomic_load_n(&rounds[i],
						    __ATOMIC_SEQ_CST);
		}
	}
	stop = 1;
	for (i = 0; i < THREADS; i++)
		CHECK(!pthread_join(thread[i], NULL), "pthread_join");
	return victim_pass();
}
