// SPDX-License-Identifier: GPL-2.0-only
/* mosmetrics: what a monitoring system wants to know, as OpenMetrics text. */
#include "cli.h"
#include "node.h"
#include "process.h"
#include "table.h"
#include "text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char usage[] =
"usage: mosmetrics [OPTIONS]\n"
"Print figures of this node and its processes, as OpenMetrics text.\n"
"  -o, --output FILE  write a file, such as node_exporter reads: whole, or not\n"
"                     at all\n"
"  -a, --all          what is known of the other nodes, too; one node of the\n"
"                     cluster that does so is enough\n"
"  -p, --proc DIR     another folder than /proc\n"
"  -h, --help         this text\n"
"  -V, --version      which version this is\n"
"Exit codes: 0 written, 1 /proc/mosix is not there or FILE cannot be written,\n"
"2 wrong usage.\n";

static const struct option options[] = {
	{ "output", required_argument, NULL, 'o' },
	{ "all", no_argument, NULL, 'a' },
	{ }
};

static const struct cli cli = { "mosmetrics", usage, "o:a", options };

enum { PATH_LONGEST = 4096 };

static int all;

static void head(FILE *out, const char *name, const char *help)
{
	fprintf(out, "# HELP mosix_%s %s\n# TYPE mosix_%s gauge\n", name, help,
		name);
}

/* A figure of a node, in the unit of the metric. */
struct metric {
	const char *name;
	const char *help;
	double (*get)(const struct node *node);
};

static double up(const struct node *node)
{
	return node->up;
}

static double block(const struct node *node)
{
	return node_has(node, "block");
}

static double stay(const struct node *node)
{
	return node_has(node, "stay");
}

static double leaving(const struct node *node)
{
	return node_has(node, "leaving");
}

static double load(const struct node *node)
{
	return node->load / 1000.0;
}

static double cpus(const struct node *node)
{
	return node->cpus;
}

static double speed(const struct node *node)
{
	return node->speed / 1000.0;
}

static double guests(const struct node *node)
{
	return node->guests;
}

static double memory(const struct node *node)
{
	return node->tmem_kib * 1024.0;
}

static double memory_free(const struct node *node)
{
	return node->mem_kib * 1024.0;
}

static double age(const struct node *node)
{
	return node->age_ms / 1000.0;
}

static const struct metric metrics[] = {
	{ "node_up", "1: the node is heard of.", up },
	{ "node_block", "1: it takes no guests.", block },
	{ "node_stay", "1: no automatic move from it.", stay },
	{ "node_leaving", "1: it is about to leave.", leaving },
	{ "node_load", "CPU-bound jobs for each reference CPU.", load },
	{ "node_cpus", "CPUs online.", cpus },
	{ "node_speed_ratio", "1: a reference CPU.", speed },
	{ "node_guests", "Guests there.", guests },
	{ "node_memory_bytes", "Memory.", memory },
	{ "node_memory_free_bytes", "Memory that can be given away.",
	  memory_free },
	{ "node_age_seconds", "Since it was so.", age },
};

/* Of a node that is down only that is known. */
static int is_known(const struct node *node, size_t metric)
{
	if (!all && node->id != node_self())
		return 0;
	return node->up || !metric;
}

static void put_nodes(FILE *out, const struct node *nodes, int n)
{
	size_t m;
	int i;

	for (m = 0; m < sizeof(metrics) / sizeof(*metrics); m++) {
		head(out, metrics[m].name, metrics[m].help);
		for (i = 0; i < n; i++)
			if (is_known(nodes + i, m))
				fprintf(out, "mosix_%s{node=\"%u\"} %.15g\n",
					metrics[m].name, nodes[i].id,
					metrics[m].get(nodes + i));
	}
}

static void put_processes(FILE *out)
{
	static const struct process_filter any;
	int i, n, away = 0, here = 0, locked = 0;
	unsigned long long moves = 0;
	struct process *list;

	n = process_list(&list, &any);
	if (n < 0)
		return;
	for (i = 0; i < n; i++) {
		away += process_is_away(list + i);
		here += process_is_guest(list + i);
		locked += list[i].locked;
		moves += list[i].moves;
	}
	free(list);
	head(out, "processes_away", "Processes of this node on others.");
	fprintf(out, "mosix_processes_away %d\n", away);
	head(out, "processes_guests", "Processes of other nodes here.");
	fprintf(out, "mosix_processes_guests %d\n", here);
	head(out, "processes_locked", "Those that the balancer leaves alone.");
	fprintf(out, "mosix_processes_locked %d\n", locked);
	head(out, "processes_moves", "Moves of all that run, so far.");
	fprintf(out, "mosix_processes_moves %llu\n", moves);
}

/* How often each reason is among the last decisions, once each. */
static void put_decisions(FILE *out)
{
	const char *reason;
	struct table table;
	int i, k, times;

	if (table_load(&table, "mosix/decisions"))
		return;
	head(out, "decisions", "How many of the last decisions had a reason.");
	for (i = 0; i < table.rows; i++) {
		reason = table_word(&table, i, "reason");
		for (k = 0; strcmp(table_word(&table, k, "reason"), reason); k++)
			;
		if (k < i)
			continue;
		for (times = 0; k < table.rows; k++)
			times += !strcmp(table_word(&table, k, "reason"),
					 reason);
		fprintf(out, "mosix_decisions{reason=\"%s\"} %d\n", reason,
			times);
	}
	table_free(&table);
}

static int put_all(FILE *out)
{
	struct node *nodes;
	int n = node_load(&nodes);

	if (n < 0)
		return n;
	put_nodes(out, nodes, n);
	free(nodes);
	put_processes(out);
	put_decisions(out);
	fputs("# EOF\n", out);
	return fflush(out) || ferror(out) ? -EIO : 0;
}

/* Who reads the file never sees half of it. */
static int put_file(const char *file)
{
	char name[PATH_LONGEST];
	FILE *out;
	int fd, ret;

	snprintf(name, sizeof(name), "%s.XXXXXX", file);
	fd = mkstemp(name);
	if (fd < 0)
		return -errno;
	out = fdopen(fd, "w");
	ret = out ? put_all(out) : -errno;
	if (!ret && fchmod(fd, 0644))
		ret = -errno;
	if (out && fclose(out) && !ret)
		ret = -errno;
	if (!ret && rename(name, file))
		ret = -errno;
	if (ret)
		unlink(name);
	return ret;
}

int main(int argc, char **argv)
{
	const char *file = NULL;
	int c, ret;

	while ((c = cli_next(&cli, argc, argv)) != -1) {
		if (c == 'o')
			file = optarg;
		else
			all = 1;
	}
	if (optind != argc)
		cli_wrong(&cli);
	ret = file ? put_file(file) : put_all(stdout);
	if (!ret)
		return EXIT_DONE;
	fprintf(stderr, "mosmetrics: %s: %s\n", file ? file : "/proc/mosix",
		strerror(-ret));
	return EXIT_FAILED;
}
