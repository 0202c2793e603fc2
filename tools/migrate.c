// SPDX-License-Identifier: GPL-2.0-only
/* migrate: have processes move, and say why one does not. */
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
#include <sys/time.h>

static const char usage[] =
"usage: migrate [OPTIONS] [PID...] WHERE\n"
"Have processes move, and wait until they are there. WHERE is one of\n"
"  NODE             an id, an address of the node map, or a host's name\n"
"  home             their home nodes\n"
"  best             the node that would do them soonest\n"
"  out              the best one that is not the one they are on\n"
"  balance          wherever the balancer wants: takes a lock away\n"
"  -j, --job JOB    the processes of a job, too (see mosrun)\n"
"  -l, --lock       keep the balancer from moving them afterwards\n"
"  -t, --timeout S  wait S seconds in all; what is on its way goes on\n"
"  -q, --quiet      say nothing, the exit code tells\n"
"  -p, --proc DIR   another folder than /proc\n"
"  -h, --help       this text\n"
"  -V, --version    which version this is\n"
"Exit codes: 0 all are there, 1 one or more are not, 2 wrong usage,\n"
"3 the time is over or a signal came, the rest is on its way.\n";

static const struct option options[] = {
	{ "job", required_argument, NULL, 'j' },
	{ "lock", no_argument, NULL, 'l' },
	{ "timeout", required_argument, NULL, 't' },
	{ "quiet", no_argument, NULL, 'q' },
	{ }
};

static const struct cli cli = { "migrate", usage, "j:lt:q", options };

static int quiet;
static int lock;

/* The lines of a file of the process, each behind some space. */
static void explain(int pid, const char *file)
{
	char text[VALUE_MAX], *line, *rest = text;

	if (text_read(text, "%d/mosix/%s", pid, file))
		return;
	while ((line = strsep(&rest, "\n")))
		if (*line && strcmp(line, "-"))
			fprintf(stderr, "\t%s\n", line);
}

static int exists(int pid)
{
	char text[VALUE_MAX];

	return !text_read(text, "%d/comm", pid);
}

static int complain(int pid, int error)
{
	if (!quiet && error == ENOENT)
		fprintf(stderr, "migrate: %d: %s\n", pid, exists(pid) ?
			"this kernel does not move processes" :
			"no such process");
	else if (!quiet)
		fprintf(stderr, "migrate: %d: %s\n", pid, cli_error(error));
	if (quiet)
		return error == EINTR ? EXIT_WAITING : EXIT_FAILED;
	if (error == EBUSY)
		explain(pid, "cantmove");
	else if (error == ECONNREFUSED || error == EHOSTUNREACH ||
		 error == ENOMEM)
		explain(pid, "last");
	return error == EINTR ? EXIT_WAITING : EXIT_FAILED;
}

/* An id as text; what is left empty has no such node. */
static void choose(char target[16], const char *word, int pid)
{
	static struct node *nodes;
	static int n;
	struct node_want want = {};
	struct process process;
	int best;

	target[0] = '\0';
	if (process_read(&process, pid))
		return;
	if (!strcmp(word, "out"))
		want.but = process.where;
	if (want.but && process_is_guest(&process)) {
		strcpy(target, "home");	/* only its home leads its moves */
		return;
	}
	if (!nodes)
		n = node_load(&nodes);
	want.mem_kib = process.rss_kib;
	best = n > 0 ? node_best(nodes, n, &want) : -1;
	if (best >= 0)
		snprintf(target, 16, "%u", nodes[best].id);
}

static int move(int pid, const char *word)
{
	char target[16];
	int error = 0;

	if (!strcmp(word, "balance")) {
		error = -text_write("0", "%d/mosix/lock", pid);
		return error ? complain(pid, error) : EXIT_DONE;
	}
	if (!strcmp(word, "best") || !strcmp(word, "out"))
		choose(target, word, pid);
	else
		snprintf(target, sizeof(target), "%s", word);
	if (lock)
		error = -text_write("1", "%d/mosix/lock", pid);
	if (!error && !*target)
		error = exists(pid) ? ENODEV : ENOENT;
	if (!error)
		error = -text_write(target, "%d/mosix/goto", pid);
	return error ? complain(pid, error) : EXIT_DONE;
}

static void wake(int number)
{
	(void)number;	/* that write(2) ends is all that is wanted */
}

/* SIGALRM ends the write(2) that waits; the move itself goes on. */
static void set_timeout(double seconds)
{
	struct sigaction action = { .sa_handler = wake };
	struct itimerval timer = {};

	sigaction(SIGALRM, &action, NULL);
	timer.it_value.tv_sec = seconds;
	timer.it_value.tv_usec = (seconds - timer.it_value.tv_sec) * 1e6;
	/* what is over already, too, is asked for; then a little at a time */
	timer.it_interval.tv_usec = 10000;
	if (!timer.it_value.tv_sec && !timer.it_value.tv_usec)
		timer.it_value.tv_usec = 1;
	setitimer(ITIMER_REAL, &timer, NULL);
}

static int move_job(const char *job, const char *word)
{
	int ret = EXIT_DONE, one, *pids;
	int i, n = job_pids(job, &pids);

	if (n < 0) {
		if (!quiet)
			fprintf(stderr, "migrate: job %s: %s\n", job,
				n == -ENOENT ? "no such job" : cli_error(-n));
		return EXIT_FAILED;
	}
	for (i = 0; i < n; i++) {
		one = move(pids[i], word);
		ret = one > ret ? one : ret;
	}
	free(pids);
	return ret;
}

/* The word that goto takes, or one of ours; does not return from others. */
static const char *read_where(const char *word)
{
	static const char *const own[] = { "home", "best", "out", "balance" };
	static char id_text[16];
	unsigned int id;
	size_t i;

	for (i = 0; i < sizeof(own) / sizeof(*own); i++)
		if (!strcmp(word, own[i]))
			return word;
	if (node_find(word, &id)) {
		fprintf(stderr, "migrate: %s: there is no such node\n", word);
		exit(EXIT_USAGE);
	}
	snprintf(id_text, sizeof(id_text), "%u", id);
	return id_text;
}

static const char *job;

static void read_option(int c)
{
	char *end;
	double seconds;

	switch (c) {
	case 'j':
		job = optarg;
		if (!job_is_name(job))
			cli_wrong(&cli);
		break;
	case 'l':
		lock = 1;
		break;
	case 't':
		seconds = strtod(optarg, &end);
		if (end == optarg || *end || !(seconds >= 0 && seconds < 1e9))
			cli_wrong(&cli);
		set_timeout(seconds);
		break;
	default:
		quiet = 1;
	}
}

int main(int argc, char **argv)
{
	int c, one, ret = EXIT_DONE;
	const char *where;
	long pid;

	while ((c = cli_next(&cli, argc, argv)) != -1)
		read_option(c);
	if (argc - optind < (job ? 1 : 2))
		cli_wrong(&cli);
	for (c = optind; c < argc - 1; c++)
		if (cli_number(argv[c], 1, 1L << 30, &pid))
			cli_wrong(&cli);
	where = read_where(argv[argc - 1]);
	if (job)
		ret = move_job(job, where);
	for (; optind < argc - 1; optind++) {
		one = move(atoi(argv[optind]), where);
		ret = one > ret ? one : ret;
	}
	return ret;
}
