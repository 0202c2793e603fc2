// SPDX-License-Identifier: GPL-2.0-only
/*
 * TCP and UDP on the loopback device of home, in both roles: the victim serves
 * a child and is its client. Half closed, refused, reset, with options.
 */
#include "bytes.h"
#include "partner.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/uio.h>

enum { BYTES = 150000, DATAGRAM = 1200, DATAGRAMS = 5, WAIT_MS = 60000 };

/* One of each is the victim's, one the child's. */
static int mine_tcp, theirs_tcp, mine_udp, theirs_udp;
static struct sockaddr_in mine_tcp_name, theirs_tcp_name, mine_udp_name,
	theirs_udp_name;

static struct sockaddr *any(struct sockaddr_in *name)
{
	return (struct sockaddr *)name;
}

static int bound(int type, struct sockaddr_in *name)
{
	int fd = CHECK_CALL(socket(AF_INET, type | SOCK_CLOEXEC, 0)), on = 1;
	socklen_t size = sizeof(*name);

	*name = (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	CHECK_CALL(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)));
	CHECK_CALL(bind(fd, any(name), size));
	CHECK_CALL(getsockname(fd, any(name), &size));
	if (type == SOCK_STREAM)
		CHECK_CALL(listen(fd, 4));
	return fd;
}

static int connected(const struct sockaddr_in *name)
{
	int fd = CHECK_CALL(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));

	CHECK_CALL(connect(fd, (const struct sockaddr *)name, sizeof(*name)));
	return fd;
}

static int int_option(int fd, int level, int name)
{
	socklen_t size = sizeof(int);
	int value = -1;

	CHECK_CALL(getsockopt(fd, level, name, &value, &size));
	CHECK(size == sizeof(int), "an option of %u bytes", size);
	return value;
}

/* What both do at their end of a connection, whoever called whom. */

static long speak_first(int fd, uint64_t seed)
{
	static char bytes[BYTES];

	bytes_fill(bytes, BYTES, seed);
	bytes_write(fd, bytes, BYTES);
	CHECK_CALL(shutdown(fd, SHUT_WR));
	/* Half closed: the other way is still open. */
	CHECK(bytes_read(fd, bytes, BYTES) == BYTES, "a short answer");
	bytes_check(bytes, BYTES, ~seed, "the answer");
	CHECK(!bytes_read(fd, bytes, 1), "no end of the answer");
	return close(fd);
}

static long hear_first(int fd, uint64_t seed)
{
	static char bytes[BYTES];

	CHECK(bytes_read(fd, bytes, BYTES) == BYTES, "a short question");
	bytes_check(bytes, BYTES, seed, "the question");
	CHECK(!bytes_read(fd, bytes, 1), "no end of the question");
	bytes_fill(bytes, BYTES, ~seed);
	bytes_write(fd, bytes, BYTES);
	return close(fd);
}

/* The child's jobs. */

static long call_me(long seed)
{
	return speak_first(connected(&mine_tcp_name), seed);
}

static long answer_me(long seed)
{
	return hear_first(CHECK_CALL(accept(theirs_tcp, NULL, NULL)), seed);
}

static long reset_me(long unused)
{
	struct linger hard = { .l_onoff = 1 };
	int fd = CHECK_CALL(accept(theirs_tcp, NULL, NULL));
	char byte;

	(void)unused;
	/* Not before connect() has returned over there. */
	CHECK_CALL(read(fd, &byte, 1));
	CHECK_CALL(setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard)));
	return close(fd);
}

static long echo_datagrams(long count)
{
	struct sockaddr_in from;
	socklen_t size;
	char bytes[DATAGRAM];
	ssize_t got;

	for (long i = 0; i < count; i++) {
		size = sizeof(from);
		got = CHECK_CALL(recvfrom(theirs_udp, bytes, DATAGRAM, 0,
					  any(&from), &size));
		CHECK(sendto(theirs_udp, bytes, got, 0, any(&from), size) ==
		      got, "sendto: %s", strerror(errno));
	}
	return count;
}

/* The victim's half. */

static void server(void)
{
	struct sockaddr_in name;
	socklen_t size = sizeof(name);
	int fd;

	partner_tell(call_me, victim.done);
	fd = CHECK_CALL(accept4(mine_tcp, any(&name), &size, SOCK_CLOEXEC));
	CHECK(size == sizeof(name) && name.sin_family == AF_INET &&
	      name.sin_addr.s_addr == htonl(INADDR_LOOPBACK),
	      "a call of %#x", ntohl(name.sin_addr.s_addr));
	CHECK(CHECK_CALL(fcntl(fd, F_GETFD)) == FD_CLOEXEC, "no close-on-exec");
	hear_first(fd, victim.done);
	CHECK(!partner_hear(), "the child's end");
}

static void client(void)
{
	int fd, on = 1;

	partner_tell(answer_me, victim.done);
	fd = connected(&theirs_tcp_name);
	CHECK_CALL(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)));
	CHECK_CALL(setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on)));
	CHECK(int_option(fd, IPPROTO_TCP, TCP_NODELAY) == 1, "TCP_NODELAY");
	CHECK(int_option(fd, SOL_SOCKET, SO_KEEPALIVE) == 1, "SO_KEEPALIVE");
	CHECK(int_option(fd, SOL_SOCKET, SO_TYPE) == SOCK_STREAM, "SO_TYPE");
	CHECK(int_option(fd, SOL_SOCKET, SO_DOMAIN) == AF_INET, "SO_DOMAIN");
	CHECK(!int_option(fd, SOL_SOCKET, SO_ACCEPTCONN), "SO_ACCEPTCONN");
	CHECK(!int_option(fd, SOL_SOCKET, SO_ERROR), "SO_ERROR");
	CHECK(int_option(mine_tcp, SOL_SOCKET, SO_ACCEPTCONN) == 1,
	      "SO_ACCEPTCONN of a listener");
	speak_first(fd, victim.done);
	CHECK(!partner_hear(), "the child's end");
}

/* A connection that is made while the program does something else. */
static void client_that_does_not_wait(void)
{
	int fd = CHECK_CALL(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
	struct pollfd one = { fd, POLLOUT, 0 };
	char byte;

	CHECK(accept4(mine_tcp, NULL, NULL, SOCK_NONBLOCK) == -1 &&
	      errno == EAGAIN, "a call from nobody");
	if (connect(fd, any(&theirs_tcp_name), sizeof(theirs_tcp_name)))
		CHECK(errno == EINPROGRESS, "connect: %s", strerror(errno));
	CHECK(CHECK_CALL(poll(&one, 1, WAIT_MS)) == 1, "never connected");
	CHECK(!int_option(fd, SOL_SOCKET, SO_ERROR), "SO_ERROR");
	CHECK(recv(fd, &byte, 1, 0) == -1 && errno == EAGAIN,
	      "bytes from nobody: %s", strerror(errno));
	CHECK_CALL(fcntl(fd, F_SETFL, 0));
	partner_tell(answer_me, ~victim.done);
	speak_first(fd, ~victim.done);
	CHECK(!partner_hear(), "the child's end");
}

static void refused_and_reset(void)
{
	struct sockaddr_in nobody;
	int fd = bound(SOCK_STREAM, &nobody);
	char byte;

	close(fd);
	fd = CHECK_CALL(socket(AF_INET, SOCK_STREAM, 0));
	CHECK(connect(fd, any(&nobody), sizeof(nobody)) == -1 &&
	      errno == ECONNREFUSED, "connected to nobody: %s",
	      strerror(errno));
	close(fd);
	partner_tell(reset_me, 0);
	fd = connected(&theirs_tcp_name);
	bytes_write(fd, "x", 1);
	CHECK(!partner_hear(), "the child's end");
	CHECK(read(fd, &byte, 1) == -1 && errno == ECONNRESET,
	      "not reset: %s", strerror(errno));
	CHECK(send(fd, "x", 1, MSG_NOSIGNAL) == -1 && errno == EPIPE,
	      "send after a reset: %s", strerror(errno));
	close(fd);
}

static void echoed_datagrams(void)
{
	char bytes[DATAGRAM], back[DATAGRAM], control[256];
	struct iovec parts[2] = { { back, 7 }, { back + 7, DATAGRAM - 7 } };
	struct sockaddr_in from;
	struct msghdr m;

	partner_tell(echo_datagrams, DATAGRAMS);
	for (int i = 0; i < DATAGRAMS; i++) {
		struct in_pktinfo *info;
		struct cmsghdr *c;

		bytes_fill(bytes, DATAGRAM, victim.done + i);
		CHECK(sendto(mine_udp, bytes, DATAGRAM - i, 0,
			     any(&theirs_udp_name), sizeof(from)) ==
		      DATAGRAM - i, "sendto: %s", strerror(errno));
		m = (struct msghdr){ .msg_name = &from,
				     .msg_namelen = sizeof(from),
				     .msg_iov = parts, .msg_iovlen = 2,
				     .msg_control = control,
				     .msg_controllen = sizeof(control) };
		CHECK(recvmsg(mine_udp, &m, 0) == DATAGRAM - i, "recvmsg: %s",
		      strerror(errno));
		CHECK(from.sin_port == theirs_udp_name.sin_port,
		      "a datagram of port %u", ntohs(from.sin_port));
		bytes_check(back, DATAGRAM - i, victim.done + i, "a datagram");
		c = CMSG_FIRSTHDR(&m);
		CHECK(c && c->cmsg_type == IP_PKTINFO, "no IP_PKTINFO");
		info = (struct in_pktinfo *)CMSG_DATA(c);
		CHECK(info->ipi_addr.s_addr == htonl(INADDR_LOOPBACK),
		      "to %#x", ntohl(info->ipi_addr.s_addr));
	}
	CHECK(partner_hear() == DATAGRAMS, "fewer datagrams");
}

/* Cut, looked at, and to nobody, of which a connected socket hears. */
static void strange_datagrams(void)
{
	int fd = CHECK_CALL(socket(AF_INET, SOCK_DGRAM, 0)), bytes = 0;
	struct sockaddr_in nobody;
	char back[100];

	CHECK_CALL(connect(fd, any(&mine_udp_name), sizeof(mine_udp_name)));
	CHECK(send(fd, "0123456789", 10, 0) == 10, "send: %s", strerror(errno));
	CHECK(recv(mine_udp, back, 4, MSG_TRUNC | MSG_PEEK) == 10,
	      "MSG_TRUNC | MSG_PEEK");
	CHECK_CALL(ioctl(mine_udp, FIONREAD, &bytes));
	CHECK(bytes == 10, "FIONREAD: %d", bytes);
	CHECK(recv(mine_udp, back, 4, 0) == 4 && !memcmp(back, "0123", 4),
	      "a datagram that was cut");
	CHECK(recv(mine_udp, back, 4, MSG_DONTWAIT) == -1 && errno == EAGAIN,
	      "the rest of it");
	close(bound(SOCK_DGRAM, &nobody));
	CHECK_CALL(connect(fd, any(&nobody), sizeof(nobody)));
	CHECK(send(fd, "x", 1, 0) == 1, "send: %s", strerror(errno));
	CHECK(recv(fd, back, 1, 0) == -1 && errno == ECONNREFUSED,
	      "nobody answered: %s", strerror(errno));
	close(fd);
}

int main(int argc, char **argv)
{
	int on = 1;

	victim_begin(argc, argv);
	mine_tcp = bound(SOCK_STREAM, &mine_tcp_name);
	theirs_tcp = bound(SOCK_STREAM, &theirs_tcp_name);
	mine_udp = bound(SOCK_DGRAM, &mine_udp_name);
	theirs_udp = bound(SOCK_DGRAM, &theirs_udp_name);
	CHECK_CALL(setsockopt(mine_udp, IPPROTO_IP, IP_PKTINFO, &on,
			      sizeof(on)));
	partner_begin();
	while (victim_next()) {
		server();
		client();
		/* accept() without a caller must not wait, once. */
		CHECK_CALL(fcntl(mine_tcp, F_SETFL, O_NONBLOCK));
		client_that_does_not_wait();
		CHECK_CALL(fcntl(mine_tcp, F_SETFL, 0));
		refused_and_reset();
		echoed_datagrams();
		strange_datagrams();
	}
	partner_end();
	return victim_pass();
}
