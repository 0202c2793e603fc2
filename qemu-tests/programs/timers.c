// SPDX-License-Identifier: GPL-2.0-only
/* alarm(), interval timers, POSIX timers, timerfd and eventfd do their work. */
#include "victim.h"

#include <sys/eventfd.h>
#include <sys/time.h>
#include <sys/timerfd.h>

enum { LATE_MS = 20000 };

static volatile sig_atomic_t ticks, expiries, wrong_code, wrong_value;

static void on_tick(int sig)
{
	(void)sig;
	ticks++;
}

static void on_expiry(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	(void)context;
	if (info->si_code != SI_TIMER)
		wrong_code = info->si_code;
	if (info->si_value.sival_int != 99)
		wrong_value = info->si_value.sival_int;
	expiries++;
}

static uint64_t now_ms(void)
{
	return victim_clock_ms(CLOCK_MONOTONIC);
}

/* The interval timer ticks on, from before the first move to the end. */
static void await_tick(void)
{
	sig_atomic_t before = ticks;
	uint64_t start = now_ms();

	while (ticks == before)
		CHECK(now_ms() - start < LATE_MS, "the interval timer died");
}

static void posix_timer(timer_t timer)
{
	struct itimerspec once = { .it_value.tv_nsec = 20000000 }, left;
	sig_atomic_t before = expiries;
	uint64_t start = now_ms();

	CHECK_CALL(timer_settime(timer, 0, &once, NULL));
	CHECK_CALL(timer_gettime(timer, &left));
	CHECK(!left.it_value.tv_sec && left.it_value.tv_nsec <= 20000000,
	      "timer_gettime: %ld s", left.it_value.tv_sec);
	while (expiries == before)
		CHECK(now_ms() - start < LATE_MS, "the POSIX timer died");
	CHECK(now_ms() - start >= 19, "the POSIX timer was early");
	CHECK(expiries == before + 1, "it came twice");
	CHECK(!wrong_code && !wrong_value, "si_code %d, value %d", wrong_code,
	      wrong_value);
}

static void descriptors(int timer, int event)
{
	struct itimerspec once = { .it_value.tv_nsec = 15000000 };
	uint64_t start = now_ms(), value = victim.done + 1, got = 0;
	ssize_t size;

	CHECK_CALL(timerfd_settime(timer, 0, &once, NULL));
	/* The interval timer interrupts this read without SA_RESTART. */
	while ((size = read(timer, &got, sizeof(got))) == -1 && errno == EINTR)
		;
	CHECK(size == 8 && got == 1, "timerfd: %zd bytes, %lu", size, got);
	CHECK(now_ms() - start >= 14, "timerfd was early");
	CHECK(write(event, &value, 8) == 8, "eventfd: %s", strerror(errno));
	CHECK(read(event, &got, 8) == 8 && got == value, "eventfd: %lu, not %lu",
	      got, value);
}

static void alarm_clock(void)
{
	uint64_t start = now_ms(), took;
	unsigned int left;

	alarm(1000);
	left = alarm(0);
	took = now_ms() - start;
	CHECK(left <= 1000 && 1000 - left <= took / 1000 + 1,
	      "alarm had %u s left after %lu ms", left, took);
}

int main(int argc, char **argv)
{
	struct sigaction tick = { .sa_handler = on_tick };
	struct sigaction expiry = { .sa_sigaction = on_expiry,
				    .sa_flags = SA_SIGINFO | SA_RESTART };
	struct sigevent how = { .sigev_notify = SIGEV_SIGNAL,
				.sigev_signo = SIGRTMIN + 5,
				.sigev_value.sival_int = 99 };
	struct itimerval every = { { 0, 30000 }, { 0, 30000 } };
	timer_t timer;
	int fds[2];

	victim_begin(argc, argv);
	CHECK_CALL(sigaction(SIGVTALRM, &tick, NULL));
	CHECK_CALL(sigaction(SIGALRM, &tick, NULL));
	CHECK_CALL(sigaction(SIGRTMIN + 5, &expiry, NULL));
	CHECK_CALL(timer_create(CLOCK_MONOTONIC, &how, &timer));
	fds[0] = CHECK_CALL(timerfd_create(CLOCK_MONOTONIC, 0));
	fds[1] = CHECK_CALL(eventfd(0, 0));
	while (victim_next()) {
		alarm_clock();
		CHECK_CALL(setitimer(ITIMER_REAL, &every, NULL));
		await_tick();
		await_tick();
		posix_timer(timer);
		descriptors(fds[0], fds[1]);
	}
	CHECK_CALL(timer_delete(timer));
	return victim_pass();
}
