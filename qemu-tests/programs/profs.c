// SPDX-License-Identifier: GPL-2.0-only
/*
 * Timers on CPU time, of the process and of a thread, by POSIX and as the older
 * interval timers: they expire when so much was used, not before and not much
 * later, and a profiler's ticks come as often as they should.
 *
 *	profs [THREADS]		as many more burn CPU time meanwhile
 */
#include "victim.h"

#include <pthread.h>
#include <sys/syscall.h>
#include <sys/time.h>

enum {
	AFTER_MS	= 60,
	LATE_MS		= 200,	/* for each thread: they all use time meanwhile */
	PROF_MS		= 10,
	VIRTUAL_MS	= 20,
	FEW_TICKS	= 20,	/* one of so many must come */
	FEW_LATE	= 4,	/* one of so many may be late */
	GIVE_UP_MS	= 20000,
};

static volatile sig_atomic_t fired, profs, virtuals;
static volatile uint64_t sum;
static int shots, late, threads;

static void on_signal(int signal)
{
	if (signal == SIGPROF)
		profs++;
	else if (signal == SIGVTALRM)
		virtuals++;
	else
		fired++;
}

static void listen_to(int signal)
{
	struct sigaction action = {
		.sa_handler = on_signal,
		.sa_flags = SA_RESTART,
	};

	CHECK_CALL(sigaction(signal, &action, NULL));
}

static void every(int which, int ms)
{
	struct itimerval value = {
		.it_interval.tv_usec = ms * 1000,
		.it_value.tv_usec = ms * 1000,
	}, is;

	CHECK_CALL(setitimer(which, &value, NULL));
	CHECK_CALL(getitimer(which, &is));
	/* The kernel adds the tick that it may be late. */
	CHECK(is.it_interval.tv_usec >= ms * 1000 &&
	      is.it_interval.tv_usec < (ms + 20) * 1000 && !is.it_value.tv_sec,
	      "an interval of %ld us", (long)is.it_interval.tv_usec);
}

static void burn(void)
{
	for (int i = 0; i < 20000; i++)
		sum = victim_mix(sum);
}

static void *burn_always(void *arg)
{
	sigset_t all;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, NULL);
	for (;;)
		burn();
	return arg;
}

/* It expires after so much of the clock's time; nothing is asked meanwhile. */
static void once(timer_t timer, clockid_t clock)
{
	const struct itimerspec after = {
		.it_value.tv_nsec = AFTER_MS * 1000000,
	};
	int64_t used, begun = victim_clock_ms(clock);
	uint64_t wall = victim_clock_ms(CLOCK_MONOTONIC);
	int before = fired;

	CHECK_CALL(timer_settime(timer, 0, &after, NULL));
	while (fired == before &&
	       victim_clock_ms(CLOCK_MONOTONIC) < wall + GIVE_UP_MS)
		burn();
	used = victim_clock_ms(clock) - begun;
	CHECK(fired == before + 1, "clock %d: it expired %d times in %lu ms",
	      clock, fired - before, used);
	CHECK(used + 1 >= AFTER_MS, "clock %d: after %lu ms already", clock,
	      used);
	shots++;
	late += used > AFTER_MS + LATE_MS * (1 + threads);
}

static timer_t make(clockid_t clock)
{
	struct sigevent how = {
		.sigev_notify = SIGEV_SIGNAL,
		.sigev_signo = SIGUSR2,
	};
	timer_t timer;

	CHECK_CALL(timer_create(clock, &how, &timer));
	return timer;
}

static void check_ticks(const char *what, int ticks, int ms, uint64_t used_ms)
{
	uint64_t want = used_ms / ms;

	CHECK((uint64_t)ticks <= want + 2, "%s: %d ticks in %lu ms", what,
	      ticks, used_ms);
	CHECK((uint64_t)ticks >= want / FEW_TICKS, "%s: only %d ticks in %lu ms",
	      what, ticks, used_ms);
}

int main(int argc, char **argv)
{
	timer_t process, thread;
	uint64_t begun;
	pthread_t other;

	victim_begin(argc, argv);
	threads = optind < argc ? atoi(argv[optind]) : 0;
	listen_to(SIGPROF);
	listen_to(SIGVTALRM);
	listen_to(SIGUSR2);
	process = make(CLOCK_PROCESS_CPUTIME_ID);
	thread = make(CLOCK_THREAD_CPUTIME_ID);
	begun = victim_clock_ms(CLOCK_PROCESS_CPUTIME_ID);
	every(ITIMER_PROF, PROF_MS);
	every(ITIMER_VIRTUAL, VIRTUAL_MS);
	for (int i = 0; i < threads; i++)
		CHECK(!pthread_create(&other, NULL, burn_always, NULL),
		      "no thread");
	while (victim_next()) {
		once(process, CLOCK_PROCESS_CPUTIME_ID);
		once(thread, CLOCK_THREAD_CPUTIME_ID);
	}
	begun = victim_clock_ms(CLOCK_PROCESS_CPUTIME_ID) - begun;
	check_ticks("ITIMER_PROF", profs, PROF_MS, begun);
	CHECK(virtuals, "no tick of ITIMER_VIRTUAL");
	CHECK(late <= shots / FEW_LATE + 1, "%d of %d shots were late", late, shots);
	return victim_pass();
}
