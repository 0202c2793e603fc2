/* SPDX-License-Identifier: GPL-2.0-only */
/* Results of a user-space test as KTAP: one line a claim, then the plan. */
#ifndef MOSIX_TEST_KTAP_H
#define MOSIX_TEST_KTAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

static int ktap_claims;
static int ktap_failures;

static inline void ktap_begin(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	puts("KTAP version 1");
}

/* The claim that the format says, and whether it holds. */
__attribute__((format(printf, 2, 3)))
static inline bool ktap_claim(bool holds, const char *format, ...)
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

/* The plan; its value is the program's exit status. */
static inline int ktap_end(void)
{
	printf("1..%d\n", ktap_claims);
	return ktap_failures ? 1 : 0;
}

#endif /* MOSIX_TEST_KTAP_H */
