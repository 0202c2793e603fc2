// SPDX-License-Identifier: GPL-2.0-only
/* mostestload: make load of a known kind, and tell where it was made. */
#include "cli.h"
#include "json.h"
#include "load.h"
#include "text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char usage[] =
"usage: mostestload [OPTIONS]\n"
"Make load, report each move of it, and check that nothing of it was spoiled.\n"
"  -t, --time S       for S seconds (10)\n"
"  -c, --cpu N        of the time, N percent are computing (100)\n"
"  -m, --memory MIB   hold so much memory and walk through it\n"
"  -R, --random       touch it in random order\n"
"  -y, --syscalls N   make N cheap system calls a round\n"
"  -r, --read KIB     read so much of the file a round\n"
"  -w, --write KIB    write so much to it a round\n"
"  -f, --file NAME    the file; else one without a name in /tmp\n"
"  -s, --jobs N       so many of these at once\n"
"  -q, --quiet        no report of moves\n"
"  -j, --json         the sum at the end as an object a job\n"
"  -p, --proc DIR     another folder than /proc\n"
"  -h, --help         this text\n"
"  -V, --version      which version this is\n"
"A round is 10 ms of the wall clock, or longer where the rest takes longer.\n"
"Exit codes: 0 all was well, 1 memory or file were spoiled, or cannot be had,\n"
"2 wrong usage.\n";

static const struct option options[] = {
	{ "time", required_argument, NULL, 't' },
	{ "cpu", required_argument, NULL, 'c' },
	{ "memory", required_argument, NULL, 'm' },
	{ "random", no_argument, NULL, 'R' },
	{ "syscalls", required_argument, NULL, 'y' },
	{ "read", required_argument, NULL, 'r' },
	{ "write", required_argument, NULL, 'w' },
	{ "file", required_argument, NULL, 'f' },
	{ "jobs", required_argument, NULL, 's' },
	{ "quiet", no_argument, NULL, 'q' },
	{ "json", no_argument, NULL, 'j' },
	{ }
};

static const struct cli cli = { "mostestload", usage, "t:c:m:Ry:r:w:f:s:qj",
				options };

enum { ROUND_MS = 10, LOOK_MS = 200 };

static struct load load = { .cpu_percent = 100 };
static long seconds = 10, jobs = 1;
static int quiet, json;

static long long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/* The node that we are on; -1 where the kernel does not tell. */
static int node_now(void)
{
	char text[VALUE_MAX];

	return text_read(text, "self/mosix/where") ? -1 : atoi(text);
}

static void report(int node, long long ms)
{
	if (quiet)
		return;
	printf("%d: %lld.%01lld s: %s node %d\n", getpid(), ms / 1000,
	       ms % 1000 / 100, ms ? "moved to" : "begins on", node);
	fflush(stdout);
}

static void sum_up(long long rounds, int moves, long long ms)
{
	if (json) {
		json_open(NULL, '{');
		json_number("pid", getpid());
		json_number("rounds", rounds);
		json_number("ms", ms);
		json_number("moves", moves);
		json_number("where", node_now());
		json_truth("spoiled", load.spoiled);
		json_close('}');
		return;
	}
	printf("%d: %lld rounds in %lld.%01lld s, %d moves, %s\n", getpid(),
	       rounds, ms / 1000, ms % 1000 / 100, moves,
	       load.spoiled ? "SPOILED" : "all well");
}

/* One job: rounds until the time is over. */
static int run(void)
{
	long long begin = now_ms(), looked = begin, now = begin, rounds = 0;
	int node = node_now(), here, moves = 0, ret;

	ret = load_begin(&load);
	if (ret) {
		fprintf(stderr, "mostestload: %s: %s\n",
			load.file ? load.file : "memory or file",
			strerror(-ret));
		return EXIT_FAILED;
	}
	if (node >= 0)
		report(node, 0);
	while (now < begin + seconds * 1000 && !load.spoiled) {
		load_round(&load, ROUND_MS);
		rounds++;
		now = now_ms();
		if (now < looked + LOOK_MS)
			continue;
		looked = now;
		here = node_now();
		if (here == node || here < 0)
			continue;
		node = here;
		moves++;
		report(node, now - begin);
	}
	load_end(&load);
	sum_up(rounds, moves, now - begin);
	return load.spoiled ? EXIT_FAILED : EXIT_DONE;
}

static int run_jobs(void)
{
	int status, ret = EXIT_DONE;
	long i;

	if (jobs == 1)
		return run();
	for (i = 0; i < jobs; i++) {
		switch (fork()) {
		case 0:
			exit(run());
		case -1:
			perror("mostestload: fork");
			ret = EXIT_FAILED;
		}
	}
	while (wait(&status) > 0)
		if (!WIFEXITED(status) || WEXITSTATUS(status))
			ret = EXIT_FAILED;
	return ret;
}

static long number(long least, long most)
{
	long value;

	if (cli_number(optarg, least, most, &value))
		cli_wrong(&cli);
	return value;
}

static void read_option(int c)
{
	switch (c) {
	case 't':
		seconds = number(0, 1L << 30);
		break;
	case 'c':
		load.cpu_percent = number(0, 100);
		break;
	case 'm':
		load.memory = number(0, 1L << 30) << 20;
		break;
	case 'R':
		load.random = 1;
		break;
	case 'y':
		load.calls = number(0, 1L << 30);
		break;
	case 'r':
		load.read = number(0, 1L << 30) << 10;
		break;
	case 'w':
		load.write = number(0, 1L << 30) << 10;
		break;
	case 'f':
		load.file = optarg;
		break;
	case 's':
		jobs = number(1, 4096);
		break;
	case 'q':
		quiet = 1;
		break;
	default:
		json = 1;
	}
}

int main(int argc, char **argv)
{
	int c;

	while ((c = cli_next(&cli, argc, argv)) != -1)
		read_option(c);
	if (optind != argc)
		cli_wrong(&cli);
	quiet |= json;
	return run_jobs();
}
