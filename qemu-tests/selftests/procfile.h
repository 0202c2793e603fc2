/* SPDX-License-Identifier: GPL-2.0-only */
/* Reading and writing small files of /proc, each in one call. */
#ifndef PROCFILE_H
#define PROCFILE_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What the harness's own macros are full of. */
#pragma GCC diagnostic ignored "-Wunused-parameter"
#pragma GCC diagnostic ignored "-Wclobbered"

enum { PROCFILE_MAX = 65536 };

/* All of a file, without the last new line; -1 or the length. */
static inline ssize_t procfile_read(const char *path, char *text)
{
	int fd = open(path, O_RDONLY);
	ssize_t part, size = 0;

	text[0] = '\0';
	if (fd < 0)
		return -1;
	while ((part = read(fd, text + size, PROCFILE_MAX - 1 - size)) > 0)
		size += part;
	close(fd);
	if (part < 0)
		return -1;
	if (size && text[size - 1] == '\n')
		size--;
	text[size] = '\0';
	return size;
}

/* One write() of @size bytes; 0 or a negative errno. */
static inline int procfile_write(const char *path, const char *text,
				 size_t size)
{
	int fd = open(path, O_WRONLY);
	ssize_t ret;
	int error;

	if (fd < 0)
		return -errno;
	ret = write(fd, text, size);
	error = ret == (ssize_t)size ? 0 : ret < 0 ? -errno : -EIO;
	close(fd);
	return error;
}

static inline int procfile_tell(const char *path, const char *text)
{
	return procfile_write(path, text, strlen(text));
}

/* The same for /proc/PID/mosix/NAME; @pid 0 is this process. */
static inline const char *procfile_path(pid_t pid, const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "/proc/%d/mosix/%s", pid ? pid : getpid(),
		 name);
	return path;
}

/* A node of the map that is not this one, 0 when there is none. */
static inline int procfile_other_node(void)
{
	static char text[PROCFILE_MAX];
	int self, id;
	char *line;

	if (procfile_read("/proc/mosix/self", text) < 0)
		return 0;
	self = atoi(text);
	procfile_read("/proc/mosix/config", text);
	for (line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		if (sscanf(line, "node %d", &id) == 1 && id != self)
			return id;
	return 0;
}

#endif
