/* SPDX-License-Identifier: GPL-2.0-only */
/* Verbs of the admin that take time: expel and bring. */
#ifndef MOSIX_VERB_H
#define MOSIX_VERB_H

#include <linux/types.h>

bool mosix_verb_expels(void);
int mosix_verb_init(void);

#endif /* MOSIX_VERB_H */
