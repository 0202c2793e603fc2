// SPDX-License-Identifier: GPL-2.0-only
/*
 * Waits until a process moves, without looking again and again:
 *
 *	moved FILE READY MS
 *
 * FILE is one of /proc/PID/mosix. It is read, READY is made, and then poll()ed for
 * MS milliseconds: prints "moved", "stays" when nothing came, or "at once" when
 * something was said to have come before anything could. Not a victim.
 */
#include "victim.h"

#include <poll.h>

int main(int argc, char **argv)
{
	char text[64];
	struct pollfd pfd = { .events = POLLPRI };
	int fd;

	CHECK(argc == 4, "which file, and how long?");
	pfd.fd = open(argv[1], O_RDONLY);
	CHECK(pfd.fd >= 0, "open %s", argv[1]);
	CHECK(read(pfd.fd, text, sizeof(text)) > 0, "read %s", argv[1]);
	if (poll(&pfd, 1, 0)) {
		puts("at once");
		return 1;
	}
	fd = open(argv[2], O_WRONLY | O_CREAT, 0666);
	CHECK(fd >= 0, "make %s", argv[2]);
	close(fd);
	poll(&pfd, 1, atoi(argv[3]));
	puts(pfd.revents & POLLPRI ? "moved" : "stays");
	return 0;
}
