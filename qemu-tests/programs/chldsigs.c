// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a parent hears of its children at home: SIGCHLD with its reasons, with
 * SA_NOCLDSTOP and SA_NOCLDWAIT, ignored; wait in all its forms. The children are
 * made by a child that was there before, as brothers of its own.
 */
#include "partner.h"

#include <linux/sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

enum { MAX_SEEN = 8, GRACE_MS = 20 };

static volatile int count;
static siginfo_t seen[MAX_SEEN];

static void on_child(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	(void)context;
	if (count < MAX_SEEN)
		seen[count] = *info;
	count++;
}

static void install(int flags)
{
	struct sigaction sa = { .sa_sigaction = on_child,
				.sa_flags = SA_SIGINFO | SA_RESTART | flags };

	count = 0;
	CHECK_CALL(sigaction(SIGCHLD, &sa, NULL));
}

/* The child's jobs: a brother that ends with a status, or never by itself. */

static long brother(void)
{
	return CHECK_CALL(syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0,
				  0));
}

static long brother_that_ends(long status)
{
	long pid = brother();

	if (!pid)
		_exit(status);
	return pid;
}

static long brother_that_waits(long group)
{
	long pid = brother();

	if (!pid) {
		CHECK_CALL(prctl(PR_SET_PDEATHSIG, SIGKILL));
		if (group)
			setpgid(0, 0);
		for (;;)
			pause();
	}
	while (group && CHECK_CALL(getpgid(pid)) != pid)
		usleep(500);
	return pid;
}

/* The victim's half. */

static void is_told(int place, int code, pid_t pid, int status)
{
	uint64_t end = victim_clock_ms(CLOCK_MONOTONIC) + 60000;

	while (count <= place) {
		CHECK(victim_clock_ms(CLOCK_MONOTONIC) < end,
		      "no SIGCHLD with code %d of %d", code, pid);
		usleep(500);
	}
	CHECK(seen[place].si_code == code && seen[place].si_pid == pid &&
	      seen[place].si_status == status && seen[place].si_uid == getuid(),
	      "SIGCHLD %d: code %d of %d, status %d; not %d of %d, %d", place,
	      seen[place].si_code, seen[place].si_pid, seen[place].si_status,
	      code, pid, status);
}

static int waited(pid_t pid, int flags)
{
	int status = -1;

	CHECK(CHECK_CALL(waitpid(pid, &status, flags)) == pid, "a stranger");
	return status;
}

static void told_all(void)
{
	pid_t pid;

	install(0);
	pid = partner_ask(brother_that_waits, 0);
	CHECK_CALL(kill(pid, SIGSTOP));
	is_told(0, CLD_STOPPED, pid, SIGSTOP);
	CHECK(WIFSTOPPED(waited(pid, WUNTRACED)), "not stopped");
	CHECK_CALL(kill(pid, SIGCONT));
	is_told(1, CLD_CONTINUED, pid, SIGCONT);
	CHECK(WIFCONTINUED(waited(pid, WCONTINUED)), "not continued");
	CHECK(!CHECK_CALL(waitpid(pid, NULL, WNOHANG)), "it has ended");
	CHECK_CALL(kill(pid, SIGKILL));
	is_told(2, CLD_KILLED, pid, SIGKILL);
	CHECK(WTERMSIG(waited(pid, 0)) == SIGKILL, "not killed");
	install(0);
	pid = partner_ask(brother_that_ends, 77);
	is_told(0, CLD_EXITED, pid, 77);
	CHECK(WEXITSTATUS(waited(pid, 0)) == 77, "another status");
	CHECK(waitpid(pid, NULL, 0) == -1 && errno == ECHILD, "waited twice");
	CHECK(count == 1, "%d SIGCHLD", count);
}

static void not_of_stops(void)
{
	pid_t pid;

	install(SA_NOCLDSTOP);
	pid = partner_ask(brother_that_waits, 0);
	CHECK_CALL(kill(pid, SIGSTOP));
	CHECK(WIFSTOPPED(waited(pid, WUNTRACED)), "not stopped");
	CHECK_CALL(kill(pid, SIGCONT));
	CHECK(WIFCONTINUED(waited(pid, WCONTINUED)), "not continued");
	CHECK(!count, "SA_NOCLDSTOP: %d SIGCHLD, code %d", count,
	      seen[0].si_code);
	CHECK_CALL(kill(pid, SIGTERM));
	/* It ignores what the child that made it ignores. */
	usleep(GRACE_MS * 1000);
	CHECK(!count, "it did not ignore SIGTERM");
	CHECK_CALL(kill(pid, SIGINT));
	is_told(0, CLD_KILLED, pid, SIGINT);
	CHECK(WTERMSIG(waited(pid, 0)) == SIGINT, "not killed");
}

/* Nobody waits for them: they are gone at once, with a signal or without. */
static void not_waited_for(void)
{
	struct sigaction sa = { .sa_handler = SIG_IGN };
	pid_t pid;

	install(SA_NOCLDWAIT);
	pid = partner_ask(brother_that_ends, 3);
	is_told(0, CLD_EXITED, pid, 3);
	CHECK(waitpid(pid, NULL, 0) == -1 && errno == ECHILD,
	      "SA_NOCLDWAIT left a zombie");
	CHECK_CALL(sigaction(SIGCHLD, &sa, NULL));
	pid = partner_ask(brother_that_ends, 4);
	CHECK(waitpid(pid, NULL, 0) == -1 && errno == ECHILD,
	      "SIG_IGN left a zombie");
}

static void waited_by_group(void)
{
	siginfo_t info = { };
	struct rusage usage;
	int status, fd;
	pid_t pid;

	install(SA_NOCLDSTOP);
	pid = partner_ask(brother_that_waits, 1);
	CHECK(CHECK_CALL(getpgid(pid)) == pid, "not in a group of its own");
	CHECK_CALL(waitid(P_PGID, pid, &info, WEXITED | WNOHANG));
	CHECK(!info.si_pid, "it has ended");
	fd = CHECK_CALL(syscall(SYS_pidfd_open, pid, 0));
	CHECK_CALL(syscall(SYS_pidfd_send_signal, fd, SIGQUIT, NULL, 0));
	CHECK_CALL(waitid(P_PIDFD, fd, &info, WEXITED | WNOWAIT));
	CHECK(info.si_pid == pid && info.si_status == SIGQUIT &&
	      (info.si_code == CLD_KILLED || info.si_code == CLD_DUMPED),
	      "waitid: %d, code %d, status %d", info.si_pid, info.si_code,
	      info.si_status);
	CHECK(CHECK_CALL(wait4(-pid, &status, 0, &usage)) == pid &&
	      WTERMSIG(status) == SIGQUIT, "wait4: status %#x", status);
	CHECK(waitid(P_PIDFD, fd, &info, WEXITED) == -1 && errno == ECHILD,
	      "waited twice: %s", strerror(errno));
	close(fd);
}

int main(int argc, char **argv)
{
	struct rlimit none = { 0, 0 };

	victim_begin(argc, argv);
	CHECK_CALL(setrlimit(RLIMIT_CORE, &none));
	partner_begin();
	while (victim_next()) {
		told_all();
		not_of_stops();
		not_waited_for();
		waited_by_group();
	}
	CHECK(signal(SIGCHLD, SIG_DFL) != SIG_ERR, "signal");
	partner_end();
	return victim_pass();
}
