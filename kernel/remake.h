/* SPDX-License-Identifier: GPL-2.0-only */
/* A link goes on over another connection when its own has broken. */
#ifndef MOSIX_REMAKE_H
#define MOSIX_REMAKE_H

#include "link.h"

void mosix_remake_last(struct mosix_link *link);
void mosix_remake_note(struct mosix_link *link, u16 type);
void mosix_remake_tear(struct mosix_link *link);
void mosix_remake_reset(struct mosix_link *link);
void mosix_remake_broken(struct mosix_link *link, int error);
void mosix_remake_retry(struct mosix_link *link);
bool mosix_remake_wanted(struct mosix_link *link);
int mosix_remake(struct mosix_link *link);
void mosix_remake_farewell(struct mosix_link *link);
int mosix_remake_knock(struct mosix_link *link, struct mosix_msg *msg);

#endif /* MOSIX_REMAKE_H */
