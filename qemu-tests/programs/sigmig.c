// SPDX-License-Identifier: GPL-2.0-only
/*
 * Asks for a signal at each move: as many come as moves are counted, none more and none
 * less, and from the kernel. One of real time, which is queued. A child has not asked,
 * nor has the program that a process executes after it has.
 *
 *	sigmig [OPTION...]	the victim
 *	sigmig asked		exit status: the signal that it would get
 */
#include "child.h"

enum { LATE_MS = 30000 };

static volatile sig_atomic_t came, wrong;

static int number(const char *path)
{
	char text[32] = "";
	int fd = CHECK_CALL(open(path, O_RDONLY | O_CLOEXEC));

	CHECK_CALL(read(fd, text, sizeof(text) - 1));
	close(fd);
	return atoi(text);
}

static int asked(void)
{
	return number("/proc/self/mosix/sigmig");
}

static int moves(void)
{
	return number("/proc/self/mosix/nmigs");
}

static void ask(int sig)
{
	int fd = CHECK_CALL(open("/proc/self/mosix/sigmig", O_WRONLY | O_CLOEXEC));
	char text[16];

	snprintf(text, sizeof(text), "%d\n", sig);
	CHECK_CALL(write(fd, text, strlen(text)));
	close(fd);
	CHECK(asked() == sig, "asked for signal %d, it says %d", sig, asked());
}

static void on_move(int sig, siginfo_t *info, void *context)
{
	(void)context;
	if (info->si_signo != sig || info->si_code != SI_KERNEL || info->si_pid)
		wrong = info->si_code ?: 1;
	came++;
}

/* The count is read last: it may have risen since, and the signal be on its way. */
static void check_count(int before)
{
	uint64_t end = victim_clock_ms(CLOCK_MONOTONIC) + LATE_MS;
	int signals = came, want = moves() - before;

	CHECK(signals <= want, "%d signals of %d moves", signals, want);
	while (came < want && victim_clock_ms(CLOCK_MONOTONIC) < end)
		usleep(1000);
	CHECK(came >= want, "%d signals of %d moves", (int)came, want);
	CHECK(!wrong, "a signal of another kind: %d", (int)wrong);
}

static void check_child(void)
{
	pid_t child = child_fork();

	if (!child)
		_exit(asked());
	child_exits(child, 0, "what a child has asked for");
}

static void check_exec(void)
{
	pid_t child = child_fork();

	if (!child) {
		ask(SIGURG);	/* nobody minds if it comes before */
		execl("/proc/self/exe", "sigmig", "asked", NULL);
		_exit(255);
	}
	child_exits(child, 0, "what a new program has asked for");
}

int main(int argc, char **argv)
{
	struct sigaction sa = { .sa_sigaction = on_move,
				.sa_flags = SA_SIGINFO | SA_RESTART };
	int before;

	if (argc == 2 && !strcmp(argv[1], "asked"))
		return asked();
	child_begin(argc, argv);
	CHECK(!asked(), "nobody asked for signal %d", asked());
	CHECK_CALL(sigaction(SIGRTMIN + 3, &sa, NULL));
	/* As of a moment in which it did not move. */
	do {
		ask(0);
		came = 0;
		before = moves();
		ask(SIGRTMIN + 3);
	} while (moves() != before);
	while (victim_next()) {
		check_count(before);
		check_child();
		check_exec();
	}
	ask(0);
	return victim_pass();
}
