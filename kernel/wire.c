// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a message may look like. PURE: the packet checker, the tests and the
 * fuzzer compile this very file.
 *
 * A handler sees a payload only after wire_check_payload() accepted it, so
 * it may believe lengths and counts; meanings (addresses, PIDs, flags of the
 * kernel) are checked where they are used.
 */
#include "wire.h"

/* One row a message: fixed head, whether more may follow, who may send. */
struct wire_rule {
	const char *name;
	u32 head;
	u32 max;
	u8 from;
};

#define FIXED(type, from_) \
	{ .name = #type, .from = (from_) }
#define HEAD(type, st, from_) \
	{ .name = #type, .head = sizeof(st), .max = sizeof(st), \
	  .from = (from_) }
#define TAIL(type, st, from_) \
	{ .name = #type, .head = sizeof(st), .max = WIRE_PAYLOAD_MAX, \
	  .from = (from_) }

static const struct wire_rule rules[MSG_TYPES] = {
	[MSG_HELLO]	= HEAD(HELLO, struct wire_hello, SIDE_HOME),
	[MSG_WELCOME]	= HEAD(WELCOME, struct wire_welcome, SIDE_HOST),
	[MSG_OFFER]	= { .name = "OFFER", .head = WIRE_OFFER_LEAST,
			    .max = sizeof(struct wire_offer), .from = SIDE_HOME },
	[MSG_ACCEPT]	= FIXED(ACCEPT, SIDE_HOST),
	[MSG_REFUSE]	= HEAD(REFUSE, struct wire_refuse, SIDE_BOTH),
	[MSG_IMAGE]	= TAIL(IMAGE, struct wire_record, SIDE_BOTH),
	[MSG_IMAGE_END]	= HEAD(IMAGE_END, struct wire_clocks, SIDE_HOME),
	[MSG_STARTED]	= FIXED(STARTED, SIDE_HOST),
	[MSG_COME_HOME]	= FIXED(COME_HOME, SIDE_HOME),
	[MSG_HOME_END]	= HEAD(HOME_END, struct wire_home_end, SIDE_HOST),
	[MSG_HOME_OK]	= FIXED(HOME_OK, SIDE_HOME),
	[MSG_LEAVE]	= HEAD(LEAVE, struct wire_leave, SIDE_HOST),
	[MSG_CALL]	= TAIL(CALL, struct wire_call, SIDE_HOST),
	[MSG_REPLY]	= TAIL(REPLY, struct wire_reply, SIDE_HOME),
	[MSG_MASK]	= HEAD(MASK, struct wire_mask, SIDE_HOST),
	[MSG_EXIT]	= HEAD(EXIT, struct wire_exit, SIDE_HOST),
	[MSG_USAGE]	= HEAD(USAGE, struct wire_report, SIDE_HOST),
	[MSG_SIGNAL]	= HEAD(SIGNAL, struct wire_signal, SIDE_BOTH),
	[MSG_STOP]	= FIXED(STOP, SIDE_HOME),
	[MSG_CONT]	= FIXED(CONT, SIDE_HOME),
	[MSG_KILL]	= HEAD(KILL, struct wire_exit, SIDE_HOME),
	[MSG_PAGE_REQ]	= HEAD(PAGE_REQ, struct wire_page_req, SIDE_BOTH),
	[MSG_PAGES]	= TAIL(PAGES, struct wire_pages, SIDE_BOTH),
	[MSG_PAGE_NONE]	= HEAD(PAGE_NONE, struct wire_page_none, SIDE_BOTH),
	[MSG_STAYS]	= HEAD(STAYS, struct wire_stays, SIDE_HOME),
	[MSG_SCHED]	= HEAD(SCHED, struct wire_sched, SIDE_HOME),
	[MSG_MADE]	= HEAD(MADE, struct wire_made, SIDE_HOST),
	[MSG_ADOPT]	= HEAD(ADOPT, struct wire_adopt, SIDE_HOME),
	[MSG_WATCH]	= HEAD(WATCH, struct wire_watch, SIDE_HOME),
	[MSG_LOOK]	= HEAD(LOOK, struct wire_look, SIDE_HOME),
	[MSG_SEEN]	= TAIL(SEEN, struct wire_seen, SIDE_HOST),
	[MSG_NODES]	= HEAD(NODES, struct wire_nodes, SIDE_HOME),
	[MSG_SPENT]	= FIXED(SPENT, SIDE_HOME),
	[MSG_TAKEN]	= HEAD(TAKEN, struct wire_taken, SIDE_HOST),
	[MSG_RESUME]	= HEAD(RESUME, struct wire_resume, SIDE_HOME),
	[MSG_RESUMED]	= HEAD(RESUMED, struct wire_resumed, SIDE_HOST),
	[MSG_TOOK]	= HEAD(TOOK, struct wire_took, SIDE_BOTH),
};

static const char *const refusals[REFUSE_REASONS] = {
	[REFUSE_INVALID]	= "no reason given",
	[REFUSE_BLOCKED]	= "node is blocked for guests",
	[REFUSE_MEMORY]		= "no memory",
	[REFUSE_CPU]		= "CPU feature missing",
	[REFUSE_PID]		= "PID in use there",
	[REFUSE_IMAGE]		= "process image not accepted",
	[REFUSE_BUSY]		= "no room for another guest",
	[REFUSE_INTERNAL]	= "internal error",
};

/**
 * wire_check_header - may this header begin a message?
 * @h: header as received
 * @from: side of the link that sent it
 *
 * Return: 0; -EPROTO what is not our protocol or not for that side to say,
 * -EMSGSIZE a length out of bounds.
 * Context: any; pure.
 */
int wire_check_header(const struct wire_header *h, enum wire_side from)
{
	u16 type = le16_to_cpu(h->type);
	u32 len = le32_to_cpu(h->len);

	if (le32_to_cpu(h->magic) != WIRE_MAGIC || h->flags)
		return -EPROTO;
	if (type >= MSG_TYPES || !rules[type].name)
		return -EPROTO;
	if (!(rules[type].from & from))
		return -EPROTO;
	if (len < rules[type].head || len > rules[type].max)
		return -EMSGSIZE;
	return 0;
}

/**
 * wire_head_len - bytes of payload in front of a variable tail
 * @type: a type that wire_check_header() accepted
 *
 * Return: bytes, 0 for a message without payload.
 * Context: any; pure.
 */
u32 wire_head_len(u16 type)
{
	return type < MSG_TYPES ? rules[type].head : 0;
}

static int check_bulk(const struct wire_window *w)
{
	u64 addr = le64_to_cpu(w->addr);
	u32 dir = le16_to_cpu(w->dir) & ~(u32)WINDOW_BULK;
	u32 len = le32_to_cpu(w->len);

	if ((dir != WINDOW_IN && dir != WINDOW_OUT) || !len)
		return -EBADMSG;
	return len > WIRE_BULK_BYTES_MAX || addr > WIRE_ADDR_END - len ?
	       -EBADMSG : 0;
}

static int check_call(const struct wire_call *c, u32 len)
{
	u32 nwin = le16_to_cpu(c->nwin);
	u64 in = 0, all = 0;
	u32 bulk = 0;
	u32 i;

	if (nwin > WIRE_WINDOWS_MAX || le16_to_cpu(c->kind) >= CALL_KINDS)
		return -EBADMSG;
	/* No filter is asked about a fence: it is no call of the program. */
	if (wire_call_is_fence(c) && le16_to_cpu(c->kind) != CALL_OWN)
		return -EBADMSG;
	for (i = 0; i < nwin; i++) {
		u32 dir = le16_to_cpu(c->win[i].dir);

		if (le16_to_cpu(c->win[i].arg) > 5)
			return -EBADMSG;
		if (dir & WINDOW_BULK) {
			if (bulk++ || check_bulk(&c->win[i]))
				return -EBADMSG;
			continue;
		}
		if (!dir || dir > WINDOW_INOUT)
			return -EBADMSG;
		all += le32_to_cpu(c->win[i].len);
		if (dir & WINDOW_IN)
			in += le32_to_cpu(c->win[i].len);
	}
	if (all > WIRE_WINDOW_BYTES_MAX || in != len - sizeof(*c))
		return -EBADMSG;
	return 0;
}

static int check_reply(const struct wire_reply *r, u32 len)
{
	u64 out = 0;
	u32 i;

	for (i = 0; i < WIRE_WINDOWS_MAX; i++)
		out += le32_to_cpu(r->out[i]);
	if (le16_to_cpu(r->fate) >= FATE_KINDS || r->pad)
		return -EBADMSG;
	if (out > WIRE_WINDOW_BYTES_MAX || out != len - sizeof(*r))
		return -EBADMSG;
	return 0;
}

/* Pages that a message names: all of them where a program can have any. */
static int check_span(__le64 addr, u32 count, __le32 step)
{
	s64 end = WIRE_ADDR_END / WIRE_PAGE_SIZE;
	s64 first = le64_to_cpu(addr) / WIRE_PAGE_SIZE;
	s32 pages = wire_step(step);
	s64 last;

	if (!count || count > WIRE_PAGES_MAX ||
	    pages > WIRE_STEP_MAX || pages < -WIRE_STEP_MAX)
		return -EBADMSG;
	if (le64_to_cpu(addr) & (WIRE_PAGE_SIZE - 1))
		return -EBADMSG;
	last = first + (s64)(count - 1) * pages;
	return first >= end || last < 0 || last >= end ? -EBADMSG : 0;
}

/* What is sent early is sent: nothing of it can be known over there. */
static int check_early(const struct wire_pages *p)
{
	u32 flags = le32_to_cpu(p->flags);

	if (!(flags & PAGES_EARLY))
		return 0;
	if (flags != PAGES_EARLY || p->zero || p->kept || wire_step(p->step) != 1)
		return -EBADMSG;
	return 0;
}

static int check_pages(const struct wire_pages *p, u32 len)
{
	u32 count = le32_to_cpu(p->count);
	u32 unsent = le32_to_cpu(p->zero) | le32_to_cpu(p->kept);
	u32 full;

	if (check_span(p->addr, count, p->step))
		return -EBADMSG;
	if (le32_to_cpu(p->flags) & ~(u32)PAGES_FLAGS || p->pad)
		return -EBADMSG;
	if (p->zero & p->kept)
		return -EBADMSG;
	if (count < 32 && unsent >> count)
		return -EBADMSG;
	for (full = count; unsent; unsent &= unsent - 1)
		full--;
	if (len - sizeof(*p) != (u64)full * WIRE_PAGE_SIZE)
		return -EBADMSG;
	return check_early(p);
}

static int check_page_req(const struct wire_page_req *r)
{
	return check_span(r->addr, le32_to_cpu(r->count), r->step);
}

/* It may be behind the last address of all: there a copy ends. */
static int check_page_none(const struct wire_page_none *n)
{
	u64 addr = le64_to_cpu(n->addr);

	return addr > WIRE_ADDR_END || addr & (WIRE_PAGE_SIZE - 1) ? -EBADMSG :
								     0;
}

static bool clock_is_sane(__le64 ns)
{
	return le64_to_cpu(ns) + WIRE_CLOCK_MAX_NS <= 2 * WIRE_CLOCK_MAX_NS;
}

static int check_clocks(const struct wire_clocks *c)
{
	return clock_is_sane(c->mono_ns) && clock_is_sane(c->boot_ns) ?
	       0 : -EBADMSG;
}

static int check_look(const struct wire_look *l)
{
	u64 start = le64_to_cpu(l->start), end = le64_to_cpu(l->end);

	return start >= end || (start | end) & (WIRE_PAGE_SIZE - 1) ? -EBADMSG :
								      0;
}

static int check_nodes(const struct wire_nodes *n)
{
	u32 ranges = le16_to_cpu(n->ranges), deny = le16_to_cpu(n->deny), i;

	if (ranges > WIRE_NODES_RANGES || deny > 1 || (deny && !ranges))
		return -EBADMSG;
	for (i = 0; i < WIRE_NODES_RANGES; i++) {
		u16 first = le16_to_cpu(n->range[i].first);
		u16 last = le16_to_cpu(n->range[i].last);

		if (i < ranges ? !first || last < first : first || last)
			return -EBADMSG;
	}
	return 0;
}

static int check_seen(const struct wire_seen *s, u32 len)
{
	u32 count = le32_to_cpu(s->count);

	if (count > WIRE_SEEN_MAX || s->pad || len - sizeof(*s) != count)
		return -EBADMSG;
	return le64_to_cpu(s->start) & (WIRE_PAGE_SIZE - 1) ? -EBADMSG : 0;
}

static int check_counted(const void *body, u32 len, u32 item, u32 max)
{
	const struct wire_vmas *c = body;
	u32 count;

	/* wire_vmas and wire_ranges begin alike. */
	static_assert(sizeof(struct wire_vmas) == sizeof(struct wire_ranges));
	if (len < sizeof(*c))
		return -EBADMSG;
	count = le32_to_cpu(c->count);
	if (count > max || c->pad || len - sizeof(*c) != (u64)count * item)
		return -EBADMSG;
	return 0;
}

static int check_xstate(const struct wire_xstate *x, u32 len)
{
	if (len < sizeof(*x) || x->pad)
		return -EBADMSG;
	if (le32_to_cpu(x->size) > WIRE_XSTATE_MAX)
		return -EBADMSG;
	return len - sizeof(*x) == le32_to_cpu(x->size) ? 0 : -EBADMSG;
}

/**
 * wire_check_sched - may a thread be scheduled like that?
 * @s: how
 *
 * Return: 0, -EBADMSG for a policy of real time, an unknown one, or a nice value
 * that is none.
 * Context: any; pure.
 */
int wire_check_sched(const struct wire_sched *s)
{
	s32 nice = le32_to_cpu(s->nice);

	switch (le32_to_cpu(s->policy)) {
	case 0:		/* SCHED_NORMAL */
	case 3:		/* SCHED_BATCH */
	case 5:		/* SCHED_IDLE */
		return nice < -20 || nice > 19 ? -EBADMSG : 0;
	default:
		return -EBADMSG;
	}
}

static int check_task(const struct wire_task *t, u32 len)
{
	if (len != sizeof(*t) || t->futex.pad ||
	    le32_to_cpu(t->flags) & ~(u32)(TASK_DUMPS | TASK_FILTERED |
				       TASK_LOCKS))
		return -EBADMSG;
	if (le32_to_cpu(t->restart) >= RESTART_KINDS ||
	    wire_check_sched(&t->sched))
		return -EBADMSG;
	return le32_to_cpu(t->futex.flags) &
	       ~(u32)(FUTEX_WAIT_SHARED | FUTEX_WAIT_REALTIME) ? -EBADMSG : 0;
}

static int check_mm(const struct wire_mm *m, u32 len)
{
	return len != sizeof(*m) || m->pad ? -EBADMSG : 0;
}

static int check_record(const struct wire_record *rec, u32 len)
{
	const void *body = rec + 1;
	u32 rest = len - sizeof(*rec);

	if (le32_to_cpu(rec->version) != WIRE_RECORD_VERSION)
		return -EBADMSG;
	switch (le32_to_cpu(rec->type)) {
	case REC_TASK:
		return check_task(body, rest);
	case REC_REGS:
		return rest == sizeof(struct wire_regs) ? 0 : -EBADMSG;
	case REC_XSTATE:
		return check_xstate(body, rest);
	case REC_SIGNALS:
		return rest == sizeof(struct wire_signals) ? 0 : -EBADMSG;
	case REC_MM:
		return check_mm(body, rest);
	case REC_VMAS:
		return check_counted(body, rest, sizeof(struct wire_vma),
				     WIRE_VMAS_MAX);
	case REC_HOME_PAGES:
		return check_counted(body, rest, sizeof(struct wire_range),
				     WIRE_RANGES_MAX);
	default:
		return -EBADMSG;
	}
}

/* Its lower half is a signal's number, or 0: 127 would say that it is stopped. */
static int check_exit(const struct wire_exit *x)
{
	if (le32_to_cpu(x->group) > 1)
		return -EBADMSG;
	return (le32_to_cpu(x->code) & 0x7f) > WIRE_SIGNALS ? -EBADMSG : 0;
}

/* Behind its first length nothing of it may be there. */
static int check_offer(const struct wire_offer *o, u32 len)
{
	if (!o->at || le32_to_cpu(o->load_milli) > WIRE_LOAD_MAX)
		return -EBADMSG;
	if (len == WIRE_OFFER_LEAST)
		return 0;
	if (len != sizeof(*o))
		return -EBADMSG;
	return le32_to_cpu(o->uid) == WIRE_NO_USER || o->pad ? -EBADMSG : 0;
}

static int check_leave(const struct wire_leave *l)
{
	return le32_to_cpu(l->insist) > 1 || l->pad[0] || l->pad[1] ||
	       le32_to_cpu(l->load_milli) > WIRE_LOAD_MAX ? -EBADMSG : 0;
}

static int check_stays(const struct wire_stays *s)
{
	u32 error = le32_to_cpu(s->error);

	return !error || error > WIRE_ERRNO_MAX ? -EBADMSG : 0;
}

static int check_report(const struct wire_report *r)
{
	return le32_to_cpu(r->runs) > 1 || r->pad ? -EBADMSG : 0;
}

static int check_home_end(const struct wire_home_end *end)
{
	return end->pad ? -EBADMSG : 0;
}

static int check_made(const struct wire_made *m)
{
	return !m->pid || le32_to_cpu(m->failed) > 1 ? -EBADMSG : 0;
}

static int check_adopt(const struct wire_adopt *a)
{
	return !a->pid || a->pad || !clock_is_sane(a->mono_ns) ? -EBADMSG : 0;
}

static int check_resumed(const struct wire_resumed *r)
{
	u32 gone = le32_to_cpu(r->gone);

	return gone > 1 || (gone && r->took) || r->pad ? -EBADMSG : 0;
}

/* Who ends or stops a process says that by other messages: no signal of these waits. */
static int check_signal(const struct wire_signal *s)
{
	enum { X86_SIGKILL = 9, X86_SIGSTOP = 19 };
	u32 signo = le32_to_cpu(s->signo);

	if (!signo || signo > WIRE_SIGNALS || signo == X86_SIGKILL ||
	    signo == X86_SIGSTOP || le32_to_cpu(s->to) >= SIGNAL_TO_KINDS)
		return -EBADMSG;
	return 0;
}

/**
 * wire_check_payload - is the inside of a message sound?
 * @type: its type
 * @payload: its bytes; of MSG_PAGES only the head need be there
 * @len: its length as in the header that wire_check_header() accepted
 *
 * Return: 0, or -EBADMSG when counts and lengths contradict each other.
 * Context: any; pure.
 */
int wire_check_payload(u16 type, const void *payload, u32 len)
{
	if (type >= MSG_TYPES || !rules[type].name || len < rules[type].head)
		return -EBADMSG;
	switch (type) {
	case MSG_OFFER:
		return check_offer(payload, len);
	case MSG_REFUSE: {
		const struct wire_refuse *r = payload;

		return le32_to_cpu(r->reason) < REFUSE_REASONS ? 0 : -EBADMSG;
	}
	case MSG_IMAGE:
		return check_record(payload, len);
	case MSG_CALL:
		return check_call(payload, len);
	case MSG_REPLY:
		return check_reply(payload, len);
	case MSG_MADE:
		return check_made(payload);
	case MSG_ADOPT:
		return check_adopt(payload);
	case MSG_SIGNAL:
		return check_signal(payload);
	case MSG_EXIT:
		return check_exit(payload);
	case MSG_LEAVE:
		return check_leave(payload);
	case MSG_STAYS:
		return check_stays(payload);
	case MSG_SCHED:
		return wire_check_sched(payload);
	case MSG_USAGE:
		return check_report(payload);
	case MSG_HOME_END:
		return check_home_end(payload);
	case MSG_PAGE_REQ:
		return check_page_req(payload);
	case MSG_PAGES:
		return check_pages(payload, len);
	case MSG_PAGE_NONE:
		return check_page_none(payload);
	case MSG_IMAGE_END:
		return check_clocks(payload);
	case MSG_NODES:
		return check_nodes(payload);
	case MSG_RESUMED:
		return check_resumed(payload);
	case MSG_LOOK:
		return check_look(payload);
	case MSG_SEEN:
		return check_seen(payload, len);
	default:
		return 0;
	}
}

/**
 * wire_check_version - is a message as long as on a link of this version?
 * @version: that both ends use; 0: they have not said so yet
 * @type: a type that wire_check_header() accepted
 * @len: its length as in the header
 *
 * What is the same in all versions is left to wire_check_payload().
 *
 * Return: 0, or -EMSGSIZE.
 * Context: any; pure.
 */
int wire_check_version(u16 version, u16 type, u32 len)
{
	if (type != MSG_OFFER)
		return 0;
	return len == wire_offer_len(version) ? 0 : -EMSGSIZE;
}

/**
 * wire_choose - the version of a link that is asked for
 * @hello: what the other end speaks
 * @newest: what this one does, from WIRE_VERSION_MIN up to this
 *
 * Return: the newest one that both speak, 0 when there is none.
 * Context: any; pure.
 */
u16 wire_choose(const struct wire_hello *hello, u16 newest)
{
	u16 version = min(newest, le16_to_cpu(hello->version_max));

	if (version < WIRE_VERSION_MIN ||
	    version < le16_to_cpu(hello->version_min))
		return 0;
	return version;
}

/**
 * wire_type_name - a message type in words
 * @type: enum wire_type
 *
 * Return: a constant string.
 * Context: any; pure.
 */
const char *wire_type_name(u16 type)
{
	if (type >= MSG_TYPES || !rules[type].name)
		return "?";
	return rules[type].name;
}

/**
 * wire_refusal_name - why a node said no, in words
 * @reason: enum wire_refusal
 *
 * Return: a constant string.
 * Context: any; pure.
 */
const char *wire_refusal_name(u32 reason)
{
	return reason < REFUSE_REASONS ? refusals[reason] : "?";
}
