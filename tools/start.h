/* SPDX-License-Identifier: GPL-2.0-only */
/* Start one command line, and have it move once its program has begun. */
#ifndef MOSIX_TOOLS_START_H
#define MOSIX_TOOLS_START_H

/* Exit codes of who starts others, as those of env, nice and the shell. */
enum start_code {
	START_FAILED	= 125,	/* before the program was begun */
	START_REFUSED	= 126,	/* it is there but cannot be begun */
	START_ABSENT	= 127,
};

struct start {
	const char *node;	/* what goto takes; NULL: stay where it is */
	const char *lock;	/* "1", "0", or NULL: as it is */
	const char *nodes;	/* the only ones it may be on, or NULL */
	const char *strategy;	/* how its memory shall travel, or NULL */
	const char *job;	/* name of its job, or NULL */
};

int start_prepare(const struct start *start);
int start_exec(const struct start *start, char *const *command);

#endif /* MOSIX_TOOLS_START_H */
