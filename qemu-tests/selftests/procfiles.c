// SPDX-License-Identifier: GPL-2.0-only
/* /proc/PID/mosix: what each file says and which writes it takes. */
#include "procfile.h"

#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "kselftest_harness.h"

#define NOBODY 65534

FIXTURE(files)
{
	char text[PROCFILE_MAX];
	int self;
	int other;
};

FIXTURE_SETUP(files)
{
	if (procfile_read("/proc/mosix/self", self->text) < 0)
		SKIP(return, "this kernel has no /proc/mosix");
	self->self = atoi(self->text);
	self->other = procfile_other_node();
}

FIXTURE_TEARDOWN(files)
{
}

/* What a child returned when it ended: its exit status, or -1. */
static int wait_exit(pid_t child)
{
	int status;

	if (waitpid(child, &status, 0) != child || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}

/* The name that a program gives itself is one word of its line. */
TEST_F(files, a_name_is_one_word)
{
	char pid[16], *line;
	int words = 0;

	ASSERT_EQ(0, procfile_tell(procfile_path(0, "lock"), "0"));
	ASSERT_EQ(0, prctl(PR_SET_NAME, "a b\n1 \\"));
	ASSERT_LT(0, procfile_read("/proc/mosix/processes", self->text));
	snprintf(pid, sizeof(pid), "\n%d ", getpid());
	line = strstr(self->text, pid);
	ASSERT_NE(NULL, line);
	line = strtok(line + 1, "\n");
	EXPECT_NE(NULL, strstr(line, " a\\040b\\0121\\040\\134 ")) {
		TH_LOG("'%s'", line);
	}
	for (line = strtok(line, " "); line; line = strtok(NULL, " "))
		words++;
	EXPECT_EQ(9, words);
}

TEST_F(files, each_is_there_with_its_mode)
{
	static const struct {
		const char *name;
		mode_t mode;
	} all[] = {
		{ "where", 0444 }, { "home", 0444 }, { "goto", 0666 },
		{ "lock", 0666 }, { "nmigs", 0444 }, { "cantmove", 0444 },
		{ "strategy", 0666 }, { "last", 0444 }, { "why", 0444 }, { "would", 0444 },
		{ "sigmig", 0666 },
	};
	struct stat st;

	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		ASSERT_EQ(0, stat(procfile_path(0, all[i].name), &st)) {
			TH_LOG("no file %s", all[i].name);
		}
		EXPECT_EQ(all[i].mode, st.st_mode & 07777) {
			TH_LOG("of %s", all[i].name);
		}
	}
}

TEST_F(files, a_process_that_never_moved_says_so)
{
	char id[16];

	snprintf(id, sizeof(id), "%d", self->self);
	procfile_read(procfile_path(0, "where"), self->text);
	EXPECT_STREQ(id, self->text);
	procfile_read(procfile_path(0, "home"), self->text);
	EXPECT_STREQ(id, self->text);
	procfile_read(procfile_path(0, "nmigs"), self->text);
	EXPECT_STREQ("0", self->text);
	procfile_read(procfile_path(0, "last"), self->text);
	EXPECT_STREQ("-", self->text);
	procfile_read(procfile_path(0, "lock"), self->text);
	EXPECT_STREQ("0", self->text);
}

TEST_F(files, goto_refuses_what_is_no_node)
{
	static const char * const junk[] = {
		"\n", " ", "x", "2x", "-1", "0", "2 3", "homes", "HOME", "65536",
		"4294967298", "0x2", "2.0", "1\n2\n",
	};
	char longer[300];

	for (size_t i = 0; i < ARRAY_SIZE(junk); i++) {
		EXPECT_EQ(-EINVAL, procfile_tell(procfile_path(0, "goto"),
						 junk[i])) {
			TH_LOG("of '%s'", junk[i]);
		}
	}
	snprintf(longer, sizeof(longer), "%0*d", (int)sizeof(longer) - 1, 2);
	EXPECT_EQ(-EINVAL, procfile_tell(procfile_path(0, "goto"), longer));
	EXPECT_EQ(-EINVAL, procfile_write(procfile_path(0, "goto"), "2\0", 2));
	EXPECT_EQ(-EINVAL, procfile_write(procfile_path(0, "goto"), "2\0x", 3));
}

TEST_F(files, goto_knows_its_nodes)
{
	char id[16];

	EXPECT_EQ(-ENODEV, procfile_tell(procfile_path(0, "goto"), "65535"));
	/* Home needs no map. */
	EXPECT_EQ(0, procfile_tell(procfile_path(0, "goto"), "home"));
	if (!self->self)
		return;
	snprintf(id, sizeof(id), "%d\n", self->self);
	EXPECT_EQ(0, procfile_tell(procfile_path(0, "goto"), id));
	EXPECT_EQ(0, procfile_tell(procfile_path(0, "goto"), "home\n"));
	procfile_read(procfile_path(0, "nmigs"), self->text);
	EXPECT_STREQ("0", self->text);
}

TEST_F(files, lock_is_a_bit)
{
	static const char * const junk[] = { "\n", "2", "-1", "x", "1 1", "01x" };

	for (size_t i = 0; i < ARRAY_SIZE(junk); i++) {
		EXPECT_EQ(-EINVAL, procfile_tell(procfile_path(0, "lock"),
						 junk[i])) {
			TH_LOG("of '%s'", junk[i]);
		}
	}
	EXPECT_EQ(0, procfile_tell(procfile_path(0, "lock"), "1\n"));
	procfile_read(procfile_path(0, "lock"), self->text);
	EXPECT_STREQ("1", self->text);
	EXPECT_EQ(-EINVAL, procfile_tell(procfile_path(0, "lock"), "7"));
	procfile_read(procfile_path(0, "lock"), self->text);
	EXPECT_STREQ("1", self->text);
	EXPECT_EQ(0, procfile_tell(procfile_path(0, "lock"), "0"));
	procfile_read(procfile_path(0, "lock"), self->text);
	EXPECT_STREQ("0", self->text);
}

TEST_F(files, sigmig_is_a_signal)
{
	static const char * const junk[] = {
		"\n", "-1", "x", "65", "256", "9", "19", "10 12", "SIGUSR1",
	};

	EXPECT_EQ(0, procfile_tell(procfile_path(0, "sigmig"), "64\n"));
	for (size_t i = 0; i < ARRAY_SIZE(junk); i++) {
		EXPECT_EQ(-EINVAL, procfile_tell(procfile_path(0, "sigmig"),
						 junk[i])) {
			TH_LOG("of '%s'", junk[i]);
		}
	}
	procfile_read(procfile_path(0, "sigmig"), self->text);
	EXPECT_STREQ("64", self->text);
	EXPECT_EQ(0, procfile_tell(procfile_path(0, "sigmig"), "0"));
	procfile_read(procfile_path(0, "sigmig"), self->text);
	EXPECT_STREQ("0", self->text);
}

/* The next program has no handler: it would die of it. */
TEST_F(files, sigmig_is_of_one_program)
{
	pid_t child;

	ASSERT_EQ(0, procfile_tell(procfile_path(0, "sigmig"), "23"));
	child = fork();
	if (!child) {
		procfile_read(procfile_path(0, "sigmig"), self->text);
		if (strcmp(self->text, "0"))
			_exit(1);
		if (procfile_tell(procfile_path(0, "sigmig"), "17"))
			_exit(2);
		execl("/proc/self/exe", "procfiles", "--asked", NULL);
		_exit(3);
	}
	EXPECT_EQ(7, wait_exit(child));
	procfile_read(procfile_path(0, "sigmig"), self->text);
	EXPECT_STREQ("23", self->text);
	EXPECT_EQ(0, procfile_tell(procfile_path(0, "sigmig"), "0"));
}

TEST_F(files, lock_is_inherited)
{
	pid_t child;

	ASSERT_EQ(0, procfile_tell(procfile_path(0, "lock"), "1"));
	child = fork();
	if (!child) {
		procfile_read(procfile_path(0, "lock"), self->text);
		if (strcmp(self->text, "1"))
			_exit(1);
		execl("/proc/self/exe", "procfiles", "--locked", NULL);
		_exit(2);
	}
	EXPECT_EQ(7, wait_exit(child));
}

TEST_F(files, what_is_only_read_takes_no_write)
{
	static const char * const names[] = {
		"where", "home", "nmigs", "cantmove", "last", "would",
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		EXPECT_GT(0, procfile_tell(procfile_path(0, names[i]), "1")) {
			TH_LOG("of %s", names[i]);
		}
	}
}

TEST_F(files, only_who_may_kill_may_move)
{
	pid_t child;

	if (geteuid())
		SKIP(return, "only root can become somebody else");
	child = fork();
	if (!child) {
		if (setgid(NOBODY) || setuid(NOBODY))
			_exit(1);
		if (procfile_tell(procfile_path(getppid(), "goto"), "home") !=
		    -EPERM)
			_exit(2);
		if (procfile_tell(procfile_path(getppid(), "lock"), "1") !=
		    -EPERM)
			_exit(3);
		if (procfile_tell(procfile_path(getppid(), "sigmig"), "10") !=
		    -EPERM)
			_exit(6);
		if (procfile_read(procfile_path(getppid(), "where"),
				  self->text) < 1)
			_exit(4);
		if (procfile_tell(procfile_path(0, "lock"), "1"))
			_exit(5);
		_exit(0);
	}
	EXPECT_EQ(0, wait_exit(child));
	procfile_read(procfile_path(0, "lock"), self->text);
	EXPECT_STREQ("0", self->text);
}

TEST_F(files, a_dead_process_has_no_files)
{
	char path[128];
	pid_t child = fork();
	int fd;

	if (!child) {
		pause();
		_exit(0);
	}
	snprintf(path, sizeof(path), "%s", procfile_path(child, "goto"));
	fd = open(path, O_RDWR);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, kill(child, SIGKILL));
	EXPECT_EQ(-1, wait_exit(child));
	EXPECT_EQ(-1, write(fd, "home", 4));
	EXPECT_EQ(ESRCH, errno);
	EXPECT_EQ(-1, read(fd, self->text, 10));
	EXPECT_EQ(ESRCH, errno);
	close(fd);
	EXPECT_EQ(-ENOENT, procfile_tell(path, "home"));
}

TEST_F(files, tunables_take_only_their_values)
{
	static const char block[] = "/proc/mosix/admin/block";
	static const char strategy[] = "/proc/mosix/admin/strategy";
	char before[64];

	if (geteuid())
		SKIP(return, "only root may");
	procfile_read(strategy, self->text);
	snprintf(before, sizeof(before), "%.60s", self->text);
	EXPECT_EQ(-EINVAL, procfile_tell(block, "2"));
	EXPECT_EQ(-EINVAL, procfile_tell(block, "yes"));
	EXPECT_EQ(-EINVAL, procfile_tell(block, "-1"));
	EXPECT_EQ(-EINVAL, procfile_tell(strategy, "fast"));
	EXPECT_EQ(0, procfile_tell(strategy, "demand\n"));
	procfile_read(strategy, self->text);
	EXPECT_STREQ("demand", self->text);
	EXPECT_EQ(0, procfile_tell(strategy, before));
}

static int say_lock(void)
{
	static char text[PROCFILE_MAX];

	procfile_read(procfile_path(0, "lock"), text);
	return strcmp(text, "1") ? 3 : 7;
}

static int say_asked(void)
{
	static char text[PROCFILE_MAX];

	procfile_read(procfile_path(0, "sigmig"), text);
	return strcmp(text, "0") ? 4 : 7;
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "--asked"))
		return say_asked();
	if (argc == 2 && !strcmp(argv[1], "--locked"))
		return say_lock();
	return test_harness_run(argc, argv);
}
