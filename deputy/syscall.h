/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MOSIX_DEPUTY_SYSCALL_H
#define MOSIX_DEPUTY_SYSCALL_H

/*
 * What becomes of a system call that a body makes.
 *
 * syscall.tbl has one line for each call of the base kernel; gen-syscall.sh
 * turns it into syscall-table.h, a const array of struct mosix_call_desc
 * indexed by call number, which syscall.c includes once.
 */

#include "../kernel/pure.h"

struct mosix_call_ctx;

/**
 * enum mosix_call_class - Where a body's system call is carried out.
 * @MOSIX_CALL_NONE: Not in the table: the call fails with -ENOSYS.
 * @MOSIX_CALL_LOCAL: Where the body is, by the code of the host's kernel.
 * @MOSIX_CALL_HOME: By the deputy, with the arguments as they are.
 * @MOSIX_CALL_BOTH: On both nodes, in an order that the handler keeps.
 * @MOSIX_CALL_SPECIAL: As the handler decides, by the arguments.
 * @MOSIX_CALL_RETURN: The process goes home first and makes the call there.
 */
enum mosix_call_class {
	MOSIX_CALL_NONE = 0,
	MOSIX_CALL_LOCAL = 1,
	MOSIX_CALL_HOME = 2,
	MOSIX_CALL_BOTH = 3,
	MOSIX_CALL_SPECIAL = 4,
	MOSIX_CALL_RETURN = 5,
};

enum mosix_call_limits {
	MOSIX_CALL_ARGS = 6,
	MOSIX_CALL_WINDOWS = 3,
};

/**
 * enum mosix_window_dir - Which way the bytes of a window travel.
 * @MOSIX_WIN_NONE: No window: the list of a call ends here.
 * @MOSIX_WIN_IN: With the call, from body to deputy.
 * @MOSIX_WIN_OUT: With the reply, from deputy to body.
 * @MOSIX_WIN_INOUT: Both ways.
 */
enum mosix_window_dir {
	MOSIX_WIN_NONE = 0,
	MOSIX_WIN_IN = 1,
	MOSIX_WIN_OUT = 2,
	MOSIX_WIN_INOUT = 3,
};

/**
 * enum mosix_window_lenkind - How the length of a window is found.
 * @MOSIX_LEN_ARG: The value of argument number len, times scale.
 * @MOSIX_LEN_FIXED: len bytes.
 * @MOSIX_LEN_STR: A string with its terminating NUL, PATH_MAX bytes at most.
 */
enum mosix_window_lenkind {
	MOSIX_LEN_ARG = 0,
	MOSIX_LEN_FIXED = 1,
	MOSIX_LEN_STR = 2,
};

/**
 * enum mosix_window_back - How much of an out window the reply carries.
 * @MOSIX_BACK_RET: The first (result * scale) bytes, never more than the
 *	window, when the result is positive; nothing otherwise.
 * @MOSIX_BACK_OK: The whole window when the result is not negative.
 * @MOSIX_BACK_ALWAYS: The whole window, for calls that write when they fail.
 */
enum mosix_window_back {
	MOSIX_BACK_RET = 0,
	MOSIX_BACK_OK = 1,
	MOSIX_BACK_ALWAYS = 2,
};

/**
 * struct mosix_window_desc - One buffer that a call's message carries inside.
 * @arg: Number of the argument that points to the buffer, from 0. A NULL
 *	pointer has no window: it is passed on as it is.
 * @dir: enum mosix_window_dir.
 * @lenkind: enum mosix_window_lenkind.
 * @scale: Bytes in one element, for MOSIX_LEN_ARG and MOSIX_BACK_RET.
 * @len: Argument number or bytes, as @lenkind says; 0 for a string.
 * @back: enum mosix_window_back, for MOSIX_WIN_OUT and MOSIX_WIN_INOUT.
 */
struct mosix_window_desc {
	u8 arg;
	u8 dir;
	u8 lenkind;
	u8 scale;
	u16 len;
	u8 back;
};

/**
 * struct mosix_call_desc - What syscall.tbl says about one call.
 * @name: The call's name, for traces and tests.
 * @handler: What carries out a BOTH or SPECIAL call; NULL for the others. Its
 *	value is the result of the call.
 * @zero_mask: When not 0, the windows hold only for a call in which these bits
 *	of argument @zero_arg are 0; any other call goes without windows.
 * @class: enum mosix_call_class.
 * @again: 1: the call ends with -EINTR when it is interrupted, whatever by, and
 *	has done nothing then. It may be made again when no handler ran.
 * @zero_arg: See @zero_mask.
 * @win: The windows, in order of argument; those that are used come first. A
 *	call either describes every user pointer that it takes, or none.
 */
struct mosix_call_desc {
	const char *name;
	long (*handler)(struct mosix_call_ctx *ctx);
	u64 zero_mask;
	u8 class;
	u8 again;
	u8 zero_arg;
	struct mosix_window_desc win[MOSIX_CALL_WINDOWS];
};

const struct mosix_call_desc *mosix_call_find(unsigned long nr);

#endif /* MOSIX_DEPUTY_SYSCALL_H */
