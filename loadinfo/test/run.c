// SPDX-License-Identifier: GPL-2.0-only
/* The tables of lb_cases.h in user space, as KTAP. */
#include "../lb_cases.h"
#include "ktap.h"

#define RUN(kind)							\
	do {								\
		for (size_t i = 0; i < ARRAY_SIZE(lb_##kind##_cases); i++) \
			verdict(#kind, lb_##kind##_cases[i].name,	\
				lb_check_##kind(&lb_##kind##_cases[i]));\
	} while (0)

static void verdict(const char *kind, const char *name, s64 got)
{
	if (!ktap_claim(!got, "%s: %s", kind, name))
		printf("# got %lld instead\n", got);
}

int main(void)
{
	ktap_begin();
	RUN(load);
	RUN(cost);
	RUN(balance);
	RUN(admit);
	RUN(codec);
	return ktap_end();
}
