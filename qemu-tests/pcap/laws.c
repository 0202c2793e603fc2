// SPDX-License-Identifier: GPL-2.0-only
/*
 * What must hold between the messages of a link:
 *
 *   - a host chooses a version that home speaks, and OFFER is as long as it is in
 *     that one;
 *   - an answer repeats the number of a request that has none yet, for the
 *     same thread, and is one that this request may have;
 *   - a reply carries no more of a window than the call has room for;
 *   - a body says nothing before it was told to go;
 *   - home sends a thread no more signals than it can have at once;
 *   - a private page is on one node: it crosses again only after it has come
 *     back, or after the memory was mapped anew (invariant 1 of the design);
 *   - a link that goes on over another connection says there again, from the first
 *     one on, what the other end has not taken, and nothing else;
 *   - no end has taken what the other one did not say;
 *   - pages are sent early only before the body goes, and a page is kept only
 *     when it was sent early and has not crossed since.
 *
 * An answer follows its request on the bridge, as an effect its cause.
 */
#include "laws.h"

#include "../../kernel/tally.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Calls that take pages away or give addresses to others, by their number. */
enum memory_call {
	CALL_MMAP	= 9,
	CALL_MUNMAP	= 11,
	CALL_BRK	= 12,
	CALL_MREMAP	= 25,
	CALL_MADVISE	= 28,
};

/**
 * struct request - a message that waits for its answer
 * @next: another one
 * @from_home: who asked
 * @type: what
 * @tid: for which thread
 * @id: its number
 * @call: of a call: its head
 */
struct request {
	struct request *next;
	int from_home;
	u16 type;
	u32 tid;
	u64 id;
	struct wire_call call;
};

/* Below the address of a page. */
enum slot_bits {
	SLOT_HOME	= 1,	/* it is at home */
	SLOT_USED	= 2,
	SLOT_EARLY	= 4,	/* it was sent early */
	SLOT_CROSSED	= 8,	/* it is known where it is */
	SLOT_BITS	= 15,
};

/**
 * struct thread - signals to a thread, on one link
 * @next: another one
 * @tid: which
 * @sent: signals that home has sent
 * @taken: as many the body has taken up
 */
struct thread {
	struct thread *next;
	u32 tid;
	u32 sent;
	u32 taken;
};

/**
 * struct link - a connection
 * @older: the link that was made before this one
 * @stream: the direction from home to host
 * @requests: unanswered ones
 * @threads: those that a signal was for
 * @gone: the body was told to go
 * @least: oldest version that home speaks
 * @most: newest one
 * @version: what its host chose; 0: it has not
 * @token: names it
 * @said: counted messages of the host and of home, each once
 * @again: how many of them are said again now
 * @forgot: the memory was mapped anew: what was early is not known any more
 * @owner: hash table of pages: address and enum slot_bits; 0: free slot
 * @slots: size of the table, a power of two
 * @used: slots that are not free
 * @pages: for laws_pages()
 */
struct link {
	struct link *older;
	const struct stream *stream;
	struct request *requests;
	struct thread *threads;
	int gone;
	u16 least;
	u16 most;
	u16 version;
	u8 token[WIRE_TOKEN_LEN];
	u64 said[2];
	u64 again[2];
	int forgot;
	u64 *owner;
	u32 slots;
	u32 used;
	struct link_pages pages;
};

static struct link *newest;
static unsigned long broken;

static void complain(const struct message *m, const char *what)
{
	broken++;
	printf("bad: %s: %s id=%llu at byte %llu: %s\n",
	       packet_ends(&m->stream->key), wire_type_name(m->type), m->id,
	       m->stream->offset, what);
}

static int is_reverse(const struct packet *a, const struct packet *b)
{
	struct packet turned = *b;

	turned.from = b->to;
	turned.to = b->from;
	turned.sport = b->dport;
	turned.dport = b->sport;
	return packet_same_flow(a, &turned);
}

static struct link *find_link(const struct stream *s)
{
	struct link *link;

	for (link = newest; link; link = link->older) {
		if (link->stream == s)
			return link;
		if (!s->opener && is_reverse(&link->stream->key, &s->key))
			return link;
	}
	if (!s->opener)
		return NULL;
	link = calloc(1, sizeof(*link));
	if (!link)
		err(1, "a link");
	link->stream = s;
	link->pages.ends = s->key;
	link->older = newest;
	newest = link;
	return link;
}

static void forget_pages(struct link *link)
{
	if (link->used)
		memset(link->owner, 0, link->slots * sizeof(*link->owner));
	link->used = 0;
	link->forgot = 1;
}

/* The slot of a page: its own, or a free one. */
static u64 *find_slot(u64 *owner, u32 slots, u64 addr)
{
	u32 at = (addr >> 12) * 0x9e3779b97f4a7c15ULL >> 32;

	for (at &= slots - 1; owner[at]; at = (at + 1) & (slots - 1)) {
		if ((owner[at] & ~(u64)SLOT_BITS) == addr)
			break;
	}
	return &owner[at];
}

static void grow(struct link *link)
{
	u32 slots = link->slots ? link->slots * 2 : 1024;
	u64 *owner = calloc(slots, sizeof(*owner));
	u32 i;

	if (!owner)
		err(1, "pages of a link");
	for (i = 0; i < link->slots; i++) {
		if (link->owner[i])
			*find_slot(owner, slots, link->owner[i] & ~(u64)SLOT_BITS) =
				link->owner[i];
	}
	free(link->owner);
	link->owner = owner;
	link->slots = slots;
}

static void complain_page(const struct message *m, u64 addr, const char *did)
{
	char what[64];

	snprintf(what, sizeof(what), "page %llx %s", addr, did);
	complain(m, what);
}

static u64 *slot_of(struct link *link, u64 addr)
{
	u64 *slot;

	if (link->used * 2 >= link->slots)
		grow(link);
	slot = find_slot(link->owner, link->slots, addr);
	link->used += !*slot;
	return slot;
}

static void cross(struct link *link, const struct message *m, u64 addr,
		  int kept)
{
	int from_home = m->stream->opener;
	u64 *slot = slot_of(link, addr);

	if (*slot & SLOT_CROSSED && (*slot & SLOT_HOME) != (u64)from_home)
		complain_page(m, addr, "left twice");
	if (kept && !link->forgot && !(from_home && *slot & SLOT_EARLY))
		complain_page(m, addr, "was never sent early");
	*slot = addr | SLOT_USED | SLOT_CROSSED | (from_home ? 0 : SLOT_HOME);
}

static void see_early(struct link *link, const struct message *m)
{
	const struct wire_pages *p = m->payload;
	u32 i;

	if (!m->stream->opener || link->gone)
		complain(m, "pages that are not early");
	for (i = 0; i < le32_to_cpu(p->count); i++) {
		u64 addr = le64_to_cpu(p->addr) + (u64)i * WIRE_PAGE_SIZE;

		*slot_of(link, addr) = addr | SLOT_USED | SLOT_EARLY;
	}
}

static void see_pages(struct link *link, const struct message *m)
{
	const struct wire_pages *p = m->payload;
	u32 count = le32_to_cpu(p->count);
	u32 i;

	if (le32_to_cpu(p->flags) & PAGES_COPY) {
		link->pages.copies += count;
		return;
	}
	if (le32_to_cpu(p->flags) & PAGES_EARLY) {
		see_early(link, m);
		return;
	}
	if (m->stream->opener)
		link->pages.out += count;
	else
		link->pages.back += count;
	for (i = 0; i < count; i++)
		cross(link, m, le64_to_cpu(p->addr) +
		      (u64)((s64)i * wire_step(p->step) * WIRE_PAGE_SIZE),
		      le32_to_cpu(p->kept) >> i & 1);
}

static int changes_memory(u64 nr)
{
	return nr == CALL_MMAP || nr == CALL_MUNMAP || nr == CALL_BRK ||
	       nr == CALL_MREMAP || nr == CALL_MADVISE;
}

static struct thread *find_thread(struct link *link, u32 tid)
{
	struct thread *t;

	for (t = link->threads; t; t = t->next) {
		if (t->tid == tid)
			return t;
	}
	t = calloc(1, sizeof(*t));
	if (!t)
		err(1, "a thread");
	t->tid = tid;
	t->next = link->threads;
	link->threads = t;
	return t;
}

static void see_taken(struct link *link, const struct message *m, u32 signals)
{
	struct thread *t = find_thread(link, m->tid);

	if ((s32)(signals - t->taken) > 0)
		t->taken = signals;
}

/* One that it will die of goes whatever went before. */
static void see_signal(struct link *link, const struct message *m)
{
	const struct wire_signal *s = m->payload;
	struct thread *t = find_thread(link, m->tid);

	if (!m->stream->opener)
		return;
	t->sent++;
	if (le32_to_cpu(s->to) != SIGNAL_DEADLY &&
	    (s32)(t->sent - t->taken) > WIRE_SIGNALS_AHEAD)
		complain(m, "more signals than the body can have");
}

static void see_request(struct link *link, const struct message *m)
{
	struct request *r = calloc(1, sizeof(*r));

	if (!r)
		err(1, "a request");
	r->from_home = m->stream->opener;
	r->type = m->type;
	r->tid = m->tid;
	r->id = m->id;
	if (m->type == MSG_CALL) {
		memcpy(&r->call, m->payload, sizeof(r->call));
		see_taken(link, m, le32_to_cpu(r->call.signals));
		if (changes_memory(le64_to_cpu(r->call.nr)))
			forget_pages(link);
	}
	r->next = link->requests;
	link->requests = r;
	if (!m->id)
		complain(m, "a request without a number");
}

static void check_windows(const struct message *m, const struct wire_call *call)
{
	const struct wire_reply *reply = m->payload;
	u32 i, out;

	for (i = 0; i < WIRE_WINDOWS_MAX; i++) {
		out = le32_to_cpu(reply->out[i]);
		if (!out)
			continue;
		if (i >= le16_to_cpu(call->nwin) ||
		    !(le16_to_cpu(call->win[i].dir) & WINDOW_OUT) ||
		    out > le32_to_cpu(call->win[i].len))
			complain(m, "more than the window of its call");
	}
}

/* May @answer be said to @request? */
static int may_answer(u16 answer, u16 request)
{
	static const u16 pairs[][2] = {
		{ MSG_WELCOME, MSG_HELLO },
		{ MSG_ACCEPT, MSG_OFFER },
		{ MSG_ACCEPT, MSG_ADOPT },
		{ MSG_STARTED, MSG_IMAGE_END },
		{ MSG_HOME_OK, MSG_HOME_END },
		{ MSG_REPLY, MSG_CALL },
		{ MSG_SEEN, MSG_LOOK },
		{ MSG_REFUSE, MSG_OFFER },
		{ MSG_REFUSE, MSG_ADOPT },
		{ MSG_REFUSE, MSG_IMAGE_END },
		{ MSG_REFUSE, MSG_HOME_END },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(pairs); i++) {
		if (pairs[i][0] == answer && pairs[i][1] == request)
			return 1;
	}
	return 0;
}

static void see_answer(struct link *link, const struct message *m)
{
	struct request **at, *r;

	for (at = &link->requests; (r = *at); at = &r->next) {
		if (r->from_home != m->stream->opener && r->id == m->id)
			break;
	}
	if (!r) {
		complain(m, "an answer to nothing");
		return;
	}
	if (!may_answer(m->type, r->type))
		complain(m, "not an answer to that");
	if (m->type == MSG_REPLY) {
		if (m->tid != r->tid)
			complain(m, "an answer for another thread");
		check_windows(m, &r->call);
		if (changes_memory(le64_to_cpu(r->call.nr)))
			forget_pages(link);
	}
	*at = r->next;
	free(r);
}

/* How much the end that says @m has taken of what the other one said. */
static u64 not_taken(struct link *link, const struct message *m, __le64 took)
{
	u64 said = link->said[!m->stream->opener];

	if (le64_to_cpu(took) > said) {
		complain(m, "has taken what was never said");
		return 0;
	}
	return said - le64_to_cpu(took);
}

/* A connection that begins with RESUME belongs to a link that is there. */
static struct link *resume(const struct message *m)
{
	const struct wire_resume *r = m->payload;
	struct link *link;

	for (link = newest; link; link = link->older) {
		if (memcmp(link->token, r->token, sizeof(r->token)))
			continue;
		link->stream = m->stream;
		if (le64_to_cpu(r->took) != WIRE_TOOK_OVER)
			link->again[0] = not_taken(link, m, r->took);
		break;
	}
	return link;
}

/* Is it not new? */
static int is_repeated(struct link *link, const struct message *m)
{
	int from_home = m->stream->opener;

	if (!tally_counts(m->type))
		return 0;
	if (link->again[from_home]) {
		link->again[from_home]--;
		return 1;
	}
	link->said[from_home]++;
	return 0;
}

static void see_resumed(struct link *link, const struct message *m)
{
	const struct wire_resumed *r = m->payload;

	if (!le32_to_cpu(r->gone))
		link->again[1] = not_taken(link, m, r->took);
}

static void see_hello(struct link *link, const struct message *m)
{
	const struct wire_hello *h = m->payload;

	link->least = le16_to_cpu(h->version_min);
	link->most = le16_to_cpu(h->version_max);
	see_request(link, m);
}

static void see_welcome(struct link *link, const struct message *m)
{
	const struct wire_welcome *w = m->payload;

	link->version = le16_to_cpu(w->hello.version_min);
	if (link->version < link->least || link->version > link->most ||
	    w->hello.version_max != w->hello.version_min)
		complain(m, "a version that home does not speak");
	memcpy(link->token, w->token, sizeof(link->token));
	see_answer(link, m);
}

static void see_offer(struct link *link, const struct message *m)
{
	if (wire_check_version(link->version, m->type, m->len))
		complain(m, "a length of another version");
	see_request(link, m);
}

/**
 * laws_message() - look at the next message of a capture
 * @m: the message, which the codec accepted
 *
 * Context: prints what is wrong.
 */
void laws_message(const struct message *m)
{
	struct link *link = m->type == MSG_RESUME ? resume(m) :
						    find_link(m->stream);

	/* Of a link that was there before the capture nothing is known. */
	if (!link || is_repeated(link, m))
		return;
	switch (m->type) {
	case MSG_CALL:
	case MSG_HOME_END:
		if (!link->gone)
			complain(m, "before the body was told to go");
		see_request(link, m);
		break;
	case MSG_IMAGE_END:
	case MSG_ADOPT:
		link->gone = 1;
		see_request(link, m);
		break;
	case MSG_HELLO:
		see_hello(link, m);
		break;
	case MSG_WELCOME:
		see_welcome(link, m);
		break;
	case MSG_OFFER:
		see_offer(link, m);
		break;
	case MSG_LOOK:
		see_request(link, m);
		break;
	case MSG_ACCEPT:
	case MSG_REFUSE:
	case MSG_STARTED:
	case MSG_HOME_OK:
	case MSG_REPLY:
	case MSG_SEEN:
		see_answer(link, m);
		break;
	case MSG_RESUMED:
		see_resumed(link, m);
		break;
	case MSG_TOOK:
		not_taken(link, m, ((const struct wire_took *)m->payload)->took);
		break;
	case MSG_SIGNAL:
		see_signal(link, m);
		break;
	case MSG_TAKEN:
		see_taken(link, m, le32_to_cpu(((const struct wire_taken *)
						m->payload)->signals));
		break;
	case MSG_PAGES:
		see_pages(link, m);
		break;
	}
}

/**
 * laws_broken() - how often a law was broken
 *
 * Context: any.
 * Return: the number.
 */
unsigned long laws_broken(void)
{
	return broken;
}

/**
 * laws_pages() - what the pages of one link did
 * @index: which link, from 0, the newest first
 * @pages: comes out
 *
 * Context: any.
 * Return: 0, or -1 when there are not so many links.
 */
int laws_pages(unsigned int index, struct link_pages *pages)
{
	struct link *link = newest;

	while (link && index--)
		link = link->older;
	if (!link)
		return -1;
	*pages = link->pages;
	return 0;
}
