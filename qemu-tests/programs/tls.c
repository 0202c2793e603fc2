// SPDX-License-Identifier: GPL-2.0-only
/* The fs base (thread-local variables) and the gs base stay what they are. */
#include "victim.h"

#include <asm/prctl.h>
#include <sys/syscall.h>

static __thread volatile uint64_t counter = 17;
static __thread volatile char text[64] = "thread-local";

static uint64_t base_of(int which)
{
	uint64_t base = 0;

	CHECK_CALL(syscall(SYS_arch_prctl, which, &base));
	return base;
}

static uint64_t read_gs(void)
{
	uint64_t value;

	__asm__ volatile("mov %%gs:8, %0" : "=r"(value));
	return value;
}

int main(int argc, char **argv)
{
	static volatile uint64_t area[2][2];
	uint64_t fs = base_of(ARCH_GET_FS), self, i = 0, gs;

	victim_begin(argc, argv);
	while (victim_next()) {
		/* The bare register, then what the kernel thinks it is. */
		__asm__ volatile("mov %%fs:0, %0" : "=r"(self));
		CHECK(self == fs, "fs:0 is %#lx, the base was %#lx", self, fs);
		CHECK(base_of(ARCH_GET_FS) == fs, "the fs base changed");
		CHECK(counter == 17 + i, "a __thread variable is %lu, not %lu",
		      counter, 17 + i);
		CHECK(!strcmp((const char *)text, "thread-local"),
		      "a __thread string changed");
		counter++;
		i++;
		gs = (uint64_t)area[i & 1];
		area[i & 1][1] = victim_mix(i);
		CHECK_CALL(syscall(SYS_arch_prctl, ARCH_SET_GS, gs));
		for (int spin = 0; spin < 200000; spin++)
			CHECK(read_gs() == victim_mix(i), "gs:8 changed");
		CHECK(base_of(ARCH_GET_GS) == gs, "the gs base changed");
	}
	return victim_pass();
}
