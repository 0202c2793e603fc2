// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sizes, holes and places of a file: ftruncate, fallocate, SEEK_HOLE and
 * SEEK_DATA, reads and writes of vectors at a place.
 */
#include "bytes.h"
#include "folder.h"

#include <linux/falloc.h>
#include <sys/uio.h>

enum { BLOCK = 64 * 1024, BLOCKS = 8, PARTS = 5 };

static char block[BLOCK], back[BLOCK];

static off_t size_of(int fd)
{
	struct stat st;

	CHECK_CALL(fstat(fd, &st));
	return st.st_size;
}

static void seek_is(int fd, off_t from, int whence, off_t want)
{
	off_t got = lseek(fd, from, whence);

	CHECK(got == want, "%s from %ld is at %ld, not %ld: %s",
	      whence == SEEK_DATA ? "data" : "a hole", from, got, want,
	      strerror(errno));
}

static void write_block(int fd, int number)
{
	bytes_fill(block, BLOCK, victim.done + number);
	CHECK(pwrite(fd, block, BLOCK, (off_t)number * BLOCK) == BLOCK,
	      "pwrite: %s", strerror(errno));
}

static void check_block(int fd, int number)
{
	CHECK(pread(fd, back, BLOCK, (off_t)number * BLOCK) == BLOCK,
	      "pread: %s", strerror(errno));
	bytes_check(back, BLOCK, victim.done + number, "a block");
}

static void check_zero(int fd, int number)
{
	CHECK(pread(fd, back, BLOCK, (off_t)number * BLOCK) == BLOCK,
	      "pread: %s", strerror(errno));
	for (size_t i = 0; i < BLOCK; i++)
		CHECK(!back[i], "byte %zu of a hole is %#x", i, back[i]);
}

/* Data in blocks 1, 2 and 5 of eight, then not even in 2. */
static void holes(int fd)
{
	CHECK_CALL(ftruncate(fd, BLOCKS * BLOCK));
	CHECK(lseek(fd, 0, SEEK_DATA) == -1 && errno == ENXIO,
	      "data in an empty file");
	write_block(fd, 1);
	write_block(fd, 2);
	write_block(fd, 5);
	seek_is(fd, 0, SEEK_DATA, BLOCK);
	seek_is(fd, BLOCK, SEEK_HOLE, 3 * BLOCK);
	seek_is(fd, 3 * BLOCK, SEEK_DATA, 5 * BLOCK);
	seek_is(fd, 5 * BLOCK + 1, SEEK_HOLE, 6 * BLOCK);
	CHECK_CALL(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
			     2 * BLOCK, BLOCK));
	seek_is(fd, BLOCK, SEEK_HOLE, 2 * BLOCK);
	seek_is(fd, 2 * BLOCK, SEEK_DATA, 5 * BLOCK);
	CHECK(lseek(fd, BLOCKS * BLOCK, SEEK_DATA) == -1 && errno == ENXIO,
	      "data behind the end");
	check_zero(fd, 0);
	check_block(fd, 1);
	check_zero(fd, 2);
	check_block(fd, 5);
	check_zero(fd, 7);
}

static void sizes(int fd)
{
	struct stat st;

	CHECK_CALL(fallocate(fd, FALLOC_FL_KEEP_SIZE, BLOCKS * BLOCK, BLOCK));
	CHECK(size_of(fd) == BLOCKS * BLOCK, "the size grew to %ld",
	      size_of(fd));
	CHECK_CALL(fallocate(fd, 0, BLOCKS * BLOCK, BLOCK));
	CHECK(size_of(fd) == (BLOCKS + 1) * BLOCK, "the size is %ld",
	      size_of(fd));
	CHECK_CALL(fstat(fd, &st));
	CHECK(st.st_blocks * 512 >= BLOCK, "%ld blocks only", st.st_blocks);
	CHECK_CALL(posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL));
	CHECK_CALL(fsync(fd));
	CHECK_CALL(fdatasync(fd));
	CHECK_CALL(ftruncate(fd, BLOCK + 10));
	CHECK(size_of(fd) == BLOCK + 10, "cut to %ld", size_of(fd));
	CHECK_CALL(ftruncate(fd, 2 * BLOCK));
	CHECK(pread(fd, back, 20, BLOCK) == 20, "pread");
	for (int i = 10; i < 20; i++)
		CHECK(!back[i], "what was cut off came back: %#x", back[i]);
	CHECK(ftruncate(fd, -1) == -1 && errno == EINVAL, "a negative size");
}

/* Parts of uneven sizes, at a place; the descriptor's own place stays. */
static void move_vectors(int fd)
{
	struct iovec out[PARTS], in[PARTS];
	size_t at = 0, part;

	bytes_fill(block, BLOCK, ~victim.done);
	memset(back, 0, BLOCK);
	for (int i = 0; i < PARTS; i++) {
		part = 1 + victim_mix(victim.done * PARTS + i) % 10000;
		out[i] = (struct iovec){ block + at, part };
		in[PARTS - 1 - i] = (struct iovec){ NULL, part };
		at += part;
	}
	part = 0;
	for (int i = 0; i < PARTS; part += in[i++].iov_len)
		in[i].iov_base = back + part;
	CHECK_CALL(lseek(fd, 12, SEEK_SET));
	CHECK(pwritev2(fd, out, PARTS, 4097, 0) == (ssize_t)at, "pwritev2: %s",
	      strerror(errno));
	CHECK(preadv2(fd, in, PARTS, 4097, 0) == (ssize_t)at, "preadv2: %s",
	      strerror(errno));
	bytes_same(back, block, at, "vectors at a place");
	CHECK(lseek(fd, 0, SEEK_CUR) == 12, "the place moved to %ld",
	      lseek(fd, 0, SEEK_CUR));
	/* At -1 they are at the descriptor's place, and it moves. */
	memset(back, 0, BLOCK);
	CHECK_CALL(lseek(fd, 4097, SEEK_SET));
	CHECK(preadv2(fd, in, PARTS, -1, 0) == (ssize_t)at, "preadv2: %s",
	      strerror(errno));
	bytes_same(back, block, at, "vectors");
	CHECK(lseek(fd, 0, SEEK_CUR) == 4097 + (off_t)at, "the place did not");
	CHECK(pwritev2(fd, out, 1, 0, RWF_APPEND) == (ssize_t)out[0].iov_len,
	      "RWF_APPEND: %s", strerror(errno));
	CHECK(size_of(fd) == 2 * BLOCK + (off_t)out[0].iov_len,
	      "RWF_APPEND wrote elsewhere");
	CHECK(preadv2(fd, in, PARTS, 0, 1 << 30) == -1 && errno == EOPNOTSUPP,
	      "a flag that is none");
}

int main(int argc, char **argv)
{
	int fd;

	victim_begin(argc, argv);
	folder_begin();
	fd = CHECK_CALL(open(folder_path("holes"), O_CREAT | O_EXCL | O_RDWR,
			     0600));
	while (victim_next()) {
		CHECK_CALL(ftruncate(fd, 0));
		holes(fd);
		sizes(fd);
		move_vectors(fd);
	}
	CHECK_CALL(unlink(folder_path("holes")));
	folder_end();
	return victim_pass();
}
