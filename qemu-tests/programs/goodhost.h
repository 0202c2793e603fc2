/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a host does so that a home believes that its process runs there, and takes it
 * back: badhost.c lies in between.
 */
#ifndef GOODHOST_H
#define GOODHOST_H

#include "liar.h"

#include <sys/syscall.h>

#define NO_REPLY	INT64_MIN	/* what no call returns: the home is gone */

struct kept {
	u32 tid;
	u32 len;
	u8 *data;
};

struct page {
	u64 addr;
	u8 *data;		/* NULL: all zero */
};

static struct kept record[REC_TYPES];	/* of the first thread, or the process */
static struct page *page;
static u32 npages;
static struct wire_range live[WIRE_RANGES_MAX];	/* what home kept */
static u32 nlive;
static u32 tid, stranger, self;
static u64 hello_id, offer_id, end_id, last_id = 100;
static bool killed;

static void to_process(u16 type, u32 len)
{
	begin(type, len);
	out.h.id = 0;
}

static void to_thread(u16 type, u32 len)
{
	to_process(type, len);
	out.h.tid = cpu_to_le32(tid);
}

static struct page *find_page(u64 addr)
{
	for (u32 i = 0; i < npages; i++)
		if (page[i].addr == addr)
			return &page[i];
	return NULL;
}

static void keep_pages(void)
{
	const struct wire_pages *p = (void *)heard;
	const u8 *from = (const u8 *)(p + 1);
	u32 count = le32_to_cpu(p->count);

	CHECK(!p->kept, "pages that came early");
	if (said.tid || p->flags)
		return;
	page = realloc(page, (npages + count) * sizeof(*page));
	CHECK(page, "no memory");
	for (u32 i = 0; i < count; i++, npages++) {
		page[npages].addr = le64_to_cpu(p->addr) +
			(s64)i * wire_step(p->step) * WIRE_PAGE_SIZE;
		page[npages].data = NULL;
		if (le32_to_cpu(p->zero) & (1U << i))
			continue;
		page[npages].data = malloc(WIRE_PAGE_SIZE);
		CHECK(page[npages].data, "no memory");
		memcpy(page[npages].data, from, WIRE_PAGE_SIZE);
		from += WIRE_PAGE_SIZE;
	}
}

static void keep_record(void)
{
	const struct wire_record *rec = (void *)heard;
	const struct wire_ranges *ranges = (void *)(rec + 1);
	u32 type = le32_to_cpu(rec->type);
	struct kept *k = &record[type];

	if (type == REC_HOME_PAGES) {
		nlive = le32_to_cpu(ranges->count);
		memcpy(live, ranges + 1, nlive * sizeof(*live));
	}
	if (k->data)
		return;
	k->tid = le32_to_cpu(said.tid);
	k->len = le32_to_cpu(said.len);
	k->data = malloc(k->len);
	CHECK(k->data, "no memory");
	memcpy(k->data, heard, k->len);
	if (type == REC_TASK)
		tid = k->tid;
}

static void send_page(u64 addr, const u8 *data)
{
	to_process(MSG_PAGES, sizeof(out.pages) + (data ? WIRE_PAGE_SIZE : 0));
	out.pages.addr = cpu_to_le64(addr);
	out.pages.count = cpu_to_le32(1);
	out.pages.zero = cpu_to_le32(!data);
	if (data)
		memcpy(&out.pages + 1, data, WIRE_PAGE_SIZE);
	say();
}

/* One page is an answer, whatever else was welcome. */
static void give_page(void)
{
	const struct wire_page_req *req = (void *)heard;
	u64 addr = le64_to_cpu(req->addr);
	struct page *p = find_page(addr);

	if (said.tid)
		return;
	if (p) {
		send_page(addr, p->data);
		return;
	}
	to_process(MSG_PAGE_NONE, sizeof(struct wire_page_none));
	memcpy(out.bytes, &req->addr, sizeof(req->addr));
	say();
}

/* What is said next, when all that a good host must do for it is done. */
static u16 attend(void)
{
	u16 type = hear();

	if (type == MSG_IMAGE)
		keep_record();
	else if (type == MSG_PAGES)
		keep_pages();
	else if (type == MSG_PAGE_REQ)
		give_page();
	killed |= type == MSG_KILL;
	return type;
}

/* False: the home is gone. */
static bool await(u16 want, u64 id)
{
	u16 type;

	do {
		type = attend();
	} while (type && (type != want ||
			  (id && le64_to_cpu(said.id) != id)));
	return type;
}

static void say_plain(u16 type, u64 id)
{
	begin(type, 0);
	out.h.id = cpu_to_le64(id);
	say();
}

static void begin_call(u16 kind, u64 nr)
{
	to_thread(MSG_CALL, sizeof(out.call));
	out.h.id = cpu_to_le64(++last_id);
	out.call.nr = cpu_to_le64(nr);
	out.call.kind = cpu_to_le16(kind);
}

/* Behind argument @arg; @data: what the call reads. */
static void add_window(u32 arg, u16 dir, u32 len, const void *data)
{
	struct wire_window *w = &out.call.win[le16_to_cpu(out.call.nwin)];
	u32 at = le32_to_cpu(out.h.len);

	w->addr = cpu_to_le64(0x10000);
	w->len = cpu_to_le32(len);
	w->dir = cpu_to_le16(dir);
	w->arg = cpu_to_le16(arg);
	out.call.args[arg] = w->addr;
	out.call.nwin = cpu_to_le16(le16_to_cpu(out.call.nwin) + 1);
	if (!data)
		return;
	memcpy(out.bytes + at, data, len);
	out.h.len = cpu_to_le32(at + len);
}

static s64 make_call(void)
{
	const struct wire_reply *reply = (void *)heard;

	if (!say() || !await(MSG_REPLY, last_id))
		return NO_REPLY;
	return le64_to_cpu(reply->ret);
}

static void begin_path_call(u16 kind, u64 nr, const char *path)
{
	begin_call(kind, nr);
	add_window(0, WINDOW_IN, strlen(path) + 1, path);
}

static void fence(void)
{
	begin_call(CALL_OWN, SYS_getppid);
	out.call.blocked = cpu_to_le64(WIRE_BLOCKED_FENCE);
	CHECK(make_call() != NO_REPLY, "no answer to the fence");
}

/* As it came; it may be changed before it is sent. */
static void begin_kept(u32 type)
{
	const struct kept *k = &record[type];

	CHECK(k->data, "no record of type %u came", type);
	begin(MSG_IMAGE, k->len);
	out.h.id = 0;
	out.h.tid = cpu_to_le32(k->tid);
	memcpy(out.bytes, k->data, k->len);
}

static void send_records(u32 but)
{
	static const u32 types[] = {
		REC_SIGNALS, REC_TASK, REC_REGS, REC_XSTATE,
	};

	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		if (types[i] == but)
			continue;
		begin_kept(types[i]);
		say();
	}
}

static void begin_home_end(u32 thread)
{
	to_process(MSG_HOME_END, sizeof(out.home_end));
	out.h.tid = cpu_to_le32(thread);
	out.h.id = cpu_to_le64(++last_id);
}

static void send_pages(void)
{
	for (u32 i = 0; i < npages; i++)
		send_page(page[i].addr, page[i].data);
}

static void end_home(void)
{
	send_pages();
	begin_home_end(tid);
	say();
}

static void go_home(void)
{
	fence();
	send_records(REC_INVALID);
	end_home();
}

#endif /* GOODHOST_H */
