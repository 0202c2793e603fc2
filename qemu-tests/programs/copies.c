// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bytes that go from one descriptor to another without passing the program's
 * memory, or straight from it: sendfile, copy_file_range, splice, tee, vmsplice.
 * A child at home has the other end of the pipe and of the socket.
 */
#include "bytes.h"
#include "folder.h"
#include "partner.h"

#include <sys/sendfile.h>
#include <sys/uio.h>

enum { FILE_BYTES = 200 * 1000, PIPE_BYTES = 20000 };

static int source, target, pipe_ends[2], pair[2];
static char back[FILE_BYTES];
static char *pages;

/* The child's jobs: take so many bytes, and say whether they are the source's. */

static void check_source(int fd, uint64_t at, size_t size)
{
	static char want[PIPE_BYTES], got[PIPE_BYTES];

	CHECK(bytes_read(fd, got, size) == size, "the end after fewer bytes");
	CHECK(pread(source, want, size, at) == (ssize_t)size, "pread");
	bytes_same(got, want, size, "what the child got");
}

static long take_from_pipe(long at)
{
	check_source(pipe_ends[0], at, PIPE_BYTES);
	return PIPE_BYTES;
}

static long take_from_socket(long at)
{
	check_source(pair[1], at, PIPE_BYTES);
	return PIPE_BYTES;
}

static long take_pattern(long seed)
{
	static char got[PIPE_BYTES];

	CHECK(bytes_read(pipe_ends[0], got, PIPE_BYTES) == PIPE_BYTES, "end");
	bytes_check(got, PIPE_BYTES, seed, "the program's own pages");
	return PIPE_BYTES;
}

static long give_to_pipe(long seed)
{
	static char bytes[PIPE_BYTES];

	bytes_fill(bytes, PIPE_BYTES, seed);
	bytes_write(pipe_ends[1], bytes, PIPE_BYTES);
	return PIPE_BYTES;
}

/* The victim's half. */

static void heard(void)
{
	long got = partner_hear();

	CHECK(got == PIPE_BYTES, "the child moved %ld bytes", got);
}

static void check_target(off_t at, size_t size, off_t from)
{
	static char want[FILE_BYTES];

	CHECK(pread(target, back, size, at) == (ssize_t)size, "pread: %s",
	      strerror(errno));
	CHECK(pread(source, want, size, from) == (ssize_t)size, "pread");
	bytes_same(back, want, size, "the copy");
}

static void copy_ranges(off_t from)
{
	size_t size = FILE_BYTES - from;
	loff_t in = from, out = 7;
	ssize_t part;

	CHECK_CALL(ftruncate(target, 0));
	for (size_t left = size; left; left -= part) {
		part = CHECK_CALL(copy_file_range(source, &in, target, &out,
						  left, 0));
		CHECK(part, "copied %zu bytes only", size - left);
	}
	CHECK(in == FILE_BYTES && out == (loff_t)size + 7,
	      "copied from %ld to %ld", in, out);
	check_target(7, size, from);
	CHECK(!copy_file_range(source, &in, target, &out, 1, 0),
	      "bytes behind the end");
}

static void send_files(off_t from)
{
	off_t at = from;
	ssize_t part;

	CHECK_CALL(ftruncate(target, 0));
	CHECK_CALL(lseek(target, 0, SEEK_SET));
	for (size_t left = PIPE_BYTES; left; left -= part)
		part = CHECK_CALL(sendfile(target, source, &at, left));
	CHECK(at == from + PIPE_BYTES, "sendfile is at %ld", at);
	check_target(0, PIPE_BYTES, from);
	partner_tell(take_from_socket, from);
	at = from;
	for (size_t left = PIPE_BYTES; left; left -= part)
		part = CHECK_CALL(sendfile(pair[0], source, &at, left));
	heard();
	/* Without an offset it is the descriptor's place that moves. */
	partner_tell(take_from_pipe, from);
	CHECK_CALL(lseek(source, from, SEEK_SET));
	for (size_t left = PIPE_BYTES; left; left -= part)
		part = CHECK_CALL(sendfile(pipe_ends[1], source, NULL, left));
	heard();
	CHECK(lseek(source, 0, SEEK_CUR) == from + PIPE_BYTES,
	      "the place did not move");
}

/* File to pipe to file, and file to pipe to the child. */
static void splice_files(off_t from)
{
	int own[2];
	loff_t in = from, out = 0;
	ssize_t part;

	CHECK_CALL(pipe2(own, O_CLOEXEC));
	CHECK_CALL(ftruncate(target, 0));
	for (size_t left = PIPE_BYTES; left; left -= part) {
		part = CHECK_CALL(splice(source, &in, own[1], NULL, left, 0));
		CHECK(part, "the file ended");
		for (ssize_t rest = part, done; rest; rest -= done)
			done = CHECK_CALL(splice(own[0], NULL, target, &out,
						 rest, SPLICE_F_MOVE));
	}
	CHECK(in == from + PIPE_BYTES && out == PIPE_BYTES,
	      "spliced from %ld to %ld", in, out);
	check_target(0, PIPE_BYTES, from);
	partner_tell(take_from_socket, from);
	in = from;
	for (size_t left = PIPE_BYTES; left; left -= part) {
		part = CHECK_CALL(splice(source, &in, own[1], NULL, left, 0));
		for (ssize_t rest = part, done; rest; rest -= done)
			done = CHECK_CALL(splice(own[0], NULL, pair[0], NULL,
						 rest, SPLICE_F_MORE));
	}
	heard();
	CHECK(splice(own[0], NULL, target, &out, 1, SPLICE_F_NONBLOCK) == -1 &&
	      errno == EAGAIN, "splice of an empty pipe: %s", strerror(errno));
	close(own[1]);
	CHECK(!splice(own[0], NULL, target, &out, 1, 0), "splice at the end");
	close(own[0]);
}

/* The child's bytes are doubled: one copy to a file, one through the program. */
static void tee_pipes(void)
{
	ssize_t got, part;
	int copy[2];

	CHECK_CALL(pipe2(copy, O_CLOEXEC));
	CHECK_CALL(ftruncate(target, 0));
	CHECK_CALL(lseek(target, 0, SEEK_SET));
	partner_tell(give_to_pipe, victim.done);
	for (size_t at = 0; at < PIPE_BYTES; at += got) {
		got = CHECK_CALL(tee(pipe_ends[0], copy[1], PIPE_BYTES - at,
				     0));
		CHECK(got, "tee: the pipe ended");
		CHECK(bytes_read(copy[0], back + at, got) == (size_t)got,
		      "fewer bytes in the copy");
		for (ssize_t rest = got; rest; rest -= part)
			part = CHECK_CALL(splice(pipe_ends[0], NULL, target,
						 NULL, rest, 0));
	}
	heard();
	bytes_check(back, PIPE_BYTES, victim.done, "the copy of tee");
	CHECK(pread(target, back, PIPE_BYTES, 0) == PIPE_BYTES, "pread");
	bytes_check(back, PIPE_BYTES, victim.done, "what tee left");
	close(copy[0]);
	close(copy[1]);
}

/* The pipe has the pages themselves: not touched until the child has read. */
static void own_pages(void)
{
	struct iovec rest = { pages, PIPE_BYTES };
	ssize_t part;

	bytes_fill(pages, PIPE_BYTES, victim.done);
	partner_tell(take_pattern, victim.done);
	while (rest.iov_len) {
		part = CHECK_CALL(vmsplice(pipe_ends[1], &rest, 1, 0));
		rest.iov_base = (char *)rest.iov_base + part;
		rest.iov_len -= part;
	}
	heard();
	bytes_check(pages, PIPE_BYTES, victim.done, "pages that were in a pipe");
	partner_tell(give_to_pipe, ~victim.done);
	for (size_t at = 0; at < PIPE_BYTES; at += part) {
		rest = (struct iovec){ pages + at, PIPE_BYTES - at };
		part = CHECK_CALL(vmsplice(pipe_ends[0], &rest, 1, 0));
		CHECK(part, "vmsplice: the pipe ended");
	}
	heard();
	bytes_check(pages, PIPE_BYTES, ~victim.done, "bytes of the pipe");
}

static void prepare(void)
{
	bytes_fill(back, FILE_BYTES, 4711);
	source = CHECK_CALL(open(folder_path("source"),
				 O_CREAT | O_EXCL | O_RDWR, 0600));
	bytes_write(source, back, FILE_BYTES);
	target = CHECK_CALL(open(folder_path("target"),
				 O_CREAT | O_EXCL | O_RDWR, 0600));
	CHECK_CALL(pipe(pipe_ends));
	CHECK_CALL(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
	pages = aligned_alloc(4096, 2 * FILE_BYTES);
	CHECK(pages, "no memory");
}

int main(int argc, char **argv)
{
	off_t from;

	victim_begin(argc, argv);
	folder_begin();
	prepare();
	partner_begin();
	while (victim_next()) {
		from = victim_mix(victim.done) % (FILE_BYTES - PIPE_BYTES);
		copy_ranges(from);
		send_files(from);
		splice_files(from);
		tee_pipes();
		own_pages();
	}
	partner_end();
	CHECK_CALL(unlink(folder_path("source")));
	CHECK_CALL(unlink(folder_path("target")));
	folder_end();
	return victim_pass();
}
