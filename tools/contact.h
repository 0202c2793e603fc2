/* SPDX-License-Identifier: GPL-2.0-only */
/* Nodes tell each other the map, and let in who has the key. */
#ifndef MOSIX_TOOLS_CONTACT_H
#define MOSIX_TOOLS_CONTACT_H

#include "keep.h"

enum { CONTACT_PORT = 7237 };

/* Whom to tell: somebody who is up, or all who are. */
enum contact_whom { CONTACT_ONE, CONTACT_ALL };

int contact_join(const char *etc, const char *host, enum keep_when when);
void contact_catch_up(const char *etc);
int contact_tell(const char *etc);
int contact_sync(const char *etc, enum contact_whom whom);
int contact_forget(const char *etc, unsigned int id);
int contact_answer(const char *etc, int fd);
int contact_listen(const char *etc);

#endif /* MOSIX_TOOLS_CONTACT_H */
