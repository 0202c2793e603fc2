/* SPDX-License-Identifier: GPL-2.0-only */
/* A named situation in plain text, run in the simulator. */
#ifndef LOADINFO_TEST_SCENARIO_H
#define LOADINFO_TEST_SCENARIO_H

/* How much a scenario run says. */
enum scenario_voice {
	SCENARIO_QUIET,
	SCENARIO_METRICS,
	SCENARIO_TRACE,
};

enum { SCENARIO_CLAIM = 256 };

/* Runs the file with each of its seeds. Returns 1 if all bounds held. */
int scenario_run(const char *path, enum scenario_voice voice,
		 char claim[SCENARIO_CLAIM]);

#endif /* LOADINFO_TEST_SCENARIO_H */
