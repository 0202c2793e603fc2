/* SPDX-License-Identifier: GPL-2.0-only */
/* Ours and those that it is compared with, on the same jobs. */
#ifndef LOADINFO_TEST_POLICY_H
#define LOADINFO_TEST_POLICY_H

#include "cluster.h"

/* Where they begin: in turn; where the fewest are; of two at random. */
extern const struct policy policy_round_robin, policy_least, policy_two;
/* Where the fewest were at most 4 s ago. */
extern const struct policy policy_stale;
/* Moves by the rules of openMosix and Kerrighed; placed at home. */
extern const struct policy policy_mosix;
/* Least marginal cost at the beginning; and once a second again. */
extern const struct policy policy_epvm, policy_emosix;
/* Ours: placed, and moved. */
extern const struct policy policy_ours, policy_placed;

#endif /* LOADINFO_TEST_POLICY_H */
