// SPDX-License-Identifier: GPL-2.0-only
/*
 * A scenario is a text file; `#` begins a comment. Words and numbers only,
 * times in seconds, sizes in MiB, everything else in the units of model.h:
 *
 *	claim WORDS			what is shown, in the KTAP line
 *	runs N				with seeds 1 to N; 1 unless said
 *	nodes N				comes before what names one
 *	node I cpus|speed|mem N		I = 0: all of them
 *	node I joins|blocks|dies T	silent before, takes no guests after, dead
 *	param NAME N			of struct lb_params
 *	loss N				percent of the gossip messages
 *	stale T				a node looks at itself so seldom
 *	placed				jobs begin where place.c says, not at home
 *	jobs N on I at T work T		I = 0: on a random node each
 *	  [duty N] [mem N] [travel N] [nodes LIST]
 *	heavy N on I over T least T	N jobs started at random within T; work
 *	  [duty N] ...			heavy-tailed: P(work > x) = least / x
 *	run T				when to stop at the latest
 *	expect METRIC <=|>= N		over all runs; see metrics[] below
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cluster.h"
#include "policy.h"
#include "scenario.h"

enum { WORDS_MAX = 32, EXPECT_MAX = 16, HEAVY_MAX = 1000 };

struct expect {
	char metric[24];
	int at_most;
	double bound;
};

struct scenario {
	const char *path;
	char claim[SCENARIO_CLAIM];
	u64 seed;
	u32 runs;
	u64 until_ms;
	struct cluster *cluster;
	u32 expects;
	struct expect expect[EXPECT_MAX];
};

/* Where a line is wrong, and the end of it: a scenario is part of a test. */
static void die(const struct scenario *s, const char *word)
{
	fprintf(stderr, "%s: not understood: %s\n", s->path, word);
	exit(2);
}

static double number(const struct scenario *s, const char *word)
{
	char *end = NULL;
	double n = word ? strtod(word, &end) : -1;

	if (!word || end == word || *end || n < 0 || n > 1e9)
		die(s, word ? word : "end of line");
	return n;
}

static u64 seconds(const struct scenario *s, const char *word)
{
	return (u64)(number(s, word) * 1000 + 0.5);
}

static u32 whole(const struct scenario *s, const char *word)
{
	return (u32)number(s, word);
}

static void expect_word(const struct scenario *s, const char *word,
			const char *wanted)
{
	if (!word || strcmp(word, wanted))
		die(s, word ? word : wanted);
}

static const struct {
	const char *name;
	size_t offset;
} param_names[] = {
#define PARAM(name) { #name, offsetof(struct lb_params, name) }
	PARAM(hysteresis_milli), PARAM(min_gain_milli), PARAM(min_work_ms),
	PARAM(residency_ms), PARAM(gap_ms), PARAM(fresh_ms),
	PARAM(refusal_ms), PARAM(choices), PARAM(move_ms),
	PARAM(link_kib_per_s), PARAM(mem_knee_milli), PARAM(thrash_milli),
	PARAM(max_guests),
#undef PARAM
};

static void set_param(struct scenario *s, char **word)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(param_names); i++) {
		if (strcmp(word[1], param_names[i].name))
			continue;
		*(u32 *)((char *)&s->cluster->params + param_names[i].offset) =
			whole(s, word[2]);
		return;
	}
	die(s, word[1]);
}

static void set_node(struct scenario *s, struct node *n, char **word)
{
	if (!strcmp(word[2], "cpus"))
		n->is.cpus = (u16)whole(s, word[3]);
	else if (!strcmp(word[2], "speed"))
		n->is.speed_milli = whole(s, word[3]);
	else if (!strcmp(word[2], "mem"))
		n->is.mem_total_kib = whole(s, word[3]) * 1024;
	else if (!strcmp(word[2], "joins"))
		n->joins_ms = seconds(s, word[3]);
	else if (!strcmp(word[2], "blocks"))
		n->blocks_ms = seconds(s, word[3]);
	else if (!strcmp(word[2], "dies"))
		n->dies_ms = seconds(s, word[3]);
	else
		die(s, word[2]);
}

static void set_nodes(struct scenario *s, char **word)
{
	u32 which = whole(s, word[1]);
	u32 i;

	if (which > s->cluster->nodes)
		die(s, word[1]);
	for (i = 0; i < s->cluster->nodes; i++) {
		if (!which || which == i + 1)
			set_node(s, &s->cluster->node[i], word);
	}
}

static void set_job(struct scenario *s, struct job *job, char **word)
{
	for (; word[0] && word[1]; word += 2) {
		if (!strcmp(word[0], "duty"))
			job->duty_milli = max(whole(s, word[1]), 1U);
		else if (!strcmp(word[0], "mem"))
			job->mem_kib = whole(s, word[1]) * 1024;
		else if (!strcmp(word[0], "travel"))
			job->travel_kib = whole(s, word[1]) * 1024;
		else if (!strcmp(word[0], "nodes") &&
			 !lb_nodeset_parse(&job->nodes, word[1],
					   (u32)strlen(word[1])))
			continue;
		else
			die(s, word[0]);
	}
}

static u32 start_node(struct scenario *s, const char *word)
{
	u32 which = whole(s, word);

	if (which > s->cluster->nodes)
		die(s, word);
	return which ? which - 1 : cluster_dice(s->cluster) % s->cluster->nodes;
}

static void add_jobs(struct scenario *s, char **word)
{
	u32 n = whole(s, word[1]);

	expect_word(s, word[2], "on");
	expect_word(s, word[4], "at");
	expect_word(s, word[6], "work");
	while (n--)
		set_job(s, cluster_add_job(s->cluster, start_node(s, word[3]),
					   seconds(s, word[5]),
					   seconds(s, word[7])), word + 8);
}

/* A pareto law of exponent 1, cut off where one job would decide the run. */
static void add_heavy(struct scenario *s, char **word)
{
	u32 n = whole(s, word[1]);

	expect_word(s, word[2], "on");
	expect_word(s, word[4], "over");
	expect_word(s, word[6], "least");
	while (n--) {
		u64 over = max(seconds(s, word[5]), 1ULL);
		u64 least = seconds(s, word[7]);
		u32 u = 1 + cluster_dice(s->cluster) % HEAVY_MAX;
		u64 start = cluster_dice(s->cluster) % over;

		set_job(s, cluster_add_job(s->cluster, start_node(s, word[3]),
					   start, least * HEAVY_MAX / u),
			word + 8);
	}
}

static void add_expect(struct scenario *s, char **word)
{
	struct expect *e = &s->expect[s->expects++];

	if (s->expects > EXPECT_MAX)
		die(s, "one expectation too many");
	snprintf(e->metric, sizeof(e->metric), "%s", word[1]);
	e->at_most = !strcmp(word[2], "<=");
	if (!e->at_most)
		expect_word(s, word[2], ">=");
	e->bound = number(s, word[3]);
}

static void set_cluster(struct scenario *s, char **word)
{
	if (s->cluster)
		die(s, "nodes, again");
	s->cluster = cluster_create(whole(s, word[1]), s->seed);
}

static void set_runs(struct scenario *s, char **word)
{
	s->runs = whole(s, word[1]);
}

static void set_end(struct scenario *s, char **word)
{
	s->until_ms = seconds(s, word[1]);
}

static void set_loss(struct scenario *s, char **word)
{
	s->cluster->loss_percent = whole(s, word[1]);
}

static void set_stale(struct scenario *s, char **word)
{
	s->cluster->stale_ms = (u32)seconds(s, word[1]);
}

static void set_placed(struct scenario *s, char **word)
{
	(void)word;
	s->cluster->policy = &policy_ours;
}

/* What each line may begin with, and how many words must follow. */
static const struct {
	const char *name;
	u32 words;
	int before_nodes;
	void (*obey)(struct scenario *s, char **word);
} verbs[] = {
	{ "runs", 1, 1, set_runs }, { "nodes", 1, 1, set_cluster },
	{ "run", 1, 1, set_end }, { "expect", 3, 1, add_expect },
	{ "node", 3, 0, set_nodes }, { "param", 2, 0, set_param },
	{ "loss", 1, 0, set_loss }, { "stale", 1, 0, set_stale },
	{ "placed", 0, 0, set_placed }, { "jobs", 7, 0, add_jobs },
	{ "heavy", 7, 0, add_heavy },
};

static void obey(struct scenario *s, char **word, u32 words)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(verbs); i++) {
		if (strcmp(word[0], verbs[i].name))
			continue;
		if (words <= verbs[i].words ||
		    (!s->cluster && !verbs[i].before_nodes))
			break;
		verbs[i].obey(s, word);
		return;
	}
	die(s, word[0]);
}

static void read_line(struct scenario *s, char *line)
{
	char *word[WORDS_MAX + 1] = { NULL };
	char *at = NULL, *w;
	u32 n = 0;

	line[strcspn(line, "#\n")] = '\0';
	if (!strncmp(line, "claim ", 6)) {
		snprintf(s->claim, sizeof(s->claim), "%s", line + 6);
		return;
	}
	for (w = strtok_r(line, " \t", &at); w && n < WORDS_MAX;
	     w = strtok_r(NULL, " \t", &at))
		word[n++] = w;
	if (n)
		obey(s, word, n);
}

static void load(struct scenario *s, const char *path, u64 seed)
{
	char line[SCENARIO_CLAIM];
	FILE *f = fopen(path, "r");

	memset(s, 0, sizeof(*s));
	s->path = path;
	s->runs = 1;
	s->seed = seed;
	if (!f) {
		perror(path);
		exit(2);
	}
	while (fgets(line, sizeof(line), f))
		read_line(s, line);
	fclose(f);
	if (!s->cluster || !s->until_ms || !s->expects || !s->claim[0])
		die(s, "a scenario needs claim, nodes, run and expect");
}

/* What may be expected. Times in seconds. */
static double makespan(const struct scenario *s)
{
	return (double)cluster_makespan_ms(s->cluster) / 1000;
}

static double slowdown(const struct scenario *s)
{
	return (double)cluster_slowdown_milli(s->cluster) / 1000;
}

static double moves(const struct scenario *s)
{
	return (double)s->cluster->tally.moves;
}

static double most_moves(const struct scenario *s)
{
	return cluster_most_moves(s->cluster);
}

static double last_move(const struct scenario *s)
{
	return (double)s->cluster->tally.last_move_us / 1000000;
}

/* How long some job would have gained by going elsewhere. */
static double uneven(const struct scenario *s)
{
	return (double)s->cluster->tally.uneven_us / 1000000;
}

/* Shortest time between two moves of one job; a day if no job moved twice. */
static double stayed(const struct scenario *s)
{
	return (double)min(cluster_quickest_ms(s->cluster), 86400000ULL) / 1000;
}

static double undone(const struct scenario *s)
{
	return (double)cluster_undone(s->cluster);
}

static double refusals(const struct scenario *s)
{
	return (double)s->cluster->tally.refusals;
}

static double lost(const struct scenario *s)
{
	return (double)s->cluster->tally.lost;
}

static double overcommit(const struct scenario *s)
{
	u64 worst = 0;
	u32 i;

	for (i = 0; i < s->cluster->nodes; i++)
		worst = max(worst, s->cluster->node[i].overcommit_us);
	return (double)worst / 1000000;
}

static const struct {
	const char *name;
	double (*get)(const struct scenario *s);
} metrics[] = {
	{ "makespan", makespan }, { "slowdown", slowdown },
	{ "moves", moves }, { "most_moves", most_moves },
	{ "last_move", last_move }, { "uneven", uneven }, { "stayed", stayed },
	{ "undone", undone }, { "refusals", refusals },
	{ "overcommit", overcommit }, { "lost", lost },
};

static double measure(const struct scenario *s, const char *name)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(metrics); i++) {
		if (!strcmp(metrics[i].name, name))
			return metrics[i].get(s);
	}
	die(s, name);
	return 0;
}

static int holds(const struct scenario *s)
{
	int all = 1;
	u32 i;

	for (i = 0; i < s->expects; i++) {
		const struct expect *e = &s->expect[i];
		double got = measure(s, e->metric);
		int ok = e->at_most ? got <= e->bound : got >= e->bound;

		if (!ok)
			printf("# %s: seed %llu: %s is %g, wanted %s %g\n",
			       s->path, s->seed, e->metric, got,
			       e->at_most ? "<=" : ">=", e->bound);
		all &= ok;
	}
	return all;
}

static void say(const struct scenario *s)
{
	u32 i;

	printf("# seed %llu:", s->seed);
	for (i = 0; i < ARRAY_SIZE(metrics); i++)
		printf(" %s %g", metrics[i].name, metrics[i].get(s));
	printf("\n");
}

int scenario_run(const char *path, enum scenario_voice voice,
		 char claim[SCENARIO_CLAIM])
{
	struct scenario s;
	u32 runs = 1;
	int all = 1;
	u64 seed;

	for (seed = 1; seed <= runs; seed++) {
		load(&s, path, seed);
		runs = s.runs;
		s.cluster->trace = voice == SCENARIO_TRACE;
		cluster_run(s.cluster, s.until_ms);
		if (voice != SCENARIO_QUIET)
			say(&s);
		all &= holds(&s);
		cluster_destroy(s.cluster);
	}
	snprintf(claim, SCENARIO_CLAIM, "%s", s.claim);
	return all;
}
