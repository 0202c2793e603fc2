// SPDX-License-Identifier: GPL-2.0-only
/* mosrun: start a program, and say where it is to run. */
#include "batch.h"
#include "cli.h"
#include "job.h"
#include "node.h"
#include "start.h"
#include "text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

static const char usage[] =
"usage: mosrun [OPTIONS] COMMAND [ARGUMENT...]\n"
"       mosrun [OPTIONS] -S N FILE [FAILED]\n"
"Start a program, at home if nothing else is said. Any program may move; this\n"
"is for who wants to say where.\n"
"  -n, --node NODE    on a node: its id, address or host's name\n"
"  -b, --best         on the node that would do it soonest\n"
"  -r, --random LIST  on one of a list of ids, such as 1-3,7\n"
"  -H, --home         at home, and locked there\n"
"  -F, --force        when that node is down, start at home all the same\n"
"  -m, --memory MIB   best: only where so much is free\n"
"  -L, --lock         keep the balancer from moving it, and its children\n"
"  -U, --unlock       have the balancer move it, though we are locked\n"
"  -N, --nodes LIST   let it, and its children, be on these nodes only; with a\n"
"                     ! in front: on any but these\n"
"  -s, --strategy WORD  how its memory, and its children's, travels: demand,\n"
"                     eager, push, precopy, or auto: the kernel chooses\n"
"  -J, --job NAME     name it: migrate -j and mosps -J take the name\n"
"  -S, --batch N      run the command lines of FILE, N at once (- is standard\n"
"                     input); write those that fail to FAILED\n"
"  -p, --proc DIR     another folder than /proc\n"
"  -h, --help         this text\n"
"  -V, --version      which version this is\n"
"Exit codes: those of the program; of a batch 0 all ended well, 1 some did\n"
"not; 2 wrong usage, 125 nothing was started, 126 it cannot be, 127 there is\n"
"no such program.\n";

static const struct option options[] = {
	{ "node", required_argument, NULL, 'n' },
	{ "best", no_argument, NULL, 'b' },
	{ "random", required_argument, NULL, 'r' },
	{ "home", no_argument, NULL, 'H' },
	{ "force", no_argument, NULL, 'F' },
	{ "memory", required_argument, NULL, 'm' },
	{ "lock", no_argument, NULL, 'L' },
	{ "unlock", no_argument, NULL, 'U' },
	{ "nodes", required_argument, NULL, 'N' },
	{ "strategy", required_argument, NULL, 's' },
	{ "job", required_argument, NULL, 'J' },
	{ "batch", required_argument, NULL, 'S' },
	{ }
};

static const struct cli cli = { "mosrun", usage, "+n:br:HFm:LUN:s:J:S:",
				options };

enum place { PLACE_HERE, PLACE_NODE, PLACE_BEST, PLACE_RANDOM };

static enum place place;
static const char *list;		/* PLACE_RANDOM: of these */
static unsigned int node_id;		/* PLACE_NODE: this */
static long memory_mib;
static int force;
static struct start start;

/*
 * It may not be what is best, but the program is to be started. In a batch we are a
 * child: its exit(3) would set back where its parent reads the lines.
 */
static const char *without(const char *why)
{
	if (!force) {
		fprintf(stderr, "mosrun: %s\n", why);
		_exit(START_FAILED);
	}
	fprintf(stderr, "mosrun: %s; it starts at home\n", why);
	return NULL;
}

static int is_up(const struct node *nodes, int n, unsigned int id)
{
	int i;

	for (i = 0; i < n; i++)
		if (nodes[i].id == id)
			return nodes[i].up;
	return 0;
}

static unsigned int any_of(const struct node *nodes, int n)
{
	unsigned int dice = 0;
	int i, good = 0, take;

	for (i = 0; i < n; i++)
		good += nodes[i].up && node_is_in(nodes[i].id, list);
	if (!good)
		return 0;
	if (getrandom(&dice, sizeof(dice), GRND_NONBLOCK) < 0)
		dice = 0;
	take = dice % good;
	for (i = 0; i < n; i++)
		if (nodes[i].up && node_is_in(nodes[i].id, list) && !take--)
			break;
	return nodes[i].id;
}

static unsigned int best_of(const struct node *nodes, int n)
{
	struct node_want want = {
		.mem_kib = memory_mib * 1024,
		.list = start.nodes,
	};
	int best = node_best(nodes, n, &want);

	return best < 0 ? 0 : nodes[best].id;
}

/* The node for the next program as goto takes it; NULL is here. */
static const char *choose(void)
{
	unsigned int id = node_id;
	static char text[16];
	struct node *nodes;
	int n;

	if (place == PLACE_HERE)
		return NULL;
	n = node_load(&nodes);
	if (n < 0)
		return without("this kernel does not move processes");
	if (place == PLACE_BEST)
		id = best_of(nodes, n);
	else if (place == PLACE_RANDOM)
		id = any_of(nodes, n);
	if (id && !is_up(nodes, n, id))
		id = 0;
	free(nodes);
	if (!id)
		return without(place == PLACE_NODE ? "that node is not up" :
			       "there is no such node that is up");
	if (id == node_self())
		return NULL;
	snprintf(text, sizeof(text), "%u", id);
	return text;
}

static void set_place(enum place wanted)
{
	if (place != PLACE_HERE)
		cli_wrong(&cli);
	place = wanted;
}

static void read_place(int c)
{
	switch (c) {
	case 'n':
		set_place(PLACE_NODE);
		if (node_find(optarg, &node_id)) {
			fprintf(stderr, "mosrun: %s: there is no such node\n",
				optarg);
			exit(EXIT_USAGE);
		}
		break;
	case 'r':
		set_place(PLACE_RANDOM);
		list = optarg;
		if (!node_list_is_valid(list))
			cli_wrong(&cli);
		break;
	default:
		set_place(PLACE_BEST);
	}
}

static void read_option(int c, struct batch *batch)
{
	switch (c) {
	case 'F':
		force = 1;
		break;
	case 'm':
		if (cli_number(optarg, 0, 1L << 40, &memory_mib))
			cli_wrong(&cli);
		break;
	case 'H':
	case 'L':
		start.lock = "1";
		break;
	case 'U':
		start.lock = "0";
		break;
	case 'N':
		start.nodes = optarg;
		if (!node_list_is_valid(optarg))
			cli_wrong(&cli);
		break;
	case 's':
		start.strategy = optarg;
		break;
	case 'J':
		start.job = optarg;
		if (!job_is_name(optarg))
			cli_wrong(&cli);
		break;
	case 'S':
		if (cli_number(optarg, 1, 65536, &batch->most))
			cli_wrong(&cli);
		break;
	default:
		read_place(c);
	}
}

int main(int argc, char **argv)
{
	struct batch batch = { .choose = choose };
	int c, ret;

	while ((c = cli_next(&cli, argc, argv)) != -1)
		read_option(c, &batch);
	argc -= optind;
	argv += optind;
	if (argc < 1 || (batch.most && argc > 2))
		cli_wrong(&cli);
	ret = start_prepare(&start);
	if (ret)
		return ret;
	if (batch.most) {
		batch.file = argv[0];
		batch.failed = argv[1];
		return batch_run(&batch, &start);
	}
	start.node = choose();
	return start_exec(&start, argv);
}
