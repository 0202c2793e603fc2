// SPDX-License-Identifier: GPL-2.0-only
/*
 * The wall clock of home, where the body is.
 *
 * The vDSO shows it by an offset (kernel/clock.c). The calls that read it have to
 * show the same, and a wait on a futex until one of its times has to end then.
 * The other waits are timed at home.
 */
#include "body.h"

#include "../kernel/clock.h"

#include <linux/futex.h>
#include <linux/ktime.h>
#include <linux/time.h>
#include <linux/timekeeping.h>
#include <linux/uaccess.h>

#include <asm/unistd.h>

static void to_home(struct timespec64 *ts)
{
	const struct timespec64 ahead =
		ns_to_timespec64(mosix_clock_real_ahead());

	*ts = timespec64_add(*ts, ahead);
}

static ktime_t to_host(ktime_t time)
{
	s64 ahead = mosix_clock_real_ahead();

	if (ahead < 0)
		return ktime_add_safe(time, -ahead);
	return max(time - ahead, 0LL);
}

static long get_time(const u64 *args)
{
	struct timespec64 now;

	switch ((clockid_t)args[0]) {
	case CLOCK_REALTIME:
		ktime_get_real_ts64(&now);
		break;
	case CLOCK_REALTIME_COARSE:
		ktime_get_coarse_real_ts64(&now);
		break;
	default:
		ktime_get_clocktai_ts64(&now);
	}
	to_home(&now);
	return put_timespec64(&now, (void __user *)args[1]);
}

static long get_time_of_day(const u64 *args)
{
	struct __kernel_old_timeval __user *tv = (void __user *)args[0];
	struct timespec64 now;

	ktime_get_real_ts64(&now);
	to_home(&now);
	if (tv && (put_user(now.tv_sec, &tv->tv_sec) ||
		   put_user(now.tv_nsec / NSEC_PER_USEC, &tv->tv_usec)))
		return -EFAULT;
	if (args[1] &&
	    copy_to_user((void __user *)args[1], &sys_tz, sizeof(sys_tz)))
		return -EFAULT;
	return 0;
}

static long get_seconds(const u64 *args)
{
	__kernel_old_time_t __user *to = (void __user *)args[0];
	struct timespec64 now;

	ktime_get_coarse_real_ts64(&now);
	to_home(&now);
	if (to && put_user(now.tv_sec, to))
		return -EFAULT;
	return now.tv_sec;
}

static bool is_wall_clock(const struct mosix_call_ctx *ctx)
{
	clockid_t id = ctx->args[0];

	return ctx->nr == __NR_clock_gettime &&
	       (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE ||
		id == CLOCK_TAI);
}

static bool waits_for_wall_clock(const u64 *args)
{
	if (!args[3])
		return false;
	switch (args[1] & FUTEX_CMD_MASK) {
	case FUTEX_LOCK_PI:
		return true;	/* has no other clock */
	case FUTEX_LOCK_PI2:
	case FUTEX_WAIT_BITSET:
	case FUTEX_WAIT_REQUEUE_PI:
		return args[1] & FUTEX_CLOCK_REALTIME;
	default:
		return false;
	}
}

static long wait_futex(const u64 *args)
{
	struct timespec64 until;
	ktime_t time;

	if (get_timespec64(&until, (void __user *)args[3]))
		return -EFAULT;
	if (!timespec64_valid(&until))
		return -EINVAL;
	time = to_host(timespec64_to_ktime(until));
	return do_futex((void __user *)args[0], args[1], args[2], &time,
			(void __user *)args[4], args[3], args[5]);
}

/* The newer futex calls, which hardly anybody makes, by their clock. */
static bool is_newer_wait(const struct mosix_call_ctx *ctx)
{
	const u64 *args = ctx->args;

	switch (ctx->nr) {
	case __NR_futex_waitv:
		return args[3] && (clockid_t)args[4] == CLOCK_REALTIME;
	case __NR_futex_wait:
		return args[4] && (clockid_t)args[5] == CLOCK_REALTIME;
	default:
		return false;
	}
}

/**
 * mosix_walltime_makes - make a call that is about the wall clock
 * @ctx: a call that is to be carried out here
 * @ret: receives its result if it is one
 *
 * Return: false when it is not: the kernel's own code does it right.
 * Context: the body, in the call; may sleep.
 */
bool mosix_walltime_makes(struct mosix_call_ctx *ctx, long *ret)
{
	if (ctx->nr == __NR_gettimeofday)
		*ret = get_time_of_day(ctx->args);
	else if (ctx->nr == __NR_time)
		*ret = get_seconds(ctx->args);
	else if (is_wall_clock(ctx))
		*ret = get_time(ctx->args);
	else if (ctx->nr == __NR_futex && waits_for_wall_clock(ctx->args))
		*ret = wait_futex(ctx->args);
	else if (is_newer_wait(ctx))
		*ret = mosix_body_return(ctx);
	else
		return false;
	return true;
}
