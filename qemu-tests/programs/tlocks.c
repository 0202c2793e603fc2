// SPDX-License-Identifier: GPL-2.0-only
/*
 * All that threads can wait at for each other: a lock for many readers or one
 * writer, semaphores, barriers, a mutex whose owner dies while others wait for
 * it, one that lends its owner the priority of those who wait, and a condition
 * with a time limit, which is never over early.
 */
#include "thread.h"

#include <semaphore.h>

enum { THREADS = 3, READS = 20, WRITES = 10, ITEMS = 40, RING = 4,
	PHASES = 10, TURNS = 8, LIMIT_MS = 100 };

static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static volatile unsigned long pair[2];
static unsigned int readers, writing;

static void *read_pair(void *arg)
{
	(void)arg;
	for (int i = 0; i < READS; i++) {
		CHECK_ZERO(pthread_rwlock_rdlock(&rwlock));
		thread_count(&readers);
		CHECK(!__atomic_load_n(&writing, __ATOMIC_SEQ_CST),
		      "a reader is in with a writer");
		CHECK(pair[0] == pair[1], "read %lu and %lu", pair[0], pair[1]);
		__atomic_fetch_sub(&readers, 1, __ATOMIC_SEQ_CST);
		CHECK_ZERO(pthread_rwlock_unlock(&rwlock));
	}
	return NULL;
}

static void *write_pair(void *arg)
{
	(void)arg;
	for (int i = 0; i < WRITES; i++) {
		CHECK_ZERO(pthread_rwlock_wrlock(&rwlock));
		thread_count(&writing);
		CHECK(!__atomic_load_n(&readers, __ATOMIC_SEQ_CST) &&
		      __atomic_load_n(&writing, __ATOMIC_SEQ_CST) == 1,
		      "a writer is in with %u others", readers + writing - 1);
		pair[0]++;
		if (i % 4 == 0)
			usleep(500);
		pair[1]++;
		__atomic_fetch_sub(&writing, 1, __ATOMIC_SEQ_CST);
		CHECK_ZERO(pthread_rwlock_unlock(&rwlock));
	}
	return NULL;
}

static void read_and_write(void)
{
	pthread_t thread[THREADS + 2];
	int i;

	pair[0] = 0;
	pair[1] = 0;
	for (i = 0; i < THREADS + 2; i++)
		thread[i] = thread_start(i < THREADS ? read_pair : write_pair,
					 NULL);
	for (i = 0; i < THREADS + 2; i++)
		thread_end(thread[i]);
	CHECK(pair[0] == 2 * WRITES && pair[1] == 2 * WRITES,
	      "written %lu and %lu times", pair[0], pair[1]);
}

static sem_t room, filled;
static unsigned long ring[RING];

static void down(sem_t *sem)
{
	while (sem_wait(sem))
		CHECK(errno == EINTR, "sem_wait: %s", strerror(errno));
}

static void *produce(void *arg)
{
	uint64_t seed = (uintptr_t)arg;

	for (int i = 0; i < ITEMS; i++) {
		down(&room);
		ring[i % RING] = victim_mix(seed + i);
		CHECK_CALL(sem_post(&filled));
	}
	return NULL;
}

static void through_a_ring(void)
{
	uint64_t seed = victim.done * ITEMS;
	pthread_t thread;
	int left;

	thread = thread_start(produce, (void *)seed);
	for (int i = 0; i < ITEMS; i++) {
		down(&filled);
		CHECK(ring[i % RING] == victim_mix(seed + i),
		      "item %d is %lx", i, ring[i % RING]);
		CHECK_CALL(sem_post(&room));
	}
	thread_end(thread);
	CHECK_CALL(sem_getvalue(&room, &left));
	CHECK(left == RING, "the ring has room for %d", left);
}

static pthread_barrier_t barrier;
static unsigned int phase[THREADS];

static void *go_by_phases(void *arg)
{
	size_t self = (uintptr_t)arg;
	int serial = 0, ret;

	for (unsigned int i = 1; i <= PHASES; i++) {
		__atomic_store_n(&phase[self], i, __ATOMIC_SEQ_CST);
		ret = pthread_barrier_wait(&barrier);
		CHECK(!ret || ret == PTHREAD_BARRIER_SERIAL_THREAD,
		      "barrier: %s", strerror(ret));
		serial += ret == PTHREAD_BARRIER_SERIAL_THREAD;
		for (int j = 0; j < THREADS; j++)
			CHECK(__atomic_load_n(&phase[j], __ATOMIC_SEQ_CST) == i,
			      "thread %d is in phase %u, not %u", j, phase[j],
			      i);
		pthread_barrier_wait(&barrier);
	}
	return (void *)(uintptr_t)serial;
}

static void by_phases(void)
{
	pthread_t thread[THREADS];
	size_t i, serial = 0;

	for (i = 0; i < THREADS; i++)
		thread[i] = thread_start(go_by_phases, (void *)i);
	for (i = 0; i < THREADS; i++)
		serial += (uintptr_t)thread_end(thread[i]);
	CHECK(serial == PHASES, "%zu threads were the last one of a phase",
	      serial);
}

/* One that lends, one that does not; both are left to whoever waits. */
static pthread_mutex_t robust[2];
static unsigned int owned, waiting, inherited;

static void *own_and_die(void *arg)
{
	CHECK_ZERO(pthread_mutex_lock(arg));
	thread_count(&owned);
	thread_await(&waiting, THREADS, "threads that wait");
	usleep(1000);
	return NULL;
}

static void *inherit(void *arg)
{
	int ret;

	thread_count(&waiting);
	ret = pthread_mutex_lock(arg);
	if (ret == EOWNERDEAD) {
		thread_count(&inherited);
		CHECK_ZERO(pthread_mutex_consistent(arg));
	} else {
		CHECK_ZERO(ret);
	}
	CHECK_ZERO(pthread_mutex_unlock(arg));
	return NULL;
}

static void die_with_it(pthread_mutex_t *mutex)
{
	pthread_t owner, thread[THREADS];
	int i;

	owned = 0;
	waiting = 0;
	inherited = 0;
	owner = thread_start(own_and_die, mutex);
	thread_await(&owned, 1, "the owner");
	for (i = 0; i < THREADS; i++)
		thread[i] = thread_start(inherit, mutex);
	thread_end(owner);
	for (i = 0; i < THREADS; i++)
		thread_end(thread[i]);
	CHECK(inherited == 1, "%u threads were told that the owner is dead",
	      inherited);
}

static pthread_mutex_t lending;
static unsigned long lent;

static void *borrow(void *arg)
{
	unsigned long before;

	(void)arg;
	for (int i = 0; i < TURNS; i++) {
		CHECK_ZERO(pthread_mutex_lock(&lending));
		before = lent;
		usleep(200);
		CHECK(lent == before, "two own one mutex");
		lent = before + 1;
		CHECK_ZERO(pthread_mutex_unlock(&lending));
	}
	return NULL;
}

static void lend(void)
{
	pthread_t thread[THREADS];
	int i;

	lent = 0;
	for (i = 0; i < THREADS; i++)
		thread[i] = thread_start(borrow, NULL);
	for (i = 0; i < THREADS; i++)
		thread_end(thread[i]);
	CHECK(lent == THREADS * TURNS, "%lu turns", lent);
}

static void *find_it_taken(void *arg)
{
	int ret = pthread_mutex_trylock(&lending);

	(void)arg;
	CHECK(ret == EBUSY, "a taken mutex: %s", strerror(ret));
	return NULL;
}

static void wait_a_time(void)
{
	pthread_condattr_t attr;
	pthread_cond_t nothing;
	struct timespec limit, now;
	long early;
	int ret;

	CHECK_ZERO(pthread_condattr_init(&attr));
	CHECK_ZERO(pthread_condattr_setclock(&attr, CLOCK_MONOTONIC));
	CHECK_ZERO(pthread_cond_init(&nothing, &attr));
	CHECK_ZERO(pthread_mutex_lock(&lending));
	clock_gettime(CLOCK_MONOTONIC, &limit);
	limit.tv_nsec += LIMIT_MS * 1000000;
	limit.tv_sec += limit.tv_nsec / 1000000000;
	limit.tv_nsec %= 1000000000;
	/* Nobody signals it, but a condition may end its wait as it likes. */
	do {
		ret = pthread_cond_timedwait(&nothing, &lending, &limit);
	} while (!ret);
	clock_gettime(CLOCK_MONOTONIC, &now);
	CHECK(ret == ETIMEDOUT, "a wait for nothing: %s", strerror(ret));
	early = (limit.tv_sec - now.tv_sec) * 1000000000 + limit.tv_nsec -
		now.tv_nsec;
	CHECK(early <= 0, "over %ld ns early", early);
	thread_end(thread_start(find_it_taken, NULL));
	CHECK_ZERO(pthread_mutex_unlock(&lending));
	CHECK_ZERO(pthread_cond_destroy(&nothing));
}

int main(int argc, char **argv)
{
	pthread_mutexattr_t attr;

	victim_begin(argc, argv);
	CHECK_CALL(sem_init(&room, 0, RING));
	CHECK_CALL(sem_init(&filled, 0, 0));
	CHECK_ZERO(pthread_barrier_init(&barrier, NULL, THREADS));
	CHECK_ZERO(pthread_mutexattr_init(&attr));
	CHECK_ZERO(pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST));
	CHECK_ZERO(pthread_mutex_init(&robust[0], &attr));
	CHECK_ZERO(pthread_mutexattr_setprotocol(&attr, PTHREAD_PRIO_INHERIT));
	CHECK_ZERO(pthread_mutex_init(&robust[1], &attr));
	CHECK_ZERO(pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_STALLED));
	CHECK_ZERO(pthread_mutex_init(&lending, &attr));
	while (victim_next()) {
		read_and_write();
		through_a_ring();
		by_phases();
		die_with_it(&robust[0]);
		die_with_it(&robust[1]);
		lend();
		wait_a_time();
	}
	return victim_pass();
}
