// SPDX-License-Identifier: GPL-2.0-only
/*
 * Children that end, stop and go on in all ways, and a parent that hears of it
 * in all ways: wait() and its kin, SIGCHLD with what it carries, or not at all.
 *
 *	reaper [MS]		MS is as in child.h
 */
#include "child.h"

#include <pthread.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>

static void *end_process(void *arg)
{
	(void)arg;
	_exit(33);
}

static void by_other_thread(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, end_process, NULL))
		_exit(1);
	for (;;)
		pause();
}

/* Threads end one by one, with one code: kernels differ in whose they tell. */
static void *end_thread(void *arg)
{
	(void)arg;
	usleep(2000);
	syscall(SYS_exit, 34);
	return NULL;
}

static void thread_by_thread(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, end_thread, NULL))
		_exit(1);
	syscall(SYS_exit, 34);
}

static void touch_nothing(void)
{
	volatile char *volatile nothing = (char *)16;

	*nothing = 1;
}

static void run_nothing(void)
{
	__asm__ volatile("ud2");
}

static void write_to_nobody(void)
{
	int fds[2];

	if (pipe(fds) || close(fds[0]))
		_exit(1);
	signal(SIGPIPE, SIG_DFL);
	write(fds[1], "x", 1);
}

static void wait_for_alarm(void)
{
	struct itimerval soon = { .it_value.tv_usec = 2000 };

	setitimer(ITIMER_REAL, &soon, NULL);
	for (;;)
		pause();
}

static void kill_itself(void)
{
	kill(getpid(), SIGKILL);
}

static void exit_0(void)
{
	_exit(0);
}

static void exit_255(void)
{
	_exit(255);
}

/* Only eight bits of it are told. */
static void exit_259(void)
{
	_exit(259);
}

/* The end of each: a code when it exits, or a signal. */
static const struct end {
	const char *name;
	void (*run)(void);
	int code;
	int sig;
} ends[] = {
	{ "exit 0", exit_0, 0, 0 },
	{ "exit 255", exit_255, 255, 0 },
	{ "exit 259", exit_259, 3, 0 },
	{ "exit of another thread", by_other_thread, 33, 0 },
	{ "exit thread by thread", thread_by_thread, 34, 0 },
	{ "abort", abort, 0, SIGABRT },
	{ "SIGSEGV", touch_nothing, 0, SIGSEGV },
	{ "SIGILL", run_nothing, 0, SIGILL },
	{ "SIGPIPE", write_to_nobody, 0, SIGPIPE },
	{ "SIGALRM", wait_for_alarm, 0, SIGALRM },
	{ "SIGKILL", kill_itself, 0, SIGKILL },
};

enum { ENDS = ARRAY_SIZE(ends) };

/* What SIGCHLD carried last, and how often it came. */
static volatile sig_atomic_t heard;
static siginfo_t heard_of;

static void on_child(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	(void)context;
	heard_of = *info;
	heard++;
}

static void handle_child(int flags)
{
	struct sigaction sa = { .sa_sigaction = on_child,
				.sa_flags = SA_SIGINFO | SA_RESTART | flags };

	CHECK_CALL(sigaction(SIGCHLD, &sa, NULL));
	heard = 0;
}

/* A signal may be a little later than what it tells of. */
static void check_heard(pid_t child, int code, int status, const char *what)
{
	uint64_t end = victim_clock_ms(CLOCK_MONOTONIC) + 60000;

	while (!heard && victim_clock_ms(CLOCK_MONOTONIC) < end)
		usleep(1000);
	CHECK(heard == 1, "%s: SIGCHLD came %d times", what, heard);
	/* Who waits between the stop and its signal takes the status away. */
	if (code == CLD_STOPPED && !heard_of.si_status)
		status = 0;
	CHECK(heard_of.si_pid == child && heard_of.si_code == code &&
	      heard_of.si_status == status && heard_of.si_uid == getuid(),
	      "%s: SIGCHLD of %d, not %d, code %d, not %d, status %d, not %d",
	      what, heard_of.si_pid, child, heard_of.si_code, code,
	      heard_of.si_status, status);
	heard = 0;
}

static bool is_end(const struct end *end, int status)
{
	if (end->sig)
		return WIFSIGNALED(status) && WTERMSIG(status) == end->sig;
	return WIFEXITED(status) && WEXITSTATUS(status) == end->code;
}

static pid_t make(const struct end *end)
{
	pid_t child = child_fork();

	if (child)
		return child;
	for (int sig = 1; sig < SIGRTMIN; sig++)
		signal(sig, SIG_DFL);
	end->run();
	_exit(99);
}

static pid_t wait_any(pid_t child, int *status, struct rusage *usage)
{
	(void)child;
	(void)usage;
	return wait(status);
}

static pid_t wait_by_3(pid_t child, int *status, struct rusage *usage)
{
	(void)child;
	return wait3(status, 0, usage);
}

static pid_t wait_by_4(pid_t child, int *status, struct rusage *usage)
{
	return wait4(child, status, __WALL, usage);
}

static pid_t wait_for_group(pid_t child, int *status, struct rusage *usage)
{
	(void)child;
	(void)usage;
	return waitpid(0, status, 0);
}

static pid_t (*const waits[])(pid_t, int *, struct rusage *) = {
	wait_any, wait_by_3, wait_by_4, wait_for_group,
};

/* Looked at first, it is still there to be waited for. */
static void look_first(pid_t child, const struct end *end)
{
	siginfo_t info = { 0 };

	CHECK_CALL(waitid(P_PID, child, &info, WEXITED | WNOWAIT));
	CHECK(info.si_pid == child && info.si_signo == SIGCHLD &&
	      info.si_uid == getuid() &&
	      info.si_status == (end->sig ? end->sig : end->code) &&
	      (end->sig ? info.si_code == CLD_KILLED ||
	       info.si_code == CLD_DUMPED : info.si_code == CLD_EXITED),
	      "%s: waitid has PID %d, code %d, status %d", end->name,
	      info.si_pid, info.si_code, info.si_status);
}

static void end_one(const struct end *end, size_t i)
{
	struct rusage usage = { 0 };
	int status = -1;
	pid_t child, got;

	handle_child(0);
	child = make(end);
	look_first(child, end);
	do {
		got = waits[i % ARRAY_SIZE(waits)](child, &status, &usage);
	} while (got < 0 && errno == EINTR);
	CHECK(got == child, "%s: wait %zu: %d, %s", end->name,
	      i % ARRAY_SIZE(waits), got, strerror(errno));
	CHECK(is_end(end, status), "%s: status %#x", end->name, status);
	check_heard(child, end->sig ? CLD_KILLED : CLD_EXITED,
		    end->sig ? end->sig : end->code, end->name);
	CHECK(wait(NULL) < 0 && errno == ECHILD, "there is another child");
}

static void await_state(pid_t child, int options, int code, int status)
{
	siginfo_t info = { 0 };

	CHECK_CALL(waitid(P_PID, child, &info, options));
	CHECK(info.si_pid == child && info.si_code == code &&
	      info.si_status == status, "PID %d, code %d, not %d, status %d",
	      info.si_pid, info.si_code, code, info.si_status);
}

/* Stopped, continued and stopped again, with SIGCHLD for each. */
static void stop_and_go(void)
{
	siginfo_t info;
	pid_t child;

	handle_child(0);
	child = child_fork();
	if (!child)
		for (;;)
			pause();
	memset(&info, 1, sizeof(info));
	CHECK_CALL(waitid(P_PID, child, &info, WEXITED | WSTOPPED | WNOHANG));
	CHECK(!info.si_pid, "it has ended or stopped: %d", info.si_code);
	for (int i = 0; i < 2; i++) {
		CHECK_CALL(kill(child, SIGSTOP));
		await_state(child, WSTOPPED | WNOWAIT, CLD_STOPPED, SIGSTOP);
		await_state(child, WSTOPPED, CLD_STOPPED, SIGSTOP);
		check_heard(child, CLD_STOPPED, SIGSTOP, "stopped");
		CHECK_CALL(kill(child, SIGCONT));
		await_state(child, WCONTINUED, CLD_CONTINUED, SIGCONT);
		check_heard(child, CLD_CONTINUED, SIGCONT, "continued");
	}
	CHECK_CALL(kill(child, SIGSTOP));
	await_state(child, WSTOPPED, CLD_STOPPED, SIGSTOP);
	check_heard(child, CLD_STOPPED, SIGSTOP, "stopped");
	CHECK_CALL(kill(child, SIGKILL));
	child_dies(child, SIGKILL, "killed while it is stopped");
	check_heard(child, CLD_KILLED, SIGKILL, "killed");
}

/* A child in a group of its own is found by that. */
static void by_group(void)
{
	int status;
	pid_t child;

	handle_child(SA_NOCLDSTOP);
	child = child_fork();
	if (!child) {
		setpgid(0, 0);
		for (;;)
			pause();
	}
	/* Both do it: one of them is first. */
	CHECK_CALL(setpgid(child, child));
	CHECK(waitpid(0, &status, WNOHANG) < 0 && errno == ECHILD,
	      "a child in our group");
	CHECK(!waitpid(-child, &status, WNOHANG), "it has ended");
	CHECK_CALL(kill(-child, SIGSTOP));
	CHECK(waitpid(-child, &status, WUNTRACED) == child &&
	      WIFSTOPPED(status), "status %#x", status);
	CHECK(!heard, "SIGCHLD of a stop that nobody wants to hear of");
	CHECK_CALL(kill(-child, SIGUSR2));
	CHECK_CALL(kill(-child, SIGCONT));
	await_state(child, WEXITED, CLD_KILLED, SIGUSR2);
	check_heard(child, CLD_KILLED, SIGUSR2, "killed");
}

/* Nobody asks what became of them: the last one's end ends the wait. */
static void unheard(bool ignore)
{
	struct sigaction sa = { .sa_handler = ignore ? SIG_IGN : SIG_DFL,
				.sa_flags = ignore ? 0 : SA_NOCLDWAIT };
	int status;

	CHECK_CALL(sigaction(SIGCHLD, &sa, NULL));
	if (!child_fork())
		_exit(1);
	if (!fork())
		_exit(2);
	CHECK(wait(&status) < 0 && errno == ECHILD, "status %#x, or %s",
	      status, strerror(errno));
}

int main(int argc, char **argv)
{
	struct rlimit no_core = { 0, 0 };
	uint64_t before, after = 0;
	struct rusage usage;

	CHECK_CALL(setrlimit(RLIMIT_CORE, &no_core));
	child_begin(argc, argv);
	while (victim_next()) {
		for (size_t i = 0; i < ENDS; i++)
			end_one(&ends[i], i + victim.done);
		stop_and_go();
		by_group();
		unheard(true);
		unheard(false);
		/* Time of children is never taken back. */
		before = after;
		CHECK_CALL(getrusage(RUSAGE_CHILDREN, &usage));
		after = usage.ru_utime.tv_sec * 1000000ull +
			usage.ru_utime.tv_usec;
		CHECK(after >= before,
		      "the children's time is %lu us, was %lu", after, before);
	}
	return victim_pass();
}
