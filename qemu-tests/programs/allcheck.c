// SPDX-License-Identifier: GPL-2.0-only
/*
 * build: dynamic
 *
 * Everything at once, in every round: all memory, all registers, the whole FPU
 * state, the stack and the clock. This one goes there and back a thousand times.
 *
 *	allcheck [MiB [SPINS]]		(16 MiB and 4000000 when not given)
 */
#include "cpu.h"

#include <sys/mman.h>

enum { PAGE = 4096, WORDS = PAGE / 8, CHANGES = 64 };

static uint64_t *area;
static uint32_t *generation;
static size_t pages;

static uint64_t word(size_t page, size_t i)
{
	return victim_mix((uint64_t)generation[page] << 40 | page << 10 | i);
}

static void write_page(size_t page)
{
	generation[page]++;
	for (size_t i = 0; i < WORDS; i++)
		area[page * WORDS + i] = word(page, i);
}

static void check_page(size_t page)
{
	for (size_t i = 0; i < WORDS; i++)
		CHECK(area[page * WORDS + i] == word(page, i),
		      "page %zu word %zu is %#lx, not %#lx (generation %u)",
		      page, i, area[page * WORDS + i], word(page, i),
		      generation[page]);
}

/* A few levels of stack, filled on the way down and checked on the way up. */
__attribute__((noinline)) static void check_stack(unsigned int depth)
{
	volatile uint64_t frame[64];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(frame); i++)
		frame[i] = victim_mix(victim.done + depth + i);
	if (depth)
		check_stack(depth - 1);
	for (i = 0; i < ARRAY_SIZE(frame); i++)
		CHECK(frame[i] == victim_mix(victim.done + depth + i),
		      "stack word %zu at depth %u changed", i, depth);
}

static void prepare(size_t mib)
{
	pages = mib << 8;
	area = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(area != MAP_FAILED, "no %zu MiB: %s", mib, strerror(errno));
	generation = calloc(pages, sizeof(*generation));
	CHECK(generation && pages, "no room for generations");
	for (size_t page = 0; page < pages; page++)
		write_page(page);
}

int main(int argc, char **argv)
{
	static struct cpu_frame want, got;
	uint64_t spins = 4000000, now, last = 0;

	victim_begin(argc, argv);
	prepare(optind < argc ? strtoul(argv[optind], NULL, 10) : 16);
	if (optind + 1 < argc)
		spins = strtoull(argv[optind + 1], NULL, 10);
	while (victim_next()) {
		cpu_fill(&want, victim.done);
		want.spins = spins;
		got = want;
		cpu_spin(&got);
		cpu_check_general(&want, &got);
		cpu_check_fpu(&want, &got);
		check_stack(32);
		for (size_t page = 0; page < pages; page++)
			check_page(page);
		for (uint64_t i = 0; i < CHANGES; i++)
			write_page(victim_mix(victim.done * CHANGES + i) %
				   pages);
		now = victim_clock_ms(CLOCK_MONOTONIC);
		CHECK(now >= last, "the clock went back by %lu ms", last - now);
		last = now;
	}
	return victim_pass();
}
