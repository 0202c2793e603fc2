// SPDX-License-Identifier: GPL-2.0-only
/*
 * PURE. Which windows a call may have: those that its row of the table describes.
 *
 * A body plans them so; home does not believe it. A window elsewhere would be made
 * with another address than the one that home's books are kept by, and the answer
 * would take along as many bytes as a lie about a length says.
 */

#include "window.h"

static_assert(WINDOW_IN == (u32)MOSIX_WIN_IN);
static_assert(WINDOW_OUT == (u32)MOSIX_WIN_OUT);
static_assert(WINDOW_INOUT == (u32)MOSIX_WIN_INOUT);

/**
 * mosix_window_may_be_large - may its bytes travel as pages?
 * @d: the window's description
 *
 * Return: true for a buffer about which no more is said than its length.
 * Context: any; pure.
 */
bool mosix_window_may_be_large(const struct mosix_window_desc *d)
{
	if (d->lenkind != MOSIX_LEN_ARG || d->scale != 1)
		return false;
	return d->dir == MOSIX_WIN_IN ||
	       (d->dir == MOSIX_WIN_OUT && d->back == MOSIX_BACK_RET);
}

/**
 * mosix_windows_apply - has a call with these arguments its windows?
 * @desc: its row
 * @args: MOSIX_CALL_ARGS of them
 *
 * Return: false when it goes without.
 * Context: any; pure.
 */
bool mosix_windows_apply(const struct mosix_call_desc *desc, const u64 *args)
{
	return !(desc->zero_mask && (args[desc->zero_arg] & desc->zero_mask));
}

static bool is_described(const struct mosix_call_desc *desc,
			 const struct wire_window *w)
{
	u32 dir = le16_to_cpu(w->dir);
	u32 k;

	for (k = 0; k < MOSIX_CALL_WINDOWS; k++) {
		const struct mosix_window_desc *d = &desc->win[k];

		if (d->dir == MOSIX_WIN_NONE)
			break;
		if (d->arg == le16_to_cpu(w->arg))
			return d->dir == (dir & ~(u32)WINDOW_BULK) &&
			       (!(dir & WINDOW_BULK) ||
				mosix_window_may_be_large(d));
	}
	return false;
}

/**
 * mosix_windows_described - are these the windows that such a call has?
 * @desc: its row
 * @call: the call, which wire_check_payload() accepted
 *
 * It may have fewer: a pointer can be NULL.
 *
 * Return: false for what no body sends.
 * Context: any; pure.
 */
bool mosix_windows_described(const struct mosix_call_desc *desc,
			     const struct wire_call *call)
{
	u32 nwin = le16_to_cpu(call->nwin);
	u64 args[MOSIX_CALL_ARGS];
	u32 i;

	if (!nwin)
		return true;
	for (i = 0; i < MOSIX_CALL_ARGS; i++)
		args[i] = le64_to_cpu(call->args[i]);
	if (!mosix_windows_apply(desc, args))
		return false;
	for (i = 0; i < nwin; i++)
		if (!is_described(desc, &call->win[i]))
			return false;
	return true;
}
