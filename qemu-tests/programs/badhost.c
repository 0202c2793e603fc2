// SPDX-License-Identifier: GPL-2.0-only
/*
 * A host that lies: it takes one process from a real home, as a good host would,
 * tells one lie, and says what became of it. Not a victim.
 *
 *	badhost ADDRESS PORT NODE LIE [STRANGER]
 *
 * It is node NODE there, STRANGER a PID at home of which it holds nothing. It says
 * "listening"; "away" when the process is here; then "ended" when the home ended the
 * link, "killed" when it had the body killed before, "taken" when nothing is said for
 * fifty seconds, "home" when the process has gone home as if it had run here.
 */
#include "goodhost.h"
#include "wayhome.h"

/* ---- lies. Each that ends leaves its last message unsent. ---- */

static void silent(void)
{
	sleep(12);
}

static void welcome_as(u16 node, u16 version)
{
	begin(MSG_WELCOME, sizeof(out.welcome));
	out.h.id = cpu_to_le64(hello_id);
	out.welcome.hello.version_min = cpu_to_le16(version);
	out.welcome.hello.version_max = cpu_to_le16(version);
	out.welcome.hello.node = cpu_to_le16(node);
	out.welcome.hello.peer = ((struct wire_hello *)heard)->node;
	memset(out.welcome.token, 0x77, sizeof(out.welcome.token));
}

static void another(void)
{
	welcome_as(2, WIRE_VERSION_MAX);
}

static void old(void)
{
	welcome_as(self, WIRE_VERSION_MIN - 1);
}

static void new(void)
{
	welcome_as(self, WIRE_VERSION_MAX + 1);
}

static void refuse_oddly(void)
{
	begin(MSG_REFUSE, sizeof(out.refuse));
	out.h.id = cpu_to_le64(offer_id);
	out.refuse.reason = cpu_to_le32(REFUSE_REASONS);
}

static void exit_as(u32 code, u32 thread)
{
	to_process(MSG_EXIT, sizeof(out.exit));
	out.h.tid = cpu_to_le32(thread);
	out.exit.code = cpu_to_le32(code);
	out.exit.group = cpu_to_le32(1);
	memset(&out.exit.usage, 0xff, sizeof(out.exit.usage));
}

static void call_early(void)
{
	begin_call(CALL_PROGRAM, SYS_getppid);
}

static void image_early(void)
{
	begin_record(REC_SIGNALS, sizeof(struct wire_signals));
}

static void too_long(void)
{
	begin(MSG_CALL, 0);
	send(sock, &(struct wire_header){ .magic = out.h.magic,
	     .type = out.h.type, .len = cpu_to_le32(0xffffffff) },
	     sizeof(out.h), MSG_NOSIGNAL);
}

/* Its life is over, and what it never was is booked. */
static void exit_early(void)
{
	exit_as(0, tid);
	say();
	refuse_oddly();
	out.h.id = cpu_to_le64(end_id);
	out.refuse.reason = cpu_to_le32(REFUSE_IMAGE);
}

static void end_early(void)
{
	begin_home_end(tid);
}

static void start_twice(void)
{
	say_plain(MSG_STARTED, end_id);
}

static void unknown_call(void)
{
	begin_call(CALL_PROGRAM, 9999);
}

static void fork_call(void)
{
	begin_call(CALL_PROGRAM, SYS_fork);
}

static void local_call(void)
{
	begin_call(CALL_PROGRAM, SYS_exit_group);
}

static void call_of_nobody(void)
{
	begin_call(CALL_KINDS, SYS_getppid);
}

static void make_file(u16 kind)
{
	begin_path_call(kind, SYS_creat, "/tmp/made.117");
}

static void own_file(void)
{
	make_file(CALL_OWN);
}

/* Nobody asks the filters about a fence. */
static void fence_file(void)
{
	make_file(CALL_PROGRAM);
	out.call.blocked = cpu_to_le64(WIRE_BLOCKED_FENCE);
}

static void fence_clone(void)
{
	begin_call(CALL_OWN, SYS_clone);
	out.call.args[0] = cpu_to_le64(SIGCHLD);
	out.call.blocked = cpu_to_le64(WIRE_BLOCKED_FENCE);
}

/* What no filter was asked about. */
static void own_clone(void)
{
	begin_call(CALL_OWN, SYS_clone);
	out.call.args[0] = cpu_to_le64(SIGCHLD);
}

static void window_of_none(void)
{
	begin_call(CALL_PROGRAM, SYS_munmap);
	add_window(0, WINDOW_OUT, 4096, NULL);
	out.call.args[1] = cpu_to_le64(4096);
}

/* An answer of as many bytes as this says. */
static void window_large(void)
{
	begin_call(CALL_PROGRAM, SYS_fstat);
	add_window(1, WINDOW_OUT | WINDOW_BULK, WIRE_BULK_BYTES_MAX, NULL);
}

static void window_sum(void)
{
	begin_call(CALL_PROGRAM, SYS_read);
	add_window(1, WINDOW_OUT, 0xfffffff0, NULL);
	add_window(1, WINDOW_OUT, 0x20, NULL);
}

static void window_round(void)
{
	begin_call(CALL_PROGRAM, SYS_read);
	add_window(1, WINDOW_OUT | WINDOW_BULK, 1 << 20, NULL);
	out.call.win[0].addr = cpu_to_le64(-4096LL);
}

/* What the process itself may try: refused like that, and no more. */
static void try_calls(void)
{
	static const struct {
		u64 nr;
		const char *path;
		u64 args[4];
	} calls[] = {
		{ SYS_open, "/tmp/secret.117", { 0, O_RDWR } },
		{ SYS_unlink, "/tmp/secret.117", { 0 } },
		{ SYS_chmod, "/tmp/secret.117", { 0, 0666 } },
		{ SYS_truncate, "/tmp/secret.117", { 0, 0 } },
		{ SYS_creat, "/root/made.117", { 0, 0666 } },
		{ SYS_open, "/proc/mosix/admin/block", { 0, O_WRONLY } },
		{ SYS_kill, NULL, { 1, SIGKILL } },
		{ SYS_write, NULL, { 1, KERNEL_ADDR, 4096 } },
		{ SYS_mmap, NULL, { KERNEL_ADDR, 4096, 3, 0x32 } },
		{ SYS_munmap, NULL, { KERNEL_ADDR, 4096 } },
		{ SYS_munmap, NULL, { 0x7ffffffff000, -4096ULL } },
		{ SYS_mprotect, NULL, { KERNEL_ADDR, 4096, 7 } },
		{ SYS_madvise, NULL, { KERNEL_ADDR, 4096, 4 } },
		{ SYS_mremap, NULL, { KERNEL_ADDR, 4096, 8192, 1 } },
		{ SYS_reboot, NULL, { 0xfee1dead, 672274793, 0x1234567 } },
	};

	for (size_t i = 0; i < ARRAY_SIZE(calls); i++) {
		begin_call(CALL_PROGRAM, calls[i].nr);
		for (u32 k = 0; k < 4; k++)
			out.call.args[k] = cpu_to_le64(calls[i].args[k]);
		if (calls[i].path)
			add_window(0, WINDOW_IN, strlen(calls[i].path) + 1,
				   calls[i].path);
		CHECK((u64)make_call() >= -4095ULL, "call %zu was made", i);
	}
	begin_call(CALL_PROGRAM, SYS_kill);
	out.call.args[0] = cpu_to_le64(stranger);
	out.call.args[1] = cpu_to_le64(SIGKILL);
	CHECK(make_call() == -EPERM, "it can kill another user's");
}

static void exit_stranger(void)
{
	exit_as(0, stranger);
	say();
}

static void exit_stopped(void)
{
	exit_as(0x7f, tid);
}

static void exit_well(void)
{
	exit_as(0, tid);
}

static void say_usage(u32 thread, u8 byte)
{
	to_process(MSG_USAGE, sizeof(out.report));
	memset(&out.report, byte, sizeof(out.report));
	out.h.tid = cpu_to_le32(thread);
	out.report.runs = cpu_to_le32(1);
	out.report.pad = 0;
	say();
}

static void usage(void)
{
	say_usage(tid, 0xff);
	say_usage(tid, 0x7f);
	say_usage(tid, 0);
	say_usage(stranger, 0xff);
	say_usage(0, 0xff);
}

static void taken(void)
{
	to_thread(MSG_TAKEN, sizeof(out.taken));
	out.taken.signals = cpu_to_le32(0x7fffffff);
	say();
	begin_call(CALL_PROGRAM, SYS_getppid);
	out.call.signals = cpu_to_le32(0x7ffffffe);
	CHECK(make_call() != NO_REPLY, "no answer");
	to_process(MSG_TAKEN, sizeof(out.taken));
	out.h.tid = cpu_to_le32(stranger);
	say();
}

static void begin_signal(u32 signo)
{
	to_thread(MSG_SIGNAL, sizeof(out.signal));
	out.signal.signo = cpu_to_le32(signo);
	out.signal.code = cpu_to_le32(SI_QUEUE);
	out.signal.to = cpu_to_le32(SIGNAL_TO_THREAD);
}

static void mask_all(void)
{
	to_thread(MSG_MASK, sizeof(out.mask));
	out.mask.blocked = cpu_to_le64(~0ULL);
	say();
}

static void mute(void)
{
	mask_all();
	while (attend())
		;
}

static void give_kill(void)
{
	begin_signal(SIGKILL);
}

/* Nobody has sent them, nobody takes them. */
static void give_many(void)
{
	u32 n = 0;

	mask_all();
	do {
		begin_signal(40);
		if (n % 8 == 7)
			usleep(1000);	/* not more than its deputy takes */
	} while (say() && n++ < 1 << 17);
}

static void pages_kernel(void)
{
	to_process(MSG_PAGES, sizeof(out.pages));
	out.pages.addr = cpu_to_le64(KERNEL_ADDR);
	out.pages.count = cpu_to_le32(1);
	out.pages.zero = cpu_to_le32(1);
}

/* Over what home has. */
static void pages_owned(void)
{
	static const u8 garbage[WIRE_PAGE_SIZE] = { 0x66, 0x66 };
	u64 addr;

	fence();
	for (u32 i = 0; i < nlive; i++) {
		addr = le64_to_cpu(live[i].first) * WIRE_PAGE_SIZE;
		if (!find_page(addr))
			send_page(addr, garbage);
	}
}

static void pages_many(void)
{
	u64 at = 0x10000;

	do {
		to_process(MSG_PAGES, sizeof(out.pages) + 32 * WIRE_PAGE_SIZE);
		memset(&out.pages + 1, 0x55, 32 * WIRE_PAGE_SIZE);
		out.pages.addr = cpu_to_le64(at);
		out.pages.count = cpu_to_le32(32);
		at += 32 * WIRE_PAGE_SIZE;
	} while (say());
}

static void begin_request(u64 addr)
{
	to_process(MSG_PAGE_REQ, sizeof(out.page_req));
	out.page_req.addr = cpu_to_le64(addr);
	out.page_req.count = cpu_to_le32(WIRE_PAGES_MAX);
}

static void ask_kernel(void)
{
	begin_request(KERNEL_ADDR);
}

static void ask_nowhere(void)
{
	begin_request(0x1000);
	say();
	begin_request(WIRE_ADDR_END - WIRE_PAGES_MAX * WIRE_PAGE_SIZE);
	say();
}

/* More than its deputy makes, and without hearing what comes of them. */
static void call_many(void)
{
	u32 n = 0;

	do {
		begin_call(CALL_PROGRAM, SYS_getppid);
	} while (say() && n++ < 1 << 21);
}

static void see_elsewhere(void)
{
	const struct wire_look *look = (void *)heard;
	u64 id, start;

	CHECK(await(MSG_LOOK, 0), "nobody looked");
	id = le64_to_cpu(said.id);
	start = le64_to_cpu(look->start);
	begin(MSG_SEEN, sizeof(out.seen) + 1);
	out.h.id = cpu_to_le64(id);
	out.seen.start = cpu_to_le64(start - WIRE_PAGE_SIZE);
	out.seen.count = cpu_to_le32(1);
	out.bytes[sizeof(out.seen)] = SEEN_PRESENT;
}

static void leave(void)
{
	const u16 nodes[] = { self, 0xffff, 0 };

	for (size_t i = 0; i < ARRAY_SIZE(nodes); i++) {
		to_process(MSG_LEAVE, sizeof(out.leave));
		out.leave.node = cpu_to_le16(nodes[i]);
		out.leave.load_milli = cpu_to_le32(WIRE_LOAD_MAX);
		say();
	}
}

static void made(void)
{
	to_process(MSG_MADE, sizeof(out.made));
	out.made.pid = cpu_to_le32(stranger);
	say();
}

/* A child at home that has no body, as is said before home has asked. */
static void child(void)
{
	s64 born;

	begin_call(CALL_OWN, SYS_clone);
	out.call.args[0] = cpu_to_le64(SIGCHLD);
	born = make_call();
	CHECK(born > 0, "no child: %lld", (long long)born);
	made();
	to_process(MSG_MADE, sizeof(out.made));
	out.made.pid = cpu_to_le32(born);
	out.made.failed = cpu_to_le32(1);
	say();
}

static int listener;

static void announce(const char *what)
{
	puts(what);
	fflush(stdout);
}

static void take_connection(void)
{
	struct pollfd p = { .fd = listener, .events = POLLIN };

	CHECK(poll(&p, 1, 6 * PATIENCE_MS) == 1, "nobody came");
	sock = CHECK_CALL(accept(listener, NULL, NULL));
}

/* An RST; then the home asks whether the link goes on. */
static void break_link(void)
{
	const struct linger at_once = { .l_onoff = 1 };

	CHECK_CALL(setsockopt(sock, SOL_SOCKET, SO_LINGER, &at_once,
			      sizeof(at_once)));
	close(sock);
	do {
		take_connection();
	} while (hear() != MSG_RESUME);
	to_process(MSG_RESUMED, sizeof(out.resumed));
}

static void resumed_gone(void)
{
	break_link();
	out.resumed.gone = cpu_to_le32(1);
}

static void resumed_more(void)
{
	break_link();
	out.resumed.took = cpu_to_le64(1ULL << 40);
}

static void resumed_oddly(void)
{
	break_link();
	begin_call(CALL_PROGRAM, SYS_getppid);
}

static void took(void)
{
	to_process(MSG_TOOK, sizeof(out.took));
	out.took.took = cpu_to_le64(1ULL << 40);
}

static void hang_up(void)
{
	shutdown(sock, SHUT_WR);
}

static void noise(void)
{
	begin(MSG_CALL, sizeof(out.call));
	memset(&out.h, 0xa5, sizeof(out.h) - sizeof(out.h.wall_ns));
	send(sock, &out, sizeof(out.h), MSG_NOSIGNAL);
}

static void words_of_a_home(void)
{
	to_process(MSG_KILL, sizeof(out.exit));
}

/*
 * What is done behind a lie: its last message is said, which ends the link; nothing,
 * it has said all; the process goes home as if nothing was.
 */
enum then { ENDS, ALL_SAID, GOES_HOME };

enum when { AT_HELLO, AT_OFFER, AT_IMAGE, AWAY };

static const struct lie {
	const char *name;
	enum when when;
	enum then then;
	void (*tell)(void);
} lies[] = {
	{ "silent", AT_HELLO, ALL_SAID, silent },
	{ "another", AT_HELLO, ENDS, another },
	{ "old", AT_HELLO, ENDS, old },
	{ "new", AT_HELLO, ENDS, new },
	{ "refuse-oddly", AT_OFFER, ENDS, refuse_oddly },
	{ "call-early", AT_OFFER, ENDS, call_early },
	{ "image-early", AT_OFFER, ENDS, image_early },
	{ "too-long", AT_OFFER, ALL_SAID, too_long },
	{ "exit-early", AT_IMAGE, ENDS, exit_early },
	{ "end-early", AT_IMAGE, ENDS, end_early },
	{ "never-started", AT_IMAGE, ALL_SAID, mute },
	{ "honest", AWAY, GOES_HOME, NULL },
	{ "start-twice", AWAY, GOES_HOME, start_twice },
	{ "call-unknown", AWAY, ENDS, unknown_call },
	{ "call-fork", AWAY, ENDS, fork_call },
	{ "call-local", AWAY, ENDS, local_call },
	{ "call-nobody", AWAY, ENDS, call_of_nobody },
	{ "call-own", AWAY, ENDS, own_file },
	{ "call-many", AWAY, ALL_SAID, call_many },
	{ "fence-file", AWAY, ENDS, fence_file },
	{ "fence-clone", AWAY, ENDS, fence_clone },
	{ "own-clone", AWAY, ENDS, own_clone },
	{ "window-none", AWAY, ENDS, window_of_none },
	{ "window-large", AWAY, ENDS, window_large },
	{ "window-sum", AWAY, ENDS, window_sum },
	{ "window-round", AWAY, ENDS, window_round },
	{ "calls", AWAY, GOES_HOME, try_calls },
	{ "exit-stranger", AWAY, GOES_HOME, exit_stranger },
	{ "exit-stopped", AWAY, ENDS, exit_stopped },
	{ "exit-well", AWAY, ENDS, exit_well },
	{ "usage", AWAY, GOES_HOME, usage },
	{ "taken", AWAY, GOES_HOME, taken },
	{ "mute", AWAY, ALL_SAID, mute },
	{ "signal-kill", AWAY, ENDS, give_kill },
	{ "signals", AWAY, ALL_SAID, give_many },
	{ "pages-kernel", AWAY, ENDS, pages_kernel },
	{ "pages-owned", AWAY, GOES_HOME, pages_owned },
	{ "pages", AWAY, ALL_SAID, pages_many },
	{ "ask-kernel", AWAY, ENDS, ask_kernel },
	{ "ask-nowhere", AWAY, GOES_HOME, ask_nowhere },
	{ "seen", AWAY, ENDS, see_elsewhere },
	{ "nothing", AWAY, ENDS, nothing },
	{ "missing", AWAY, ENDS, missing },
	{ "twice", AWAY, ENDS, twice },
	{ "version", AWAY, ENDS, other_version },
	{ "rings", AWAY, ENDS, rings },
	{ "bases", AWAY, ENDS, bases },
	{ "ip", AWAY, ALL_SAID, far_ip },
	{ "flags", AWAY, ALL_SAID, flags },
	{ "mxcsr", AWAY, ALL_SAID, mxcsr },
	{ "features", AWAY, ALL_SAID, features },
	{ "header", AWAY, ALL_SAID, header },
	{ "altstack", AWAY, ALL_SAID, altstack },
	{ "maps", AWAY, ENDS, maps },
	{ "ranges", AWAY, ENDS, ranges },
	{ "thread", AWAY, ENDS, thread_of_another },
	{ "exec-leaving", AWAY, ENDS, call_while_leaving },
	{ "leaving-exec", AWAY, ENDS, leave_while_calling },
	{ "two-ends", AWAY, ENDS, two_ends },
	{ "clock", AWAY, ALL_SAID, far_clock },
	{ "leave", AWAY, GOES_HOME, leave },
	{ "made", AWAY, GOES_HOME, made },
	{ "child", AWAY, GOES_HOME, child },
	{ "resumed-gone", AWAY, ENDS, resumed_gone },
	{ "resumed-more", AWAY, ENDS, resumed_more },
	{ "resumed-oddly", AWAY, ENDS, resumed_oddly },
	{ "took", AWAY, ENDS, took },
	{ "hang-up", AWAY, ALL_SAID, hang_up },
	{ "noise", AWAY, ALL_SAID, noise },
	{ "words", AWAY, ENDS, words_of_a_home },
};

static const struct lie *find_lie(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(lies); i++)
		if (!strcmp(lies[i].name, name))
			return &lies[i];
	victim_fail("no such lie: %s", name);
}

static const char *verdict(void)
{
	struct pollfd p = { .fd = sock, .events = POLLIN };
	u16 type;

	/* A home that has no more to say waits for a while to hear that it was heard. */
	while (poll(&p, 1, 5 * PATIENCE_MS) > 0) {
		type = attend();
		if (type == MSG_HOME_OK)
			return "home";
		if (!type)
			return killed ? "killed" : "ended";
	}
	return "taken";
}

/* Up to the state that the lie is told in. */
static void behave_until(enum when when)
{
	CHECK(await(MSG_HELLO, 0), "no HELLO");
	hello_id = le64_to_cpu(said.id);
	if (when == AT_HELLO)
		return;
	welcome_as(self, WIRE_VERSION_MAX);
	CHECK(say() && await(MSG_OFFER, 0), "no offer");
	offer_id = le64_to_cpu(said.id);
	if (when == AT_OFFER)
		return;
	say_plain(MSG_ACCEPT, offer_id);
	CHECK(await(MSG_IMAGE_END, 0), "no image");
	end_id = le64_to_cpu(said.id);
	CHECK(tid, "no thread in the image");
	if (when == AT_IMAGE)
		return;
	say_plain(MSG_STARTED, end_id);
	announce("away");
}

int main(int argc, char **argv)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	const struct lie *lie;
	int one = 1;

	CHECK(argc > 4, "where, as whom, which lie?");
	CHECK(inet_pton(AF_INET, argv[1], &at.sin_addr) == 1, "%s", argv[1]);
	at.sin_port = htons(atoi(argv[2]));
	self = atoi(argv[3]);
	lie = find_lie(argv[4]);
	stranger = argc > 5 ? atoi(argv[5]) : 1;
	listener = CHECK_CALL(socket(AF_INET, SOCK_STREAM, 0));
	CHECK_CALL(setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one,
			      sizeof(one)));
	CHECK_CALL(bind(listener, (struct sockaddr *)&at, sizeof(at)));
	CHECK_CALL(listen(listener, 8));
	announce("listening");
	take_connection();
	behave_until(lie->when);
	if (lie->tell)
		lie->tell();
	if (lie->then == ENDS)
		say();
	else if (lie->then == GOES_HOME)
		go_home();
	puts(verdict());
	return 0;
}
