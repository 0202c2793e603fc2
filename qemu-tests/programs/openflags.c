// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the flags of open() promise, what descriptors remember of them, and what
 * dup() and fcntl() make of that. One descriptor of each kind is opened once.
 */
#include "bytes.h"
#include "folder.h"

#include <linux/openat2.h>
#include <sys/syscall.h>

/* The kernel's O_LARGEFILE: this libc always sets it and calls it 0. */
enum { LARGE_FILE = 0100000 };

static int kept_append, kept_nonblock, kept_path;

static void refuses(int fd, int error, const char *what)
{
	CHECK(fd == -1, "%s: not refused", what);
	CHECK(errno == error, "%s: %s", what, strerror(errno));
}

static void has_flags(int fd, int flags, int cloexec)
{
	int got = CHECK_CALL(fcntl(fd, F_GETFL)) & ~LARGE_FILE;

	CHECK(got == flags, "descriptor %d has flags %#o, not %#o", fd, got,
	      flags);
	got = CHECK_CALL(fcntl(fd, F_GETFD));
	CHECK(got == cloexec, "descriptor %d has close-on-exec %d", fd, got);
}

static off_t size_of(const char *name)
{
	struct stat st;

	CHECK_CALL(stat(folder_path(name), &st));
	return st.st_size;
}

static void open_kept(void)
{
	CHECK_CALL(mkfifo(folder_path("fifo"), 0600));
	kept_append = CHECK_CALL(open(folder_path("kept"), O_CREAT | O_EXCL |
				      O_RDWR | O_APPEND | O_CLOEXEC, 0600));
	kept_nonblock = CHECK_CALL(open(folder_path("fifo"),
					O_RDONLY | O_NONBLOCK));
	kept_path = CHECK_CALL(open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC));
}

static void check_kept(void)
{
	char byte;

	has_flags(kept_append, O_RDWR | O_APPEND, FD_CLOEXEC);
	has_flags(kept_nonblock, O_RDONLY | O_NONBLOCK, 0);
	has_flags(kept_path, O_PATH | O_DIRECTORY, FD_CLOEXEC);
	CHECK(!read(kept_nonblock, &byte, 1), "a FIFO without a writer");
	refuses(read(kept_path, &byte, 1), EBADF, "read of O_PATH");
	close(CHECK_CALL(openat(kept_path, "kept", O_RDONLY)));
	close(CHECK_CALL(openat(kept_path, ".", O_RDONLY | O_DIRECTORY)));
}

static void exclusive(void)
{
	close(CHECK_CALL(open(folder_path("a"), O_CREAT | O_EXCL | O_WRONLY,
			      0600)));
	refuses(open(folder_path("a"), O_CREAT | O_EXCL | O_WRONLY, 0600),
		EEXIST, "O_EXCL of a file");
	CHECK_CALL(symlink("nowhere", folder_path("l")));
	refuses(open(folder_path("l"), O_CREAT | O_EXCL | O_WRONLY, 0600),
		EEXIST, "O_EXCL of a link to nothing");
	refuses(open(folder_path("l"), O_RDONLY), ENOENT, "a link to nothing");
	CHECK_CALL(unlink(folder_path("l")));
}

static void truncating(void)
{
	int fd = CHECK_CALL(open(folder_path("a"), O_WRONLY));

	bytes_write(fd, "0123456789", 10);
	close(CHECK_CALL(open(folder_path("a"), O_RDWR | O_CREAT, 0600)));
	CHECK(size_of("a") == 10, "open cut the file to %ld", size_of("a"));
	close(CHECK_CALL(open(folder_path("a"), O_WRONLY | O_TRUNC)));
	CHECK(!size_of("a"), "O_TRUNC left %ld bytes", size_of("a"));
	/* The other descriptor goes on where it was: a hole before it. */
	bytes_write(fd, "x", 1);
	CHECK(size_of("a") == 11, "%ld bytes, not 11", size_of("a"));
	close(fd);
}

static void kinds(void)
{
	char target[16] = "";
	struct stat st;
	int fd;

	refuses(open(folder_path("a"), O_RDONLY | O_DIRECTORY), ENOTDIR,
		"O_DIRECTORY of a file");
	refuses(open(folder, O_WRONLY), EISDIR, "a folder to write");
	CHECK_CALL(symlink("a", folder_path("l")));
	refuses(open(folder_path("l"), O_RDONLY | O_NOFOLLOW), ELOOP,
		"O_NOFOLLOW of a link");
	fd = CHECK_CALL(open(folder_path("l"), O_PATH | O_NOFOLLOW));
	CHECK_CALL(fstat(fd, &st));
	CHECK(S_ISLNK(st.st_mode), "O_PATH followed the link: mode %o",
	      st.st_mode);
	CHECK(readlinkat(fd, "", target, sizeof(target)) == 1 &&
	      target[0] == 'a', "the link leads to '%s'", target);
	close(fd);
	close(CHECK_CALL(open(folder_path("l"), O_RDONLY)));
	CHECK_CALL(unlink(folder_path("l")));
}

/* A file without a name gets one, or never. */
static void nameless(void)
{
	char path[64], back[10];
	int fd = CHECK_CALL(open(folder, O_TMPFILE | O_RDWR, 0640));

	bytes_write(fd, "0123456789", 10);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	CHECK_CALL(linkat(AT_FDCWD, path, AT_FDCWD, folder_path("t"),
			  AT_SYMLINK_FOLLOW));
	close(fd);
	fd = CHECK_CALL(open(folder_path("t"), O_RDONLY));
	CHECK(bytes_read(fd, back, 10) == 10 && !memcmp(back, "0123456789", 10),
	      "the file lost its bytes when it got a name");
	close(fd);
	CHECK_CALL(unlink(folder_path("t")));
	fd = CHECK_CALL(open(folder, O_TMPFILE | O_EXCL | O_RDWR, 0600));
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	refuses(linkat(AT_FDCWD, path, AT_FDCWD, folder_path("t"),
		       AT_SYMLINK_FOLLOW), ENOENT, "a name against O_EXCL");
	close(fd);
}

static void appending(void)
{
	off_t size = size_of("kept");
	char back[4];

	CHECK_CALL(lseek(kept_append, 0, SEEK_SET));
	bytes_write(kept_append, "ab", 2);
	CHECK(lseek(kept_append, 0, SEEK_CUR) == size + 2, "not at the end");
	CHECK(pwrite(kept_append, "cd", 2, 0) == 2, "pwrite");
	CHECK(size_of("kept") == size + 4, "pwrite did not append");
	CHECK(pread(kept_append, back, 4, size) == 4 &&
	      !memcmp(back, "abcd", 4), "appended something else");
	CHECK_CALL(fcntl(kept_append, F_SETFL, 0));
	CHECK(pwrite(kept_append, "X", 1, 0) == 1, "pwrite");
	CHECK(size_of("kept") == size + 4, "appended without O_APPEND");
	CHECK_CALL(fcntl(kept_append, F_SETFL, O_APPEND));
	CHECK_CALL(ftruncate(kept_append, size % 100));
}

/* The ends of a FIFO that are opened and read without waiting. */
static void not_blocking(void)
{
	char byte;
	int out;

	out = CHECK_CALL(open(folder_path("fifo"), O_WRONLY | O_NONBLOCK));
	refuses(read(kept_nonblock, &byte, 1), EAGAIN, "an empty FIFO");
	bytes_write(out, "x", 1);
	CHECK_CALL(fcntl(kept_nonblock, F_SETFL, 0));
	CHECK(read(kept_nonblock, &byte, 1) == 1 && byte == 'x', "the FIFO");
	CHECK_CALL(fcntl(kept_nonblock, F_SETFL, O_NONBLOCK));
	close(out);
	CHECK_CALL(mkfifo(folder_path("fifo2"), 0600));
	refuses(open(folder_path("fifo2"), O_WRONLY | O_NONBLOCK), ENXIO,
		"a FIFO without a reader");
	CHECK_CALL(unlink(folder_path("fifo2")));
}

static void duplicates(void)
{
	int fd = CHECK_CALL(open(folder_path("a"), O_RDWR | O_CLOEXEC));
	int twin = CHECK_CALL(dup(fd)), high;

	has_flags(fd, O_RDWR, FD_CLOEXEC);
	has_flags(twin, O_RDWR, 0);
	CHECK_CALL(fcntl(twin, F_SETFL, O_APPEND | O_NONBLOCK));
	has_flags(fd, O_RDWR | O_APPEND | O_NONBLOCK, FD_CLOEXEC);
	high = CHECK_CALL(fcntl(fd, F_DUPFD_CLOEXEC, 100));
	CHECK(high >= 100, "F_DUPFD_CLOEXEC gave %d", high);
	has_flags(high, O_RDWR | O_APPEND | O_NONBLOCK, FD_CLOEXEC);
	CHECK(dup2(twin, high) == high, "dup2: %s", strerror(errno));
	has_flags(high, O_RDWR | O_APPEND | O_NONBLOCK, 0);
	CHECK(dup3(twin, high, O_CLOEXEC) == high, "dup3: %s", strerror(errno));
	has_flags(high, O_RDWR | O_APPEND | O_NONBLOCK, FD_CLOEXEC);
	CHECK(dup2(high, high) == high, "dup2 to itself");
	refuses(dup3(high, high, 0), EINVAL, "dup3 to itself");
	refuses(dup2(fd, -1), EBADF, "dup2 to -1");
	CHECK_CALL(syscall(SYS_close_range, high, high, 0));
	refuses(fcntl(high, F_GETFD), EBADF, "a closed descriptor");
	CHECK_CALL(fcntl(twin, F_SETFD, FD_CLOEXEC));
	has_flags(twin, O_RDWR | O_APPEND | O_NONBLOCK, FD_CLOEXEC);
	close(twin);
	close(fd);
}

/* A path that leads out of the folder, and one that goes over a link. */
static void beneath(void)
{
	struct open_how how = { .flags = O_RDONLY,
				.resolve = RESOLVE_BENEATH };
	long fd = syscall(SYS_openat2, kept_path, "../", &how, sizeof(how));

	refuses(fd, EXDEV, "a path out of the folder");
	fd = CHECK_CALL(syscall(SYS_openat2, kept_path, "./a", &how,
				sizeof(how)));
	close(fd);
	how.flags = O_CREAT | O_RDONLY | O_CLOEXEC;
	how.mode = 0666;
	umask(027);
	fd = CHECK_CALL(syscall(SYS_openat2, kept_path, "m", &how,
				sizeof(how)));
	has_flags(fd, O_RDONLY, FD_CLOEXEC);
	close(fd);
	CHECK(umask(022) == 027, "the umask changed");
	CHECK_CALL(faccessat(kept_path, "m", R_OK, 0));
	CHECK_CALL(unlinkat(kept_path, "m", 0));
}

int main(int argc, char **argv)
{
	victim_begin(argc, argv);
	folder_begin();
	open_kept();
	while (victim_next()) {
		check_kept();
		exclusive();
		truncating();
		kinds();
		nameless();
		appending();
		not_blocking();
		duplicates();
		beneath();
		CHECK_CALL(unlink(folder_path("a")));
	}
	CHECK_CALL(unlink(folder_path("kept")));
	CHECK_CALL(unlink(folder_path("fifo")));
	folder_end();
	return victim_pass();
}
