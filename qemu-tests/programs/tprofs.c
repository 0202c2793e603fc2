// SPDX-License-Identifier: GPL-2.0-only
/*
 * A timer on the CPU time of the process sends its signals to the thread that uses
 * it, and does not wake the one that sleeps. They come as the time is used, whether
 * the handler blocks its own signal or not.
 */
#include "victim.h"

#include <pthread.h>

enum {
	TICK_US	= 1000,
	TICKS	= 20,
	FEW	= 10,
	LATE_MS	= 500,	/* of CPU time, from one to the next, on the mean */
};

static pthread_t runner;
static volatile sig_atomic_t ticks, strays;

static void on_tick(int signal)
{
	(void)signal;
	ticks++;
	strays += !pthread_equal(pthread_self(), runner);
}

static void *use_time(void *arg)
{
	const struct itimerspec often = {
		.it_value.tv_nsec = TICK_US * 1000,
		.it_interval.tv_nsec = TICK_US * 1000,
	};
	struct sigevent how = {
		.sigev_notify = SIGEV_SIGNAL,
		.sigev_signo = SIGALRM,
	};
	struct timespec used;
	timer_t timer;

	runner = pthread_self();
	CHECK_CALL(timer_create(CLOCK_PROCESS_CPUTIME_ID, &how, &timer));
	CHECK_CALL(timer_settime(timer, 0, &often, NULL));
	for (int until = ticks + TICKS; ticks < until;)
		;
	CHECK_CALL(timer_delete(timer));
	CHECK_CALL(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used));
	CHECK(used.tv_sec < TICKS * LATE_MS / 1000,
	      "%d signals took %d s of CPU time", TICKS, (int)used.tv_sec);
	return arg;
}

int main(int argc, char **argv)
{
	struct sigaction tick = { .sa_handler = on_tick };
	pthread_t thread;

	victim_begin(argc, argv);
	while (victim_next()) {
		CHECK_CALL(sigaction(SIGALRM, &tick, NULL));
		CHECK(!pthread_create(&thread, NULL, use_time, NULL),
		      "no thread");
		pthread_join(thread, NULL);
		tick.sa_flags ^= SA_NODEFER;
	}
	/*
	 * One that is due as the handler of the one before it still runs may wake
	 * the sleeper, as it may anywhere: some of a hundred where ticks are short
	 * of CPU. Without a preference it would be nearly all.
	 */
	CHECK(strays <= ticks / FEW, "%d of %d signals woke the sleeper",
	      strays, ticks);
	return victim_pass();
}
