/* SPDX-License-Identifier: GPL-2.0-only */
/* Recorded rounds (journal.h), decided again. */
#ifndef LOADINFO_TEST_REPLAY_H
#define LOADINFO_TEST_REPLAY_H

#include <stdio.h>

#include "../journal.h"

struct replay {
	u64 rounds;
	u64 procs;		/* that were considered in them */
	u64 moves;		/* rounds that ended in one */
	u64 differ;		/* decisions that came out otherwise */
	u64 first;		/* line of the first of these */
	u64 broken;		/* line that is none, or in the wrong place; or 0 */
};

struct replay replay(FILE *from);
/* A journal that is written to a file. */
struct lb_journal replay_journal(FILE *to);

#endif /* LOADINFO_TEST_REPLAY_H */
