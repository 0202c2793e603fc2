// SPDX-License-Identifier: GPL-2.0-only
/*
 * Works on a part of its memory in one of the ways in which programs do, and says
 * how long it took:
 *
 *	walks WAY MIB USED ROUNDS
 *
 * MIB of memory are filled, of which USED, in the middle, are worked on in each
 * round: each page of it once, all words of the page. WAY is
 *
 *	sequential  one page after the other
 *	strided     each seventh, then those behind them, until all were there
 *	random      in an order without any, another in each round
 *	stencil     as the rows of a plane: a new one from three old ones
 *
 * Prints "ready", begins with SIGUSR1, prints the microseconds until it is done,
 * then waits until it is killed. It has computed the same before it was ready,
 * and what came out must be the same. Knows nothing of migration; not a victim.
 */
#include "await.h"

enum { PAGE = 4096, WORDS = PAGE / sizeof(uint64_t), STRIDE = 7, ROW = 8 };

static uint64_t *memory;	/* the part that is worked on */
static size_t pages;
static uint64_t seen;		/* of every page that was met */

static uint64_t now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static uint64_t *page(size_t i)
{
	return memory + i * WORDS;
}

static void meet(size_t i)
{
	uint64_t *word = page(i), sum = 0;

	for (size_t w = 0; w < WORDS; w++) {
		sum += word[w];
		word[w] += sum >> 60 | 1;
	}
	seen ^= victim_mix(sum + i);
}

static void sequential(size_t round)
{
	(void)round;
	for (size_t i = 0; i < pages; i++)
		meet(i);
}

static void strided(size_t round)
{
	for (size_t first = 0; first < STRIDE; first++)
		for (size_t i = (first + round) % STRIDE; i < pages; i += STRIDE)
			meet(i);
}

/*
 * i -> a * i + c mod 2^k meets every number below 2^k once when a is 1 mod 4 and c
 * is odd; those above the last page are left out. Mixing would not.
 */
static void in_no_order(size_t round)
{
	size_t top = 1, at;
	uint64_t dice = victim_mix(round);

	while (top < pages)
		top <<= 1;
	at = dice % top;
	for (size_t n = 0; n < top; n++) {
		at = (at * (dice >> 40 << 2 | 1) + (dice >> 8 | 1)) & (top - 1);
		if (at < pages)
			meet(at);
	}
}

/* Rows of ROW pages; each becomes the mean of itself and its neighbours. */
static void stencil(size_t round)
{
	size_t width = ROW * WORDS, rows = pages / ROW;

	(void)round;
	for (size_t r = 1; r + 1 < rows; r++) {
		uint64_t *here = memory + r * width;
		const uint64_t *above = here - width, *below = here + width;

		for (size_t w = 0; w < width; w++)
			here[w] = (above[w] >> 2) + (below[w] >> 2) + (here[w] >> 1);
		seen ^= victim_mix(here[r % width]);
	}
}

static const struct way {
	const char *name;
	void (*round)(size_t round);
} ways[] = {
	{ "sequential", sequential },
	{ "strided", strided },
	{ "random", in_no_order },
	{ "stencil", stencil },
};

static void fill(uint64_t *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		words[i] = victim_mix(i);
}

static uint64_t all_rounds(const struct way *way, size_t rounds)
{
	seen = 0;
	for (size_t round = 0; round < rounds; round++)
		way->round(round);
	return seen;
}

int main(int argc, char **argv)
{
	const struct way *way = ways;
	uint64_t *all, begin, want;
	size_t words, rounds;

	CHECK(argc == 5, "see the head of walks.c");
	while (strcmp(way->name, argv[1]))
		CHECK(++way < ways + ARRAY_SIZE(ways), "which way?");
	words = (strtoull(argv[2], NULL, 10) << 20) / sizeof(*all);
	pages = strtoull(argv[3], NULL, 10) << 8;
	rounds = strtoull(argv[4], NULL, 10);
	CHECK(pages && pages * WORDS <= words && rounds, "how much?");
	all = aligned_alloc(PAGE, words * sizeof(*all));
	CHECK(all, "no memory");
	memory = all + (words - pages * WORDS) / 2 / WORDS * WORDS;
	fill(all, words);
	want = all_rounds(way, rounds);
	fill(all, words);
	await_signal();
	begin = now_us();
	all_rounds(way, rounds);
	begin = now_us() - begin;
	CHECK(seen == want, "%lx has become of it, not %lx", seen, want);
	printf("%llu\n", (unsigned long long)begin);
	fflush(stdout);
	for (;;)
		pause();
}
