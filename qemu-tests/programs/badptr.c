// SPDX-License-Identifier: GPL-2.0-only
/*
 * A bad pointer given to a syscall is EFAULT, never a signal; a buffer that is
 * good only in part is used as far as it is good.
 */
#include "victim.h"

#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>

enum { PAGE = 4096 };

static const uintptr_t bad[] = {
	0x10, 0x7ffffffff000, 0x800000000000, 0xffff888000000000, ~0ul - 7,
};

static void refuse(const char *what, long ret)
{
	CHECK(ret == -1 && errno == EFAULT, "%s: %ld, %s", what, ret,
	      ret == -1 ? strerror(errno) : "no error");
}

static void bad_pointer(int fd, int zero, void *p)
{
	struct iovec vec = { p, 16 };

	refuse("read", syscall(SYS_read, zero, p, 16));
	refuse("write", syscall(SYS_write, fd, p, 16));
	refuse("pread64", syscall(SYS_pread64, zero, p, 16, 0));
	refuse("writev", syscall(SYS_writev, fd, &vec, 1));
	refuse("open", syscall(SYS_open, p, O_RDONLY));
	refuse("stat", syscall(SYS_stat, "/", p));
	refuse("getcwd", syscall(SYS_getcwd, p, 100));
	refuse("pipe", syscall(SYS_pipe, p));
	refuse("nanosleep", syscall(SYS_nanosleep, p, NULL));
	refuse("rt_sigaction", syscall(SYS_rt_sigaction, SIGUSR1, p, NULL, 8));
	refuse("rt_sigprocmask", syscall(SYS_rt_sigprocmask, SIG_BLOCK, p,
					 NULL, 8));
}

/* What may be read and not written: nothing is made that nobody can name. */
static void bad_target(int zero, void *p)
{
	int next = CHECK_CALL(dup(zero)), now;

	close(next);
	refuse("pipe to constants", syscall(SYS_pipe, p));
	refuse("socketpair to constants",
	       syscall(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, p));
	refuse("read to constants", syscall(SYS_read, zero, p, 16));
	refuse("stat to constants", syscall(SYS_stat, "/", p));
	now = CHECK_CALL(dup(zero));
	close(now);
	CHECK(now == next, "descriptors up to %d stayed open", now - 1);
}

int main(int argc, char **argv)
{
	char *two, *constants;
	int fd, zero;

	victim_begin(argc, argv);
	fd = CHECK_CALL(open("/tmp", O_TMPFILE | O_RDWR, 0600));
	zero = CHECK_CALL(open("/dev/zero", O_RDONLY));
	two = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(two != MAP_FAILED, "mmap: %s", strerror(errno));
	CHECK_CALL(mprotect(two + PAGE, PAGE, PROT_NONE));
	constants = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(constants != MAP_FAILED, "mmap: %s", strerror(errno));
	memset(constants, 'c', PAGE);
	CHECK_CALL(mprotect(constants, PAGE, PROT_READ));
	while (victim_next()) {
		ssize_t ret;

		bad_target(zero, constants);
		bad_target(zero, two + PAGE);

		for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
			bad_pointer(fd, zero, (void *)bad[i]);
		/* Half good: as many bytes as the good page has. */
		memset(two + PAGE - 100, 'x', 100);
		CHECK_CALL(ftruncate(fd, 0));
		ret = syscall(SYS_pwrite64, fd, two + PAGE - 100, 200, 0);
		CHECK(ret == 100 || (ret == -1 && errno == EFAULT),
		      "pwrite from half a buffer: %zd", ret);
		CHECK(pwrite(fd, two + PAGE - 100, 100, 0) == 100, "pwrite: %s",
		      strerror(errno));
		memset(two, 0, PAGE);
		ret = syscall(SYS_pread64, fd, two + PAGE - 60, 100, 0);
		CHECK(ret == 60 || (ret == -1 && errno == EFAULT),
		      "pread to half a buffer: %zd", ret);
		CHECK(!two[PAGE - 61], "pread wrote before its buffer");
		CHECK(ret == -1 || two[PAGE - 1] == 'x', "pread wrote nothing");
	}
	return victim_pass();
}
