/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Types for pure C: files that hold arithmetic, codecs and state machines and
 * are compiled into the kernel, the unit tests, the simulator and the packet
 * checker alike.
 *
 * This is the one and only place that asks for __KERNEL__. It shims types and
 * constant helpers, never services: no lock, no allocation, no clock, no
 * output. A pure file that needs the time or a random number takes it as an
 * argument.
 */
#ifndef MOSIX_PURE_H
#define MOSIX_PURE_H

#ifdef __KERNEL__

#include <linux/array_size.h>
#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/stddef.h>
#include <linux/types.h>
#include <asm/byteorder.h>

#else /* user space */

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>

/* u64 is long long as in the kernel: printf("%llu") is right in both. */
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef signed char s8;
typedef signed short s16;
typedef signed int s32;
typedef signed long long s64;

#ifndef __bitwise
#define __bitwise
#endif
typedef u16 __bitwise __le16;
typedef u32 __bitwise __le32;
typedef u64 __bitwise __le64;

#define U8_MAX ((u8)~0U)
#define U16_MAX ((u16)~0U)
#define U32_MAX ((u32)~0U)
#define U64_MAX ((u64)~0ULL)
#define S32_MAX ((s32)(U32_MAX >> 1))
#define S64_MAX ((s64)(U64_MAX >> 1))
#define S64_MIN (-S64_MAX - 1)

#define BIT(n) (1UL << (n))
#define BIT_ULL(n) (1ULL << (n))
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* As in the kernel a message may be given or not; it is not shown here. */
#undef static_assert
#define static_assert(expr, ...) \
	extern char pure_static_assert[(expr) ? 1 : -1] \
		__attribute__((__unused__))

/* Arguments are evaluated once; as in the kernel, types must agree. */
#define min(a, b) ({						\
	__auto_type pure_min_a = (a);				\
	__typeof__(pure_min_a) pure_min_b = (b);		\
	pure_min_a < pure_min_b ? pure_min_a : pure_min_b; })
#define max(a, b) ({						\
	__auto_type pure_max_a = (a);				\
	__typeof__(pure_max_a) pure_max_b = (b);		\
	pure_max_a > pure_max_b ? pure_max_a : pure_max_b; })
#define min_t(type, a, b) min((type)(a), (type)(b))
#define max_t(type, a, b) max((type)(a), (type)(b))
#define clamp(v, lo, hi) min(max(v, lo), hi)

#define fallthrough __attribute__((__fallthrough__))
#define __must_check __attribute__((__warn_unused_result__))

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define cpu_to_le16(x) ((__le16)(u16)(x))
#define cpu_to_le32(x) ((__le32)(u32)(x))
#define cpu_to_le64(x) ((__le64)(u64)(x))
#define le16_to_cpu(x) ((u16)(x))
#define le32_to_cpu(x) ((u32)(x))
#define le64_to_cpu(x) ((u64)(x))
#else
#define cpu_to_le16(x) ((__le16)__builtin_bswap16((u16)(x)))
#define cpu_to_le32(x) ((__le32)__builtin_bswap32((u32)(x)))
#define cpu_to_le64(x) ((__le64)__builtin_bswap64((u64)(x)))
#define le16_to_cpu(x) __builtin_bswap16((u16)(x))
#define le32_to_cpu(x) __builtin_bswap32((u32)(x))
#define le64_to_cpu(x) __builtin_bswap64((u64)(x))
#endif

#endif /* __KERNEL__ */

#endif /* MOSIX_PURE_H */
