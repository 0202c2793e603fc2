// SPDX-License-Identifier: GPL-2.0-only
/*
 * To drain is to ask each process that is not where it belongs to go home,
 * again and again until none is left: new ones may have come meanwhile, and
 * one that could not go may be able to later. A signal or the end of the time
 * leaves the rest where it is, and says how many there are. A kernel that does
 * that by itself, in one write, is told to.
 */
#include "drain.h"
#include "cli.h"
#include "process.h"
#include "text.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t stopped;

static void stop(int number)
{
	(void)number;
	stopped = 1;
}

/* Signals end the write(2) that waits for a move, and then all. */
static void catch(long timeout_s)
{
	struct sigaction action = { .sa_handler = stop };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGALRM, &action, NULL);
	if (timeout_s >= 0)
		alarm(timeout_s ? timeout_s : 1);
}

static int is_to_go(const struct process *process, unsigned int what)
{
	return ((what & DRAIN_GUESTS) && process_is_guest(process)) ||
	       ((what & DRAIN_AWAY) && process_is_away(process));
}

static int count(const struct process *list, int n, unsigned int what)
{
	int i, left = 0;

	for (i = 0; i < n; i++)
		left += is_to_go(list + i, what);
	return left;
}

/* What cannot go is told on the last look only: it may be able to later. */
static void ask(const struct process *process, int aloud)
{
	int error = -text_write("home", "%d/mosix/goto", process->pid);

	if (aloud && error && error != ENOENT && error != ESRCH &&
	    error != EINTR)
		fprintf(stderr, "mosctl: %d %s: %s\n", process->pid,
			process_name(process), cli_error(error));
}

/* One look: how many are left; all are asked. */
static int round_of(unsigned int what, int aloud)
{
	static const struct process_filter any;
	struct process *list;
	int i, left, n = process_list(&list, &any);

	if (n < 0)
		return n;
	left = count(list, n, what);
	for (i = 0; i < n && (aloud || !stopped); i++)
		if (is_to_go(list + i, what))
			ask(list + i, aloud);
	free(list);
	return left;
}

static const struct timespec look_again = { .tv_nsec = 200 * 1000 * 1000 };

static void tell_left(int left, int *before)
{
	if (left != *before) {
		printf("%d left\n", left);
		fflush(stdout);
	}
	*before = left;
}

/* As the kernel counts them. */
static int left_there(unsigned int what)
{
	char value[VALUE_MAX];
	int left = 0;

	if ((what & DRAIN_GUESTS) && !text_read(value, "mosix/admin/expel"))
		left += atoi(value);
	if ((what & DRAIN_AWAY) && !text_read(value, "mosix/admin/bring"))
		left += atoi(value);
	return left;
}

/*
 * The write that has the kernel do it returns at the end: so a child says how
 * many are left until then.
 */
static pid_t begin_telling(unsigned int what)
{
	pid_t parent = getpid(), pid = fork();
	int left, before = 0;

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (getppid() == parent) {	/* it may have died before that */
		left = left_there(what);
		if (left)
			tell_left(left, &before);
		nanosleep(&look_again, NULL);
	}
	_exit(0);
}

static void end_telling(pid_t pid)
{
	if (pid <= 0)
		return;
	kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

static int tell_kernel(const char *verb, long seconds)
{
	char text[24];

	snprintf(text, sizeof(text), "%ld", seconds);
	return text_write(text, "mosix/admin/%s", verb);
}

/* A process whose exit code is the errno that @verb ends with; a signal ends it. */
static pid_t begin_verb(const char *verb, long seconds)
{
	pid_t parent = getpid(), pid = fork();

	if (pid)
		return pid;
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	_exit(getppid() == parent ? -tell_kernel(verb, seconds) : EINTR);
}

static int end_verb(pid_t pid)
{
	int status;

	do {
		if (stopped)
			kill(pid, SIGTERM);
	} while (waitpid(pid, &status, 0) < 0 && errno == EINTR);
	return WIFEXITED(status) ? -WEXITSTATUS(status) : -EINTR;
}

/*
 * At the same time: a guest that does not go, since it is stopped or its home is down,
 * takes nothing of the time of who is to come home.
 */
static int do_both(long seconds)
{
	pid_t pid = begin_verb("expel", seconds);
	int guests, away;

	if (pid < 0)
		return -errno;
	away = tell_kernel("bring", seconds);
	guests = end_verb(pid);
	return guests ? guests : away;
}

/* Returns 0 when nothing is left; -ENOENT from a kernel that has no such file. */
static int have_kernel_do(unsigned int what, long timeout_s)
{
	/* It takes 0 for without end. */
	long seconds = timeout_s < 0 ? 0 : timeout_s ? timeout_s : 1;
	pid_t teller = begin_telling(what);
	int ret;

	if (what == (DRAIN_GUESTS | DRAIN_AWAY))
		ret = do_both(seconds);
	else
		ret = tell_kernel(what & DRAIN_GUESTS ? "expel" : "bring",
				  seconds);
	end_telling(teller);
	return ret;
}

static int is_left_over(int error)
{
	return error == -ETIME || error == -EINTR || error == -ECANCELED;
}

/* Returns how many are left when all are gone, or it has to stop. */
static int ask_until_stopped(unsigned int what)
{
	int left, before = -1;

	for (;;) {
		left = round_of(what, 0);
		if (left <= 0)
			return left;
		tell_left(left, &before);
		if (stopped)
			return left;
		nanosleep(&look_again, NULL);
	}
}

/*
 * The time is over: who is asked once more may say within a second why he cannot go,
 * all together. One that is stopped says nothing until it goes on.
 */
static void ask_why(unsigned int what)
{
	const struct itimerval never = {}, soon = {
		.it_value.tv_sec = 1,
		.it_interval.tv_usec = 10 * 1000,
	};

	setitimer(ITIMER_REAL, &soon, NULL);
	round_of(what, 1);
	setitimer(ITIMER_REAL, &never, NULL);
}

/**
 * drain_node - empty this node and wait for it
 * @what: bits of enum drain
 * @timeout_s: seconds to wait, -1 without end
 *
 * Return: 0 when nothing is left, or how much is; a negative errno.
 */
int drain_node(unsigned int what, long timeout_s)
{
	int left;

	catch(-1);
	left = have_kernel_do(what, timeout_s);
	if (left == -ENOENT) {
		catch(timeout_s);
		left = ask_until_stopped(what);
	} else if (is_left_over(left)) {
		stopped = 1;	/* it only counts */
		left = round_of(what, 0);
	}
	if (left <= 0)
		return left;
	fprintf(stderr, "mosctl: stopped with %d left\n", left);
	ask_why(what);
	return left;
}
