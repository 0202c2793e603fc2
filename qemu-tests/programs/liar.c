// SPDX-License-Identifier: GPL-2.0-only
/*
 * A home that lies: it offers a process to another node and then says what no
 * honest one would. Not a victim.
 *
 *	liar ADDRESS NODE SELF PID LIE	says "ended" when the node ends the link,
 *					"refused" when it refuses in words, "taken"
 *					when it goes on for ten seconds
 *	liar ADDRESS NODE SELF COUNT links	that many links, kept for ten seconds
 */
#include "liar.h"

enum { SIGNALS = 2 * WIRE_SIGNALS_AHEAD + 1 };

static const char *host;
static int node, self;
static unsigned int pid;
static u8 token[WIRE_TOKEN_LEN];	/* of our link */

static bool dial(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons(7236) };

	CHECK(inet_pton(AF_INET, host, &to.sin_addr) == 1, "%s", host);
	sock = CHECK_CALL(socket(AF_INET, SOCK_STREAM, 0));
	return !connect(sock, (struct sockaddr *)&to, sizeof(to));
}

static void begin_hello(u16 least, u16 most)
{
	begin(MSG_HELLO, sizeof(out.hello));
	out.hello.version_min = cpu_to_le16(least);
	out.hello.version_max = cpu_to_le16(most);
	out.hello.node = cpu_to_le16(self);
	out.hello.peer = cpu_to_le16(node);
}

/* As who speaks nothing newer. */
static bool greet(u16 most)
{
	if (!dial())
		return false;
	begin_hello(WIRE_VERSION_MIN, most);
	if (!say() || hear() != MSG_WELCOME)
		return false;
	memcpy(token, ((struct wire_welcome *)heard)->token, sizeof(token));
	return true;
}

static void begin_offer(u32 len)
{
	begin(MSG_OFFER, len);
	out.offer.pid = cpu_to_le32(pid);
	out.offer.at = cpu_to_le16(self);
	strcpy((char *)out.offer.comm, "liar");
}

static void offer(void)
{
	begin_offer(sizeof(out.offer));
	CHECK(say() && hear() == MSG_ACCEPT, "the offer was not accepted");
}

static void own_pages(u64 first, u64 end)
{
	struct wire_range *r = (void *)(&out.record.ranges + 1);

	begin_record(REC_HOME_PAGES, sizeof(out.record.ranges) + sizeof(*r));
	out.record.ranges.count = cpu_to_le32(1);
	r->first = cpu_to_le64(first);
	r->end = cpu_to_le64(end);
	say();
}

/* Each lie leaves its last message unsent. */

static void rings(void)
{
	begin_record(REC_REGS, sizeof(out.record.regs));
	out.h.tid = cpu_to_le32(pid);
	out.record.regs.cs = cpu_to_le32(0x10);
	out.record.regs.ss = cpu_to_le32(0x18);
}

static void kernel_base(void)
{
	begin_record(REC_REGS, sizeof(out.record.regs));
	out.h.tid = cpu_to_le32(pid);
	out.record.regs.cs = cpu_to_le32(0x33);
	out.record.regs.ss = cpu_to_le32(0x2b);
	out.record.regs.gs_base = cpu_to_le64(0xffff888000000000);
}

static void kernel_map(void)
{
	struct wire_vma *v = (void *)(&out.record.vmas + 1);

	begin_record(REC_VMAS, sizeof(out.record.vmas) + sizeof(*v));
	out.record.vmas.count = cpu_to_le32(1);
	v->start = cpu_to_le64(0xffff888000000000);
	v->end = cpu_to_le64(0xffff888000001000);
}

/* Numbers of pages that come round to the first ones. */
static void round_pages(void)
{
	begin(MSG_PAGES, sizeof(out.pages));
	out.h.id = 0;
	out.pages.addr = cpu_to_le64(0xfffffffffffff000);
	out.pages.count = cpu_to_le32(32);
	out.pages.zero = cpu_to_le32(0xffffffff);
	out.pages.step = cpu_to_le32(256);
}

static void far_clocks(void)
{
	begin(MSG_IMAGE_END, sizeof(out.clocks));
	out.clocks.mono_ns = cpu_to_le64(1ULL << 63);
}

static void no_image(void)
{
	begin(MSG_IMAGE_END, sizeof(out.clocks));
}

static void many_signals(void)
{
	for (int i = 0; i < SIGNALS; i++) {
		begin(MSG_SIGNAL, sizeof(out.signal));
		out.h.id = 0;
		out.h.tid = cpu_to_le32(pid);
		out.signal.signo = cpu_to_le32(40);
		out.signal.to = cpu_to_le32(SIGNAL_TO_THREAD);
		if (i + 1 < SIGNALS)
			say();
	}
}

/* Asks and does not listen. */
static void deaf(void)
{
	do {
		begin(MSG_LOOK, sizeof(out.look));
		out.look.start = cpu_to_le64(0x1000);
		out.look.end = cpu_to_le64(0x100000);
	} while (say());
}

static void many_ranges(void)
{
	struct wire_range *r = (void *)(&out.record.ranges + 1);
	u64 at = 16;

	do {
		begin_record(REC_HOME_PAGES, sizeof(out.record.ranges) +
			     WIRE_RANGES_MAX * sizeof(*r));
		out.record.ranges.count = cpu_to_le32(WIRE_RANGES_MAX);
		for (u32 i = 0; i < WIRE_RANGES_MAX; i++, at += 2) {
			r[i].first = cpu_to_le64(at);
			r[i].end = cpu_to_le64(at + 1);
		}
	} while (say());
}

/* Pages where nothing will be mapped, as many as there is memory. */
static void many_pages(void)
{
	u64 at = 0x10000;

	own_pages(at >> 12, WIRE_ADDR_END >> 13);
	do {
		begin(MSG_PAGES, sizeof(out.pages) + 32 * WIRE_PAGE_SIZE);
		memset(&out.pages + 1, 0x55, 32 * WIRE_PAGE_SIZE);
		out.h.id = 0;
		out.pages.addr = cpu_to_le64(at);
		out.pages.count = cpu_to_le32(32);
		at += 32 * WIRE_PAGE_SIZE;
	} while (say());
}

/* What has landed is at home all the same, and comes once more: 128 MiB in one place. */
static void again(void)
{
	u64 nr = 16;

	for (u32 i = 0; i < 1024; i++) {
		own_pages(nr, nr + 32);
		begin(MSG_PAGES, sizeof(out.pages) + 32 * WIRE_PAGE_SIZE);
		memset(&out.pages + 1, 0x55, 32 * WIRE_PAGE_SIZE);
		out.h.id = 0;
		out.pages.addr = cpu_to_le64(nr * WIRE_PAGE_SIZE);
		out.pages.count = cpu_to_le32(32);
		say();
	}
	round_pages();
}

/* What is mapped, when pages of it have come already. */
static void late_map(void)
{
	struct wire_vma *v = (void *)(&out.record.vmas + 1);

	own_pages(16, 48);
	round_pages();
	out.pages.addr = cpu_to_le64(16 * WIRE_PAGE_SIZE);
	out.pages.step = 0;
	say();
	begin_record(REC_VMAS, sizeof(out.record.vmas) + sizeof(*v));
	out.record.vmas.count = cpu_to_le32(1);
	v->start = cpu_to_le64(16 * WIRE_PAGE_SIZE);
	v->end = cpu_to_le64(48 * WIRE_PAGE_SIZE);
}

/* More than was ever said. */
static void took(void)
{
	begin(MSG_TOOK, sizeof(out.took));
	out.h.id = 0;
	out.took.took = cpu_to_le64(1ULL << 40);
}

/* A link that is none of ours, over another connection. */
static void resume(void)
{
	CHECK(dial(), "no second connection");
	begin(MSG_RESUME, sizeof(out.resume));
	out.h.id = 0;
	out.resume.took = cpu_to_le64(WIRE_TOOK_OVER);
}

/* The same, and then ours, while the answer to the first one waits to be sent. */
static void resume_twice(void)
{
	resume();
	say();
	begin(MSG_RESUME, sizeof(out.resume));
	out.h.id = 0;
	memcpy(out.resume.token, token, sizeof(token));
}

/* Another link, of a version that nobody speaks yet. */
static void new_version(void)
{
	CHECK(dial(), "no second connection");
	begin_hello(WIRE_VERSION_MAX + 1, WIRE_VERSION_MAX + 2);
}

/* Another link, and an offer of the other version on it. */
static void offer_of_old(void)
{
	CHECK(greet(WIRE_VERSION_MAX), "no second welcome");
	begin_offer(wire_offer_len(WIRE_VERSION_MIN));
}

static void offer_of_new(void)
{
	CHECK(greet(WIRE_VERSION_MIN), "no second welcome");
	begin_offer(wire_offer_len(WIRE_VERSION_MAX));
}

static const struct {
	const char *name;
	void (*tell)(void);
} lies[] = {
	{ "rings", rings }, { "base", kernel_base }, { "map", kernel_map },
	{ "round", round_pages }, { "clocks", far_clocks },
	{ "nothing", no_image }, { "signals", many_signals }, { "deaf", deaf },
	{ "ranges", many_ranges }, { "pages", many_pages },
	{ "again", again }, { "late", late_map }, { "took", took }, { "resume", resume },
	{ "twice", resume_twice }, { "version", new_version },
	{ "short", offer_of_old }, { "long", offer_of_new },
};

static const char *verdict(void)
{
	struct pollfd p = { .fd = sock, .events = POLLIN };
	u16 type;

	while (poll(&p, 1, PATIENCE_MS) > 0) {
		type = hear();
		if (!type)
			return "ended";
		if (type == MSG_REFUSE)
			return "refused";
	}
	return "taken";
}

int main(int argc, char **argv)
{
	CHECK(argc > 5, "to whom, who, as whom, which process, which lie?");
	host = argv[1];
	node = atoi(argv[2]);
	self = atoi(argv[3]);
	pid = atoi(argv[4]);
	for (unsigned int i = 0; !strcmp(argv[5], "links") && i < pid; i++)
		greet(WIRE_VERSION_MAX);
	if (!strcmp(argv[5], "links")) {
		printf("ready\n");
		fflush(stdout);
		usleep(PATIENCE_MS * 1000);
		return 0;
	}
	CHECK(greet(WIRE_VERSION_MAX), "no welcome");
	offer();
	for (size_t i = 0; i < ARRAY_SIZE(lies); i++) {
		if (strcmp(lies[i].name, argv[5]))
			continue;
		lies[i].tell();
		say();
		puts(verdict());
		return 0;
	}
	CHECK(0, "no such lie: %s", argv[5]);
}
