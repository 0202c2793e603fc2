// SPDX-License-Identifier: GPL-2.0-only
/*
 * Figures: bench RESULTS [daily|full [PART...]]; all parts unless some are named.
 * NODES=N in the environment: of makespans and crowds, those of N nodes alone.
 * See rows.h, and bench.h for the parts.
 */
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "rows.h"

static const struct {
	const char *name;
	void (*measure)(enum bench_size size);
} parts[] = {
	{ "ages", bench_ages }, { "gossip", bench_gossip },
	{ "detect", bench_detect }, { "slowdown", bench_slowdown },
	{ "amir", bench_amir }, { "makespan", bench_makespan },
	{ "rules", bench_rules }, { "speed", bench_speed },
};

bool bench_wants(u32 nodes)
{
	const char *one = getenv("NODES");

	return !one || strtoul(one, NULL, 10) == nodes;
}

static bool is_wanted(const char *name, int argc, char **argv)
{
	int i;

	for (i = 3; i < argc && strcmp(argv[i], name); i++)
		;
	return argc <= 3 || i < argc;
}

int main(int argc, char **argv)
{
	enum bench_size size = BENCH_DAILY;
	u32 i;

	if (argc < 2)
		return 2;
	if (argc > 2 && !strcmp(argv[2], "full"))
		size = BENCH_FULL;
	rows_open(argv[1]);
	for (i = 0; i < ARRAY_SIZE(parts); i++) {
		if (is_wanted(parts[i].name, argc, argv))
			parts[i].measure(size);
	}
	return rows_close();
}
