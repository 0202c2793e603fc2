/* SPDX-License-Identifier: GPL-2.0-only */
/* What nodes say to each other about the map. */
#ifndef MOSIX_TOOLS_TALK_H
#define MOSIX_TOOLS_TALK_H

#include "map.h"

#define TALK_JOIN	"join "
#define TALK_MAP	"map\n"
#define TALK_REFUSED	"refused "
#define TALK_TAKEN	"taken\n"
#define TALK_SAME	"same\n"
#define TALK_LATER	"later\n"

const char *talk_map(const char *text);
int talk_is_map(const char *text);
int talk_is_done(const char *text);
const char *talk_refused(char *text);
int talk_own_address(int fd, char address[INET6_ADDRSTRLEN]);
int talk_other_address(int fd, char address[INET6_ADDRSTRLEN]);
int talk_check_serial(const struct map *map);

#endif /* MOSIX_TOOLS_TALK_H */
