// SPDX-License-Identifier: GPL-2.0-only
/*
 * Shared memory of one process, its child, and files without a name. What is
 * mapped shared and writable may hold the process where it is; it must be right
 * all the same, and go. A file that is mapped to be read is read all along.
 *
 *	shared [MS] [keep]	keep: one such mapping stays
 */
#include "child.h"
#include "memory.h"

#include <sys/resource.h>

enum { PAGES = 8, BYTES = PAGE * PAGES, WORDS = BYTES / 8 };

static uint64_t seed;

static uint64_t *map(int prot, int flags, int fd)
{
	void *at = mmap(NULL, BYTES, prot, flags, fd, 0);

	CHECK(at != MAP_FAILED, "mmap: %s", strerror(errno));
	return at;
}

static void unmap(void *at)
{
	CHECK_CALL(munmap(at, BYTES));
}

static void fill(uint64_t *at, uint64_t first)
{
	for (size_t i = 0; i < WORDS; i += 128)
		at[i] = victim_mix(seed + first + i);
}

static void check(const uint64_t *at, uint64_t first, const char *what)
{
	for (size_t i = 0; i < WORDS; i += 128)
		CHECK(at[i] == victim_mix(seed + first + i),
		      "%s: word %zu is %lx, not %lx", what, i, at[i],
		      victim_mix(seed + first + i));
}

static int make_file(uint64_t first)
{
	int fd = CHECK_CALL(memfd_create("victim", MFD_ALLOW_SEALING |
					 MFD_CLOEXEC));
	static uint64_t block[WORDS];

	fill(block, first);
	CHECK(write(fd, block, BYTES) == BYTES, "write: %s", strerror(errno));
	return fd;
}

static void check_file(int fd, uint64_t first, const char *what)
{
	static uint64_t block[WORDS];

	memset(block, 0, sizeof(block));
	CHECK(pread(fd, block, BYTES, 0) == BYTES, "pread: %s",
	      strerror(errno));
	check(block, first, what);
}

/* A private mapping of it: the file does not see what is written there. */
static void private_of_file(void)
{
	int fd = make_file(1);
	uint64_t *at = map(PROT_READ | PROT_WRITE, MAP_PRIVATE, fd);

	check(at, 1, "a private mapping");
	fill(at, 2);
	check_file(fd, 1, "the file behind it");
	check(at, 2, "a written private mapping");
	unmap(at);
	close(fd);
}

static void shared_of_file(void)
{
	uint64_t *at, *again, word = 77;
	int fd = make_file(3);

	at = map(PROT_READ | PROT_WRITE, MAP_SHARED, fd);
	check(at, 3, "a shared mapping");
	fill(at, 4);
	check_file(fd, 4, "the file of a shared mapping");
	again = map(PROT_READ, MAP_SHARED, fd);
	at[1] = 5;
	CHECK(again[1] == 5, "the other mapping has %lu", again[1]);
	CHECK(pwrite(fd, &word, 8, 16) == 8, "pwrite: %s", strerror(errno));
	CHECK(at[2] == 77 && again[2] == 77, "after a write, %lu and %lu",
	      at[2], again[2]);
	unmap(again);
	CHECK(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE) < 0 && errno == EBUSY,
	      "sealed while it is mapped: %s", strerror(errno));
	unmap(at);
	CHECK_CALL(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK));
	CHECK(pwrite(fd, &word, 8, 0) < 0 && errno == EPERM,
	      "a sealed file was written: %s", strerror(errno));
	CHECK(ftruncate(fd, 0) < 0 && errno == EPERM,
	      "a sealed file was cut: %s", strerror(errno));
	check_file(fd, 4, "the sealed file");
	close(fd);
}

static void of_nothing(void)
{
	uint64_t *at = map(PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			   -1);
	pid_t child;

	CHECK(!at[0] && !at[WORDS - 1], "new shared memory has %lx", at[0]);
	fill(at, 6);
	child = child_fork();
	if (!child) {
		check(at, 6, "the child's");
		fill(at, 7);
		_exit(18);
	}
	child_exits(child, 18, "the child");
	check(at, 7, "after the child");
	unmap(at);
}

static void lock(void)
{
	uint64_t *at = map(PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			   -1);
	struct rlimit limit;

	fill(at, 8);
	CHECK_CALL(getrlimit(RLIMIT_MEMLOCK, &limit));
	CHECK(limit.rlim_cur >= BYTES, "the limit on locked memory is %lu",
	      limit.rlim_cur);
	CHECK_CALL(mlock(at, BYTES));
	CHECK(memory_locked_kib() == BYTES / 1024, "%ld KiB are locked",
	      memory_locked_kib());
	check(at, 8, "locked");
	fill(at, 9);
	CHECK_CALL(munlock(at, BYTES / 2));
	CHECK(memory_locked_kib() == BYTES / 2048, "%ld KiB are locked",
	      memory_locked_kib());
	CHECK_CALL(munlock(at, BYTES));
	check(at, 9, "unlocked");
	CHECK(!memory_locked_kib(), "%ld KiB are locked",
	      memory_locked_kib());
	unmap(at);
}

/* Opened again, so that nobody may write through it, nor make it writable. */
static uint64_t *map_to_read(void)
{
	char path[64];
	uint64_t *at;
	int fd, own;

	own = make_file(10);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", own);
	fd = CHECK_CALL(open(path, O_RDONLY | O_CLOEXEC));
	at = map(PROT_READ, MAP_SHARED, fd);
	CHECK(mprotect(at, BYTES, PROT_READ | PROT_WRITE) < 0 &&
	      errno == EACCES, "made writable: %s", strerror(errno));
	close(fd);
	close(own);
	return at;
}

int main(int argc, char **argv)
{
	const uint64_t *to_read;
	uint64_t *kept = NULL;

	child_begin(argc, argv);
	to_read = map_to_read();
	if (optind + 1 < argc && !strcmp(argv[optind + 1], "keep"))
		kept = map(PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			   -1);
	while (victim_next()) {
		uint64_t was = kept ? kept[0] : victim.done;

		CHECK(was == victim.done, "kept %lu, not %lu", was,
		      victim.done);
		child_work();
		seed = 0;
		check(to_read, 10, "a file that is read");
		seed = victim.done * 1000;
		private_of_file();
		shared_of_file();
		of_nothing();
		lock();
		if (kept)
			kept[0]++;
	}
	return victim_pass();
}
