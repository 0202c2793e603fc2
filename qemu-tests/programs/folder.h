/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A folder of the victim's own, in its control directory or in /tmp. It must be
 * empty at the end.
 */
#ifndef FOLDER_H
#define FOLDER_H

#include "victim.h"

#include <sys/stat.h>

static char folder[4096];

/* The folder's @name; good until the second next call. */
static inline char *folder_path(const char *name)
{
	static char path[2][8192];
	static int turn;

	turn = !turn;
	snprintf(path[turn], sizeof(path[turn]), "%s/%s", folder, name);
	return path[turn];
}

static inline void folder_begin(void)
{
	snprintf(folder, sizeof(folder), "%s/folder.%d",
		 victim.dir ? victim.dir : "/tmp", getpid());
	CHECK_CALL(mkdir(folder, 0700));
}

static inline void folder_end(void)
{
	CHECK_CALL(rmdir(folder));
}

#endif
