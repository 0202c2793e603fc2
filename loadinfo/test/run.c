// SPDX-License-Identifier: GPL-2.0-only
/* Tables, properties and the scenarios named on the command line, as KTAP. */
#include "../../kernel/test/ktap.h"
#include "../lb_cases.h"
#include "../lb_place_cases.h"
#include "props.h"
#include "scenario.h"

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

int main(int argc, char **argv)
{
	char claim[SCENARIO_CLAIM];
	const struct prop *p;
	int i;

	ktap_begin();
	RUN(load);
	RUN(window);
	RUN(watch);
	RUN(cost);
	RUN(balance);
	RUN(admit);
	RUN(codec);
	RUN(nodeset);
	RUN(would);
	RUN(place);
	RUN(answer);
	RUN(ask);
	RUN(journal);
	for (i = 0; (p = props((u32)i)); i++)
		ktap_claim(p->holds(), "props: %s", p->name);
	for (i = 1; i < argc; i++) {
		bool holds = scenario_run(argv[i], SCENARIO_QUIET, claim);

		ktap_claim(holds, "scenario: %s", claim);
	}
	return ktap_end();
}
