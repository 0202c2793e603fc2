// SPDX-License-Identifier: GPL-2.0-only
/* Initialised data, zeroed data, constants, code and environment stay. */
#include "victim.h"

enum { WORDS = 8192, CODE_BYTES = 16 * 4096 };

static const volatile uint32_t constant[WORDS] = {
	[0 ... 1023] = 0x1111, [4000 ... 5000] = 0x2222, [WORDS - 1] = 0x3333,
};

static volatile uint32_t data[WORDS] = {
	[0 ... 1023] = 0x1111, [4000 ... 5000] = 0x2222, [WORDS - 1] = 0x3333,
};

static volatile uint32_t zeroed[WORDS];

static uint64_t sum_of(const void *start, size_t size)
{
	const volatile unsigned char *p = start;
	uint64_t sum = size;

	for (size_t i = 0; i < size; i++)
		sum = sum * 31 + p[i];
	return sum;
}

/* What the program was called with, and from where the kernel put it. */
static uint64_t names_sum(char **argv)
{
	uint64_t sum = sum_of(argv[0], strlen(argv[0]));

	for (char **e = environ; *e; e++)
		sum = sum * 31 + sum_of(*e, strlen(*e));
	return sum;
}

static void check_words(const volatile uint32_t *words, const char *what)
{
	for (uint32_t i = 0; i < WORDS; i++) {
		uint32_t want = i <= 1023 ? 0x1111 :
				i >= 4000 && i <= 5000 ? 0x2222 :
				i == WORDS - 1 ? 0x3333 : 0;

		CHECK(words[i] == want, "%s word %u is %#x, not %#x", what, i,
		      words[i], want);
	}
}

/* Words that stay zero between the rounds, but not during one. */
static void use_zeroed(uint32_t round)
{
	for (uint32_t i = 0; i < WORDS; i++) {
		CHECK(zeroed[i] == round * i, "zeroed[%u] is %u, not %u", i,
		      zeroed[i], round * i);
		zeroed[i] += i;
	}
}

int main(int argc, char **argv)
{
	/* A static program has far more code than this behind main(). */
	const void *code = (const void *)((uintptr_t)main & ~4095ul);
	uint64_t code_sum = sum_of(code, CODE_BYTES), names;

	victim_begin(argc, argv);
	names = names_sum(argv);
	while (victim_next()) {
		use_zeroed(victim.done);
		check_words(constant, "constant");
		for (uint32_t i = 0; i < WORDS; i++)
			data[i] += victim.done;
		for (uint32_t i = 0; i < WORDS; i++)
			data[i] -= victim.done;
		check_words(data, "data");
		CHECK(sum_of(code, CODE_BYTES) == code_sum, "code changed");
		CHECK(names_sum(argv) == names, "environment changed");
	}
	return victim_pass();
}
