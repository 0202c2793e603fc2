// SPDX-License-Identifier: GPL-2.0-only
/*
 * Anonymous mappings come, go, move, change their protection and are thrown
 * away while the program moves; each keeps what it must and loses what it must.
 */
#include "victim.h"

#include <setjmp.h>
#include <sys/mman.h>

enum { PAGE = 4096, AREAS = 24, MAX_PAGES = 64 };

struct area {
	char *at;
	size_t pages;
	uint64_t seed;
};

static struct area areas[AREAS];
static sigjmp_buf fault_jump;
static volatile sig_atomic_t expecting_fault;

static uint64_t *word(struct area *a, size_t page)
{
	return (uint64_t *)(a->at + page * PAGE + a->seed % 500 * 8);
}

static void fill(struct area *a, size_t from)
{
	for (size_t i = from; i < a->pages; i++) {
		CHECK(!*word(a, i), "new page %zu is not zero", i);
		*word(a, i) = victim_mix(a->seed + i);
	}
}

static void check(struct area *a)
{
	for (size_t i = 0; i < a->pages; i++)
		CHECK(*word(a, i) == victim_mix(a->seed + i),
		      "page %zu of %zu changed", i, a->pages);
}

static void on_fault(int sig)
{
	if (!expecting_fault)
		victim_fail("signal %d out of nowhere", sig);
	siglongjmp(fault_jump, 1);
}

/* A write must fault, by SIGSEGV, and leave the page as it was. */
static void must_fault(struct area *a, size_t page)
{
	if (!sigsetjmp(fault_jump, 1)) {
		expecting_fault = 1;
		*(volatile uint64_t *)word(a, page) = 0;
		victim_fail("a write to a read-only page went through");
	}
	expecting_fault = 0;
}

static void create(struct area *a, uint64_t dice)
{
	a->pages = 1 + dice % MAX_PAGES;
	a->seed = dice;
	a->at = mmap(NULL, a->pages * PAGE, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(a->at != MAP_FAILED, "mmap: %s", strerror(errno));
	fill(a, 0);
}

static void destroy(struct area *a, uint64_t dice)
{
	(void)dice;
	CHECK_CALL(munmap(a->at, a->pages * PAGE));
	a->at = NULL;
	a->pages = 0;
}

static void cut_tail(struct area *a, uint64_t dice)
{
	size_t keep = 1 + dice % a->pages;

	if (keep < a->pages)
		CHECK_CALL(munmap(a->at + keep * PAGE,
				  (a->pages - keep) * PAGE));
	a->pages = keep;
}

static void protect(struct area *a, uint64_t dice)
{
	size_t page = dice % a->pages;

	CHECK_CALL(mprotect(a->at, a->pages * PAGE, PROT_READ));
	must_fault(a, page);
	check(a);
	CHECK_CALL(mprotect(a->at, a->pages * PAGE, PROT_READ | PROT_WRITE));
}

static void resize(struct area *a, uint64_t dice)
{
	size_t old = a->pages;

	a->pages = 1 + dice % MAX_PAGES;
	a->at = mremap(a->at, old * PAGE, a->pages * PAGE, MREMAP_MAYMOVE);
	CHECK(a->at != MAP_FAILED, "mremap: %s", strerror(errno));
	fill(a, old);
}

static void discard(struct area *a, uint64_t dice)
{
	size_t page = dice % a->pages;
	size_t count = 1 + (dice >> 20) % (a->pages - page);

	CHECK_CALL(madvise(a->at + page * PAGE, count * PAGE, MADV_DONTNEED));
	for (size_t i = page; i < page + count; i++) {
		CHECK(!*word(a, i), "a discarded page is not zero");
		*word(a, i) = victim_mix(a->seed + i);
	}
}

static void (* const action[])(struct area *a, uint64_t dice) = {
	destroy, cut_tail, protect, resize, discard,
};

int main(int argc, char **argv)
{
	struct sigaction sa = { .sa_handler = on_fault };
	uint64_t dice = 1;

	victim_begin(argc, argv);
	CHECK_CALL(sigaction(SIGSEGV, &sa, NULL));
	while (victim_next()) {
		struct area *a;

		dice = victim_mix(dice);
		a = &areas[dice % AREAS];
		if (!a->at)
			create(a, dice >> 16);
		check(a);
		action[(dice >> 8) % 5](a, dice >> 16);
		check(a);
	}
	for (int i = 0; i < AREAS; i++)
		check(&areas[i]);
	return victim_pass();
}
