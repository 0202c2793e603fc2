// SPDX-License-Identifier: GPL-2.0-only
/*
 * A pipe between two nodes:
 *
 *	pour out HOST PORT   standard input, to who waits there
 *	pour in PORT         wait for one, its bytes to standard output
 *
 * Ends with the bytes, which busybox's nc does not when it has no input itself.
 * Not a victim.
 */
#include "victim.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

static void copy(int from, int to)
{
	static char block[128 * 1024];
	ssize_t n, done, part;

	while ((n = CHECK_CALL(read(from, block, sizeof(block)))) > 0)
		for (done = 0; done < n; done += part)
			part = CHECK_CALL(write(to, block + done, n - done));
}

static int peer(const char *host, const char *port)
{
	struct sockaddr_in addr = { .sin_family = AF_INET,
				    .sin_port = htons(atoi(port)) };
	int one = 1, fd = CHECK_CALL(socket(AF_INET, SOCK_STREAM, 0));

	if (host) {
		CHECK(inet_pton(AF_INET, host, &addr.sin_addr) == 1,
		      "no address");
		CHECK_CALL(connect(fd, (struct sockaddr *)&addr, sizeof(addr)));
		return fd;
	}
	CHECK_CALL(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)));
	CHECK_CALL(bind(fd, (struct sockaddr *)&addr, sizeof(addr)));
	CHECK_CALL(listen(fd, 1));
	return CHECK_CALL(accept(fd, NULL, NULL));
}

int main(int argc, char **argv)
{
	if (argc == 4 && !strcmp(argv[1], "out"))
		copy(0, peer(argv[2], argv[3]));
	else if (argc == 3 && !strcmp(argv[1], "in"))
		copy(peer(NULL, argv[2]), 1);
	else
		victim_fail("see the head of pour.c");
	return 0;
}
