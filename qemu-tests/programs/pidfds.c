// SPDX-License-Identifier: GPL-2.0-only
/*
 * Children that are files: made by clone3() or opened by their PID, waited for
 * by poll(), epoll and waitid(), signalled, asked for a file of theirs.
 *
 *	pidfds [MS]		MS is as in child.h
 */
#include "child.h"

#include <linux/sched.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>

static volatile sig_atomic_t got;
static siginfo_t got_info;

static void on_signal(int sig, siginfo_t *info, void *context)
{
	(void)context;
	got_info = *info;
	got = sig;
}

static int pidfd_send(int fd, int sig, siginfo_t *info)
{
	return syscall(SYS_pidfd_send_signal, fd, sig, info, 0);
}

static bool has_ended(int fd, int timeout_ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	int ret;

	do {
		ret = poll(&p, 1, timeout_ms);
	} while (ret < 0 && errno == EINTR);
	CHECK(ret >= 0 && !(p.revents & ~(POLLIN | POLLHUP)),
	      "poll: %d, events %#x, %s", ret, p.revents, strerror(errno));
	return ret;
}

static void check_wait(int fd, pid_t child, int code, int status)
{
	siginfo_t info = { 0 };

	CHECK_CALL(waitid(P_PIDFD, fd, &info, WEXITED | WNOWAIT));
	CHECK_CALL(waitid(P_PIDFD, fd, &info, WEXITED));
	CHECK(info.si_pid == child && info.si_code == code &&
	      info.si_status == status,
	      "PID %d, not %d, code %d, not %d, status %d, not %d",
	      info.si_pid, child, info.si_code, code, info.si_status, status);
	CHECK(waitid(P_PIDFD, fd, &info, WEXITED) < 0 && errno == ECHILD,
	      "waited for twice: %s", strerror(errno));
	CHECK(pidfd_send(fd, 0, NULL) < 0 && errno == ESRCH,
	      "a signal to what has ended: %s", strerror(errno));
	CHECK(has_ended(fd, 0), "what has ended has not, by poll");
}

static pid_t pid_in_fdinfo(int fd)
{
	char path[64], line[128];
	int pid = 0;
	FILE *info;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	info = fopen(path, "r");
	CHECK(info, "%s: %s", path, strerror(errno));
	while (fgets(line, sizeof(line), info))
		if (sscanf(line, "Pid: %d", &pid) == 1)
			break;
	fclose(info);
	return pid;
}

/* A child as of fork(), and what clone3() was asked to do besides. */
static void cloned(void)
{
	pid_t child_tid = 0, parent_tid = 0, child;
	int fd = -1, fds[2];
	struct clone_args args = {
		.flags = CLONE_PIDFD | CLONE_PARENT_SETTID |
			 CLONE_CHILD_SETTID | CLONE_CLEAR_SIGHAND,
		.pidfd = (uintptr_t)&fd,
		.parent_tid = (uintptr_t)&parent_tid,
		.child_tid = (uintptr_t)&child_tid,
		.exit_signal = SIGCHLD,
	};
	struct sigaction sa;
	char c;

	CHECK_CALL(pipe(fds));
	child_work();
	child = CHECK_CALL(syscall(SYS_clone3, &args, sizeof(args)));
	if (!child) {
		close(fds[1]);
		if (syscall(SYS_getpid) != child_tid)
			_exit(1);
		if (sigaction(SIGUSR1, NULL, &sa) || sa.sa_handler != SIG_DFL)
			_exit(2);
		child_hear(fds[0], &c, 1);
		_exit(23);
	}
	close(fds[0]);
	CHECK(parent_tid == child && !child_tid, "TIDs %d and %d of %d",
	      parent_tid, child_tid, child);
	CHECK(fcntl(fd, F_GETFD) == FD_CLOEXEC, "the file's flags");
	CHECK(pid_in_fdinfo(fd) == child, "fdinfo has %d, not %d",
	      pid_in_fdinfo(fd), child);
	CHECK(!has_ended(fd, 0), "it has ended");
	CHECK_CALL(pidfd_send(fd, 0, NULL));
	close(fds[1]);
	CHECK(has_ended(fd, -1), "it has not ended");
	check_wait(fd, child, CLD_EXITED, 23);
	close(fd);
}

/* One whose end is no signal: only __WALL and __WCLONE find it. */
static void silent(void)
{
	struct clone_args args = { .exit_signal = 0 };
	int status;
	pid_t child;

	child_work();
	child = CHECK_CALL(syscall(SYS_clone3, &args, sizeof(args)));
	if (!child)
		_exit(24);
	CHECK(waitpid(-1, &status, 0) < 0 && errno == ECHILD,
	      "found without __WCLONE: %s", strerror(errno));
	CHECK(waitpid(child, &status, __WCLONE) == child &&
	      WIFEXITED(status) && WEXITSTATUS(status) == 24, "status %#x",
	      status);
}

/* Two words come from it; one of its files is taken. */
static void opened(void)
{
	siginfo_t info = { .si_signo = SIGRTMIN, .si_code = SI_QUEUE };
	struct epoll_event e = { .events = EPOLLIN };
	int words[2], event, fd, its, epoll;
	uint64_t value = 0;
	pid_t child;

	CHECK_CALL(pipe(words));
	child = child_fork();
	if (!child) {
		event = eventfd(17, 0);
		child_say(words[1], &event, sizeof(event));
		while (!got)
			usleep(1000);
		value = got_info.si_value.sival_int + event;
		CHECK(write(event, &value, 8) == 8, "eventfd");
		child_say(words[1], &event, sizeof(event));
		for (;;)
			pause();
	}
	fd = CHECK_CALL(syscall(SYS_pidfd_open, child, 0));
	CHECK(child_hear(words[0], &event, sizeof(event)), "no child");
	its = CHECK_CALL(syscall(SYS_pidfd_getfd, fd, event, 0));
	CHECK(read(its, &value, 8) == 8 && value == 17, "its file has %lu",
	      value);
	info.si_value.sival_int = victim.done;
	CHECK_CALL(pidfd_send(fd, SIGRTMIN, &info));
	CHECK(child_hear(words[0], &event, sizeof(event)), "no child");
	CHECK(read(its, &value, 8) == 8 && value == victim.done + event,
	      "it has heard of %lu, not %lu", value - event, victim.done);
	close(its);
	epoll = CHECK_CALL(epoll_create1(0));
	e.data.u64 = child;
	CHECK_CALL(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &e));
	CHECK(!epoll_wait(epoll, &e, 1, 0), "it has ended, by epoll");
	CHECK_CALL(pidfd_send(fd, SIGKILL, NULL));
	CHECK(has_ended(fd, -1), "it has not ended");
	CHECK(epoll_wait(epoll, &e, 1, -1) == 1 && e.data.u64 == (uint64_t)child,
	      "not ended, by epoll");
	check_wait(fd, child, CLD_KILLED, SIGKILL);
	close(epoll);
	close(fd);
	close(words[0]);
	close(words[1]);
}

static void of_itself(void)
{
	int fd = CHECK_CALL(syscall(SYS_pidfd_open, getpid(), 0));

	got = 0;
	CHECK_CALL(pidfd_send(fd, SIGUSR1, NULL));
	CHECK(got == SIGUSR1 && got_info.si_pid == getpid() &&
	      got_info.si_code == SI_USER, "to itself: signal %d, code %d",
	      got, got_info.si_code);
	got = 0;
	CHECK(!has_ended(fd, 0), "we have ended");
	CHECK(pid_in_fdinfo(fd) == getpid(), "fdinfo has %d",
	      pid_in_fdinfo(fd));
	close(fd);
}

int main(int argc, char **argv)
{
	struct sigaction sa = { .sa_sigaction = on_signal,
				.sa_flags = SA_SIGINFO };

	child_begin(argc, argv);
	CHECK_CALL(sigaction(SIGUSR1, &sa, NULL));
	CHECK_CALL(sigaction(SIGRTMIN, &sa, NULL));
	while (victim_next()) {
		cloned();
		silent();
		opened();
		of_itself();
	}
	return victim_pass();
}
