// SPDX-License-Identifier: GPL-2.0-only
/*
 * POSIX and interval timers to the nanosecond of the program's own clock: whom
 * they signal and with what, how often one expired that nobody listened to, what
 * is left; sleeps that are interrupted and gone on with until they are over.
 */
#include "victim.h"

#include <sys/syscall.h>
#include <sys/time.h>

#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

enum { MS = 1000000, STEADY_MS = 20, FAST_MS = 2, PRICK_MS = 7, LIMIT_S = 60 };
enum { STOPS = 16 };

static timer_t steady, once, thread, silent;
static uint64_t begun, steady_count;
static volatile int alarms, fired, overrun, wrong;
static void * volatile fired_with;

static uint64_t now_ns(void)
{
	struct timespec ts;

	CHECK_CALL(clock_gettime(CLOCK_MONOTONIC, &ts));
	return (uint64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static struct timespec time_of(uint64_t ns)
{
	return (struct timespec){ ns / 1000000000, ns % 1000000000 };
}

static uint64_t ns_of(const struct timespec *ts)
{
	return ts->tv_sec * 1000000000ull + ts->tv_nsec;
}

static void set(timer_t timer, int flags, uint64_t value, uint64_t interval)
{
	struct itimerspec its = { time_of(interval), time_of(value) };

	CHECK_CALL(timer_settime(timer, flags, &its, NULL));
}

static uint64_t left_of(timer_t timer)
{
	struct itimerspec its;

	CHECK_CALL(timer_gettime(timer, &its));
	return ns_of(&its.it_value);
}

static sigset_t set_of(int sig)
{
	sigset_t one;

	sigemptyset(&one);
	sigaddset(&one, sig);
	return one;
}

/* The next signal of a timer, which is blocked. */
static siginfo_t await(int sig)
{
	sigset_t one = set_of(sig);
	struct timespec limit = { LIMIT_S, 0 };
	siginfo_t info;
	int ret;

	do {
		ret = sigtimedwait(&one, &info, &limit);
	} while (ret == -1 && errno == EINTR);
	CHECK(ret == sig, "no signal of a timer: %d, %s", ret, strerror(errno));
	CHECK(info.si_code == SI_TIMER, "si_code %d", info.si_code);
	return info;
}

static void on_fired(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	(void)context;
	if (info->si_code != SI_TIMER)
		wrong = info->si_code;
	fired_with = info->si_value.sival_ptr;
	overrun = info->si_overrun;
	fired++;
}

static void on_alarm(int sig)
{
	(void)sig;
	alarms++;
}

/* Set before the first move: each expiry until now is counted, none twice. */
static void ticks_on(void)
{
	uint64_t before = (now_ns() - begun) / (STEADY_MS * MS), after;
	siginfo_t info = await(SIGRTMIN + 1);

	CHECK(info.si_overrun == timer_getoverrun(steady), "overrun %d or %d",
	      info.si_overrun, timer_getoverrun(steady));
	CHECK(info.si_value.sival_int == 77, "value %d",
	      info.si_value.sival_int);
	steady_count += 1 + info.si_overrun;
	after = (now_ns() - begun) / (STEADY_MS * MS);
	/* Of two clocks that drift apart a little, the last tick may be missing. */
	CHECK(steady_count + 1 >= before && steady_count <= after,
	      "%lu expiries, not %lu to %lu", steady_count, before, after);
}

static void expires_once(void)
{
	uint64_t start = now_ns();
	int before = fired;

	set(once, 0, 10 * MS, 0);
	CHECK(left_of(once) <= 10 * MS, "%lu ns are left", left_of(once));
	while (fired == before)
		CHECK(now_ns() - start < LIMIT_S * 1000000000ull, "it died");
	CHECK(now_ns() - start >= 10 * MS, "early: %lu ns", now_ns() - start);
	CHECK(fired == before + 1 && fired_with == &fired && !wrong &&
	      !overrun, "%d times, with %p, code %d", fired - before,
	      fired_with, wrong);
	CHECK(!left_of(once), "%lu ns are left", left_of(once));
	start = now_ns();
	set(once, TIMER_ABSTIME, start + 5 * MS, 0);
	while (fired == before + 1)
		CHECK(now_ns() - start < LIMIT_S * 1000000000ull, "it died");
	CHECK(now_ns() >= start + 5 * MS, "early: %lu ns", now_ns() - start);
	/* A moment that is over. */
	set(once, TIMER_ABSTIME, start, 0);
	while (fired == before + 2)
		CHECK(now_ns() - start < LIMIT_S * 1000000000ull, "it died");
	set(once, 0, 3600000000000, 0);
	CHECK(left_of(once) > 3500000000000, "an hour is over");
	set(once, 0, 0, 0);
	CHECK(fired == before + 3, "fired %d times", fired - before);
}

/* Blocked, it expires again and again; the one signal says how often. */
static void overruns(void)
{
	sigset_t mine = set_of(SIGRTMIN + 2);
	int before = fired;
	uint64_t start;

	CHECK_CALL(sigprocmask(SIG_BLOCK, &mine, NULL));
	start = now_ns();
	set(once, 0, FAST_MS * MS, FAST_MS * MS);
	while (now_ns() - start < 10 * FAST_MS * MS)
		;
	CHECK(fired == before, "a blocked signal came");
	overrun = 0;
	CHECK_CALL(sigprocmask(SIG_UNBLOCK, &mine, NULL));
	/* Only the first was kept waiting; the next may have come by now. */
	CHECK(fired > before, "no signal after the mask");
	set(once, 0, 0, 0);
	CHECK((uint64_t)overrun <= (now_ns() - start) / (FAST_MS * MS),
	      "overrun %d in %lu ns", overrun, now_ns() - start);
	CHECK(fired > before + 1 || overrun > 0, "%d expiries in %lu ns",
	      fired - before, now_ns() - start);
	CHECK(!wrong, "si_code %d", wrong);
}

/*
 * A timer that is stopped has sent what it sends: its handler has run, or will not.
 * It expires while the clock is read, which is where a signal that comes is put off.
 */
static void stopped(void)
{
	for (int i = 0; i < STOPS; i++) {
		uint64_t start = now_ns(), for_ns = (2 + i % 5) * MS;
		int ran = fired, stopped;
		volatile uint64_t x = 0;

		set(once, 0, FAST_MS * MS, 0);
		while (now_ns() - start < for_ns)
			;
		set(once, 0, 0, 0);
		stopped = fired;
		CHECK(stopped - ran <= 1, "%d signals of one", stopped - ran);
		start = now_ns();
		while (now_ns() - start < 3 * FAST_MS * MS)
			for (int j = 0; j < 10000; j++)
				x = victim_mix(x);
		CHECK(fired == stopped, "a timer that was stopped fired");
	}
}

static volatile unsigned int pair;

static void on_pair(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	(void)context;
	pair |= info->si_value.sival_int;
}

/* Two timers have one signal, which waits for both: both are heard. */
static void two_of_one(void)
{
	struct sigaction sa = { .sa_sigaction = on_pair,
				.sa_flags = SA_SIGINFO | SA_RESTART };
	struct sigevent how = { .sigev_notify = SIGEV_SIGNAL,
				.sigev_signo = SIGUSR2 };
	sigset_t mine = set_of(SIGUSR2);
	timer_t timer[2];
	uint64_t start;

	CHECK_CALL(sigaction(SIGUSR2, &sa, NULL));
	CHECK_CALL(sigprocmask(SIG_BLOCK, &mine, NULL));
	pair = 0;
	for (int i = 0; i < 2; i++) {
		how.sigev_value.sival_int = 1 << i;
		CHECK_CALL(timer_create(CLOCK_MONOTONIC, &how, &timer[i]));
		set(timer[i], 0, FAST_MS * MS, 0);
	}
	start = now_ns();
	while (now_ns() - start < 10 * FAST_MS * MS)
		;
	CHECK(!pair, "a blocked signal came");
	CHECK_CALL(sigprocmask(SIG_UNBLOCK, &mine, NULL));
	CHECK(pair == 3, "timers heard: %#x", pair);
	for (int i = 0; i < 2; i++)
		CHECK_CALL(timer_delete(timer[i]));
}

enum { SLOW = 5 };

static timer_t slow_timer;
static volatile int slow, slow_sum;

static void on_slow(int sig, siginfo_t *info, void *context)
{
	uint64_t start = now_ns();

	(void)sig;
	(void)context;
	while (now_ns() - start < 5 * FAST_MS * MS)
		;
	slow_sum += 1 + info->si_overrun;
	/* Nobody else gets to it. */
	if (++slow == SLOW)
		set(slow_timer, 0, 0, 0);
}

/* A handler slower than its timer: one signal waits at most, and counts the others. */
static void slow_handler(void)
{
	struct sigaction sa = { .sa_sigaction = on_slow,
				.sa_flags = SA_SIGINFO | SA_RESTART };
	struct sigevent how = { .sigev_notify = SIGEV_SIGNAL,
				.sigev_signo = SIGRTMIN + 4 };
	uint64_t start;
	int sum;

	CHECK_CALL(sigaction(SIGRTMIN + 4, &sa, NULL));
	CHECK_CALL(timer_create(CLOCK_MONOTONIC, &how, &slow_timer));
	slow = 0;
	slow_sum = 0;
	start = now_ns();
	set(slow_timer, 0, FAST_MS * MS, FAST_MS * MS);
	while (slow < SLOW)
		CHECK(now_ns() - start < LIMIT_S * 1000000000ull, "it died");
	sum = slow_sum;
	CHECK((uint64_t)sum <= (now_ns() - start) / (FAST_MS * MS),
	      "%d expiries in %lu ns", sum, now_ns() - start);
	CHECK(sum >= 2 * SLOW, "%d expiries for %d handlers", sum, slow);
	start = now_ns();
	while (now_ns() - start < 50 * FAST_MS * MS)
		;
	CHECK(slow <= SLOW + 2, "%d signals waited", slow - SLOW);
	CHECK_CALL(timer_delete(slow_timer));
}

static void to_thread(void)
{
	uint64_t start = now_ns();
	siginfo_t info;

	set(thread, 0, 3 * MS, 0);
	info = await(SIGRTMIN + 3);
	CHECK(now_ns() - start >= 3 * MS, "early: %lu ns", now_ns() - start);
	CHECK(info.si_value.sival_int == 88 && !info.si_overrun,
	      "value %d, overrun %d", info.si_value.sival_int, info.si_overrun);
}

/* Signals nobody: it can only be asked. */
static void counts_down(void)
{
	uint64_t start = now_ns(), left, again;

	set(silent, 0, 1000000000000, 0);
	left = left_of(silent);
	again = left_of(silent);
	CHECK(left <= 1000000000000 && again <= left, "%lu, then %lu ns left",
	      left, again);
	CHECK(left + (now_ns() - start) >= 1000000000000,
	      "%lu ns are left after %lu", left, now_ns() - start);
}

/* Pricked all the time, a sleep lasts as long as it was to last. */
static void sleeps_on(void)
{
	struct itimerval prick = { { 0, PRICK_MS * 1000 },
				   { 0, PRICK_MS * 1000 } };
	struct itimerval none = { }, old;
	struct timespec want = { 0, 40 * MS };
	uint64_t start, end, rest;
	int ret;

	alarms = 0;
	CHECK_CALL(setitimer(ITIMER_REAL, &prick, NULL));
	start = now_ns();
	while ((ret = clock_nanosleep(CLOCK_MONOTONIC, 0, &want, &want))) {
		CHECK(ret == EINTR, "clock_nanosleep: %s", strerror(ret));
		rest = ns_of(&want);
		/* The kernel may add what a timer may be late. */
		CHECK(rest <= 41 * MS && rest + (now_ns() - start) >= 40 * MS,
		      "%lu ns are left after %lu", rest, now_ns() - start);
	}
	CHECK(now_ns() - start >= 40 * MS, "slept %lu ns", now_ns() - start);
	end = now_ns() + 40 * MS;
	want = time_of(end);
	while ((ret = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &want,
				      NULL)))
		CHECK(ret == EINTR, "clock_nanosleep: %s", strerror(ret));
	CHECK(now_ns() >= end, "woken %lu ns early", end - now_ns());
	CHECK(alarms, "nothing pricked");
	CHECK_CALL(setitimer(ITIMER_REAL, &none, &old));
	CHECK(old.it_interval.tv_usec == PRICK_MS * 1000 &&
	      !old.it_value.tv_sec && old.it_value.tv_usec <= PRICK_MS * 1000,
	      "the interval timer was %ld, %ld us", old.it_interval.tv_usec,
	      old.it_value.tv_usec);
	CHECK_CALL(getitimer(ITIMER_REAL, &old));
	CHECK(!old.it_value.tv_sec && !old.it_value.tv_usec, "still set");
}

/* Sleeps by the other clocks, and the alarm, which is that timer again. */
static void other_clocks(void)
{
	struct timespec ms = { 0, 5 * MS }, boot;
	uint64_t start = now_ns();
	struct itimerval real;

	CHECK(!clock_nanosleep(CLOCK_REALTIME, 0, &ms, NULL), "CLOCK_REALTIME");
	CHECK(!clock_nanosleep(CLOCK_BOOTTIME, 0, &ms, NULL), "CLOCK_BOOTTIME");
	CHECK(now_ns() - start >= 10 * MS, "slept %lu ns", now_ns() - start);
	CHECK_CALL(clock_gettime(CLOCK_BOOTTIME, &boot));
	CHECK(!clock_nanosleep(CLOCK_BOOTTIME, TIMER_ABSTIME, &boot, NULL),
	      "a moment that is over");
	CHECK(clock_nanosleep(CLOCK_THREAD_CPUTIME_ID, 0, &ms, NULL) == EINVAL,
	      "a sleep by the CPU time of a thread");
	CHECK(!alarm(1000), "an alarm was set");
	CHECK_CALL(getitimer(ITIMER_REAL, &real));
	CHECK(real.it_value.tv_sec <= 1000 && real.it_value.tv_sec > 900,
	      "%ld s are left of 1000", real.it_value.tv_sec);
	CHECK(alarm(0) > 900, "the alarm");
}

static void prepare(void)
{
	struct sigaction sa = { .sa_sigaction = on_fired,
				.sa_flags = SA_SIGINFO | SA_RESTART };
	struct sigaction prick = { .sa_handler = on_alarm };
	struct sigevent how = { .sigev_notify = SIGEV_SIGNAL,
				.sigev_signo = SIGRTMIN + 1,
				.sigev_value.sival_int = 77 };
	sigset_t mine = set_of(SIGRTMIN + 1);

	sigaddset(&mine, SIGRTMIN + 3);
	CHECK_CALL(sigprocmask(SIG_BLOCK, &mine, NULL));
	CHECK_CALL(sigaction(SIGRTMIN + 2, &sa, NULL));
	CHECK_CALL(sigaction(SIGALRM, &prick, NULL));
	CHECK_CALL(timer_create(CLOCK_MONOTONIC, &how, &steady));
	how.sigev_signo = SIGRTMIN + 2;
	how.sigev_value.sival_ptr = (void *)&fired;
	CHECK_CALL(timer_create(CLOCK_MONOTONIC, &how, &once));
	how.sigev_notify = SIGEV_THREAD_ID;
	how.sigev_signo = SIGRTMIN + 3;
	how.sigev_value = (union sigval){ .sival_int = 88 };
	how.sigev_notify_thread_id = syscall(SYS_gettid);
	CHECK_CALL(timer_create(CLOCK_MONOTONIC, &how, &thread));
	how.sigev_notify = SIGEV_NONE;
	CHECK_CALL(timer_create(CLOCK_MONOTONIC, &how, &silent));
}

int main(int argc, char **argv)
{
	timer_t short_lived;

	victim_begin(argc, argv);
	prepare();
	begun = now_ns();
	set(steady, TIMER_ABSTIME, begun + STEADY_MS * MS, STEADY_MS * MS);
	while (victim_next()) {
		ticks_on();
		two_of_one();
		slow_handler();
		expires_once();
		overruns();
		stopped();
		to_thread();
		counts_down();
		sleeps_on();
		other_clocks();
		CHECK_CALL(timer_create(CLOCK_REALTIME, NULL, &short_lived));
		CHECK_CALL(timer_delete(short_lived));
		CHECK(timer_delete(short_lived) == -1 && errno == EINVAL,
		      "deleted twice");
	}
	return victim_pass();
}
