// SPDX-License-Identifier: GPL-2.0-only
/* mosps: which processes moved, where they are, and what was decided. */
#include "cli.h"
#include "job.h"
#include "json.h"
#include "node.h"
#include "process.h"
#include "text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char usage[] =
"usage: mosps [OPTIONS] [PID...]\n"
"List processes that moved, are away or are guests here: process, node it is\n"
"on, home node, moves so far, user (of a guest, at its home, - if that did not\n"
"tell), what the balancer said of it last, name.\n"
"  -a, --all          all processes that may be looked at\n"
"  -A, --away         those of this node that are elsewhere\n"
"  -g, --guests       those of other nodes that are here\n"
"  -L, --locked       those that the balancer leaves alone\n"
"  -u, --user USER    those of a user\n"
"  -w, --where NODE   those that are on a node\n"
"  -H, --home NODE    those whose home is a node\n"
"  -J, --job JOB      those of a job (see mosrun)\n"
"  -c, --count        how many are on each node, their CPU time and memory\n"
"  -l, --long         lock, CPU time and memory as well\n"
"  -s, --sort KEY     by pid, name, user, where, home, moves, cpu or mem;\n"
"                     -KEY begins with the largest\n"
"  -j, --json         as a list of objects, with all that is known\n"
"  -n, --no-heading   no first line\n"
"  -p, --proc DIR     another folder than /proc\n"
"  -h, --help         this text\n"
"  -V, --version      which version this is\n"
"Exit codes: 0 listed, 1 a process, a user, a job or /proc/mosix is not there,\n"
"2 wrong usage, such as a node that is none.\n";

static const struct option options[] = {
	{ "all", no_argument, NULL, 'a' },
	{ "away", no_argument, NULL, 'A' },
	{ "guests", no_argument, NULL, 'g' },
	{ "locked", no_argument, NULL, 'L' },
	{ "user", required_argument, NULL, 'u' },
	{ "where", required_argument, NULL, 'w' },
	{ "home", required_argument, NULL, 'H' },
	{ "job", required_argument, NULL, 'J' },
	{ "count", no_argument, NULL, 'c' },
	{ "long", no_argument, NULL, 'l' },
	{ "sort", required_argument, NULL, 's' },
	{ "json", no_argument, NULL, 'j' },
	{ "no-heading", no_argument, NULL, 'n' },
	{ }
};

static const struct cli cli = { "mosps", usage, "aAgLu:w:H:J:cls:jn", options };

enum { USER_WIDTH = 10 };

static struct process_filter filter = { .moved = 1 };
static const char *key = "pid";
static const char *job;
static int json, wide, no_heading, count;

static int fail(const char *what, const char *why)
{
	fprintf(stderr, "mosps: %s: %s\n", what, why);
	return EXIT_FAILED;
}

static void print_heading(void)
{
	printf("%7s %5s %5s %5s  %-*s ", "PID", "WHERE", "HOME", "MOVES",
	       USER_WIDTH, "USER");
	if (wide)
		printf("%4s %9s %9s  ", "LOCK", "CPU", "MEM");
	printf("%-24s %s\n", "WHY", "NAME");
}

static void print(const struct process *process)
{
	unsigned long long seconds = process->ticks / sysconf(_SC_CLK_TCK);

	printf("%7d %5u %5u %5u  %-*s ", process->pid, process->where,
	       process->home, process->moves, USER_WIDTH,
	       process_user_column(process->user, USER_WIDTH));
	if (wide)
		printf("%4d %6llu:%02llu %8lluM  ", process->locked,
		       seconds / 60, seconds % 60, process->rss_kib / 1024);
	printf("%-24s %s\n", process->why, process_name(process));
}

/* One node: @n processes that are on it. */
static void print_count(const struct process *list, int n)
{
	unsigned long long ticks = 0, rss_kib = 0, seconds;
	int i;

	for (i = 0; i < n; i++) {
		ticks += list[i].ticks;
		rss_kib += list[i].rss_kib;
	}
	seconds = ticks / sysconf(_SC_CLK_TCK);
	if (!json) {
		printf("%5u %9d %6llu:%02llu %8lluM\n", list->where, n,
		       seconds / 60, seconds % 60, rss_kib / 1024);
		return;
	}
	json_open(NULL, '{');
	json_number("node", list->where);
	json_number("processes", n);
	json_number("cpu_ms", ticks * 1000 / sysconf(_SC_CLK_TCK));
	json_number("rss_kib", rss_kib);
	json_close('}');
}

static void print_counts(struct process *list, int n)
{
	int i, first = 0;

	process_sort(list, n, "where");
	if (json)
		json_open(NULL, '[');
	else if (!no_heading)
		printf("%5s %9s %9s %9s\n", "NODE", "PROCESSES", "CPU", "MEM");
	for (i = 0; i < n; i++) {
		if (i + 1 < n && list[i + 1].where == list[first].where)
			continue;
		print_count(list + first, i + 1 - first);
		first = i + 1;
	}
	if (json)
		json_close(']');
}

static void print_all(struct process *list, int n)
{
	int i;

	if (count) {
		print_counts(list, n);
		return;
	}
	process_sort(list, n, key);
	if (json)
		json_open(NULL, '[');
	else if (!no_heading)
		print_heading();
	for (i = 0; i < n; i++) {
		if (json)
			process_json(list + i);
		else
			print(list + i);
	}
	if (json)
		json_close(']');
}

static int list_all(void)
{
	struct process *list;
	int *pids = NULL;
	int n;

	if (job) {
		n = job_pids(job, &pids);
		if (n < 0)
			return fail(job, n == -ENOENT ? "no such job" :
				    strerror(-n));
		filter.pid = pids;
		filter.pids = n;
		filter.moved = 0;
	}
	n = process_list(&list, &filter);
	free(pids);
	if (n < 0) {
		fprintf(stderr, "mosps: %s/mosix is not there\n", text_dir());
		return EXIT_FAILED;
	}
	print_all(list, n);
	free(list);
	return EXIT_DONE;
}

static int list_these(int n, char **pid)
{
	struct process *list = calloc(n, sizeof(*list));
	int i, ret, have = 0, status = EXIT_DONE;
	long number;

	if (!list)
		return fail("all", strerror(ENOMEM));
	for (i = 0; i < n; i++) {
		if (cli_number(pid[i], 1, 1L << 30, &number))
			cli_wrong(&cli);
		ret = process_read(list + have, number);
		if (ret)
			status = fail(pid[i], strerror(-ret));
		else
			have++;
	}
	print_all(list, have);
	free(list);
	return status;
}

static void read_node(unsigned int *id)
{
	if (!node_find(optarg, id))
		return;
	fprintf(stderr, "mosps: %s: there is no such node\n", optarg);
	exit(EXIT_USAGE);
}

/* Which processes; returns 0 for an option that is about something else. */
static int read_filter(int c)
{
	filter.moved &= c == 'c' || c == 'l' || c == 's' || c == 'j' || c == 'n';
	switch (c) {
	case 'a':
		return 1;
	case 'A':
		return filter.away = 1;
	case 'g':
		return filter.guests = 1;
	case 'L':
		return filter.locked = 1;
	case 'u':
		if (process_find_user(optarg, &filter.user))
			exit(fail(optarg, "no such user"));
		return filter.has_user = 1;
	case 'w':
		read_node(&filter.where);
		return 1;
	case 'H':
		read_node(&filter.home);
		return 1;
	default:
		return 0;
	}
}

static void read_option(int c)
{
	switch (c) {
	case 'J':
		job = optarg;
		if (!job_is_name(job))
			cli_wrong(&cli);
		break;
	case 'c':
		count = 1;
		break;
	case 'l':
		wide = 1;
		break;
	case 's':
		key = optarg;
		if (process_sort(NULL, 0, key))
			cli_wrong(&cli);
		break;
	case 'j':
		json = 1;
		break;
	default:
		no_heading = 1;
	}
}

int main(int argc, char **argv)
{
	int c;

	while ((c = cli_next(&cli, argc, argv)) != -1)
		if (!read_filter(c))
			read_option(c);
	if (optind < argc)
		return list_these(argc - optind, argv + optind);
	return list_all();
}
