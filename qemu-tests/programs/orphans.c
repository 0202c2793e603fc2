// SPDX-License-Identifier: GPL-2.0-only
/*
 * Families that fall apart: a daemon that its parent's end leaves to somebody
 * else, orphans that this process takes when it is asked to, sessions and groups
 * that children make, and what the end of a parent sends.
 *
 *	orphans [MS]		MS is as in child.h
 */
#include "child.h"

#include <sys/prctl.h>

/**
 * struct told - what a grandchild says of itself
 * @pid: its PID
 * @before: its parent's while that lived
 * @after: its parent's when that had ended
 * @group: its process group
 * @session: its session
 */
struct told {
	pid_t pid;
	pid_t before;
	pid_t after;
	pid_t group;
	pid_t session;
};

static volatile sig_atomic_t hung_up, continued;

static void on_signal(int sig)
{
	if (sig == SIGHUP)
		hung_up++;
	else
		continued++;
}

/* Its parent ends as soon as it has heard of us. */
static void daemonised(int ready, int out)
{
	struct told told = { .pid = getpid(), .before = getppid() };

	child_say(ready, "r", 1);
	while (getppid() == told.before)
		usleep(1000);
	told.after = getppid();
	told.group = getpgrp();
	told.session = getsid(0);
	child_say(out, &told, sizeof(told));
	_exit(31);
}

/* Twice forked, in a session whose leader has ended. */
static struct told make_daemon(pid_t *middle)
{
	int out[2], ready[2];
	struct told told;
	char c;

	CHECK_CALL(pipe(out));
	*middle = child_fork();
	if (!*middle) {
		CHECK(CHECK_CALL(setsid()) == getpid(), "setsid");
		CHECK(setsid() < 0 && errno == EPERM, "setsid twice");
		CHECK(getsid(0) == getpid() && getpgrp() == getpid(),
		      "session %d, group %d of %d", getsid(0), getpgrp(),
		      getpid());
		CHECK(open("/dev/tty", O_RDWR) < 0 && errno == ENXIO,
		      "a new session has a terminal: %s", strerror(errno));
		CHECK_CALL(pipe(ready));
		if (!CHECK_CALL(fork()))
			daemonised(ready[1], out[1]);
		CHECK(child_hear(ready[0], &c, 1), "no grandchild");
		_exit(30);
	}
	close(out[1]);
	child_exits(*middle, 30, "the daemon's parent");
	CHECK(child_hear(out[0], &told, sizeof(told)), "no daemon");
	close(out[0]);
	CHECK(told.before == *middle, "its parent was %d, not %d", told.before,
	      *middle);
	CHECK(told.group == *middle && told.session == *middle,
	      "group %d, session %d, not %d", told.group, told.session,
	      *middle);
	return told;
}

static void left_to_others(void)
{
	struct told told;
	pid_t middle;

	told = make_daemon(&middle);
	CHECK(told.after != getpid() && told.after != middle,
	      "it was left to %d", told.after);
	CHECK(waitpid(-1, NULL, 0) < 0 && errno == ECHILD,
	      "it was left to us: %s", strerror(errno));
}

static void taken(void)
{
	struct told told;
	pid_t middle;
	int is = 0;

	CHECK_CALL(prctl(PR_SET_CHILD_SUBREAPER, 1));
	CHECK_CALL(prctl(PR_GET_CHILD_SUBREAPER, &is));
	CHECK(is == 1, "no subreaper: %d", is);
	told = make_daemon(&middle);
	CHECK(told.after == getpid(), "it was left to %d, not to us",
	      told.after);
	child_exits(told.pid, 31, "the orphan");
	CHECK_CALL(prctl(PR_SET_CHILD_SUBREAPER, 0));
}

/* It has stopped when its group is left alone: it is told, and goes on. */
static void stopped_orphan(void)
{
	pid_t middle, orphan = 0;
	int out[2], status;
	char c = 0;

	CHECK_CALL(pipe(out));
	middle = child_fork();
	if (!middle) {
		CHECK_CALL(setpgid(0, 0));
		orphan = CHECK_CALL(fork());
		if (!orphan) {
			hung_up = 0;
			continued = 0;
			raise(SIGSTOP);
			while (!hung_up || !continued)
				usleep(1000);
			child_say(out[1], "h", 1);
			_exit(0);
		}
		CHECK(waitpid(orphan, &status, WUNTRACED) == orphan &&
		      WIFSTOPPED(status), "status %#x", status);
		child_say(out[1], &orphan, sizeof(orphan));
		_exit(33);
	}
	close(out[1]);
	CHECK(child_hear(out[0], &orphan, sizeof(orphan)), "no orphan");
	child_exits(middle, 33, "the orphan's parent");
	CHECK(child_hear(out[0], &c, 1) && c == 'h', "the orphan was not told");
	close(out[0]);
}

/* It asked to be told by a signal, of which it dies. */
static void end_with_parent(void)
{
	pid_t middle, orphan = 0;
	int out[2], ready[2];
	char c;

	CHECK_CALL(prctl(PR_SET_CHILD_SUBREAPER, 1));
	CHECK_CALL(pipe(out));
	middle = child_fork();
	if (!middle) {
		CHECK_CALL(pipe(ready));
		orphan = CHECK_CALL(fork());
		if (!orphan) {
			CHECK_CALL(prctl(PR_SET_PDEATHSIG, SIGUSR2));
			child_say(ready[1], "r", 1);
			for (;;)
				pause();
		}
		CHECK(child_hear(ready[0], &c, 1), "no child");
		child_say(out[1], &orphan, sizeof(orphan));
		_exit(34);
	}
	close(out[1]);
	CHECK(child_hear(out[0], &orphan, sizeof(orphan)), "no orphan");
	child_exits(middle, 34, "its parent");
	child_dies(orphan, SIGUSR2, "what ends with its parent");
	close(out[0]);
	CHECK_CALL(prctl(PR_SET_CHILD_SUBREAPER, 0));
}

/* Two children in the group of the first are signalled and waited for by it. */
static void group_of_two(void)
{
	pid_t pid[2], got;
	int status;

	for (int i = 0; i < 2; i++) {
		pid[i] = child_fork();
		if (!pid[i])
			for (;;)
				pause();
		CHECK_CALL(setpgid(pid[i], pid[0]));
		CHECK(getpgid(pid[i]) == pid[0], "group %d, not %d",
		      getpgid(pid[i]), pid[0]);
	}
	CHECK(getsid(pid[1]) == getsid(0), "session %d, not %d",
	      getsid(pid[1]), getsid(0));
	CHECK_CALL(kill(-pid[0], SIGUSR2));
	for (int i = 0; i < 2; i++) {
		got = CHECK_CALL(waitpid(-pid[0], &status, 0));
		CHECK((got == pid[0] || got == pid[1]) && WIFSIGNALED(status) &&
		      WTERMSIG(status) == SIGUSR2, "%d: status %#x", got,
		      status);
	}
	CHECK(kill(-pid[0], 0) < 0 && errno == ESRCH,
	      "the group is still there: %s", strerror(errno));
}

int main(int argc, char **argv)
{
	static const int usual[] = { SIGHUP, SIGCONT };
	struct sigaction sa = { .sa_handler = on_signal };
	pid_t group, session;

	child_begin(argc, argv);
	for (size_t i = 0; i < ARRAY_SIZE(usual); i++)
		CHECK_CALL(sigaction(usual[i], &sa, NULL));
	group = getpgrp();
	session = getsid(0);
	while (victim_next()) {
		left_to_others();
		taken();
		stopped_orphan();
		end_with_parent();
		group_of_two();
		CHECK(getpgrp() == group && getsid(0) == session,
		      "our group is %d, was %d; our session is %d, was %d",
		      getpgrp(), group, getsid(0), session);
	}
	return victim_pass();
}
