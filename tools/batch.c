// SPDX-License-Identifier: GPL-2.0-only
/*
 * A batch is a file of command lines for the shell. So many run at once, the
 * next one begins when one ends. A signal ends the batch: no more are begun,
 * those that run get it too.
 */
#include "batch.h"
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct running {
	pid_t pid;		/* 0: nobody */
	char *line;
};

static volatile sig_atomic_t stopped;

static void stop(int number)
{
	stopped = number;
}

static void catch(void)
{
	struct sigaction action = { .sa_handler = stop };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
}

static int is_command(const char *line)
{
	line += strspn(line, " \t");
	return *line && *line != '#';
}

/* Who reads standard input would take lines from the batch that reads it. */
static void keep_lines(const struct batch *batch)
{
	int fd = strcmp(batch->file, "-") ? -1 : open("/dev/null", O_RDONLY);

	if (fd < 0)
		return;
	dup2(fd, STDIN_FILENO);
	close(fd);
}

/* Returns 1 when it cannot be begun. */
static int begin(struct running *run, const struct batch *batch,
		 struct start *start)
{
	char *const command[] = { "sh", "-c", run->line, NULL };

	fflush(NULL);
	run->pid = fork();
	if (run->pid < 0)
		fprintf(stderr, "mosrun: %s: %s\n", run->line, strerror(errno));
	if (run->pid)
		return run->pid < 0;
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	signal(SIGHUP, SIG_DFL);
	if (stopped)	/* since the fork */
		_exit(128 + stopped);
	keep_lines(batch);
	/* Here, so that it ends this line alone if it fails. */
	start->node = batch->choose();
	_exit(start_exec(start, command));
}

/* It has ended, or could not be begun. Returns @bad. */
static int forget(struct running *run, int bad, FILE *failed)
{
	if (bad && failed)
		fprintf(failed, "%s\n", run->line);
	free(run->line);
	*run = (struct running) {};
	return bad;
}

/* Those that run get the signal, too. */
static void pass_on(const struct running *runs, long n)
{
	long i;

	for (i = 0; i < n; i++)
		if (runs[i].pid)
			kill(runs[i].pid, stopped);
}

/* Wait for one to end. Returns 1 when it failed, -1 when there was none. */
static int end_one(struct running *runs, long n, FILE *failed)
{
	int status;
	pid_t pid;
	long i;

	pid = wait(&status);
	if (pid < 0 && errno == EINTR) {
		pass_on(runs, n);
		return 0;
	}
	for (i = 0; i < n && runs[i].pid != pid; i++)
		;
	if (pid < 0 || i == n)
		return pid < 0 ? -1 : 0;
	return forget(runs + i, !WIFEXITED(status) || WEXITSTATUS(status),
		      failed);
}

static struct running *free_place(struct running *runs, long n)
{
	long i;

	for (i = 0; i < n; i++)
		if (!runs[i].pid)
			return runs + i;
	return NULL;
}

static int run_all(const struct batch *batch, struct start *start, FILE *in,
		   FILE *failed)
{
	struct running *runs = calloc(batch->most, sizeof(*runs));
	int bad = 0, one, begun = 1;
	struct running *place;
	char *line = NULL;
	size_t room = 0;

	if (!runs)
		return START_FAILED;
	while (begun && !stopped) {
		begun = getline(&line, &room, in) >= 0;
		if (!begun)
			continue;
		line[strcspn(line, "\n")] = '\0';
		if (!is_command(line))
			continue;
		while (!(place = free_place(runs, batch->most)))
			bad += end_one(runs, batch->most, failed) > 0;
		if (stopped)
			break;
		place->line = strdup(line);
		if (begin(place, batch, start))
			bad += forget(place, 1, failed);
	}
	/* It may have come while a line was read. */
	if (stopped)
		pass_on(runs, batch->most);
	while ((one = end_one(runs, batch->most, failed)) >= 0)
		bad += one;
	free(line);
	free(runs);
	return stopped ? 128 + stopped : bad ? EXIT_FAILED : EXIT_DONE;
}

/**
 * batch_run - run all command lines of a file
 * @batch: which, and how many at once
 * @start: how to start each
 *
 * Return: an exit code: 0 when all of them ended well.
 */
int batch_run(const struct batch *batch, struct start *start)
{
	FILE *in = strcmp(batch->file, "-") ? fopen(batch->file, "re") : stdin;
	FILE *failed = NULL;
	int ret;

	if (!in) {
		fprintf(stderr, "mosrun: %s: %s\n", batch->file,
			strerror(errno));
		return START_FAILED;
	}
	if (batch->failed) {
		failed = fopen(batch->failed, "we");
		if (!failed) {
			fprintf(stderr, "mosrun: %s: %s\n", batch->failed,
				strerror(errno));
			return START_FAILED;
		}
	}
	catch();
	ret = run_all(batch, start, in, failed);
	if (failed)
		fclose(failed);
	return ret;
}
