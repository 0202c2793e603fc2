/* SPDX-License-Identifier: GPL-2.0-only */
/* The map and the key in /etc/mosix, as the nodes keep them. */
#ifndef MOSIX_TOOLS_KEEP_H
#define MOSIX_TOOLS_KEEP_H

#include "map.h"

enum { KEEP_PATH = 4096, KEEP_KEY = 32 };

/* What became of a map that another node has told. */
enum keep_taken {
	KEEP_TAKEN,
	KEEP_SAME,
	KEEP_OLDER,		/* than the one that is here */
	KEEP_WITHOUT_US,	/* newer, and this node is not in it */
};

/* Of the contact's answer to who joins: it counts whatever was here before. */
enum keep_when { KEEP_IF_NEWER, KEEP_ALWAYS };

int keep_complain(const char *what, int error);
int keep_path(char path[KEEP_PATH], const char *etc, const char *name);
int keep_make_file(const char *path, mode_t mode, const char *text);
int keep_lock(const char *etc);
void keep_unlock(int lock);
int keep_load(struct map *map, char path[KEEP_PATH], const char *etc);
int keep_write(const char *etc, struct map *map);
int keep_take(const char *etc, const char *text, const char *from,
	      enum keep_when when);
int keep_text(char **text, const char *etc);
int keep_key(unsigned char key[KEEP_KEY], const char *etc);
int keep_is_insecure(const char *etc);
int keep_new_key(const char *etc, const char *file);

#endif /* MOSIX_TOOLS_KEEP_H */
