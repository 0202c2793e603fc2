/* SPDX-License-Identifier: GPL-2.0-only */
/* The map of the cluster, as an admin writes it and as the kernel takes it. */
#ifndef MOSIX_TOOLS_MAP_H
#define MOSIX_TOOLS_MAP_H

int map_read(char **text, const char *file);
int map_has_nodes(const char *text);

#endif /* MOSIX_TOOLS_MAP_H */
