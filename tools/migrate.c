// SPDX-License-Identifier: GPL-2.0-only
/* migrate: have processes move, and say why one does not. */
#include "text.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
"usage: migrate [OPTIONS] PID... {NODE|home}\n"
"Have each process move to a node, or home, and wait until it is there.\n"
"  -q, --quiet      say nothing, the exit code tells\n"
"  -p, --proc DIR   another folder than /proc\n"
"  -h, --help       this text\n"
"Exit codes: 0 all are there, 1 one or more are not, 2 wrong usage.\n";

static int quiet;

static int is_number(const char *text)
{
	return *text && strspn(text, "0123456789") == strlen(text);
}

/* What the kernel means by an error, in words. */
static const char *words(int error)
{
	switch (error) {
	case EBUSY:
		return "it cannot move";
	case ENODEV:
		return "there is no such node";
	case EHOSTUNREACH:
		return "that node does not answer";
	case ECONNREFUSED:
		return "that node refused";
	case ENOMEM:
		return "not enough memory";
	case EPERM:
		return "not allowed";
	case ESRCH:
		return "no such process";
	case EINTR:
		return "interrupted; the move goes on";
	default:
		return strerror(error);
	}
}

/* The lines of a file of the process, each behind some space. */
static void explain(const char *pid, const char *file)
{
	char text[VALUE_MAX], *line, *rest = text;

	if (text_read(text, "%s/mosix/%s", pid, file))
		return;
	while ((line = strsep(&rest, "\n")))
		if (*line && strcmp(line, "-"))
			fprintf(stderr, "\t%s\n", line);
}

static int exists(const char *pid)
{
	char text[VALUE_MAX];

	return !text_read(text, "%s/comm", pid);
}

static int ask_for(const char *pid, const char *node)
{
	int error = -text_write(node, "%s/mosix/goto", pid);

	if (!error)
		return EXIT_DONE;
	if (quiet)
		return EXIT_FAILED;
	if (error == ENOENT)
		fprintf(stderr, "migrate: %s: %s\n", pid, exists(pid) ?
			"this kernel does not move processes" :
			"no such process");
	else
		fprintf(stderr, "migrate: %s: %s\n", pid, words(error));
	if (error == EBUSY)
		explain(pid, "cantmove");
	else if (error == ECONNREFUSED || error == EHOSTUNREACH ||
		 error == ENOMEM)
		explain(pid, "last");
	return EXIT_FAILED;
}

static int wrong(void)
{
	fputs(usage, stderr);
	return EXIT_USAGE;
}

static const struct option options[] = {
	{ "quiet", no_argument, NULL, 'q' },
	{ "proc", required_argument, NULL, 'p' },
	{ "help", no_argument, NULL, 'h' },
	{ }
};

int main(int argc, char **argv)
{
	int ret = EXIT_DONE;
	const char *node;
	int c, i;

	while ((c = getopt_long(argc, argv, "qp:h", options, NULL)) != -1) {
		switch (c) {
		case 'q':
			quiet = 1;
			break;
		case 'p':
			text_root(optarg);
			break;
		case 'h':
			fputs(usage, stdout);
			return EXIT_DONE;
		default:
			return wrong();
		}
	}
	if (argc - optind < 2)
		return wrong();
	node = argv[argc - 1];
	if (strcmp(node, "home") && !is_number(node))
		return wrong();
	for (i = optind; i < argc - 1; i++)
		if (!is_number(argv[i]))
			return wrong();
	for (i = optind; i < argc - 1; i++)
		if (ask_for(argv[i], node))
			ret = EXIT_FAILED;
	return ret;
}
