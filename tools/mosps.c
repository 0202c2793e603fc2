// SPDX-License-Identifier: GPL-2.0-only
/* mosps: which processes moved, where they are, and what was decided. */
#include "text.h"

#include <dirent.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
"usage: mosps [OPTIONS] [PID...]\n"
"List processes that moved, are away or are guests here: process, node it is\n"
"on, home node, moves so far, what the balancer said of it last, name.\n"
"  -a, --all         all processes that may be looked at\n"
"  -n, --no-heading  no first line\n"
"  -p, --proc DIR    another folder than /proc\n"
"  -h, --help        this text\n"
"Exit codes: 0 listed, 1 a process or /proc/PID/mosix is not there, 2 wrong\n"
"usage.\n";

static int all;

/* One process, as its files say. */
struct row {
	char where[VALUE_MAX];
	char home[VALUE_MAX];
	char moves[VALUE_MAX];
	char why[VALUE_MAX];
	char name[VALUE_MAX];
};

static int fill(struct row *row, const char *pid)
{
	int ret = text_read(row->where, "%s/mosix/where", pid);

	if (!ret)
		ret = text_read(row->home, "%s/mosix/home", pid);
	if (!ret)
		ret = text_read(row->moves, "%s/mosix/nmigs", pid);
	if (!ret)
		ret = text_read(row->why, "%s/mosix/why", pid);
	if (!ret)
		ret = text_read(row->name, "%s/comm", pid);
	return ret;
}

/* Away, a guest (its home is another node), or one that came back. */
static int is_of_interest(const struct row *row)
{
	return strcmp(row->where, row->home) || strcmp(row->moves, "0");
}

static void print(const char *pid, const struct row *row)
{
	printf("%7s %5s %5s %5s  %-24s %s\n", pid, row->where, row->home,
	       row->moves, row->why, row->name);
}

static int by_number(const struct dirent **a, const struct dirent **b)
{
	long one = atol((*a)->d_name), two = atol((*b)->d_name);

	return (one > two) - (one < two);
}

static int is_pid(const struct dirent *entry)
{
	return entry->d_name[0] >= '1' && entry->d_name[0] <= '9';
}

static int list(void)
{
	char self[VALUE_MAX];
	static struct row row;
	struct dirent **entry;
	int i, n;

	if (text_read(self, "mosix/self")) {
		fprintf(stderr, "mosps: %s/mosix is not there\n", text_dir());
		return EXIT_FAILED;
	}
	n = scandir(text_dir(), &entry, is_pid, by_number);
	for (i = 0; i < n; i++) {
		/* What cannot be read has ended meanwhile. */
		if (!fill(&row, entry[i]->d_name) &&
		    (all || is_of_interest(&row)))
			print(entry[i]->d_name, &row);
		free(entry[i]);
	}
	if (n >= 0)
		free(entry);
	return n < 0 ? EXIT_FAILED : EXIT_DONE;
}

static int list_these(int n, char **pid)
{
	static struct row row;
	int ret = EXIT_DONE;
	int i, error;

	for (i = 0; i < n; i++) {
		error = -fill(&row, pid[i]);
		if (!error) {
			print(pid[i], &row);
			continue;
		}
		fprintf(stderr, "mosps: %s: %s\n", pid[i], strerror(error));
		ret = EXIT_FAILED;
	}
	return ret;
}

static const struct option options[] = {
	{ "all", no_argument, NULL, 'a' },
	{ "no-heading", no_argument, NULL, 'n' },
	{ "proc", required_argument, NULL, 'p' },
	{ "help", no_argument, NULL, 'h' },
	{ }
};

int main(int argc, char **argv)
{
	int heading = 1;
	int c;

	while ((c = getopt_long(argc, argv, "anp:h", options, NULL)) != -1) {
		switch (c) {
		case 'a':
			all = 1;
			break;
		case 'n':
			heading = 0;
			break;
		case 'p':
			text_root(optarg);
			break;
		case 'h':
			fputs(usage, stdout);
			return EXIT_DONE;
		default:
			fputs(usage, stderr);
			return EXIT_USAGE;
		}
	}
	if (heading)
		printf("%7s %5s %5s %5s  %-24s %s\n", "PID", "WHERE", "HOME",
		       "MOVES", "WHY", "NAME");
	if (optind < argc)
		return list_these(argc - optind, argv + optind);
	return list();
}
