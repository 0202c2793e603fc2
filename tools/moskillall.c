// SPDX-License-Identifier: GPL-2.0-only
/* moskillall: a signal for all processes of a job, of a node or of a user. */
#include "cli.h"
#include "job.h"
#include "node.h"
#include "process.h"
#include "text.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <unistd.h>

static const char usage[] =
"usage: moskillall [OPTIONS]\n"
"Send a signal to all processes that the options choose, wherever they are;\n"
"to those that are begun meanwhile, too. One option must choose.\n"
"  -J, --job JOB      those of a job (see mosrun)\n"
"  -A, --away         those of this node that are elsewhere\n"
"  -w, --where NODE   those of this node that are on a node\n"
"  -u, --user USER    with one of these: those of a user\n"
"  -s, --signal SIG   by name or number (TERM)\n"
"  -n, --dry-run      print who would get it instead\n"
"  -p, --proc DIR     another folder than /proc\n"
"  -h, --help         this text\n"
"  -V, --version      which version this is\n"
"Exit codes: 0 all got it, 1 one did not, or there is none, 2 wrong usage.\n";

static const struct option options[] = {
	{ "job", required_argument, NULL, 'J' },
	{ "away", no_argument, NULL, 'A' },
	{ "where", required_argument, NULL, 'w' },
	{ "user", required_argument, NULL, 'u' },
	{ "signal", required_argument, NULL, 's' },
	{ "dry-run", no_argument, NULL, 'n' },
	{ }
};

static const struct cli cli = { "moskillall", usage, "J:Aw:u:s:n", options };

enum { ROUNDS_MOST = 100 };

/* Who had it already; the start tells one from another with its PID. */
struct had {
	int pid;
	unsigned long long start;
};

static struct process_filter filter;
static const char *job;
static int number = SIGTERM, dry_run;
static struct had *had;
static int had_count;

static int fail(const char *what, int error)
{
	fprintf(stderr, "moskillall: %s: %s\n", what, strerror(error));
	return EXIT_FAILED;
}

static int had_it(const struct process *process)
{
	int i;

	for (i = 0; i < had_count; i++)
		if (had[i].pid == process->pid &&
		    had[i].start == process->start)
			return 1;
	return 0;
}

static int remember(const struct process *process)
{
	struct had *grown = reallocarray(had, had_count + 1, sizeof(*had));

	if (!grown)
		return -ENOMEM;
	had = grown;
	had[had_count].pid = process->pid;
	had[had_count++].start = process->start;
	return 0;
}

/* By a descriptor: nobody else gets its PID between the look and the signal. */
static int send(const struct process *process)
{
	struct process now;
	int fd, ret = 0;

	if (dry_run) {
		printf("%d %s\n", process->pid, process_name(process));
		return 0;
	}
	fd = pidfd_open(process->pid, 0);
	if (fd < 0)
		return errno == ESRCH ? 0 : -errno;
	if (!process_read(&now, process->pid) && now.start == process->start &&
	    pidfd_send_signal(fd, number, NULL, 0) && errno != ESRCH)
		ret = -errno;
	close(fd);
	return ret;
}

/* Guests are for their homes to kill; we are not to end ourselves. */
static int is_chosen(const struct process *process)
{
	return process->pid != getpid() && !process_is_guest(process);
}

/* Returns how many were new, or a negative errno; @bad: some did not get it. */
static int round_of(int *bad)
{
	struct process *list;
	int *pids = NULL;
	int i, n, ret, fresh = 0;

	if (job) {
		n = job_pids(job, &pids);
		if (n < 0)
			return n;
		filter.pid = pids;
		filter.pids = n;
	}
	n = process_list(&list, &filter);
	free(pids);
	for (i = 0; i < n; i++) {
		if (!is_chosen(list + i) || had_it(list + i))
			continue;
		fresh++;
		ret = send(list + i) ?: remember(list + i);
		if (!ret)
			continue;
		fprintf(stderr, "moskillall: %d %s: %s\n", list[i].pid,
			process_name(list + i), strerror(-ret));
		*bad = 1;
		remember(list + i);
	}
	if (n >= 0)
		free(list);
	return n < 0 ? n : fresh;
}

/* What is begun while we look gets it in the next round. */
static int kill_all(void)
{
	int n, bad = 0, all = 0, rounds = ROUNDS_MOST;

	do {
		n = round_of(&bad);
		if (n < 0)
			return job && n == -ENOENT ?
			       fail(job, ENOENT) : fail("/proc/mosix", -n);
		all += n;
	} while (n && --rounds);
	if (!all)
		fputs("moskillall: there is no such process\n", stderr);
	return bad || !all ? EXIT_FAILED : EXIT_DONE;
}

static void set_signal(const char *word)
{
	long value;
	int i;

	if (!cli_number(word, 1, NSIG - 1, &value)) {
		number = value;
		return;
	}
	if (!strncasecmp(word, "SIG", 3))
		word += 3;
	for (i = 1; i < NSIG; i++) {
		if (!sigabbrev_np(i) || strcasecmp(sigabbrev_np(i), word))
			continue;
		number = i;
		return;
	}
	cli_wrong(&cli);
}

static void read_option(int c)
{
	switch (c) {
	case 'J':
		job = optarg;
		if (!job_is_name(job))
			cli_wrong(&cli);
		break;
	case 'A':
		filter.away = 1;
		break;
	case 'w':
		if (node_find(optarg, &filter.where)) {
			fprintf(stderr, "moskillall: %s: there is no such node\n",
				optarg);
			exit(EXIT_USAGE);
		}
		break;
	case 'u':
		if (process_find_user(optarg, &filter.user))
			exit(fail(optarg, ENOENT));
		filter.has_user = 1;
		break;
	case 's':
		set_signal(optarg);
		break;
	default:
		dry_run = 1;
	}
}

int main(int argc, char **argv)
{
	int c;

	while ((c = cli_next(&cli, argc, argv)) != -1)
		read_option(c);
	/* All of a user, or all at once, is what kill and pkill are for. */
	if (optind != argc || (!job && !filter.away && !filter.where))
		cli_wrong(&cli);
	return kill_all();
}
