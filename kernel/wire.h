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
 *   8  the header says what the sender's wall clock is ahead; what is left of a futex
 *	wait's time is told for either clock; USAGE says more than CPU time, REPLY
 *	which signals wait; IMAGE_END has what GO had, READY and GO are no more;
 *	LOOK and SEEN; pages may have gaps between them; NODES; a large window
 *	of a call travels as pages
 *   9  pages may be sent early and be kept: SPENT; TAKEN; a link that is made
 *	anew: a token in WELCOME, RESUME, RESUMED, TOOK; HELLO names the boot
 *  10  OFFER tells the user. The first one beside which its neighbour, 9, goes on
 *	being spoken
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
	WIRE_VERSION_MIN	= 9,
	WIRE_VERSION_MAX	= 10,
	WIRE_VERSION_USER	= 10,		/* OFFER tells it from here on */
	WIRE_RECORD_VERSION	= 5,
	WIRE_PAGE_SIZE		= 4096,
	WIRE_PAGES_MAX		= 32,		/* pages in one MSG_PAGES */
	WIRE_WINDOWS_MAX	= 3,		/* inline windows of a call */
	WIRE_WINDOW_BYTES_MAX	= 128 * 1024,	/* of all windows of a call */
	WIRE_BULK_BYTES_MAX	= 0x7ffff000,	/* of one that travels as pages */
	WIRE_BULK_AHEAD		= 128,		/* pages of it on their way */
	WIRE_PAYLOAD_MAX	= 192 * 1024,	/* of any message */
	WIRE_COMM_LEN		= 16,
	WIRE_TOKEN_LEN		= 16,
	WIRE_CPU_WORDS		= 12,		/* CPUID words compared */
	WIRE_SIGNALS		= 64,
	WIRE_SIGINFO_FIELDS	= 32,
	WIRE_SIGNALS_AHEAD	= 32,		/* to a thread, not taken up */
	WIRE_VMAS_MAX		= 2048,		/* in one REC_VMAS */
	WIRE_RANGES_MAX		= 4096,		/* in one REC_HOME_PAGES */
	WIRE_XSTATE_MAX		= 16 * 1024,
	WIRE_SEEN_MAX		= 4096,		/* pages in one SEEN */
	WIRE_STEP_MAX		= 256,		/* pages from one to the next */
	WIRE_NODES_RANGES	= 8,		/* in one NODES */
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
	MSG_REFUSE	= 5,	/* answers OFFER, ADOPT, IMAGE_END or HOME_END */
	MSG_IMAGE	= 6,
	MSG_IMAGE_END	= 7,	/* all is there: run */
	/* 8 and 9 were READY and GO */
	MSG_STARTED	= 10,	/* answers IMAGE_END */
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
	MSG_LOOK	= 32,	/* which pages are there? */
	MSG_SEEN	= 33,	/* answers LOOK */
	/* while away: home to host */
	MSG_NODES	= 34,	/* where the process may be */
	MSG_SPENT	= 35,	/* pages that were sent early are not needed */
	/* while away: body to home */
	MSG_TAKEN	= 36,	/* signals that have been taken up */
	/* a link over another connection */
	MSG_RESUME	= 37,	/* home, in place of HELLO: which link goes on here */
	MSG_RESUMED	= 38,	/* host: it does, or there is none */
	MSG_TOOK	= 39,	/* either: messages that have come */
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
 * @wall_ns: what its CLOCK_REALTIME was ahead of that, signed
 */
struct wire_header {
	__le32 magic;
	__le16 type;
	__le16 flags;
	__le32 len;
	__le32 tid;
	__le64 id;
	__le64 sent_ns;
	__le64 wall_ns;
};

static_assert(sizeof(struct wire_header) == 40);

/**
 * struct wire_hello - payload of HELLO, and begin of that of WELCOME
 * @version_min: lowest version spoken; in WELCOME the chosen one
 * @version_max: highest version spoken; in WELCOME the chosen one
 * @node: id of the sender in the node map
 * @peer: id that the sender takes the receiver for
 * @boot: of a home: another number each time that the node boots; 0: not told
 */
struct wire_hello {
	__le16 version_min;
	__le16 version_max;
	__le16 node;
	__le16 peer;
	__le64 boot;
};

static_assert(sizeof(struct wire_hello) == 16);

/**
 * struct wire_welcome - payload of WELCOME
 * @hello: as above
 * @token: names this link, to both ends alone
 */
struct wire_welcome {
	struct wire_hello hello;
	u8 token[WIRE_TOKEN_LEN];
};

static_assert(sizeof(struct wire_welcome) == 32);

/* In place of how much was taken: nothing goes on, the link is over. */
#define WIRE_TOOK_OVER U64_MAX

/**
 * struct wire_resume - payload of RESUME
 * @token: which link goes on over this connection
 * @took: messages that home has taken from it so far (tally.c), or WIRE_TOOK_OVER
 */
struct wire_resume {
	u8 token[WIRE_TOKEN_LEN];
	__le64 took;
};

static_assert(sizeof(struct wire_resume) == 24);

/**
 * struct wire_resumed - payload of RESUMED
 * @took: messages that the host has taken
 * @gone: 1: there is no such link, or no more
 * @pad: zero
 */
struct wire_resumed {
	__le64 took;
	__le32 gone;
	__le32 pad;
};

static_assert(sizeof(struct wire_resumed) == 16);

/**
 * struct wire_took - payload of TOOK
 * @took: messages that the sender has taken so far
 */
struct wire_took {
	__le64 took;
};

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
	WINDOW_BULK	= 4,	/* with either: too large, its bytes are apart */
};

/*
 * A PAGE_REQ, PAGES or PAGE_NONE that names a thread is about the large window of
 * the call which that thread makes, whose number it repeats: copies of the pages
 * around it, in order. Home asks for those of a window that the call reads. Of
 * one that it writes WIRE_BULK_AHEAD pages come unasked, and as many more as the
 * body asks for; or REPLY has them, if they fit.
 */

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
	CALL_OWN	= 2,	/* the body itself: one of a few */
	CALL_KINDS
};

#define WIRE_BLOCKED_FENCE	(~0ULL)

/* Behind every address of a program; what a clock may differ by, nanoseconds. */
#define WIRE_ADDR_END		BIT_ULL(47)
#define WIRE_CLOCK_MAX_NS	BIT_ULL(61)

static inline bool wire_call_is_fence(const struct wire_call *call)
{
	return call->blocked == cpu_to_le64(WIRE_BLOCKED_FENCE);
}

/**
 * struct wire_reply - head of REPLY, the windows' bytes follow
 * @ret: what the call returned, as in rax
 * @out: bytes of each window that follow, in the order of the call; 0 for
 *	those that were not written
 * @waits: signals that wait at home since they are blocked; who unblocks one of
 *	them must ask for it
 * @fate: enum wire_fate
 * @pad: zero
 * @spent_ns: how long the home was at it, nanoseconds
 */
struct wire_reply {
	__le64 ret;
	__le64 spent_ns;
	__le64 waits;
	__le32 out[WIRE_WINDOWS_MAX];
	__le16 fate;
	__le16 pad;
};

static_assert(sizeof(struct wire_reply) == 40);

/* What became of a call. */
enum wire_fate {
	FATE_MADE	= 0,	/* @ret is its result */
	FATE_FILTERED	= 1,	/* not made: @ret is what a filter wants instead */
	FATE_VISIT	= 2,	/* not made: the process must come for it */
	FATE_ENDS	= 3,	/* not made: the thread ends, @ret is its exit code */
	FATE_KINDS
};

struct wire_mask {
	__le64 blocked;
};

enum wire_count {
	COUNT_MIN_FLT	= 0,	/* faults without I/O */
	COUNT_MAJ_FLT	= 1,	/* faults with I/O */
	COUNT_NVCSW	= 2,	/* times it gave up its CPU */
	COUNT_NIVCSW	= 3,	/* times it was taken */
	WIRE_COUNTS
};

enum wire_page_kind {
	PAGE_FILE	= 0,
	PAGE_ANON	= 1,
	PAGE_SWAPPED	= 2,
	PAGE_SHMEM	= 3,
	WIRE_PAGE_KINDS
};

/**
 * struct wire_clocks - payload of IMAGE_END
 * @mono_ns: what the process's CLOCK_MONOTONIC is ahead of the home's own: 0
 *	unless it has a time namespace of its own
 * @boot_ns: what its CLOCK_BOOTTIME is ahead of that
 *
 * Both signed, WIRE_CLOCK_MAX_NS at most either way.
 */
struct wire_clocks {
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
 * struct wire_usage - what a thread of the body has used, on this stay
 * @utime_ns: user time, nanoseconds
 * @stime_ns: system time, nanoseconds
 * @counts: by enum wire_count
 */
struct wire_usage {
	__le64 utime_ns;
	__le64 stime_ns;
	__le64 counts[WIRE_COUNTS];
};

/**
 * struct wire_report - payload of USAGE
 * @usage: of the thread
 * @pages: pages of the process that are present there, by enum wire_page_kind
 * @runs: 1: the thread runs, or waits for a CPU; 0: it sleeps
 * @pad: zero
 */
struct wire_report {
	struct wire_usage usage;
	__le64 pages[WIRE_PAGE_KINDS];
	__le32 runs;
	__le32 pad;
};

static_assert(sizeof(struct wire_report) == 88);

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

static_assert(sizeof(struct wire_exit) == 56);

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
 * @mono_ns: as in IMAGE_END
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
 * @to: enum wire_signal_to
 * @fields: the union of siginfo_t as the x86_64 user ABI lays it out
 */
struct wire_signal {
	__le32 signo;
	__le32 code;
	__le32 error;
	__le32 to;
	u8 fields[WIRE_SIGINFO_FIELDS];
};

static_assert(sizeof(struct wire_signal) == 48);

enum wire_signal_to {
	SIGNAL_TO_PROCESS	= 0,	/* @tid of the header takes it first */
	SIGNAL_TO_THREAD	= 1,	/* @tid of the header */
	SIGNAL_DEADLY		= 2,	/* the same, and it will die of it */
	SIGNAL_TO_KINDS
};

/**
 * struct wire_taken - payload of TAKEN
 * @signals: as in CALL, but all of them
 */
struct wire_taken {
	__le32 signals;
};

/**
 * struct wire_page_req - pages wanted
 * @addr: the page that somebody waits for
 * @count: pages from @addr on that are welcome, 1 to WIRE_PAGES_MAX
 * @step: pages from one to the next, signed, WIRE_STEP_MAX at most either way; 0: they
 *	follow each other, as with 1
 */
struct wire_page_req {
	__le64 addr;
	__le32 count;
	__le32 step;
};

static_assert(sizeof(struct wire_page_req) == 16);

/**
 * wire_step - from one page of a message to the next
 * @step: as it is in the message
 *
 * Return: pages, negative when they come from behind; not 0.
 */
static inline s32 wire_step(__le32 step)
{
	return (s32)le32_to_cpu(step) ?: 1;
}

/**
 * struct wire_pages - head of PAGES; pages that are in no bitmap follow
 * @addr: address of the first page
 * @count: pages described, 1 to WIRE_PAGES_MAX
 * @zero: bit i set: page i is all zero and not sent
 * @flags: enum wire_pages_flags
 * @step: as in PAGE_REQ
 * @kept: bit i set: page i is what was sent early for this address, and not sent
 * @pad: zero
 */
struct wire_pages {
	__le64 addr;
	__le32 count;
	__le32 zero;
	__le32 flags;
	__le32 step;
	__le32 kept;
	__le32 pad;
};

static_assert(sizeof(struct wire_pages) == 32);

enum wire_pages_flags {
	PAGES_COPY	= 1,	/* immutable: the sender keeps them too */
	PAGES_EARLY	= 2,	/* the process still runs and may write to them */
	PAGES_FLAGS	= 3,	/* all of them */
};

/* Payload of PAGE_NONE: nothing is mapped there, the waiter gets a fault. */
struct wire_page_none {
	__le64 addr;
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
 * struct wire_look - payload of LOOK
 * @start: address of a page
 * @end: address behind the last one
 */
struct wire_look {
	__le64 start;
	__le64 end;
};

/**
 * struct wire_seen - payload of SEEN: of pages that follow each other
 * @start: address of the first one, which is the first of the range that is there
 * @count: how many, at most WIRE_SEEN_MAX; 0: none of the range is there
 * @pad: zero
 * @what: of each, enum wire_seen_what and in the upper four bits how often it is
 *	mapped, 15 at most; 0: it is not there, or belongs to nobody
 */
struct wire_seen {
	__le64 start;
	__le32 count;
	__le32 pad;
	u8 what[];
};

enum wire_seen_what {
	SEEN_PRESENT	= 1,
	SEEN_SWAPPED	= 2,
	SEEN_DIRTY	= 4,
	SEEN_YOUNG	= 8,
};

/**
 * struct wire_nodes - payload of NODES: where the process may be, but for its home
 * @ranges: how many of @range there are, at most WIRE_NODES_RANGES; 0: anywhere
 * @deny: 1: the ranges are those where it may not be
 * @range: nodes from @range.first to @range.last; zero behind the last one
 */
struct wire_nodes {
	__le16 ranges;
	__le16 deny;
	struct {
		__le16 first;
		__le16 last;
	} range[WIRE_NODES_RANGES];
};

static_assert(sizeof(struct wire_nodes) == 36);

#include "offer.h"
#include "record.h"

/* Which end of a link may send a message. */
enum wire_side {
	SIDE_HOME	= 1,
	SIDE_HOST	= 2,
	SIDE_BOTH	= 3,
};

int wire_check_header(const struct wire_header *h, enum wire_side from);
int wire_check_payload(u16 type, const void *payload, u32 len);
int wire_check_version(u16 version, u16 type, u32 len);
int wire_check_sched(const struct wire_sched *s);
u16 wire_choose(const struct wire_hello *hello, u16 newest);
u32 wire_head_len(u16 type);
const char *wire_type_name(u16 type);
const char *wire_refusal_name(u32 reason);

#endif /* MOSIX_WIRE_H */
