// SPDX-License-Identifier: GPL-2.0-only
/*
 * Threads that work together: a mutex and a counter, a condition variable that
 * hands work over, a barrier, thread-local storage, threads that come and go,
 * joined and detached.
 *
 *	threads [leave]
 *
 * With "leave" the first thread ends and the others go on without it.
 */
#include "thread.h"

enum { WORKERS = 3, ADDS = 200, ITEMS = 20 };

struct queue {
	pthread_mutex_t lock;
	pthread_cond_t change;
	int items;
	int taken;
	long sum;
};

static pthread_mutex_t count_lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned long count;
static unsigned long detached_done;
static pthread_barrier_t barrier;
static __thread uint64_t own;
static struct queue queue = {
	.lock = PTHREAD_MUTEX_INITIALIZER,
	.change = PTHREAD_COND_INITIALIZER,
};

static void *add(void *arg)
{
	uint64_t seed = (uintptr_t)arg;
	pid_t tid = gettid();
	int i;

	own = victim_mix(seed);
	i = pthread_barrier_wait(&barrier);
	CHECK(!i || i == PTHREAD_BARRIER_SERIAL_THREAD, "barrier: %s",
	      strerror(i));
	for (i = 0; i < ADDS; i++) {
		CHECK_ZERO(pthread_mutex_lock(&count_lock));
		count++;
		CHECK_ZERO(pthread_mutex_unlock(&count_lock));
		CHECK(own == victim_mix(seed), "thread-local %lx, not %lx",
		      own, victim_mix(seed));
		CHECK(gettid() == tid, "TID %d, was %d", gettid(), tid);
	}
	return (void *)(uintptr_t)own;
}

static void count_together(void)
{
	pthread_t thread[WORKERS];
	uintptr_t seed;
	void *result;
	int i;

	count = 0;
	for (i = 0; i < WORKERS; i++) {
		seed = victim.done * WORKERS + i;
		CHECK_ZERO(pthread_create(&thread[i], NULL, add,
					  (void *)seed));
	}
	for (i = 0; i < WORKERS; i++) {
		seed = victim.done * WORKERS + i;
		CHECK_ZERO(pthread_join(thread[i], &result));
		CHECK((uintptr_t)result == victim_mix(seed),
		      "thread %d returned %p", i, result);
	}
	CHECK(count == WORKERS * ADDS, "counted to %lu", count);
}

static void *consume(void *arg)
{
	(void)arg;
	CHECK_ZERO(pthread_mutex_lock(&queue.lock));
	while (queue.taken < ITEMS) {
		while (!queue.items)
			CHECK_ZERO(pthread_cond_wait(&queue.change,
						     &queue.lock));
		queue.items--;
		queue.sum += queue.taken++;
		CHECK_ZERO(pthread_cond_broadcast(&queue.change));
	}
	CHECK_ZERO(pthread_mutex_unlock(&queue.lock));
	return NULL;
}

static void hand_over(void)
{
	pthread_t thread;
	int i;

	queue.items = 0;
	queue.taken = 0;
	queue.sum = 0;
	CHECK_ZERO(pthread_create(&thread, NULL, consume, NULL));
	for (i = 0; i < ITEMS; i++) {
		CHECK_ZERO(pthread_mutex_lock(&queue.lock));
		while (queue.items)
			CHECK_ZERO(pthread_cond_wait(&queue.change,
						     &queue.lock));
		queue.items++;
		CHECK_ZERO(pthread_cond_broadcast(&queue.change));
		CHECK_ZERO(pthread_mutex_unlock(&queue.lock));
	}
	CHECK_ZERO(pthread_join(thread, NULL));
	CHECK(queue.sum == ITEMS * (ITEMS - 1) / 2, "sum %ld", queue.sum);
}

static void *end_alone(void *arg)
{
	(void)arg;
	__atomic_fetch_add(&detached_done, 1, __ATOMIC_SEQ_CST);
	return NULL;
}

static void detach(void)
{
	unsigned long before = detached_done;
	pthread_attr_t attr;
	pthread_t thread;

	CHECK_ZERO(pthread_attr_init(&attr));
	CHECK_ZERO(pthread_attr_setdetachstate(&attr,
					       PTHREAD_CREATE_DETACHED));
	CHECK_ZERO(pthread_create(&thread, &attr, end_alone, NULL));
	CHECK_ZERO(pthread_attr_destroy(&attr));
	while (__atomic_load_n(&detached_done, __ATOMIC_SEQ_CST) == before)
		usleep(1000);
}

static void *work(void *arg)
{
	(void)arg;
	while (victim_next()) {
		count_together();
		hand_over();
		detach();
	}
	exit(victim_pass());
}

int main(int argc, char **argv)
{
	pthread_t thread;

	victim_begin(argc, argv);
	CHECK_ZERO(pthread_barrier_init(&barrier, NULL, WORKERS));
	if (optind >= argc)
		work(NULL);
	CHECK_ZERO(pthread_create(&thread, NULL, work, NULL));
	pthread_exit(NULL);
}
