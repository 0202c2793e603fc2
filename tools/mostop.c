// SPDX-License-Identifier: GPL-2.0-only
/* mostop: watch processes, where they are, and what they take. */
#include "cli.h"
#include "process.h"
#include "screen.h"
#include "text.h"

#include <ncurses.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char usage[] =
"usage: mostop [OPTIONS]\n"
"Watch processes: whose they are (guests: at home, - if that did not tell),\n"
"which node they are on, moves so far, CPU time and why.\n"
"Keys: P by CPU use, M memory, N pid, W where, V moves; a all or only those\n"
"that moved, arrows go along, h help, q quit.\n"
"  -m, --moved        begin with those that moved, are away or are guests\n"
"  -u, --user USER    those of a user\n"
"  -o, --sort KEY     begin by cpu, mem, pid, where or moves\n"
"  -s, --seconds N    between looks (2)\n"
"  -b, --batch        print instead of showing a screen\n"
"  -n, --number N     with --batch: print N times (1)\n"
"  -p, --proc DIR     another folder than /proc\n"
"  -h, --help         this text\n"
"  -V, --version      which version this is\n"
"Exit codes: 0 ended by q or printed, 1 a user, a terminal or /proc/mosix is\n"
"not there, or ended by ^C, 2 wrong usage.\n";

static const struct option options[] = {
	{ "moved", no_argument, NULL, 'm' },
	{ "user", required_argument, NULL, 'u' },
	{ "sort", required_argument, NULL, 'o' },
	{ "seconds", required_argument, NULL, 's' },
	{ "batch", no_argument, NULL, 'b' },
	{ "number", required_argument, NULL, 'n' },
	{ }
};

static const struct cli cli = { "mostop", usage, "mu:o:s:bn:", options };

static const struct {
	int key;
	const char *sort;	/* as process_sort() has it */
	const char *word;
} orders[] = {
	{ 'P', "-cpu", "cpu" },
	{ 'M', "-mem", "mem" },
	{ 'N', "pid", "pid" },
	{ 'W', "where", "where" },
	{ 'V', "-moves", "moves" },
};

enum {
	ORDERS		= sizeof(orders) / sizeof(*orders),
	LINE_LONGEST	= 400,
	USER_WIDTH	= 8,
};

static struct process_filter wanted;
static int order, help, first;
static struct process *list, *before;
static int count, count_before;
static double seen_at, passed;		/* seconds */

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec + time.tv_nsec / 1e9;
}

/* CPU time since the last look, in ticks; at the first look none is known. */
static unsigned long long used(const struct process *process)
{
	int low = 0, high = count_before, middle;

	while (low < high) {
		middle = (low + high) / 2;
		if (before[middle].pid < process->pid)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == count_before || before[low].pid != process->pid ||
	    before[low].start != process->start ||
	    before[low].ticks > process->ticks)
		return 0;
	return process->ticks - before[low].ticks;
}

static double percent(const struct process *process)
{
	if (passed <= 0)
		return 0;
	return 100.0 * used(process) / sysconf(_SC_CLK_TCK) / passed;
}

static int by_use(const void *a, const void *b)
{
	const struct process *one = a, *two = b;
	unsigned long long x = used(one), y = used(two);

	if (x != y)
		return (x < y) - (x > y);
	if (one->ticks != two->ticks)
		return (one->ticks < two->ticks) - (one->ticks > two->ticks);
	return (one->pid > two->pid) - (one->pid < two->pid);
}

static void sort(void)
{
	if (!strcmp(orders[order].sort, "-cpu"))
		qsort(list, count, sizeof(*list), by_use);
	else
		process_sort(list, count, orders[order].sort);
}

static void look(void)
{
	struct process *seen;
	int n = process_list(&seen, &wanted);

	if (n < 0)
		return;
	free(before);
	before = list;
	count_before = count;
	if (count)
		process_sort(before, count_before, "pid");
	list = seen;
	count = n;
	passed = seen_at ? now() - seen_at : 0;
	seen_at = now();
}

static void heading(char line[LINE_LONGEST])
{
	snprintf(line, LINE_LONGEST, "%7s %-*s %5s %5s %5s %c %5s %8s %6s %s",
		 "PID", USER_WIDTH, "USER", "WHERE", "HOME", "MOVES", 'S', "%CPU", "TIME",
		 "MEM", "NAME / WHY");
}

static void line_of(char line[LINE_LONGEST], const struct process *process)
{
	unsigned long long seconds = process->ticks / sysconf(_SC_CLK_TCK);
	int n;

	n = snprintf(line, LINE_LONGEST, "%7d %-*s %5u %5u %5u %c %5.1f ",
		     process->pid, USER_WIDTH,
		     process_user_column(process->user, USER_WIDTH),
		     process->where, process->home, process->moves,
		     process->state, percent(process));
	snprintf(line + n, LINE_LONGEST - n, "%5llu:%02llu %5lluM %.15s  %s%.*s",
		 seconds / 60, seconds % 60,
		 process->rss_kib / 1024, process_name(process),
		 process->locked ? "locked " : "", PROCESS_TEXT, process->why);
}

static void tally(char line[LINE_LONGEST])
{
	int i, away = 0, guests = 0;

	for (i = 0; i < count; i++) {
		away += process_is_away(list + i);
		guests += process_is_guest(list + i);
	}
	snprintf(line, LINE_LONGEST, " mostop  %d shown, %d away, %d guests, by %s",
		 count, away, guests, orders[order].word);
}

static void draw_help(void)
{
	static const char *const lines[] = {
		"P  by CPU use",
		"M  by memory",
		"N  by PID",
		"W  by the node that it is on",
		"V  by moves",
		"a  all, or those that moved, are away or are guests",
		"arrows go along the list",
		"h  this, q  quit",
	};
	size_t i;

	for (i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		screen_put(i + 2, 2, "%s", lines[i]);
}

static void draw(int rows, int columns)
{
	static const char keys[] =
" P cpu  M memory  N pid  W where  V moves  a all  h help  q quit";
	char line[LINE_LONGEST];
	int i, row;

	(void)columns;
	sort();
	tally(line);
	screen_put(0, 0, "%s", line);
	heading(line);
	screen_head(1, "%s", line);
	screen_head(rows - 1, "%s", keys);
	if (help) {
		draw_help();
		return;
	}
	for (i = first, row = 2; i < count && row < rows - 1; i++, row++) {
		line_of(line, list + i);
		screen_put(row, 0, "%s", line);
	}
}

static int key(int k)
{
	int i;

	help = !help && (k == 'h' || k == '?');
	for (i = 0; i < ORDERS; i++)
		if (k == orders[i].key)
			order = i;
	if (k == 'a') {
		wanted.moved = !wanted.moved;
		look();
	} else if (k == KEY_DOWN) {
		first += first + 1 < count;
	} else if (k == KEY_UP) {
		first -= first > 0;
	}
	if (first >= count)
		first = 0;
	return k != 'q';
}

static int print(long times, int seconds)
{
	char line[LINE_LONGEST];
	int i;

	while (times--) {
		look();
		sort();
		tally(line);
		puts(line + 1);
		heading(line);
		puts(line);
		for (i = 0; i < count; i++) {
			line_of(line, list + i);
			puts(line);
		}
		fflush(stdout);
		if (times)
			sleep(seconds);
	}
	return EXIT_DONE;
}

static void set_order(const char *word)
{
	for (order = 0; order < ORDERS; order++)
		if (!strcmp(orders[order].word, word))
			return;
	cli_wrong(&cli);
}

static void set_user(const char *name)
{
	wanted.has_user = 1;
	if (!process_find_user(name, &wanted.user))
		return;
	fprintf(stderr, "mostop: %s: no such user\n", name);
	exit(EXIT_FAILED);
}

int main(int argc, char **argv)
{
	struct screen screen = { 2, look, draw, key };
	long seconds = 2, times = 1;
	int c, batch = 0;

	while ((c = cli_next(&cli, argc, argv)) != -1) {
		if (c == 'm')
			wanted.moved = 1;
		else if (c == 'u')
			set_user(optarg);
		else if (c == 'o')
			set_order(optarg);
		else if (c == 'b')
			batch = 1;
		else if (cli_number(optarg, 1, 1000000,
				    c == 's' ? &seconds : &times))
			cli_wrong(&cli);
	}
	if (optind != argc)
		cli_wrong(&cli);
	screen.seconds = seconds;
	look();
	if (!list) {
		fprintf(stderr, "mostop: %s/mosix is not there\n", text_dir());
		return EXIT_FAILED;
	}
	if (batch)
		return print(times, seconds);
	if (!screen_run(&screen))
		return EXIT_DONE;
	fputs("mostop: no terminal\n", stderr);
	return EXIT_FAILED;
}
