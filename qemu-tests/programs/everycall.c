// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes every system call there is, and some that there are not, with arguments that
 * may be meant and with wild ones, as root:
 *
 *	everycall [-o NODE] [-p PARTS] [-i PART] [-s SEED] [-l MS] FOLDER REPORT
 *
 * Each number is a child's, which is away on NODE before each try (without -o
 * where it is), and is found when it dies or hangs for MS milliseconds: the next child
 * goes on behind that. With -p and -i it does one part of PARTS. REPORT gets a line
 * for each try, and one for a child that can make no more of them,
 *
 *	NUMBER SET away|home RESULT
 *
 * with RESULT "ok", the name of an error, "died SIGNAL", "ended" or "hung".
 *
 * What the calls may do to home: they run in namespaces of their own, on a tmpfs on
 * FOLDER. There is no namespace for the clock and the log: everycall.h has what is not
 * tried of them. reboot() is tried without its magic, and in a PID namespace it would
 * end no more than that; there are no modules and no kexec here, and what they are
 * given is none. Not a victim.
 */
#include "everycall.h"

#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <sys/wait.h>

enum {
	FD_WHERE = 90,		/* /proc/self/mosix/where or cantmove, of a child */
	FD_GOTO,
	FD_TRIES,
	FD_NULL,
	ALL_TRIED = 77,		/* exit statuses of a child */
	MAY_NOT_GO = 78,
	GO_MS = 5000,
	STUCK_MS = 120000,
};

enum { NOT_TRIED, BEGUN, DONE };

/**
 * struct try - what became of one call
 * @state: how far it came
 * @away: it was made on another node
 * @ret: as the kernel returned it
 */
struct try {
	uint32_t state;
	uint32_t away;
	int64_t ret;
};

static const char *node;
static uint64_t seed = 1;
static uint64_t patience_ms = 3000;
static FILE *report;
static unsigned long counts[2];		/* at home, away */

static void sleep_ms(unsigned int ms)
{
	struct timespec ts = { ms / 1000, ms % 1000 * 1000000L };

	nanosleep(&ts, NULL);
}

/*
 * The call, and the end of whoever it has made: another thread or process, perhaps on
 * this stack, comes out of it as well and has but its registers to itself.
 */
static int64_t call(uint64_t nr, const uint64_t args[6], int tid)
{
	register uint64_t r10 __asm__("r10") = args[3];
	register uint64_t r8 __asm__("r8") = args[4];
	register uint64_t r9 __asm__("r9") = args[5];
	register int64_t kept __asm__("r12");
	register uint64_t own_tid __asm__("r13") = tid;
	int64_t ret;

	__asm__ volatile("syscall\n\t"
			 "movq %%rax, %%r12\n\t"
			 "movl %[gettid], %%eax\n\t"
			 "syscall\n\t"
			 "cmpl %%r13d, %%eax\n\t"
			 "je 1f\n\t"
			 "xorl %%edi, %%edi\n\t"
			 "movl %[exit], %%eax\n\t"
			 "syscall\n\t"
			 "1:"
			 : "=a" (ret), "=r" (kept)
			 : "0" (nr), "D" (args[0]), "S" (args[1]), "d" (args[2]),
			   "r" (r10), "r" (r8), "r" (r9), "r" (own_tid),
			   [gettid] "i" (SYS_gettid), [exit] "i" (SYS_exit)
			 : "rcx", "r11", "memory");
	return kept;
}

/* As a program of 32 bits makes it. */
static int64_t call_int80(uint64_t nr, const uint64_t args[6])
{
	int64_t ret;

	__asm__ volatile("int $0x80"
			 : "=a" (ret)
			 : "0" (nr - NR_INT80), "b" (args[0]), "c" (args[1]),
			   "d" (args[2]), "S" (args[3]), "D" (args[4])
			 : "r8", "r9", "r10", "r11", "memory");
	return ret;
}

static void fill_areas(void)
{
	struct timespec ts;

	for (size_t i = 0; i < ARRAY_SIZE(area[0]); i += 2) {
		for (int a = 0; a < 2; a++) {
			area[a][i] = PTR(area[a] + 512);
			area[a][i + 1] = 64;
		}
	}
	memset(&no_timex, 0, sizeof(no_timex));
	clock_gettime(CLOCK_REALTIME, &ts);
	now_ts = ts;
	now_tv = (struct timeval) { ts.tv_sec, ts.tv_nsec / 1000 };
}

/* Is its body on that node? -1: it cannot tell any more, or could not go. */
static int is_away(void)
{
	char text[16] = "";
	ssize_t got = pread(FD_WHERE, text, sizeof(text) - 1, 0);

	if (!node)
		return got ? -1 : 0;
	if (got < 2 || text[got - 1] != '\n')
		return -1;
	text[got - 1] = 0;
	return !strcmp(text, node);
}

/* Away, if it can be: some calls can only be made at home, and it stays there. */
static int go_away(void)
{
	uint64_t end = victim_clock_ms(CLOCK_MONOTONIC) + GO_MS;
	int away = is_away();

	while (node && !away && victim_clock_ms(CLOCK_MONOTONIC) < end) {
		if (pwrite(FD_GOTO, node, strlen(node), 0) < 0 && errno != EALREADY)
			break;
		away = is_away();
	}
	return away;
}

static void put_fd(int fd, int at)
{
	CHECK(fd >= 0, "descriptor %d: %s", at, strerror(errno));
	if (fd == at)
		return;
	CHECK_CALL(dup2(fd, at));
	close(fd);
}

/* Who stays is held by what would hold it if it were to go. */
static void open_own(void)
{
	int where = open(node ? "/proc/self/mosix/where" :
				"/proc/self/mosix/cantmove", O_RDONLY);

	/* On any Linux, too. */
	if (!node && where < 0)
		where = dup(FD_NULL);
	put_fd(where, FD_WHERE);
	if (node)
		put_fd(open("/proc/self/mosix/goto", O_WRONLY), FD_GOTO);
}

/* The same for each child, whatever the one before has done. */
static void furnish(void)
{
	int pair[2];
	/* Of timers that it starts, and of what it makes by clone(): those come late. */
	static const int ignored[] = { SIGALRM, SIGVTALRM, SIGPROF, SIGPIPE, SIGIO,
				       SIGUSR1, SIGUSR2, SIGTRAP, SIGHUP, SIGINT,
				       SIGQUIT, SIGABRT, SIGBUS };

	for (size_t i = 0; i < ARRAY_SIZE(ignored); i++)
		signal(ignored[i], SIG_IGN);
	CHECK_CALL(setpgid(0, 0));
	open_own();
	for (int fd = 0; fd < 3; fd++)
		put_fd(dup(FD_NULL), fd);
	unlink(file_name);
	rmdir(other_name);
	unlink(other_name);
	put_fd(open(file_name, O_RDWR | O_CREAT, 0600), 3);
	CHECK_CALL(write(3, area[0], 4096));
	CHECK_CALL(lseek(3, 0, SEEK_SET));
	put_fd(open(folder_name, O_RDONLY | O_DIRECTORY), 4);
	CHECK_CALL(pipe(pair));
	CHECK(pair[0] == 5 && pair[1] == 6, "a pipe of %d, %d", pair[0], pair[1]);
	CHECK_CALL(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
	CHECK(pair[0] == 7 && pair[1] == 8, "sockets %d, %d", pair[0], pair[1]);
}

static void note(unsigned int set, const struct try *try)
{
	if (pwrite(FD_TRIES, try, sizeof(*try), set * sizeof(*try)) != sizeof(*try))
		_exit(MAY_NOT_GO);
}

__attribute__((noreturn))
static void be_child(uint64_t nr, unsigned int first)
{
	int tid = syscall(SYS_gettid), away;
	uint64_t args[6];

	fill_areas();
	furnish();
	for (unsigned int set = first; set < SETS; set++) {
		struct try try = { .state = BEGUN };

		if (!arguments(args, nr, set, seed))
			continue;
		fill_areas();
		away = go_away();
		/* Spoiled by what it has done: another one goes on. */
		if (set != first && (away < 0 || (node && !away)))
			_exit(MAY_NOT_GO);
		try.away = away > 0;
		note(set, &try);
		if (nr >= NR_INT80 && nr < 2 * NR_INT80)
			try.ret = call_int80(nr, args);
		else
			try.ret = call(nr, args, tid);
		try.state = DONE;
		note(set, &try);
	}
	_exit(ALL_TRIED);
}

static struct try tries[SETS];

static void read_tries(void)
{
	memset(tries, 0, sizeof(tries));
	CHECK_CALL(pread(FD_TRIES, tries, sizeof(tries), 0));
}

/* The first set that was not tried; begun is tried. */
static unsigned int next_set(unsigned int first, uint64_t nr)
{
	uint64_t args[6];
	unsigned int set;

	for (set = first; set < SETS; set++)
		if (arguments(args, nr, set, seed) && tries[set].state == NOT_TRIED)
			break;
	return set;
}

static bool in_a_call(void)
{
	for (unsigned int set = 0; set < SETS; set++)
		if (tries[set].state == BEGUN)
			return true;
	return false;
}

/* False when it never ends. */
static bool await(pid_t pid, int *status, bool *hung)
{
	struct try before[SETS];
	uint64_t start = victim_clock_ms(CLOCK_MONOTONIC), now, look = start;

	read_tries();
	memcpy(before, tries, sizeof(before));
	for (;;) {
		if (waitpid(pid, status, WNOHANG) == pid && !WIFSTOPPED(*status))
			return true;
		now = victim_clock_ms(CLOCK_MONOTONIC);
		if (now - start > STUCK_MS)
			return false;
		sleep_ms(now - look < 50 ? 2 : 20);
		if (now - look < patience_ms)
			continue;
		look = now;
		read_tries();
		if (in_a_call() && !memcmp(before, tries, sizeof(before))) {
			*hung = true;
			kill(pid, SIGKILL);
		} else if (memcmp(before, tries, sizeof(before))) {
			start = now;
			memcpy(before, tries, sizeof(before));
		}
	}
}

static void end_all(void)
{
	uint64_t end = victim_clock_ms(CLOCK_MONOTONIC) + STUCK_MS;

	kill(-1, SIGKILL);
	while (waitpid(-1, NULL, WNOHANG) >= 0) {
		CHECK(victim_clock_ms(CLOCK_MONOTONIC) < end,
		      "what the calls have made does not end");
		sleep_ms(2);
	}
}

static const char *result_of(const struct try *try, int status, bool hung)
{
	static char text[32];
	const char *name;

	if (try->state == DONE) {
		if (try->ret >= 0 || try->ret < -4095)
			return "ok";
		name = strerrorname_np(-try->ret);
		snprintf(text, sizeof(text), name ? "%s" : "%s%d", name ?: "E",
			 (int)-try->ret);
		return text;
	}
	if (hung)
		return "hung";
	if (!WIFSIGNALED(status))
		return "ended";
	snprintf(text, sizeof(text), "died %d", WTERMSIG(status));
	return text;
}

static void tell(uint64_t nr, unsigned int first, int status, bool hung)
{
	for (unsigned int set = first; set < SETS; set++) {
		if (tries[set].state == NOT_TRIED)
			continue;
		fprintf(report, "%lu %u %s %s\n", nr, set,
			tries[set].away ? "away" : "home",
			result_of(&tries[set], status, hung));
		counts[!!tries[set].away]++;
	}
	fflush(report);
}

static void try_number(uint64_t nr)
{
	unsigned int first = 0, next;

	CHECK_CALL(ftruncate(FD_TRIES, 0));
	read_tries();
	while ((first = next_set(first, nr)) < SETS) {
		bool hung = false;
		int status = 0;
		pid_t pid;

		CHECK_CALL(ftruncate(FD_TRIES, 0));
		pid = CHECK_CALL(fork());
		if (!pid)
			be_child(nr, first);
		CHECK(await(pid, &status, &hung), "%lu from %u on: it does not end",
		      nr, first);
		end_all();
		read_tries();
		tell(nr, first, status, hung);
		next = first;
		while (next < SETS && (tries[next].state != NOT_TRIED ||
				       next_set(next, nr) != next))
			next++;
		CHECK(next > first, "%lu: set %u is not even begun (status %#x)",
		      nr, first, status);
		first = next;
	}
}

/* The first process of a PID namespace: what it has made goes with it. */
static int be_first(const char *folder, unsigned int part, unsigned int parts)
{
	struct rlimit none = { 0, 0 };
	struct utsname uts;

	CHECK_CALL(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
	CHECK_CALL(mount("none", folder, "tmpfs", 0, "size=8m"));
	CHECK_CALL(chdir(folder));
	CHECK_CALL(mkdir("proc", 0755));
	CHECK_CALL(mount("none", "proc", "proc", 0, NULL));
	CHECK_CALL(chroot("."));
	put_fd(open("tries", O_RDWR | O_CREAT | O_EXCL, 0600), FD_TRIES);
	CHECK_CALL(mkdir("work", 0755));
	CHECK_CALL(chdir("work"));
	CHECK_CALL(setrlimit(RLIMIT_CORE, &none));
	for (unsigned int i = part; i < NUMBERS; i += parts)
		try_number(number_of(i));
	CHECK_CALL(uname(&uts));
	printf("%lu away %lu at home, here it is %s\n", counts[1], counts[0],
	       uts.nodename);
	return fflush(stdout) || fclose(report);
}

int main(int argc, char **argv)
{
	unsigned int parts = 1, part = 0;
	int option, status;
	pid_t pid;

	while ((option = getopt(argc, argv, "i:l:o:p:s:")) != -1) {
		if (option == 'i')
			part = strtoul(optarg, NULL, 10);
		else if (option == 'l')
			patience_ms = strtoul(optarg, NULL, 10);
		else if (option == 'o')
			node = optarg;
		else if (option == 'p')
			parts = strtoul(optarg, NULL, 10);
		else if (option == 's')
			seed = strtoull(optarg, NULL, 10);
		else
			return 2;
	}
	CHECK(optind + 2 == argc && parts, "in which folder, and to which file?");
	report = fopen(argv[optind + 1], "we");
	CHECK(report, "%s: %s", argv[optind + 1], strerror(errno));
	put_fd(open("/dev/null", O_RDWR), FD_NULL);
	CHECK_CALL(unshare(CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC |
			   CLONE_NEWNET | CLONE_NEWCGROUP));
	pid = CHECK_CALL(fork());
	if (!pid)
		return be_first(argv[optind], part, parts);
	CHECK_CALL(waitpid(pid, &status, 0));
	if (WIFSIGNALED(status))
		victim_fail("its first process died of %d", WTERMSIG(status));
	return WEXITSTATUS(status);
}
