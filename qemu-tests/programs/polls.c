// SPDX-License-Identifier: GPL-2.0-only
/*
 * What poll, select and epoll report, and when: by level, by edge, once, of an
 * epoll in an epoll; which signals come while they wait, by their masks. A child
 * at home makes ready what is waited for.
 */
#include "partner.h"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/select.h>
#include <sys/syscall.h>

enum { WAIT_MS = 60000, DELAY_MS = 5 };

static int pipe_ends[2], counter, outer, inner;
static volatile sig_atomic_t signals;
static sigset_t blocked, open_mask;

static void on_signal(int sig)
{
	(void)sig;
	signals++;
}

/* The child's jobs: a little later, so that the victim waits by then. */

static long write_later(long byte)
{
	char one = byte;

	usleep(DELAY_MS * 1000);
	return write(pipe_ends[1], &one, 1);
}

static long signal_later(long sig)
{
	usleep(DELAY_MS * 1000);
	return kill(getppid(), sig);
}

/* The victim's half. */

static void take(char want)
{
	char got = 0;

	CHECK(read(pipe_ends[0], &got, 1) == 1 && got == want,
	      "read '%c', not '%c'", got, want);
}

static int ready_now(int epoll)
{
	struct epoll_event event[4];

	return CHECK_CALL(epoll_wait(epoll, event, 4, 0));
}

static void watch(int epoll, int op, int fd, uint32_t events)
{
	struct epoll_event event = { events, { .u64 = fd * 1000003ull } };

	CHECK_CALL(epoll_ctl(epoll, op, fd, &event));
}

static void await(int epoll, int fd, uint32_t events)
{
	struct epoll_event event = { };

	CHECK(CHECK_CALL(epoll_wait(epoll, &event, 1, WAIT_MS)) == 1,
	      "epoll: nothing came");
	CHECK(event.data.u64 == fd * 1000003ull && event.events == events,
	      "epoll: %#x of %lu", event.events, event.data.u64);
}

static void by_level(void)
{
	watch(inner, EPOLL_CTL_ADD, pipe_ends[0], EPOLLIN);
	partner_tell(write_later, 'l');
	await(inner, pipe_ends[0], EPOLLIN);
	CHECK(ready_now(inner) == 1, "by level: told once only");
	CHECK(partner_hear() == 1, "the child's write");
	take('l');
	CHECK(!ready_now(inner), "by level: told without bytes");
	watch(inner, EPOLL_CTL_DEL, pipe_ends[0], 0);
}

static void by_edge(void)
{
	watch(inner, EPOLL_CTL_ADD, pipe_ends[0], EPOLLIN | EPOLLET);
	partner_tell(write_later, 'e');
	await(inner, pipe_ends[0], EPOLLIN);
	CHECK(!ready_now(inner), "by edge: told twice of one byte");
	CHECK(partner_hear() == 1, "the child's write");
	partner_tell(write_later, 'f');
	await(inner, pipe_ends[0], EPOLLIN);
	CHECK(partner_hear() == 1, "the child's write");
	CHECK(!ready_now(inner), "by edge: told twice of one byte");
	take('e');
	CHECK(!ready_now(inner), "by edge: told of what was left");
	take('f');
	watch(inner, EPOLL_CTL_DEL, pipe_ends[0], 0);
}

static void once_only(void)
{
	watch(inner, EPOLL_CTL_ADD, pipe_ends[0], EPOLLIN | EPOLLONESHOT);
	partner_tell(write_later, 'o');
	await(inner, pipe_ends[0], EPOLLIN);
	CHECK(partner_hear() == 1, "the child's write");
	CHECK(!ready_now(inner), "once: told twice");
	watch(inner, EPOLL_CTL_MOD, pipe_ends[0], EPOLLIN | EPOLLONESHOT);
	await(inner, pipe_ends[0], EPOLLIN);
	take('o');
	watch(inner, EPOLL_CTL_DEL, pipe_ends[0], 0);
}

/* @outer has had @inner from before the first move. */
static void nested(void)
{
	watch(inner, EPOLL_CTL_ADD, pipe_ends[0], EPOLLIN);
	partner_tell(write_later, 'n');
	await(outer, inner, EPOLLIN);
	await(inner, pipe_ends[0], EPOLLIN);
	CHECK(partner_hear() == 1, "the child's write");
	take('n');
	CHECK(!ready_now(outer), "the outer epoll is ready without a byte");
	CHECK(epoll_ctl(inner, EPOLL_CTL_ADD, outer,
			&(struct epoll_event){ .events = EPOLLIN }) == -1 &&
	      errno == ELOOP, "a loop of epolls: %s", strerror(errno));
	watch(inner, EPOLL_CTL_DEL, pipe_ends[0], 0);
}

static void many(void)
{
	struct epoll_event event[2] = { };
	uint64_t value = 1;

	watch(inner, EPOLL_CTL_ADD, pipe_ends[0], EPOLLIN);
	watch(inner, EPOLL_CTL_ADD, counter, EPOLLIN | EPOLLOUT);
	await(inner, counter, EPOLLOUT);
	CHECK(write(counter, &value, 8) == 8, "eventfd: %s", strerror(errno));
	CHECK(partner_ask(write_later, 'm') == 1, "the child's write");
	CHECK(CHECK_CALL(epoll_wait(inner, event, 2, WAIT_MS)) == 2,
	      "two are ready, one is told");
	CHECK((event[0].events | event[1].events) == (EPOLLIN | EPOLLOUT),
	      "told %#x and %#x", event[0].events, event[1].events);
	take('m');
	CHECK(read(counter, &value, 8) == 8 && value == 1, "eventfd: %lu",
	      value);
	watch(inner, EPOLL_CTL_DEL, counter, 0);
	watch(inner, EPOLL_CTL_DEL, pipe_ends[0], 0);
	CHECK(epoll_ctl(inner, EPOLL_CTL_DEL, counter, NULL) == -1 &&
	      errno == ENOENT, "removed twice: %s", strerror(errno));
}

/* Every event that poll() knows of ends, and of what is no descriptor. */
static void ends(void)
{
	struct pollfd fds[4];
	int own[2], other[2];

	CHECK_CALL(pipe(own));
	CHECK_CALL(pipe(other));
	close(own[1]);
	close(other[0]);
	fds[0] = (struct pollfd){ own[0], POLLIN, 0 };
	fds[1] = (struct pollfd){ other[1], POLLOUT, 0 };
	fds[2] = (struct pollfd){ 9999, POLLIN, 0 };
	fds[3] = (struct pollfd){ -1, POLLIN, 77 };
	CHECK(CHECK_CALL(poll(fds, 4, WAIT_MS)) == 3, "poll: not three");
	CHECK(fds[0].revents == POLLHUP && fds[1].revents == (POLLOUT |
	      POLLERR) && fds[2].revents == POLLNVAL && !fds[3].revents,
	      "poll: %#x %#x %#x %#x", fds[0].revents, fds[1].revents,
	      fds[2].revents, fds[3].revents);
	close(own[0]);
	close(other[1]);
}

static void selected(void)
{
	struct timeval limit = { WAIT_MS / 1000, 0 };
	fd_set in, out;

	FD_ZERO(&in);
	FD_ZERO(&out);
	FD_SET(pipe_ends[0], &in);
	FD_SET(counter, &in);
	partner_tell(write_later, 's');
	CHECK(CHECK_CALL(select(counter + 1, &in, &out, NULL, &limit)) == 1,
	      "select: not one");
	CHECK(FD_ISSET(pipe_ends[0], &in) && !FD_ISSET(counter, &in),
	      "select: another one");
	CHECK(limit.tv_sec <= WAIT_MS / 1000, "select: %ld s are left",
	      limit.tv_sec);
	CHECK(partner_hear() == 1, "the child's write");
	take('s');
	FD_SET(counter, &out);
	limit = (struct timeval){ 0, 0 };
	FD_SET(pipe_ends[0], &in);
	CHECK(CHECK_CALL(select(counter + 1, &in, &out, NULL, &limit)) == 1 &&
	      FD_ISSET(counter, &out) && !FD_ISSET(pipe_ends[0], &in),
	      "select: wrong sets");
}

/* Each way to wait with a mask: 0 after the time, or -1. */

static int by_ppoll(const struct timespec *limit, const sigset_t *mask)
{
	struct pollfd one = { pipe_ends[0], POLLIN, POLLIN };
	int ret = ppoll(&one, 1, limit, mask);

	CHECK(ret > 0 || !one.revents, "ppoll says %d and events %#x", ret,
	      one.revents);
	return ret;
}

static int by_pselect(const struct timespec *limit, const sigset_t *mask)
{
	fd_set in;

	FD_ZERO(&in);
	FD_SET(pipe_ends[0], &in);
	return pselect(pipe_ends[0] + 1, &in, NULL, NULL, limit, mask);
}

static int by_epoll(const struct timespec *limit, const sigset_t *mask)
{
	struct epoll_event event;

	return epoll_pwait(inner, &event, 1,
			   limit->tv_sec * 1000 + limit->tv_nsec / 1000000,
			   mask);
}

static int by_epoll2(const struct timespec *limit, const sigset_t *mask)
{
	struct epoll_event event;

	return syscall(SYS_epoll_pwait2, inner, &event, 1, limit, mask, 8);
}

static int (* const ways[])(const struct timespec *limit,
			    const sigset_t *mask) = {
	by_ppoll, by_pselect, by_epoll, by_epoll2,
};

/* A blocked signal comes in the call that opens the mask, and only there. */
static void masked(int way)
{
	const struct timespec none = { 0, 0 }, some = { 0, 3000000 },
		      limit = { WAIT_MS / 1000, 0 };
	sigset_t now;
	int ret;

	signals = 0;
	CHECK_CALL(kill(getpid(), SIGUSR1));
	CHECK(!ways[way](&some, &blocked) && !signals,
	      "way %d: a blocked signal", way);
	ret = ways[way](&limit, &open_mask);
	CHECK(ret == -1 && errno == EINTR && signals == 1,
	      "way %d, pending: %d, %s, %d signals", way, ret,
	      strerror(errno), signals);
	partner_tell(signal_later, SIGUSR1);
	ret = ways[way](&limit, &open_mask);
	CHECK(ret == -1 && errno == EINTR && signals == 2,
	      "way %d, sent: %d, %s, %d signals", way, ret, strerror(errno),
	      signals);
	CHECK(!partner_hear(), "the child's kill");
	CHECK(!ways[way](&none, &open_mask) && signals == 2,
	      "way %d: a signal from nobody", way);
	CHECK_CALL(sigprocmask(SIG_BLOCK, NULL, &now));
	CHECK(sigismember(&now, SIGUSR1), "way %d left its mask", way);
	partner_tell(write_later, 'w');
	CHECK(ways[way](&limit, &open_mask) == 1, "way %d: nothing came", way);
	CHECK(partner_hear() == 1, "the child's write");
	take('w');
}

int main(int argc, char **argv)
{
	struct sigaction sa = { .sa_handler = on_signal };

	victim_begin(argc, argv);
	sigemptyset(&open_mask);
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGUSR1);
	CHECK_CALL(sigaction(SIGUSR1, &sa, NULL));
	CHECK_CALL(sigprocmask(SIG_BLOCK, &blocked, NULL));
	CHECK_CALL(pipe(pipe_ends));
	counter = CHECK_CALL(eventfd(0, EFD_CLOEXEC));
	inner = CHECK_CALL(epoll_create1(EPOLL_CLOEXEC));
	outer = CHECK_CALL(epoll_create1(0));
	watch(outer, EPOLL_CTL_ADD, inner, EPOLLIN);
	partner_begin();
	while (victim_next()) {
		by_level();
		by_edge();
		once_only();
		nested();
		many();
		ends();
		selected();
		watch(inner, EPOLL_CTL_ADD, pipe_ends[0], EPOLLIN);
		for (size_t way = 0; way < ARRAY_SIZE(ways); way++)
			masked(way);
		watch(inner, EPOLL_CTL_DEL, pipe_ends[0], 0);
	}
	partner_end();
	return victim_pass();
}
