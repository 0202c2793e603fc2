// SPDX-License-Identifier: GPL-2.0-only
/* Scenarios with what they measured: sim [-t] FILE..., -t shows decisions. */
#include <string.h>

#include "ktap.h"
#include "scenario.h"

int main(int argc, char **argv)
{
	enum scenario_voice voice = SCENARIO_METRICS;
	int i = 1;

	if (i < argc && !strcmp(argv[i], "-t")) {
		voice = SCENARIO_TRACE;
		i++;
	}
	ktap_begin();
	for (; i < argc; i++)
		scenario_run(argv[i], voice);
	return ktap_end();
}
