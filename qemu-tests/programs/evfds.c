// SPDX-License-Identifier: GPL-2.0-only
/*
 * Descriptors that are no files: eventfd as a counter and as a semaphore,
 * timerfd once, at a moment and again and again, signalfd with what it tells of
 * each signal, SIGIO of a socket. A child at home is at the other end.
 */
#include "partner.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>

enum { MS = 1000000, DELAY_MS = 5, WAIT_MS = 60000, SIGNALS = 5 };

static int counter, semaphore, sig_fd, pair[2], relative_timer, steady_timer;
static sigset_t queued;

static uint64_t now_ns(clockid_t id)
{
	struct timespec ts;

	CHECK_CALL(clock_gettime(id, &ts));
	return (uint64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static uint64_t read_eight(int fd)
{
	uint64_t value = 0;
	ssize_t got = read(fd, &value, 8);

	CHECK(got == 8, "%zd bytes of eight: %s", got, strerror(errno));
	return value;
}

static void write_eight(int fd, uint64_t value)
{
	CHECK(write(fd, &value, 8) == 8, "write: %s", strerror(errno));
}

static bool is_ready(int fd, short events)
{
	struct pollfd one = { fd, events, 0 };

	return CHECK_CALL(poll(&one, 1, 0)) == 1;
}

/* The child's jobs. */

static long add_later(long value)
{
	usleep(DELAY_MS * 1000);
	write_eight(counter, value);
	return 0;
}

static long take_later(long unused)
{
	(void)unused;
	usleep(DELAY_MS * 1000);
	return read_eight(counter) & 0x7fffffff;
}

static long raise_later(long value)
{
	usleep(DELAY_MS * 1000);
	write_eight(semaphore, value);
	return 0;
}

static long queue_signals(long first)
{
	for (int i = 0; i < SIGNALS; i++)
		CHECK_CALL(sigqueue(getppid(), SIGRTMIN + 2 + i % 2,
				    (union sigval){ .sival_int = first + i }));
	return 0;
}

static long send_byte(long byte)
{
	char one = byte;

	usleep(DELAY_MS * 1000);
	return send(pair[1], &one, 1, 0);
}

/* The victim's half. */

static void counters(void)
{
	uint64_t value = victim.done % 1000 + 1;

	partner_tell(add_later, value);
	CHECK(read_eight(counter) == value, "the counter had another value");
	partner_hear();
	/* Full: the next one waits until the child has taken all. */
	write_eight(counter, UINT64_MAX - 1);
	CHECK(!is_ready(counter, POLLOUT), "a full counter takes more");
	partner_tell(take_later, 0);
	write_eight(counter, value);
	CHECK(partner_hear() == 0x7ffffffe, "the child read another value");
	CHECK(read_eight(counter) == value, "after it was full");
	CHECK(write(counter, &(uint64_t){ UINT64_MAX }, 8) == -1 &&
	      errno == EINVAL, "an impossible value: %s", strerror(errno));
	partner_tell(raise_later, 3);
	for (int i = 0; i < 3; i++)
		CHECK(read_eight(semaphore) == 1, "the semaphore gave more");
	partner_hear();
	CHECK(!is_ready(semaphore, POLLIN), "the semaphore has a fourth");
}

static void set_timer(int fd, int flags, uint64_t value, uint64_t interval)
{
	struct itimerspec its = {
		.it_value = { value / 1000000000, value % 1000000000 },
		.it_interval = { interval / 1000000000, interval % 1000000000 },
	};

	CHECK_CALL(timerfd_settime(fd, flags, &its, NULL));
}

static void timers(void)
{
	uint64_t start = now_ns(CLOCK_MONOTONIC), ticks;
	struct itimerspec left;

	set_timer(relative_timer, 0, 10 * MS, 0);
	CHECK_CALL(timerfd_gettime(relative_timer, &left));
	CHECK(!left.it_value.tv_sec && left.it_value.tv_nsec <= 10 * MS,
	      "%ld s are left", left.it_value.tv_sec);
	CHECK(read_eight(relative_timer) == 1, "a timer came twice");
	CHECK(now_ns(CLOCK_MONOTONIC) - start >= 10 * MS, "a timer is early");
	start = now_ns(CLOCK_MONOTONIC);
	set_timer(relative_timer, TFD_TIMER_ABSTIME, start + 10 * MS, 0);
	CHECK(read_eight(relative_timer) == 1, "a timer came twice");
	CHECK(now_ns(CLOCK_MONOTONIC) >= start + 10 * MS, "a timer is early");
	/* A moment that is over, and never. */
	set_timer(relative_timer, TFD_TIMER_ABSTIME, 1, 0);
	CHECK(read_eight(relative_timer) == 1, "a timer came twice");
	set_timer(relative_timer, 0, 3600000000000, 0);
	CHECK(!is_ready(relative_timer, POLLIN), "an hour is over");
	set_timer(relative_timer, 0, 0, 0);
	CHECK_CALL(timerfd_gettime(relative_timer, &left));
	CHECK(!left.it_value.tv_sec && !left.it_value.tv_nsec, "still set");
	/* Again and again: as often as the time since then allows. */
	start = now_ns(CLOCK_MONOTONIC);
	set_timer(relative_timer, 0, 3 * MS, 3 * MS);
	ticks = read_eight(relative_timer);
	ticks += read_eight(relative_timer);
	CHECK(ticks >= 2 && now_ns(CLOCK_MONOTONIC) - start >= ticks * 3 * MS,
	      "%lu ticks in %lu ns", ticks, now_ns(CLOCK_MONOTONIC) - start);
	set_timer(relative_timer, 0, 0, 0);
}

/* One that was set before the first move and ticks until the end. */
static void steady(uint64_t begun)
{
	static uint64_t ticks;
	uint64_t most;

	ticks += read_eight(steady_timer);
	most = (now_ns(CLOCK_MONOTONIC) - begun) / (20 * MS);
	CHECK(ticks <= most, "%lu ticks when %lu are right", ticks, most);
	CHECK(ticks + 1000 >= most, "%lu ticks of %lu", ticks, most);
}

static void told_signals(void)
{
	struct signalfd_siginfo info[SIGNALS];
	int got, value[2] = { victim.done, victim.done + 1 };

	partner_ask(queue_signals, victim.done);
	got = CHECK_CALL(read(sig_fd, info, sizeof(info)));
	CHECK(got == sizeof(info), "%d bytes of %zu", got, sizeof(info));
	for (int i = 0; i < SIGNALS; i++) {
		int odd = info[i].ssi_signo - SIGRTMIN - 2;

		/* The smaller number first, each in the order of its values. */
		CHECK(odd == (i >= 3), "signal %u in place %d",
		      info[i].ssi_signo, i);
		CHECK(info[i].ssi_int == value[odd] &&
		      info[i].ssi_code == SI_QUEUE &&
		      info[i].ssi_pid == (uint32_t)partner_pid &&
		      info[i].ssi_uid == getuid(),
		      "signal %u: value %d, code %d, of %u", info[i].ssi_signo,
		      info[i].ssi_int, info[i].ssi_code, info[i].ssi_pid);
		value[odd] += 2;
	}
	CHECK(!is_ready(sig_fd, POLLIN), "one signal more");
}

/* A socket that says by a queued signal when there is something to read. */
static void told_input(void)
{
	struct timespec limit = { WAIT_MS / 1000, 0 };
	sigset_t set;
	siginfo_t info;
	char byte;

	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN + 4);
	partner_tell(send_byte, 'x');
	CHECK(CHECK_CALL(sigtimedwait(&set, &info, &limit)) == SIGRTMIN + 4,
	      "another signal");
	CHECK(info.si_fd == pair[0] && info.si_code == POLL_IN &&
	      (info.si_band & POLLIN), "signal of %d, code %d, band %#lx",
	      info.si_fd, info.si_code, info.si_band);
	CHECK(recv(pair[0], &byte, 1, 0) == 1 && byte == 'x', "recv");
	CHECK(partner_hear() == 1, "the child's send");
	CHECK(fcntl(pair[0], F_GETOWN) == getpid(), "it is owned by %d",
	      fcntl(pair[0], F_GETOWN));
}

static void prepare(void)
{
	sigset_t set;

	sigemptyset(&queued);
	sigaddset(&queued, SIGRTMIN + 2);
	sigaddset(&queued, SIGRTMIN + 3);
	set = queued;
	sigaddset(&set, SIGRTMIN + 4);
	CHECK_CALL(sigprocmask(SIG_BLOCK, &set, NULL));
	counter = CHECK_CALL(eventfd(0, 0));
	semaphore = CHECK_CALL(eventfd(0, EFD_SEMAPHORE));
	sig_fd = CHECK_CALL(signalfd(-1, &queued, SFD_CLOEXEC));
	relative_timer = CHECK_CALL(timerfd_create(CLOCK_MONOTONIC, 0));
	steady_timer = CHECK_CALL(timerfd_create(CLOCK_MONOTONIC, 0));
	CHECK_CALL(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
	CHECK_CALL(fcntl(pair[0], F_SETOWN, getpid()));
	CHECK_CALL(fcntl(pair[0], F_SETSIG, SIGRTMIN + 4));
	CHECK_CALL(fcntl(pair[0], F_SETFL, O_ASYNC));
}

int main(int argc, char **argv)
{
	uint64_t begun;

	victim_begin(argc, argv);
	prepare();
	partner_begin();
	begun = now_ns(CLOCK_MONOTONIC);
	set_timer(steady_timer, TFD_TIMER_ABSTIME, begun + 20 * MS, 20 * MS);
	while (victim_next()) {
		counters();
		timers();
		steady(begun);
		told_signals();
		told_input();
	}
	partner_end();
	return victim_pass();
}
