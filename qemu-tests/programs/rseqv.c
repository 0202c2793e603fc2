// SPDX-License-Identifier: GPL-2.0-only
/*
 * Restartable sequences: the area that the C library registered keeps naming a
 * CPU of the node where the program runs, and a sequence that is interrupted
 * is aborted, not continued.
 */
#include "victim.h"

#include <sched.h>
#include <sys/rseq.h>
#include <sys/syscall.h>

enum { SPINS = 300000, SEQUENCES = 50, MAX_CPU = 8192 };

static volatile struct rseq *area;

/*
 * One sequence: count down, then commit by the last store. The abort path adds
 * to *aborted instead. Exactly one of the two happens.
 */
static void sequence(volatile uint64_t *committed, volatile uint64_t *aborted)
{
	__asm__ volatile(".pushsection __rseq_cs, \"aw\"\n"
		".balign 32\n"
		"3:	.long 0, 0\n"
		"	.quad 1f, (2f - 1f), 4f\n"
		".popsection\n"
		"	leaq 3b(%%rip), %%rax\n"
		"	movq %%rax, %[cs]\n"
		"1:\n"
		"	mov %[spins], %%ecx\n"
		"5:	dec %%ecx\n"
		"	jnz 5b\n"
		"	incq %[committed]\n"
		"2:\n"
		"	jmp 6f\n"
		/* The kernel jumps only behind this signature. */
		"	.byte 0x0f, 0xb9, 0x3d\n"
		"	.long %c[sig]\n"
		"4:	incq %[aborted]\n"
		"6:	movq $0, %[cs]\n"
		: [cs] "+m"(area->rseq_cs), [committed] "+m"(*committed),
		  [aborted] "+m"(*aborted)
		: [spins] "i"(SPINS), [sig] "i"(RSEQ_SIG)
		: "rax", "rcx", "memory", "cc");
}

static void check_cpu(void)
{
	unsigned int cpu = area->cpu_id, kernel = MAX_CPU;
	int tries;

	CHECK(cpu < MAX_CPU, "cpu_id is %#x", cpu);
	CHECK(area->cpu_id_start < MAX_CPU, "cpu_id_start is %#x",
	      area->cpu_id_start);
	/* The scheduler may move us between the two looks, not every time. */
	for (tries = 0; tries < 100; tries++) {
		cpu = area->cpu_id;
		CHECK_CALL(syscall(SYS_getcpu, &kernel, NULL, NULL));
		if (cpu == kernel && cpu == area->cpu_id)
			return;
	}
	victim_fail("cpu_id says %u, the kernel %u", area->cpu_id, kernel);
}

int main(int argc, char **argv)
{
	volatile uint64_t committed = 0, aborted = 0;
	uint64_t done = 0;

	victim_begin(argc, argv);
	CHECK(__rseq_size, "the C library registered no rseq area");
	area = (void *)((char *)__builtin_thread_pointer() + __rseq_offset);
	while (victim_next()) {
		check_cpu();
		for (int i = 0; i < SEQUENCES; i++) {
			sequence(&committed, &aborted);
			done++;
			CHECK(committed + aborted == done,
			      "%lu committed, %lu aborted of %lu", committed,
			      aborted, done);
			CHECK(!area->rseq_cs, "rseq_cs is still set");
		}
	}
	CHECK(committed, "every single sequence was aborted");
	return victim_pass();
}
