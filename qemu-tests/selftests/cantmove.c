// SPDX-License-Identifier: GPL-2.0-only
/*
 * /proc/PID/mosix/cantmove: each reason appears with its cause, in words, makes
 * a move EBUSY, and goes with its cause where that can go.
 */
#include "procfile.h"

#include <asm/ldt.h>
#include <linux/aio_abi.h>
#include <linux/userfaultfd.h>
#include <sched.h>
#include <signal.h>
#include <sys/io.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include "kselftest_harness.h"

enum { PAGE = 4096, NOT_HERE = -1 };

static char text[PROCFILE_MAX];
static void *area;

/*
 * How each cause is made and undone: 0, or NOT_HERE, or a positive errno. All
 * of it happens in a program of its own, since the harness has shared memory.
 */

static int result(long ret)
{
	if (ret != -1)
		return 0;
	switch (errno) {
	case ENOSYS:
	case EPERM:
	case EOPNOTSUPP:
		return NOT_HERE;
	}
	return errno;
}

static int map_area(int flags, int fd)
{
	area = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, flags, fd, 0);
	return result(area == MAP_FAILED ? -1 : 0);
}

static int unmap_area(void)
{
	return result(munmap(area, PAGE));
}

static int shared_fd = -1;

static int make_shared(void)
{
	int fd = memfd_create("shared", MFD_CLOEXEC), ret;
	char path[32];

	if (fd < 0 || ftruncate(fd, PAGE))
		return NOT_HERE;
	/* What was mapped is closed: it is still open by another way. */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	shared_fd = open(path, O_RDWR | O_CLOEXEC);
	ret = map_area(MAP_SHARED, fd);
	close(fd);
	return shared_fd < 0 ? NOT_HERE : ret;
}

/* One that nobody can reach any more holds nobody. */
static int undo_shared(void)
{
	return result(close(shared_fd));
}

static int make_hugetlb(void)
{
	area = mmap(NULL, 2 << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS |
		    MAP_HUGETLB | MAP_NORESERVE, -1, 0);
	return area == MAP_FAILED ? NOT_HERE : 0;
}

static int undo_hugetlb(void)
{
	return result(munmap(area, 2 << 20));
}

static int make_userfaultfd(void)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register range;
	int fd = syscall(SYS_userfaultfd, O_CLOEXEC);
	int ret = map_area(MAP_PRIVATE | MAP_ANONYMOUS, -1);

	if (fd < 0 || ret)
		return fd < 0 ? result(-1) : ret;
	range = (struct uffdio_register){
		.range = { (uintptr_t)area, PAGE },
		.mode = UFFDIO_REGISTER_MODE_MISSING,
	};
	ret = result(ioctl(fd, UFFDIO_API, &api));
	return ret ? ret : result(ioctl(fd, UFFDIO_REGISTER, &range));
}

static aio_context_t aio;

static int make_aio(void)
{
	return result(syscall(SYS_io_setup, 4, &aio));
}

static int make_realtime(void)
{
	struct sched_param param = { .sched_priority = 1 };

	return result(sched_setscheduler(0, SCHED_FIFO, &param));
}

static int undo_realtime(void)
{
	struct sched_param param = { .sched_priority = 0 };

	return result(sched_setscheduler(0, SCHED_OTHER, &param));
}

static int make_ldt(void)
{
	struct user_desc desc = { .entry_number = 0, .limit = 0xfffff,
				  .seg_32bit = 1, .limit_in_pages = 1 };

	return result(syscall(SYS_modify_ldt, 1, &desc, sizeof(desc)) ? -1 : 0);
}

static int make_ports(void)
{
	return result(ioperm(0x80, 1, 1));
}

static int make_private(void)
{
	return result(prctl(PR_SET_DUMPABLE, 0));
}

static int undo_private(void)
{
	return result(prctl(PR_SET_DUMPABLE, 1));
}

static int make_io_uring(void)
{
	char params[120] = "";

	return result(syscall(SYS_io_uring_setup, 4, params));
}

struct cause {
	const char *name;
	const char *words;
	int (*make)(void);
	int (*undo)(void);
};

static const struct cause causes[] = {
	{ "shared", "writable shared mapping", make_shared, undo_shared },
	{ "hugetlb", "hugetlb mapping", make_hugetlb, undo_hugetlb },
	{ "userfaultfd", "userfaultfd", make_userfaultfd, unmap_area },
	/* The ring of completed requests is memory shared with the kernel. */
	{ "aio", "writable shared mapping\nasynchronous I/O context", make_aio,
	  NULL },
	{ "io_uring", "io_uring", make_io_uring, NULL },
	{ "realtime", "real-time scheduling", make_realtime, undo_realtime },
	{ "ldt", "local descriptor table or segment register", make_ldt,
	  NULL },
	{ "ports", "I/O port permissions", make_ports, NULL },
	{ "private", "private memory (not dumpable)",
	  make_private, undo_private },
	/* No cause at all: they move with their process. */
	{ "none", "", NULL, NULL },
};

static const struct cause *find_cause(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(causes); i++)
		if (!strcmp(causes[i].name, name))
			return &causes[i];
	return NULL;
}

/* The harness maps shared memory before main(): it is a cause of its own. */
static void drop_shared_memory(void)
{
	unsigned long from, to;
	char *line;

	procfile_read("/proc/self/maps", text);
	for (line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		if (strstr(line, " rw-s ") &&
		    sscanf(line, "%lx-%lx", &from, &to) == 2)
			munmap((void *)from, to - from);
}

/* The program that has the cause: 'm' makes it, 'u' undoes it, each answered. */
static int serve_orders(const char *name)
{
	const struct cause *cause = find_cause(name);
	char order;

	drop_shared_memory();
	while (read(0, &order, 1) == 1) {
		int (*act)(void) = order == 'm' ? cause->make :
				   order == 'u' ? cause->undo : NULL;
		signed char answer = act ? act() : 0;

		if (write(1, &answer, 1) != 1)
			return 1;
	}
	return 0;
}

FIXTURE(reason)
{
	int other;
	int orders;
	int answers;
	pid_t pid;
};

FIXTURE_VARIANT(reason)
{
	const char *cause;
};

FIXTURE_VARIANT_ADD(reason, shared)
{
	.cause = "shared",
};

FIXTURE_VARIANT_ADD(reason, hugetlb)
{
	.cause = "hugetlb",
};

FIXTURE_VARIANT_ADD(reason, userfaultfd)
{
	.cause = "userfaultfd",
};

FIXTURE_VARIANT_ADD(reason, aio)
{
	.cause = "aio",
};

FIXTURE_VARIANT_ADD(reason, io_uring)
{
	.cause = "io_uring",
};

FIXTURE_VARIANT_ADD(reason, realtime)
{
	.cause = "realtime",
};

FIXTURE_VARIANT_ADD(reason, ldt)
{
	.cause = "ldt",
};

FIXTURE_VARIANT_ADD(reason, ports)
{
	.cause = "ports",
};

FIXTURE_VARIANT_ADD(reason, private)
{
	.cause = "private",
};

/* Start this very program again, as the one that has the cause. */
static pid_t start_server(const char *cause, int fds[2], int flags)
{
	int to[2], from[2];
	pid_t pid;

	if (pipe2(to, O_CLOEXEC) || pipe2(from, O_CLOEXEC))
		return -1;
	pid = syscall(SYS_clone, flags | SIGCHLD, 0, 0, 0, 0);
	if (!pid) {
		dup2(to[0], 0);
		dup2(from[1], 1);
		execl("/proc/self/exe", "cantmove", "--serve", cause, NULL);
		_exit(127);
	}
	close(to[0]);
	close(from[1]);
	fds[0] = to[1];
	fds[1] = from[0];
	return pid;
}

/* -2 when it died. */
static int give_order(int orders, int answers, char order)
{
	signed char answer;

	if (write(orders, &order, 1) != 1 || read(answers, &answer, 1) != 1)
		return -2;
	return answer;
}

FIXTURE_SETUP(reason)
{
	int fds[2];

	if (procfile_read(procfile_path(0, "cantmove"), text) < 0)
		SKIP(return, "this kernel has no /proc/PID/mosix");
	self->other = procfile_other_node();
	self->pid = start_server(variant->cause, fds, 0);
	ASSERT_LT(0, self->pid);
	self->orders = fds[0];
	self->answers = fds[1];
}

FIXTURE_TEARDOWN(reason)
{
	if (self->pid <= 0)
		return;
	kill(self->pid, SIGKILL);
	waitpid(self->pid, NULL, 0);
}

static int try_to_move(pid_t pid, int node)
{
	char id[16];

	snprintf(id, sizeof(id), "%d", node);
	return procfile_tell(procfile_path(pid, "goto"), id);
}

TEST_F(reason, comes_and_goes_with_its_cause)
{
	const struct cause *cause = find_cause(variant->cause);
	int ret;

	/* An order that means nothing, answered once the program is there. */
	ASSERT_EQ(0, give_order(self->orders, self->answers, '?'));
	procfile_read(procfile_path(self->pid, "cantmove"), text);
	ASSERT_STREQ("", text);
	ret = give_order(self->orders, self->answers, 'm');
	if (ret == NOT_HERE)
		SKIP(return, "this kernel cannot do that");
	ASSERT_EQ(0, ret);
	procfile_read(procfile_path(self->pid, "cantmove"), text);
	EXPECT_STREQ(cause->words, text);
	if (self->other)
		EXPECT_EQ(-EBUSY, try_to_move(self->pid, self->other));
	procfile_read(procfile_path(self->pid, "nmigs"), text);
	EXPECT_STREQ("0", text);
	if (!cause->undo)
		return;
	ASSERT_EQ(0, give_order(self->orders, self->answers, 'u'));
	procfile_read(procfile_path(self->pid, "cantmove"), text);
	EXPECT_STREQ("", text);
}

FIXTURE(other)
{
	int node;
	int fds[2];
};

FIXTURE_SETUP(other)
{
	if (procfile_read(procfile_path(0, "cantmove"), text) < 0)
		SKIP(return, "this kernel has no /proc/PID/mosix");
	self->node = procfile_other_node();
}

FIXTURE_TEARDOWN(other)
{
}

TEST_F(other, a_plain_program_has_no_reason)
{
	pid_t pid = start_server("none", self->fds, 0);

	ASSERT_LT(0, pid);
	EXPECT_EQ(0, give_order(self->fds[0], self->fds[1], 'm'));
	procfile_read(procfile_path(pid, "cantmove"), text);
	EXPECT_STREQ("", text);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

TEST_F(other, kernel_threads_and_init_stay)
{
	procfile_read(procfile_path(2, "cantmove"), text);
	EXPECT_STREQ("kernel thread", text);
	procfile_read(procfile_path(1, "cantmove"), text);
	EXPECT_NE(NULL, strstr(text, "init process"));
	if (!self->node)
		return;
	EXPECT_EQ(-EBUSY, try_to_move(1, self->node));
	EXPECT_EQ(-EBUSY, try_to_move(2, self->node));
}

TEST_F(other, a_traced_program_stays)
{
	pid_t pid = start_server("none", self->fds, 0);

	ASSERT_LT(0, pid);
	ASSERT_EQ(0, give_order(self->fds[0], self->fds[1], 'm'));
	if (ptrace(PTRACE_SEIZE, pid, NULL, NULL))
		SKIP(return, "no ptrace here");
	procfile_read(procfile_path(pid, "cantmove"), text);
	EXPECT_STREQ("traced", text);
	if (self->node)
		EXPECT_EQ(-EBUSY, try_to_move(pid, self->node));
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

TEST_F(other, a_program_in_a_pid_namespace_may_go)
{
	pid_t pid = start_server("none", self->fds, CLONE_NEWPID);

	if (pid < 0)
		SKIP(return, "no PID namespace here");
	ASSERT_EQ(0, give_order(self->fds[0], self->fds[1], 'm'));
	procfile_read(procfile_path(pid, "cantmove"), text);
	EXPECT_STREQ("", text);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

TEST_F(other, a_program_in_a_time_namespace_may_go)
{
	pid_t pid;

	if (unshare(CLONE_NEWTIME))
		SKIP(return, "no time namespace here");
	pid = start_server("none", self->fds, 0);
	ASSERT_LT(0, pid);
	ASSERT_EQ(0, give_order(self->fds[0], self->fds[1], 'm'));
	procfile_read(procfile_path(pid, "cantmove"), text);
	EXPECT_STREQ("", text);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

TEST_F(other, a_zombie_is_exiting)
{
	pid_t pid = start_server("none", self->fds, 0);
	siginfo_t info;

	ASSERT_LT(0, pid);
	kill(pid, SIGKILL);
	ASSERT_EQ(0, waitid(P_PID, pid, &info, WEXITED | WNOWAIT));
	procfile_read(procfile_path(pid, "cantmove"), text);
	EXPECT_STREQ("exiting", text);
	if (self->node)
		EXPECT_GT(0, try_to_move(pid, self->node));
	waitpid(pid, NULL, 0);
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "--serve"))
		_exit(serve_orders(argv[2]));
	return test_harness_run(argc, argv);
}
