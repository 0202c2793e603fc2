/* SPDX-License-Identifier: GPL-2.0-only */
/* How old news are, and how fast one item is everywhere. */
#ifndef LOADINFO_TEST_AGES_H
#define LOADINFO_TEST_AGES_H

#include "../../kernel/pure.h"

/* In periods. */
struct ages {
	double mean;	/* over the whole vector */
	double oldest;
};

struct ages ages_expected(u32 nodes, u32 window);
struct ages ages_measured(u32 nodes, u32 window, u64 seed);
double scatter_steps(u32 nodes, u32 alive, u16 flags, u32 runs);

#endif /* LOADINFO_TEST_AGES_H */
