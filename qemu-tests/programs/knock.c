// SPDX-License-Identifier: GPL-2.0-only
/*
 * Knocks at a port and does not say the right thing:
 *
 *	knock ADDRESS PORT COUNT SECONDS [HEX]
 *
 * Opens COUNT connections, sends the bytes HEX over each, and waits. Prints how
 * many connected, how many of those the other end has closed after SECONDS, and
 * how many bytes came over all of them. Not a victim.
 */
#include "victim.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

enum { COUNT_MAX = 1000, BYTES_MAX = 4096 };

static int fds[COUNT_MAX];

static size_t from_hex(unsigned char *bytes, const char *text)
{
	size_t n = 0;
	unsigned int byte;

	for (; n < BYTES_MAX && sscanf(text, "%2x", &byte) == 1; text += 2)
		bytes[n++] = byte;
	return n;
}

/* Bytes that came, or -1 when the other end has closed. */
static long drain(int fd)
{
	unsigned char bytes[BYTES_MAX];
	long sum = 0;
	ssize_t n;

	while ((n = recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT)) > 0)
		sum += n;
	if (!n || (errno != EAGAIN && errno != EINTR))
		return -1 - sum;
	return sum;
}

int main(int argc, char **argv)
{
	unsigned char bytes[BYTES_MAX];
	struct sockaddr_in to = { .sin_family = AF_INET };
	int count, i, open = 0, closed = 0;
	size_t len = 0;
	long came = 0, n;

	CHECK(argc == 5 || argc == 6, "knock where, how often, how long?");
	CHECK(inet_pton(AF_INET, argv[1], &to.sin_addr) == 1, "%s", argv[1]);
	to.sin_port = htons(atoi(argv[2]));
	count = atoi(argv[3]);
	CHECK(count > 0 && count <= COUNT_MAX, "%d connections", count);
	if (argc == 6)
		len = from_hex(bytes, argv[5]);
	for (i = 0; i < count; i++) {
		fds[i] = socket(AF_INET, SOCK_STREAM, 0);
		if (connect(fds[i], (void *)&to, sizeof(to)))
			continue;
		open++;
		if (len)
			send(fds[i], bytes, len, MSG_NOSIGNAL);
	}
	poll(NULL, 0, 1000 * atoi(argv[4]));
	for (i = 0; i < count; i++) {
		n = drain(fds[i]);
		closed += n < 0;
		came += n < 0 ? -1 - n : n;
	}
	printf("%d connected %d closed %ld bytes\n", open, closed, came);
	return 0;
}
