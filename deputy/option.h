/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MOSIX_DEPUTY_OPTION_H
#define MOSIX_DEPUTY_OPTION_H

/*
 * PURE. Calls of which an argument decides where they are carried out.
 *
 * Half a dozen calls are many calls in one: prctl(PR_SET_NAME) has nothing in
 * common with prctl(PR_SET_MM). syscall.tbl calls them special, and the tables
 * of option.c classify each of their options by the rule of syscall.tbl.
 */

#include "syscall.h"

/*
 * The calls whose class depends on an argument. Numbers of the x86_64 ABI,
 * which never change; the tests compare them with the names in syscall.tbl.
 */
enum mosix_option_nr {
	MOSIX_OPTION_IOCTL = 16,
	MOSIX_OPTION_MADVISE = 28,
	MOSIX_OPTION_PERSONALITY = 135,
	MOSIX_OPTION_PRCTL = 157,
	MOSIX_OPTION_ARCH_PRCTL = 158,
	MOSIX_OPTION_SETRLIMIT = 160,
	MOSIX_OPTION_CLOCK_GETTIME = 228,
	MOSIX_OPTION_GET_ROBUST_LIST = 274,
	MOSIX_OPTION_PRLIMIT64 = 302,
	MOSIX_OPTION_MEMBARRIER = 324,
};

enum mosix_call_class
mosix_option_class(unsigned long nr, const u64 args[MOSIX_CALL_ARGS], u32 self);

#endif /* MOSIX_DEPUTY_OPTION_H */
