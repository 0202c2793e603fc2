// SPDX-License-Identifier: GPL-2.0-only
/*
 * Preloaded: each write(2) to a file fails with the errno whose number is in
 * REFUSE, as the kernel refuses a value.
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/types.h>
#include <unistd.h>

ssize_t write(int fd, const void *buf, size_t count)
{
	ssize_t (*next)(int fd, const void *buf, size_t count);
	const char *refuse = getenv("REFUSE");

	*(void **)&next = dlsym(RTLD_NEXT, "write");
	if (fd <= STDERR_FILENO || !refuse)
		return next(fd, buf, count);
	errno = atoi(refuse);
	return -1;
}
