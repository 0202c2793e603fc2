// SPDX-License-Identifier: GPL-2.0-only
/*
 * Spoils the state of a running program behind its back, to see that a victim
 * notices:
 *
 *	spoil PID WHAT
 *
 * WHAT is a general register (rbx, r12, ...), flags, fs, gs, st, cw, mxcsr,
 * xmm, or memory: one bit in the first word of each page of the largest
 * writable mapping, stack and the like included by name: "memory:[heap]".
 * Not a victim.
 */
#include "victim.h"

#include <stddef.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>

enum { LOOK_US = 500, LOOP_BYTES = 128 };

static const struct {
	const char *name;
	size_t offset;
	uint64_t bit;
} general[] = {
	{ "rax", offsetof(struct user_regs_struct, rax), 1 },
	{ "rbx", offsetof(struct user_regs_struct, rbx), 1 },
	{ "rcx", offsetof(struct user_regs_struct, rcx), 1 },
	{ "rdx", offsetof(struct user_regs_struct, rdx), 1 },
	{ "rsi", offsetof(struct user_regs_struct, rsi), 1 },
	{ "rdi", offsetof(struct user_regs_struct, rdi), 1 },
	{ "rbp", offsetof(struct user_regs_struct, rbp), 1 },
	{ "r8", offsetof(struct user_regs_struct, r8), 1 },
	{ "r12", offsetof(struct user_regs_struct, r12), 1 },
	{ "r15", offsetof(struct user_regs_struct, r15), 1 },
	{ "flags", offsetof(struct user_regs_struct, eflags), 1 },
	{ "fs", offsetof(struct user_regs_struct, fs_base), 64 },
	{ "gs", offsetof(struct user_regs_struct, gs_base), 64 },
};

static bool spoil_general(pid_t pid, const char *what)
{
	struct user_regs_struct regs;

	for (size_t i = 0; i < ARRAY_SIZE(general); i++) {
		if (strcmp(general[i].name, what))
			continue;
		CHECK_CALL(ptrace(PTRACE_GETREGS, pid, NULL, &regs));
		*(uint64_t *)((char *)&regs + general[i].offset) ^=
			general[i].bit;
		CHECK_CALL(ptrace(PTRACE_SETREGS, pid, NULL, &regs));
		return true;
	}
	return false;
}

static bool spoil_fpu(pid_t pid, const char *what)
{
	struct user_fpregs_struct fpu;

	CHECK_CALL(ptrace(PTRACE_GETFPREGS, pid, NULL, &fpu));
	if (!strcmp(what, "st"))
		fpu.st_space[1] ^= 1;
	else if (!strcmp(what, "cw"))
		fpu.cwd ^= 0x400;
	else if (!strcmp(what, "mxcsr"))
		fpu.mxcsr ^= 0x2000;
	else if (!strcmp(what, "xmm"))
		fpu.xmm_space[15 * 4 + 3] ^= 0x80000000;
	else
		return false;
	CHECK_CALL(ptrace(PTRACE_SETFPREGS, pid, NULL, &fpu));
	return true;
}

/* The largest writable mapping whose name is @name, or has none. */
static void find_mapping(pid_t pid, const char *name, uint64_t *from,
			 uint64_t *to)
{
	char path[64], line[512];
	FILE *maps;

	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	maps = fopen(path, "r");
	CHECK(maps, "%s: %s", path, strerror(errno));
	*from = 0;
	*to = 0;
	while (fgets(line, sizeof(line), maps)) {
		char mode[5], its_name[256] = "";
		uint64_t start, end;

		CHECK(sscanf(line, "%lx-%lx %4s %*s %*s %*s %255s", &start,
			     &end, mode, its_name) >= 3, "strange: %s", line);
		if (mode[1] != 'w' || strcmp(name, its_name) ||
		    end - start < *to - *from)
			continue;
		*from = start;
		*to = end;
	}
	fclose(maps);
	CHECK(*to, "there is no mapping '%s'", name);
}

static void spoil_memory(pid_t pid, const char *name)
{
	uint64_t from, to, word;

	find_mapping(pid, name, &from, &to);
	for (; from < to; from += 4096) {
		struct iovec mine = { &word, 8 }, other = { (void *)from, 8 };

		CHECK(process_vm_readv(pid, &mine, 1, &other, 1, 0) == 8,
		      "reading: %s", strerror(errno));
		word ^= 1;
		CHECK(process_vm_writev(pid, &mine, 1, &other, 1, 0) == 8,
		      "writing: %s", strerror(errno));
	}
}

/* The signal that came first: it is not ours to swallow. */
static long stop(pid_t pid)
{
	int status;

	CHECK_CALL(ptrace(PTRACE_INTERRUPT, pid, NULL, NULL));
	CHECK(waitpid(pid, &status, 0) == pid && WIFSTOPPED(status),
	      "it does not stop");
	return status >> 16 ? 0 : WSTOPSIG(status);
}

static uint64_t where(pid_t pid)
{
	struct user_regs_struct regs;

	CHECK_CALL(ptrace(PTRACE_GETREGS, pid, NULL, &regs));
	return regs.rip;
}

/*
 * Until it is found in the same place twice: in the loop where it spends its time,
 * and not where a register is what tells it when to end.
 */
static long stop_in_loop(pid_t pid, long sig)
{
	uint64_t before, now = where(pid);

	do {
		before = now;
		CHECK_CALL(ptrace(PTRACE_CONT, pid, NULL, sig));
		usleep(LOOK_US);
		sig = stop(pid);
		now = where(pid);
	} while (now - before + LOOP_BYTES > 2 * LOOP_BYTES);
	return sig;
}

int main(int argc, char **argv)
{
	const char *what;
	long sig;
	pid_t pid;

	CHECK(argc > 2, "spoil whose state, and what?");
	pid = atoi(argv[1]);
	what = argv[2];
	CHECK_CALL(ptrace(PTRACE_SEIZE, pid, NULL, NULL));
	sig = stop(pid);
	if (!strncmp(what, "memory", 6)) {
		spoil_memory(pid, what[6] ? what + 7 : "");
	} else if (!spoil_fpu(pid, what)) {
		sig = stop_in_loop(pid, sig);
		CHECK(spoil_general(pid, what), "spoil what?");
	}
	CHECK_CALL(ptrace(PTRACE_DETACH, pid, NULL, sig));
	return 0;
}
