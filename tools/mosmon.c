// SPDX-License-Identifier: GPL-2.0-only
/* mosmon: watch the nodes of the cluster. */
#include "cli.h"
#include "node.h"
#include "screen.h"
#include "table.h"
#include "text.h"

#include <ncurses.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
"usage: mosmon [OPTIONS]\n"
"Watch the nodes of the cluster: a bar each, and below them moves as they\n"
"happen. Keys: l load, m memory, s speed, g guests, t table, d nodes that are\n"
"down, w moves, < and > or arrows go along, h help, q quit.\n"
"  -v, --view VIEW    begin with load, memory, speed, guests or table\n"
"  -d, --down         without nodes that are down\n"
"  -w, --no-moves     without moves\n"
"  -s, --seconds N    between looks (1)\n"
"  -p, --proc DIR     another folder than /proc\n"
"  -h, --help         this text\n"
"  -V, --version      which version this is\n"
"Exit codes: 0 ended by q, 1 no terminal or /proc/mosix is not there, or ended\n"
"by ^C, 2 wrong usage.\n";

static const struct option options[] = {
	{ "view", required_argument, NULL, 'v' },
	{ "down", no_argument, NULL, 'd' },
	{ "no-moves", no_argument, NULL, 'w' },
	{ "seconds", required_argument, NULL, 's' },
	{ }
};

static const struct cli cli = { "mosmon", usage, "v:dws:", options };

enum { BAR = 6, AXIS = 8, MOVES_MOST = 6, ROWS_LEAST = 12 };

/* One way to look at the nodes: a figure, its unit, and what bars mean. */
struct view {
	const char *name;
	int key;
	const char *title;
	double (*get)(const struct node *node);
	double least_scale;		/* the axis reaches to that at least */
};

static double load(const struct node *node)
{
	return node->load / 1000.0;
}

static double memory(const struct node *node)
{
	return node->tmem_kib ? 100.0 * (node->tmem_kib - node->mem_kib) /
				node->tmem_kib : 0;
}

static double speed(const struct node *node)
{
	return node->speed / 1000.0;
}

static double guests(const struct node *node)
{
	return node->guests;
}

static const struct view views[] = {
	{ "load", 'l', "load: jobs for each reference CPU", load, 1 },
	{ "memory", 'm', "memory in use, %", memory, 100 },
	{ "speed", 's', "speed: 1 is the reference CPU", speed, 1 },
	{ "guests", 'g', "guests", guests, 4 },
	{ "table", 't', "all figures", NULL, 0 },
};

enum { VIEWS = sizeof(views) / sizeof(*views) };

static const struct view *view = views;
static int hide_down, hide_moves, help, first;
static struct node *nodes;
static int node_count;
static struct table decisions;
static int has_decisions;

static void look(void)
{
	struct node *seen;
	int n = node_load(&seen);

	/* A file that cannot be read for once leaves the last look. */
	if (n >= 0) {
		free(nodes);
		nodes = seen;
		node_count = n;
	}
	if (has_decisions)
		table_free(&decisions);
	has_decisions = !table_load(&decisions, "mosix/decisions");
}

/* Those that are shown, by their place among them; NULL behind the last. */
static const struct node *shown(int place)
{
	int i;

	for (i = 0; i < node_count; i++)
		if ((nodes[i].up || !hide_down) && !place--)
			return nodes + i;
	return NULL;
}

static double scale(void)
{
	double most = view->least_scale;
	int i;

	for (i = 0; i < node_count; i++)
		if (nodes[i].up && view->get(nodes + i) > most)
			most = view->get(nodes + i);
	return most;
}

static char mark(const struct node *node)
{
	return node_has(node, "leaving") ? 'L' : node_has(node, "block") ? 'B' :
	       node_has(node, "stay") ? 'S' : ' ';
}

static void draw_bar(const struct node *node, int column, int height,
		     double most)
{
	double value = view->get(node);
	int i, full = value / most * height + 0.5;

	if (!node->up) {
		screen_put(height, column, "down");
	} else {
		attron(A_REVERSE);
		for (i = 0; i < full; i++)
			screen_put(height - i, column, "    ");
		attroff(A_REVERSE);
		screen_put(height - full < 1 ? 1 : height - full, column,
			   value < 10 ? "%4.2f" : "%4.0f", value);
	}
	screen_put(height + 1, column, "%u%c", node->id, mark(node));
}

static void draw_bars(int top, int bottom, int columns)
{
	int i, height = bottom - top - 2;
	const struct node *node;
	double most = scale();

	if (height < 1)
		return;
	for (i = 0; i <= 4; i++)
		screen_put(top + height - i * (height - 1) / 4, 0, "%6.2f|",
			   most * i / 4);
	for (i = first; AXIS + (i - first + 1) * BAR <= columns; i++) {
		node = shown(i);
		if (!node)
			break;
		draw_bar(node, AXIS + (i - first) * BAR, height, most);
	}
	if (shown(i))
		screen_put(height + 1, columns - 1, ">");
	if (first)
		screen_put(height + 1, AXIS - 2, "<");
}

/* What all nodes that are up have together; of loads their mean for each CPU. */
static void draw_sum(int row)
{
	long long cpus = 0, used = 0, mem = 0, left = 0;
	double work = 0, power = 0;
	int i;

	for (i = 0; i < node_count; i++) {
		if (!nodes[i].up)
			continue;
		cpus += nodes[i].cpus;
		used += nodes[i].guests;
		mem += nodes[i].tmem_kib / 1024;
		left += nodes[i].mem_kib / 1024;
		work += load(nodes + i) * nodes[i].cpus * speed(nodes + i);
		power += nodes[i].cpus * speed(nodes + i);
	}
	screen_put(row, 0, "%5s %-14s %6.2f %4lld %6.2f %6lld", "all", "",
		   power ? work / power : 0, cpus, cpus ? power / cpus : 0, used);
	screen_put(row, 47, "%8lld %8lld", mem, left);
}

static void draw_table(int top, int bottom)
{
	const struct node *node;
	int i, row = top + 1;

	screen_put(top, 0, "%5s %-14s %6s %4s %6s %6s %8s %8s %7s", "NODE",
		   "STATUS", "LOAD", "CPUS", "SPEED", "GUESTS", "MEM MiB",
		   "FREE MiB", "AGE s");
	if (bottom - top > 2)
		draw_sum(--bottom);
	for (i = first; row < bottom && (node = shown(i)); i++, row++) {
		if (!node->up) {
			screen_put(row, 0, "%5u %-14s", node->id, node->status);
			continue;
		}
		screen_put(row, 0, "%5u %-14.14s %6.2f %4lld %6.2f %6lld",
			   node->id, node->status, load(node), node->cpus,
			   speed(node), node->guests);
		screen_put(row, 47, "%8lld %8lld %7.1f", node->tmem_kib / 1024,
			   node->mem_kib / 1024, node->age_ms / 1000.0);
	}
}

static int is_move(int row)
{
	return !strncmp(table_word(&decisions, row, "reason"), "move-", 5);
}

/* The last ones, the newest at the bottom. */
static void draw_moves(int top, int bottom)
{
	int i = has_decisions ? decisions.rows : 0, row = bottom - 1;

	screen_head(top, " moves out of this node");
	while (i-- && row > top) {
		if (!is_move(i))
			continue;
		screen_put(row--, 1, "%10s s  %s: %s -> %s  %s",
			   table_word(&decisions, i, "time"),
			   table_word(&decisions, i, "pid"),
			   table_word(&decisions, i, "from"),
			   table_word(&decisions, i, "to"),
			   table_word(&decisions, i, "reason"));
	}
}

static void draw_help(void)
{
	static const char *const lines[] = {
		"l  load: jobs for each reference CPU",
		"m  memory in use",
		"s  speed",
		"g  guests",
		"t  all figures as a table",
		"d  with or without nodes that are down",
		"w  with or without moves",
		"<> or arrows: go along the nodes",
		"h  this, q  quit",
		"Behind an id: B takes no guests, S nothing moves from there",
		"by itself, L is about to leave.",
	};
	size_t i;

	for (i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		screen_put(i + 1, 2, "%s", lines[i]);
}

/* What keeps all where they are must not be looked for elsewhere. */
static const char *warning(void)
{
	if (!node_self())
		return "NO MAP  ";
	switch (node_links()) {
	case LINKS_CLOSED:
		return "NO KEY  ";
	case LINKS_INSECURE:
		return "INSECURE  ";
	default:
		return "";
	}
}

static void draw(int rows, int columns)
{
	static const char keys[] =
" l load  m memory  s speed  g guests  t table  d down  w moves  h help  q quit";
	int bottom = rows - 1, i, up = 0, moves;

	for (i = 0; i < node_count; i++)
		up += nodes[i].up;
	screen_head(0, " mosmon  node %u  %d of %d up  %s%s", node_self(), up,
		    node_count, warning(), view->title);
	screen_head(bottom, "%s", keys);
	if (help) {
		draw_help();
		return;
	}
	moves = hide_moves || rows < ROWS_LEAST ? 0 : rows / 4;
	if (moves > MOVES_MOST)
		moves = MOVES_MOST;
	if (moves)
		draw_moves(bottom - moves, bottom);
	if (view->get)
		draw_bars(0, bottom - moves, columns);
	else
		draw_table(1, bottom - moves);
}

static int key(int k)
{
	int i;

	help = !help && (k == 'h' || k == '?');
	for (i = 0; i < VIEWS; i++)
		if (k == views[i].key)
			view = views + i;
	if (k == 'd')
		hide_down = !hide_down;
	else if (k == 'w')
		hide_moves = !hide_moves;
	else if (k == '>' || k == KEY_RIGHT || k == KEY_DOWN)
		first += !!shown(first + 1);
	else if (k == '<' || k == KEY_LEFT || k == KEY_UP)
		first -= first > 0;
	if (!shown(first))
		first = 0;
	return k != 'q';
}

static void set_view(const char *name)
{
	int i;

	for (i = 0; i < VIEWS && strcmp(views[i].name, name); i++)
		;
	if (i == VIEWS)
		cli_wrong(&cli);
	view = views + i;
}

int main(int argc, char **argv)
{
	struct screen screen = { 1, look, draw, key };
	long seconds = 1;
	int c;

	while ((c = cli_next(&cli, argc, argv)) != -1) {
		if (c == 'v')
			set_view(optarg);
		else if (c == 'd')
			hide_down = 1;
		else if (c == 'w')
			hide_moves = 1;
		else if (cli_number(optarg, 1, 3600, &seconds))
			cli_wrong(&cli);
	}
	if (optind != argc)
		cli_wrong(&cli);
	screen.seconds = seconds;
	if (node_load(&nodes) < 0) {
		fprintf(stderr, "mosmon: %s/mosix is not there\n", text_dir());
		return EXIT_FAILED;
	}
	if (!screen_run(&screen))
		return EXIT_DONE;
	fputs("mosmon: no terminal\n", stderr);
	return EXIT_FAILED;
}
