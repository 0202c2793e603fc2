// SPDX-License-Identifier: GPL-2.0-only
/* Every general register, the flags and the red zone keep what was put in. */
#include "cpu.h"

int main(int argc, char **argv)
{
	static struct cpu_frame want, got;

	victim_begin(argc, argv);
	while (victim_next()) {
		cpu_fill(&want, victim.done);
		want.spins = 4000000;
		got = want;
		cpu_spin(&got);
		cpu_check_general(&want, &got);
	}
	return victim_pass();
}
