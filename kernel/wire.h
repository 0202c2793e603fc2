/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every byte that crosses a link.
 *
 * Little-endian, fixed width, explicit padding, zero invalid. Numbers are
 * frozen: a value that was ever used is never given another meaning. A node
 * offers the range of versions it speaks in HELLO; both use the highest that
 * they share.
 *
 * Version log:
 *   1  first version
 *   2  threads: records of a thread carry its TID in the header and are of
 *	version 2; its mask, CPU time and futex wait are in REC_TASK; EXIT says
 *	whether a thread or the process ends; USAGE is a thread's
 *   3  the header says when a message was sent, GO only how long the home
 *	slept; LEAVE may name a node
 *   4  OFFER says where the process is now and how often it was moved; STAYS
 *	tells a host that nothing came of its LEAVE; REC_TASK says whether core
 *	is dumped; REPLY says how long the call itself took, CALL what the last
 *	one took beyond that
 *   5  seccomp filters: CALL says who wants the call and where the program is,
 *	REPLY whether a filter answered, REC_TASK whether there is one
 *   6  OFFER says the PID in a namespace of its own, GO what a time namespace
 *	adds; REC_MM what is registered with membarrier(); SCHED, and REC_TASK
 *	says the same
 *   7  REPLY says that a call has to be made at home; a body may make a process:
 *	MADE, ADOPT
 *
 * A message is one struct wire_header and @len bytes of payload. Requests
 * carry a number in @id and are answered by a message with the same number;
 * @tid names the thread, by its TID at home in its PID namespace, that a message
 * is for or from (0: the whole process).
 *
 * A process image is a sequence of MSG_IMAGE messages, each one typed record
 * (struct wire_record and its body). Nothing in a record depends on the link.
 */
#ifndef MOSIX_WIRE_H
#define MOSIX_WIRE_H

#include "pure.h"

enum wire_limits {
	WIRE_MAGIC		= 0x5853304d,	/* "M0SX" */
	WIRE_VERSION_MIN	= 7,
	WIRE_VERSION_MAX	= 7,
	WIRE_RECORD_VERSION	= 4,
	WIRE_PAGE_SIZE		= 4096,
	WIRE_PAGES_MAX		= 32,		/* pages in one MSG_PAGES */
	WIRE_WINDOWS_MAX	= 3,		/* inline windows of a call */
	WIRE_WINDOW_BYTES_MAX	= 128 * 1024,	/* of all windows of a call */
	WIRE_PAYLOAD_MAX	= 192 * 1024,	/* of any message */
	WIRE_COMM_LEN		= 16,
	WIRE_CPU_WORDS		= 12,		/* CPUID words compared */
	WIRE_SIGNALS		= 64,
	WIRE_SIGINFO_FIELDS	= 32,
	WIRE_VMAS_MAX		= 2048,		/* in one REC_VMAS */
	WIRE_RANGES_MAX		= 4096,		/* in one REC_HOME_PAGES */
	WIRE_XSTATE_MAX		= 16 * 1024,
	WIRE_ERRNO_MAX		= 4095,
	WIRE_THREADS_MAX	= 4096,		/* of a process */
	WIRE_LOAD_MAX		= 1000 * WIRE_THREADS_MAX,	/* load_milli */
};

enum wire_type {
	MSG_INVALID	= 0,
	/* making a link; either side */
	MSG_HELLO	= 1,
	MSG_WELCOME	= 2,	/* answers HELLO */
	/* moving out: home to host, and the answers */
	MSG_OFFER	= 3,
	MSG_ACCEPT	= 4,	/* answers OFFER or ADOPT */
	MSG_REFUSE	= 5,	/* answers OFFER, ADOPT, IMAGE_END, GO or HOME_END */
	MSG_IMAGE	= 6,
	MSG_IMAGE_END	= 7,
	MSG_READY	= 8,	/* answers IMAGE_END */
	MSG_GO		= 9,
	MSG_STARTED	= 10,	/* answers GO */
	/* coming home */
	MSG_COME_HOME	= 11,	/* home asks the body to come */
	MSG_HOME_END	= 12,	/* body: the image is complete */
	MSG_HOME_OK	= 13,	/* answers HOME_END: the body may vanish */
	MSG_LEAVE	= 14,	/* host asks home to call the body back */
	/* while away: body to home */
	MSG_CALL	= 15,
	MSG_REPLY	= 16,	/* answers CALL */
	MSG_MASK	= 17,	/* the body's blocked mask changed */
	MSG_EXIT	= 18,
	MSG_USAGE	= 19,
	/* while away: home to body */
	MSG_SIGNAL	= 20,	/* either way: to the body, or given back */
	MSG_STOP	= 21,
	MSG_CONT	= 22,
	MSG_KILL	= 23,
	/* pages, either way */
	MSG_PAGE_REQ	= 24,
	MSG_PAGES	= 25,
	MSG_PAGE_NONE	= 26,
	/* while away: home to host */
	MSG_STAYS	= 27,	/* nothing came of LEAVE */
	MSG_SCHED	= 28,	/* a thread is scheduled otherwise now */
	/* a body makes a process */
	MSG_MADE	= 29,	/* body: the child's body is there, or is not */
	MSG_ADOPT	= 30,	/* home: this link is that child's */
	/* while away: home to host */
	MSG_WATCH	= 31,	/* when a thread shall report its CPU time */
	MSG_TYPES
};

/**
 * struct wire_header - in front of every message
 * @magic: WIRE_MAGIC; what does not begin so is not ours
 * @type: enum wire_type
 * @flags: none defined in version 1, zero
 * @len: bytes of payload that follow, at most WIRE_PAYLOAD_MAX
 * @tid: thread this is for or from, its TID at home; 0: the process
 * @id: number of a request, repeated in its answer; 0: no answer wanted
 * @sent_ns: the sender's CLOCK_MONOTONIC as it was sent, for clock.c
 */
struct wire_header {
	__le32 magic;
	__le16 type;
	__le16 flags;
	__le32 len;
	__le32 tid;
	__le64 id;
	__le64 sent_ns;
};

static_assert(sizeof(struct wire_header) == 32);

/**
 * struct wire_hello - payload of HELLO and of WELCOME
 * @version_min: lowest version spoken; in WELCOME the chosen one
 * @version_max: highest version spoken; in WELCOME the chosen one
 * @node: id of the sender in the node map
 * @peer: id that the sender takes the receiver for
 */
struct wire_hello {
	__le16 version_min;
	__le16 version_max;
	__le16 node;
	__le16 peer;
};

static_assert(sizeof(struct wire_hello) == 8);

/**
 * struct wire_offer - payload of OFFER: would you take this process?
 * @pid: its TGID at home
 * @load_milli: CPU it wants, 1000 = one CPU, at most WIRE_LOAD_MAX; 0: somebody
 *	asked for the move, which then needs no gain
 * @mem_kib: memory it may need, in KiB
 * @at: node that it is on now: the home, or its host
 * @moves: times it was moved so far, at most 65535
 * @own_pid: its TGID in its PID namespace; 0: that is the home's own
 * @cpu: CPU features of the home that user code may have seen
 * @comm: its name, NUL-terminated
 */
struct wire_offer {
	__le32 pid;
	__le32 load_milli;
	__le64 mem_kib;
	__le16 at;
	__le16 moves;
	__le32 own_pid;
	__le32 cpu[WIRE_CPU_WORDS];
	u8 comm[WIRE_COMM_LEN];
};

static_assert(sizeof(struct wire_offer) == 88);

/* Why a node says no; the texts are in wire_refusal_name(). */
enum wire_refusal {
	REFUSE_INVALID	= 0,
	REFUSE_BLOCKED	= 1,	/* the admin blocks guests */
	REFUSE_MEMORY	= 2,	/* no room */
	REFUSE_CPU	= 3,	/* a CPU feature of the home is missing */
	REFUSE_PID	= 4,	/* the PID is in use here */
	REFUSE_IMAGE	= 5,	/* a record could not be made real */
	REFUSE_BUSY	= 6,	/* enough guests, or one arriving already */
	REFUSE_INTERNAL	= 7,
	REFUSE_REASONS
};

/**
 * struct wire_refuse - payload of REFUSE
 * @reason: enum wire_refusal
 * @error: positive errno, for the log; 0 when there is none
 */
struct wire_refuse {
	__le32 reason;
	__le32 error;
};

static_assert(sizeof(struct wire_refuse) == 8);

/* Memory of a call that travels with it. */
struct wire_window {
	__le64 addr;		/* user address */
	__le32 len;		/* bytes */
	__le16 dir;		/* enum wire_window_dir */
	__le16 arg;		/* argument that holds @addr */
};

static_assert(sizeof(struct wire_window) == 16);

enum wire_window_dir {
	WINDOW_IN	= 1,	/* the call reads it: bytes travel in CALL */
	WINDOW_OUT	= 2,	/* the call writes it: bytes come in REPLY */
	WINDOW_INOUT	= 3,
};

/**
 * struct wire_call - head of CALL, the windows' bytes follow
 * @nr: syscall number
 * @args: its arguments as in the registers
 * @blocked: signals that the body blocks as the call begins, or all of them,
 *	SIGKILL too: a fence, behind which home sends neither signals nor pages
 * @utime_ns: user time of the body so far, on all hosts, nanoseconds
 * @stime_ns: the same, system time
 * @lost_ns: what the last call took longer than at home, nanoseconds; 0: none
 *	was made on this stay
 * @ip: where the program is, for its seccomp filters
 * @nwin: windows in @win, at most WIRE_WINDOWS_MAX
 * @kind: enum wire_call_kind
 * @signals: signals that the body has taken up on this stay, less one while
 *	a signal is pending there; if home has sent another number the call
 *	must be interrupted, as it would have been at home
 * @win: inline windows: memory of the call that travels with it
 */
struct wire_call {
	__le64 nr;
	__le64 args[6];
	__le64 blocked;
	__le64 utime_ns;
	__le64 stime_ns;
	__le64 lost_ns;
	__le64 ip;
	__le16 nwin;
	__le16 kind;
	__le32 signals;
	struct wire_window win[WIRE_WINDOWS_MAX];
};

static_assert(sizeof(struct wire_call) == 152);

/* Who wants a call, and what is wanted. */
enum wire_call_kind {
	CALL_PROGRAM	= 0,	/* the program: its filters hold */
	CALL_ASK	= 1,	/* would they let it pass? It is not made. */
	CALL_OWN	= 2,	/* the body itself: one of five */
	CALL_KINDS
};

#define WIRE_BLOCKED_FENCE	(~0ULL)

static inline bool wire_call_is_fence(const struct wire_call *call)
{
	return call->blocked == cpu_to_le64(WIRE_BLOCKED_FENCE);
}

/**
 * struct wire_reply - head of REPLY, the windows' bytes follow
 * @ret: what the call returned, as in rax
 * @out: bytes of each window that follow, in the order of the call; 0 for
 *	those that were not written
 * @pending: 1: blocked signals wait at home; who unblocks any must ask for
 *	them. 0: there are none.
 * @fate: enum wire_fate
 * @spent_ns: how long the home was at it, nanoseconds
 */
struct wire_reply {
	__le64 ret;
	__le64 spent_ns;
	__le32 out[WIRE_WINDOWS_MAX];
	__le16 pending;
	__le16 fate;
};

static_assert(sizeof(struct wire_reply) == 32);

/* What became of a call. */
enum wire_fate {
	FATE_MADE	= 0,	/* @ret is its result */
	FATE_FILTERED	= 1,	/* not made: @ret is what a filter wants instead */
	FATE_VISIT	= 2,	/* not made: the process must come for it */
	FATE_KINDS
};

struct wire_mask {
	__le64 blocked;
};

/**
 * struct wire_go - payload of GO
 * @mono_ns: what the process's CLOCK_MONOTONIC is ahead of the home's own: 0
 *	unless it has a time namespace of its own
 * @boot_ns: what its CLOCK_BOOTTIME is ahead of that
 *
 * Both signed.
 */
struct wire_go {
	__le64 mono_ns;
	__le64 boot_ns;
};

/**
 * struct wire_leave - payload of LEAVE
 * @insist: 1: the host's admin wants it; 0: its balancer thinks it better,
 *	which a process that is locked need not heed
 * @node: where it would be better off; 0 or the home: at home
 * @pad: zero
 * @load_milli: CPU it wants, as in OFFER
 */
struct wire_leave {
	__le32 insist;
	__le16 node;
	u8 pad[2];
	__le32 load_milli;
};

/**
 * struct wire_stays - payload of STAYS
 * @error: why it does not leave, as a positive errno
 */
struct wire_stays {
	__le32 error;
};

/**
 * struct wire_usage - CPU time of a thread of the body, on this stay
 * @utime_ns: user time, nanoseconds
 * @stime_ns: system time, nanoseconds
 */
struct wire_usage {
	__le64 utime_ns;
	__le64 stime_ns;
};

/**
 * struct wire_home_end - payload of HOME_END
 * @usage: CPU time of the thread that says so
 * @mono_ns: its CLOCK_MONOTONIC: at home it goes on from there, or later
 * @visitor: TID of the thread that only came to make a call; 0: it stays
 * @pad: zero
 */
struct wire_home_end {
	struct wire_usage usage;
	__le64 mono_ns;
	__le32 visitor;
	__le32 pad;
};

/**
 * struct wire_exit - payload of EXIT and of KILL
 * @code: exit code as in wait(2)'s status
 * @group: 1: the process ends, this is its last thread; 0: the thread ends;
 *	KILL means the process, whatever is here
 * @usage: CPU time of the thread; zero in KILL
 */
struct wire_exit {
	__le32 code;
	__le32 group;
	struct wire_usage usage;
};

static_assert(sizeof(struct wire_exit) == 24);

/**
 * struct wire_made - payload of MADE
 * @pid: the PID that home gave the child, as it answered CALL
 * @failed: 1: it has no body, and will not be
 */
struct wire_made {
	__le32 pid;
	__le32 failed;
};

/**
 * struct wire_adopt - payload of ADOPT
 * @mono_ns: as in GO
 * @pid: of MADE
 * @pad: zero
 */
struct wire_adopt {
	__le64 mono_ns;
	__le32 pid;
	__le32 pad;
};

/**
 * struct wire_signal - a queued signal
 * @signo: 1 to 64
 * @code: si_code
 * @error: si_errno
 * @to_thread: 1: for the thread @tid of the header, 0: for the process
 * @fields: the union of siginfo_t as the x86_64 user ABI lays it out
 */
struct wire_signal {
	__le32 signo;
	__le32 code;
	__le32 error;
	__le32 to_thread;
	u8 fields[WIRE_SIGINFO_FIELDS];
};

static_assert(sizeof(struct wire_signal) == 48);

/**
 * struct wire_page_req - pages wanted
 * @addr: the page that somebody waits for
 * @count: pages from @addr on that are welcome, 1 to WIRE_PAGES_MAX
 * @pad: zero
 */
struct wire_page_req {
	__le64 addr;
	__le32 count;
	__le32 pad;
};

static_assert(sizeof(struct wire_page_req) == 16);

/**
 * struct wire_pages - head of PAGES; the pages that are not zero follow
 * @addr: address of the first page
 * @count: pages described, 1 to WIRE_PAGES_MAX
 * @zero: bit i set: page i is all zero and not sent
 * @flags: enum wire_pages_flags
 * @pad: zero
 */
struct wire_pages {
	__le64 addr;
	__le32 count;
	__le32 zero;
	__le32 flags;
	__le32 pad;
};

static_assert(sizeof(struct wire_pages) == 24);

enum wire_pages_flags {
	PAGES_COPY	= 1,	/* immutable: the sender keeps them too */
};

/* Payload of PAGE_NONE: nothing is mapped there, the waiter gets a fault. */
struct wire_page_none {
	__le64 addr;
};

/* Records of a process image. */
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
	FUTEX_WAIT_REALTIME	= 2,	/* @time_ns is CLOCK_REALTIME */
};

/**
 * struct wire_futex - a futex wait with a time limit that was interrupted
 * @addr: user address of the word
 * @time_ns: what is left of its time; CLOCK_REALTIME: when it ends
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
 * struct wire_sched - payload of SCHED, and part of REC_TASK
 * @policy: SCHED_NORMAL, SCHED_BATCH or SCHED_IDLE
 * @nice: nice value, signed
 */
struct wire_sched {
	__le32 policy;
	__le32 nice;
};

/**
 * struct wire_watch - payload of WATCH
 * @at_ns: CPU time of the thread on this stay, as USAGE has it
 */
struct wire_watch {
	__le64 at_ns;
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

static_assert(sizeof(struct wire_task) == 176);

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

/* Which end of a link may send a message. */
enum wire_side {
	SIDE_HOME	= 1,
	SIDE_HOST	= 2,
	SIDE_BOTH	= 3,
};

int wire_check_header(const struct wire_header *h, enum wire_side from);
int wire_check_payload(u16 type, const void *payload, u32 len);
int wire_check_sched(const struct wire_sched *s);
u32 wire_head_len(u16 type);
const char *wire_type_name(u16 type);
const char *wire_refusal_name(u32 reason);

#endif /* MOSIX_WIRE_H */
