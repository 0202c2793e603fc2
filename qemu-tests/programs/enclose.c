// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs a program in namespaces of its own, as a container does.
 *
 *	enclose WHAT PROGRAM [ARGUMENT...]
 *
 * WHAT is pid: in a PID namespace, as its second process; init: as the first one;
 * time: in a time namespace, days ahead; or all: both, as the first process, with
 * a user namespace and the other kinds. Ends as the program does: with its exit
 * status, or with 128 and the signal.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* What is not in the headers of every system. */
#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x80
#endif

static const struct what {
	const char *name;
	int namespaces;
	int first;	/* is the program PID 1 */
} kinds[] = {
	{ "pid", CLONE_NEWPID, 0 },
	{ "init", CLONE_NEWPID, 1 },
	{ "time", CLONE_NEWTIME, 1 },
	{ "all", CLONE_NEWPID | CLONE_NEWTIME | CLONE_NEWUSER | CLONE_NEWNS |
		 CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP,
	  1 },
};

static void fail(const char *what)
{
	perror(what);
	exit(2);
}

static const struct what *find(const char *name)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strcmp(kinds[i].name, name))
			return &kinds[i];
	fprintf(stderr, "enclose: %s?\n", name);
	exit(2);
}

static void write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	if (!f || fputs(text, f) == EOF || fclose(f))
		fail(path);
}

static void enter(const struct what *what)
{
	if (unshare(what->namespaces))
		fail("unshare");
	if (what->namespaces & CLONE_NEWUSER)
		write_file("/proc/self/uid_map", "0 0 1\n");
	if (what->namespaces & CLONE_NEWTIME)
		write_file("/proc/self/timens_offsets",
			   "monotonic 400000 0\nboottime 500000 0\n");
}

/* The first process of a namespace, which ends with the one that made it. */
static void make_first(void)
{
	pid_t pid = fork();

	if (pid < 0)
		fail("fork");
	if (pid)
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;)
		pause();
}

int main(int argc, char **argv)
{
	const struct what *what;
	int status;
	pid_t pid;

	if (argc < 3)
		return 2;
	what = find(argv[1]);
	enter(what);
	if (!what->first)
		make_first();
	pid = fork();
	if (pid < 0)
		fail("fork");
	if (!pid) {
		execvp(argv[2], argv + 2);
		fail(argv[2]);
	}
	if (waitpid(pid, &status, 0) != pid)
		fail("waitpid");
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) :
				     WEXITSTATUS(status);
}
