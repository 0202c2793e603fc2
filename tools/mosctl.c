// SPDX-License-Identifier: GPL-2.0-only
/* mosctl: look at and tune this node. */
#include "text.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char usage[] =
"usage: mosctl [OPTIONS] COMMAND\n"
"  status             this node, its tunables, and all nodes as known here\n"
"  block, noblock     take no guests, or take them again\n"
"  stay, nostay       no automatic moves from here, or again\n"
"  get NAME           value of a tunable\n"
"  set NAME VALUE     set a tunable (names: mosctl status)\n"
"  config             print the node map\n"
"  config FILE        replace the node map; - is standard input\n"
"  decisions          the balancer's last decisions\n"
"  -p, --proc DIR     another folder than /proc\n"
"  -h, --help         this text\n"
"Exit codes: 0 done, 1 refused or not there, 2 wrong usage.\n";

enum { CONFIG_MAX = 256 * 1024 };	/* what the kernel takes at most */

static int report(int ret, const char *what)
{
	if (!ret)
		return EXIT_DONE;
	fprintf(stderr, "mosctl: %s: %s\n", what, strerror(-ret));
	return EXIT_FAILED;
}

static int is_name(const char *name)
{
	return *name && !strchr(name, '/') && name[0] != '.';
}

static int set(const char *name, const char *value)
{
	if (!is_name(name))
		return report(-EINVAL, name);
	return report(text_write(value, "mosix/admin/%s", name), name);
}

static int get(const char *name)
{
	char value[VALUE_MAX];
	int ret = is_name(name) ? text_read(value, "mosix/admin/%s", name) :
				  -EINVAL;

	if (!ret)
		puts(value);
	return report(ret, name);
}

static int status(void)
{
	char self[VALUE_MAX];
	int ret = text_read(self, "mosix/self");

	if (ret)
		return report(ret, "/proc/mosix");
	if (strcmp(self, "0"))
		printf("this is node %s\n", self);
	else
		puts("no node map is set: mosctl config FILE");
	puts("\ntunable, value, least, most");
	ret = text_copy("mosix/admin/tunables");
	if (!ret) {
		putchar('\n');
		ret = text_copy("mosix/vector");
	}
	return report(ret, "/proc/mosix");
}

static int set_config(const char *file)
{
	static char text[CONFIG_MAX + 1];
	FILE *in = strcmp(file, "-") ? fopen(file, "re") : stdin;
	size_t n;
	int bad;

	if (!in)
		return report(-errno, file);
	n = fread(text, 1, CONFIG_MAX, in);
	bad = ferror(in);
	if (in != stdin)
		fclose(in);
	if (bad)
		return report(-EIO, file);
	if (n == CONFIG_MAX || strlen(text) != n)
		return report(-EINVAL, file);
	return report(text_write(text, "mosix/config"), file);
}

/* Commands that are one write to a tunable. */
static const struct {
	const char *command;
	const char *name;
	const char *value;
} switches[] = {
	{ "block", "block", "1" },
	{ "noblock", "block", "0" },
	{ "stay", "stay", "1" },
	{ "nostay", "stay", "0" },
};

static int run(int n, char **word)
{
	size_t i;

	for (i = 0; n == 1 && i < sizeof(switches) / sizeof(*switches); i++)
		if (!strcmp(word[0], switches[i].command))
			return set(switches[i].name, switches[i].value);
	if (n == 1 && !strcmp(word[0], "status"))
		return status();
	if (n == 1 && !strcmp(word[0], "decisions"))
		return report(text_copy("mosix/decisions"), word[0]);
	if (n == 1 && !strcmp(word[0], "config"))
		return report(text_copy("mosix/config"), word[0]);
	if (n == 2 && !strcmp(word[0], "config"))
		return set_config(word[1]);
	if (n == 2 && !strcmp(word[0], "get"))
		return get(word[1]);
	if (n == 3 && !strcmp(word[0], "set"))
		return set(word[1], word[2]);
	fputs(usage, stderr);
	return EXIT_USAGE;
}

static const struct option options[] = {
	{ "proc", required_argument, NULL, 'p' },
	{ "help", no_argument, NULL, 'h' },
	{ }
};

int main(int argc, char **argv)
{
	int c;

	while ((c = getopt_long(argc, argv, "+p:h", options, NULL)) != -1) {
		switch (c) {
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
	return run(argc - optind, argv + optind);
}
