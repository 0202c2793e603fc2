// SPDX-License-Identifier: GPL-2.0-only
/*
 * A process with threads makes children: each thread writes its part of the
 * memory all the time; the first one forks, and its child finds all pages, each of
 * some moment; two threads start programs at the same time.
 *
 *	tforks [PAGES [CHILDREN]]	of each writer; by each of the two
 */
#include "child.h"
#include "memory.h"
#include "thread.h"

#include <spawn.h>

enum { WRITERS = 3, SPAWNERS = 2, STILL = 300 };

static size_t pages = 300;
static unsigned int children = 2;
static uint64_t *memory, *still;
static char *self;
static uint64_t begun[WRITERS];	/* generation that each writer is at */
static bool over;

static uint64_t *word(size_t page)
{
	return &memory[page * (PAGE / 8) + page % 500];
}

static void *keep_writing(void *arg)
{
	size_t me = (size_t)arg;

	for (uint64_t g = 1; !__atomic_load_n(&over, __ATOMIC_SEQ_CST); g++) {
		__atomic_store_n(&begun[me], g, __ATOMIC_SEQ_CST);
		for (size_t i = me * pages; i < (me + 1) * pages; i++)
			__atomic_store_n(word(i), g << 24 | i, __ATOMIC_SEQ_CST);
	}
	return NULL;
}

/* What is there is of a generation that was begun by now, and no older one. */
static void check_all(const uint64_t *least, const char *who)
{
	for (size_t i = 0; i < WRITERS * pages; i++) {
		uint64_t x = __atomic_load_n(word(i), __ATOMIC_SEQ_CST);
		uint64_t now = __atomic_load_n(&begun[i / pages],
					       __ATOMIC_SEQ_CST);

		CHECK((x & 0xffffff) == i && x >> 24 <= now &&
		      x >> 24 >= least[i / pages],
		      "%s: page %zu has %#lx, its writer is at %lu", who, i, x,
		      now);
	}
	for (size_t i = 0; i < STILL; i++)
		CHECK(still[i * (PAGE / 8)] == victim_mix(i + victim.done),
		      "%s: page %zu that nobody writes", who, i);
}

static void *spawn_some(void *arg)
{
	char *const args[] = { self, "--exit", NULL };
	pid_t child;

	(void)arg;
	for (unsigned int i = 0; i < children; i++) {
		CHECK(!posix_spawn(&child, self, NULL, NULL, args, environ),
		      "posix_spawn");
		child_exits(child, 33, "a program");
	}
	return NULL;
}

/* A page was written at least once before the generation that is begun now. */
static void fork_one(void)
{
	uint64_t least[WRITERS];
	pid_t child;

	for (size_t i = 0; i < WRITERS; i++)
		least[i] = __atomic_load_n(&begun[i], __ATOMIC_SEQ_CST) - 1;
	child = CHECK_CALL(fork());
	if (!child) {
		check_all(least, "a child");
		memset(still, 0, STILL * PAGE);
		_exit(34);
	}
	child_exits(child, 34, "a child");
	check_all(least, "the parent");
}

static void begin_writers(pthread_t *writer)
{
	for (size_t i = 0; i < WRITERS; i++)
		CHECK(!pthread_create(&writer[i], NULL, keep_writing, (void *)i),
		      "pthread_create");
	for (size_t i = 0; i < WRITERS; i++)
		while (__atomic_load_n(&begun[i], __ATOMIC_SEQ_CST) < 3)
			usleep(1000);
}

int main(int argc, char **argv)
{
	pthread_t writer[WRITERS], spawner[SPAWNERS];

	if (argc > 1 && !strcmp(argv[1], "--exit"))
		return 33;
	victim_begin(argc, argv);
	if (optind < argc)
		pages = strtoul(argv[optind], NULL, 10);
	if (optind + 1 < argc)
		children = strtoul(argv[optind + 1], NULL, 10);
	self = realpath("/proc/self/exe", NULL);
	CHECK(self, "no way to find this program: %s", strerror(errno));
	memory = (uint64_t *)memory_map(WRITERS * pages, PROT_READ | PROT_WRITE);
	still = (uint64_t *)memory_map(STILL, PROT_READ | PROT_WRITE);
	begin_writers(writer);
	while (victim_next()) {
		for (size_t i = 0; i < STILL; i++)
			still[i * (PAGE / 8)] = victim_mix(i + victim.done);
		for (size_t i = 0; i < SPAWNERS; i++)
			CHECK(!pthread_create(&spawner[i], NULL, spawn_some,
					      NULL), "pthread_create");
		fork_one();
		for (size_t i = 0; i < SPAWNERS; i++)
			pthread_join(spawner[i], NULL);
	}
	__atomic_store_n(&over, true, __ATOMIC_SEQ_CST);
	for (size_t i = 0; i < WRITERS; i++)
		pthread_join(writer[i], NULL);
	return victim_pass();
}
