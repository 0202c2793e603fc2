// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ends in the way it is told, when it is told to stop.
 *
 *	ending HOW
 *
 * HOW is exit:N, kill:SIGNAL, abort, segv, jump, stack, bus, fpe, ill, trap or
 * alarm. The parent sees how it ended.
 */
#include "victim.h"

#include <sys/mman.h>

static void end_exit(int code)
{
	exit(code);
}

static void end_kill(int sig)
{
	/* SIGTERM is how a victim is stopped: not here. */
	signal(SIGTERM, SIG_DFL);
	kill(getpid(), sig);
	for (;;)
		pause();
}

static void end_abort(int unused)
{
	(void)unused;
	abort();
}

static void end_segv(int unused)
{
	(void)unused;
	*(volatile char *)0x1230 = 1;
}

/* A jump to where no code is. */
static void end_jump(int unused)
{
	void (*nowhere)(void) = (void (*)(void))0x4560;

	(void)unused;
	nowhere();
}

/* More stack than any limit allows. */
__attribute__((noinline)) static int dive(int left)
{
	volatile char frame[65536];

	frame[left & 65535] = left;
	return left ? dive(left - 1) + frame[left & 65535] : 0;
}

static void end_stack(int unused)
{
	(void)unused;
	exit(dive(1 << 20));
}

/* A page of a file mapping behind the end of the file. */
static void end_bus(int unused)
{
	int fd = CHECK_CALL(open("/tmp", O_TMPFILE | O_RDWR, 0600));
	volatile char *at = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0);

	(void)unused;
	CHECK(at != MAP_FAILED, "mmap: %s", strerror(errno));
	exit(*at);
}

static void end_fpe(int zero)
{
	int low = 1, high = 0;

	__asm__ volatile("idivl %2" : "+a"(low), "+d"(high) : "r"(zero));
}

static void end_ill(int unused)
{
	(void)unused;
	__asm__ volatile("ud2");
}

static void end_trap(int unused)
{
	(void)unused;
	__asm__ volatile("int3");
}

static void end_alarm(int unused)
{
	(void)unused;
	alarm(1);
	for (;;)
		;
}

static const struct {
	const char *name;
	void (*end)(int argument);
} ways[] = {
	{ "exit", end_exit },	{ "kill", end_kill },	{ "abort", end_abort },
	{ "segv", end_segv },	{ "jump", end_jump },	{ "stack", end_stack },
	{ "bus", end_bus },	{ "fpe", end_fpe },	{ "ill", end_ill },
	{ "trap", end_trap },	{ "alarm", end_alarm },
};

int main(int argc, char **argv)
{
	volatile uint64_t spin;
	size_t length;
	char *colon;

	victim_begin(argc, argv);
	CHECK(optind < argc, "end how?");
	length = strcspn(argv[optind], ":");
	colon = argv[optind] + length;
	while (victim_next()) {
		for (spin = 0; spin < 100000; spin++)
			;
	}
	for (size_t i = 0; i < ARRAY_SIZE(ways); i++)
		if (strlen(ways[i].name) == length &&
		    !strncmp(ways[i].name, argv[optind], length))
			ways[i].end(*colon ? atoi(colon + 1) : 0);
	victim_fail("still here");
}
