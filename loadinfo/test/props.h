/* SPDX-License-Identifier: GPL-2.0-only */
/* Properties of the balancer, each a claim. */
#ifndef LOADINFO_TEST_PROPS_H
#define LOADINFO_TEST_PROPS_H

void props_run(void);

#endif /* LOADINFO_TEST_PROPS_H */
