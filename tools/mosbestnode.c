// SPDX-License-Identifier: GPL-2.0-only
/* mosbestnode: the node that would do one more job soonest. */
#include "cli.h"
#include "json.h"
#include "node.h"
#include "text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
"usage: mosbestnode [OPTIONS]\n"
"Print the id of a node that would do one more job about as soon as any.\n"
"  -m, --memory MIB   so much memory must be free there\n"
"  -l, --list LIST    one of these ids, such as 1-3,7\n"
"  -o, --other        not this node\n"
"  -d, --within N     one at random of those that are at most N thousandths of\n"
"                     a second for each second of work worse than the best\n"
"                     (50)\n"
"  -a, --address      its address instead of its id\n"
"  -A, --all          all that would do, the best first, with that figure\n"
"  -j, --json         as an object; with --all as a list of them\n"
"  -p, --proc DIR     another folder than /proc\n"
"  -h, --help         this text\n"
"  -V, --version      which version this is\n"
"Exit codes: 0 there is one, 1 there is none, 2 wrong usage.\n";

static const struct option options[] = {
	{ "memory", required_argument, NULL, 'm' },
	{ "list", required_argument, NULL, 'l' },
	{ "other", no_argument, NULL, 'o' },
	{ "within", required_argument, NULL, 'd' },
	{ "address", no_argument, NULL, 'a' },
	{ "all", no_argument, NULL, 'A' },
	{ "json", no_argument, NULL, 'j' },
	{ }
};

static const struct cli cli = { "mosbestnode", usage, "m:l:od:aAj", options };

static struct node_want want = { .within = 50 };
static int address, all, json;

static void print(const struct node *node)
{
	char where[NODE_ADDRESS] = "";

	node_address(node->id, where);
	if (json) {
		json_open(NULL, '{');
		json_number("node", node->id);
		json_text("address", where);
		json_number("cost", node_cost(node));
		json_number("load", node->load);
		json_number("mem_kib", node->mem_kib);
		json_close('}');
		return;
	}
	if (address)
		fputs(where, stdout);
	else
		printf("%u", node->id);
	if (all)
		printf(" %lld", node_cost(node));
	putchar('\n');
}

/* Best first: what was taken makes room for the next. */
static int print_all(struct node *nodes, int n)
{
	int best, have = 0;

	want.within = 0;
	if (json)
		json_open(NULL, '[');
	while ((best = node_best(nodes, n, &want)) >= 0) {
		print(nodes + best);
		nodes[best].up = 0;
		have++;
	}
	if (json)
		json_close(']');
	return have ? EXIT_DONE : EXIT_FAILED;
}

static void read_option(int c)
{
	long number;

	switch (c) {
	case 'm':
		if (cli_number(optarg, 0, 1L << 40, &number))
			cli_wrong(&cli);
		want.mem_kib = number * 1024;
		break;
	case 'l':
		want.list = optarg;
		if (!node_list_is_valid(optarg))
			cli_wrong(&cli);
		break;
	case 'o':
		want.but = node_self();
		break;
	case 'd':
		if (cli_number(optarg, 0, 1L << 40, &number))
			cli_wrong(&cli);
		want.within = number;
		break;
	case 'a':
		address = 1;
		break;
	case 'A':
		all = 1;
		break;
	default:
		json = 1;
	}
}

int main(int argc, char **argv)
{
	struct node *nodes;
	int c, n, best;

	while ((c = cli_next(&cli, argc, argv)) != -1)
		read_option(c);
	if (optind != argc)
		cli_wrong(&cli);
	n = node_load(&nodes);
	if (n < 0) {
		fprintf(stderr, "mosbestnode: /proc/mosix: %s\n",
			strerror(-n));
		return EXIT_FAILED;
	}
	if (all)
		return print_all(nodes, n);
	best = node_best(nodes, n, &want);
	if (best < 0) {
		fputs("mosbestnode: no node would do\n", stderr);
		return EXIT_FAILED;
	}
	print(nodes + best);
	return EXIT_DONE;
}
