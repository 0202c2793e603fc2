/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MOSIX_DEPUTY_SYSCALL_CASES_H
#define MOSIX_DEPUTY_SYSCALL_CASES_H

/* Plain data for syscall_kunit.c and test/run.c: what the table must say. */

#include "option.h"
#include "window.h"

/**
 * struct class_case - A call that must not fall into another class.
 * @name: Name of the call.
 * @nr: Its number, written here a second time on purpose.
 * @want: Its class.
 */
struct class_case {
	const char *name;
	u16 nr;
	u8 want;
};

static const struct class_case class_cases[] = {
	/* Sent blindly, these make tasks, or take the deputy's registers. */
	{ "rt_sigreturn", 15, MOSIX_CALL_SPECIAL },
	{ "clone", 56, MOSIX_CALL_SPECIAL },
	{ "fork", 57, MOSIX_CALL_SPECIAL },
	{ "vfork", 58, MOSIX_CALL_SPECIAL },
	{ "execve", 59, MOSIX_CALL_HOME },
	{ "exit", 60, MOSIX_CALL_LOCAL },
	{ "ptrace", 101, MOSIX_CALL_RETURN },
	{ "sigaltstack", 131, MOSIX_CALL_LOCAL },
	{ "modify_ldt", 154, MOSIX_CALL_RETURN },
	{ "arch_prctl", 158, MOSIX_CALL_SPECIAL },
	{ "iopl", 172, MOSIX_CALL_RETURN },
	{ "ioperm", 173, MOSIX_CALL_RETURN },
	{ "exit_group", 231, MOSIX_CALL_LOCAL },
	{ "execveat", 322, MOSIX_CALL_HOME },
	{ "rseq", 334, MOSIX_CALL_LOCAL },
	{ "uretprobe", 335, MOSIX_CALL_LOCAL },
	{ "io_uring_setup", 425, MOSIX_CALL_RETURN },
	{ "io_uring_enter", 426, MOSIX_CALL_RETURN },
	{ "clone3", 435, MOSIX_CALL_SPECIAL },
	/* These change the mm and would change the deputy's alone. */
	{ "mmap", 9, MOSIX_CALL_BOTH },
	{ "mprotect", 10, MOSIX_CALL_BOTH },
	{ "munmap", 11, MOSIX_CALL_BOTH },
	{ "brk", 12, MOSIX_CALL_BOTH },
	{ "mremap", 25, MOSIX_CALL_BOTH },
	{ "madvise", 28, MOSIX_CALL_BOTH },
	{ "shmat", 30, MOSIX_CALL_RETURN },
	{ "io_setup", 206, MOSIX_CALL_RETURN },
	{ "remap_file_pages", 216, MOSIX_CALL_RETURN },
	{ "userfaultfd", 323, MOSIX_CALL_RETURN },
	{ "map_shadow_stack", 453, MOSIX_CALL_RETURN },
	{ "mseal", 462, MOSIX_CALL_BOTH },
	/* These wait in the wrong place, or with the wrong mask. */
	{ "rt_sigprocmask", 14, MOSIX_CALL_BOTH },
	{ "rt_sigsuspend", 130, MOSIX_CALL_SPECIAL },
	{ "futex", 202, MOSIX_CALL_LOCAL },
	{ "restart_syscall", 219, MOSIX_CALL_SPECIAL },
	{ "pselect6", 270, MOSIX_CALL_SPECIAL },
	{ "ppoll", 271, MOSIX_CALL_SPECIAL },
	{ "epoll_pwait", 281, MOSIX_CALL_SPECIAL },
	{ "epoll_pwait2", 441, MOSIX_CALL_SPECIAL },
	{ "seccomp", 317, MOSIX_CALL_RETURN },
	/* A guest that made these itself would touch its host. */
	{ "read", 0, MOSIX_CALL_HOME },
	{ "open", 2, MOSIX_CALL_HOME },
	{ "socket", 41, MOSIX_CALL_HOME },
	{ "kill", 62, MOSIX_CALL_HOME },
	{ "uname", 63, MOSIX_CALL_HOME },
	{ "setuid", 105, MOSIX_CALL_RETURN },
	{ "getppid", 110, MOSIX_CALL_HOME },
	{ "mount", 165, MOSIX_CALL_HOME },
	{ "reboot", 169, MOSIX_CALL_HOME },
	{ "bpf", 321, MOSIX_CALL_HOME },
};

/**
 * struct window_case - One window, as the generator must have made it.
 * @nr: Number of the call.
 * @index: Which of its windows.
 * @want: The window.
 */
struct window_case {
	u16 nr;
	u8 index;
	struct mosix_window_desc want;
};

static const struct window_case window_cases[] = {
	/* read(fd, buf, count) */
	{ 0, 0, { 1, MOSIX_WIN_OUT, MOSIX_LEN_ARG, 1, 2, MOSIX_BACK_RET } },
	{ 0, 1, { 0, MOSIX_WIN_NONE, 0, 0, 0, 0 } },
	/* write(fd, buf, count) */
	{ 1, 0, { 1, MOSIX_WIN_IN, MOSIX_LEN_ARG, 1, 2, MOSIX_BACK_OK } },
	/* stat(path, buf) */
	{ 4, 0, { 0, MOSIX_WIN_IN, MOSIX_LEN_STR, 1, 0, MOSIX_BACK_OK } },
	{ 4, 1, { 1, MOSIX_WIN_OUT, MOSIX_LEN_FIXED, 1, 144, MOSIX_BACK_OK } },
	{ 4, 2, { 0, MOSIX_WIN_NONE, 0, 0, 0, 0 } },
	/* wait4(pid, status, options, usage): untouched when nobody ended */
	{ 61, 0, { 1, MOSIX_WIN_INOUT, MOSIX_LEN_FIXED, 1, 4, MOSIX_BACK_OK } },
	{ 61, 1, { 3, MOSIX_WIN_INOUT, MOSIX_LEN_FIXED, 1, 144,
		   MOSIX_BACK_OK } },
	/* getxattr(path, name, value, size) */
	{ 191, 2, { 2, MOSIX_WIN_OUT, MOSIX_LEN_ARG, 1, 3, MOSIX_BACK_RET } },
	/* epoll_wait(fd, events, maxevents, timeout): elements, not bytes */
	{ 232, 0, { 1, MOSIX_WIN_OUT, MOSIX_LEN_ARG, 12, 2, MOSIX_BACK_RET } },
	/* poll(fds, nfds, timeout): nothing is ready when a signal ends it */
	{ 7, 0, { 0, MOSIX_WIN_INOUT, MOSIX_LEN_ARG, 8, 1,
		  MOSIX_BACK_ALWAYS } },
	/* ppoll(fds, nfds, timeout, mask, size) */
	{ 271, 0, { 0, MOSIX_WIN_INOUT, MOSIX_LEN_ARG, 8, 1,
		    MOSIX_BACK_ALWAYS } },
	/* nanosleep(want, left): what is left is written when it fails */
	{ 35, 1, { 1, MOSIX_WIN_INOUT, MOSIX_LEN_FIXED, 1, 16,
		   MOSIX_BACK_ALWAYS } },
	/* select(): none, there are four */
	{ 23, 0, { 0, MOSIX_WIN_NONE, 0, 0, 0, 0 } },
	/* ioctl(): none, the driver knows */
	{ 16, 0, { 0, MOSIX_WIN_NONE, 0, 0, 0, 0 } },
};

/**
 * struct lying_case - A call with one window, and whether such a call has it.
 * @name: The claim.
 * @nr: Number of the call.
 * @arg: Argument that the window is behind.
 * @dir: enum wire_window_dir.
 * @flags: Its fourth argument.
 * @want: 1 when it may have it.
 */
struct lying_case {
	const char *name;
	u16 nr;
	u8 arg;
	u8 dir;
	u64 flags;
	u8 want;
};

static const struct lying_case lying_cases[] = {
	{ "what read reads", 0, 1, WINDOW_OUT, 0, 1 },
	{ "much of it", 0, 1, WINDOW_OUT | WINDOW_BULK, 0, 1 },
	{ "what write writes", 1, 1, WINDOW_IN, 0, 1 },
	{ "much of that", 1, 1, WINDOW_IN | WINDOW_BULK, 0, 1 },
	{ "a path", 4, 0, WINDOW_IN, 0, 1 },
	{ "a buffer that read would send", 0, 1, WINDOW_IN, 0, 0 },
	{ "a buffer of read both ways", 0, 1, WINDOW_INOUT, 0, 0 },
	{ "a descriptor as a window", 0, 0, WINDOW_IN, 0, 0 },
	{ "a length as a window", 0, 2, WINDOW_OUT, 0, 0 },
	{ "a large struct stat", 5, 1, WINDOW_OUT | WINDOW_BULK, 0, 0 },
	{ "a large path", 4, 0, WINDOW_IN | WINDOW_BULK, 0, 0 },
	{ "what munmap unmaps", 11, 0, WINDOW_IN, 0, 0 },
	{ "where mmap maps", 9, 0, WINDOW_OUT, 0, 0 },
	{ "a call that has none", 3, 0, WINDOW_IN, 0, 0 },
	{ "what sendto sends", 44, 1, WINDOW_IN, 0, 1 },
	{ "the same without a copy", 44, 1, WINDOW_IN, 0x4000000, 0 },
};

/**
 * struct zero_case - When the windows of a call do not hold.
 * @nr: Number of the call.
 * @arg: Argument that must be 0.
 * @mask: Bits of it that must be 0.
 */
struct zero_case {
	u16 nr;
	u8 arg;
	u64 mask;
};

static const struct zero_case zero_cases[] = {
	{ 0, 0, 0 },			/* read: always */
	{ 35, 0, 0 },			/* nanosleep: always */
	{ 44, 3, 0x4000000 },		/* sendto: no MSG_ZEROCOPY */
	{ 45, 4, ~0ULL },		/* recvfrom: no address wanted */
	{ 271, 3, ~0ULL },		/* ppoll: no mask */
	{ 281, 4, ~0ULL },		/* epoll_pwait: no mask */
};

/**
 * struct again_case - May a call be made again after -EINTR?
 * @nr: Its number.
 * @want: 1 when it may.
 */
struct again_case {
	u16 nr;
	u8 want;
};

static const struct again_case again_cases[] = {
	{ 0, 1 },		/* read, of a socket with a time limit */
	{ 3, 0 },		/* close: the descriptor is gone */
	{ 35, 0 },		/* nanosleep: has its own restart */
	{ 42, 0 },		/* connect: the other side knows already */
	{ 128, 1 },		/* rt_sigtimedwait */
	{ 220, 1 },		/* semtimedop */
	{ 232, 1 },		/* epoll_wait */
	{ 281, 1 },		/* epoll_pwait */
};

/**
 * struct option_case - One call with arguments and where it belongs.
 * @name: The claim.
 * @nr: Number of the call.
 * @args: Its arguments.
 * @want: Its class.
 */
struct option_case {
	const char *name;
	u16 nr;
	u64 args[MOSIX_CALL_ARGS];
	u8 want;
};

#define OPTION_SELF 1234

static const struct option_case option_cases[] = {
	{ "MADV_DONTNEED drops on both sides", 28, { 0, 0, 4 },
	  MOSIX_CALL_BOTH },
	{ "MADV_FREE is the body's", 28, { 0, 0, 8 }, MOSIX_CALL_LOCAL },
	{ "MADV_DONTNEED_LOCKED returns", 28, { 0, 0, 24 },
	  MOSIX_CALL_RETURN },
	{ "MADV_POPULATE_WRITE fills at the body", 28, { 0, 0, 23 },
	  MOSIX_CALL_LOCAL },
	{ "MADV_SEQUENTIAL is for the files at home", 28, { 0, 0, 2 },
	  MOSIX_CALL_HOME },
	{ "MADV_REMOVE returns", 28, { 0, 0, 9 }, MOSIX_CALL_RETURN },
	{ "MADV_MERGEABLE returns", 28, { 0, 0, 12 }, MOSIX_CALL_RETURN },
	{ "MADV_COLLAPSE returns", 28, { 0, 0, 25 }, MOSIX_CALL_RETURN },
	{ "MADV_WIPEONFORK is for both copies", 28, { 0, 0, 18 },
	  MOSIX_CALL_BOTH },
	{ "asking for the personality", 135, { 0xffffffff }, MOSIX_CALL_HOME },
	{ "asking with garbage above the int", 135, { ~0ULL },
	  MOSIX_CALL_HOME },
	{ "setting the personality returns", 135, { 0x40000 },
	  MOSIX_CALL_RETURN },
	{ "an ioctl is home's", 16, { 1, 0x5401 }, MOSIX_CALL_HOME },
	{ "PAGEMAP_SCAN returns", 16, { 1, 0xc0606610 }, MOSIX_CALL_RETURN },
	{ "PR_SET_NAME names both tasks", 157, { 15 }, MOSIX_CALL_BOTH },
	{ "PR_SET_DUMPABLE returns: it may stay", 157, { 4 },
	  MOSIX_CALL_RETURN },
	{ "PR_SET_SECCOMP returns", 157, { 22 }, MOSIX_CALL_RETURN },
	{ "PR_SET_TSC returns", 157, { 26 }, MOSIX_CALL_RETURN },
	{ "PR_SET_MM returns", 157, { 35 }, MOSIX_CALL_RETURN },
	{ "PR_GET_TID_ADDRESS is the body's", 157, { 40 }, MOSIX_CALL_LOCAL },
	{ "PR_SET_THP_DISABLE returns", 157, { 41 }, MOSIX_CALL_RETURN },
	{ "PR_GET_THP_DISABLE returns", 157, { 42 }, MOSIX_CALL_RETURN },
	{ "PR_SET_SYSCALL_USER_DISPATCH returns", 157, { 59 },
	  MOSIX_CALL_RETURN },
	{ "PR_SET_MDWE returns", 157, { 65 }, MOSIX_CALL_RETURN },
	{ "an unknown prctl returns", 157, { 100000 }, MOSIX_CALL_RETURN },
	{ "ARCH_SET_FS is the body's", 158, { 0x1002 }, MOSIX_CALL_LOCAL },
	{ "ARCH_SET_CPUID returns", 158, { 0x1012 }, MOSIX_CALL_RETURN },
	{ "ARCH_REQ_XCOMP_PERM returns", 158, { 0x1023 }, MOSIX_CALL_RETURN },
	{ "ARCH_MAP_VDSO_64 returns", 158, { 0x2003 }, MOSIX_CALL_RETURN },
	{ "what an old glibc asks at start is home's", 158, { 0x3001 },
	  MOSIX_CALL_HOME },
	{ "ARCH_SHSTK_ENABLE returns", 158, { 0x5001 }, MOSIX_CALL_RETURN },
	{ "RLIMIT_NOFILE holds at home", 160, { 7 }, MOSIX_CALL_HOME },
	{ "RLIMIT_STACK returns", 160, { 3 }, MOSIX_CALL_RETURN },
	{ "RLIMIT_AS returns", 160, { 9 }, MOSIX_CALL_RETURN },
	{ "prlimit64 only asks", 302, { 0, 3, 0, 4096 }, MOSIX_CALL_HOME },
	{ "prlimit64 sets RLIMIT_STACK", 302, { 0, 3, 4096 },
	  MOSIX_CALL_RETURN },
	{ "prlimit64 sets it by the own PID", 302, { OPTION_SELF, 3, 4096 },
	  MOSIX_CALL_RETURN },
	{ "prlimit64 sets it for another", 302, { 4321, 3, 4096 },
	  MOSIX_CALL_HOME },
	{ "prlimit64 sets RLIMIT_CORE", 302, { 0, 4, 4096 },
	  MOSIX_CALL_RETURN },
	{ "prlimit64 sets RLIMIT_NOFILE", 302, { 0, 7, 4096 },
	  MOSIX_CALL_HOME },
	{ "CLOCK_MONOTONIC is read here", 228, { 1 }, MOSIX_CALL_LOCAL },
	{ "CLOCK_PROCESS_CPUTIME_ID is home's", 228, { 2 }, MOSIX_CALL_HOME },
	{ "CLOCK_BOOTTIME_ALARM is home's", 228, { 9 }, MOSIX_CALL_HOME },
	{ "a clock that is a file is home's", 228, { 0xffffffe3 },
	  MOSIX_CALL_HOME },
	{ "the own robust list, by 0", 274, { 0 }, MOSIX_CALL_LOCAL },
	{ "the own robust list, by TID", 274, { OPTION_SELF },
	  MOSIX_CALL_LOCAL },
	{ "another's robust list", 274, { 4321 }, MOSIX_CALL_HOME },
	{ "a memory barrier orders the body's CPUs", 324, { 8 },
	  MOSIX_CALL_LOCAL },
	{ "what is registered for barriers is known at home", 324, { 16 },
	  MOSIX_CALL_BOTH },
	{ "asking for it is the body's", 324, { 512 }, MOSIX_CALL_LOCAL },
	{ "a call without options", 0, { 0 }, MOSIX_CALL_NONE },
};

/**
 * struct option_name - A number of enum mosix_option_nr and its call.
 * @nr: The number.
 * @name: Name that the table must have there.
 */
struct option_name {
	u16 nr;
	const char *name;
};

static const struct option_name option_names[] = {
	{ MOSIX_OPTION_IOCTL, "ioctl" },
	{ MOSIX_OPTION_MADVISE, "madvise" },
	{ MOSIX_OPTION_PERSONALITY, "personality" },
	{ MOSIX_OPTION_PRCTL, "prctl" },
	{ MOSIX_OPTION_ARCH_PRCTL, "arch_prctl" },
	{ MOSIX_OPTION_SETRLIMIT, "setrlimit" },
	{ MOSIX_OPTION_CLOCK_GETTIME, "clock_gettime" },
	{ MOSIX_OPTION_GET_ROBUST_LIST, "get_robust_list" },
	{ MOSIX_OPTION_PRLIMIT64, "prlimit64" },
	{ MOSIX_OPTION_MEMBARRIER, "membarrier" },
};

#endif /* MOSIX_DEPUTY_SYSCALL_CASES_H */
