// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a task that never moves does most, counted by the time stamp counter:
 *
 *	counts
 *
 * Wants to be alone on one CPU. Prints "NAME COUNT" lines, COUNT being the median
 * of many times. Where each instruction is one tick of that counter (QEMU's
 * -icount shift=0), these are instructions, and the same in each run. Not a
 * victim.
 */
#include "victim.h"

#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>

enum { TIMES = 501, PAGE = 4096 };

static uint64_t ticks[TIMES];
static int there[2], back[2];	/* pipes */
static char *fresh;		/* a page for each time */

static uint64_t tsc(void)
{
	uint32_t low, high;

	/* Nothing may be under way when it is read. */
	__asm__ volatile("lfence; rdtsc" : "=a" (low), "=d" (high) :: "memory");
	return (uint64_t)high << 32 | low;
}

static void null_call(int time)
{
	(void)time;
	syscall(SYS_getppid);
}

static void fault(int time)
{
	fresh[(size_t)time * PAGE] = 1;
}

static void await(pid_t child)
{
	int status;

	CHECK_CALL(waitpid(child, &status, 0));
	CHECK(WIFEXITED(status) && !WEXITSTATUS(status), "status %x", status);
}

static void fork_exit(int time)
{
	pid_t child = CHECK_CALL(fork());

	(void)time;
	if (!child)
		_exit(0);
	await(child);
}

/* vfork(), so that what is counted is above all the program's beginning. */
static void execute(int time)
{
	pid_t child = CHECK_CALL(vfork());

	(void)time;
	if (!child) {
		execl("/proc/self/exe", "counts", "nothing", NULL);
		_exit(1);
	}
	await(child);
}

static void through_pipe(int time)
{
	char c = 0;

	(void)time;
	CHECK_CALL(write(there[1], &c, 1));
	CHECK_CALL(read(there[0], &c, 1));
}

/* To the child that waits in echo() and back: two switches. */
static void switch_twice(int time)
{
	char c = 0;

	(void)time;
	CHECK_CALL(write(there[1], &c, 1));
	CHECK_CALL(read(back[0], &c, 1));
}

static void echo(void)
{
	char c;

	close(there[1]);
	while (read(there[0], &c, 1) == 1)
		CHECK_CALL(write(back[1], &c, 1));
	_exit(0);
}

static int by_size(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void count(const char *name, void (*what)(int time))
{
	uint64_t begin;

	for (int i = 0; i < TIMES; i++) {
		begin = tsc();
		what(i);
		ticks[i] = tsc() - begin;
	}
	qsort(ticks, TIMES, sizeof(ticks[0]), by_size);
	printf("%s %lu\n", name, ticks[TIMES / 2]);
	fflush(stdout);
}

static void count_switches(void)
{
	pid_t child = CHECK_CALL(fork());

	if (!child)
		echo();
	close(there[0]);
	count("switch", switch_twice);
	close(there[1]);
	await(child);
}

int main(int argc, char **argv)
{
	(void)argv;
	if (argc > 1)
		return 0;
	fresh = mmap(NULL, (size_t)TIMES * PAGE, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(fresh != MAP_FAILED, "no memory");
	CHECK_CALL(madvise(fresh, (size_t)TIMES * PAGE, MADV_NOHUGEPAGE));
	CHECK_CALL(pipe(there));
	CHECK_CALL(pipe(back));
	count("call", null_call);
	count("fault", fault);
	/* A fork would copy them each time, which is none of the hooks. */
	CHECK_CALL(munmap(fresh, (size_t)TIMES * PAGE));
	count("fork", fork_exit);
	count("exec", execute);
	count("pipe", through_pipe);
	count_switches();
	return 0;
}
