// SPDX-License-Identifier: GPL-2.0-only
/*
 * The syscall table against this kernel, and syscall_cases.h as in user space.
 */

#include "syscall_cases.h"

#include "../kernel/migrate.h"

#include <kunit/test.h>
#include <linux/resource.h>
#include <linux/sem.h>
#include <linux/signal.h>
#include <linux/stat.h>
#include <linux/statfs.h>
#include <linux/sysinfo.h>
#include <linux/time.h>
#include <linux/times.h>
#include <linux/utsname.h>
#include <uapi/linux/eventpoll.h>
#include <asm/unistd.h>

/* The numbers of the base are dense but for this gap. */
#define GAP_FIRST 336
#define GAP_LAST 423

static void every_number_is_classified(struct kunit *test)
{
	unsigned long nr;

	for (nr = 0; nr < NR_syscalls; nr++) {
		const struct mosix_call_desc *desc = mosix_call_find(nr);
		bool gap = nr >= GAP_FIRST && nr <= GAP_LAST;

		KUNIT_EXPECT_EQ_MSG(test, !desc, gap, "call %lu", nr);
		if (!desc)
			continue;
		KUNIT_EXPECT_NE(test, desc->class, MOSIX_CALL_NONE);
		KUNIT_EXPECT_LE(test, desc->class, MOSIX_CALL_RETURN);
	}
}

static void lies_are_not_described(struct kunit *test)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(lying_cases); i++) {
		const struct lying_case *c = &lying_cases[i];
		struct wire_call call = {
			.nr = cpu_to_le64(c->nr),
			.nwin = cpu_to_le16(1),
		};
		bool known;

		call.args[3] = cpu_to_le64(c->flags);
		call.win[0].len = cpu_to_le32(64);
		call.win[0].dir = cpu_to_le16(c->dir);
		call.win[0].arg = cpu_to_le16(c->arg);
		known = mosix_windows_described(mosix_call_find(c->nr), &call);
		KUNIT_EXPECT_EQ_MSG(test, known, c->want, "%s", c->name);
	}
}

static void other_numbers_are_none(struct kunit *test)
{
	static const unsigned long numbers[] = {
		GAP_FIRST, GAP_LAST, NR_syscalls, 512, 547, 548,
		0x40000000, 0x40000200, INT_MAX, UINT_MAX, ULONG_MAX,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(numbers); i++)
		KUNIT_EXPECT_NULL_MSG(test, mosix_call_find(numbers[i]),
				      "call %lu", numbers[i]);
}

static void check_window(struct kunit *test, const struct mosix_call_desc *desc,
			 const struct mosix_window_desc *win)
{
	KUNIT_EXPECT_LT_MSG(test, win->arg, MOSIX_CALL_ARGS, "%s", desc->name);
	KUNIT_EXPECT_LE_MSG(test, win->dir, MOSIX_WIN_INOUT, "%s", desc->name);
	KUNIT_EXPECT_LE_MSG(test, win->lenkind, MOSIX_LEN_STR, "%s",
			    desc->name);
	KUNIT_EXPECT_GT_MSG(test, win->scale, 0, "%s", desc->name);
	if (win->lenkind == MOSIX_LEN_ARG)
		KUNIT_EXPECT_LT_MSG(test, win->len, MOSIX_CALL_ARGS, "%s",
				    desc->name);
	if (win->lenkind == MOSIX_LEN_FIXED)
		KUNIT_EXPECT_GT_MSG(test, win->len, 0, "%s", desc->name);
	if (win->lenkind == MOSIX_LEN_STR)
		KUNIT_EXPECT_EQ_MSG(test, win->dir, MOSIX_WIN_IN, "%s",
				    desc->name);
	/* What a failed call did not write must be what was there. */
	if (win->back == MOSIX_BACK_ALWAYS)
		KUNIT_EXPECT_EQ_MSG(test, win->dir, MOSIX_WIN_INOUT, "%s",
				    desc->name);
	/* A length in elements that come back by the byte would be wrong. */
	if (win->back == MOSIX_BACK_RET)
		KUNIT_EXPECT_EQ_MSG(test, win->lenkind, MOSIX_LEN_ARG, "%s",
				    desc->name);
}

static void check_call(struct kunit *test, const struct mosix_call_desc *desc)
{
	bool handled = desc->class == MOSIX_CALL_BOTH ||
		       desc->class == MOSIX_CALL_SPECIAL;
	bool sent = handled || desc->class == MOSIX_CALL_HOME;
	bool ended = false;
	int i;

	KUNIT_EXPECT_EQ_MSG(test, !!desc->handler, handled, "%s", desc->name);
	for (i = 0; i < MOSIX_CALL_WINDOWS; i++) {
		const struct mosix_window_desc *win = &desc->win[i];

		ended |= win->dir == MOSIX_WIN_NONE;
		if (win->dir == MOSIX_WIN_NONE)
			continue;
		KUNIT_EXPECT_TRUE_MSG(test, sent, "%s", desc->name);
		KUNIT_EXPECT_FALSE_MSG(test, ended, "%s", desc->name);
		check_window(test, desc, win);
	}
}

static void every_call_is_consistent(struct kunit *test)
{
	unsigned long nr;

	for (nr = 0; nr < NR_syscalls; nr++)
		if (mosix_call_find(nr))
			check_call(test, mosix_call_find(nr));
}

static void classes_are_as_meant(struct kunit *test)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(class_cases); i++) {
		const struct class_case *c = &class_cases[i];
		const struct mosix_call_desc *desc = mosix_call_find(c->nr);

		KUNIT_EXPECT_STREQ(test, desc->name, c->name);
		KUNIT_EXPECT_EQ_MSG(test, desc->class, c->want, "%s", c->name);
	}
}

static void windows_are_as_meant(struct kunit *test)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(window_cases); i++) {
		const struct window_case *c = &window_cases[i];
		const struct mosix_window_desc *win;

		win = &mosix_call_find(c->nr)->win[c->index];
		KUNIT_EXPECT_EQ(test, win->arg, c->want.arg);
		KUNIT_EXPECT_EQ(test, win->dir, c->want.dir);
		KUNIT_EXPECT_EQ(test, win->lenkind, c->want.lenkind);
		KUNIT_EXPECT_EQ(test, win->scale, c->want.scale);
		KUNIT_EXPECT_EQ(test, win->len, c->want.len);
		KUNIT_EXPECT_EQ(test, win->back, c->want.back);
	}
	for (i = 0; i < ARRAY_SIZE(zero_cases); i++) {
		const struct zero_case *c = &zero_cases[i];

		KUNIT_EXPECT_EQ(test, mosix_call_find(c->nr)->zero_arg, c->arg);
		KUNIT_EXPECT_EQ(test, mosix_call_find(c->nr)->zero_mask,
				c->mask);
	}
}

static void interrupted_calls_are_made_again(struct kunit *test)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(again_cases); i++) {
		const struct again_case *c = &again_cases[i];
		long want = c->want ? -ERESTARTNOHAND : -EINTR;

		KUNIT_EXPECT_EQ(test, mosix_call_soften(c->nr, -EINTR), want);
		KUNIT_EXPECT_EQ(test, mosix_call_soften(c->nr, -EIO), -EIO);
		KUNIT_EXPECT_EQ(test, mosix_call_soften(c->nr, 4), 4);
	}
	KUNIT_EXPECT_EQ(test, mosix_call_soften(-1, -EINTR), -EINTR);
}

/* The type behind each fixed length. */
static const struct length_case {
	u16 nr;
	u8 arg;
	size_t want;
} length_cases[] = {
	{ __NR_stat, 1, sizeof(struct stat) },
	{ __NR_fstat, 1, sizeof(struct stat) },
	{ __NR_lstat, 1, sizeof(struct stat) },
	{ __NR_newfstatat, 2, sizeof(struct stat) },
	{ __NR_statx, 4, sizeof(struct statx) },
	{ __NR_statfs, 1, sizeof(struct statfs) },
	{ __NR_fstatfs, 1, sizeof(struct statfs) },
	{ __NR_uname, 0, sizeof(struct new_utsname) },
	{ __NR_sysinfo, 0, sizeof(struct sysinfo) },
	{ __NR_times, 0, sizeof(struct tms) },
	{ __NR_getrusage, 1, sizeof(struct rusage) },
	{ __NR_wait4, 1, sizeof(int) },
	{ __NR_wait4, 3, sizeof(struct rusage) },
	{ __NR_waitid, 2, sizeof(siginfo_t) },
	{ __NR_waitid, 4, sizeof(struct rusage) },
	{ __NR_getrlimit, 1, sizeof(struct rlimit) },
	{ __NR_setrlimit, 1, sizeof(struct rlimit) },
	{ __NR_prlimit64, 2, sizeof(struct rlimit64) },
	{ __NR_prlimit64, 3, sizeof(struct rlimit64) },
	{ __NR_rt_sigaction, 1, sizeof(struct sigaction) },
	{ __NR_rt_sigaction, 2, sizeof(struct sigaction) },
	{ __NR_rt_sigprocmask, 1, sizeof(sigset_t) },
	{ __NR_rt_sigprocmask, 2, sizeof(sigset_t) },
	{ __NR_rt_sigtimedwait, 0, sizeof(sigset_t) },
	{ __NR_rt_sigtimedwait, 1, sizeof(siginfo_t) },
	{ __NR_rt_sigtimedwait, 2, sizeof(struct __kernel_timespec) },
	{ __NR_nanosleep, 0, sizeof(struct __kernel_timespec) },
	{ __NR_nanosleep, 1, sizeof(struct __kernel_timespec) },
	{ __NR_ppoll, 2, sizeof(struct __kernel_timespec) },
	{ __NR_clock_nanosleep, 2, sizeof(struct __kernel_timespec) },
	{ __NR_clock_nanosleep, 3, sizeof(struct __kernel_timespec) },
	{ __NR_clock_gettime, 1, sizeof(struct __kernel_timespec) },
	{ __NR_clock_settime, 1, sizeof(struct __kernel_timespec) },
	{ __NR_clock_getres, 1, sizeof(struct __kernel_timespec) },
	{ __NR_sched_rr_get_interval, 1,
	  sizeof(struct __kernel_timespec) },
	{ __NR_sched_getparam, 1, sizeof(struct sched_param) },
	{ __NR_getitimer, 1, sizeof(struct __kernel_old_itimerval) },
	{ __NR_setitimer, 1, sizeof(struct __kernel_old_itimerval) },
	{ __NR_setitimer, 2, sizeof(struct __kernel_old_itimerval) },
	{ __NR_timer_create, 1, sizeof(struct sigevent) },
	{ __NR_timer_create, 2, sizeof(timer_t) },
	{ __NR_timer_settime, 2, sizeof(struct __kernel_itimerspec) },
	{ __NR_timer_settime, 3, sizeof(struct __kernel_itimerspec) },
	{ __NR_timer_gettime, 1, sizeof(struct __kernel_itimerspec) },
	{ __NR_timerfd_settime, 2, sizeof(struct __kernel_itimerspec) },
	{ __NR_timerfd_settime, 3, sizeof(struct __kernel_itimerspec) },
	{ __NR_timerfd_gettime, 1, sizeof(struct __kernel_itimerspec) },
	{ __NR_utime, 1, 2 * sizeof(__kernel_old_time_t) },
	{ __NR_utimes, 1, 2 * sizeof(struct __kernel_old_timeval) },
	{ __NR_futimesat, 2, 2 * sizeof(struct __kernel_old_timeval) },
	{ __NR_utimensat, 2, 2 * sizeof(struct __kernel_timespec) },
	{ __NR_epoll_ctl, 3, sizeof(struct epoll_event) },
	{ __NR_epoll_pwait2, 3, sizeof(struct __kernel_timespec) },
	{ __NR_semtimedop, 3, sizeof(struct __kernel_timespec) },
	{ __NR_mq_timedsend, 4, sizeof(struct __kernel_timespec) },
	{ __NR_mq_timedreceive, 3, sizeof(unsigned int) },
	{ __NR_mq_timedreceive, 4, sizeof(struct __kernel_timespec) },
	{ __NR_pipe, 0, 2 * sizeof(int) },
	{ __NR_pipe2, 0, 2 * sizeof(int) },
	{ __NR_socketpair, 3, 2 * sizeof(int) },
	{ __NR_sendfile, 2, sizeof(loff_t) },
	{ __NR_splice, 1, sizeof(loff_t) },
	{ __NR_splice, 3, sizeof(loff_t) },
	{ __NR_copy_file_range, 1, sizeof(loff_t) },
	{ __NR_copy_file_range, 3, sizeof(loff_t) },
	{ __NR_getresuid, 0, sizeof(uid_t) },
	{ __NR_getresuid, 1, sizeof(uid_t) },
	{ __NR_getresuid, 2, sizeof(uid_t) },
	{ __NR_getresgid, 0, sizeof(gid_t) },
	{ __NR_getresgid, 1, sizeof(gid_t) },
	{ __NR_getresgid, 2, sizeof(gid_t) },
};

/* Fixed lengths, all of them, are those of the types that the kernel reads and writes. */
static void lengths_are_those_of_the_types(struct kunit *test)
{
	size_t seen = 0;
	unsigned long nr;
	size_t i;
	int w;

	for (i = 0; i < ARRAY_SIZE(length_cases); i++) {
		const struct length_case *c = &length_cases[i];
		const struct mosix_call_desc *desc = mosix_call_find(c->nr);

		for (w = 0; w < MOSIX_CALL_WINDOWS; w++)
			if (desc->win[w].dir && desc->win[w].arg == c->arg)
				break;
		KUNIT_ASSERT_LT_MSG(test, w, MOSIX_CALL_WINDOWS, "%s",
				    desc->name);
		KUNIT_EXPECT_EQ_MSG(test, desc->win[w].len, c->want, "%s",
				    desc->name);
	}
	for (nr = 0; nr < NR_syscalls; nr++) {
		const struct mosix_call_desc *desc = mosix_call_find(nr);

		for (w = 0; desc && w < MOSIX_CALL_WINDOWS; w++)
			seen += desc->win[w].lenkind == MOSIX_LEN_FIXED;
	}
	KUNIT_EXPECT_EQ(test, seen, ARRAY_SIZE(length_cases));
}

static void options_are_as_meant(struct kunit *test)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(option_names); i++)
		KUNIT_EXPECT_STREQ(test,
				   mosix_call_find(option_names[i].nr)->name,
				   option_names[i].name);
	for (i = 0; i < ARRAY_SIZE(option_cases); i++) {
		const struct option_case *c = &option_cases[i];

		KUNIT_EXPECT_EQ_MSG(test,
				    mosix_option_class(c->nr, c->args,
						       OPTION_SELF),
				    c->want, "%s", c->name);
	}
}

static struct kunit_case syscall_tests[] = {
	KUNIT_CASE(every_number_is_classified),
	KUNIT_CASE(other_numbers_are_none),
	KUNIT_CASE(lies_are_not_described),
	KUNIT_CASE(every_call_is_consistent),
	KUNIT_CASE(classes_are_as_meant),
	KUNIT_CASE(windows_are_as_meant),
	KUNIT_CASE(interrupted_calls_are_made_again),
	KUNIT_CASE(lengths_are_those_of_the_types),
	KUNIT_CASE(options_are_as_meant),
	{}
};

static struct kunit_suite syscall_suite = {
	.name = "mosix-syscall",
	.test_cases = syscall_tests,
};

kunit_test_suite(syscall_suite);
