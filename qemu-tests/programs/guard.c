// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory that a program guards: pages without access before and behind its own,
 * pages that a handler opens when they are touched, code that is written and
 * then run, a stack that grows down to its guard. Each fault comes once, with
 * the address that was touched, and the instruction is made again.
 */
#include "memory.h"
#include "thread.h"

#include <setjmp.h>
#include <sys/uio.h>

enum { PAGES = 32, STACK = 256 * 1024, DEPTH = 40 };

/**
 * struct fault - what the handler of the running thread knows and has seen
 * @jump: where it goes when nothing is to be opened
 * @open: pages from here are opened when they are touched, or NULL
 * @count: faults so far
 * @code: of the last one
 * @address: of the last one
 */
struct fault {
	sigjmp_buf jump;
	char *open;
	unsigned int count;
	int code;
	char *address;
};

static __thread struct fault fault;

static void on_fault(int sig, siginfo_t *info, void *context)
{
	char *page;

	(void)sig;
	(void)context;
	fault.count++;
	fault.code = info->si_code;
	fault.address = info->si_addr;
	if (!fault.open)
		siglongjmp(fault.jump, 1);
	page = (char *)((uintptr_t)fault.address & ~(PAGE - 1ul));
	if (page < fault.open || page >= fault.open + PAGES * PAGE)
		_exit(2);
	if (mprotect(page, PAGE, PROT_READ | PROT_WRITE))
		_exit(3);
}

/* A touch that must fail, there and with that code. */
static void must_fault(volatile char *at, bool write, int code)
{
	fault.open = NULL;
	fault.count = 0;
	if (!sigsetjmp(fault.jump, 1)) {
		if (write)
			*at = 1;
		else
			(void)*at;
	}
	CHECK(fault.count == 1 && fault.code == code && fault.address == at,
	      "%s at %p: %u faults, code %d, not %d, address %p",
	      write ? "written" : "read", at, fault.count, fault.code, code,
	      fault.address);
}

static void fences(void)
{
	char *at = memory_map(5, PROT_READ | PROT_WRITE);

	memset(at, 'a', 5 * PAGE);
	CHECK_CALL(mprotect(at, PAGE, PROT_NONE));
	CHECK_CALL(mprotect(at + 2 * PAGE, PAGE, PROT_NONE));
	CHECK_CALL(munmap(at + 4 * PAGE, PAGE));
	must_fault(at + PAGE - 1, true, SEGV_ACCERR);
	must_fault(at + 2 * PAGE, false, SEGV_ACCERR);
	must_fault(at + 2 * PAGE + 77, true, SEGV_ACCERR);
	must_fault(at + 4 * PAGE, false, SEGV_MAPERR);
	CHECK(at[PAGE] == 'a' && at[2 * PAGE - 1] == 'a' &&
	      at[3 * PAGE] == 'a' && at[4 * PAGE - 1] == 'a',
	      "what is between the fences changed");
	CHECK_CALL(mprotect(at, 4 * PAGE, PROT_READ));
	CHECK(at[0] == 'a' && at[2 * PAGE + 77] == 'a',
	      "what was hidden changed");
	must_fault(at + 3 * PAGE, true, SEGV_ACCERR);
	CHECK_CALL(munmap(at, 4 * PAGE));
}

/* As a garbage collector learns which pages are written. */
static void note_writes(char *area, uint64_t seed)
{
	for (size_t i = 0; i < PAGES; i++)
		*(uint64_t *)(area + i * PAGE) = victim_mix(seed + i);
	CHECK_CALL(mprotect(area, PAGES * PAGE, PROT_READ));
	fault.open = area;
	fault.count = 0;
	for (size_t i = 0; i < PAGES; i += 3) {
		volatile char *at = area + i * PAGE + 8 + seed % 4000;

		*at = seed;
		CHECK(fault.count == i / 3 + 1 && fault.address == at &&
		      fault.code == SEGV_ACCERR,
		      "page %zu: %u faults, code %d, address %p, not %p", i,
		      fault.count, fault.code, fault.address, at);
		*at = seed + 1;
		CHECK(fault.count == i / 3 + 1, "page %zu faults again", i);
	}
	fault.open = NULL;
	for (size_t i = 0; i < PAGES; i++)
		CHECK(*(uint64_t *)(area + i * PAGE) == victim_mix(seed + i),
		      "page %zu is %lx", i, *(uint64_t *)(area + i * PAGE));
	must_fault(area + PAGE, true, SEGV_ACCERR);
	CHECK_CALL(mprotect(area, PAGES * PAGE, PROT_READ | PROT_WRITE));
}

/* It fails at the hole, with what is before it changed. */
static void protect_over_a_hole(void)
{
	char *at = memory_map(4, PROT_READ | PROT_WRITE);

	at[0] = 1;
	at[PAGE] = 2;
	CHECK_CALL(munmap(at + 2 * PAGE, PAGE));
	CHECK(mprotect(at, 4 * PAGE, PROT_READ) < 0 && errno == ENOMEM,
	      "mprotect over a hole: %s", strerror(errno));
	must_fault(at, true, SEGV_ACCERR);
	must_fault(at + PAGE, true, SEGV_ACCERR);
	at[3 * PAGE] = 3;
	CHECK(at[0] == 1 && at[PAGE] == 2, "%d and %d behind it", at[0],
	      at[PAGE]);
	CHECK_CALL(munmap(at, 4 * PAGE));
}

/* mov $N, %eax; ret */
static void run_code(char *page, uint32_t number)
{
	uint32_t (*code)(void) = (uint32_t (*)(void))(uintptr_t)page;

	CHECK_CALL(mprotect(page, PAGE, PROT_READ | PROT_WRITE));
	page[0] = (char)0xb8;
	memcpy(page + 1, &number, 4);
	page[5] = (char)0xc3;
	CHECK_CALL(mprotect(page, PAGE, PROT_READ | PROT_EXEC));
	CHECK(code() == number, "the code returns %u, not %u", code(), number);
	must_fault(page, true, SEGV_ACCERR);
}

/* New stack is memory for the kernel, too: it reads and writes a frame. */
__attribute__((noinline))
static uint64_t dive(const int *fds, unsigned int depth, uint64_t seed)
{
	uint64_t there[PAGE / 16], back[PAGE / 16];
	struct iovec out = { there, sizeof(there) };
	struct iovec in = { back, sizeof(back) };
	uint64_t sum = 0;

	for (size_t i = 0; i < ARRAY_SIZE(there); i++)
		there[i] = victim_mix(seed + depth * ARRAY_SIZE(there) + i);
	if (depth % 8 == 0) {
		CHECK(writev(fds[1], &out, 1) == sizeof(there), "writev: %s",
		      strerror(errno));
		CHECK(readv(fds[0], &in, 1) == sizeof(back), "readv: %s",
		      strerror(errno));
		CHECK(!memcmp(there, back, sizeof(back)),
		      "the frame at depth %u came back changed", depth);
	}
	if (depth)
		sum = dive(fds, depth - 1, seed);
	for (size_t i = 0; i < ARRAY_SIZE(there); i++)
		CHECK(there[i] == victim_mix(seed + depth * ARRAY_SIZE(there) +
					     i), "word %zu at depth %u changed",
		      i, depth);
	return sum + depth;
}

__attribute__((noinline)) static unsigned int dive_for_ever(unsigned int depth)
{
	volatile char frame[PAGE / 2];

	frame[0] = depth;
	return depth == ~0u ? 0 : dive_for_ever(depth + 1) + frame[0];
}

static void use_other_stack(char *stack)
{
	stack_t other = { .ss_sp = stack, .ss_size = 8 * PAGE };

	CHECK_CALL(sigaltstack(&other, NULL));
}

/* In a thread: its stack ends at a guard page, and the handler has another. */
static void *run_thread(void *arg)
{
	char *other = memory_map(8, PROT_READ | PROT_WRITE);
	pthread_attr_t attr;
	size_t size, guard;
	void *stack;
	int fds[2];

	CHECK_ZERO(pthread_getattr_np(pthread_self(), &attr));
	CHECK_ZERO(pthread_attr_getstack(&attr, &stack, &size));
	CHECK_ZERO(pthread_attr_getguardsize(&attr, &guard));
	CHECK_ZERO(pthread_attr_destroy(&attr));
	use_other_stack(other);
	CHECK_CALL(pipe(fds));
	CHECK(dive(fds, DEPTH, (uintptr_t)arg) == DEPTH * (DEPTH + 1) / 2,
	      "the way back is wrong");
	fault.count = 0;
	fault.open = NULL;
	if (!sigsetjmp(fault.jump, 1))
		dive_for_ever(0);
	/* Some libraries count the guard as stack. */
	CHECK(fault.count == 1 && fault.code == SEGV_ACCERR &&
	      fault.address >= (char *)stack - guard &&
	      fault.address < (char *)stack + guard,
	      "%u faults, code %d, at %p; the stack begins at %p", fault.count,
	      fault.code, fault.address, stack);
	close(fds[0]);
	close(fds[1]);
	CHECK_CALL(sigaltstack(&(stack_t){ .ss_flags = SS_DISABLE }, NULL));
	CHECK_CALL(munmap(other, 8 * PAGE));
	return NULL;
}

int main(int argc, char **argv)
{
	struct sigaction sa = { .sa_sigaction = on_fault,
				.sa_flags = SA_SIGINFO | SA_ONSTACK };
	pthread_attr_t attr;
	pthread_t thread;
	char *area, *code;

	victim_begin(argc, argv);
	area = memory_map(PAGES, PROT_READ | PROT_WRITE);
	code = memory_map(1, PROT_READ | PROT_WRITE);
	use_other_stack(memory_map(8, PROT_READ | PROT_WRITE));
	CHECK_CALL(sigaction(SIGSEGV, &sa, NULL));
	CHECK_ZERO(pthread_attr_init(&attr));
	CHECK_ZERO(pthread_attr_setstacksize(&attr, STACK));
	while (victim_next()) {
		uintptr_t seed = victim.done * 1000;

		CHECK_ZERO(pthread_create(&thread, &attr, run_thread,
					  (void *)seed));
		fences();
		note_writes(area, seed);
		protect_over_a_hole();
		run_code(code, victim_mix(seed));
		thread_end(thread);
	}
	return victim_pass();
}
