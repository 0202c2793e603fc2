// SPDX-License-Identifier: GPL-2.0-only
/* Figures: bench RESULTS [full]. See rows.h, and bench.h for the parts. */
#include <string.h>

#include "bench.h"
#include "rows.h"

int main(int argc, char **argv)
{
	enum bench_size size = BENCH_DAILY;

	if (argc < 2)
		return 2;
	if (argc > 2 && !strcmp(argv[2], "full"))
		size = BENCH_FULL;
	rows_open(argv[1]);
	bench_gossip(size);
	bench_detect(size);
	bench_slowdown(size);
	bench_amir(size);
	bench_makespan(size);
	bench_rules(size);
	bench_speed(size);
	return rows_close();
}
