/* SPDX-License-Identifier: GPL-2.0-only */
/* Properties of the balancer. */
#ifndef LOADINFO_TEST_PROPS_H
#define LOADINFO_TEST_PROPS_H

#include "../../kernel/pure.h"

struct prop {
	const char *name;
	int (*holds)(void);
};

/* The @n-th of them, NULL behind the last. */
const struct prop *props(u32 n);

#endif /* LOADINFO_TEST_PROPS_H */
