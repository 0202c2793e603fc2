// SPDX-License-Identifier: GPL-2.0-only
/*
 * A program that executes itself, each round, from a thread that is not its
 * first one. The others end with it; it has the PID of the process, the signal
 * mask of the thread and what was pending for it, and goes on with its rounds.
 *
 *	texec [MS [leave|stay [KEPT...]]]
 *
 * With "leave" the first thread has ended before. MS is as in child.h, KEPT is
 * what it tells itself.
 */
#include "child.h"
#include "thread.h"

enum { SPINNERS = 2, KEPT_WORDS = 3 };

static char *self;
static bool leaves;
static int kept_fd = -1, lost_fd = -1;
static pid_t first_pid, first_parent;
static unsigned int spinning;
static volatile unsigned int in_data = 7;

static void *spin(void *arg)
{
	(void)arg;
	thread_count(&spinning);
	while (__atomic_load_n(&spinning, __ATOMIC_SEQ_CST))
		;
	return NULL;
}

static void *wait_for_ever(void *arg)
{
	(void)arg;
	thread_count(&spinning);
	while (1)
		pause();
	return NULL;
}

/* The first thread stays in the list of threads until the others are gone. */
static void await_end_of_first(void)
{
	uint64_t end = victim_clock_ms(CLOCK_MONOTONIC) + THREAD_PATIENCE_MS;
	char path[64], text[256], *state;
	ssize_t size;
	int fd;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", getpid());
	do {
		CHECK(victim_clock_ms(CLOCK_MONOTONIC) < end,
		      "the first thread does not end");
		fd = CHECK_CALL(open(path, O_RDONLY));
		size = CHECK_CALL(read(fd, text, sizeof(text) - 1));
		close(fd);
		text[size] = 0;
		state = strrchr(text, ')');
		CHECK(state, "stat has '%s'", text);
	} while (state[2] != 'Z');
}

static void mask_signals(void)
{
	union sigval value = { .sival_int = victim.done };
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGRTMIN);
	CHECK_ZERO(pthread_sigmask(SIG_SETMASK, &set, NULL));
	CHECK_CALL(tgkill(getpid(), gettid(), SIGUSR1));
	CHECK_ZERO(pthread_sigqueue(pthread_self(), SIGRTMIN, value));
}

static void *execute(void *arg)
{
	char word[KEPT_WORDS][32], rounds[32], seconds[32], ms[32];
	uint64_t now = victim_clock_ms(CLOCK_MONOTONIC);
	char *args[16];
	int i, n = 0;

	(void)arg;
	CHECK(gettid() != getpid(), "the first thread executes");
	if (leaves)
		await_end_of_first();
	mask_signals();
	args[n++] = self;
	if (victim.dir) {
		args[n++] = "-d";
		args[n++] = (char *)victim.dir;
	}
	if (victim.max) {
		snprintf(rounds, sizeof(rounds), "%lu", victim.max);
		args[n++] = "-n";
		args[n++] = rounds;
	}
	if (victim.end_ms) {
		snprintf(seconds, sizeof(seconds), "%.3f", now < victim.end_ms ?
			 (victim.end_ms - now) / 1000.0 : 0.001);
		args[n++] = "-t";
		args[n++] = seconds;
	}
	snprintf(ms, sizeof(ms), "%lu", child_work_ms);
	args[n++] = ms;
	args[n++] = leaves ? "leave" : "stay";
	snprintf(word[0], sizeof(word[0]), "%lu", victim.done);
	snprintf(word[1], sizeof(word[1]), "%d", kept_fd);
	snprintf(word[2], sizeof(word[2]), "%d", lost_fd);
	for (i = 0; i < KEPT_WORDS; i++)
		args[n++] = word[i];
	args[n] = NULL;
	execv(self, args);
	victim_fail("execv: %s", strerror(errno));
}

static void take(int sig, int code, int value)
{
	static const struct timespec no_time;
	siginfo_t info;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, sig);
	CHECK(sigtimedwait(&set, &info, &no_time) == sig,
	      "signal %d got lost: %s", sig, strerror(errno));
	CHECK(info.si_code == code && info.si_pid == getpid() &&
	      info.si_value.sival_int == value, "signal %d: code %d, value %d",
	      sig, info.si_code, info.si_value.sival_int);
}

/* What came through: the mask, the signals and the ignored, no handlers. */
static void check_signals(void)
{
	struct sigaction sa;
	sigset_t set;

	CHECK_CALL(sigprocmask(SIG_BLOCK, NULL, &set));
	for (int sig = 1; sig < SIGRTMAX; sig++)
		CHECK(sigismember(&set, sig) !=
		      !(sig == SIGUSR1 || sig == SIGRTMIN),
		      "signal %d is in the mask, or not", sig);
	/* The C library's sigtimedwait() calls SI_TKILL so. */
	take(SIGUSR1, SI_USER, 0);
	take(SIGRTMIN, SI_QUEUE, victim.done);
	CHECK_CALL(sigaction(SIGUSR2, NULL, &sa));
	CHECK(sa.sa_handler == SIG_DFL, "a handler came through");
	CHECK_CALL(sigaction(SIGHUP, NULL, &sa));
	CHECK(sa.sa_handler == SIG_IGN, "what was ignored is not");
}

static int count_threads(void)
{
	FILE *status = fopen("/proc/self/status", "r");
	char line[256];
	int count = 0;

	CHECK(status, "/proc/self/status: %s", strerror(errno));
	while (fgets(line, sizeof(line), status))
		if (sscanf(line, "Threads: %d", &count) == 1)
			break;
	fclose(status);
	return count;
}

static void check_process(void)
{
	CHECK(getpid() == first_pid && gettid() == first_pid,
	      "PID %d, TID %d, were %d", getpid(), gettid(), first_pid);
	CHECK(getppid() == first_parent, "parent %d, was %d", getppid(),
	      first_parent);
	CHECK(in_data == 7, "old data: %u", in_data);
	CHECK(fcntl(lost_fd, F_GETFD) < 0 && errno == EBADF,
	      "a file came through that should not");
	CHECK(count_threads() == 1, "%d threads came through",
	      count_threads());
}

/* The file that comes through says who it was to begin with. */
static void remember(void)
{
	first_pid = getpid();
	first_parent = getppid();
	kept_fd = CHECK_CALL(open("/tmp", O_TMPFILE | O_RDWR, 0600));
	CHECK(dprintf(kept_fd, "%d %d\n", first_pid, first_parent) > 0,
	      "dprintf");
}

static void recall(char **words)
{
	char text[64] = "";

	victim.done = strtoul(words[0], NULL, 10);
	kept_fd = atoi(words[1]);
	lost_fd = atoi(words[2]);
	CHECK(pread(kept_fd, text, sizeof(text) - 1, 0) > 0 &&
	      sscanf(text, "%d %d", &first_pid, &first_parent) == 2,
	      "the kept file has '%s'", text);
	check_process();
	check_signals();
}

static void on_signal(int sig)
{
	(void)sig;
}

static void execute_again(void)
{
	struct sigaction sa = { .sa_handler = on_signal };
	sigset_t set;

	child_work();
	in_data++;
	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	CHECK_CALL(sigprocmask(SIG_SETMASK, &set, NULL));
	CHECK_CALL(sigaction(SIGUSR2, &sa, NULL));
	sa.sa_handler = SIG_IGN;
	CHECK_CALL(sigaction(SIGHUP, &sa, NULL));
	lost_fd = CHECK_CALL(open("/dev/null", O_RDONLY | O_CLOEXEC));
	thread_start(spin, NULL);
	thread_start(wait_for_ever, NULL);
	thread_await(&spinning, SPINNERS, "other threads");
	thread_start(execute, NULL);
	if (leaves)
		pthread_exit(NULL);
	for (;;)
		pause();
}

int main(int argc, char **argv)
{
	child_begin(argc, argv);
	argc -= optind;
	argv += optind;
	self = realpath("/proc/self/exe", NULL);
	CHECK(self, "no way to find this program: %s", strerror(errno));
	leaves = argc > 1 && !strcmp(argv[1], "leave");
	if (argc == 2 + KEPT_WORDS)
		recall(argv + 2);
	else
		remember();
	/* The first round of a program is its last one, but the very last. */
	for (bool went = false; victim_next(); went = true)
		if (went)
			execute_again();
	return victim_pass();
}
