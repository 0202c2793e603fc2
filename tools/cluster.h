/* SPDX-License-Identifier: GPL-2.0-only */
/* Into the cluster and out of it, by what is in /etc/mosix. */
#ifndef MOSIX_TOOLS_CLUSTER_H
#define MOSIX_TOOLS_CLUSTER_H

#include <stddef.h>

enum { CLUSTER_KEY = 64 };	/* hex digits */

/* Does a node that joins move processes at once, or is it told to stay first? */
enum cluster_way { CLUSTER_MOVE, CLUSTER_STAY };

/**
 * struct cluster_by - whom a new node asks
 * @contact: the host; NULL: who is found on the local network
 * @interface: where to look for him; NULL: by each that is up
 * @key: file of the cluster's key; NULL: it is in the folder
 */
struct cluster_by {
	const char *contact;
	const char *interface;
	const char *key;
};

int cluster_key(const char *file);
int cluster_make_key(char key[CLUSTER_KEY + 1]);
int cluster_config(const char *etc, const char *file);
int cluster_join(const char *etc, enum cluster_way way);
int cluster_join_by(const char *etc, const struct cluster_by *by,
		    enum cluster_way way);
void cluster_settings(const char *etc);
int cluster_leave(const char *etc);
int cluster_setup(const char *etc, char **host, int n);

#endif /* MOSIX_TOOLS_CLUSTER_H */
