// SPDX-License-Identifier: GPL-2.0-only
/*
 * Many threads that live shortly. Each finds its thread-local storage as the
 * program has it, not as the thread before left it on the same stack; has a TID
 * of its own and a key's value of its own, which is destroyed when it ends; and
 * what must be done once is done once, whoever comes first.
 */
#include "thread.h"

enum { THREADS = 8, BATCHES = 3, WORDS = 64 };

struct brief {
	uint64_t seed;
	pid_t tid;
	unsigned int destroyed;
};

static __thread uint64_t given[WORDS] = { [0] = 1, [WORDS / 2] = 2,
					  [WORDS - 1] = 3 };
static __thread uint64_t zero[WORDS];
static __thread struct brief *own;

static pthread_key_t key, other_key;
static pthread_once_t once;
static unsigned int first;

static void do_once(void)
{
	usleep(500);
	thread_count(&first);
}

/* A value that is set by a destructor is destroyed, too. */
static void destroy(void *arg)
{
	struct brief *brief = arg;

	if (!brief->destroyed)
		pthread_setspecific(other_key, brief);
	brief->destroyed++;
}

static uint64_t fresh_sum(void)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < WORDS; i++)
		sum += given[i] * (i + 1) + zero[i];
	return sum;
}

static void *live(void *arg)
{
	struct brief *brief = arg;

	CHECK(fresh_sum() == 1 + 2 * (WORDS / 2 + 1) + 3 * WORDS && !own,
	      "a new thread finds used storage: sum %lu", fresh_sum());
	CHECK(!pthread_getspecific(key), "a new thread finds a used key");
	own = brief;
	for (size_t i = 0; i < WORDS; i++) {
		given[i] = victim_mix(brief->seed + i);
		zero[i] = ~given[i];
	}
	CHECK_ZERO(pthread_setspecific(key, brief));
	CHECK_ZERO(pthread_once(&once, do_once));
	CHECK(__atomic_load_n(&first, __ATOMIC_SEQ_CST) == 1,
	      "gone on before it was done once: %u", first);
	__atomic_store_n(&brief->tid, gettid(), __ATOMIC_SEQ_CST);
	for (size_t i = 0; i < WORDS; i++)
		CHECK(given[i] == victim_mix(brief->seed + i) &&
		      zero[i] == ~given[i], "word %zu is %lx and %lx", i,
		      given[i], zero[i]);
	CHECK(own == brief && pthread_getspecific(key) == brief,
	      "storage of another thread");
	return (void *)(uintptr_t)victim_mix(brief->seed);
}

static void one_batch(uint64_t seed)
{
	struct brief brief[THREADS] = { 0 };
	pthread_t thread[THREADS];
	void *result;
	int i;

	first = 0;
	once = (pthread_once_t)PTHREAD_ONCE_INIT;
	for (i = 0; i < THREADS; i++) {
		brief[i].seed = seed + i * WORDS;
		thread[i] = thread_start(live, &brief[i]);
	}
	for (i = 0; i < THREADS; i++) {
		result = thread_end(thread[i]);
		CHECK((uintptr_t)result == victim_mix(brief[i].seed),
		      "thread %d returned %p", i, result);
		CHECK(brief[i].destroyed == 2, "destroyed %u times, not twice",
		      brief[i].destroyed);
		CHECK(brief[i].tid > 0 && brief[i].tid != getpid(),
		      "thread %d has TID %d", i, brief[i].tid);
	}
}

int main(int argc, char **argv)
{
	uint64_t seed = 0;

	victim_begin(argc, argv);
	CHECK_ZERO(pthread_key_create(&key, destroy));
	CHECK_ZERO(pthread_key_create(&other_key, destroy));
	while (victim_next()) {
		for (int i = 0; i < BATCHES; i++) {
			one_batch(seed);
			seed += THREADS * WORDS;
		}
		CHECK(given[0] == 1 && !own && !pthread_getspecific(key),
		      "the first thread has another one's storage");
	}
	return victim_pass();
}
