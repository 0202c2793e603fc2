// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs executed in every way: a script by its first line, a file by its
 * descriptor, with another environment, with long arguments, by vfork() and by
 * posix_spawn() with all that it can do on the way. The child says what it got.
 * What cannot be executed leaves the caller as it was.
 *
 *	execs [MS]		MS is as in child.h
 *
 * build: dynamic
 */
#include "child.h"

#include <spawn.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>

enum { LONG = 100000, CODE = 41 };

/**
 * struct told - what the executed program says of itself
 * @pid: its PID
 * @parent: its parent
 * @group: its process group
 * @session: its session
 * @argc: number of its arguments
 * @args: a sum over them
 * @environ: a sum over its environment
 * @umask: its umask
 * @blocked: signals 1 to 64 that it blocks
 * @ignored: those that it ignores
 * @files: descriptors 0 to 63 that are open
 * @cwd: where it is
 */
struct told {
	pid_t pid;
	pid_t parent;
	pid_t group;
	pid_t session;
	int argc;
	uint64_t args;
	uint64_t environ;
	mode_t umask;
	uint64_t blocked;
	uint64_t ignored;
	uint64_t files;
	char cwd[64];
};

static char *self;
static char script[80], dir[64];
static int out[2];
static char long_text[LONG + 1];

static uint64_t sum(char *const *strings)
{
	uint64_t x = 1;

	for (; *strings; strings++) {
		for (const char *c = *strings; *c; c++)
			x = victim_mix(x + (unsigned char)*c);
		x = victim_mix(x);
	}
	return x;
}

/* The child: it answers on the descriptor that its last argument names. */
static int tell(int argc, char **argv)
{
	struct told told = {
		.pid = getpid(), .parent = getppid(), .group = getpgrp(),
		.session = getsid(0), .argc = argc, .args = sum(argv),
		.environ = sum(environ), .umask = umask(0),
	};
	struct sigaction sa;
	sigset_t set;

	sigprocmask(SIG_BLOCK, NULL, &set);
	for (int sig = 1; sig < SIGRTMIN; sig++) {
		sigaction(sig, NULL, &sa);
		if (sigismember(&set, sig))
			told.blocked |= 1ull << (sig - 1);
		if (sa.sa_handler == SIG_IGN)
			told.ignored |= 1ull << (sig - 1);
	}
	for (int fd = 0; fd < 64; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			told.files |= 1ull << fd;
	if (!getcwd(told.cwd, sizeof(told.cwd)))
		return 98;
	child_say(atoi(argv[argc - 1]), &told, sizeof(told));
	return CODE;
}

static struct told hear(pid_t child, const char *what)
{
	struct told told;

	CHECK(child_hear(out[0], &told, sizeof(told)), "%s: it says nothing",
	      what);
	child_exits(child, CODE, what);
	CHECK(told.pid == child && told.parent == getpid(),
	      "%s: PID %d, not %d, parent %d", what, told.pid, child,
	      told.parent);
	return told;
}

static void check_sums(const struct told *told, char *const *args,
		       char *const *env, const char *what)
{
	CHECK(told->args == sum(args), "%s: %d other arguments", what,
	      told->argc);
	CHECK(told->environ == sum(env), "%s: another environment", what);
}

static char out_text[16];

static void plain(void)
{
	char *const args[] = { "any name", "--tell", "", long_text, out_text, NULL };
	char *const env[] = { "A=1", "LONG", long_text, "B=", NULL };
	pid_t child = child_fork();
	struct told told;

	if (!child) {
		execve(self, args, env);
		_exit(127);
	}
	told = hear(child, "execve");
	check_sums(&told, args, env, "execve");
	CHECK(told.group == getpgrp() && told.session == getsid(0),
	      "execve: group %d, session %d", told.group, told.session);
}

/* The kernel puts this program, and what the first line says, before it. */
static void by_script(void)
{
	char *const args[] = { "not seen", "one", "two words", out_text, NULL };
	char *const seen[] = { self, "--tell", script, "one", "two words", out_text,
			 NULL };
	pid_t child = child_fork();
	struct told told;

	if (!child) {
		execv(script, args);
		_exit(127);
	}
	told = hear(child, "a script");
	check_sums(&told, seen, environ, "a script");
}

/* The descriptor is closed by it, and so is whatever else is marked. */
static void by_descriptor(void)
{
	char *const args[] = { "by descriptor", "--tell", out_text, NULL };
	int fd = CHECK_CALL(open(self, O_RDONLY | O_CLOEXEC));
	uint64_t files = 0;
	struct told told;
	pid_t child;

	for (int i = 0; i < 64; i++)
		if (fcntl(i, F_GETFD) >= 0 && fcntl(i, F_GETFD) != FD_CLOEXEC)
			files |= 1ull << i;
	child = child_fork();
	if (!child) {
		fexecve(fd, args, environ);
		_exit(127);
	}
	told = hear(child, "fexecve");
	check_sums(&told, args, environ, "fexecve");
	CHECK(told.files == files, "fexecve: files %lx, not %lx", told.files,
	      files);
	close(fd);
}

/* What is kept: the folder, the mask, what is ignored. No handler is. */
static void keeping(void)
{
	char *const args[] = { "keeping", "--tell", out_text, NULL };
	pid_t child = child_fork();
	struct told told;
	sigset_t set;

	if (!child) {
		sigemptyset(&set);
		sigaddset(&set, SIGUSR1);
		sigaddset(&set, SIGWINCH);
		sigprocmask(SIG_SETMASK, &set, NULL);
		signal(SIGHUP, SIG_IGN);
		signal(SIGUSR2, victim_on_term);
		umask(0123);
		CHECK_CALL(chdir(dir));
		execv(self, args);
		_exit(127);
	}
	told = hear(child, "keeping");
	CHECK(told.blocked == (1ull << (SIGUSR1 - 1) | 1ull << (SIGWINCH - 1)),
	      "it blocks %lx", told.blocked);
	CHECK(told.ignored & 1ull << (SIGHUP - 1) &&
	      !(told.ignored & 1ull << (SIGUSR2 - 1)), "it ignores %lx",
	      told.ignored);
	CHECK(told.umask == 0123, "its umask is %o", told.umask);
	CHECK(!strcmp(told.cwd, dir), "it is in %s, not %s", told.cwd, dir);
}

/* It has the parent's memory until it executes. */
static void borrowing(void)
{
	char *const args[] = { "borrowing", "--tell", out_text, NULL };
	volatile pid_t seen = 0;
	struct told told;
	pid_t child;

	child_work();
	child = vfork();
	if (!child) {
		/* Calls about the child that nobody can make for it elsewhere. */
		if (setresgid(-1, getgid(), -1) || setresuid(-1, getuid(), -1) ||
		    prctl(PR_SET_NAME, "borrowing"))
			_exit(126);
		seen = getpid();
		execv(self, args);
		_exit(127);
	}
	CHECK(child > 0, "vfork: %s", strerror(errno));
	CHECK(seen == child, "vfork: has memory of its own, or no rights: %d",
	      seen);
	told = hear(child, "vfork");
	check_sums(&told, args, environ, "vfork");
	child_work();
	child = vfork();
	if (!child) {
		seen = 5;
		_exit(42);
	}
	CHECK(seen == 5, "a child of vfork() with memory of its own");
	child_exits(child, 42, "vfork");
}

static void spawned(void)
{
	char *const args[] = { "spawned", "--tell", "7", NULL };
	char *const env[] = { "C=3", NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	struct told told;
	sigset_t set;
	pid_t child;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 50, "/dev/null", O_RDWR, 0);
	posix_spawn_file_actions_adddup2(&actions, out[1], 7);
	posix_spawn_file_actions_addclose(&actions, 0);
	posix_spawn_file_actions_addchdir_np(&actions, dir);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP |
				 POSIX_SPAWN_SETSIGMASK |
				 POSIX_SPAWN_SETSIGDEF |
				 POSIX_SPAWN_RESETIDS);
	posix_spawnattr_setpgroup(&attr, 0);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	posix_spawnattr_setsigmask(&attr, &set);
	sigfillset(&set);
	posix_spawnattr_setsigdefault(&attr, &set);
	child_work();
	CHECK(!posix_spawn(&child, script, &actions, &attr, args + 1, env),
	      "posix_spawn");
	told = hear(child, "posix_spawn");
	CHECK(told.environ == sum(env), "posix_spawn: another environment");
	CHECK(told.group == child && told.blocked == 1ull << (SIGUSR2 - 1) &&
	      !told.ignored, "posix_spawn: group %d, blocks %lx, ignores %lx",
	      told.group, told.blocked, told.ignored);
	CHECK(told.files & 1ull << 50 && told.files & 1ull << 7 &&
	      !(told.files & 1), "posix_spawn: files %lx", told.files);
	CHECK(!strcmp(told.cwd, dir), "posix_spawn: it is in %s", told.cwd);
	CHECK(posix_spawn(&child, "/nowhere", NULL, NULL, args, env) == ENOENT,
	      "posix_spawn of nothing");
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attr);
}

/* By this process itself: it goes on, with all that it had. */
static void in_vain(void)
{
	char *const args[] = { "in vain", NULL }, *too_long[66], *text;
	static const struct {
		const char *path;
		int error;
	} tries[] = {
		{ "/nowhere", ENOENT }, { "/dev/null", EACCES },
		{ "/dev/null/x", ENOTDIR }, { "/", EACCES },
	};
	char **volatile nowhere = (char **)16;
	uint64_t before = sum(environ);
	pid_t pid = getpid();

	for (size_t i = 0; i < ARRAY_SIZE(tries); i++)
		CHECK(execv(tries[i].path, args) < 0 &&
		      errno == tries[i].error, "%s: %s, not %s", tries[i].path,
		      strerror(errno), strerror(tries[i].error));
	text = mmap(NULL, 200000, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(text != MAP_FAILED, "mmap: %s", strerror(errno));
	memset(text, 'x', 199999);
	for (size_t i = 0; i < 65; i++)
		too_long[i] = text;
	too_long[65] = NULL;
	CHECK(execv(self, too_long) < 0 && errno == E2BIG, "too long: %s",
	      strerror(errno));
	CHECK_CALL(munmap(text, 200000));
	CHECK(execv(self, nowhere) < 0 && errno == EFAULT,
	      "arguments of nowhere: %s", strerror(errno));
	CHECK(getpid() == pid && sum(environ) == before, "it is another one");
}

static void prepare(void)
{
	int fd;

	self = realpath("/proc/self/exe", NULL);
	CHECK(self, "no way to find this program: %s", strerror(errno));
	memset(long_text, 'y', LONG);
	snprintf(dir, sizeof(dir), "/tmp/execs.%d", getpid());
	CHECK_CALL(mkdir(dir, 0700));
	snprintf(script, sizeof(script), "%s/script", dir);
	fd = CHECK_CALL(open(script, O_WRONLY | O_CREAT | O_EXCL, 0700));
	CHECK(dprintf(fd, "#!%s --tell\n", self) > 0, "dprintf");
	close(fd);
	CHECK_CALL(pipe(out));
	CHECK_CALL(fcntl(out[0], F_SETFD, FD_CLOEXEC));
	snprintf(out_text, sizeof(out_text), "%d", out[1]);
}

int main(int argc, char **argv)
{
	if (argc > 2 && !strcmp(argv[1], "--tell"))
		return tell(argc, argv);
	child_begin(argc, argv);
	prepare();
	while (victim_next()) {
		plain();
		by_script();
		by_descriptor();
		keeping();
		borrowing();
		spawned();
		in_vain();
	}
	CHECK_CALL(unlink(script));
	CHECK_CALL(rmdir(dir));
	return victim_pass();
}
