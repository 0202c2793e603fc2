// SPDX-License-Identifier: GPL-2.0-only
/*
 * Children in every way a program makes them: fork, vfork and exec, system(),
 * popen(), posix_spawn(); what they inherit, what they do not share, what their
 * parent hears of their end.
 */
#include "victim.h"

#include <spawn.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

enum { BYTES = 256 * 1024 };

static char *self;
static unsigned char *area;

static int reap(pid_t child)
{
	int status;

	CHECK(CHECK_CALL(waitpid(child, &status, 0)) == child, "a stranger");
	return status;
}

static void check_exit(int status, int code, const char *what)
{
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == code,
	      "%s: ended with %#x, not exit %d", what, status, code);
}

/* The child has a copy of the memory, and the parent does not see it change. */
static void copied_memory(void)
{
	uint64_t seed = victim.done;
	pid_t child;

	for (size_t i = 0; i < BYTES; i++)
		area[i] = seed + i * 7;
	child = CHECK_CALL(fork());
	if (!child) {
		for (size_t i = 0; i < BYTES; i++) {
			if (area[i] != (unsigned char)(seed + i * 7))
				_exit(1);
			area[i] = 0xee;
		}
		_exit(getppid() == getpid() ? 2 : 10 + seed % 200);
	}
	CHECK(child != getpid(), "the child has our PID");
	check_exit(reap(child), 10 + seed % 200, "fork");
	for (size_t i = 0; i < BYTES; i++)
		CHECK(area[i] == (unsigned char)(seed + i * 7),
		      "byte %zu changed with the child's", i);
}

/* A child that waits for a signal, is seen stopped, continued and killed. */
static void killed(void)
{
	pid_t child = CHECK_CALL(fork());
	int status;

	if (!child) {
		for (;;)
			pause();
	}
	CHECK(!waitpid(child, &status, WNOHANG), "it ended too early");
	CHECK_CALL(kill(child, SIGSTOP));
	CHECK(waitpid(child, &status, WUNTRACED) == child &&
	      WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP,
	      "not stopped: %#x", status);
	CHECK_CALL(kill(child, SIGCONT));
	CHECK(waitpid(child, &status, WCONTINUED) == child &&
	      WIFCONTINUED(status), "not continued: %#x", status);
	CHECK_CALL(kill(child, SIGUSR1));
	status = reap(child);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGUSR1,
	      "ended with %#x, not by SIGUSR1", status);
	CHECK(waitpid(-1, &status, 0) == -1 && errno == ECHILD,
	      "there is another child");
}

/* Exec: this very program, which answers on its standard output. */
static void executed(void)
{
	char *args[4] = { self, "--child", "17" };
	char answer[64] = "";
	int fds[2], size;
	pid_t child;

	CHECK_CALL(pipe(fds));
	child = CHECK_CALL(fork());
	if (!child) {
		dup2(fds[1], 1);
		close(fds[0]);
		execv(self, args);
		_exit(127);
	}
	close(fds[1]);
	size = CHECK_CALL(read(fds[0], answer, sizeof(answer) - 1));
	close(fds[0]);
	check_exit(reap(child), 17, "exec");
	CHECK(size && atoi(answer) == child, "exec: answers '%s', not %d",
	      answer, child);
}

static void by_library(void)
{
	char *args[4] = { self, "--child", "5" }, line[64] = "";
	posix_spawn_file_actions_t actions;
	pid_t child;
	FILE *out;

	check_exit(system("exit 3"), 3, "system");
	out = popen("echo hello; read x </dev/null; exit 4", "r");
	CHECK(out, "popen: %s", strerror(errno));
	CHECK(fgets(line, sizeof(line), out) && !strcmp(line, "hello\n"),
	      "popen: '%s'", line);
	check_exit(pclose(out), 4, "popen");
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
	CHECK(!posix_spawn(&child, self, &actions, NULL, args, environ),
	      "posix_spawn");
	posix_spawn_file_actions_destroy(&actions);
	check_exit(reap(child), 5, "posix_spawn");
}

/* The child borrows the parent's memory until it execs. */
static void vforked(void)
{
	char *args[4] = { self, "--quiet", "9" };
	volatile int shared = 1;
	pid_t child = vfork();

	if (!child) {
		shared = 2;
		execv(self, args);
		_exit(127);
	}
	CHECK(child > 0, "vfork: %s", strerror(errno));
	CHECK(shared == 2, "a vfork child has a memory of its own");
	check_exit(reap(child), 9, "vfork");
}

/* What is done for children that borrow the memory leaves nothing in it. */
static void nothing_left(void)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	char line[512];
	int areas = 0;

	CHECK(maps, "/proc/self/maps: %s", strerror(errno));
	while (fgets(line, sizeof(line), maps))
		areas += !!strstr(line, "[mosix]");
	fclose(maps);
	CHECK(areas <= 1, "%d areas of one thread", areas);
}

/* As a debugger starts what it debugs. */
static void traced(void)
{
	char *args[4] = { self, "--quiet", "11" };
	pid_t child = vfork();
	int status;

	if (!child) {
		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL))
			_exit(126);
		execv(self, args);
		_exit(127);
	}
	CHECK(child > 0, "vfork: %s", strerror(errno));
	status = reap(child);
	CHECK(WIFSTOPPED(status) && WSTOPSIG(status) == SIGTRAP,
	      "traced, it does not stop at its exec: %#x", status);
	CHECK_CALL(ptrace(PTRACE_CONT, child, NULL, NULL));
	check_exit(reap(child), 11, "traced");
}

static int as_child(char **argv)
{
	if (!strcmp(argv[1], "--child")) {
		printf("%d\n", getpid());
		fflush(stdout);
	}
	return atoi(argv[2]);
}

int main(int argc, char **argv)
{
	if (argc == 3 && (!strcmp(argv[1], "--child") ||
			  !strcmp(argv[1], "--quiet")))
		return as_child(argv);
	victim_begin(argc, argv);
	self = realpath("/proc/self/exe", NULL);
	CHECK(self, "no way to find this program: %s", strerror(errno));
	area = mmap(NULL, BYTES, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(area != MAP_FAILED, "mmap: %s", strerror(errno));
	while (victim_next()) {
		copied_memory();
		killed();
		executed();
		vforked();
		traced();
		by_library();
		nothing_left();
	}
	return victim_pass();
}
