// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files: written, appended to, read back by every call that reads, truncated,
 * renamed, listed and removed. One file stays open all the time and is read on
 * from where the last round stopped.
 */
#include "victim.h"

#include <dirent.h>
#include <sys/stat.h>
#include <sys/uio.h>

enum { LONG_BYTES = 1 << 20, CHUNK = 3001, BIG = 300 * 1024 + 13 };

static char big[BIG + 64], back[BIG + 64];
static char folder[4096];
static int long_fd;
static off_t long_at;

static char *path_of(const char *name)
{
	static char path[2][8192];
	static int turn;

	turn = !turn;
	snprintf(path[turn], sizeof(path[turn]), "%s/%s", folder, name);
	return path[turn];
}

static void fill(char *buffer, size_t size, uint64_t seed)
{
	for (size_t i = 0; i < size; i++)
		buffer[i] = victim_mix(seed + i / 8) >> (i % 8 * 8);
}

static void write_all(int fd, const char *buffer, size_t size)
{
	ssize_t part;

	for (size_t at = 0; at < size; at += part)
		part = CHECK_CALL(write(fd, buffer + at, size - at));
}

static void same(const char *a, const char *b, size_t size, const char *what)
{
	for (size_t i = 0; i < size; i++)
		CHECK(a[i] == b[i], "%s: byte %zu of %zu is %#x, not %#x", what,
		      i, size, b[i] & 255, a[i] & 255);
}

/* A long file, opened once: the position is the kernel's to remember. */
static void open_long(void)
{
	char buffer[4096];

	long_fd = CHECK_CALL(open(path_of("long"), O_RDWR | O_CREAT | O_TRUNC,
				  0600));
	for (off_t at = 0; at < LONG_BYTES; at += sizeof(buffer)) {
		fill(buffer, sizeof(buffer), at);
		write_all(long_fd, buffer, sizeof(buffer));
	}
	CHECK(!CHECK_CALL(lseek(long_fd, 0, SEEK_SET)), "lseek did not");
}

static void read_on(void)
{
	char buffer[CHUNK];
	ssize_t got = CHECK_CALL(read(long_fd, buffer, sizeof(buffer)));

	for (ssize_t i = 0; i < got; i++) {
		uint64_t at = long_at + i;
		uint64_t word = victim_mix((at & ~4095ull) + at % 4096 / 8);

		CHECK(buffer[i] == (char)(word >> (at % 8 * 8)),
		      "byte %lu of the long file is wrong", at);
	}
	long_at += got;
	CHECK(lseek(long_fd, 0, SEEK_CUR) == long_at, "at %ld, not %ld",
	      lseek(long_fd, 0, SEEK_CUR), long_at);
	if (got < CHUNK) {
		CHECK(long_at == LONG_BYTES, "end of file at %ld", long_at);
		long_at = CHECK_CALL(lseek(long_fd, 0, SEEK_SET));
	}
}

/* One big unaligned block, out and back by read and pread. */
static void big_block(int fd, size_t shift)
{
	struct stat st;
	ssize_t part;
	size_t at;

	fill(big, sizeof(big), victim.done);
	write_all(fd, big + shift, BIG);
	CHECK_CALL(fstat(fd, &st));
	CHECK(st.st_size == BIG, "%ld bytes, not %d", st.st_size, BIG);
	CHECK_CALL(lseek(fd, 0, SEEK_SET));
	memset(back, 0, sizeof(back));
	for (at = 0; at < BIG; at += part) {
		part = CHECK_CALL(read(fd, back + shift / 2 + at, BIG - at));
		CHECK(part, "end of file at %zu", at);
	}
	same(big + shift, back + shift / 2, BIG, "read");
	CHECK(!read(fd, back, 1), "bytes behind the end");
	CHECK(pread(fd, back, 5000, 777) == 5000, "pread");
	same(big + shift + 777, back, 5000, "pread");
}

/* Vectors, an appending descriptor and a duplicate that shares its place. */
static void vectors(int fd)
{
	char a[100], b[5000], c[1];
	struct iovec out[3] = { { big, 100 }, { big + 100, 5000 },
				{ big + 5100, 1 } };
	struct iovec in[3] = { { a, 100 }, { b, 5000 }, { c, 1 } };
	int twin = CHECK_CALL(dup(fd));
	int tail;

	CHECK_CALL(ftruncate(fd, 0));
	CHECK_CALL(lseek(fd, 0, SEEK_SET));
	CHECK(writev(fd, out, 3) == 5101, "writev: %s", strerror(errno));
	CHECK(lseek(twin, 0, SEEK_CUR) == 5101, "the duplicate is elsewhere");
	CHECK_CALL(lseek(twin, 0, SEEK_SET));
	CHECK(readv(fd, in, 3) == 5101, "readv: %s", strerror(errno));
	same(big, a, 100, "readv 1");
	same(big + 100, b, 5000, "readv 2");
	same(big + 5100, c, 1, "readv 3");
	tail = CHECK_CALL(open(path_of("now"), O_WRONLY | O_APPEND));
	CHECK(write(tail, "tail", 4) == 4, "append: %s", strerror(errno));
	CHECK(pread(fd, a, 10, 5101) == 4 && !memcmp(a, "tail", 4),
	      "what was appended is not there");
	close(tail);
	close(twin);
}

/* How many names the folder has that begin with @start. */
static int count_names(const char *start)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	int count = 0;

	CHECK(dir, "opendir: %s", strerror(errno));
	while ((entry = readdir(dir)))
		count += !strncmp(entry->d_name, start, strlen(start));
	closedir(dir);
	return count;
}

static void names(void)
{
	char name[32], target[64];
	struct stat st;
	int i;

	for (i = 0; i < 5; i++) {
		snprintf(name, sizeof(name), "many%d", i);
		close(CHECK_CALL(open(path_of(name), O_CREAT | O_EXCL, 0600)));
	}
	CHECK(count_names("many") == 5, "%d names, not 5", count_names("many"));
	CHECK_CALL(rename(path_of("many0"), path_of("moved")));
	CHECK(stat(path_of("many0"), &st) == -1 && errno == ENOENT,
	      "a renamed file is still there");
	CHECK_CALL(chmod(path_of("moved"), 0640));
	CHECK_CALL(stat(path_of("moved"), &st));
	CHECK((st.st_mode & 0777) == 0640, "mode %o", st.st_mode & 0777);
	CHECK_CALL(symlink("many1", path_of("link")));
	CHECK(readlink(path_of("link"), target, sizeof(target)) == 5 &&
	      !memcmp(target, "many1", 5), "readlink");
	CHECK_CALL(unlink(path_of("link")));
	CHECK_CALL(unlink(path_of("moved")));
	for (i = 1; i < 5; i++) {
		snprintf(name, sizeof(name), "many%d", i);
		CHECK_CALL(unlink(path_of(name)));
	}
	CHECK_CALL(mkdir(path_of("deep"), 0700));
	CHECK(mkdir(path_of("deep"), 0700) == -1 && errno == EEXIST, "mkdir");
	CHECK_CALL(rmdir(path_of("deep")));
}

int main(int argc, char **argv)
{
	int fd;

	victim_begin(argc, argv);
	snprintf(folder, sizeof(folder), "%s/files.%d",
		 victim.dir ? victim.dir : "/tmp", getpid());
	CHECK_CALL(mkdir(folder, 0700));
	open_long();
	while (victim_next()) {
		read_on();
		fd = CHECK_CALL(open(path_of("now"),
				     O_RDWR | O_CREAT | O_EXCL, 0600));
		big_block(fd, victim.done % 40);
		vectors(fd);
		close(fd);
		CHECK_CALL(unlink(path_of("now")));
		names();
	}
	CHECK_CALL(unlink(path_of("long")));
	CHECK_CALL(rmdir(folder));
	return victim_pass();
}
