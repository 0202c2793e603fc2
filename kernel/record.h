/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Records of a process image, as MSG_IMAGE carries them: a part of wire.h, and
 * under the same rules. Nothing in a record depends on the link.
 */
#ifndef MOSIX_RECORD_H
#define MOSIX_RECORD_H

#include "wire.h"

enum wire_record_type {
	REC_INVALID	= 0,
	REC_TASK	= 1,
	REC_REGS	= 2,
	REC_XSTATE	= 3,
	REC_SIGNALS	= 4,
	REC_MM		= 5,
	REC_VMAS	= 6,
	REC_HOME_PAGES	= 7,
	REC_TYPES
};

/**
 * struct wire_record - in front of the body of a record
 * @type: enum wire_record_type
 * @version: WIRE_RECORD_VERSION
 */
struct wire_record {
	__le32 type;
	__le32 version;
};

/* How a thread goes on with a call that was interrupted. */
enum wire_restart {
	RESTART_NONE	= 0,
	RESTART_HOME	= 1,	/* restart_syscall(2) continues it at home */
	RESTART_FUTEX	= 2,	/* with the futex wait in the record */
	RESTART_KINDS
};

enum wire_futex_flags {
	FUTEX_WAIT_SHARED	= 1,	/* not FUTEX_PRIVATE_FLAG */
	FUTEX_WAIT_REALTIME	= 2,	/* until a time of CLOCK_REALTIME */
};

/**
 * struct wire_futex - a futex wait with a time limit that was interrupted
 * @addr: user address of the word
 * @time_ns: what is left of its time
 * @val: value that the word must have
 * @bitset: as in FUTEX_WAIT_BITSET
 * @flags: enum wire_futex_flags
 * @pad: zero
 */
struct wire_futex {
	__le64 addr;
	__le64 time_ns;
	__le32 val;
	__le32 bitset;
	__le32 flags;
	__le32 pad;
};

/**
 * struct wire_task - REC_TASK: of a thread, what is not registers
 * @tid: TID at home
 * @tgid: PID at home
 * @clear_tid: user address of clear_child_tid
 * @robust_list: user address of the robust futex list's head
 * @rseq: user address of the rseq area, 0 none
 * @rseq_len: its length
 * @rseq_sig: its signature
 * @altstack: base of sigaltstack
 * @altstack_size: its size
 * @altstack_flags: its flags
 * @restart: enum wire_restart
 * @rlim_stack: soft RLIMIT_STACK
 * @rlim_data: soft RLIMIT_DATA
 * @rlim_as: soft RLIMIT_AS
 * @personality: personality(2)
 * @flags: enum wire_task_flags
 * @blocked: signals that it blocks
 * @sched: how it is scheduled
 * @usage: CPU time on this stay; zero on the way out
 * @futex: RESTART_FUTEX: the wait
 * @comm: name, NUL-terminated
 */
struct wire_task {
	__le32 tid;
	__le32 tgid;
	__le64 clear_tid;
	__le64 robust_list;
	__le64 rseq;
	__le32 rseq_len;
	__le32 rseq_sig;
	__le64 altstack;
	__le64 altstack_size;
	__le32 altstack_flags;
	__le32 restart;
	__le64 rlim_stack;
	__le64 rlim_data;
	__le64 rlim_as;
	__le32 personality;
	__le32 flags;
	__le64 blocked;
	struct wire_sched sched;
	struct wire_usage usage;
	struct wire_futex futex;
	u8 comm[WIRE_COMM_LEN];
};

static_assert(sizeof(struct wire_task) == 208);

enum wire_task_flags {
	TASK_DUMPS	= 1,	/* who dies with a core dump does so at home */
	TASK_FILTERED	= 2,	/* home has seccomp filters for its calls */
	TASK_LOCKS	= 4,	/* what it maps is locked: mlockall(MCL_FUTURE) */
};

/* REC_REGS: general registers as the kernel saved them at the boundary. */
struct wire_regs {
	__le64 r15, r14, r13, r12, bp, bx, r11, r10, r9, r8;
	__le64 ax, cx, dx, si, di, orig_ax, ip, flags, sp;
	__le64 fs_base, gs_base;
	__le32 cs, ss, ds, es, fs, gs;
};

static_assert(sizeof(struct wire_regs) == 21 * 8 + 6 * 4);

/* REC_XSTATE: @size bytes in the standard format of XSAVE follow. */
struct wire_xstate {
	__le32 size;
	__le32 pad;
};

/**
 * struct wire_sigaction - one disposition
 * @handler: user address, or 0 SIG_DFL, 1 SIG_IGN
 * @flags: SA_*
 * @restorer: user address
 * @mask: blocked while the handler runs
 */
struct wire_sigaction {
	__le64 handler;
	__le64 flags;
	__le64 restorer;
	__le64 mask;
};

/* REC_SIGNALS: dispositions; action[i] is signal i + 1. */
struct wire_signals {
	struct wire_sigaction action[WIRE_SIGNALS];
};

/* REC_MM: the layout's landmarks, all user addresses. */
struct wire_mm {
	__le64 start_code, end_code, start_data, end_data;
	__le64 start_brk, brk, start_stack, mmap_base;
	__le64 arg_start, arg_end, env_start, env_end;
	__le64 vdso;		/* start of the vDSO's text, 0: none */
	__le64 vdso_size;	/* bytes of text, to be equal on both nodes */
	__le32 barriers;	/* MEMBARRIER_CMD_REGISTER_* together */
	__le32 pad;
};

/* One mapping of REC_VMAS. */
struct wire_vma {
	__le64 start;
	__le64 end;
	__le32 prot;		/* PROT_* */
	__le32 flags;		/* enum wire_vma_flags */
};

static_assert(sizeof(struct wire_vma) == 24);

enum wire_vma_flags {
	VMA_GROWSDOWN	= 1,
	VMA_FILE	= 2,	/* backed by a file at home */
	VMA_SHARED	= 4,	/* read-only shared: its pages never change */
	VMA_NORESERVE	= 8,
	VMA_STACK	= 16,
	VMA_LOCKED	= 32,	/* never swapped out */
	VMA_SEALED	= 64,	/* never changed: mseal() */
	VMA_DONTFORK	= 128,	/* children do not have it */
	VMA_WIPEONFORK	= 256,	/* they have it empty */
	VMA_DROPPABLE	= 512,	/* may become empty at any time: MAP_DROPPABLE */
	VMA_FLAGS	= 1023,	/* all of them */
};

struct wire_vmas {
	__le32 count;
	__le32 pad;
};

/* REC_HOME_PAGES: ranges of H, in page numbers, end excluded. */
struct wire_range {
	__le64 first;
	__le64 end;
};

struct wire_ranges {
	__le32 count;
	__le32 pad;
};

#endif /* MOSIX_RECORD_H */
