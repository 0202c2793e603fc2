// SPDX-License-Identifier: GPL-2.0-only
/*
 * What /proc/mosix shows of load and balancing, as text:
 *
 *	decisions	the last decisions, oldest first
 *	vector		a line for each node of the map
 *	nodes/ID/...	one figure of one node; reading it fails with
 *			EHOSTUNREACH while the node is down
 */
#include "show.h"

#include "decisions.h"
#include "balance.h"
#include "vector.h"

#include "../kernel/claim.h"
#include "../kernel/node.h"
#include "../kernel/proc.h"

#include <linux/proc_fs.h>
#include <linux/seq_file.h>

/* One figure of a node. */
struct figure {
	const char *name;
	u64 (*get)(const struct mosix_known *known);
};

static struct proc_dir_entry *nodes_dir;

/* Thousandths of a job on each CPU, in units of the reference CPU. */
static u64 load(const struct mosix_known *known)
{
	const struct lb_node *n = &known->node;

	return (u64)n->demand_milli * LB_MILLI /
	       ((u64)max(n->cpus, 1) * max(n->speed_milli, 1U));
}

static u64 cpus(const struct mosix_known *known)
{
	return known->node.cpus;
}

static u64 speed(const struct mosix_known *known)
{
	return known->node.speed_milli;
}

static u64 guests(const struct mosix_known *known)
{
	return known->node.guests;
}

static u64 memory(const struct mosix_known *known)
{
	return known->node.mem_total_kib;
}

static u64 memory_free(const struct mosix_known *known)
{
	return known->node.mem_free_kib;
}

static u64 age(const struct mosix_known *known)
{
	return known->age_ms;
}

static u64 memory_raw(const struct mosix_known *known)
{
	return known->node.mem_raw_kib;
}

static u64 version(const struct mosix_known *known)
{
	return known->node.version;
}

static const struct figure figures[] = {
	{ "load", load }, { "cpus", cpus }, { "speed", speed },
	{ "guests", guests }, { "tmem", memory }, { "mem", memory_free },
	{ "age", age },
	/* Files alone, no columns of the vector. */
	{ "rmem", memory_raw }, { "version", version },
};

enum { COLUMNS = ARRAY_SIZE(figures) - 2 };

/* A file knows its node and its figure by one number. */
static void *file_data(u16 id, u32 figure)
{
	return (void *)((unsigned long)figure << 16 | id);
}

static int show_figure(struct seq_file *m, void *unused)
{
	unsigned long data = (unsigned long)m->private;
	struct mosix_known known;
	int ret;

	ret = mosix_vector_known((u16)data, &known);
	if (ret)
		return ret;
	seq_printf(m, "%llu\n", figures[data >> 16].get(&known));
	return 0;
}

/* Only for those who ask for it: it is no figure to compare. */
static int show_features(struct seq_file *m, void *unused)
{
	struct mosix_known known;
	int ret = mosix_vector_known((u16)(unsigned long)m->private, &known);

	if (!ret)
		seq_printf(m, "%llx\n", known.node.features);
	return ret;
}

/* A kernel that does not measure it, or was told not to, has none. */
static int show_util(struct seq_file *m, void *unused)
{
	struct mosix_known known;
	int ret = mosix_vector_known((u16)(unsigned long)m->private, &known);

	if (!ret && !known.node.util)
		return -ENODATA;
	if (!ret)
		seq_printf(m, "%u\n", known.node.util);
	return ret;
}

static void put_flags(struct seq_file *m, const struct mosix_known *k)
{
	if (k->node.flags & LB_NODE_BLOCKED)
		seq_puts(m, ",block");
	if (k->node.flags & LB_NODE_STAY)
		seq_puts(m, ",stay");
	if (k->node.flags & LB_NODE_LSTAY)
		seq_puts(m, ",lstay");
	if (k->node.flags & LB_NODE_QUIET)
		seq_puts(m, ",quiet");
	if (k->node.flags & LB_NODE_LEAVING)
		seq_puts(m, ",leaving");
}

static void put_status(struct seq_file *m, u16 id)
{
	struct mosix_known known;

	if (mosix_vector_known(id, &known)) {
		seq_puts(m, "down");
	} else {
		seq_puts(m, "up");
		put_flags(m, &known);
	}
	if (mosix_claim_is_disputed(id))
		seq_puts(m, ",duplicate");
}

static int show_status(struct seq_file *m, void *unused)
{
	put_status(m, (u16)(unsigned long)m->private);
	seq_putc(m, '\n');
	return 0;
}

static int show_node(const struct mosix_node *node, void *arg)
{
	struct mosix_known known;
	struct seq_file *m = arg;
	u32 i;

	seq_printf(m, "%u ", node->id);
	put_status(m, node->id);
	if (!mosix_vector_known(node->id, &known)) {
		for (i = 0; i < COLUMNS; i++)
			seq_printf(m, " %llu", figures[i].get(&known));
	}
	seq_putc(m, '\n');
	return 0;
}

static int show_vector(struct seq_file *m, void *unused)
{
	u32 i;

	seq_puts(m, "node status");
	for (i = 0; i < COLUMNS; i++)
		seq_printf(m, " %s", figures[i].name);
	seq_putc(m, '\n');
	mosix_node_each(show_node, m);
	return 0;
}

static int show_decisions(struct seq_file *m, void *unused)
{
	struct mosix_decided e;
	u32 back;

	seq_puts(m, "time pid from to reason gain cost worth\n");
	for (back = DECISIONS; back-- > 0;) {
		if (!mosix_decisions_get(back, &e))
			continue;
		seq_printf(m, "%llu.%03llu %d %u %u %s %lld %llu %lld\n",
			   e.at_ms / 1000, e.at_ms % 1000, e.d.pid, e.from,
			   e.d.node, lb_reason_name(e.d.reason),
			   e.d.gain_milli, e.d.cost_ms, e.d.worth_ms);
	}
	return 0;
}

/* What has an id but no folder yet; folders are made outside RCU. */
struct next_node {
	u16 above;
	u16 id;
};

static int find_next(const struct mosix_node *node, void *arg)
{
	struct next_node *next = arg;

	if (node->id > next->above && (!next->id || node->id < next->id))
		next->id = node->id;
	return 0;
}

static void add_node(u16 id)
{
	struct proc_dir_entry *dir;
	char name[8];
	u32 i;

	scnprintf(name, sizeof(name), "%u", id);
	dir = proc_mkdir(name, nodes_dir);
	if (!dir)
		return;
	proc_create_single_data("status", 0444, dir, show_status,
				file_data(id, 0));
	proc_create_single_data("features", 0444, dir, show_features,
				file_data(id, 0));
	proc_create_single_data("util", 0444, dir, show_util,
				file_data(id, 0));
	for (i = 0; i < ARRAY_SIZE(figures); i++)
		proc_create_single_data(figures[i].name, 0444, dir,
					show_figure, file_data(id, i));
}

/**
 * mosix_show_mapped() - the node map changed: a folder for each node
 *
 * Context: The balancer's thread.
 */
void mosix_show_mapped(void)
{
	struct next_node next = {};

	if (nodes_dir)
		proc_remove(nodes_dir);
	nodes_dir = proc_mkdir("nodes", mosix_proc_root());
	if (!nodes_dir)
		return;
	do {
		next.above = next.id;
		next.id = 0;
		mosix_node_each(find_next, &next);
		if (next.id)
			add_node(next.id);
	} while (next.id);
}

/**
 * mosix_show_init() - make the files that do not depend on the map
 *
 * Return: 0, or -ENOMEM.
 * Context: Process context, once, when /proc/mosix is there.
 */
int mosix_show_init(void)
{
	struct proc_dir_entry *root = mosix_proc_root();

	if (!proc_create_single("decisions", 0444, root, show_decisions) ||
	    !proc_create_single("vector", 0444, root, show_vector))
		return -ENOMEM;
	return 0;
}
