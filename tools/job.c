// SPDX-License-Identifier: GPL-2.0-only
/*
 * A job is a file of the user's, named as the job is, with a line "PID START"
 * for each process that was started under that name: the time of its start
 * tells it from another that later got its PID. To the job belong those that
 * still run, and their descendants.
 *
 * The files are in $MOSIX_JOBS, else in a folder of $XDG_RUNTIME_DIR, else in
 * one of /tmp that must belong to the user and be closed to all others.
 */
#include "job.h"
#include "process.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_LONGEST = 1024, NAME_LONGEST = 64 };

/**
 * job_is_name - may a job be called so?
 * @name: letters, digits, and . _ - but not at the beginning
 *
 * Return: 1 or 0.
 */
int job_is_name(const char *name)
{
	static const char good[] =
"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
	size_t n = strspn(name, good);

	return n && !name[n] && n <= NAME_LONGEST && !strchr("._-", name[0]);
}

static int folder(char path[PATH_LONGEST])
{
	const char *own = getenv("MOSIX_JOBS");
	const char *run = getenv("XDG_RUNTIME_DIR");
	struct stat st;

	if (own)
		snprintf(path, PATH_LONGEST, "%s", own);
	else if (run)
		snprintf(path, PATH_LONGEST, "%s/mosix-jobs", run);
	else
		snprintf(path, PATH_LONGEST, "/tmp/mosix-jobs-%u", geteuid());
	if (mkdir(path, 0700) && errno != EEXIST)
		return -errno;
	if (lstat(path, &st))
		return -errno;
	if (!S_ISDIR(st.st_mode) || st.st_uid != geteuid() ||
	    (st.st_mode & 022))
		return -EPERM;
	return 0;
}

static FILE *open_job(const char *name, const char *mode)
{
	char path[PATH_LONGEST], file[PATH_LONGEST + NAME_LONGEST + 2];
	int ret = folder(path);

	if (ret) {
		errno = -ret;
		return NULL;
	}
	snprintf(file, sizeof(file), "%s/%s", path, name);
	return fopen(file, mode);
}

/**
 * job_add - a process belongs to a job
 * @name: of the job
 * @pid: of the process, which runs
 *
 * Return: 0, or a negative errno.
 */
int job_add(const char *name, int pid)
{
	struct process process;
	FILE *file;
	int ret;

	ret = process_read(&process, pid);
	if (ret)
		return ret;
	file = open_job(name, "ae");
	if (!file)
		return -errno;
	fprintf(file, "%d %llu\n", pid, process.start);
	return fclose(file) ? -errno : 0;
}

static int is_listed(FILE *file, const struct process *process)
{
	unsigned long long start;
	int pid;

	rewind(file);
	while (fscanf(file, "%d %llu", &pid, &start) == 2)
		if (pid == process->pid && start == process->start)
			return 1;
	return 0;
}

static const struct process *find(const struct process *list, int n, int pid)
{
	int i;

	for (i = 0; i < n; i++)
		if (list[i].pid == pid)
			return list + i;
	return NULL;
}

/* Is it, or one of those it comes from, in the file? */
static int belongs(FILE *file, const struct process *list, int n,
		   const struct process *process)
{
	int generations = n;

	while (process && generations--) {
		if (is_listed(file, process))
			return 1;
		process = find(list, n, process->parent);
	}
	return 0;
}

/**
 * job_pids - the processes of a job
 * @name: of the job
 * @pids: receives them, for free()
 *
 * Return: how many, or a negative errno: -ENOENT when there is no such job.
 */
int job_pids(const char *name, int **pids)
{
	static const struct process_filter any;
	struct process *list;
	FILE *file;
	int i, n, have = 0;

	file = open_job(name, "re");
	if (!file)
		return -errno;
	n = process_list(&list, &any);
	if (n < 0) {
		fclose(file);
		return n;
	}
	*pids = calloc(n + 1, sizeof(**pids));
	for (i = 0; *pids && i < n; i++)
		if (belongs(file, list, n, list + i))
			(*pids)[have++] = list[i].pid;
	free(list);
	fclose(file);
	return *pids ? have : -ENOMEM;
}
