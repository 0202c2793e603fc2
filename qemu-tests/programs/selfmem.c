// SPDX-License-Identifier: GPL-2.0-only
/*
 * A process that reads and writes its own memory as if it were another one's:
 * by process_vm_readv() and process_vm_writev(), and by /proc/self/mem, which
 * writes even where the process may only read. What is missing is told so.
 */
#include "memory.h"

#include <sys/uio.h>

enum { PAGES = 6, WORDS = PAGES * PAGE / 8 };

static uint64_t seed;
static int mem;

static uint64_t *map(int prot)
{
	return (uint64_t *)memory_map(PAGES, prot);
}

static void fill(uint64_t *at, uint64_t first)
{
	for (size_t i = 0; i < WORDS; i++)
		at[i] = victim_mix(seed + first + i);
}

static void check(const uint64_t *at, size_t words, uint64_t first,
		  const char *what)
{
	for (size_t i = 0; i < words; i++)
		CHECK(at[i] == victim_mix(seed + first + i),
		      "%s: word %zu is %lx", what, i, at[i]);
}

/* Pieces of odd sizes on both sides. */
static void by_call(uint64_t *from, uint64_t *to)
{
	char *f = (char *)from, *t = (char *)to;
	struct iovec local[3] = {
		{ t, 100 }, { t + 100, 2 * PAGE },
		{ t + 100 + 2 * PAGE, (PAGES - 2) * PAGE - 100 } };
	struct iovec remote[2] = {
		{ f, PAGE + 77 }, { f + PAGE + 77, (PAGES - 1) * PAGE - 77 } };

	fill(from, 1);
	memset(to, 0, PAGES * PAGE);
	CHECK(process_vm_readv(getpid(), local, 3, remote, 2, 0) ==
	      PAGES * PAGE, "process_vm_readv: %s", strerror(errno));
	check(to, WORDS, 1, "read by a call");
	fill(to, 2);
	CHECK(process_vm_writev(getpid(), local, 3, remote, 2, 0) ==
	      PAGES * PAGE, "process_vm_writev: %s", strerror(errno));
	check(from, WORDS, 2, "written by a call");
}

static void by_file(uint64_t *from, uint64_t *to)
{
	fill(from, 3);
	CHECK(pread(mem, to, PAGES * PAGE, (uintptr_t)from) == PAGES * PAGE,
	      "/proc/self/mem: %s", strerror(errno));
	check(to, WORDS, 3, "read by /proc/self/mem");
	fill(to, 4);
	CHECK(pwrite(mem, to, PAGES * PAGE, (uintptr_t)from) == PAGES * PAGE,
	      "/proc/self/mem: %s", strerror(errno));
	check(from, WORDS, 4, "written by /proc/self/mem");
}

/* As a debugger does it to code. */
static void into_read_only(uint64_t *only, uint64_t *scratch)
{
	struct iovec local = { scratch, PAGES * PAGE };
	struct iovec remote = { only, PAGES * PAGE };

	fill(scratch, 5);
	CHECK(process_vm_writev(getpid(), &local, 1, &remote, 1, 0) < 0 &&
	      errno == EFAULT, "read-only memory was written: %s",
	      strerror(errno));
	CHECK(pwrite(mem, scratch, PAGES * PAGE, (uintptr_t)only) ==
	      PAGES * PAGE, "/proc/self/mem: %s", strerror(errno));
	check(only, WORDS, 5, "read-only memory");
	CHECK_CALL(mprotect(only, PAGES * PAGE, PROT_NONE));
	fill(scratch, 6);
	CHECK(pread(mem, scratch, PAGES * PAGE, (uintptr_t)only) ==
	      PAGES * PAGE, "/proc/self/mem: %s", strerror(errno));
	check(scratch, WORDS, 5, "memory without access");
	CHECK_CALL(mprotect(only, PAGES * PAGE, PROT_READ));
	check(only, WORDS, 5, "memory with access again");
}

static void up_to_a_hole(uint64_t *scratch)
{
	uint64_t *at = map(PROT_READ | PROT_WRITE);
	struct iovec local = { scratch, PAGES * PAGE };
	struct iovec remote = { at, PAGES * PAGE };
	ssize_t size;

	fill(at, 7);
	CHECK_CALL(munmap(at + 4 * PAGE / 8, PAGE));
	memset(scratch, 0, PAGES * PAGE);
	size = process_vm_readv(getpid(), &local, 1, &remote, 1, 0);
	CHECK(size == 4 * PAGE, "a hole: %zd bytes, %s", size,
	      strerror(errno));
	check(scratch, 4 * PAGE / 8, 7, "before the hole, by a call");
	CHECK(!scratch[4 * PAGE / 8], "the hole has %lx",
	      scratch[4 * PAGE / 8]);
	memset(scratch, 0, PAGES * PAGE);
	size = pread(mem, scratch, PAGES * PAGE, (uintptr_t)at);
	CHECK(size == 4 * PAGE, "a hole: %zd bytes, %s", size,
	      strerror(errno));
	check(scratch, 4 * PAGE / 8, 7, "before the hole, by /proc/self/mem");
	CHECK(pread(mem, scratch, 8, (uintptr_t)at + 4 * PAGE) < 0 &&
	      errno == EIO, "the hole was read: %s", strerror(errno));
	CHECK_CALL(munmap(at, PAGES * PAGE));
}

int main(int argc, char **argv)
{
	uint64_t *from, *to, *only;

	victim_begin(argc, argv);
	from = map(PROT_READ | PROT_WRITE);
	to = map(PROT_READ | PROT_WRITE);
	only = map(PROT_READ);
	mem = CHECK_CALL(open("/proc/self/mem", O_RDWR | O_CLOEXEC));
	while (victim_next()) {
		seed = victim.done * 10000;
		by_call(from, to);
		by_file(from, to);
		into_read_only(only, to);
		up_to_a_hole(to);
	}
	return victim_pass();
}
