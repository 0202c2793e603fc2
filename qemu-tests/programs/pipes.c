// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ping-pong over two pipes with a child that was there from the start; only
 * the parent is told to be ready, so only the parent is moved.
 */
#include "victim.h"

#include <sys/wait.h>

enum { MAX_BYTES = 20000 };

static void fill(unsigned char *buffer, size_t size, uint64_t seed)
{
	for (size_t i = 0; i < size; i++)
		buffer[i] = victim_mix(seed + i / 8) >> (i % 8 * 8);
}

static bool read_all(int fd, void *buffer, size_t size)
{
	ssize_t part;

	for (size_t at = 0; at < size; at += part) {
		part = CHECK_CALL(read(fd, (char *)buffer + at, size - at));
		if (!part)
			return false;
	}
	return true;
}

static void write_all(int fd, const void *buffer, size_t size)
{
	ssize_t part;

	for (size_t at = 0; at < size; at += part)
		part = CHECK_CALL(write(fd, (char *)buffer + at, size - at));
}

/* The child: takes a size and that many bytes, sends each byte back plus one. */
__attribute__((noreturn)) static void serve(int in, int out)
{
	static unsigned char buffer[MAX_BYTES];
	uint32_t size;

	while (read_all(in, &size, sizeof(size))) {
		if (size > MAX_BYTES || !read_all(in, buffer, size))
			_exit(2);
		for (uint32_t i = 0; i < size; i++)
			buffer[i]++;
		write_all(out, buffer, size);
	}
	_exit(42);
}

int main(int argc, char **argv)
{
	static unsigned char want[MAX_BYTES], got[MAX_BYTES];
	int there[2], back[2], status;
	pid_t child;

	victim_begin(argc, argv);
	CHECK_CALL(pipe(there));
	CHECK_CALL(pipe(back));
	child = CHECK_CALL(fork());
	if (!child) {
		signal(SIGTERM, SIG_IGN);
		close(there[1]);
		close(back[0]);
		serve(there[0], back[1]);
	}
	close(there[0]);
	close(back[1]);
	while (victim_next()) {
		uint32_t size = 1 + victim_mix(victim.done) % MAX_BYTES;

		fill(want, size, victim.done);
		write_all(there[1], &size, sizeof(size));
		write_all(there[1], want, size);
		CHECK(read_all(back[0], got, size), "the child hung up");
		for (uint32_t i = 0; i < size; i++)
			CHECK(got[i] == (unsigned char)(want[i] + 1),
			      "byte %u of %u came back wrong", i, size);
	}
	close(there[1]);
	CHECK(CHECK_CALL(waitpid(child, &status, 0)) == child, "a stranger");
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 42,
	      "the child ended with %#x", status);
	CHECK(!read(back[0], got, 1), "bytes after the end");
	return victim_pass();
}
