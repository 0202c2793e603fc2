// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a process carries about with it: umask, folder, limits, priority, name
 * and prctl settings. Set once or changed in each round, they stay as set.
 */
#include "victim.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

static char folder[4096];

static void check_folder(void)
{
	char now[4096], expected[4200];
	struct stat st;
	int fd;

	snprintf(expected, sizeof(expected), "%s/%s", folder,
		 victim.done & 1 ? "one" : "two");
	CHECK_CALL(chdir(expected));
	CHECK(getcwd(now, sizeof(now)) && !strcmp(now, expected),
	      "in %s, not in %s", now, expected);
	fd = CHECK_CALL(open("relative", O_CREAT | O_WRONLY, 0666));
	CHECK_CALL(fstat(fd, &st));
	CHECK((st.st_mode & 0777) == 0626, "a file has mode %o",
	      st.st_mode & 0777);
	close(fd);
	CHECK_CALL(unlink("relative"));
	CHECK(umask(040) == 040, "the umask changed");
}

static void check_limits(void)
{
	struct rlimit limit, set = { 100 + victim.done % 50, 1000 };

	CHECK_CALL(getrlimit(RLIMIT_FSIZE, &limit));
	CHECK(limit.rlim_cur == 100000 && limit.rlim_max == 200000,
	      "RLIMIT_FSIZE is %lu, %lu", limit.rlim_cur, limit.rlim_max);
	CHECK_CALL(setrlimit(RLIMIT_NOFILE, &set));
	CHECK_CALL(getrlimit(RLIMIT_NOFILE, &limit));
	CHECK(limit.rlim_cur == set.rlim_cur, "RLIMIT_NOFILE is %lu, not %lu",
	      limit.rlim_cur, set.rlim_cur);
	CHECK(getpriority(PRIO_PROCESS, 0) == 7, "nice is %d",
	      getpriority(PRIO_PROCESS, 0));
}

/* The name, as the process asks for it and as /proc shows it. */
static void check_name(void)
{
	char name[16], now[17] = "", line[32] = "";
	FILE *comm;

	snprintf(name, sizeof(name), "name-%lu", victim.done % 1000);
	CHECK_CALL(prctl(PR_SET_NAME, name));
	CHECK_CALL(prctl(PR_GET_NAME, now));
	CHECK(!strcmp(now, name), "the name is %s, not %s", now, name);
	comm = fopen("/proc/self/comm", "r");
	CHECK(comm && fgets(line, sizeof(line), comm), "/proc/self/comm: %s",
	      strerror(errno));
	fclose(comm);
	CHECK(!strncmp(line, name, strlen(name)), "/proc says %s, not %s", line,
	      name);
}

static void check_prctl(void)
{
	int sig = 0;

	CHECK_CALL(prctl(PR_GET_PDEATHSIG, &sig));
	CHECK(sig == SIGUSR2, "PDEATHSIG is %d", sig);
	CHECK(prctl(PR_GET_DUMPABLE) == 1, "not dumpable any more");
	CHECK(prctl(PR_GET_TIMERSLACK) == 123456, "timer slack is %d",
	      prctl(PR_GET_TIMERSLACK));
	CHECK(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1, "new privileges");
}

int main(int argc, char **argv)
{
	struct rlimit size = { 100000, 200000 };
	char path[4200];

	victim_begin(argc, argv);
	snprintf(folder, sizeof(folder), "%s/limits.%d",
		 victim.dir ? victim.dir : "/tmp", getpid());
	umask(040);
	CHECK_CALL(mkdir(folder, 0700));
	snprintf(path, sizeof(path), "%s/one", folder);
	CHECK_CALL(mkdir(path, 0700));
	snprintf(path, sizeof(path), "%s/two", folder);
	CHECK_CALL(mkdir(path, 0700));
	CHECK_CALL(setrlimit(RLIMIT_FSIZE, &size));
	CHECK_CALL(setpriority(PRIO_PROCESS, 0, 7));
	CHECK_CALL(prctl(PR_SET_PDEATHSIG, SIGUSR2));
	CHECK_CALL(prctl(PR_SET_TIMERSLACK, 123456));
	CHECK_CALL(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	while (victim_next()) {
		check_folder();
		check_limits();
		check_name();
		check_prctl();
	}
	CHECK_CALL(chdir("/"));
	CHECK_CALL(rmdir(path));
	snprintf(path, sizeof(path), "%s/one", folder);
	CHECK_CALL(rmdir(path));
	CHECK_CALL(rmdir(folder));
	return victim_pass();
}
