/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What victims with threads share: calls that return their error, and a wait
 * for another thread that tells slow from never.
 */
#ifndef THREAD_H
#define THREAD_H

#include "victim.h"

#include <pthread.h>

/* A second may be a minute on a slow machine. */
enum { THREAD_PATIENCE_MS = 120000 };

/* One call that returns its error and must have none. */
#define CHECK_ZERO(call) \
	do { \
		int __error = (call); \
		CHECK(!__error, "%s: %s", #call, strerror(__error)); \
	} while (0)

/* Until a word is at least that. */
static inline void thread_await(const unsigned int *word, unsigned int value,
				const char *what)
{
	uint64_t end = victim_clock_ms(CLOCK_MONOTONIC) + THREAD_PATIENCE_MS;

	while (__atomic_load_n(word, __ATOMIC_SEQ_CST) < value) {
		CHECK(victim_clock_ms(CLOCK_MONOTONIC) < end,
		      "%s: %u, never %u", what, *word, value);
		usleep(1000);
	}
}

static inline void thread_count(unsigned int *word)
{
	__atomic_fetch_add(word, 1, __ATOMIC_SEQ_CST);
}

static inline pthread_t thread_start(void *(*run)(void *), void *arg)
{
	pthread_t thread;

	CHECK_ZERO(pthread_create(&thread, NULL, run, arg));
	return thread;
}

static inline void *thread_end(pthread_t thread)
{
	void *result;

	CHECK_ZERO(pthread_join(thread, &result));
	return result;
}

#endif
