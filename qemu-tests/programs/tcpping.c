// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the network alone can do, to hold our own figures against:
 *
 *	tcpping serve PORT               answer the other two, for ever
 *	tcpping ping HOST PORT COUNT     median round trip of 64 bytes, in us
 *	tcpping stream HOST PORT MIB     a stream there, in KiB/s
 *	tcpping carry HOST PORT MIB      a stream of memory that leaves: given back
 *					 here behind what is sent, new over there
 *
 * Both streams send the same bytes in the same blocks. What they differ by is the
 * price of memory on either side, which whoever moves memory pays, too.
 *
 * Not a victim.
 */
#include "victim.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/mman.h>
#include <sys/socket.h>

enum { PING_BYTES = 64, BLOCK = 128 * 1024 };

/* Beside how many bytes come: into new memory. */
static const uint64_t carried = 1ULL << 63;

static char block[BLOCK];

static uint64_t now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

/* All of it; false when the other end is gone. */
static bool transfer(int fd, size_t len, bool out)
{
	while (len) {
		size_t part = len < BLOCK ? len : BLOCK;
		ssize_t n = out ? send(fd, block, part, MSG_NOSIGNAL) :
				  recv(fd, block, part, 0);

		if (n <= 0)
			return false;
		len -= n;
	}
	return true;
}

/* What is there already is nobody's new memory: a page each, never touched. */
static char *new_memory(uint64_t bytes)
{
	char *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(memory != MAP_FAILED, "no memory");
	CHECK_CALL(madvise(memory, bytes, MADV_NOHUGEPAGE));
	return memory;
}

static bool take(int fd, char *memory, uint64_t bytes)
{
	for (uint64_t done = 0; done < bytes;) {
		uint64_t part = bytes - done < BLOCK ? bytes - done : BLOCK;
		ssize_t n = recv(fd, memory + done, part, 0);

		if (n <= 0)
			return false;
		done += n;
	}
	return true;
}

static bool give(int fd, char *memory, uint64_t bytes)
{
	for (uint64_t done = 0; done < bytes; done += BLOCK) {
		if (send(fd, memory + done, BLOCK, MSG_NOSIGNAL) != BLOCK)
			return false;
		CHECK_CALL(madvise(memory + done, BLOCK, MADV_DONTNEED));
	}
	return true;
}

static int tcp_socket(void)
{
	int one = 1, fd = CHECK_CALL(socket(AF_INET, SOCK_STREAM, 0));

	CHECK_CALL(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)));
	CHECK_CALL(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)));
	return fd;
}

static void receive(int fd, uint64_t bytes)
{
	bool fresh = bytes & carried;
	char *memory;

	bytes &= ~carried;
	if (fresh) {
		memory = new_memory(bytes);
		take(fd, memory, bytes);
	} else {
		transfer(fd, bytes, false);
	}
	transfer(fd, 1, true);
	if (fresh)
		munmap(memory, bytes);
}

/* The first eight bytes: so many bytes come in a stream; 0: pings. */
static void serve_one(int fd)
{
	uint64_t bytes;

	if (recv(fd, &bytes, sizeof(bytes), MSG_WAITALL) != sizeof(bytes))
		return;
	if (bytes) {
		receive(fd, bytes);
		return;
	}
	while (transfer(fd, PING_BYTES, false))
		transfer(fd, PING_BYTES, true);
}

static void serve(uint16_t port)
{
	struct sockaddr_in addr = { .sin_family = AF_INET,
				    .sin_port = htons(port) };
	int fd = tcp_socket();

	CHECK_CALL(bind(fd, (struct sockaddr *)&addr, sizeof(addr)));
	CHECK_CALL(listen(fd, 4));
	for (;;) {
		int peer = CHECK_CALL(accept(fd, NULL, NULL));

		serve_one(peer);
		close(peer);
	}
}

static int meet(const char *host, uint16_t port, uint64_t bytes)
{
	struct sockaddr_in addr = { .sin_family = AF_INET,
				    .sin_port = htons(port) };
	int fd = tcp_socket();

	CHECK(inet_pton(AF_INET, host, &addr.sin_addr) == 1, "no address");
	CHECK_CALL(connect(fd, (struct sockaddr *)&addr, sizeof(addr)));
	CHECK_CALL(send(fd, &bytes, sizeof(bytes), 0));
	return fd;
}

static int by_size(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void ping(int fd, size_t count)
{
	uint64_t *us = calloc(count, sizeof(*us));

	CHECK(us && count, "how many?");
	for (size_t i = 0; i < count; i++) {
		uint64_t begin = now_us();

		CHECK(transfer(fd, PING_BYTES, true) &&
		      transfer(fd, PING_BYTES, false), "the server is gone");
		us[i] = now_us() - begin;
	}
	qsort(us, count, sizeof(*us), by_size);
	printf("%llu\n", (unsigned long long)us[count / 2]);
	free(us);
}

static void say_pace(uint64_t bytes, uint64_t begin)
{
	uint64_t us = now_us() - begin;

	printf("%llu\n", (unsigned long long)(bytes / 1024 * 1000000 / us));
}

static void stream(int fd, uint64_t bytes)
{
	uint64_t begin = now_us();

	CHECK(transfer(fd, bytes, true) && transfer(fd, 1, false),
	      "the server is gone");
	say_pace(bytes, begin);
}

static void carry(const char *host, uint16_t port, uint64_t bytes)
{
	char *memory = new_memory(bytes);
	uint64_t begin;
	int fd;

	memset(memory, 1, bytes);
	fd = meet(host, port, bytes | carried);
	begin = now_us();
	CHECK(give(fd, memory, bytes) && transfer(fd, 1, false),
	      "the server is gone");
	say_pace(bytes, begin);
}

int main(int argc, char **argv)
{
	uint64_t bytes;

	if (argc == 3 && !strcmp(argv[1], "serve"))
		serve(atoi(argv[2]));
	CHECK(argc == 5, "see the head of tcpping.c");
	if (!strcmp(argv[1], "ping")) {
		ping(meet(argv[2], atoi(argv[3]), 0), atoi(argv[4]));
	} else {
		bytes = strtoull(argv[4], NULL, 10) << 20;
		CHECK(bytes, "how much?");
		if (!strcmp(argv[1], "carry"))
			carry(argv[2], atoi(argv[3]), bytes);
		else
			stream(meet(argv[2], atoi(argv[3]), bytes), bytes);
	}
	return 0;
}
