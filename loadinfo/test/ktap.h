/* SPDX-License-Identifier: GPL-2.0-only */
/* Results as KTAP: one line a claim, the count at the end. */
#ifndef LOADINFO_TEST_KTAP_H
#define LOADINFO_TEST_KTAP_H

#ifndef __printf
#define __printf(a, b) __attribute__((format(printf, a, b)))
#endif

void ktap_begin(void);

/* One claim: @holds, and what it says. Returns @holds. */
__printf(2, 3)
int ktap_claim(int holds, const char *format, ...);

/* The plan; returns the exit status of the program. */
int ktap_end(void);

#endif /* LOADINFO_TEST_KTAP_H */

