// SPDX-License-Identifier: GPL-2.0-only
/* mosctl: look at and tune this node. */
#include "cli.h"
#include "drain.h"
#include "json.h"
#include "node.h"
#include "status.h"
#include "table.h"
#include "text.h"
#include "why.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char usage[] =
"usage: mosctl [OPTIONS] COMMAND\n"
"Look:\n"
"  status             this node, its tunables, and all nodes as known here\n"
"  node NODE [FIGURE] what is known of a node: load, mem, speed, status, ...\n"
"  isup NODE          exit code 0 when it is up\n"
"  whois [NODE]       id, address and name of a node, or of all\n"
"  why PID            why a process is where it is\n"
"  processes          processes of this node that moved, and its guests\n"
"  decisions          the balancer's last decisions\n"
"Tune:\n"
"  block, noblock     take no guests, or take them again\n"
"  stay, nostay       no automatic moves from here, or again\n"
"  lstay, nolstay     the same for this node's own processes only\n"
"  quiet, noquiet     tell the other nodes nothing, or again\n"
"  get NAME           value of a tunable\n"
"  set NAME VALUE     set a tunable (names: mosctl status)\n"
"  lock PID, unlock PID  have the balancer leave a process alone, or not\n"
"The cluster:\n"
"  config             print the node map\n"
"  config FILE        replace the node map; - is standard input\n"
"  leave              out of the cluster: an empty map\n"
"Empty it, and wait until nothing is left:\n"
"  expel              block, and send guests home\n"
"  bring              stay, and call home what is away\n"
"  drain, undrain     both; and the end of block and stay\n"
"Options:\n"
"  -t, --timeout S    expel, bring and drain wait S seconds at most\n"
"  -j, --json         status, processes and decisions as JSON\n"
"  -p, --proc DIR     another folder than /proc\n"
"  -h, --help         this text\n"
"  -V, --version      which version this is\n"
"NODE is an id, an address of the node map, or a host's name.\n"
"Exit codes: 0 done, 1 refused or not there, 2 wrong usage, 3 stopped before\n"
"nothing was left.\n";

static const struct option options[] = {
	{ "timeout", required_argument, NULL, 't' },
	{ "json", no_argument, NULL, 'j' },
	{ }
};

static const struct cli cli = { "mosctl", usage, "+t:j", options };

enum { CONFIG_MAX = 256 * 1024 };	/* what the kernel takes at most */

static int json;
static long timeout_s = -1;

static int report(int ret, const char *what)
{
	if (!ret)
		return EXIT_DONE;
	fprintf(stderr, "mosctl: %s: %s\n", what,
		ret == -ENODEV ? cli_error(ENODEV) : strerror(-ret));
	return EXIT_FAILED;
}

static int is_name(const char *name)
{
	return *name && !strchr(name, '/') && name[0] != '.';
}

/* A tunable that is not there is one that this kernel does not have. */
static int report_tunable(int ret, const char *name)
{
	if (ret != -ENOENT || access(text_dir(), F_OK))
		return report(ret, name);
	fprintf(stderr, "mosctl: %s: this kernel has no such tunable\n", name);
	return EXIT_FAILED;
}

static int set(const char *name, const char *value)
{
	if (!is_name(name))
		return report(-EINVAL, name);
	return report_tunable(text_write(value, "mosix/admin/%s", name), name);
}

static int get(const char *name)
{
	char value[VALUE_MAX];
	int ret = is_name(name) ? text_read(value, "mosix/admin/%s", name) :
				  -EINVAL;

	if (!ret)
		puts(value);
	return report_tunable(ret, name);
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

static int leave(void)
{
	return report(text_write("\n", "mosix/config"), "leave");
}

static int set_lock(const char *pid, const char *value)
{
	long number;
	int ret;

	if (cli_number(pid, 1, 1L << 30, &number))
		cli_wrong(&cli);
	ret = text_write(value, "%ld/mosix/lock", number);
	return report(ret == -ENOENT ? -ESRCH : ret, pid);
}

static int why(const char *pid)
{
	long number;
	int ret;

	if (cli_number(pid, 1, 1L << 30, &number))
		cli_wrong(&cli);
	ret = why_print(number);
	return report(ret == -ENOENT ? -ESRCH : ret, pid);
}

static int print_table(const char *file, const char *what)
{
	struct table table;
	int ret;

	if (!json)
		return report(text_copy(file), what);
	ret = table_load(&table, file);
	if (ret)
		return report(ret, what);
	table_json(&table, NULL);
	table_free(&table);
	return EXIT_DONE;
}

static int drain(unsigned int what)
{
	int ret = EXIT_DONE;

	if (what & DRAIN_GUESTS)
		ret = set("block", "1");
	if (!ret && (what & DRAIN_AWAY))
		ret = set("stay", "1");
	if (ret)
		return ret;
	ret = drain_node(what, timeout_s);
	return ret < 0 ? report(ret, "drain") : ret ? EXIT_WAITING : EXIT_DONE;
}

static int undrain(void)
{
	int ret = set("block", "0");

	return ret ? ret : set("stay", "0");
}

static int is_up(const char *node)
{
	int ret = status_is_up(node);

	return ret < 0 ? report(ret, node) : ret ? EXIT_DONE : EXIT_FAILED;
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
	{ "lstay", "lstay", "1" },
	{ "nolstay", "lstay", "0" },
	{ "quiet", "quiet", "1" },
	{ "noquiet", "quiet", "0" },
};

static int run_one(const char *word)
{
	size_t i;

	for (i = 0; i < sizeof(switches) / sizeof(*switches); i++)
		if (!strcmp(word, switches[i].command))
			return set(switches[i].name, switches[i].value);
	if (!strcmp(word, "status"))
		return report(status_print(json), "/proc/mosix");
	if (!strcmp(word, "whois"))
		return report(status_whois(NULL), word);
	if (!strcmp(word, "processes"))
		return print_table("mosix/processes", word);
	if (!strcmp(word, "decisions"))
		return print_table("mosix/decisions", word);
	if (!strcmp(word, "config"))
		return report(text_copy("mosix/config"), word);
	if (!strcmp(word, "leave"))
		return leave();
	if (!strcmp(word, "expel"))
		return drain(DRAIN_GUESTS);
	if (!strcmp(word, "bring"))
		return drain(DRAIN_AWAY);
	if (!strcmp(word, "drain"))
		return drain(DRAIN_GUESTS | DRAIN_AWAY);
	if (!strcmp(word, "undrain"))
		return undrain();
	cli_wrong(&cli);
}

static int run_two(const char *word, const char *of)
{
	if (!strcmp(word, "config"))
		return set_config(of);
	if (!strcmp(word, "get"))
		return get(of);
	if (!strcmp(word, "node"))
		return report(status_node(of, NULL), of);
	if (!strcmp(word, "isup"))
		return is_up(of);
	if (!strcmp(word, "whois"))
		return report(status_whois(of), of);
	if (!strcmp(word, "why"))
		return why(of);
	if (!strcmp(word, "lock"))
		return set_lock(of, "1");
	if (!strcmp(word, "unlock"))
		return set_lock(of, "0");
	cli_wrong(&cli);
}

int main(int argc, char **argv)
{
	char **word;
	int c;

	while ((c = cli_next(&cli, argc, argv)) != -1) {
		if (c == 'j')
			json = 1;
		else if (cli_number(optarg, 0, 1L << 30, &timeout_s))
			cli_wrong(&cli);
	}
	word = argv + optind;
	switch (argc - optind) {
	case 1:
		return run_one(word[0]);
	case 2:
		return run_two(word[0], word[1]);
	case 3:
		if (!strcmp(word[0], "set"))
			return set(word[1], word[2]);
		if (!strcmp(word[0], "node"))
			return report(status_node(word[1], word[2]), word[1]);
	}
	cli_wrong(&cli);
}
