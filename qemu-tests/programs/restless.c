// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs a program and moves it and all that it starts about at random:
 *
 *	restless [-a] [-n NODE]... [-p TIMES] [-s SEED] [-l SECONDS]
 *		[-r REPORT] PROGRAM [ARGUMENT...]
 *
 * Each process below PROGRAM has a thread here that, every 50 to 500 ms, sends
 * it to one of the nodes or home. With -a it is never sent home, but away again
 * at once when it came by itself, and only then; PROGRAM is away from its first
 * instruction on. Without -n nothing is moved. With -p all pauses are so many
 * TIMES as long, on a kernel on which all else takes so much longer. REPORT gets
 *
 *	processes COUNT		how many were seen
 *	moves COUNT		nmigs of all of them
 *	moved COUNT		those that moved at all
 *	held COUNT REASON	moves refused with a named reason (cantmove)
 *	error COUNT TEXT	moves that failed otherwise
 *
 * The exit status is the program's; 124 when it is not over after SECONDS: all
 * that helps to see why is then on standard error, and all of it is killed.
 * Not a victim.
 */
#include "victim.h"

#include <dirent.h>
#include <err.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/prctl.h>
#include <sys/wait.h>

enum {
	NODES_MAX = 8,
	PROCESSES = 16384,
	TALLIES = 64,
	SCAN_MS = 20,
	FIRST_MS = 50,		/* of a process that was just seen */
	LEAST_MS = 50,
	MOST_MS = 500,
	AGAIN_MS = 20,		/* with -a */
	WORK_MS = 500,		/* away, so that a visit is worth the way back */
	LEAVE_MS = 5000,	/* what is left behind has so long to end */
};

/**
 * struct process - one that is moved about
 * @pid: in the PID namespace of ours
 * @dir: its folder in /proc: stays its own when the PID is used again
 * @random: state of its dice
 * @nmigs: moves, when that was last read
 * @over: it has ended, and so has its thread
 */
struct process {
	pid_t pid;
	int dir;
	uint64_t random;
	unsigned long nmigs;
	atomic_bool over;
};

/**
 * struct tally - how often something was seen
 * @kind: "held" or "error"
 * @what: which
 * @count: how often
 */
struct tally {
	const char *kind;
	char what[160];
	unsigned long count;
};

static const char *nodes[NODES_MAX + 1];	/* the last one is "home" */
static int nodes_count;
static bool away;
static uint64_t seed = 1;
static unsigned int pace = 1;
static struct process processes[PROCESSES];
static int processes_count;
static struct tally tallies[TALLIES];
static pthread_mutex_t tallies_lock = PTHREAD_MUTEX_INITIALIZER;
static atomic_int threads;
static atomic_bool stop;

static void tally(const char *kind, const char *what)
{
	struct tally *t;

	pthread_mutex_lock(&tallies_lock);
	for (t = tallies; t < &tallies[TALLIES - 1]; t++)
		if (!t->count || (t->kind == kind && !strcmp(t->what, what)))
			break;
	t->kind = kind;
	snprintf(t->what, sizeof(t->what), "%s", what);
	t->count++;
	pthread_mutex_unlock(&tallies_lock);
}

static void sleep_ms(unsigned int ms)
{
	struct timespec ts = { ms / 1000, ms % 1000 * 1000000L };

	nanosleep(&ts, NULL);
}

/* A whole small file, without the newline at its end; -1 when it is gone. */
static int read_file(int dir, const char *name, char *text, size_t size)
{
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
	ssize_t got = -1, n;

	if (fd >= 0) {
		got = 0;
		while ((n = read(fd, text + got, size - 1 - got)) > 0)
			got += n;
		if (n < 0)
			got = -1;
		close(fd);
	}
	if (got > 0 && text[got - 1] == '\n')
		got--;
	text[got > 0 ? got : 0] = 0;
	return got;
}

static unsigned int dice(struct process *p, unsigned int sides)
{
	p->random = victim_mix(p->random);
	return p->random % sides;
}

/* False when the process is ending. */
static bool tell_held(struct process *p)
{
	char text[1024], *line, *rest;

	if (read_file(p->dir, "mosix/cantmove", text, sizeof(text)) < 0)
		return false;
	/* What it was is over already. */
	if (!*text)
		tally("held", "for a moment");
	for (line = strtok_r(text, "\n", &rest); line;
	     line = strtok_r(NULL, "\n", &rest)) {
		if (!strcmp(line, "exiting"))
			return false;
		tally("held", line);
	}
	return true;
}

static const char full[] = "no room for another guest";

static void tell_error(struct process *p, int error, const char *to)
{
	char last[64], text[128];

	read_file(p->dir, "mosix/last", last, sizeof(last));
	/* A node has a right to that, and a name for it. */
	if (error == ECONNREFUSED && strstr(last, full)) {
		tally("held", full);
		return;
	}
	snprintf(text, sizeof(text), "%s to %s: %s", strerrorname_np(error), to,
		 last);
	tally("error", text);
}

static bool is_home(struct process *p)
{
	char where[16], home[16];

	return read_file(p->dir, "mosix/where", where, sizeof(where)) > 0 &&
	       read_file(p->dir, "mosix/home", home, sizeof(home)) > 0 &&
	       !strcmp(where, home);
}

static bool move(struct process *p)
{
	const char *to = nodes[dice(p, nodes_count + !away)];
	char text[32];
	int fd, error;

	if (away && !is_home(p))
		to = "";
	fd = openat(p->dir, "mosix/goto", O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	error = *to && write(fd, to, strlen(to)) < 0 ? errno : 0;
	close(fd);
	if (read_file(p->dir, "mosix/nmigs", text, sizeof(text)) > 0)
		p->nmigs = strtoul(text, NULL, 10);
	if (error == ESRCH)
		return false;
	if (error == EBUSY)
		return tell_held(p);
	if (error)
		tell_error(p, error, to);
	return true;
}

static void *keep_moving(void *arg)
{
	struct process *p = arg;

	sleep_ms(away ? 0 : pace * dice(p, FIRST_MS));
	while (!stop && move(p))
		sleep_ms(away ? AGAIN_MS :
				pace * (LEAST_MS + dice(p, MOST_MS - LEAST_MS)));
	close(p->dir);
	p->over = true;
	threads--;
	return NULL;
}

static void add(pid_t pid)
{
	struct process *p;
	pthread_attr_t attr;
	pthread_t thread;
	char path[32];

	for (int i = processes_count - 1; i >= 0; i--)
		if (processes[i].pid == pid && !processes[i].over)
			return;
	CHECK(processes_count < PROCESSES, "too many processes");
	p = &processes[processes_count];
	snprintf(path, sizeof(path), "/proc/%d", pid);
	p->dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (p->dir < 0)
		return;
	p->pid = pid;
	p->random = victim_mix(seed + processes_count++);
	if (!nodes_count) {
		close(p->dir);
		return;
	}
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 64 * 1024);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	threads++;
	CHECK(!pthread_create(&thread, &attr, keep_moving, p), "no thread");
	pthread_attr_destroy(&attr);
}

/* Calls @each for all processes below @pid, of all its threads. */
static void walk(pid_t pid, void (*each)(pid_t pid))
{
	char path[288], text[16384], *word, *rest;
	struct dirent *entry;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		snprintf(path, sizeof(path), "/proc/%d/task/%s/children", pid,
			 entry->d_name);
		if (read_file(AT_FDCWD, path, text, sizeof(text)) <= 0)
			continue;
		for (word = strtok_r(text, " ", &rest); word;
		     word = strtok_r(NULL, " ", &rest)) {
			each(atoi(word));
			walk(atoi(word), each);
		}
	}
	if (dir)
		closedir(dir);
}

static void kill_hard(pid_t pid)
{
	kill(pid, SIGKILL);
}

static void show_files(const char *dir, const char *const *names)
{
	char path[320], text[8192];

	for (; *names; names++) {
		snprintf(path, sizeof(path), "%s/%s", dir, *names);
		if (read_file(AT_FDCWD, path, text, sizeof(text)) >= 0)
			fprintf(stderr, "%s: %s\n", path, text);
	}
}

static void show(pid_t pid)
{
	static const char *const of_process[] = {
		"status", "mosix/where", "mosix/goto", "mosix/nmigs", "mosix/last",
		"mosix/why", "mosix/cantmove", "mosix/stats", NULL
	};
	static const char *const of_thread[] = { "wchan", "syscall", "stack", NULL };
	char path[288];
	struct dirent *entry;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d", pid);
	show_files(path, of_process);
	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "/proc/%d/task/%s", pid,
			 entry->d_name);
		show_files(path, of_thread);
	}
	if (dir)
		closedir(dir);
}

/* Its thread may have sent it off before: then it goes all the same. */
static void tell_self(const char *name, const char *text)
{
	int fd = open(name, O_WRONLY | O_CLOEXEC);

	if (fd >= 0 && write(fd, text, strlen(text)) < 0 && errno != EALREADY)
		err(126, "%s to %s", text, name);
	close(fd);
}

/* What works a while before it calls its home goes back afterwards. */
static void work_away(const char *node)
{
	uint64_t end;

	tell_self("/proc/self/mosix/goto", node);
	end = victim_clock_ms(CLOCK_MONOTONIC) + WORK_MS;
	while (victim_clock_ms(CLOCK_MONOTONIC) < end)
		;
}

static pid_t run(char **argv)
{
	pid_t child = CHECK_CALL(fork());

	if (child)
		return child;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* The balancer leaves it alone, and what it starts. */
	tell_self("/proc/self/mosix/lock", "1");
	if (away)
		work_away(nodes[0]);
	execvp(argv[0], argv);
	_exit(127);
}

/* What it started in the background comes to us, and may end, too. */
static bool left_alone(void)
{
	uint64_t end = victim_clock_ms(CLOCK_MONOTONIC) + LEAVE_MS;
	int ret;

	while ((ret = waitpid(-1, NULL, WNOHANG)) >= 0 &&
	       victim_clock_ms(CLOCK_MONOTONIC) < end) {
		walk(getpid(), add);
		sleep_ms(SCAN_MS);
	}
	return ret < 0;
}

static void kill_all(void)
{
	while (waitpid(-1, NULL, WNOHANG) >= 0) {
		walk(getpid(), kill_hard);
		sleep_ms(SCAN_MS);
	}
}

/* Its exit status as a shell has it. */
static int keep_watch(pid_t child, uint64_t end_ms)
{
	int status;
	pid_t pid;

	while (!end_ms || victim_clock_ms(CLOCK_MONOTONIC) < end_ms) {
		walk(getpid(), add);
		while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
			if (pid != child)
				continue;
			if (!left_alone()) {
				fprintf(stderr, "it left processes behind:\n");
				walk(getpid(), show);
			}
			return WIFEXITED(status) ? WEXITSTATUS(status) :
						   128 + WTERMSIG(status);
		}
		sleep_ms(SCAN_MS);
	}
	fprintf(stderr, "it is not over in time:\n");
	walk(getpid(), show);
	return 124;
}

static void write_report(const char *path)
{
	unsigned long moves = 0, moved = 0;
	FILE *out = fopen(path, "w");

	CHECK(out, "%s: %s", path, strerror(errno));
	for (int i = 0; i < processes_count; i++) {
		moves += processes[i].nmigs;
		moved += !!processes[i].nmigs;
	}
	fprintf(out, "processes %d\nmoves %lu\nmoved %lu\n", processes_count,
		moves, moved);
	for (int i = 0; i < TALLIES && tallies[i].count; i++)
		fprintf(out, "%s %lu %s\n", tallies[i].kind, tallies[i].count,
			tallies[i].what);
	fclose(out);
}

int main(int argc, char **argv)
{
	const char *report = NULL;
	uint64_t end_ms = 0;
	int option, status;

	while ((option = getopt(argc, argv, "+al:n:p:r:s:")) != -1) {
		if (option == 'a')
			away = true;
		else if (option == 'l')
			end_ms = victim_clock_ms(CLOCK_MONOTONIC) +
				 strtod(optarg, NULL) * 1000;
		else if (option == 'n' && nodes_count < NODES_MAX)
			nodes[nodes_count++] = optarg;
		else if (option == 'p')
			pace = strtoul(optarg, NULL, 10);
		else if (option == 'r')
			report = optarg;
		else if (option == 's')
			seed = strtoull(optarg, NULL, 10);
		else
			return 2;
	}
	CHECK(optind < argc && (nodes_count || !away), "move what, and where?");
	nodes[nodes_count] = "home";
	CHECK_CALL(prctl(PR_SET_CHILD_SUBREAPER, 1));
	status = keep_watch(run(argv + optind), end_ms);
	kill_all();
	stop = true;
	while (threads)
		sleep_ms(SCAN_MS);
	if (report)
		write_report(report);
	return status;
}
