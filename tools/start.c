// SPDX-License-Identifier: GPL-2.0-only
/*
 * exec brings a process home, so it is moved when its program has begun: a
 * helper, which is nobody's child by then, waits for a pipe to close that
 * exec closes. The process itself keeps its PID, its parent and its terminal:
 * who starts mosrun has started the program.
 */
#include "start.h"
#include "cli.h"
#include "job.h"
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int complain(const char *what, int error)
{
	fprintf(stderr, "mosrun: %s: %s\n", what, cli_error(error));
	return START_FAILED;
}

/* What older kernels do not have. */
static int settle(const char *value, const char *file, const char *what)
{
	int ret = value ? text_write(value, "self/mosix/%s", file) : 0;

	if (ret == -ENOENT)
		fprintf(stderr, "mosrun: this kernel has no %s\n", what);
	else if (ret)
		complain(what, -ret);
	return ret ? START_FAILED : 0;
}

/**
 * start_prepare - settle for this process what its program inherits
 * @start: what is wanted
 *
 * Return: 0, or START_FAILED after saying why.
 */
int start_prepare(const struct start *start)
{
	int ret;

	if (start->lock) {
		ret = text_write(start->lock, "self/mosix/lock");
		if (ret)
			return complain("lock", -ret);
	}
	ret = settle(start->nodes, "nodes", "node sets");
	return ret ?: settle(start->strategy, "strategy", "strategies");
}

/* Until the program has begun or could not be: one byte tells that. */
static int has_begun(int fd)
{
	ssize_t n;
	char c;

	do {
		n = read(fd, &c, 1);
	} while (n < 0 && errno == EINTR);
	return n == 0;
}

static void help(const struct start *start, int pid, int fd)
{
	int error;

	if (!has_begun(fd))
		return;
	error = -text_write(start->node, "%d/mosix/goto", pid);
	/* a program that has ended meanwhile had no need to move */
	if (error && error != ESRCH && error != ENOENT)
		fprintf(stderr, "mosrun: %d stays where it is: %s\n", pid,
			cli_error(error));
}

/* Returns the end of the pipe that exec closes, or a negative errno. */
static int begin_helper(const struct start *start)
{
	int pipe_fd[2], pid = getpid();
	pid_t child;

	if (pipe2(pipe_fd, O_CLOEXEC))
		return -errno;
	child = fork();
	if (child < 0)
		return -errno;
	if (!child) {
		close(pipe_fd[1]);
		/* its parent ends here, so that it is no child of the program */
		if (!fork())
			help(start, pid, pipe_fd[0]);
		_exit(0);
	}
	close(pipe_fd[0]);
	while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
		;
	return pipe_fd[1];
}

/**
 * start_exec - become the program
 * @start: what is wanted; start_prepare() was called
 * @command: its name and arguments
 *
 * Return: an exit code, when that is not possible and it was said why.
 */
int start_exec(const struct start *start, char *const *command)
{
	int fd = -1, error;

	if (start->job) {
		error = -job_add(start->job, getpid());
		if (error)
			return complain(start->job, error);
	}
	if (start->node) {
		fd = begin_helper(start);
		if (fd < 0)
			return complain(command[0], -fd);
	}
	execvp(command[0], command);
	error = errno;
	if (fd >= 0 && write(fd, "", 1) < 0)
		error = errno;
	fprintf(stderr, "mosrun: %s: %s\n", command[0], strerror(error));
	return error == ENOENT ? START_ABSENT : START_REFUSED;
}
