// SPDX-License-Identifier: GPL-2.0-only
/*
 * The x87 stack, both control words and the vector registers as wide as the
 * CPU has them keep what was put in; sums go on exactly over every round.
 */
#include "cpu.h"

#include <math.h>

/* A sum whose every step needs the FPU; the order of the steps is fixed. */
static double leibniz(unsigned int steps)
{
	volatile double sign = 1.0;
	double sum = 0.0;
	unsigned int i;

	for (i = 0; i < steps; i++, sign = -sign)
		sum += sign / (2.0 * i + 1.0);
	return 4.0 * sum;
}

int main(int argc, char **argv)
{
	static struct cpu_frame want, got;
	double first, now;

	victim_begin(argc, argv);
	first = leibniz(200000);
	CHECK(fabs(first - M_PI) < 0.0001, "the series gives %.17g", first);
	while (victim_next()) {
		cpu_fill(&want, victim.done);
		want.spins = 2000000;
		got = want;
		cpu_spin(&got);
		cpu_check_fpu(&want, &got);
		now = leibniz(200000);
		CHECK(now == first, "the sum was %a, is %a", first, now);
	}
	return victim_pass();
}
