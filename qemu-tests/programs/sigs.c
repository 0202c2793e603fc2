// SPDX-License-Identifier: GPL-2.0-only
/*
 * Signals that the program sends to itself: who sent them, in which order they
 * come, what a mask holds back, on which stack a handler runs, what a handler
 * does to a syscall, and that dispositions and masks stay as they were set.
 */
#include "victim.h"

#include <poll.h>
#include <sys/time.h>

enum { STACK_BYTES = 64 * 1024 };

static volatile sig_atomic_t seen, seen_first, depth, max_depth;
static volatile int seen_values[8];
static siginfo_t last_info;
static char *alternate;
static int wake_pipe[2];

static void note(int sig, siginfo_t *info, void *context)
{
	(void)context;
	if (!seen)
		seen_first = sig;
	if (seen < 8)
		seen_values[seen] = info->si_value.sival_int;
	seen++;
	last_info = *info;
}

/* For a signal that others may send at any time: it changes nothing here. */
static void ignore(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	(void)info;
	(void)context;
}

static void install(int sig, void (*handler)(int, siginfo_t *, void *),
		    int flags)
{
	struct sigaction sa = { .sa_sigaction = handler,
				.sa_flags = SA_SIGINFO | flags };

	CHECK_CALL(sigaction(sig, &sa, NULL));
	seen = 0;
}

static sigset_t mask_of(int sig)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, sig);
	return set;
}

static void check_sender(int code)
{
	CHECK(last_info.si_pid == getpid(), "si_pid is %d", last_info.si_pid);
	CHECK(last_info.si_uid == getuid(), "si_uid is %d", last_info.si_uid);
	CHECK(last_info.si_code == code, "si_code is %d, not %d",
	      last_info.si_code, code);
}

static void self_raised(void)
{
	install(SIGUSR1, note, 0);
	CHECK_CALL(raise(SIGUSR1));
	CHECK(seen == 1, "raise: %d signals", seen);
	check_sender(SI_TKILL);
	CHECK_CALL(kill(getpid(), SIGUSR1));
	CHECK(seen == 2, "kill: %d signals", seen);
	check_sender(SI_USER);
}

/* Blocked, queued, seen as pending, then all at once and in order. */
static void queued_in_order(void)
{
	sigset_t set = mask_of(SIGRTMIN + 3), pending, old;

	install(SIGRTMIN + 3, note, 0);
	CHECK_CALL(sigprocmask(SIG_BLOCK, &set, &old));
	CHECK(!sigismember(&old, SIGRTMIN + 3), "already blocked");
	for (int i = 0; i < 5; i++)
		CHECK_CALL(sigqueue(getpid(), SIGRTMIN + 3,
				    (union sigval){ .sival_int = 100 + i }));
	CHECK(!seen, "a blocked signal came through");
	CHECK_CALL(sigpending(&pending));
	CHECK(sigismember(&pending, SIGRTMIN + 3), "it is not pending");
	CHECK_CALL(sigprocmask(SIG_SETMASK, &old, NULL));
	CHECK(seen == 5, "%d of 5 signals after the unblock", seen);
	for (int i = 0; i < 5; i++)
		CHECK(seen_values[i] == 100 + i, "value %d came in place %d",
		      seen_values[i], i);
	check_sender(SI_QUEUE);
}

static void on_alternate(int sig, siginfo_t *info, void *context)
{
	char here;

	note(sig, info, context);
	if (&here < alternate || &here >= alternate + STACK_BYTES)
		seen = 1000;
}

static void other_stack(void)
{
	stack_t stack;

	install(SIGUSR2, on_alternate, SA_ONSTACK);
	CHECK_CALL(raise(SIGUSR2));
	CHECK(seen == 1, "not on the alternate stack");
	CHECK_CALL(sigaltstack(NULL, &stack));
	CHECK(stack.ss_sp == alternate && stack.ss_size == STACK_BYTES &&
	      !stack.ss_flags, "sigaltstack says %p, %zu, %d", stack.ss_sp,
	      stack.ss_size, stack.ss_flags);
}

/* A handler for one signal only: the second one would do what is usual. */
static void one_shot(void)
{
	struct sigaction now;

	install(SIGUSR2, note, SA_RESETHAND);
	CHECK_CALL(raise(SIGUSR2));
	CHECK(seen == 1, "one shot: %d signals", seen);
	CHECK_CALL(sigaction(SIGUSR2, NULL, &now));
	CHECK(now.sa_handler == SIG_DFL, "a handler for one signal is kept");
	install(SIGCHLD, note, SA_RESETHAND);
	CHECK_CALL(raise(SIGCHLD));
	CHECK_CALL(raise(SIGCHLD));
	CHECK(seen == 1, "one shot, then ignored: %d signals", seen);
}

static void nest(int sig, siginfo_t *info, void *context)
{
	note(sig, info, context);
	if (++depth > max_depth)
		max_depth = depth;
	if (seen < 5)
		raise(sig);
	depth--;
}

static void nested(void)
{
	max_depth = 0;
	install(SIGUSR1, nest, SA_NODEFER);
	CHECK_CALL(raise(SIGUSR1));
	CHECK(max_depth == 5 && seen == 5, "depth %d, %d signals", max_depth,
	      seen);
	max_depth = 0;
	install(SIGUSR1, nest, 0);
	CHECK_CALL(raise(SIGUSR1));
	CHECK(max_depth == 1 && seen == 5, "depth %d, %d signals", max_depth,
	      seen);
}

static volatile int write_error;
static volatile int tick_ms;

/*
 * The first tick may come before the read that it is to end, so there are more
 * of them; each comes twice as late as the one before, or a slow machine would
 * do nothing but handle them.
 */
static void set_timer(int ms)
{
	struct itimerval timer = { .it_value = { ms / 1000,
						 ms % 1000 * 1000 } };

	tick_ms = ms;
	CHECK_CALL(setitimer(ITIMER_REAL, &timer, NULL));
}

static void on_tick(int sig, siginfo_t *info, void *context)
{
	int before = errno;

	note(sig, info, context);
	if (tick_ms)
		set_timer(2 * tick_ms);
	errno = before;
}

static void on_alarm(int sig, siginfo_t *info, void *context)
{
	int before = errno;

	if (write(wake_pipe[1], "!", 1) != 1)
		write_error = errno;
	errno = before;
	on_tick(sig, info, context);
}

/* No handler lets poll() be restarted, whatever its flags: EINTR is right. */
static int poll_now(struct pollfd *one)
{
	int ret;

	do {
		ret = poll(one, 1, 0);
	} while (ret == -1 && errno == EINTR);
	return CHECK_CALL(ret);
}

static void drain_wake_pipe(void)
{
	struct pollfd one = { wake_pipe[0], POLLIN, 0 };
	char byte;

	while (poll_now(&one) == 1)
		CHECK_CALL(read(wake_pipe[0], &byte, 1));
}

/* A timer ends a read with EINTR, or the read goes on and gets a byte. */
static void interrupted(void)
{
	uint64_t start;
	ssize_t ret;
	char byte;

	install(SIGALRM, on_tick, 0);
	start = victim_clock_ms(CLOCK_MONOTONIC);
	set_timer(20);
	ret = read(wake_pipe[0], &byte, 1);
	CHECK(ret == -1 && errno == EINTR, "read: %zd, %s", ret,
	      strerror(errno));
	set_timer(0);
	CHECK(seen, "EINTR and no alarm");
	CHECK(victim_clock_ms(CLOCK_MONOTONIC) - start >= 19, "too early");
	install(SIGALRM, on_alarm, SA_RESTART);
	set_timer(20);
	ret = read(wake_pipe[0], &byte, 1);
	CHECK(ret == 1 && byte == '!', "restarted read: %zd, %s", ret,
	      strerror(errno));
	set_timer(0);
	CHECK(seen, "a byte and no alarm");
	CHECK(!write_error, "write in a handler: %s", strerror(write_error));
	drain_wake_pipe();
}

static void suspended(void)
{
	sigset_t set = mask_of(SIGUSR2), old, now, other = mask_of(SIGUSR1);
	struct timespec none = { 0, 1000000 };

	install(SIGUSR2, note, 0);
	CHECK_CALL(sigprocmask(SIG_BLOCK, &set, &old));
	CHECK_CALL(raise(SIGUSR2));
	/* A foreign signal may end it before ours does: both have a handler. */
	do {
		CHECK(sigsuspend(&other) == -1 && errno == EINTR,
		      "sigsuspend: %s", strerror(errno));
	} while (!seen);
	CHECK(seen == 1, "sigsuspend: %d signals", seen);
	CHECK_CALL(sigprocmask(SIG_SETMASK, NULL, &now));
	CHECK(sigismember(&now, SIGUSR2) && !sigismember(&now, SIGUSR1),
	      "sigsuspend left another mask");
	CHECK_CALL(sigqueue(getpid(), SIGUSR2, (union sigval){ 7 }));
	CHECK(sigwaitinfo(&set, &last_info) == SIGUSR2 &&
	      last_info.si_value.sival_int == 7, "sigwaitinfo");
	/* EINTR when a foreign signal comes: such is this call. */
	CHECK(sigtimedwait(&set, NULL, &none) == -1 &&
	      (errno == EAGAIN || errno == EINTR), "sigtimedwait: %s",
	      strerror(errno));
	CHECK_CALL(sigprocmask(SIG_SETMASK, &old, NULL));
}

/* What was set once, before any move, and is never touched again. */
static void check_kept(const sigset_t *mask)
{
	struct sigaction sa;
	sigset_t now;

	CHECK_CALL(sigprocmask(SIG_BLOCK, NULL, &now));
	for (int sig = 1; sig < 65; sig++)
		CHECK(sigismember(&now, sig) == sigismember(mask, sig),
		      "signal %d is %sblocked", sig,
		      sigismember(&now, sig) ? "" : "not ");
	CHECK_CALL(sigaction(SIGWINCH, NULL, &sa));
	CHECK(sa.sa_sigaction == ignore && sigismember(&sa.sa_mask, SIGTTOU) &&
	      (sa.sa_flags & SA_SIGINFO) && (sa.sa_flags & SA_NODEFER),
	      "a disposition changed");
	CHECK_CALL(sigaction(SIGHUP, NULL, &sa));
	CHECK(sa.sa_handler == SIG_IGN, "SIGHUP is no more ignored");
	CHECK_CALL(raise(SIGHUP));
	CHECK_CALL(sigaction(SIGPIPE, NULL, &sa));
	CHECK(sa.sa_handler == SIG_DFL, "SIGPIPE has no more its default");
}

int main(int argc, char **argv)
{
	struct sigaction kept = {
		.sa_sigaction = ignore,
		.sa_flags = SA_SIGINFO | SA_NODEFER | SA_RESTART,
	};
	sigset_t mask = mask_of(SIGURG);
	stack_t stack = { .ss_size = STACK_BYTES };

	victim_begin(argc, argv);
	alternate = malloc(STACK_BYTES);
	stack.ss_sp = alternate;
	/* Some programs say so, and mean nothing by it. */
	stack.ss_flags = SS_ONSTACK;
	CHECK_CALL(sigaltstack(&stack, NULL));
	CHECK_CALL(pipe(wake_pipe));
	sigaddset(&kept.sa_mask, SIGTTOU);
	CHECK_CALL(sigaction(SIGWINCH, &kept, NULL));
	CHECK(signal(SIGHUP, SIG_IGN) != SIG_ERR, "signal");
	CHECK(signal(SIGPIPE, SIG_DFL) != SIG_ERR, "signal");
	sigaddset(&mask, SIGRTMAX);
	CHECK_CALL(sigprocmask(SIG_BLOCK, &mask, NULL));
	while (victim_next()) {
		check_kept(&mask);
		self_raised();
		queued_in_order();
		other_stack();
		one_shot();
		nested();
		interrupted();
		suspended();
	}
	return victim_pass();
}
