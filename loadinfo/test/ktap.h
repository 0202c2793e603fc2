/* SPDX-License-Identifier: GPL-2.0-only */
/* Results as KTAP: one line a claim, the count at the end. */
#ifndef LOADINFO_TEST_KTAP_H
#define LOADINFO_TEST_KTAP_H

#include <stdarg.h>
#include <stdio.h>

/* Claims made and claims that failed, in this program. */
static int ktap_claims;
static int ktap_failures;

static inline void ktap_begin(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	puts("KTAP version 1");
}

/* One claim: @holds, and what it says. */
__attribute__((format(printf, 2, 3)))
static inline int ktap_claim(int holds, const char *format, ...)
{
	va_list args;

	ktap_claims++;
	ktap_failures += !holds;
	printf("%sok %d ", holds ? "" : "not ", ktap_claims);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	return holds;
}

/* The plan, and the exit status of the program. */
static inline int ktap_end(void)
{
	printf("1..%d\n", ktap_claims);
	return ktap_failures ? 1 : 0;
}

#endif /* LOADINFO_TEST_KTAP_H */
