/* SPDX-License-Identifier: GPL-2.0-only */
/* What is measured in the simulator, by subject. */
#ifndef LOADINFO_TEST_BENCH_H
#define LOADINFO_TEST_BENCH_H

#include "../../kernel/pure.h"

/* What is run each day, or all that there is. */
enum bench_size {
	BENCH_DAILY,
	BENCH_FULL,
};

/* Is a cluster of so many nodes to be measured? All are, unless one is named. */
bool bench_wants(u32 nodes);

void bench_ages(enum bench_size size);
void bench_gossip(enum bench_size size);
void bench_detect(enum bench_size size);
void bench_slowdown(enum bench_size size);
void bench_amir(enum bench_size size);
void bench_makespan(enum bench_size size);
void bench_rules(enum bench_size size);
void bench_speed(enum bench_size size);

#endif /* LOADINFO_TEST_BENCH_H */
