/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MOSIX_WIRE_CASES_H
#define MOSIX_WIRE_CASES_H

/* Plain data for wire_kunit.c, test/run.c and test/fuzz.c. */

#include "wire.h"

/**
 * struct wire_type_case - What is frozen about a message type.
 * @name: As wire_type_name() says it.
 * @type: Its constant.
 * @number: Its number, written here a second time on purpose: it may never
 *	change.
 * @from: Who may send it.
 * @head: Least bytes of payload.
 * @most: Most of them.
 */
struct wire_type_case {
	const char *name;
	u16 type;
	u16 number;
	u8 from;
	u32 head;
	u32 most;
};

#define BARE(name, number, from) \
	{ #name, MSG_##name, number, from, 0, 0 }
#define EXACT(name, number, from, bytes) \
	{ #name, MSG_##name, number, from, bytes, bytes }
#define GROWN(name, number, from, bytes, most) \
	{ #name, MSG_##name, number, from, bytes, most }
#define LONG(name, number, from, bytes) \
	{ #name, MSG_##name, number, from, bytes, WIRE_PAYLOAD_MAX }

static const struct wire_type_case wire_type_cases[] = {
	EXACT(HELLO, 1, SIDE_HOME, 16),
	EXACT(WELCOME, 2, SIDE_HOST, 32),
	GROWN(OFFER, 3, SIDE_HOME, 88, 96),
	BARE(ACCEPT, 4, SIDE_HOST),
	EXACT(REFUSE, 5, SIDE_BOTH, 8),
	LONG(IMAGE, 6, SIDE_BOTH, 8),
	EXACT(IMAGE_END, 7, SIDE_HOME, 16),
	BARE(STARTED, 10, SIDE_HOST),
	BARE(COME_HOME, 11, SIDE_HOME),
	EXACT(HOME_END, 12, SIDE_HOST, 64),
	BARE(HOME_OK, 13, SIDE_HOME),
	EXACT(LEAVE, 14, SIDE_HOST, 12),
	LONG(CALL, 15, SIDE_HOST, 152),
	LONG(REPLY, 16, SIDE_HOME, 40),
	EXACT(MASK, 17, SIDE_HOST, 8),
	EXACT(EXIT, 18, SIDE_HOST, 56),
	EXACT(USAGE, 19, SIDE_HOST, 88),
	EXACT(SIGNAL, 20, SIDE_BOTH, 48),
	BARE(STOP, 21, SIDE_HOME),
	BARE(CONT, 22, SIDE_HOME),
	EXACT(KILL, 23, SIDE_HOME, 56),
	EXACT(PAGE_REQ, 24, SIDE_BOTH, 16),
	LONG(PAGES, 25, SIDE_BOTH, 32),
	EXACT(PAGE_NONE, 26, SIDE_BOTH, 8),
	EXACT(STAYS, 27, SIDE_HOME, 4),
	EXACT(SCHED, 28, SIDE_HOME, 8),
	EXACT(MADE, 29, SIDE_HOST, 8),
	EXACT(ADOPT, 30, SIDE_HOME, 16),
	EXACT(WATCH, 31, SIDE_HOME, 8),
	EXACT(LOOK, 32, SIDE_HOME, 16),
	LONG(SEEN, 33, SIDE_HOST, 16),
	EXACT(NODES, 34, SIDE_HOME, 36),
	BARE(SPENT, 35, SIDE_HOME),
	EXACT(TAKEN, 36, SIDE_HOST, 4),
	EXACT(RESUME, 37, SIDE_HOME, 24),
	EXACT(RESUMED, 38, SIDE_HOST, 16),
	EXACT(TOOK, 39, SIDE_BOTH, 8),
};

#undef BARE
#undef EXACT
#undef GROWN
#undef LONG

/* A new type needs a line above. */
/* 0 is none, 8 and 9 were. */
static_assert(ARRAY_SIZE(wire_type_cases) == MSG_TYPES - 3);

/**
 * struct wire_header_case - One header that is broken in one way, or not.
 * @name: The claim.
 * @magic: Field of the header.
 * @type: Field of the header.
 * @flags: Field of the header.
 * @len: Field of the header.
 * @from: Who sent it.
 * @want: What wire_check_header() says.
 */
struct wire_header_case {
	const char *name;
	u32 magic;
	u16 type;
	u16 flags;
	u32 len;
	u8 from;
	int want;
};

static const struct wire_header_case wire_header_cases[] = {
	{ "a sound header", WIRE_MAGIC, MSG_COME_HOME, 0, 0, SIDE_HOME, 0 },
	{ "another magic", WIRE_MAGIC + 1, MSG_COME_HOME, 0, 0, SIDE_HOME, -EPROTO },
	{ "no magic", 0, MSG_COME_HOME, 0, 0, SIDE_HOME, -EPROTO },
	{ "a flag that nobody knows", WIRE_MAGIC, MSG_COME_HOME, 1, 0, SIDE_HOME,
	  -EPROTO },
	{ "type zero", WIRE_MAGIC, MSG_INVALID, 0, 0, SIDE_HOME, -EPROTO },
	{ "the first type too many", WIRE_MAGIC, MSG_TYPES, 0, 0, SIDE_HOME,
	  -EPROTO },
	{ "the last type of all", WIRE_MAGIC, U16_MAX, 0, 0, SIDE_HOME,
	  -EPROTO },
	{ "a message that the host has no right to", WIRE_MAGIC, MSG_COME_HOME, 0, 0,
	  SIDE_HOST, -EPROTO },
	{ "a message that home has no right to", WIRE_MAGIC, MSG_CALL, 0,
	  sizeof(struct wire_call), SIDE_HOME, -EPROTO },
	{ "a payload where none belongs", WIRE_MAGIC, MSG_COME_HOME, 0, 1, SIDE_HOME,
	  -EMSGSIZE },
	{ "a length that wraps", WIRE_MAGIC, MSG_CALL, 0, U32_MAX, SIDE_HOST,
	  -EMSGSIZE },
};

/**
 * struct wire_field - One field of a payload.
 * @at: Its offset.
 * @size: Its bytes.
 * @value: Its value, stored little-endian.
 */
struct wire_field {
	u16 at;
	u16 size;
	u64 value;
};

enum wire_case_limits { WIRE_CASE_FIELDS = 8 };

/**
 * struct wire_payload_case - One payload: zeros but for some fields.
 * @name: The claim.
 * @type: Type of the message.
 * @len: Bytes of the payload.
 * @set: Fields that are not zero.
 * @want: What wire_check_payload() says.
 */
struct wire_payload_case {
	const char *name;
	u16 type;
	u32 len;
	struct wire_field set[WIRE_CASE_FIELDS];
	int want;
};

#define PUT16(st, member, v) { offsetof(struct st, member), 2, (v) }
#define PUT32(st, member, v) { offsetof(struct st, member), 4, (v) }
#define PUT64(st, member, v) { offsetof(struct st, member), 8, (v) }
#define CALL_LEN sizeof(struct wire_call)
#define REPLY_LEN sizeof(struct wire_reply)
#define PAGES_LEN sizeof(struct wire_pages)

static const struct wire_payload_case wire_payload_cases[] = {
	{ "refuse: with a reason", MSG_REFUSE, 8,
	  { PUT32(wire_refuse, reason, REFUSE_MEMORY) }, 0 },
	{ "refuse: with a reason too many", MSG_REFUSE, 8,
	  { PUT32(wire_refuse, reason, REFUSE_REASONS) }, -EBADMSG },
	{ "refuse: with half a payload", MSG_REFUSE, 7, { }, -EBADMSG },

	{ "call: without windows", MSG_CALL, CALL_LEN, { }, 0 },
	{ "call: bytes that no window owns", MSG_CALL, CALL_LEN + 1, { },
	  -EBADMSG },
	{ "call: one window in", MSG_CALL, CALL_LEN + 10,
	  { PUT16(wire_call, nwin, 1), PUT32(wire_call, win[0].len, 10),
	    PUT16(wire_call, win[0].dir, WINDOW_IN) }, 0 },
	{ "call: one window in, a byte short", MSG_CALL, CALL_LEN + 9,
	  { PUT16(wire_call, nwin, 1), PUT32(wire_call, win[0].len, 10),
	    PUT16(wire_call, win[0].dir, WINDOW_IN) }, -EBADMSG },
	{ "call: one window out sends nothing", MSG_CALL, CALL_LEN,
	  { PUT16(wire_call, nwin, 1), PUT32(wire_call, win[0].len, 10),
	    PUT16(wire_call, win[0].dir, WINDOW_OUT) }, 0 },
	{ "call: in, out and both", MSG_CALL, CALL_LEN + 3 + 5,
	  { PUT16(wire_call, nwin, 3), PUT32(wire_call, win[0].len, 3),
	    PUT16(wire_call, win[0].dir, WINDOW_IN),
	    PUT32(wire_call, win[1].len, 4000),
	    PUT16(wire_call, win[1].dir, WINDOW_OUT),
	    PUT32(wire_call, win[2].len, 5),
	    PUT16(wire_call, win[2].dir, WINDOW_INOUT) }, 0 },
	{ "call: a window without a direction", MSG_CALL, CALL_LEN,
	  { PUT16(wire_call, nwin, 1) }, -EBADMSG },
	{ "call: a direction that is none", MSG_CALL, CALL_LEN,
	  { PUT16(wire_call, nwin, 1), PUT16(wire_call, win[0].dir, 4) },
	  -EBADMSG },
	{ "call: a window of no argument", MSG_CALL, CALL_LEN,
	  { PUT16(wire_call, nwin, 1), PUT16(wire_call, win[0].dir, WINDOW_OUT),
	    PUT16(wire_call, win[0].arg, 6) }, -EBADMSG },
	{ "call: four windows", MSG_CALL, CALL_LEN,
	  { PUT16(wire_call, nwin, 4), PUT16(wire_call, win[0].dir, WINDOW_OUT),
	    PUT16(wire_call, win[1].dir, WINDOW_OUT),
	    PUT16(wire_call, win[2].dir, WINDOW_OUT) }, -EBADMSG },
	{ "call: may it be made?", MSG_CALL, CALL_LEN,
	  { PUT16(wire_call, kind, CALL_ASK) }, 0 },
	{ "call: of the body itself", MSG_CALL, CALL_LEN,
	  { PUT16(wire_call, kind, CALL_OWN) }, 0 },
	{ "call: a fence of the body itself", MSG_CALL, CALL_LEN,
	  { PUT16(wire_call, kind, CALL_OWN),
	    PUT64(wire_call, blocked, WIRE_BLOCKED_FENCE) }, 0 },
	{ "call: a fence of the program", MSG_CALL, CALL_LEN,
	  { PUT64(wire_call, blocked, WIRE_BLOCKED_FENCE) }, -EBADMSG },
	{ "call: a fence that asks", MSG_CALL, CALL_LEN,
	  { PUT16(wire_call, kind, CALL_ASK),
	    PUT64(wire_call, blocked, WIRE_BLOCKED_FENCE) }, -EBADMSG },
	{ "call: of nobody", MSG_CALL, CALL_LEN,
	  { PUT16(wire_call, kind, CALL_KINDS) }, -EBADMSG },
	{ "a body that has seen a signal", MSG_CALL, CALL_LEN,
	  { PUT32(wire_call, signals, 1) }, 0 },
	{ "call: windows as large as may be", MSG_CALL, CALL_LEN,
	  { PUT16(wire_call, nwin, 1), PUT16(wire_call, win[0].dir, WINDOW_OUT),
	    PUT32(wire_call, win[0].len, WIRE_WINDOW_BYTES_MAX) }, 0 },
	{ "call: windows a byte larger", MSG_CALL, CALL_LEN,
	  { PUT16(wire_call, nwin, 2), PUT16(wire_call, win[0].dir, WINDOW_OUT),
	    PUT32(wire_call, win[0].len, WIRE_WINDOW_BYTES_MAX),
	    PUT16(wire_call, win[1].dir, WINDOW_OUT),
	    PUT32(wire_call, win[1].len, 1) }, -EBADMSG },
	{ "call: a large window that it reads", MSG_CALL, CALL_LEN,
	  { PUT16(wire_call, nwin, 1),
	    PUT16(wire_call, win[0].dir, WINDOW_BULK | WINDOW_IN),
	    PUT32(wire_call, win[0].len, WIRE_BULK_BYTES_MAX) }, 0 },
	{ "call: a large window that it writes, and a small one", MSG_CALL,
	  CALL_LEN,
	  { PUT16(wire_call, nwin, 2),
	    PUT16(wire_call, win[0].dir, WINDOW_BULK | WINDOW_OUT),
	    PUT32(wire_call, win[0].len, WIRE_WINDOW_BYTES_MAX + 1),
	    PUT16(wire_call, win[1].dir, WINDOW_OUT),
	    PUT32(wire_call, win[1].len, 16) }, 0 },
	{ "call: a large window both ways", MSG_CALL, CALL_LEN,
	  { PUT16(wire_call, nwin, 1),
	    PUT16(wire_call, win[0].dir, WINDOW_BULK | WINDOW_INOUT),
	    PUT32(wire_call, win[0].len, 1 << 20) }, -EBADMSG },
	{ "call: a large window of nothing", MSG_CALL, CALL_LEN,
	  { PUT16(wire_call, nwin, 1),
	    PUT16(wire_call, win[0].dir, WINDOW_BULK | WINDOW_IN) }, -EBADMSG },
	{ "call: a large window that is too large", MSG_CALL, CALL_LEN,
	  { PUT16(wire_call, nwin, 1),
	    PUT16(wire_call, win[0].dir, WINDOW_BULK | WINDOW_IN),
	    PUT32(wire_call, win[0].len, WIRE_BULK_BYTES_MAX + 1) }, -EBADMSG },
	{ "call: a large window of no process", MSG_CALL, CALL_LEN,
	  { PUT16(wire_call, nwin, 1),
	    PUT16(wire_call, win[0].dir, WINDOW_BULK | WINDOW_IN),
	    PUT32(wire_call, win[0].len, 1 << 20),
	    PUT64(wire_call, win[0].addr, 1ULL << 47) }, -EBADMSG },
	{ "call: two large windows", MSG_CALL, CALL_LEN,
	  { PUT16(wire_call, nwin, 2),
	    PUT16(wire_call, win[0].dir, WINDOW_BULK | WINDOW_IN),
	    PUT32(wire_call, win[0].len, 1 << 20),
	    PUT16(wire_call, win[1].dir, WINDOW_BULK | WINDOW_IN),
	    PUT32(wire_call, win[1].len, 1 << 20) }, -EBADMSG },
	{ "call: lengths that sum up to little by wrapping", MSG_CALL,
	  CALL_LEN + 2,
	  { PUT16(wire_call, nwin, 2), PUT16(wire_call, win[0].dir, WINDOW_IN),
	    PUT32(wire_call, win[0].len, 0x80000001),
	    PUT16(wire_call, win[1].dir, WINDOW_IN),
	    PUT32(wire_call, win[1].len, 0x80000001) }, -EBADMSG },

	{ "reply: without windows", MSG_REPLY, REPLY_LEN, { }, 0 },
	{ "reply: with two windows", MSG_REPLY, REPLY_LEN + 30,
	  { PUT32(wire_reply, out[0], 10), PUT32(wire_reply, out[2], 20) }, 0 },
	{ "reply: a byte short", MSG_REPLY, REPLY_LEN + 29,
	  { PUT32(wire_reply, out[0], 10), PUT32(wire_reply, out[2], 20) },
	  -EBADMSG },
	{ "reply: bytes that no window owns", MSG_REPLY, REPLY_LEN + 1, { },
	  -EBADMSG },
	{ "reply: lengths that wrap", MSG_REPLY, REPLY_LEN,
	  { PUT32(wire_reply, out[0], 0x80000000),
	    PUT32(wire_reply, out[1], 0x80000000) }, -EBADMSG },
	{ "reply: a signal waits", MSG_REPLY, REPLY_LEN,
	  { PUT32(wire_reply, waits, 0x80000000) }, 0 },
	{ "reply: a filter's", MSG_REPLY, REPLY_LEN,
	  { PUT16(wire_reply, fate, FATE_FILTERED) }, 0 },
	{ "reply: come home for it", MSG_REPLY, REPLY_LEN,
	  { PUT16(wire_reply, fate, FATE_VISIT) }, 0 },
	{ "reply: padding that is not zero", MSG_REPLY, REPLY_LEN,
	  { PUT16(wire_reply, pad, 1) }, -EBADMSG },
	{ "reply: the call ends its thread", MSG_REPLY, REPLY_LEN,
	  { PUT16(wire_reply, fate, FATE_ENDS) }, 0 },
	{ "reply: a fate that nobody knows", MSG_REPLY, REPLY_LEN,
	  { PUT16(wire_reply, fate, FATE_KINDS) }, -EBADMSG },

	{ "made: a child", MSG_MADE, 8, { PUT32(wire_made, pid, 7) }, 0 },
	{ "made: no child", MSG_MADE, 8,
	  { PUT32(wire_made, pid, 7), PUT32(wire_made, failed, 1) }, 0 },
	{ "made: nobody", MSG_MADE, 8, { PUT32(wire_made, pid, 0) }, -EBADMSG },
	{ "made: failed twice", MSG_MADE, 8,
	  { PUT32(wire_made, pid, 7), PUT32(wire_made, failed, 2) }, -EBADMSG },
	{ "adopt: a child", MSG_ADOPT, 16, { PUT32(wire_adopt, pid, 7) }, 0 },
	{ "adopt: nobody", MSG_ADOPT, 16, { PUT32(wire_adopt, pid, 0) },
	  -EBADMSG },
	{ "adopt: padding that is not zero", MSG_ADOPT, 16,
	  { PUT32(wire_adopt, pid, 7), PUT32(wire_adopt, pad, 1) }, -EBADMSG },

	{ "signal: the first", MSG_SIGNAL, 48, { PUT32(wire_signal, signo, 1) },
	  0 },
	{ "signal: the last", MSG_SIGNAL, 48, { PUT32(wire_signal, signo, 64) },
	  0 },
	{ "signal: number zero", MSG_SIGNAL, 48, { }, -EBADMSG },
	{ "signal: a number too many", MSG_SIGNAL, 48,
	  { PUT32(wire_signal, signo, 65) }, -EBADMSG },
	{ "signal: SIGKILL", MSG_SIGNAL, 48, { PUT32(wire_signal, signo, 9) },
	  -EBADMSG },
	{ "signal: SIGSTOP", MSG_SIGNAL, 48, { PUT32(wire_signal, signo, 19) },
	  -EBADMSG },
	{ "signal: for neither thread nor process", MSG_SIGNAL, 48,
	  { PUT32(wire_signal, signo, 1), PUT32(wire_signal, to, 3) },
	  -EBADMSG },

	{ "page request: one page", MSG_PAGE_REQ, 16,
	  { PUT64(wire_page_req, addr, 0x1000), PUT32(wire_page_req, count, 1) },
	  0 },
	{ "page request: as many as may be", MSG_PAGE_REQ, 16,
	  { PUT32(wire_page_req, count, WIRE_PAGES_MAX) }, 0 },
	{ "page request: a page more", MSG_PAGE_REQ, 16,
	  { PUT32(wire_page_req, count, WIRE_PAGES_MAX + 1) }, -EBADMSG },
	{ "page request: none", MSG_PAGE_REQ, 16, { }, -EBADMSG },
	{ "page request: the last page of all", MSG_PAGE_REQ, 16,
	  { PUT32(wire_page_req, count, 1),
	    PUT64(wire_page_req, addr, WIRE_ADDR_END - 0x1000) }, 0 },
	{ "page request: a page behind it", MSG_PAGE_REQ, 16,
	  { PUT32(wire_page_req, count, 2),
	    PUT64(wire_page_req, addr, WIRE_ADDR_END - 0x1000) }, -EBADMSG },
	{ "page request: steps in front of the first page", MSG_PAGE_REQ, 16,
	  { PUT32(wire_page_req, count, 3), PUT64(wire_page_req, addr, 0x1000),
	    PUT32(wire_page_req, step, (u32)-1) }, -EBADMSG },
	{ "page request: of the kernel", MSG_PAGE_REQ, 16,
	  { PUT32(wire_page_req, count, 1),
	    PUT64(wire_page_req, addr, 0xffff888000000000) }, -EBADMSG },
	{ "page none: behind all", MSG_PAGE_NONE, 8,
	  { PUT64(wire_page_none, addr, WIRE_ADDR_END) }, 0 },
	{ "page none: within a page", MSG_PAGE_NONE, 8,
	  { PUT64(wire_page_none, addr, 0x1001) }, -EBADMSG },
	{ "page none: of the kernel", MSG_PAGE_NONE, 8,
	  { PUT64(wire_page_none, addr, 0xffff888000000000) }, -EBADMSG },
	{ "image end: clocks behind the home's", MSG_IMAGE_END, 16,
	  { PUT64(wire_clocks, mono_ns, -WIRE_CLOCK_MAX_NS),
	    PUT64(wire_clocks, boot_ns, WIRE_CLOCK_MAX_NS) }, 0 },
	{ "image end: a clock of no use", MSG_IMAGE_END, 16,
	  { PUT64(wire_clocks, mono_ns, WIRE_CLOCK_MAX_NS + 1) }, -EBADMSG },
	{ "image end: the other one", MSG_IMAGE_END, 16,
	  { PUT64(wire_clocks, boot_ns, 1ULL << 63) }, -EBADMSG },
	{ "adopt: a clock of no use", MSG_ADOPT, 16,
	  { PUT32(wire_adopt, pid, 7),
	    PUT64(wire_adopt, mono_ns, -WIRE_CLOCK_MAX_NS - 1) }, -EBADMSG },
	{ "page request: within a page", MSG_PAGE_REQ, 16,
	  { PUT64(wire_page_req, addr, 0x1001), PUT32(wire_page_req, count, 1) },
	  -EBADMSG },
	{ "usage: of one that runs", MSG_USAGE, 88,
	  { PUT32(wire_report, runs, 1) }, 0 },
	{ "usage: of one that does neither", MSG_USAGE, 88,
	  { PUT32(wire_report, runs, 2) }, -EBADMSG },
	{ "usage: padding that is not zero", MSG_USAGE, 88,
	  { PUT32(wire_report, pad, 1) }, -EBADMSG },
	{ "home end: a visitor", MSG_HOME_END, 64,
	  { PUT32(wire_home_end, visitor, 7) }, 0 },
	{ "home end: padding that is not zero", MSG_HOME_END, 64,
	  { PUT32(wire_home_end, pad, 1) }, -EBADMSG },
	{ "offer: from home", MSG_OFFER, 88,
	  { PUT16(wire_offer, at, 1) }, 0 },
	{ "offer: from nowhere", MSG_OFFER, 88, { }, -EBADMSG },
	{ "offer: from a PID namespace", MSG_OFFER, 88,
	  { PUT16(wire_offer, at, 1), PUT32(wire_offer, own_pid, 1) }, 0 },
	{ "offer: wants as much as a process can", MSG_OFFER, 88,
	  { PUT16(wire_offer, at, 1), PUT32(wire_offer, load_milli, 4096000) }, 0 },
	{ "offer: wants more", MSG_OFFER, 88,
	  { PUT16(wire_offer, at, 1), PUT32(wire_offer, load_milli, 4096001) },
	  -EBADMSG },
	{ "offer: with a user", MSG_OFFER, 96,
	  { PUT16(wire_offer, at, 1), PUT32(wire_offer, uid, 65534) }, 0 },
	{ "offer: with root", MSG_OFFER, 96, { PUT16(wire_offer, at, 1) }, 0 },
	{ "offer: with the largest user", MSG_OFFER, 96,
	  { PUT16(wire_offer, at, 1), PUT32(wire_offer, uid, 0xfffffffe) }, 0 },
	{ "offer: with what is no user", MSG_OFFER, 96,
	  { PUT16(wire_offer, at, 1), PUT32(wire_offer, uid, 0xffffffff) },
	  -EBADMSG },
	{ "offer: with more behind the user", MSG_OFFER, 96,
	  { PUT16(wire_offer, at, 1), PUT32(wire_offer, pad, 1) }, -EBADMSG },
	{ "offer: with a user, from nowhere", MSG_OFFER, 96, { }, -EBADMSG },
	{ "offer: with half a user", MSG_OFFER, 92,
	  { PUT16(wire_offer, at, 1) }, -EBADMSG },
	{ "offer: a byte more than the first version", MSG_OFFER, 89,
	  { PUT16(wire_offer, at, 1) }, -EBADMSG },
	{ "offer: a byte less than the last one", MSG_OFFER, 95,
	  { PUT16(wire_offer, at, 1) }, -EBADMSG },
	{ "sched: as most are", MSG_SCHED, 8, { }, 0 },
	{ "sched: for batches, and nice", MSG_SCHED, 8,
	  { PUT32(wire_sched, policy, 3), PUT32(wire_sched, nice, 19) }, 0 },
	{ "sched: not nice", MSG_SCHED, 8,
	  { PUT32(wire_sched, nice, (u32)-20) }, 0 },
	{ "sched: nicer than there is", MSG_SCHED, 8,
	  { PUT32(wire_sched, nice, 20) }, -EBADMSG },
	{ "sched: less nice than there is", MSG_SCHED, 8,
	  { PUT32(wire_sched, nice, (u32)-21) }, -EBADMSG },
	{ "watch", MSG_WATCH, 8, { }, 0 },
	{ "watch: shorter", MSG_WATCH, 4, { }, -EBADMSG },
	{ "taken: 17 signals", MSG_TAKEN, 4,
	  { PUT32(wire_taken, signals, 17) }, 0 },
	{ "taken: no number", MSG_TAKEN, 0, { }, -EBADMSG },
	{ "resume", MSG_RESUME, 24, { PUT64(wire_resume, took, 7) }, 0 },
	{ "resume: no number", MSG_RESUME, 16, { }, -EBADMSG },
	{ "resumed: it goes on", MSG_RESUMED, 16,
	  { PUT64(wire_resumed, took, 7) }, 0 },
	{ "resumed: there is none", MSG_RESUMED, 16,
	  { PUT32(wire_resumed, gone, 1) }, 0 },
	{ "resumed: there is none, and it took some", MSG_RESUMED, 16,
	  { PUT32(wire_resumed, gone, 1), PUT64(wire_resumed, took, 7) },
	  -EBADMSG },
	{ "resumed: neither", MSG_RESUMED, 16,
	  { PUT32(wire_resumed, gone, 2) }, -EBADMSG },
	{ "resumed: something in the gap", MSG_RESUMED, 16,
	  { PUT32(wire_resumed, pad, 1) }, -EBADMSG },
	{ "took", MSG_TOOK, 8, { PUT64(wire_took, took, 7) }, 0 },
	{ "took: half a number", MSG_TOOK, 4, { }, -EBADMSG },
	{ "look: at a page", MSG_LOOK, 16,
	  { PUT64(wire_look, start, 0x1000), PUT64(wire_look, end, 0x2000) }, 0 },
	{ "look: at nothing", MSG_LOOK, 16,
	  { PUT64(wire_look, start, 0x1000), PUT64(wire_look, end, 0x1000) },
	  -EBADMSG },
	{ "look: from within a page", MSG_LOOK, 16,
	  { PUT64(wire_look, start, 0x1001), PUT64(wire_look, end, 0x2000) },
	  -EBADMSG },
	{ "look: into a page", MSG_LOOK, 16,
	  { PUT64(wire_look, start, 0x1000), PUT64(wire_look, end, 0x2001) },
	  -EBADMSG },
	{ "seen: nothing", MSG_SEEN, 16, { }, 0 },
	{ "seen: three pages", MSG_SEEN, 19,
	  { PUT64(wire_seen, start, 0x1000), PUT32(wire_seen, count, 3) }, 0 },
	{ "seen: three pages, and told of two", MSG_SEEN, 18,
	  { PUT64(wire_seen, start, 0x1000), PUT32(wire_seen, count, 3) },
	  -EBADMSG },
	{ "seen: from within a page", MSG_SEEN, 17,
	  { PUT64(wire_seen, start, 0x1001), PUT32(wire_seen, count, 1) },
	  -EBADMSG },
	{ "seen: as many as may be", MSG_SEEN, 16 + WIRE_SEEN_MAX,
	  { PUT32(wire_seen, count, WIRE_SEEN_MAX) }, 0 },
	{ "seen: a page more", MSG_SEEN, 17 + WIRE_SEEN_MAX,
	  { PUT32(wire_seen, count, WIRE_SEEN_MAX + 1) }, -EBADMSG },
	{ "seen: padding that is not zero", MSG_SEEN, 16,
	  { PUT32(wire_seen, pad, 1) }, -EBADMSG },
	{ "nodes: all", MSG_NODES, 36, { }, 0 },
	{ "nodes: one", MSG_NODES, 36,
	  { PUT16(wire_nodes, ranges, 1), PUT16(wire_nodes, range[0].first, 3),
	    PUT16(wire_nodes, range[0].last, 3) }, 0 },
	{ "nodes: all but some", MSG_NODES, 36,
	  { PUT16(wire_nodes, ranges, 1), PUT16(wire_nodes, deny, 1),
	    PUT32(wire_nodes, range[0].first, 0xffff0001) }, 0 },
	{ "nodes: all but none", MSG_NODES, 36,
	  { PUT16(wire_nodes, deny, 1) }, -EBADMSG },
	{ "nodes: denied twice", MSG_NODES, 36,
	  { PUT16(wire_nodes, ranges, 1), PUT16(wire_nodes, deny, 2),
	    PUT32(wire_nodes, range[0].first, 0xffff0001) }, -EBADMSG },
	{ "nodes: from none on", MSG_NODES, 36,
	  { PUT16(wire_nodes, ranges, 1), PUT16(wire_nodes, range[0].last, 3) },
	  -EBADMSG },
	{ "nodes: backwards", MSG_NODES, 36,
	  { PUT16(wire_nodes, ranges, 1), PUT16(wire_nodes, range[0].first, 4),
	    PUT16(wire_nodes, range[0].last, 3) }, -EBADMSG },
	{ "nodes: one more than is said", MSG_NODES, 36,
	  { PUT16(wire_nodes, ranges, 1), PUT32(wire_nodes, range[0].first, 0x10001),
	    PUT32(wire_nodes, range[7].first, 0x20002) }, -EBADMSG },
	{ "nodes: too many", MSG_NODES, 36,
	  { PUT16(wire_nodes, ranges, 9) }, -EBADMSG },
	{ "sched: for real time", MSG_SCHED, 8,
	  { PUT32(wire_sched, policy, 1) }, -EBADMSG },
	{ "stays: refused elsewhere", MSG_STAYS, 4,
	  { PUT32(wire_stays, error, 111) }, 0 },
	{ "stays: for no reason", MSG_STAYS, 4, { }, -EBADMSG },
	{ "stays: an error that is none", MSG_STAYS, 4,
	  { PUT32(wire_stays, error, 4096) }, -EBADMSG },
	{ "leave: insisting", MSG_LEAVE, 12,
	  { PUT32(wire_leave, insist, 1) }, 0 },
	{ "leave: insisting, twice", MSG_LEAVE, 12,
	  { PUT32(wire_leave, insist, 2) }, -EBADMSG },
	{ "leave: wants more than a process can", MSG_LEAVE, 12,
	  { PUT32(wire_leave, load_milli, 4096001) }, -EBADMSG },
	{ "leave: padding that is not zero", MSG_LEAVE, 12,
	  { PUT16(wire_leave, pad, 0x100) }, -EBADMSG },
	{ "page request: backwards, with the longest steps", MSG_PAGE_REQ, 16,
	  { PUT32(wire_page_req, count, 2), PUT64(wire_page_req, addr, 0x100000),
	    PUT32(wire_page_req, step, (u32)-WIRE_STEP_MAX) }, 0 },
	{ "page request: steps that are longer", MSG_PAGE_REQ, 16,
	  { PUT32(wire_page_req, count, 2),
	    PUT32(wire_page_req, step, WIRE_STEP_MAX + 1) }, -EBADMSG },
	{ "page request: the longest number", MSG_PAGE_REQ, 16,
	  { PUT32(wire_page_req, count, 2),
	    PUT32(wire_page_req, step, 0x80000000) }, -EBADMSG },
	{ "pages: of zeros, with gaps", MSG_PAGES, PAGES_LEN,
	  { PUT32(wire_pages, count, 2), PUT32(wire_pages, zero, 3),
	    PUT32(wire_pages, step, 7) }, 0 },
	{ "pages: with gaps that are longer", MSG_PAGES, PAGES_LEN,
	  { PUT32(wire_pages, count, 2), PUT32(wire_pages, zero, 3),
	    PUT32(wire_pages, step, (u32)(-WIRE_STEP_MAX - 1)) }, -EBADMSG },

	{ "pages: one", MSG_PAGES, PAGES_LEN + WIRE_PAGE_SIZE,
	  { PUT64(wire_pages, addr, 0x1000), PUT32(wire_pages, count, 1) }, 0 },
	{ "pages: one of zeros", MSG_PAGES, PAGES_LEN,
	  { PUT32(wire_pages, count, 1), PUT32(wire_pages, zero, 1) }, 0 },
	{ "pages: three, the middle one of zeros", MSG_PAGES,
	  PAGES_LEN + 2 * WIRE_PAGE_SIZE,
	  { PUT32(wire_pages, count, 3), PUT32(wire_pages, zero, 2) }, 0 },
	{ "pages: as many as may be", MSG_PAGES,
	  PAGES_LEN + WIRE_PAGES_MAX * WIRE_PAGE_SIZE,
	  { PUT32(wire_pages, count, WIRE_PAGES_MAX) }, 0 },
	{ "pages: as many as may be, all of zeros", MSG_PAGES, PAGES_LEN,
	  { PUT32(wire_pages, count, WIRE_PAGES_MAX),
	    PUT32(wire_pages, zero, U32_MAX) }, 0 },
	{ "pages: one more", MSG_PAGES,
	  PAGES_LEN + (WIRE_PAGES_MAX + 1) * WIRE_PAGE_SIZE,
	  { PUT32(wire_pages, count, WIRE_PAGES_MAX + 1) }, -EBADMSG },
	{ "pages: none", MSG_PAGES, PAGES_LEN, { }, -EBADMSG },
	{ "pages: behind the last address", MSG_PAGES, PAGES_LEN,
	  { PUT32(wire_pages, count, 2), PUT32(wire_pages, zero, 3),
	    PUT64(wire_pages, addr, WIRE_ADDR_END - 0x1000) }, -EBADMSG },
	{ "pages: steps that come round from the end", MSG_PAGES, PAGES_LEN,
	  { PUT32(wire_pages, count, 32), PUT32(wire_pages, zero, 0xffffffff),
	    PUT32(wire_pages, step, 256),
	    PUT64(wire_pages, addr, 0xfffffffffffff000) }, -EBADMSG },
	{ "pages: fewer bytes than said", MSG_PAGES,
	  PAGES_LEN + WIRE_PAGE_SIZE - 1, { PUT32(wire_pages, count, 1) },
	  -EBADMSG },
	{ "pages: a zero page that is sent all the same", MSG_PAGES,
	  PAGES_LEN + WIRE_PAGE_SIZE,
	  { PUT32(wire_pages, count, 1), PUT32(wire_pages, zero, 1) }, -EBADMSG },
	{ "pages: zero pages beyond the last", MSG_PAGES, PAGES_LEN,
	  { PUT32(wire_pages, count, 1), PUT32(wire_pages, zero, 3) }, -EBADMSG },
	{ "pages: within a page", MSG_PAGES, PAGES_LEN + WIRE_PAGE_SIZE,
	  { PUT64(wire_pages, addr, 0x1800), PUT32(wire_pages, count, 1) },
	  -EBADMSG },
	{ "pages: copied", MSG_PAGES, PAGES_LEN + WIRE_PAGE_SIZE,
	  { PUT32(wire_pages, count, 1), PUT32(wire_pages, flags, PAGES_COPY) },
	  0 },
	{ "pages: a flag that nobody knows", MSG_PAGES,
	  PAGES_LEN + WIRE_PAGE_SIZE,
	  { PUT32(wire_pages, count, 1), PUT32(wire_pages, flags, 4) }, -EBADMSG },
	{ "pages: two, one of them kept", MSG_PAGES, PAGES_LEN + WIRE_PAGE_SIZE,
	  { PUT32(wire_pages, count, 2), PUT32(wire_pages, kept, 2) }, 0 },
	{ "pages: as many as may be, all kept", MSG_PAGES, PAGES_LEN,
	  { PUT32(wire_pages, count, WIRE_PAGES_MAX),
	    PUT32(wire_pages, kept, U32_MAX) }, 0 },
	{ "pages: one kept, one of zeros", MSG_PAGES, PAGES_LEN,
	  { PUT32(wire_pages, count, 2), PUT32(wire_pages, kept, 2),
	    PUT32(wire_pages, zero, 1) }, 0 },
	{ "pages: one kept and of zeros", MSG_PAGES, PAGES_LEN + WIRE_PAGE_SIZE,
	  { PUT32(wire_pages, count, 2), PUT32(wire_pages, kept, 1),
	    PUT32(wire_pages, zero, 1) }, -EBADMSG },
	{ "pages: kept beyond the last", MSG_PAGES, PAGES_LEN,
	  { PUT32(wire_pages, count, 1), PUT32(wire_pages, kept, 3) }, -EBADMSG },
	{ "pages: a kept one that is sent all the same", MSG_PAGES,
	  PAGES_LEN + WIRE_PAGE_SIZE,
	  { PUT32(wire_pages, count, 1), PUT32(wire_pages, kept, 1) }, -EBADMSG },
	{ "pages: padding that is not zero", MSG_PAGES,
	  PAGES_LEN + WIRE_PAGE_SIZE,
	  { PUT32(wire_pages, count, 1), PUT32(wire_pages, pad, 1) }, -EBADMSG },
	{ "pages: early", MSG_PAGES, PAGES_LEN + WIRE_PAGE_SIZE,
	  { PUT32(wire_pages, count, 1), PUT32(wire_pages, flags, PAGES_EARLY) },
	  0 },
	{ "pages: early and copied", MSG_PAGES, PAGES_LEN + WIRE_PAGE_SIZE,
	  { PUT32(wire_pages, count, 1), PUT32(wire_pages, flags, PAGES_FLAGS) },
	  -EBADMSG },
	{ "pages: early and of zeros", MSG_PAGES, PAGES_LEN,
	  { PUT32(wire_pages, count, 1), PUT32(wire_pages, zero, 1),
	    PUT32(wire_pages, flags, PAGES_EARLY) }, -EBADMSG },
	{ "pages: early and kept", MSG_PAGES, PAGES_LEN,
	  { PUT32(wire_pages, count, 1), PUT32(wire_pages, kept, 1),
	    PUT32(wire_pages, flags, PAGES_EARLY) }, -EBADMSG },
	{ "pages: early with gaps", MSG_PAGES, PAGES_LEN + WIRE_PAGE_SIZE,
	  { PUT32(wire_pages, count, 1), PUT32(wire_pages, step, 2),
	    PUT32(wire_pages, flags, PAGES_EARLY) }, -EBADMSG },

	{ "exit of a thread", MSG_EXIT, sizeof(struct wire_exit), { }, 0 },
	{ "exit of the process", MSG_EXIT, sizeof(struct wire_exit),
	  { PUT32(wire_exit, group, 1) }, 0 },
	{ "exit of something else", MSG_EXIT, sizeof(struct wire_exit),
	  { PUT32(wire_exit, group, 2) }, -EBADMSG },
	{ "exit with a code", MSG_EXIT, sizeof(struct wire_exit),
	  { PUT32(wire_exit, code, 255 << 8) }, 0 },
	{ "exit by the last signal, with a core", MSG_EXIT,
	  sizeof(struct wire_exit),
	  { PUT32(wire_exit, code, 0x80 | WIRE_SIGNALS) }, 0 },
	{ "exit by a signal that is none", MSG_EXIT, sizeof(struct wire_exit),
	  { PUT32(wire_exit, code, WIRE_SIGNALS + 1) }, -EBADMSG },
	{ "exit of one that is stopped", MSG_EXIT, sizeof(struct wire_exit),
	  { PUT32(wire_exit, code, 0x7f) }, -EBADMSG },

	{ "record: type zero", MSG_IMAGE, 8,
	  { PUT32(wire_record, version, WIRE_RECORD_VERSION) }, -EBADMSG },
	{ "record: a type too many", MSG_IMAGE, 8,
	  { PUT32(wire_record, type, REC_TYPES),
	    PUT32(wire_record, version, WIRE_RECORD_VERSION) }, -EBADMSG },
	{ "record: another version", MSG_IMAGE, 8 + sizeof(struct wire_mm),
	  { PUT32(wire_record, type, REC_MM),
	    PUT32(wire_record, version, 1) }, -EBADMSG },

	{ "payload of type zero", MSG_INVALID, 8, { }, -EBADMSG },
	{ "payload of a type too many", MSG_TYPES, 8, { }, -EBADMSG },
};

/**
 * struct wire_record_case - One record: zeros but for some fields.
 * @name: The claim.
 * @record: Its type; its version is WIRE_RECORD_VERSION.
 * @len: Bytes behind the head of the record.
 * @set: Fields behind the head that are not zero.
 * @want: What wire_check_payload() says.
 */
struct wire_record_case {
	const char *name;
	u32 record;
	u32 len;
	struct wire_field set[WIRE_CASE_FIELDS];
	int want;
};

static const struct wire_record_case wire_record_cases[] = {
	{ "task", REC_TASK, sizeof(struct wire_task), { }, 0 },
	{ "task in a futex wait", REC_TASK, sizeof(struct wire_task),
	  { PUT32(wire_task, restart, RESTART_FUTEX),
	    PUT32(wire_task, futex.flags, FUTEX_WAIT_SHARED) }, 0 },
	{ "task in a wait that nobody knows", REC_TASK,
	  sizeof(struct wire_task),
	  { PUT32(wire_task, restart, RESTART_KINDS) }, -EBADMSG },
	{ "task with an odd futex", REC_TASK, sizeof(struct wire_task),
	  { PUT32(wire_task, futex.flags, 4) }, -EBADMSG },
	{ "task for idle times", REC_TASK, sizeof(struct wire_task),
	  { PUT32(wire_task, sched.policy, 5) }, 0 },
	{ "task for real time", REC_TASK, sizeof(struct wire_task),
	  { PUT32(wire_task, sched.policy, 2) }, -EBADMSG },
	{ "task that dumps core", REC_TASK, sizeof(struct wire_task),
	  { PUT32(wire_task, flags, TASK_DUMPS) }, 0 },
	{ "task with filters", REC_TASK, sizeof(struct wire_task),
	  { PUT32(wire_task, flags, TASK_FILTERED) }, 0 },
	{ "task that locks its memory", REC_TASK, sizeof(struct wire_task),
	  { PUT32(wire_task, flags, TASK_LOCKS) }, 0 },
	{ "task with a flag of nobody", REC_TASK, sizeof(struct wire_task),
	  { PUT32(wire_task, flags, 8) }, -EBADMSG },
	{ "task, a byte short", REC_TASK,
	  sizeof(struct wire_task) - 1, { }, -EBADMSG },
	{ "registers", REC_REGS, sizeof(struct wire_regs), { }, 0 },
	{ "registers, a byte more", REC_REGS,
	  sizeof(struct wire_regs) + 1, { }, -EBADMSG },
	{ "signals", REC_SIGNALS, sizeof(struct wire_signals), { }, 0 },
	{ "signals without one", REC_SIGNALS,
	  sizeof(struct wire_signals) - sizeof(struct wire_sigaction),
	  { }, -EBADMSG },
	{ "mm", REC_MM, sizeof(struct wire_mm), { }, 0 },
	{ "mm with more behind its barriers", REC_MM, sizeof(struct wire_mm),
	  { PUT32(wire_mm, pad, 1) }, -EBADMSG },
	{ "mm without anything", REC_MM, 0, { }, -EBADMSG },
	{ "FPU state", REC_XSTATE,
	  sizeof(struct wire_xstate) + 576,
	  { PUT32(wire_xstate, size, 576) }, 0 },
	{ "FPU state, less than said", REC_XSTATE,
	  sizeof(struct wire_xstate) + 575,
	  { PUT32(wire_xstate, size, 576) }, -EBADMSG },
	{ "FPU state without a head", REC_XSTATE, 4, { }, -EBADMSG },
	{ "FPU state of no CPU", REC_XSTATE,
	  sizeof(struct wire_xstate) + WIRE_XSTATE_MAX + 1,
	  { PUT32(wire_xstate, size, WIRE_XSTATE_MAX + 1) }, -EBADMSG },
	{ "two mappings", REC_VMAS,
	  sizeof(struct wire_vmas) + 2 * sizeof(struct wire_vma),
	  { PUT32(wire_vmas, count, 2) }, 0 },
	{ "two mappings, one sent", REC_VMAS,
	  sizeof(struct wire_vmas) + sizeof(struct wire_vma),
	  { PUT32(wire_vmas, count, 2) }, -EBADMSG },
	{ "mappings without a head", REC_VMAS, 7, { }, -EBADMSG },
	{ "mappings, one too many", REC_VMAS,
	  sizeof(struct wire_vmas) +
		(WIRE_VMAS_MAX + 1) * sizeof(struct wire_vma),
	  { PUT32(wire_vmas, count, WIRE_VMAS_MAX + 1) }, -EBADMSG },
	{ "mappings, a count that wraps", REC_VMAS,
	  sizeof(struct wire_vmas) + sizeof(struct wire_vma),
	  { PUT32(wire_vmas, count, 0x20000001) }, -EBADMSG },
	{ "one range of pages", REC_HOME_PAGES,
	  sizeof(struct wire_ranges) + sizeof(struct wire_range),
	  { PUT32(wire_ranges, count, 1) }, 0 },
	{ "a range more than said", REC_HOME_PAGES,
	  sizeof(struct wire_ranges) + 2 * sizeof(struct wire_range),
	  { PUT32(wire_ranges, count, 1) }, -EBADMSG },
};

static inline void wire_case_set(const struct wire_field *set, u8 *buf, u32 len)
{
	u32 i, b;

	for (i = 0; i < WIRE_CASE_FIELDS; i++)
		for (b = 0; b < set[i].size && set[i].at + b < len; b++)
			buf[set[i].at + b] = set[i].value >> (8 * b);
}

/**
 * wire_case_fill - the payload of a case
 * @c: the case
 * @buf: @c->len bytes, zeroed
 *
 * Fields that do not fit into a short payload are left out, byte by byte.
 *
 * Context: any; pure.
 */
static inline void wire_case_fill(const struct wire_payload_case *c, u8 *buf)
{
	wire_case_set(c->set, buf, c->len);
}

/**
 * wire_case_fill_record - the payload of a case that is a record
 * @c: the case
 * @buf: sizeof(struct wire_record) + @c->len bytes, zeroed
 *
 * Context: any; pure.
 */
static inline void wire_case_fill_record(const struct wire_record_case *c,
					 u8 *buf)
{
	buf[offsetof(struct wire_record, type)] = c->record;
	buf[offsetof(struct wire_record, version)] = WIRE_RECORD_VERSION;
	wire_case_set(c->set, buf + sizeof(struct wire_record), c->len);
}

/**
 * wire_case_head - the header of a case
 * @c: the case
 *
 * Return: it, as it goes over the wire.
 * Context: any; pure.
 */
static inline struct wire_header wire_case_head(const struct wire_header_case *c)
{
	return (struct wire_header){
		.magic = cpu_to_le32(c->magic),
		.type = cpu_to_le16(c->type),
		.flags = cpu_to_le16(c->flags),
		.len = cpu_to_le32(c->len),
	};
}

/**
 * struct wire_choice_case - What two nodes agree on.
 * @name: The claim.
 * @least: Lowest version that home speaks.
 * @most: Highest one.
 * @newest: Highest one that the host does.
 * @want: What wire_choose() says.
 */
struct wire_choice_case {
	const char *name;
	u16 least;
	u16 most;
	u16 newest;
	u16 want;
};

static const struct wire_choice_case wire_choice_cases[] = {
	{ "two that are the same", 9, 10, 10, 10 },
	{ "a home that is older", 8, 9, 10, 9 },
	{ "a home that knows but one", 9, 9, 10, 9 },
	{ "a host that is held back", 9, 10, 9, 9 },
	{ "both held back", 9, 9, 9, 9 },
	{ "a home that is newer", 10, 11, 10, 10 },
	{ "a home that is much newer", 1, U16_MAX, 10, 10 },
	{ "a home that is too old", 1, 8, 10, 0 },
	{ "a home that is too new", 11, 12, 10, 0 },
	{ "a home that is too new for one held back", 10, 11, 9, 0 },
	{ "a home that speaks nothing", 0, 0, 10, 0 },
	{ "a home whose range is none", 10, 9, 10, 0 },
};

/**
 * struct wire_length_case - A length in a version.
 * @version: Of the link.
 * @type: Of the message.
 * @len: Bytes of payload.
 * @want: What wire_check_version() says.
 */
struct wire_length_case {
	u16 version;
	u16 type;
	u32 len;
	int want;
};

static const struct wire_length_case wire_length_cases[] = {
	{ 9, MSG_OFFER, 88, 0 },
	{ 9, MSG_OFFER, 96, -EMSGSIZE },
	{ 10, MSG_OFFER, 96, 0 },
	{ 10, MSG_OFFER, 88, -EMSGSIZE },
	{ 10, MSG_OFFER, 92, -EMSGSIZE },
	{ 0, MSG_OFFER, 96, -EMSGSIZE },
	{ 0, MSG_HELLO, 16, 0 },
	{ 9, MSG_USAGE, 88, 0 },
	{ 10, MSG_USAGE, 88, 0 },
	{ 10, MSG_COME_HOME, 0, 0 },
};

/**
 * wire_case_choose - the answer of wire_choose() to plain numbers
 * @c: the case
 *
 * Return: what wire_choose() says.
 * Context: any; pure.
 */
static inline u16 wire_case_choose(const struct wire_choice_case *c)
{
	struct wire_hello hello = {
		.version_min = cpu_to_le16(c->least),
		.version_max = cpu_to_le16(c->most),
	};

	return wire_choose(&hello, c->newest);
}

/**
 * wire_case_header - the answer of wire_check_header() to plain numbers
 * @type: type of the message
 * @len: length of its payload
 * @from: who sends it
 *
 * Return: what wire_check_header() says.
 * Context: any; pure.
 */
static inline int wire_case_header(u16 type, u32 len, u8 from)
{
	struct wire_header h = {
		.magic = cpu_to_le32(WIRE_MAGIC),
		.type = cpu_to_le16(type),
		.len = cpu_to_le32(len),
	};

	return wire_check_header(&h, from);
}

/**
 * wire_case_bounds - are sender and length of a type checked?
 * @c: the type
 *
 * Return: true when exactly what @c says is accepted.
 * Context: any; pure.
 */
static inline bool wire_case_bounds(const struct wire_type_case *c)
{
	u8 who = c->from & SIDE_HOME ? SIDE_HOME : SIDE_HOST;
	u8 other = SIDE_BOTH & ~who;
	int other_want = c->from == SIDE_BOTH ? 0 : -EPROTO;

	if (c->head && wire_case_header(c->type, c->head - 1, who) != -EMSGSIZE)
		return false;
	return !wire_case_header(c->type, c->head, who) &&
	       !wire_case_header(c->type, c->most, who) &&
	       wire_case_header(c->type, c->most + 1, who) == -EMSGSIZE &&
	       wire_case_header(c->type, c->head, other) == other_want;
}

#undef PUT16
#undef PUT32
#undef PUT64
#undef CALL_LEN
#undef REPLY_LEN
#undef PAGES_LEN

#endif /* MOSIX_WIRE_CASES_H */
