/* SPDX-License-Identifier: GPL-2.0-only */
/* Lies of badhost.c about a process that comes home. */
#ifndef WAYHOME_H
#define WAYHOME_H

#include "goodhost.h"

#define KERNEL_ADDR	0xffff888000000000ULL

static void nothing(void)
{
	begin_home_end(tid);
}

/* All but one record. */
static void missing(void)
{
	send_records(REC_XSTATE);
	begin_home_end(tid);
}

static void twice(void)
{
	send_records(REC_INVALID);
	begin_kept(REC_XSTATE);
}

static void other_version(void)
{
	begin_kept(REC_SIGNALS);
	out.record.head.version = cpu_to_le32(WIRE_RECORD_VERSION + 1);
}

static void rings(void)
{
	begin_kept(REC_REGS);
	out.record.regs.cs = cpu_to_le32(0x10);
	out.record.regs.ss = cpu_to_le32(0x18);
}

static void bases(void)
{
	begin_kept(REC_REGS);
	out.record.regs.fs_base = cpu_to_le64(KERNEL_ADDR);
}

/* Where no program is: it dies as one that has jumped there. */
static void far_ip(void)
{
	fence();
	send_records(REC_REGS);
	begin_kept(REC_REGS);
	out.record.regs.ip = cpu_to_le64(1ULL << 63 | 0x1000);
	say();
	end_home();
}

/* IOPL, NT, VM, VIF, VIP: what user mode may have of that it has. */
static void flags(void)
{
	fence();
	send_records(REC_REGS);
	begin_kept(REC_REGS);
	out.record.regs.flags |= cpu_to_le64(0x1a7000);
	say();
	end_home();
}

/* The whole image, with one number in the extended state changed. */
static void xstate(u32 at, u8 byte)
{
	fence();
	send_records(REC_XSTATE);
	begin_kept(REC_XSTATE);
	out.record.rest[sizeof(struct wire_xstate) + at] |= byte;
	/* So that MXCSR counts. */
	out.record.rest[sizeof(struct wire_xstate) + 512] |= 3;
	say();
	end_home();
}

static void mxcsr(void)
{
	xstate(27, 0x80);
}

static void features(void)
{
	xstate(512 + 7, 0x40);
}

static void header(void)
{
	xstate(512 + 63, 0xff);
}

static void maps(void)
{
	begin_kept(REC_VMAS);
}

static void ranges(void)
{
	begin_record(REC_HOME_PAGES, sizeof(out.record.ranges));
	out.h.id = 0;
}

static void thread_of_another(void)
{
	begin_kept(REC_TASK);
	out.h.tid = cpu_to_le32(stranger);
}

static void altstack(void)
{
	fence();
	send_records(REC_TASK);
	begin_kept(REC_TASK);
	out.record.task.altstack = cpu_to_le64(KERNEL_ADDR);
	say();
	end_home();
}

/* Where its stack is are now words for execve(). */
static void begin_exec(void)
{
	const struct wire_regs *regs = (void *)(record[REC_REGS].data +
						sizeof(struct wire_record));
	u64 at = le64_to_cpu(regs->sp) & ~(u64)(WIRE_PAGE_SIZE - 1);
	u64 argv[2] = { cpu_to_le64(at), 0 };
	struct page *p = find_page(at);

	CHECK(p && p->data, "its stack has not come");
	memcpy(p->data, "/bin/true", sizeof("/bin/true"));
	memcpy(p->data + 64, argv, sizeof(argv));
	begin_call(CALL_PROGRAM, SYS_execve);
	out.call.args[0] = cpu_to_le64(at);
	out.call.args[1] = cpu_to_le64(at + 64);
	out.call.args[2] = cpu_to_le64(at + 72);
}

/* Home has no way from there to a new program. */
static void call_while_leaving(void)
{
	begin_kept(REC_SIGNALS);
	say();
	begin_exec();
}

static void leave_while_calling(void)
{
	begin_exec();
	say();
	await(MSG_PAGE_REQ, 0);
	begin_kept(REC_SIGNALS);
}

static void two_ends(void)
{
	s64 other;

	begin_call(CALL_OWN, SYS_clone);
	out.call.args[0] = cpu_to_le64(0x50f00);	/* a thread */
	other = make_call();
	CHECK(other > 0, "no other thread: %lld", (long long)other);
	send_records(REC_INVALID);
	begin_home_end(tid);
	say();
	begin_home_end(other);
}

static void far_clock(void)
{
	fence();
	send_records(REC_INVALID);
	send_pages();
	begin_home_end(tid);
	memset(&out.home_end.usage, 0xff, sizeof(out.home_end.usage));
	out.home_end.mono_ns = cpu_to_le64(~0ULL);
	out.home_end.visitor = cpu_to_le32(stranger);
	say();
}

#endif /* WAYHOME_H */
