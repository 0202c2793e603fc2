// SPDX-License-Identifier: GPL-2.0-only
/*
 * PURE: what this node has heard about the others, and how it passes it on.
 *
 * Each period a node sends its own entry and the freshest entries of its
 * window to one other node, taken at random. What a node hears it merges into
 * its window: of two entries about one node the fresher stays, of all nodes
 * the freshest stay. So the cost of a node is the same whatever the size of
 * the cluster, and the entries of the window are two to five periods old, also
 * whatever the size. Decisions look at the window alone.
 *
 * What must be known soon travels in another way: that a node is dead, blocks
 * guests or is being emptied, and that it is not so any more. Who hears of such
 * a change says it in the next messages that it sends, whatever they are, to
 * whomever, before anything else; that many of them that all have heard of it
 * in about log N periods. Peers remember what was said last, so that nobody
 * says it twice.
 *
 * Ages travel, not times: an entry that was measured a second before it was
 * sent is, for the receiver, a second old on the receiver's clock (younger by
 * the time the datagram took).
 */
#include "gossip.h"

/*
 * News measured this long after a process got to a node may still not count
 * it: a whole sample must have seen it, and the age of the news does not know
 * how long the datagram took.
 */
#define BUMP_SLACK_MS	1000

/* Bounds of what a sane node says about itself; see lb_gossip_check(). */
#define CPUS_MAX	8192U
#define SPEED_MAX_MILLI	1000000U
#define DEMAND_MAX_MILLI	1000000000U
#define UTIL_MAX	100U
#define FLAGS_KNOWN	(LB_NODE_BLOCKED | LB_NODE_STAY | \
			 LB_NODE_LEAVING | LB_NODE_DEAD | LB_NODE_LSTAY)
/* Of them, those that others must not be late to know. */
#define FLAGS_URGENT	(LB_NODE_BLOCKED | LB_NODE_LEAVING | LB_NODE_DEAD)

/* Of enum lb_gossip_word. */
static const u8 words[] = {
	[LB_WORD_ADMIT]		= LB_ADMIT,
	[LB_WORD_BLOCKED]	= LB_REFUSE_BLOCKED,
	[LB_WORD_FULL]		= LB_REFUSE_FULL,
	[LB_WORD_MEMORY]	= LB_REFUSE_MEMORY,
	[LB_WORD_FEATURES]	= LB_REFUSE_FEATURES,
	[LB_WORD_LOAD]		= LB_REFUSE_LOAD,
};

static_assert(ARRAY_SIZE(words) == LB_WORDS);

/* Attempts to hit a peer that seems alive before anyone will do. */
#define TARGET_TRIES	16U

static u32 find(const struct lb_window *window, u16 id)
{
	u32 i;

	for (i = 0; i < window->count; i++) {
		if (window->entry[i].node.id == id)
			break;
	}
	return i;
}

static void take_out(struct lb_window *window, u32 at)
{
	u32 i;

	for (i = at; i + 1 < window->count; i++)
		window->entry[i] = window->entry[i + 1];
	window->count--;
}

/* Where an entry of this age belongs: behind those that are as fresh. */
static u32 place(const struct lb_window *window, u64 at_ms)
{
	u32 i;

	for (i = window->count; i > 0; i--) {
		if (window->entry[i - 1].at_ms >= at_ms)
			break;
	}
	return i;
}

/**
 * lb_window_merge() - take in news about a node
 * @window: of this node
 * @node: the news
 * @at_ms: when it was so, on our clock
 *
 * Return: 1 if it was news, 0 if the window knew better, or if it is about
 *	   this node, which nobody knows better than itself.
 * Context: Any; the caller serialises.
 */
int lb_window_merge(struct lb_window *window, const struct lb_node *node,
		    u64 at_ms)
{
	struct lb_entry fresh = { .node = *node, .at_ms = at_ms };
	u32 to, i, old;

	if (node->id == window->self)
		return 0;
	/* Most of a large cluster's news are older than all in the window. */
	if (window->count == LB_WINDOW &&
	    at_ms <= window->entry[LB_WINDOW - 1].at_ms)
		return 0;
	old = find(window, node->id);
	if (old < window->count) {
		const struct lb_entry *e = &window->entry[old];

		if (e->at_ms >= at_ms)
			return 0;
		if (e->bump_milli && at_ms < e->bump_at_ms + BUMP_SLACK_MS) {
			fresh.bump_milli = e->bump_milli;
			fresh.bump_at_ms = e->bump_at_ms;
		}
	}
	to = place(window, at_ms);
	if (to >= LB_WINDOW)
		return 0;
	/* What was known of it, if it was known, makes room: it was older. */
	if (old == window->count && window->count < LB_WINDOW)
		window->count++;
	for (i = min(old, window->count - 1); i > to; i--)
		window->entry[i] = window->entry[i - 1];
	window->entry[to] = fresh;
	return 1;
}

/**
 * lb_window_find() - what is known about a node
 * @window: of this node
 * @id: the other node
 *
 * Return: its entry, valid until the window changes, or NULL.
 * Context: Any; the caller serialises.
 */
const struct lb_entry *lb_window_find(const struct lb_window *window, u16 id)
{
	u32 i = find(window, id);

	return i < window->count ? &window->entry[i] : NULL;
}

/**
 * lb_window_forget() - a node is not in the map any more
 * @window: of this node
 * @id: the other node
 *
 * Context: Any; the caller serialises.
 */
void lb_window_forget(struct lb_window *window, u16 id)
{
	u32 i = find(window, id);

	if (i < window->count)
		take_out(window, i);
}

/* A free slot, that of the same node, or else of what was said most often. */
static void urge(struct lb_window *window, const struct lb_node *node,
		 u64 at_ms)
{
	struct lb_news *slot = &window->news[0];
	u32 i;

	for (i = 0; i < LB_NEWS; i++) {
		struct lb_news *news = &window->news[i];

		if (news->left && news->node.id == node->id) {
			slot = news;
			break;
		}
		if (news->left < slot->left)
			slot = news;
	}
	slot->node = *node;
	slot->at_ms = at_ms;
	slot->left = window->sends;
}

/**
 * lb_window_hear() - take in what was heard of a node of the map
 * @window: of this node
 * @peer: the node as it was known; brought up to date
 * @node: the news
 * @at_ms: when it was so, on our clock
 *
 * If it is urgent it will be passed on.
 *
 * Context: Any; the caller serialises.
 */
void lb_window_hear(struct lb_window *window, struct lb_peer *peer,
		    const struct lb_node *node, u64 at_ms)
{
	if (!(node->flags & LB_NODE_DEAD))
		lb_window_merge(window, node, at_ms);
	if (at_ms <= peer->heard_at_ms)
		return;
	if (node->flags & LB_NODE_DEAD)
		lb_window_forget(window, node->id);
	if ((node->flags ^ peer->flags) & FLAGS_URGENT)
		urge(window, node, at_ms);
	peer->heard_at_ms = at_ms;
	peer->flags = node->flags;
}

/**
 * lb_window_bury() - this node has found out that another one is dead
 * @window: of this node
 * @peer: the other one
 * @now_at_ms: the clock
 *
 * Context: Any; the caller serialises.
 */
void lb_window_bury(struct lb_window *window, struct lb_peer *peer,
		    u64 now_at_ms)
{
	struct lb_node node = {
		.id = peer->id, .flags = LB_NODE_DEAD,
		.cpus = 1, .speed_milli = 1,
	};

	lb_window_hear(window, peer, &node, now_at_ms);
}

/**
 * lb_window_bump() - a process got there: think of that node as busier
 * @window: of this node
 * @id: the other node
 * @demand_milli: what the process wants
 * @now_at_ms: the clock
 *
 * It holds until that node has told news that must include the process.
 *
 * Context: Any; the caller serialises.
 */
void lb_window_bump(struct lb_window *window, u16 id, u32 demand_milli,
		    u64 now_at_ms)
{
	u32 i = find(window, id);

	if (i == window->count)
		return;
	window->entry[i].bump_milli += min(demand_milli, DEMAND_MAX_MILLI);
	window->entry[i].bump_at_ms = now_at_ms;
}

/**
 * lb_window_node() - a node as it must be thought of
 * @entry: of the window
 *
 * Return: what it said, and what went there since.
 * Context: Any; the caller serialises.
 */
struct lb_node lb_window_node(const struct lb_entry *entry)
{
	struct lb_node node = entry->node;

	node.demand_milli = min(node.demand_milli, DEMAND_MAX_MILLI) +
			    min(entry->bump_milli, DEMAND_MAX_MILLI);
	return node;
}

/* Rounded up: who passes it on, as read below, writes the same again. */
static u32 share_of(const struct lb_node *node)
{
	u64 total = node->mem_total_kib;
	u64 raw = min(node->mem_raw_kib, node->mem_total_kib);

	return total ? (u32)((raw * LB_GOSSIP_SHARE + total - 1) / total) : 0;
}

static u32 raw_of(const struct lb_gossip_entry *e)
{
	u64 share = le16_to_cpu(e->mem_raw_share);

	return (u32)(share * le32_to_cpu(e->mem_total_kib) / LB_GOSSIP_SHARE);
}

static void pack_entry(struct lb_gossip_entry *to, const struct lb_node *node,
		       u64 age_ms)
{
	to->id = cpu_to_le16(node->id);
	to->flags = cpu_to_le16(node->flags);
	to->cpus = cpu_to_le16(node->cpus);
	to->guests = cpu_to_le16(node->guests);
	to->speed_milli = cpu_to_le32(node->speed_milli);
	to->demand_milli = cpu_to_le32(node->demand_milli);
	to->mem_total_kib = cpu_to_le32(node->mem_total_kib);
	to->mem_free_kib = cpu_to_le32(node->mem_free_kib);
	to->features = cpu_to_le64(node->features);
	to->age_ms = cpu_to_le32((u32)age_ms);
	to->version = (u8)node->version;
	to->util = (u8)node->util;
	to->mem_raw_share = cpu_to_le16((u16)share_of(node));
}

/* What is urgent comes first, and is said so many times. */
static u32 pack_news(struct lb_gossip_message *msg, u32 n,
		     struct lb_window *window, u64 now_at_ms)
{
	u32 i;

	for (i = 0; i < LB_NEWS && n < LB_GOSSIP_ENTRIES; i++) {
		struct lb_news *news = &window->news[i];
		u64 age = now_at_ms - min(news->at_ms, now_at_ms);

		if (!news->left)
			continue;
		news->left--;
		if (age <= LB_GOSSIP_AGE_MAX_MS)
			pack_entry(&msg->entry[n++], &news->node, age);
	}
	return n;
}

static u32 pack_header(struct lb_gossip_message *msg, enum lb_gossip_kind kind,
		       u16 sender, u32 n)
{
	u32 i;

	msg->header.magic = cpu_to_le32(LB_GOSSIP_MAGIC);
	msg->header.version = LB_GOSSIP_VERSION;
	msg->header.kind = (u8)kind;
	msg->header.count = cpu_to_le16((u16)n);
	msg->header.sender = cpu_to_le16(sender);
	for (i = 0; i < ARRAY_SIZE(msg->header.reserved); i++)
		msg->header.reserved[i] = 0;
	return sizeof(msg->header) + n * sizeof(msg->entry[0]);
}

/**
 * lb_gossip_pack() - write the push of this period
 * @msg: where to
 * @self: this node, with the demand that it exports
 * @window: of this node; notes that it has said what is urgent once more
 * @now_at_ms: the clock
 *
 * Return: the length of the message in bytes.
 * Context: Any; the caller serialises.
 */
u32 lb_gossip_pack(struct lb_gossip_message *msg, const struct lb_node *self,
		   struct lb_window *window, u64 now_at_ms)
{
	u32 n = 0;
	u32 i;

	pack_entry(&msg->entry[n++], self, 0);
	n = pack_news(msg, n, window, now_at_ms);
	for (i = 0; i < window->count && n < LB_GOSSIP_ENTRIES; i++) {
		const struct lb_entry *e = &window->entry[i];
		u64 age = now_at_ms > e->at_ms ? now_at_ms - e->at_ms : 0;

		if (age > LB_GOSSIP_AGE_MAX_MS)
			break;
		pack_entry(&msg->entry[n++], &e->node, age);
	}
	return pack_header(msg, LB_GOSSIP_PUSH, self->id, n);
}

/**
 * lb_gossip_note() - write a message that has what is urgent alone
 * @msg: where to
 * @kind: LB_GOSSIP_PROBE or LB_GOSSIP_ANSWER
 * @window: of this node; notes that it has said what is urgent once more
 * @now_at_ms: the clock
 *
 * Return: the length of the message in bytes.
 * Context: Any; the caller serialises.
 */
u32 lb_gossip_note(struct lb_gossip_message *msg, enum lb_gossip_kind kind,
		   struct lb_window *window, u64 now_at_ms)
{
	u32 n = pack_news(msg, 0, window, now_at_ms);

	return pack_header(msg, kind, window->self, n);
}

/**
 * lb_gossip_ask() - write a question
 * @msg: where to
 * @self: this node
 * @question: what is asked
 *
 * Return: the length of the message in bytes.
 * Context: Any.
 */
u32 lb_gossip_ask(struct lb_gossip_message *msg, u16 self,
		  const struct lb_question *question)
{
	msg->ask = (struct lb_gossip_ask) {
		.number = cpu_to_le64(question->number),
		.features = cpu_to_le64(question->features),
		.pid = cpu_to_le32(question->pid),
		.demand_milli = cpu_to_le32(min(question->demand_milli,
						DEMAND_MAX_MILLI)),
		.mem_kib = cpu_to_le32(question->mem_kib),
	};
	return pack_header(msg, LB_GOSSIP_ASK, self, 1);
}

/**
 * lb_gossip_asked() - read a question
 * @msg: passed lb_gossip_check(), and is one
 * @question: filled in
 *
 * Context: Any.
 */
void lb_gossip_asked(const struct lb_gossip_message *msg,
		     struct lb_question *question)
{
	*question = (struct lb_question) {
		.number = le64_to_cpu(msg->ask.number),
		.features = le64_to_cpu(msg->ask.features),
		.pid = le32_to_cpu(msg->ask.pid),
		.demand_milli = le32_to_cpu(msg->ask.demand_milli),
		.mem_kib = le32_to_cpu(msg->ask.mem_kib),
	};
}

/**
 * lb_gossip_say() - write what is said to a question
 * @msg: where to
 * @self: this node
 * @number: of the question
 * @answer: LB_ADMIT or LB_REFUSE_*
 *
 * Return: the length of the message in bytes.
 * Context: Any.
 */
u32 lb_gossip_say(struct lb_gossip_message *msg, u16 self, u64 number,
		  const struct lb_answer *answer)
{
	u32 word = LB_WORDS;

	while (--word > LB_WORD_BLOCKED && words[word] != answer->reason)
		;
	if (answer->reason == LB_ADMIT)
		word = LB_WORD_ADMIT;
	msg->say = (struct lb_gossip_say) {
		.number = cpu_to_le64(number),
		.stretch_milli =
			cpu_to_le64(min_t(u64, answer->stretch_milli,
					  LB_GOSSIP_STRETCH_MAX)),
		.youngest_ms = cpu_to_le64(answer->youngest_ms),
		.word = cpu_to_le32(word),
	};
	return pack_header(msg, LB_GOSSIP_SAY, self, 1);
}

/**
 * lb_gossip_said() - read what is said to a question
 * @msg: passed lb_gossip_check(), and is such
 * @answer: filled in
 *
 * Return: the number of the question.
 * Context: Any.
 */
u64 lb_gossip_said(const struct lb_gossip_message *msg,
		   struct lb_answer *answer)
{
	*answer = (struct lb_answer) {
		.reason = (enum lb_reason)words[le32_to_cpu(msg->say.word)],
		.stretch_milli = le64_to_cpu(msg->say.stretch_milli),
		.youngest_ms = le64_to_cpu(msg->say.youngest_ms),
	};
	return le64_to_cpu(msg->say.number);
}

/**
 * lb_gossip_sends() - how often urgent news are passed on
 * @nodes: of the cluster
 *
 * That is 2.772 log2 N rounded up. Half as many reach all but the odd one in N
 * (infod says news so often), if none is lost; but news are urgent when much
 * is, as when half of the nodes have died and nobody knows it yet.
 *
 * Return: messages, at least 4.
 * Context: Any.
 */
u32 lb_gossip_sends(u32 nodes)
{
	u32 log2 = 0;

	while (log2 < 31 && 1U << log2 < nodes)
		log2++;
	return max((log2 * 2772 + 999) / 1000, 4U);
}

static bool entry_is_sane(const struct lb_gossip_entry *e)
{
	u32 cpus = le16_to_cpu(e->cpus);
	u32 speed = le32_to_cpu(e->speed_milli);

	if (!le16_to_cpu(e->id) || e->util > UTIL_MAX)
		return false;
	if (!cpus || cpus > CPUS_MAX || !speed || speed > SPEED_MAX_MILLI)
		return false;
	if (le32_to_cpu(e->demand_milli) > DEMAND_MAX_MILLI)
		return false;
	if (le32_to_cpu(e->mem_free_kib) > le32_to_cpu(e->mem_total_kib))
		return false;
	return le32_to_cpu(e->age_ms) <= LB_GOSSIP_AGE_MAX_MS;
}

static bool ask_is_sane(const struct lb_gossip_ask *ask)
{
	u32 demand = le32_to_cpu(ask->demand_milli);

	return ask->number && ask->pid && demand &&
	       demand <= DEMAND_MAX_MILLI && !ask->reserved[0] &&
	       !ask->reserved[1] && !ask->reserved[2];
}

static bool say_is_sane(const struct lb_gossip_say *say)
{
	u32 word = le32_to_cpu(say->word);

	return say->number && word && word < LB_WORDS &&
	       le64_to_cpu(say->stretch_milli) <= LB_GOSSIP_STRETCH_MAX &&
	       !say->reserved[0] && !say->reserved[1] && !say->reserved[2];
}

/* What follows the header, of a kind that there is. */
static bool body_is_sane(const struct lb_gossip_message *msg, u32 count)
{
	u32 i;

	if (msg->header.kind == LB_GOSSIP_ASK)
		return count == 1 && ask_is_sane(&msg->ask);
	if (msg->header.kind == LB_GOSSIP_SAY)
		return count == 1 && say_is_sane(&msg->say);
	for (i = 0; i < count; i++) {
		if (!entry_is_sane(&msg->entry[i]))
			return false;
	}
	return msg->header.kind != LB_GOSSIP_PUSH ||
	       (count && msg->entry[0].id == msg->header.sender);
}

/**
 * lb_gossip_check() - may any field of this message be believed?
 * @msg: what came from the network, 8-byte aligned
 * @len: how many bytes of it came; may be more than fit in @msg
 *
 * Return: 0; -EPROTONOSUPPORT for a version that this node does not speak;
 *	   -EBADMSG for anything else that is not a message.
 * Context: Any.
 */
int lb_gossip_check(const struct lb_gossip_message *msg, u32 len)
{
	const struct lb_gossip_header *h = &msg->header;
	u32 count, i;

	if (len < sizeof(*h) || le32_to_cpu(h->magic) != LB_GOSSIP_MAGIC)
		return -EBADMSG;
	if (h->version != LB_GOSSIP_VERSION)
		return -EPROTONOSUPPORT;
	count = le16_to_cpu(h->count);
	if (!h->kind || h->kind >= LB_GOSSIP_KINDS || !le16_to_cpu(h->sender))
		return -EBADMSG;
	if (count > LB_GOSSIP_ENTRIES)
		return -EBADMSG;
	if (len != sizeof(*h) + count * sizeof(msg->entry[0]))
		return -EBADMSG;
	for (i = 0; i < ARRAY_SIZE(h->reserved); i++) {
		if (h->reserved[i])
			return -EBADMSG;
	}
	return body_is_sane(msg, count) ? 0 : -EBADMSG;
}

/**
 * lb_gossip_entry() - read one entry of a message
 * @msg: passed lb_gossip_check()
 * @i: which, below its count
 * @now_at_ms: the clock
 * @node: filled in
 *
 * Return: when the node was so, on our clock.
 * Context: Any.
 */
u64 lb_gossip_entry(const struct lb_gossip_message *msg, u32 i, u64 now_at_ms,
		    struct lb_node *node)
{
	const struct lb_gossip_entry *e = &msg->entry[i];

	node->id = le16_to_cpu(e->id);
	node->flags = le16_to_cpu(e->flags) & FLAGS_KNOWN;
	node->cpus = le16_to_cpu(e->cpus);
	node->guests = le16_to_cpu(e->guests);
	node->speed_milli = le32_to_cpu(e->speed_milli);
	node->demand_milli = le32_to_cpu(e->demand_milli);
	node->mem_total_kib = le32_to_cpu(e->mem_total_kib);
	node->mem_free_kib = le32_to_cpu(e->mem_free_kib);
	node->features = le64_to_cpu(e->features);
	node->mem_raw_kib = raw_of(e);
	node->version = e->version;
	node->util = e->util;
	return now_at_ms - min_t(u64, now_at_ms, le32_to_cpu(e->age_ms));
}

/**
 * lb_gossip_count() - how many entries a message has
 * @msg: passed lb_gossip_check()
 *
 * Return: their number; 0 of a question, and of what is said to one.
 * Context: Any.
 */
u32 lb_gossip_count(const struct lb_gossip_message *msg)
{
	if (msg->header.kind >= LB_GOSSIP_ASK)
		return 0;
	return le16_to_cpu(msg->header.count);
}

/**
 * lb_gossip_kind() - what a message is
 * @msg: passed lb_gossip_check()
 *
 * Return: its kind.
 * Context: Any.
 */
enum lb_gossip_kind lb_gossip_kind(const struct lb_gossip_message *msg)
{
	return (enum lb_gossip_kind)msg->header.kind;
}

/**
 * lb_gossip_sender() - who sent a message
 * @msg: passed lb_gossip_check()
 *
 * Return: the node, not 0.
 * Context: Any.
 */
u16 lb_gossip_sender(const struct lb_gossip_message *msg)
{
	return le16_to_cpu(msg->header.sender);
}

/**
 * lb_gossip_dice() - another throw from the same dice
 * @dice: given by the caller
 * @n: which throw
 *
 * Return: 32 bits that look unrelated to those of other @n.
 * Context: Any.
 */
u32 lb_gossip_dice(u32 dice, u32 n)
{
	u32 x = dice + 0x9e3779b9U * (n + 1);

	x = (x ^ (x >> 16)) * 0x85ebca6bU;
	x = (x ^ (x >> 13)) * 0xc2b2ae35U;
	return x ^ (x >> 16);
}

/**
 * lb_gossip_target() - whom to tell
 * @peer: everybody else
 * @count: how many they are
 * @dice: random
 *
 * Somebody alive, mostly: messages to the dead are wasted. But now and then
 * anybody, or a node that comes back would never be found again.
 *
 * Return: the node to send to, 0 if there is none.
 * Context: Any.
 */
u16 lb_gossip_target(const struct lb_peer *peer, u32 count, u32 dice)
{
	u32 at = 0;
	u32 n;

	if (!count)
		return 0;
	for (n = 0; n < TARGET_TRIES; n++) {
		at = lb_gossip_dice(dice, n) % count;
		if (peer[at].heard_at_ms && !(peer[at].flags & LB_NODE_DEAD))
			break;
		if (!(lb_gossip_dice(dice, TARGET_TRIES + n) %
		      max(5U, count)))
			break;
	}
	return peer[at].id;
}
