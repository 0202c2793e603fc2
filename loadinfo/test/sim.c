// SPDX-License-Identifier: GPL-2.0-only
/* Scenarios with what they measured: sim [-t] FILE..., -t shows decisions. */
#include <string.h>

#include "../../kernel/test/ktap.h"
#include "scenario.h"

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
	for (; i < argc; i++) {
		bool holds = scenario_run(argv[i], voice, claim);

		ktap_claim(holds, "scenario: %s", claim);
	}
	return ktap_end();
}
