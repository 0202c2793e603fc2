// SPDX-License-Identifier: GPL-2.0-only
/*
 * Blocks too large for a message: written and read back with a shift within
 * their pages, in one call each; at the end of an appending descriptor; through
 * a pipe and a socket, of which the call gets what there is; out of memory that
 * ends in the middle, which ends the call there; and directly, past the page
 * cache, where the file takes that; and into the last memory that there can be.
 */
#include "victim.h"

#include "bytes.h"
#include "folder.h"

#include <pthread.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>

enum { PAGE = 4096, ROOM = 3 << 20, LEAST = 128 * 1024 };

static char *out, *in;

static char *map_room(void)
{
	char *room = mmap(NULL, ROOM + PAGE, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(room != MAP_FAILED, "mmap: %s", strerror(errno));
	/* What lies behind it is not there. */
	CHECK_CALL(munmap(room + ROOM, PAGE));
	return room;
}

/* Sizes around what a message takes, and odd ones, another one each round. */
static size_t size_of_round(void)
{
	static const size_t sizes[] = {
		LEAST + 1, LEAST + PAGE, 1 << 20, 300001, (2 << 20) + 77,
	};

	return sizes[victim.done % ARRAY_SIZE(sizes)];
}

static void fill(char *to, size_t size)
{
	uint64_t *words = (uint64_t *)to;

	for (size_t i = 0; i < size / sizeof(*words); i++)
		words[i] = victim_mix(victim.done * ROOM + i);
	/* A page of zeros travels as a bit. */
	memset(to + 5 * PAGE, 0, 2 * PAGE);
}

static void whole_file(int fd)
{
	size_t size = size_of_round(), shift = victim.done * 13 % PAGE;
	const char *from = out + shift;
	struct stat st;

	CHECK_CALL(ftruncate(fd, 0));
	CHECK_CALL(lseek(fd, 0, SEEK_SET));
	CHECK(write(fd, from, size) == (ssize_t)size, "write of %zu: %s", size,
	      strerror(errno));
	CHECK_CALL(fstat(fd, &st));
	CHECK(st.st_size == (off_t)size, "%ld bytes, not %zu", st.st_size,
	      size);
	memset(in, 1, size + 2 * PAGE);
	CHECK(pread(fd, in + PAGE - 1, size - 1, 0) == (ssize_t)size - 1,
	      "pread");
	bytes_same(in + PAGE - 1, from, size - 1, "pread");
	CHECK(in[PAGE - 2] == 1 && in[PAGE - 2 + size] == 1,
	      "a byte beside the block");
	CHECK(lseek(fd, 0, SEEK_CUR) == (off_t)size, "pread moved on");
	CHECK_CALL(lseek(fd, 1, SEEK_SET));
	CHECK(read(fd, in + 3, ROOM - 3) == (ssize_t)size - 1, "read");
	bytes_same(in + 3, from + 1, size - 1, "read");
	CHECK(lseek(fd, 0, SEEK_CUR) == (off_t)size, "read did not move on");
	CHECK(!read(fd, in, ROOM), "bytes behind the end");
}

/* Two descriptors at the end: whole blocks, one behind the other. */
static void append(const char *name)
{
	size_t size = size_of_round();
	int a = CHECK_CALL(open(name, O_WRONLY | O_APPEND | O_TRUNC | O_CREAT,
				0600));
	int b = CHECK_CALL(open(name, O_RDWR | O_APPEND));

	CHECK(write(a, out, size) == (ssize_t)size, "append");
	CHECK(write(b, out + 1, LEAST + 9) == LEAST + 9, "append behind it");
	CHECK(pread(b, in, LEAST + 9, size) == LEAST + 9, "read of what it is");
	bytes_same(in, out + 1, LEAST + 9, "append");
	close(a);
	close(b);
}

/* The memory ends before the block does: so does the call. */
static void ends_early(int fd)
{
	size_t there = LEAST + 5 * PAGE + 100;
	ssize_t wrote;

	CHECK_CALL(ftruncate(fd, 0));
	wrote = pwrite(fd, out + ROOM - there, there + 3 * PAGE, 0);
	CHECK(wrote == (ssize_t)there, "%ld of %zu bytes that are there",
	      (long)wrote, there);
	CHECK(pread(fd, in, there, 0) == (ssize_t)there, "read of them");
	bytes_same(in, out + ROOM - there, there, "memory that ends");
	CHECK(pwrite(fd, out + ROOM, LEAST * 2, 0) == -1 && errno == EFAULT,
	      "memory that is not there: %s", strerror(errno));
	CHECK(pwrite(-1, out, LEAST * 2, 0) == -1 && errno == EBADF,
	      "a file that is not there: %s", strerror(errno));
}

/* Behind the last pages of all there is no address to ask for more. */
static void at_the_end(int fd)
{
	size_t size = LEAST + 3 * PAGE;
	void *where = (char *)0x7ffffffff000 - size;
	char *last = mmap(where, size, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE,
			  -1, 0);

	if (last == MAP_FAILED)
		return;		/* the stack may be there */
	CHECK(pwrite(fd, out, size - 1, 0) == (ssize_t)size - 1, "write: %s",
	      strerror(errno));
	CHECK(pread(fd, last, size - 1, 0) == (ssize_t)size - 1,
	      "read to the end: %s", strerror(errno));
	bytes_same(last, out, size - 1, "the end of memory");
	CHECK(pwrite(fd, last, size - 1, 0) == (ssize_t)size - 1,
	      "write from there: %s", strerror(errno));
	CHECK_CALL(munmap(last, size));
}

static void direct(const char *name)
{
	int fd = open(name, O_RDWR | O_DIRECT);

	if (fd < 0)
		return;		/* not every file system has it */
	CHECK(pwrite(fd, out, 64 * PAGE, 0) == 64 * PAGE, "direct write: %s",
	      strerror(errno));
	memset(in, 2, 64 * PAGE);
	CHECK(pread(fd, in, 64 * PAGE, 0) == 64 * PAGE, "direct read: %s",
	      strerror(errno));
	bytes_same(in, out, 64 * PAGE, "directly");
	close(fd);
}

/* What another thread takes out of one end, as it comes. */
struct drain {
	int fd;
	size_t want;
};

static void *drain(void *arg)
{
	struct drain *d = arg;
	size_t got = 0;
	ssize_t n;

	while (got < d->want) {
		n = CHECK_CALL(read(d->fd, in + got, ROOM - got));
		CHECK(n, "the other end is closed at %zu", got);
		got += n;
	}
	return NULL;
}

static void through(const int fd[2], const char *what)
{
	struct drain d = { .fd = fd[0], .want = size_of_round() };
	pthread_t other;
	size_t done = 0;

	memset(in, 0, d.want);
	CHECK(!pthread_create(&other, NULL, drain, &d), "a thread");
	while (done < d.want)
		done += CHECK_CALL(write(fd[1], out + 7 + done,
					 d.want - done));
	CHECK(!pthread_join(other, NULL), "its end");
	bytes_same(in, out + 7, d.want, what);
	close(fd[0]);
	close(fd[1]);
}

static void pipes(void)
{
	int fd[2];

	CHECK_CALL(pipe(fd));
	through(fd, "a pipe");
	CHECK_CALL(socketpair(AF_UNIX, SOCK_STREAM, 0, fd));
	through(fd, "a socket");
}

int main(int argc, char **argv)
{
	const char *name;
	int fd;

	victim_begin(argc, argv);
	folder_begin();
	out = map_room();
	in = map_room();
	while (victim_next()) {
		name = folder_path("block");
		fd = CHECK_CALL(open(name, O_RDWR | O_CREAT | O_EXCL, 0600));
		fill(out, ROOM);
		whole_file(fd);
		ends_early(fd);
		at_the_end(fd);
		direct(name);
		close(fd);
		append(folder_path("tail"));
		pipes();
		CHECK_CALL(unlink(folder_path("block")));
		CHECK_CALL(unlink(folder_path("tail")));
	}
	folder_end();
	return victim_pass();
}
