// SPDX-License-Identifier: GPL-2.0-only
/*
 * What threads wait for each other with, below the C library's simple locks:
 * a robust mutex whose owner dies, a mutex that lends its owner's priority,
 * and waits with a time limit, which a move must neither end early nor begin
 * anew.
 */
#include "thread.h"

#include <linux/futex.h>
#include <sys/syscall.h>

enum { WAIT_MS = 1500 };

static pthread_mutex_t robust;
static pthread_mutex_t lending;
static unsigned long shared;

static void *die_with_it(void *arg)
{
	(void)arg;
	CHECK_ZERO(pthread_mutex_lock(&robust));
	return NULL;
}

static void inherit_robust(void)
{
	pthread_t thread;
	int ret;

	CHECK_ZERO(pthread_create(&thread, NULL, die_with_it, NULL));
	CHECK_ZERO(pthread_join(thread, NULL));
	ret = pthread_mutex_lock(&robust);
	CHECK(ret == EOWNERDEAD, "the owner died: %s", strerror(ret));
	CHECK_ZERO(pthread_mutex_consistent(&robust));
	CHECK_ZERO(pthread_mutex_unlock(&robust));
}

static void *add_slowly(void *arg)
{
	int i;

	(void)arg;
	for (i = 0; i < 20; i++) {
		CHECK_ZERO(pthread_mutex_lock(&lending));
		shared++;
		usleep(1000);
		CHECK_ZERO(pthread_mutex_unlock(&lending));
	}
	return NULL;
}

static void lend(void)
{
	pthread_t thread[2];
	int i;

	shared = 0;
	for (i = 0; i < 2; i++)
		CHECK_ZERO(pthread_create(&thread[i], NULL, add_slowly, NULL));
	for (i = 0; i < 2; i++)
		CHECK_ZERO(pthread_join(thread[i], NULL));
	CHECK(shared == 40, "counted to %lu", shared);
}

/* Nobody wakes it: it ends when its time is over, and not much later. */
static void *wait_a_time(void *arg)
{
	struct timespec limit = { WAIT_MS / 1000, WAIT_MS % 1000 * 1000000 };
	uint64_t start = victim_clock_ms(CLOCK_MONOTONIC), took;
	uint32_t word = 7;
	long ret;

	(void)arg;
	ret = syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 7, &limit, NULL, 0);
	CHECK(ret == -1 && errno == ETIMEDOUT, "the wait ended with %ld: %s",
	      ret, strerror(errno));
	took = victim_clock_ms(CLOCK_MONOTONIC) - start;
	CHECK(took >= WAIT_MS - 1, "it took only %lu ms", took);
	return (void *)took;
}

int main(int argc, char **argv)
{
	uint64_t longest = 0;
	pthread_mutexattr_t attr;
	pthread_t thread;
	void *took;

	victim_begin(argc, argv);
	CHECK_ZERO(pthread_mutexattr_init(&attr));
	CHECK_ZERO(pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST));
	CHECK_ZERO(pthread_mutex_init(&robust, &attr));
	CHECK_ZERO(pthread_mutexattr_init(&attr));
	CHECK_ZERO(pthread_mutexattr_setprotocol(&attr, PTHREAD_PRIO_INHERIT));
	CHECK_ZERO(pthread_mutex_init(&lending, &attr));
	while (victim_next()) {
		CHECK_ZERO(pthread_create(&thread, NULL, wait_a_time, NULL));
		inherit_robust();
		lend();
		CHECK_ZERO(pthread_join(thread, &took));
		if ((uint64_t)took > longest)
			longest = (uint64_t)took;
	}
	printf("longest wait %lu ms of %d\n", longest, WAIT_MS);
	return victim_pass();
}
