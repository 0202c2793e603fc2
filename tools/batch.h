/* SPDX-License-Identifier: GPL-2.0-only */
/* Command lines of a file, so many at a time. */
#ifndef MOSIX_TOOLS_BATCH_H
#define MOSIX_TOOLS_BATCH_H

#include "start.h"

struct batch {
	const char *file;		/* a command line a line; - is input */
	const char *failed;		/* receives those that failed, or NULL */
	long most;			/* so many run at once */
	/* where this one goes; NULL: it stays. It may end its process instead. */
	const char *(*choose)(void);
};

int batch_run(const struct batch *batch, struct start *start);

#endif /* MOSIX_TOOLS_BATCH_H */
