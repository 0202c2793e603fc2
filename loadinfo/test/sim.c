// SPDX-License-Identifier: GPL-2.0-only
/*
 * Scenarios with what they measured: sim [-t] FILE..., -t shows decisions; or
 * records decided again: sim -r FILE...
 */
#include <string.h>

#include "../../kernel/test/ktap.h"
#include "replay.h"
#include "scenario.h"

/* A record of which nothing was decided shows nothing. */
static void decide_again(const char *path)
{
	FILE *from = fopen(path, "r");
	struct replay r = {};

	if (from) {
		r = replay(from);
		fclose(from);
	} else {
		perror(path);
	}
	printf("# %llu rounds, %llu moves, %llu processes considered\n",
	       r.rounds, r.moves, r.procs);
	if (r.differ)
		printf("# %llu decided otherwise, the first in line %llu\n",
		       r.differ, r.first);
	if (r.broken)
		printf("# line %llu is not understood\n", r.broken);
	ktap_claim(r.rounds && !r.differ && !r.broken,
		   "replay: the same decisions as in %s", path);
}

int main(int argc, char **argv)
{
	enum scenario_voice voice = SCENARIO_METRICS;
	char claim[SCENARIO_CLAIM];
	int i = 1;

	if (i < argc && !strcmp(argv[i], "-t")) {
		voice = SCENARIO_TRACE;
		i++;
	}
	ktap_begin();
	if (i < argc && !strcmp(argv[i], "-r")) {
		while (++i < argc)
			decide_again(argv[i]);
	}
	for (; i < argc; i++) {
		bool holds = scenario_run(argv[i], voice, claim);

		ktap_claim(holds, "scenario: %s", claim);
	}
	return ktap_end();
}
