// SPDX-License-Identifier: GPL-2.0-only
/* Initialised data, zeroed data, constants, code and environment stay. */
#include "victim.h"

extern char **environ;

#define EIGHT(x) (x), (x) + 1, (x) + 2, (x) + 3, (x) + 4, (x) + 5, (x) + 6, \
	(x) + 7
#define SIXTY_FOUR(x) EIGHT(x), EIGHT((x) + 8), EIGHT((x) + 16), \
	EIGHT((x) + 24), EIGHT((x) + 32), EIGHT((x) + 40), EIGHT((x) + 48), \
	EIGHT((x) + 56)

static const volatile uint32_t constant[8192] = {
	SIXTY_FOUR(1000), [4096] = SIXTY_FOUR(5096),
};
static volatile uint32_t data[8192] = {
	SIXTY_FOUR(3000), [4096] = SIXTY_FOUR(7096),
};
static volatile uint32_t zeroed[8192];

static uint64_t sum_of(const void *start, size_t size)
{
	const volatile unsigned char *p = start;
	uint64_t sum = size;

	for (size_t i = 0; i < size; i++)
		sum = sum * 31 + p[i];
	return sum;
}

/* The code of the program itself, as far as it is certainly mapped. */
static uint64_t code_sum(void)
{
	extern char __executable_start, etext;

	return sum_of(&__executable_start, &etext - &__executable_start);
}

static void check_sparse(const volatile uint32_t *words, uint32_t first)
{
	for (uint32_t i = 0; i < 8192; i++) {
		uint32_t want = i % 4096 < 64 ? first + i : 0;

		CHECK(words[i] == want, "word %u is %u, not %u", i, words[i],
		      want);
	}
}

int main(int argc, char **argv)
{
	uint64_t code = code_sum(), names, now;
	uint32_t round = 0;

	victim_begin(argc, argv);
	names = sum_of(argv[0], strlen(argv[0])) +
		(environ[0] ? sum_of(environ[0], strlen(environ[0])) : 0);
	while (victim_next()) {
		check_sparse(constant, 1000);
		for (uint32_t i = 0; i < 8192; i++) {
			CHECK(zeroed[i] == round * i, "zeroed[%u] is %u", i,
			      zeroed[i]);
			zeroed[i] += i;
			data[i] -= round;
		}
		check_sparse(data, 3000);
		round++;
		for (uint32_t i = 0; i < 8192; i++)
			data[i] += round;
		now = code_sum();
		CHECK(now == code, "the code changed");
		now = sum_of(argv[0], strlen(argv[0])) +
		      (environ[0] ? sum_of(environ[0], strlen(environ[0])) : 0);
		CHECK(now == names, "arguments or environment changed");
	}
	return victim_pass();
}
