// SPDX-License-Identifier: GPL-2.0-only
/*
 * PURE. Calls of which an argument decides where they are carried out.
 */

#include "option.h"

#define LOCAL MOSIX_CALL_LOCAL
#define HOME MOSIX_CALL_HOME
#define BOTH MOSIX_CALL_BOTH
#define RETURN MOSIX_CALL_RETURN

/**
 * struct option - One value of the deciding argument.
 * @value: The argument's lower half: these arguments are int in every call.
 * @class: Where the call is carried out then.
 */
struct option {
	u32 value;
	u8 class;
};

/**
 * struct option_set - One call and its options.
 * @nr: Number of the call.
 * @arg: Number of the argument that decides.
 * @otherwise: Class of a value that is not listed.
 * @options: The options; one without a class ends them.
 */
struct option_set {
	u16 nr;
	u8 arg;
	u8 otherwise;
	const struct option *options;
};

/*
 * Advice on memory is for the body, advice on files and on what becomes of
 * mappings later for home. What drops pages is told to both, by its handler.
 */
static const struct option madvise_options[] = {
	{ 0, HOME },			/* MADV_NORMAL: files are read there */
	{ 1, HOME },			/* MADV_RANDOM */
	{ 2, HOME },			/* MADV_SEQUENTIAL */
	{ 3, HOME },			/* MADV_WILLNEED */
	{ 4, BOTH },			/* MADV_DONTNEED */
	{ 8, LOCAL },			/* MADV_FREE: what is at home stays */
	{ 10, BOTH },			/* MADV_DONTFORK: each copies its half */
	{ 11, BOTH },			/* MADV_DOFORK */
	{ 14, HOME },			/* MADV_HUGEPAGE: no huge pages while away */
	{ 15, HOME },			/* MADV_NOHUGEPAGE */
	{ 16, HOME },			/* MADV_DONTDUMP: dumps are made there */
	{ 17, HOME },			/* MADV_DODUMP */
	{ 18, BOTH },			/* MADV_WIPEONFORK */
	{ 19, BOTH },			/* MADV_KEEPONFORK */
	{ 20, LOCAL },			/* MADV_COLD */
	{ 21, LOCAL },			/* MADV_PAGEOUT */
	{ 22, LOCAL },			/* MADV_POPULATE_READ */
	{ 23, LOCAL },			/* MADV_POPULATE_WRITE */
	{ }
};

/*
 * The vDSO reads these clocks from the host without a call, so the call must
 * read the same. The alarm clocks exist only where there is a hardware clock
 * that can wake the machine, which is a question about home.
 */
static const struct option clock_gettime_options[] = {
	{ 0, LOCAL },			/* CLOCK_REALTIME */
	{ 1, LOCAL },			/* CLOCK_MONOTONIC */
	{ 4, LOCAL },			/* CLOCK_MONOTONIC_RAW */
	{ 5, LOCAL },			/* CLOCK_REALTIME_COARSE */
	{ 6, LOCAL },			/* CLOCK_MONOTONIC_COARSE */
	{ 7, LOCAL },			/* CLOCK_BOOTTIME */
	{ 11, LOCAL },			/* CLOCK_TAI */
	{ }
};

/* What is registered belongs to the address space, of which there are two. */
static const struct option membarrier_options[] = {
	{ 4, BOTH },			/* REGISTER_GLOBAL_EXPEDITED */
	{ 16, BOTH },			/* REGISTER_PRIVATE_EXPEDITED */
	{ 64, BOTH },			/* REGISTER_..._SYNC_CORE */
	{ 256, BOTH },			/* REGISTER_..._RSEQ */
	{ }
};

static const struct option personality_options[] = {
	{ 0xffffffff, HOME },		/* asks, changes nothing */
	{ }
};

/* Limits on what the body does itself must hold there too. */
static const struct option rlimit_options[] = {
	{ 0, HOME },			/* RLIMIT_CPU: watched there */
	{ 2, RETURN },			/* RLIMIT_DATA */
	{ 3, RETURN },			/* RLIMIT_STACK */
	{ 4, RETURN },			/* RLIMIT_CORE */
	{ 9, RETURN },			/* RLIMIT_AS */
	{ }
};

/* A value not listed returns: an option of a later kernel may do anything. */
static const struct option prctl_options[] = {
	{ 1, HOME },			/* PR_SET_PDEATHSIG */
	{ 2, HOME },			/* PR_GET_PDEATHSIG */
	{ 3, HOME },			/* PR_GET_DUMPABLE */
	{ 4, RETURN },			/* PR_SET_DUMPABLE: may be a reason to stay */
	{ 7, HOME },			/* PR_GET_KEEPCAPS */
	{ 8, HOME },			/* PR_SET_KEEPCAPS */
	{ 13, HOME },			/* PR_GET_TIMING */
	{ 14, HOME },			/* PR_SET_TIMING */
	{ 15, BOTH },			/* PR_SET_NAME: the host's ps shows it */
	{ 16, HOME },			/* PR_GET_NAME */
	{ 21, HOME },			/* PR_GET_SECCOMP */
	{ 23, HOME },			/* PR_CAPBSET_READ */
	{ 24, HOME },			/* PR_CAPBSET_DROP */
	{ 25, HOME },			/* PR_GET_TSC */
	{ 27, HOME },			/* PR_GET_SECUREBITS */
	{ 28, HOME },			/* PR_SET_SECUREBITS */
	{ 29, HOME },			/* PR_SET_TIMERSLACK: sleeps are there */
	{ 30, HOME },			/* PR_GET_TIMERSLACK */
	{ 33, HOME },			/* PR_MCE_KILL */
	{ 34, HOME },			/* PR_MCE_KILL_GET */
	{ 36, HOME },			/* PR_SET_CHILD_SUBREAPER */
	{ 37, HOME },			/* PR_GET_CHILD_SUBREAPER */
	{ 38, HOME },			/* PR_SET_NO_NEW_PRIVS */
	{ 39, HOME },			/* PR_GET_NO_NEW_PRIVS */
	{ 40, LOCAL },			/* PR_GET_TID_ADDRESS */
	{ 47, HOME },			/* PR_CAP_AMBIENT */
	{ 52, HOME },			/* PR_GET_SPECULATION_CTRL */
	{ 57, HOME },			/* PR_SET_IO_FLUSHER */
	{ 58, HOME },			/* PR_GET_IO_FLUSHER */
	{ 66, HOME },			/* PR_GET_MDWE */
	{ 68, HOME },			/* PR_GET_MEMORY_MERGE */
	{ 0x41555856, HOME },		/* PR_GET_AUXV */
	{ 0x53564d41, HOME },		/* PR_SET_VMA: shown in home's maps */
	{ 0x59616d61, HOME },		/* PR_SET_PTRACER */
	{ }
};

static const struct option arch_prctl_options[] = {
	{ 0x1001, LOCAL },		/* ARCH_SET_GS */
	{ 0x1002, LOCAL },		/* ARCH_SET_FS */
	{ 0x1003, LOCAL },		/* ARCH_GET_FS */
	{ 0x1004, LOCAL },		/* ARCH_GET_GS */
	{ 0x1011, HOME },		/* ARCH_GET_CPUID */
	{ 0x1021, HOME },		/* ARCH_GET_XCOMP_SUPP */
	{ 0x1022, HOME },		/* ARCH_GET_XCOMP_PERM */
	/*
	 * Every start of a dynamic program asks one of these: what an older
	 * glibc took for the state of CET (no kernel has it), and what became
	 * of it. Neither may send the new program home.
	 */
	{ 0x3001, HOME },
	{ 0x5005, HOME },		/* ARCH_SHSTK_STATUS */
	{ }
};

/*
 * Files are at home. What one command finds out of them is of the process itself:
 * it looks at its page tables, which are all in one place only there.
 */
static const struct option ioctl_options[] = {
	{ 0xc0606610, RETURN },		/* PAGEMAP_SCAN */
	{ }
};

static const struct option_set option_sets[] = {
	{ MOSIX_OPTION_IOCTL, 1, HOME, ioctl_options },
	{ MOSIX_OPTION_MADVISE, 2, RETURN, madvise_options },
	{ MOSIX_OPTION_PERSONALITY, 0, RETURN, personality_options },
	{ MOSIX_OPTION_PRCTL, 0, RETURN, prctl_options },
	{ MOSIX_OPTION_ARCH_PRCTL, 0, RETURN, arch_prctl_options },
	{ MOSIX_OPTION_SETRLIMIT, 0, HOME, rlimit_options },
	{ MOSIX_OPTION_PRLIMIT64, 1, HOME, rlimit_options },
	{ MOSIX_OPTION_CLOCK_GETTIME, 0, HOME, clock_gettime_options },
	{ MOSIX_OPTION_MEMBARRIER, 0, LOCAL, membarrier_options },
};

/**
 * mosix_option_class - Where a call that depends on an argument is made.
 * @nr: Number of the call, one of enum mosix_option_nr.
 * @args: Its arguments.
 * @self: TID of the caller.
 *
 * BOTH means: at home first and, when that succeeds, at the body too, but for
 * madvise(), whose order its handler keeps.
 *
 * Return: LOCAL, HOME, BOTH or RETURN; NONE for a number that is not one of
 * enum mosix_option_nr.
 * Context: Any; pure.
 */
enum mosix_call_class
mosix_option_class(unsigned long nr, const u64 args[MOSIX_CALL_ARGS], u32 self)
{
	const struct option_set *set = NULL;
	const struct option *option;
	u32 pid = (u32)args[0];
	size_t i;

	if (nr == MOSIX_OPTION_GET_ROBUST_LIST)
		return !pid || pid == self ? LOCAL : HOME;
	/* No new limit, or another process's: coming home changes nothing. */
	if (nr == MOSIX_OPTION_PRLIMIT64 &&
	    (!args[2] || (pid && pid != self)))
		return HOME;

	for (i = 0; i < ARRAY_SIZE(option_sets); i++)
		if (option_sets[i].nr == nr)
			set = &option_sets[i];
	if (!set)
		return MOSIX_CALL_NONE;

	for (option = set->options; option->class; option++)
		if (option->value == (u32)args[set->arg])
			return option->class;
	return set->otherwise;
}
