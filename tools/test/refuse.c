// SPDX-License-Identifier: GPL-2.0-only
/*
 * Preloaded: each write(2) to a file fails with the errno whose number is in
 * REFUSE, as the kernel refuses a value; the milliseconds in SLOW later. With
 * REFUSE_ONLY it is so of the files of that name alone. With NO_FORK fork(2) fails.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static int is_meant(int fd)
{
	const char *only = getenv("REFUSE_ONLY"), *name;
	char link[32], path[4096];
	ssize_t n;

	if (fd <= STDERR_FILENO || !only)
		return fd > STDERR_FILENO;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof(path) - 1);
	if (n < 0)
		return 0;
	path[n] = '\0';
	name = strrchr(path, '/');
	return name && !strcmp(name + 1, only);
}

pid_t fork(void)
{
	pid_t (*next)(void);

	*(void **)&next = dlsym(RTLD_NEXT, "fork");
	if (!getenv("NO_FORK"))
		return next();
	errno = EAGAIN;
	return -1;
}

ssize_t write(int fd, const void *buf, size_t count)
{
	ssize_t (*next)(int fd, const void *buf, size_t count);
	const char *refuse = getenv("REFUSE");
	const char *slow = getenv("SLOW");

	*(void **)&next = dlsym(RTLD_NEXT, "write");
	if (is_meant(fd) && slow)
		usleep(1000 * atoi(slow));
	if (!is_meant(fd) || !refuse)
		return next(fd, buf, count);
	errno = atoi(refuse);
	return -1;
}
