// SPDX-License-Identifier: GPL-2.0-only
/*
 * A TCP, a UDP and a Unix socket to a child that echoes, waited for by poll and
 * by epoll; only the parent is told to be ready, so only the parent is moved.
 */
#include "victim.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>

enum { MAX_BYTES = 30000, WAIT_MS = 60000 };

static struct sockaddr_in any_port(void)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
}

/* A socket of @type bound to a free port of the loopback device. */
static int bound(int type, struct sockaddr_in *name)
{
	int fd = CHECK_CALL(socket(AF_INET, type, 0));
	socklen_t size = sizeof(*name);

	*name = any_port();
	CHECK_CALL(bind(fd, (struct sockaddr *)name, size));
	CHECK_CALL(getsockname(fd, (struct sockaddr *)name, &size));
	return fd;
}

static void echo_stream(int fd)
{
	static char buffer[MAX_BYTES];
	ssize_t got = recv(fd, buffer, sizeof(buffer), 0);

	if (got <= 0)
		_exit(got ? 2 : 42);
	for (ssize_t at = 0, part; at < got; at += part) {
		part = send(fd, buffer + at, got - at, MSG_NOSIGNAL);
		if (part < 0)
			_exit(3);
	}
}

static void echo_datagram(int fd)
{
	struct sockaddr_in from;
	socklen_t size = sizeof(from);
	char buffer[2000];
	ssize_t got = recvfrom(fd, buffer, sizeof(buffer), 0,
			       (struct sockaddr *)&from, &size);

	if (got < 0 || sendto(fd, buffer, got, 0, (struct sockaddr *)&from,
			      size) != got)
		_exit(4);
}

/* The child: echoes until the TCP connection closes, then exits with 42. */
__attribute__((noreturn)) static void serve(int listener, int udp, int local)
{
	struct pollfd fds[3] = {
		{ accept(listener, NULL, NULL), POLLIN, 0 },
		{ udp, POLLIN, 0 }, { local, POLLIN, 0 },
	};

	for (;;) {
		if (poll(fds, 3, -1) < 0)
			_exit(5);
		if (fds[1].revents & POLLIN)
			echo_datagram(udp);
		if (fds[2].revents & POLLIN)
			echo_stream(local);
		if (fds[0].revents & (POLLIN | POLLHUP))
			echo_stream(fds[0].fd);
	}
}

static void fill(char *buffer, size_t size, uint64_t seed)
{
	for (size_t i = 0; i < size; i++)
		buffer[i] = victim_mix(seed + i / 8) >> (i % 8 * 8);
}

/* Wait by poll or by epoll, as the round has it. */
static void await(int fd, int epoll)
{
	struct pollfd one = { fd, POLLIN, 0 };
	struct epoll_event event;

	if (victim.done % 2) {
		CHECK(CHECK_CALL(poll(&one, 1, WAIT_MS)), "nothing came");
		return;
	}
	CHECK(CHECK_CALL(epoll_wait(epoll, &event, 1, WAIT_MS)),
	      "nothing came");
	CHECK(event.data.fd == fd, "epoll names %d, not %d", event.data.fd, fd);
}

static void round_trip(int fd, int epoll, size_t size)
{
	static char want[MAX_BYTES], got[MAX_BYTES];
	ssize_t part;

	fill(want, size, victim.done);
	CHECK(send(fd, want, size, 0) == (ssize_t)size, "send: %s",
	      strerror(errno));
	for (size_t at = 0; at < size; at += part) {
		await(fd, epoll);
		CHECK(recv(fd, got, 1, MSG_PEEK) == 1 && got[0] == want[at],
		      "peeked a wrong byte at %zu", at);
		part = CHECK_CALL(recv(fd, got, size - at, 0));
		CHECK(part, "closed at byte %zu of %zu", at, size);
		CHECK(!memcmp(got, want + at, part),
		      "bytes %zu to %zu came back wrong", at, at + part);
	}
}

int main(int argc, char **argv)
{
	struct sockaddr_in tcp_name, udp_name, name;
	socklen_t size = sizeof(name);
	int fds[3], pair[2], epoll, listener, udp, status;
	pid_t child;

	victim_begin(argc, argv);
	listener = bound(SOCK_STREAM, &tcp_name);
	CHECK_CALL(listen(listener, 1));
	udp = bound(SOCK_DGRAM, &udp_name);
	CHECK_CALL(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
	child = CHECK_CALL(fork());
	if (!child) {
		signal(SIGTERM, SIG_IGN);
		close(pair[0]);
		serve(listener, udp, pair[1]);
	}
	close(pair[1]);
	close(udp);
	fds[0] = CHECK_CALL(socket(AF_INET, SOCK_STREAM, 0));
	CHECK_CALL(connect(fds[0], (struct sockaddr *)&tcp_name, size));
	fds[1] = CHECK_CALL(socket(AF_INET, SOCK_DGRAM, 0));
	CHECK_CALL(connect(fds[1], (struct sockaddr *)&udp_name, size));
	fds[2] = pair[0];
	epoll = CHECK_CALL(epoll_create1(EPOLL_CLOEXEC));
	for (int i = 0; i < 3; i++) {
		struct epoll_event event = { EPOLLIN, { .fd = fds[i] } };

		CHECK_CALL(epoll_ctl(epoll, EPOLL_CTL_ADD, fds[i], &event));
	}
	while (victim_next()) {
		uint64_t dice = victim_mix(victim.done);

		round_trip(fds[0], epoll, 1 + dice % MAX_BYTES);
		round_trip(fds[1], epoll, 1 + dice % 1400);
		round_trip(fds[2], epoll, 1 + dice % 9000);
		size = sizeof(name);
		CHECK_CALL(getpeername(fds[0], (struct sockaddr *)&name, &size));
		CHECK(name.sin_port == tcp_name.sin_port, "another peer");
	}
	CHECK_CALL(shutdown(fds[0], SHUT_WR));
	CHECK(CHECK_CALL(waitpid(child, &status, 0)) == child, "a stranger");
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 42,
	      "the child ended with %#x", status);
	return victim_pass();
}
