/* SPDX-License-Identifier: GPL-2.0-only */
/* What a link has written and the other end has not taken yet. */
#ifndef MOSIX_KEPT_H
#define MOSIX_KEPT_H

#include "link.h"

void mosix_kept_reap(struct mosix_link *link);
void mosix_kept_forget(struct mosix_link *link);
void mosix_kept_add(struct mosix_link *link, struct mosix_msg *msg);
void mosix_kept_took(struct mosix_link *link, const struct mosix_msg *msg);
void mosix_kept_tidy(struct mosix_link *link);
int mosix_kept_heard(struct mosix_link *link, struct mosix_msg *msg);

#endif /* MOSIX_KEPT_H */
