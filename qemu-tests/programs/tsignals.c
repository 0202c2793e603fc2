// SPDX-License-Identifier: GPL-2.0-only
/*
 * Signals of a process with threads: one for a certain thread, and one for the
 * process that only one thread lets in.
 */
#include "victim.h"

#include <pthread.h>

enum { THREADS = 3 };

static volatile sig_atomic_t stop;
static __thread volatile sig_atomic_t got;
static pid_t taken_by;
static pid_t tids[THREADS];
static unsigned long seen[THREADS];

static void on_thread(int sig)
{
	(void)sig;
	got = 1;
}

static void on_process(int sig)
{
	(void)sig;
	__atomic_store_n(&taken_by, gettid(), __ATOMIC_SEQ_CST);
}

/* The first waits in a call, the second in a mutex's place, the third spins. */
static void *wait_for_signals(void *arg)
{
	size_t self = (uintptr_t)arg;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	CHECK(!pthread_sigmask(self == 1 ? SIG_UNBLOCK : SIG_BLOCK, &set, NULL),
	      "pthread_sigmask");
	__atomic_store_n(&tids[self], gettid(), __ATOMIC_SEQ_CST);
	while (!stop) {
		if (self < 2)
			usleep(20000);
		if (!got)
			continue;
		got = 0;
		__atomic_fetch_add(&seen[self], 1, __ATOMIC_SEQ_CST);
	}
	return NULL;
}

/* A second may be a minute here; what never comes is told apart. */
static void await(const void *word, unsigned long value, const char *what)
{
	uint64_t end = victim_clock_ms(CLOCK_MONOTONIC) + 120000;

	while (__atomic_load_n((unsigned long *)word, __ATOMIC_SEQ_CST) !=
	       value) {
		CHECK(victim_clock_ms(CLOCK_MONOTONIC) < end, "%s: no %lu",
		      what, value);
		usleep(1000);
	}
}

static void signal_each(pthread_t *thread)
{
	unsigned long before;
	size_t i;

	for (i = 0; i < THREADS; i++) {
		before = __atomic_load_n(&seen[i], __ATOMIC_SEQ_CST);
		CHECK(!pthread_kill(thread[i], SIGUSR1), "pthread_kill");
		await(&seen[i], before + 1, "a signal for a thread");
	}
}

static void signal_process(void)
{
	uint64_t end = victim_clock_ms(CLOCK_MONOTONIC) + 120000;
	pid_t by;

	__atomic_store_n(&taken_by, 0, __ATOMIC_SEQ_CST);
	CHECK_CALL(kill(getpid(), SIGUSR2));
	while (!(by = __atomic_load_n(&taken_by, __ATOMIC_SEQ_CST))) {
		CHECK(victim_clock_ms(CLOCK_MONOTONIC) < end,
		      "nobody took the process's signal");
		usleep(1000);
	}
	CHECK(by == tids[1], "thread %d took it, not %d", by, tids[1]);
}

int main(int argc, char **argv)
{
	struct sigaction sa = { .sa_handler = on_thread };
	pthread_t thread[THREADS];
	sigset_t set;
	size_t i;

	victim_begin(argc, argv);
	CHECK_CALL(sigaction(SIGUSR1, &sa, NULL));
	sa.sa_handler = on_process;
	CHECK_CALL(sigaction(SIGUSR2, &sa, NULL));
	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	CHECK(!pthread_sigmask(SIG_BLOCK, &set, NULL), "pthread_sigmask");
	for (i = 0; i < THREADS; i++)
		CHECK(!pthread_create(&thread[i], NULL, wait_for_signals,
				      (void *)i), "pthread_create");
	while (victim_next()) {
		signal_each(thread);
		while (!__atomic_load_n(&tids[1], __ATOMIC_SEQ_CST))
			usleep(1000);
		signal_process();
	}
	stop = 1;
	for (i = 0; i < THREADS; i++)
		CHECK(!pthread_join(thread[i], NULL), "pthread_join");
	return victim_pass();
}
