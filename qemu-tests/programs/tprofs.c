// SPDX-License-Identifier: GPL-2.0-only
/*
 * A timer on the CPU time of the process sends its signals to the thread that uses
 * it, and does not wake the one that sleeps.
 */
#include "victim.h"

#include <pthread.h>

enum { TICK_US = 1000, TICKS = 20, FEW = 10 };

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
	timer_t timer;

	runner = pthread_self();
	CHECK_CALL(timer_create(CLOCK_PROCESS_CPUTIME_ID, &how, &timer));
	CHECK_CALL(timer_settime(timer, 0, &often, NULL));
	for (int until = ticks + TICKS; ticks < until;)
		;
	CHECK_CALL(timer_delete(timer));
	return arg;
}

int main(int argc, char **argv)
{
	pthread_t thread;

	victim_begin(argc, argv);
	signal(SIGALRM, on_tick);
	while (victim_next()) {
		CHECK(!pthread_create(&thread, NULL, use_time, NULL),
		      "no thread");
		pthread_join(thread, NULL);
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
