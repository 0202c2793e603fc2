// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stdio.h>

#include "ktap.h"

static int claims;
static int failures;

void ktap_begin(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	puts("KTAP version 1");
}

int ktap_claim(int holds, const char *format, ...)
{
	va_list args;

	claims++;
	failures += !holds;
	printf("%sok %d ", holds ? "" : "not ", claims);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	return holds;
}

int ktap_end(void)
{
	printf("1..%d\n", claims);
	return failures ? 1 : 0;
}
