// SPDX-License-Identifier: GPL-2.0-only
/*
 * Faults that the program makes and handles: which signal, which code, which
 * address, and that it goes on behind the faulting instruction.
 */
#include "victim.h"

#include <setjmp.h>
#include <sys/mman.h>
#include <sys/ucontext.h>

enum { PAGE = 4096 };

static siginfo_t info;
static volatile int count;
static int skip;	/* bytes of the faulting instruction, 0 = jump */
static sigjmp_buf out;

static void on_fault(int sig, siginfo_t *i, void *context)
{
	ucontext_t *u = context;

	info = *i;
	count++;
	if (info.si_signo != sig)
		count = 1000;
	if (!skip)
		siglongjmp(out, 1);
	u->uc_mcontext.gregs[REG_RIP] += skip;
}

/* Run @code once, then look at what came of it. */
#define FAULT(code) \
	do { \
		skip = 0; \
		if (!sigsetjmp(out, 1)) \
			code; \
	} while (0)

static void check(int sig, int code, const void *address)
{
	CHECK(count == 1, "%d signals", count);
	CHECK(info.si_signo == sig, "signal %d, not %d", info.si_signo, sig);
	CHECK(info.si_code == code, "signal %d: si_code %d, not %d", sig,
	      info.si_code, code);
	CHECK(!address || info.si_addr == address, "signal %d: at %p, not %p",
	      sig, info.si_addr, address);
	count = 0;
}

static void memory_faults(volatile char *read_only, char *cut_file)
{
	volatile char *nowhere = (char *)0x1234;
	void (*data)(void) = (void (*)(void))(uintptr_t)read_only;

	FAULT(*nowhere = 1);
	check(SIGSEGV, SEGV_MAPERR, (void *)nowhere);
	FAULT(*read_only = 1);
	check(SIGSEGV, SEGV_ACCERR, (void *)read_only);
	FAULT(data());
	check(SIGSEGV, SEGV_ACCERR, (void *)read_only);
	/* No canonical address: the CPU says no more than "protection". */
	FAULT(*(volatile char *)0x8000000000000000 = 1);
	check(SIGSEGV, SI_KERNEL, NULL);
	/* A page of a private file mapping behind the end of the file. */
	FAULT(*(volatile char *)(cut_file + PAGE) = 1);
	check(SIGBUS, BUS_ADRERR, cut_file + PAGE);
	CHECK(cut_file[0] == 'x', "the mapped file changed");
}

/* By hand: a compiler knows how to divide one by anything without dividing. */
static void divide_by(int divisor)
{
	int low = 1, high = 0;

	__asm__ volatile("idivl %2" : "+a"(low), "+d"(high) : "r"(divisor));
}

/* On the x87 with its exceptions unmasked: emulators know no SSE exceptions. */
static void divide_real_by_zero(void)
{
	uint16_t unmasked = 0x37b;

	__asm__ volatile("fldcw %0\n\tfld1\n\tfldz\n\tfdivrp\n\tfwait"
			 : : "m"(unmasked));
}

static void instruction_faults(void)
{
	skip = 2;
	__asm__ volatile("ud2");
	check(SIGILL, ILL_ILLOPN, NULL);
	FAULT(divide_by(0));
	check(SIGFPE, FPE_INTDIV, NULL);
	skip = 0;
	/* A trap: the instruction pointer is already behind it. */
	if (!sigsetjmp(out, 1))
		__asm__ volatile("int3");
	check(SIGTRAP, SI_KERNEL, NULL);
	FAULT(divide_real_by_zero());
	__asm__ volatile("fninit");
	check(SIGFPE, FPE_FLTDIV, NULL);
}

int main(int argc, char **argv)
{
	struct sigaction sa = { .sa_sigaction = on_fault,
				.sa_flags = SA_SIGINFO };
	static const int sigs[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP };
	char *read_only, *cut_file;
	int fd;

	victim_begin(argc, argv);
	read_only = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS,
			 -1, 0);
	CHECK(read_only != MAP_FAILED, "mmap: %s", strerror(errno));
	fd = CHECK_CALL(open("/tmp", O_TMPFILE | O_RDWR, 0600));
	CHECK(pwrite(fd, "x", 1, 0) == 1, "pwrite: %s", strerror(errno));
	cut_file = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE,
			fd, 0);
	CHECK(cut_file != MAP_FAILED, "mmap: %s", strerror(errno));
	for (size_t i = 0; i < ARRAY_SIZE(sigs); i++)
		CHECK_CALL(sigaction(sigs[i], &sa, NULL));
	while (victim_next()) {
		memory_faults(read_only, cut_file);
		instruction_faults();
	}
	return victim_pass();
}
