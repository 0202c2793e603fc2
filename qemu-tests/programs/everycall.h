/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What everycall.c calls with: the same few sets of arguments for every number, and
 * one more of its own for those that it suits.
 *
 * The pointers are into pages that look like many a structure, since each second
 * word of them is a pointer to 64 bytes, and each other one their number.
 */
#ifndef EVERYCALL_H
#define EVERYCALL_H

#include "victim.h"

#include <linux/keyctl.h>
#include <sched.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timex.h>

enum {
	SETS_FIXED	= 12,
	SET_WILD	= SETS_FIXED,	/* these are of the dice */
	SETS_WILD	= 3,
	SET_OWN		= SETS_FIXED + SETS_WILD,
	SETS		= SET_OWN + 1,
	NR_INT80	= 1 << 20,	/* from here on: by int $0x80 */
	NR_X32		= 1 << 30,
};

#define PTR(p)	((uint64_t)(p))
#define HERE	PTR(AT_FDCWD)

static uint64_t area[2][8192] __attribute__((aligned(4096)));
static const char file_name[] = "file", other_name[] = "other", folder_name[] = ".";
static const char host_name[] = "everycall", type_name[] = "user", fs_name[] = "tmpfs";
static struct timeval now_tv;
static struct timespec now_ts;
static struct timex no_timex;

/* Descriptors: 3 a file, 4 its folder, 5 and 6 a pipe, 7 and 8 a pair of sockets. */
static const uint64_t fixed[SETS_FIXED][6] = {
	{ 0 },
	{ -1ull, -1ull, -1ull, -1ull, -1ull, -1ull },
	{ 3, PTR(area[0]), 64, 0, 0, 0 },
	{ PTR(file_name), 0, 0600, 0, 0, 0 },
	{ PTR(file_name), PTR(area[0]), 64, PTR(area[1]), 0, 0 },
	{ HERE, PTR(file_name), PTR(area[0]), 64, 0, 0 },
	{ 7, PTR(area[0]), 8, 0, PTR(area[1]), 8 },
	{ 1, 2, PTR(area[0]), PTR(area[1]), 8, 0 },
	{ 0, PTR(area[0]), PTR(area[1]), 8, 0, 0 },
	{ PTR(area[1]), 4096, 1, 0x22, -1ull, 0 },
	/* A kernel's own memory, and no address at all. */
	{ 0xffffffff81000000, 0xffffffff81000000, 0xffff888000001000,
	  0xffff888000001000, 64, 64 },
	{ 0x8000dead00000000, 0x8000dead00000000, 64, 0x8000dead00000000,
	  0x8000dead00000000, 64 },
};

static const uint64_t dice_of[] = {
	0, 1, 2, 3, 4, 5, 6, 7, 8, 16, 64, 4096, 1 << 20, 0x7fffffff, 0x80000000,
	1ull << 40, -1ull, -2ull, HERE, PTR(area[0]), PTR(area[0] + 8),
	PTR(area[1]), PTR(file_name), PTR(other_name), PTR(folder_name),
	0x7ffffffff000, 0xffffffff81000000, 0xffff888000001000,
};

/**
 * struct own - a call with arguments that are meant
 * @nr: its number
 * @args: these
 */
static const struct own {
	uint64_t nr;
	uint64_t args[6];
} own[] = {
	{ SYS_kill, { -1ull, SIGKILL } },
	{ SYS_sethostname, { PTR(host_name), sizeof(host_name) - 1 } },
	{ SYS_setdomainname, { PTR(host_name), sizeof(host_name) - 1 } },
	{ SYS_settimeofday, { PTR(&now_tv), 0 } },
	{ SYS_clock_settime, { CLOCK_REALTIME, PTR(&now_ts) } },
	{ SYS_adjtimex, { PTR(&no_timex) } },
	{ SYS_clock_adjtime, { CLOCK_REALTIME, PTR(&no_timex) } },
	{ SYS_syslog, { 3, PTR(area[0]), 64 } },
	{ SYS_add_key, { PTR(type_name), PTR(host_name), PTR(area[0]), 8,
			 PTR(KEY_SPEC_USER_KEYRING) } },
	{ SYS_socket, { AF_INET, SOCK_STREAM, 0 } },
	{ SYS_socketpair, { AF_UNIX, SOCK_DGRAM, 0, PTR(area[0]) } },
	{ SYS_shmget, { IPC_PRIVATE, 4096, IPC_CREAT | 0600 } },
	{ SYS_semget, { IPC_PRIVATE, 1, IPC_CREAT | 0600 } },
	{ SYS_msgget, { IPC_PRIVATE, IPC_CREAT | 0600 } },
	{ SYS_mq_open, { PTR(file_name), O_RDWR | O_CREAT, 0600, 0 } },
	{ SYS_memfd_create, { PTR(file_name), 0 } },
	{ SYS_mkdir, { PTR(other_name), 0700 } },
	{ SYS_mount, { PTR(fs_name), PTR(folder_name), PTR(fs_name), 0, 0 } },
	{ SYS_unshare, { CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC } },
	{ SYS_iopl, { 3 } },
	{ SYS_ioperm, { 0x80, 1, 1 } },
	{ SYS_mlockall, { MCL_CURRENT | MCL_FUTURE } },
	{ SYS_setpriority, { 0, 0, -20ull } },
	{ SYS_mknod, { PTR(other_name), S_IFCHR | 0666, 0x103 } },
};

/*
 * Numbers whose calls would set the clock of home, or silence its console on which
 * the tests look for complaints: no arguments but what cannot be right, and own ones.
 */
static const uint64_t careful[] = {
	SYS_settimeofday, SYS_clock_settime, SYS_adjtimex, SYS_clock_adjtime,
	SYS_syslog,
};

static const uint64_t beyond[] = {
	471, 480, 500, 512, 547, 548, 1000, 4096, 65535, NR_INT80 - 1,
	0x7fffffff, 0x80000000, 0xffffffff,
	NR_X32, NR_X32 + 1, NR_X32 + 2, NR_X32 + 16, NR_X32 + 39, NR_X32 + 57,
	NR_X32 + 59, NR_X32 + 62, NR_X32 + 170, NR_X32 + 200, NR_X32 + 512,
	NR_X32 + 520, NR_X32 + 547,
	/* getpid, read, write, open, kill and sethostname of 32 bits */
	NR_INT80 + 20, NR_INT80 + 3, NR_INT80 + 4, NR_INT80 + 5, NR_INT80 + 37,
	NR_INT80 + 74,
};

enum { NUMBERS = 471 + ARRAY_SIZE(beyond) };

static inline uint64_t number_of(unsigned int i)
{
	return i < 471 ? i : beyond[i - 471];
}

static inline bool is_careful(uint64_t nr)
{
	for (size_t i = 0; i < ARRAY_SIZE(careful); i++)
		if (careful[i] == nr)
			return true;
	return false;
}

static inline const uint64_t *own_of(uint64_t nr)
{
	for (size_t i = 0; i < ARRAY_SIZE(own); i++)
		if (own[i].nr == nr)
			return own[i].args;
	return NULL;
}

/* What only waits, or ends whoever makes it, does so whatever it is given. */
static inline unsigned int most_sets(uint64_t nr)
{
	switch (nr) {
	case SYS_pause:
		return 1;
	case SYS_rt_sigreturn:
	case SYS_exit:
	case SYS_exit_group:
	case 335:	/* uretprobe() */
		return 4;
	default:
		return nr >= NR_INT80 && nr < 2 * NR_INT80 ? 2 : SETS;
	}
}

/**
 * arguments() - those of one try
 * @args: receives them
 * @nr: number of the call
 * @set: which, below SETS
 * @seed: of the dice
 *
 * Return: false when this one is not to be tried.
 */
static bool arguments(uint64_t args[6], uint64_t nr, unsigned int set, uint64_t seed)
{
	const uint64_t *from = set == SET_OWN ? own_of(nr) : NULL;
	uint64_t dice = victim_mix(seed ^ victim_mix(nr * SETS + set));

	if (set == SET_OWN && !from)
		return false;
	if (set >= most_sets(nr) && !from)
		return false;
	if (is_careful(nr) && set > 1 && set != 10 && set != 11 && !from)
		return false;
	if (set < SETS_FIXED)
		from = fixed[set];
	for (int i = 0; i < 6; i++) {
		dice = victim_mix(dice);
		args[i] = from ? from[i] : dice_of[dice % ARRAY_SIZE(dice_of)];
	}
	return true;
}

#endif
