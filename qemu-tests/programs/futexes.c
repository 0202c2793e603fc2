// SPDX-License-Identifier: GPL-2.0-only
/*
 * Futexes of one thread: waits that time out or do not begin, PI locks that
 * hold the TID, the robust list that the C library registered.
 */
#include "victim.h"

#include <linux/futex.h>
#include <pthread.h>
#include <sys/syscall.h>

static long futex(volatile uint32_t *word, int op, uint32_t value,
		  const struct timespec *timeout)
{
	return syscall(SYS_futex, word, op, value, timeout, NULL, ~0u);
}

static void waits(volatile uint32_t *word)
{
	struct timespec short_time = { 0, 20000000 };
	uint64_t start = victim_clock_ms(CLOCK_MONOTONIC);

	*word = 5;
	CHECK(futex(word, FUTEX_WAIT_PRIVATE, 6, NULL) == -1 && errno == EAGAIN,
	      "waiting for another value: %s", strerror(errno));
	CHECK(futex(word, FUTEX_WAIT_PRIVATE, 5, &short_time) == -1 &&
	      errno == ETIMEDOUT, "waiting 20 ms: %s", strerror(errno));
	CHECK(victim_clock_ms(CLOCK_MONOTONIC) - start >= 19, "too short");
	CHECK(!futex(word, FUTEX_WAKE_PRIVATE, 1, NULL), "woke somebody");
	CHECK(*word == 5, "the word is %u", *word);
}

static void pi_lock(volatile uint32_t *word)
{
	*word = 0;
	CHECK_CALL(futex(word, FUTEX_LOCK_PI_PRIVATE, 0, NULL));
	CHECK((*word & FUTEX_TID_MASK) == (uint32_t)gettid(),
	      "the lock holds %u, not our TID", *word & FUTEX_TID_MASK);
	CHECK(futex(word, FUTEX_LOCK_PI_PRIVATE, 0, NULL) == -1 &&
	      errno == EDEADLK, "locked twice: %s", strerror(errno));
	CHECK_CALL(futex(word, FUTEX_UNLOCK_PI_PRIVATE, 0, NULL));
	CHECK(!*word, "unlocked, it holds %u", *word);
}

/* A robust, error-checking mutex held over the end of a round. */
static void robust_mutex(pthread_mutex_t *mutex)
{
	int ret = pthread_mutex_unlock(mutex);

	CHECK(!ret, "unlock: %s", strerror(ret));
	ret = pthread_mutex_unlock(mutex);
	CHECK(ret == EPERM, "unlocked twice: %s", strerror(ret));
	ret = pthread_mutex_lock(mutex);
	CHECK(!ret, "lock: %s", strerror(ret));
	ret = pthread_mutex_lock(mutex);
	CHECK(ret == EDEADLK, "locked twice: %s", strerror(ret));
}

int main(int argc, char **argv)
{
	struct robust_list_head *head, *now;
	static volatile uint32_t word;
	pthread_mutexattr_t attr;
	pthread_mutex_t mutex;
	size_t size, length;

	victim_begin(argc, argv);
	CHECK_CALL(syscall(SYS_get_robust_list, 0, &head, &size));
	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
	pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_ERRORCHECK);
	CHECK(!pthread_mutex_init(&mutex, &attr), "pthread_mutex_init");
	CHECK(!pthread_mutex_lock(&mutex), "pthread_mutex_lock");
	while (victim_next()) {
		waits(&word);
		pi_lock(&word);
		robust_mutex(&mutex);
		CHECK_CALL(syscall(SYS_get_robust_list, 0, &now, &length));
		CHECK(now == head && length == size, "another robust list");
	}
	return victim_pass();
}
