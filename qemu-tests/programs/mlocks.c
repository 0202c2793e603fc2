// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory that is locked, as far as its limit allows, and unlocked again: piece
 * by piece, on fault, all that there is and all that comes.
 */
#include "memory.h"

#include <linux/capability.h>
#include <sys/resource.h>
#include <sys/syscall.h>

enum { KIB = 256, LIMIT_KIB = 1024, BYTES = KIB * 1024 };

/* Whoever may lock has no limit. */
static void drop_right(void)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2];
	struct rlimit limit = { LIMIT_KIB * 1024, LIMIT_KIB * 1024 };

	CHECK_CALL(syscall(SYS_capget, &head, data));
	data[0].effective &= ~(1u << CAP_IPC_LOCK);
	data[0].permitted &= ~(1u << CAP_IPC_LOCK);
	CHECK_CALL(syscall(SYS_capset, &head, data));
	CHECK_CALL(setrlimit(RLIMIT_MEMLOCK, &limit));
}

static void check_locked(long kib, const char *when)
{
	long is = memory_locked_kib();

	CHECK(is == kib, "%s: %ld KiB are locked, not %ld", when, is, kib);
}

static char *map(size_t bytes)
{
	return memory_map(bytes / PAGE, PROT_READ | PROT_WRITE);
}

static void fill(char *at, unsigned char with)
{
	for (size_t i = 0; i < BYTES; i += PAGE)
		memset(at + i, with + i / PAGE, PAGE);
}

static void check(const char *at, unsigned char with, const char *when)
{
	for (size_t i = 0; i < BYTES; i += 512)
		CHECK((unsigned char)at[i] == (unsigned char)(with + i / PAGE),
		      "%s: byte %zu is %d", when, i, at[i]);
}

static void check_refused(int ret, int error, const char *what)
{
	CHECK(ret < 0 && errno == error, "%s: %d, %s", what, ret,
	      strerror(errno));
}

static void piece_by_piece(void)
{
	char *at = map(BYTES), *hole;

	fill(at, 1);
	CHECK_CALL(mlock(at, BYTES));
	check_locked(KIB, "mlock");
	check(at, 1, "locked");
	fill(at, 2);
	CHECK_CALL(munlock(at + BYTES / 4, BYTES / 4));
	check_locked(KIB * 3 / 4, "munlock of a quarter");
	CHECK_CALL(mprotect(at, BYTES / 2, PROT_READ));
	check_locked(KIB * 3 / 4, "mprotect");
	check(at, 2, "after mprotect");
	check_refused(madvise(at, PAGE, MADV_DONTNEED), EINVAL,
		      "locked memory thrown away");
	CHECK_CALL(munmap(at, BYTES));
	check_locked(0, "munmap");

	at = map(2 * BYTES);
	hole = at + BYTES;
	CHECK_CALL(munmap(hole, BYTES));
	check_refused(mlock(at, 2 * BYTES), ENOMEM, "mlock of nothing");
	CHECK_CALL(munlock(at, BYTES));
	check_locked(0, "munlock");
	check_refused(syscall(SYS_mlock2, at, BYTES, 2), EINVAL, "odd flags");
	CHECK_CALL(mlock2(at, BYTES, MLOCK_ONFAULT));
	check_locked(KIB, "mlock2");
	fill(at, 3);
	check(at, 3, "locked on fault");
	CHECK_CALL(munmap(at, BYTES));
}

static void too_much(void)
{
	char *at = map(2 * LIMIT_KIB * 1024);

	check_refused(mlock(at, 2 * LIMIT_KIB * 1024), ENOMEM,
		      "more than the limit");
	check_locked(0, "a lock that was refused");
	CHECK_CALL(munmap(at, 2 * LIMIT_KIB * 1024));
}

static void all_that_comes(void)
{
	char *before = map(BYTES), *at;

	CHECK_CALL(mlockall(MCL_FUTURE));
	at = map(BYTES);
	check_locked(KIB, "mlockall");
	fill(at, 4);
	check(at, 4, "locked as it came");
	at = mremap(at, BYTES, 2 * BYTES, MREMAP_MAYMOVE);
	CHECK(at != MAP_FAILED, "mremap: %s", strerror(errno));
	check_locked(2 * KIB, "mremap");
	check(at, 4, "after mremap");
	fill(at + BYTES, 5);
	check_refused(mmap(NULL, LIMIT_KIB * 1024, PROT_READ, MAP_PRIVATE |
			   MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? -1 : 0, EAGAIN,
		      "more than the limit comes");
	CHECK_CALL(munlockall());
	check_locked(0, "munlockall");
	check(at + BYTES, 5, "unlocked");
	CHECK_CALL(munmap(before, BYTES));
	CHECK_CALL(munmap(at, 2 * BYTES));
}

int main(int argc, char **argv)
{
	char *kept;

	victim_begin(argc, argv);
	drop_right();
	kept = map(BYTES);
	while (victim_next()) {
		if (victim.done)
			check(kept, victim.done, "between rounds");
		CHECK_CALL(munlock(kept, BYTES));
		piece_by_piece();
		too_much();
		all_that_comes();
		/* It is locked whenever it is moved. */
		CHECK_CALL(mlock(kept, BYTES));
		fill(kept, victim.done + 1);
	}
	return victim_pass();
}
