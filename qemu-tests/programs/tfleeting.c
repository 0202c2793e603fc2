// SPDX-License-Identifier: GPL-2.0-only
/*
 * Signals for a process whose threads come and go: each is taken once, by
 * whichever thread lets it in, also when the one that it was meant for ends at
 * that moment. One that all threads block by then is taken by who waits for it.
 */
#include "partner.h"
#include "thread.h"

enum { EACH = 200, TAKERS = 3, LIVES = 4, TOGGLES = 20, SPINS = 1 << 29 };

static int number, awaited;
static unsigned int taken, times[EACH], stop, handled, waited;

static void on_signal(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	(void)context;
	if (info->si_value.sival_int >= 0 && info->si_value.sival_int < EACH)
		thread_count(&times[info->si_value.sival_int]);
	thread_count(&taken);
}

/* The partner's jobs. */

static long send_each(long unused)
{
	(void)unused;
	for (int i = 0; i < EACH; i++)
		CHECK_CALL(sigqueue(getppid(), number, (union sigval){ i }));
	return 0;
}

static long send_one(long sig)
{
	return kill(getppid(), sig);
}

static sigset_t set_of(int sig)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, sig);
	return set;
}

static void let_in(int how, int sig)
{
	sigset_t set = set_of(sig);

	CHECK_ZERO(pthread_sigmask(how, &set, NULL));
}

/* Lets them in for some calls, or for no time at all, and ends. */
static void *live(void *arg)
{
	uintptr_t calls = (uintptr_t)arg;

	let_in(SIG_UNBLOCK, number);
	while (calls--)
		getppid();
	return NULL;
}

/* Threads, one behind the other, until it has an end. */
static void *go_on(void *arg)
{
	uintptr_t turn = (uintptr_t)arg;

	while (!__atomic_load_n(&stop, __ATOMIC_SEQ_CST))
		thread_end(thread_start(live, (void *)(turn++ % LIVES)));
	return NULL;
}

static void each_is_taken_once(void)
{
	pthread_t taker[TAKERS];

	memset(times, 0, sizeof(times));
	taken = 0;
	stop = 0;
	for (uintptr_t i = 0; i < TAKERS; i++)
		taker[i] = thread_start(go_on, (void *)i);
	CHECK(!partner_ask(send_each, 0), "sigqueue in the child");
	thread_await(&taken, EACH, "signals for a process");
	stop = 1;
	for (int i = 0; i < TAKERS; i++)
		thread_end(taker[i]);
	CHECK(taken == EACH, "%u signals of %d", taken, EACH);
	for (int i = 0; i < EACH; i++)
		CHECK(times[i] == 1, "signal %d was taken %u times", i, times[i]);
}

/* Waits at home, where the signal has to come to. */
static void *await_signal(void *arg)
{
	sigset_t set = set_of(awaited);
	siginfo_t info;
	int ret;

	(void)arg;
	do {
		ret = sigwaitinfo(&set, &info);
	} while (ret == -1 && errno == EINTR);
	CHECK(ret == awaited && info.si_pid == partner_pid, "sigwaitinfo: %d, %s",
	      ret, strerror(errno));
	thread_count(&waited);
	return NULL;
}

static void on_awaited(int sig)
{
	(void)sig;
	thread_count(&handled);
}

static bool has_come(void)
{
	return __atomic_load_n(&waited, __ATOMIC_SEQ_CST) ||
	       __atomic_load_n(&handled, __ATOMIC_SEQ_CST);
}

/* It may be let in where it is sent, and not any more where it comes. */
static void who_waits_gets_it(void)
{
	pthread_t waiter;

	waited = 0;
	handled = 0;
	waiter = thread_start(await_signal, NULL);
	partner_tell(send_one, awaited);
	for (int i = 0; i < TOGGLES && !has_come(); i++) {
		let_in(SIG_UNBLOCK, awaited);
		for (volatile int n = 0; n < 2000; n++)
			;
		let_in(SIG_BLOCK, awaited);
	}
	/* No call is made, in which one might be asked for it. */
	for (uint64_t n = 0; n < SPINS && !has_come(); n++)
		;
	CHECK(has_come(), "a signal that a thread waits for has not come");
	CHECK(!partner_hear(), "kill in the child");
	if (handled)
		CHECK(!partner_ask(send_one, awaited), "kill in the child");
	thread_end(waiter);
	CHECK(waited == 1 && handled <= 1, "waited for %u, handled %u", waited,
	      handled);
}

int main(int argc, char **argv)
{
	struct sigaction sa = { .sa_sigaction = on_signal,
				.sa_flags = SA_SIGINFO | SA_RESTART };

	victim_begin(argc, argv);
	number = SIGRTMIN + 5;
	awaited = SIGRTMIN + 6;
	CHECK_CALL(sigaction(number, &sa, NULL));
	CHECK(signal(awaited, on_awaited) != SIG_ERR, "signal");
	let_in(SIG_BLOCK, number);
	let_in(SIG_BLOCK, awaited);
	partner_begin();
	while (victim_next()) {
		each_is_taken_once();
		who_waits_gets_it();
	}
	partner_end();
	return victim_pass();
}
