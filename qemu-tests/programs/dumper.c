// SPDX-License-Identifier: GPL-2.0-only
/*
 * build: dynamic
 *
 * Dies with a core dump that says in which round it died:
 *
 *	dumper segv|clock|jump|abort|quit [threads|nolimit]
 *
 * "segv", "clock", "jump" and "abort" die when they are told to stop, "clock" as it
 * reads one to where there is no memory, "jump" where no program can be; "quit" waits
 * for somebody else's SIGQUIT. What sigsend sends is taken. With "threads" it is a
 * second thread that dies, with "nolimit" RLIMIT_CORE stays as it is.
 * All words[i] are the number of the round and i; at the end of "segv" r15 is
 * the number of the round, too.
 */
#include <pthread.h>
#include <sys/resource.h>

#include "victim.h"

enum { WORDS = 1 << 18 };

uint64_t words[WORDS];
uint64_t dumper_round;

static const char *how;

static void write_all(void)
{
	dumper_round++;
	for (size_t i = 0; i < WORDS; i++)
		words[i] = dumper_round + i;
}

/* In the vDSO, where signals wait until the clock is read. */
static void die_with_clock(void)
{
	struct timespec now, *volatile nowhere = (void *)0x1238;

	for (int i = 0; i < 1000000; i++)
		clock_gettime(CLOCK_MONOTONIC, &now);
	clock_gettime(CLOCK_MONOTONIC, nowhere);
}

static void on_queued(int sig)
{
	(void)sig;
}

/* By a pointer that was spoiled. */
static void jump(void)
{
	void (*volatile nowhere)(void) = (void (*)(void))-0x1238L;

	nowhere();
}

static void die(void)
{
	if (!strcmp(how, "abort"))
		abort();
	if (!strcmp(how, "jump"))
		jump();
	if (!strcmp(how, "clock"))
		die_with_clock();
	/* Where clocks are read by the kernel that was no fault. */
	if (!strcmp(how, "segv") || !strcmp(how, "clock"))
		__asm__ volatile("mov %0, %%r15\n\tmovq $1, 0x1238"
				 : : "r" (dumper_round) : "r15", "memory");
	for (;;)
		__asm__ volatile("" ::: "memory");
}

static void *work(void *unused)
{
	(void)unused;
	while (victim_next())
		write_all();
	die();
	return NULL;
}

int main(int argc, char **argv)
{
	struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };
	const char *option = "";
	pthread_t other;

	victim_begin(argc, argv);
	CHECK(optind < argc, "how shall it die?");
	how = argv[optind];
	CHECK(signal(SIGRTMIN + 2, on_queued) != SIG_ERR, "no handler");
	if (optind + 1 < argc)
		option = argv[optind + 1];
	if (strcmp(option, "nolimit"))
		CHECK(!setrlimit(RLIMIT_CORE, &all), "setrlimit failed");
	if (!strcmp(option, "threads")) {
		CHECK(!pthread_create(&other, NULL, work, NULL), "no thread");
		pthread_join(other, NULL);
	}
	work(NULL);
	return 1;
}
