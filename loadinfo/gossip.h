/* SPDX-License-Identifier: GPL-2.0-only */
/* PURE: what this node has heard about the others, and how it passes it on. */
#ifndef MOSIX_LOADINFO_GOSSIP_H
#define MOSIX_LOADINFO_GOSSIP_H

#include "model.h"

/**
 * struct lb_entry - one node in the window
 * @node: as it said it was
 * @at_ms: when it was so, on our clock
 * @bump_milli: demand that went there from here and may not be in @node yet
 * @bump_at_ms: when it went
 */
struct lb_entry {
	struct lb_node node;
	u64 at_ms;
	u32 bump_milli;
	u64 bump_at_ms;
};

/**
 * struct lb_news - what the others must know soon
 * @node: its entry as it came; only flags count when it is dead
 * @at_ms: when it was so, on our clock
 * @left: messages that will still say it, 0 if the slot is free
 */
struct lb_news {
	struct lb_node node;
	u64 at_ms;
	u32 left;
};

/**
 * struct lb_question - may a program begin there?
 * @number: what is said to it has it, too; random, not 0
 * @features: CPU features of its home, all of which it may have seen
 * @pid: of the program at home: its place is kept under that; not 0
 * @demand_milli: how many CPUs it will want, not 0
 * @mem_kib: memory that it has
 */
struct lb_question {
	u64 number;
	u64 features;
	u32 pid;
	u32 demand_milli;
	u32 mem_kib;
};

/**
 * struct lb_window - the nodes of which this one has the freshest news
 * @self: this node, which is never an entry
 * @count: entries in use
 * @entry: freshest first, each node at most once
 * @sends: messages in which this node passes urgent news on, see
 *	lb_gossip_sends()
 * @news: urgent, each node at most once
 */
struct lb_window {
	u16 self;
	u32 count;
	struct lb_entry entry[LB_WINDOW];
	u32 sends;
	struct lb_news news[LB_NEWS];
};

/*
 * The message. Little-endian, no implicit padding, zero is never valid, and
 * what is reserved is sent as zero and refused otherwise. It fits the smallest
 * MTU that IPv6 knows, tunnels included in any Ethernet.
 *
 * version 1: as below, pushes of up to 28 entries alone
 * version 2: probes and answers; at most 15 entries, so that all messages of
 *	      a period together stay below 1,000 bytes; the dead are told of
 * version 3: entries have the last three figures; questions, and what is said to
 *	      them
 */

/** enum lb_gossip_limits - numbers of the protocol */
enum lb_gossip_limits {
	/** @LB_GOSSIP_MAGIC: "MxLb" */
	LB_GOSSIP_MAGIC = 0x624c784d,
	/** @LB_GOSSIP_VERSION: of the layout below */
	LB_GOSSIP_VERSION = 3,
	/** @LB_GOSSIP_ENTRIES: most entries in a message */
	LB_GOSSIP_ENTRIES = 15,
	/** @LB_GOSSIP_SHARE: what all of its memory is in mem_raw_share */
	LB_GOSSIP_SHARE = U16_MAX,
	/** @LB_GOSSIP_STRETCH_MAX: a node that is slower is as slow as that */
	LB_GOSSIP_STRETCH_MAX = 1000000000,
	/** @LB_GOSSIP_AGE_MAX_MS: older news is not worth a byte */
	LB_GOSSIP_AGE_MAX_MS = 3600 * 1000,
};

/** enum lb_gossip_kind - frozen, never reused */
enum lb_gossip_kind {
	/** @LB_GOSSIP_INVALID: not a message */
	LB_GOSSIP_INVALID = 0,
	/**
	 * @LB_GOSSIP_PUSH: the sender's own entry, what is urgent, then its
	 * freshest; wants an answer
	 */
	LB_GOSSIP_PUSH = 1,
	/** @LB_GOSSIP_PROBE: what is urgent; wants an answer */
	LB_GOSSIP_PROBE = 2,
	/** @LB_GOSSIP_ANSWER: what is urgent; the sender is alive */
	LB_GOSSIP_ANSWER = 3,
	/** @LB_GOSSIP_ASK: may a program begin there? a struct lb_gossip_ask */
	LB_GOSSIP_ASK = 4,
	/** @LB_GOSSIP_SAY: what was asked: a struct lb_gossip_say */
	LB_GOSSIP_SAY = 5,
	/** @LB_GOSSIP_KINDS: how many there are */
	LB_GOSSIP_KINDS
};

/**
 * struct lb_gossip_header - begins each message
 * @magic: LB_GOSSIP_MAGIC
 * @version: LB_GOSSIP_VERSION
 * @kind: enum lb_gossip_kind
 * @count: entries that follow, up to LB_GOSSIP_ENTRIES; 1 for the one record of
 *	a question, or of what is said to it
 * @sender: node that sends it; of a push the first entry is its own
 * @reserved: 0
 */
struct lb_gossip_header {
	__le32 magic;
	u8 version;
	u8 kind;
	__le16 count;
	__le16 sender;
	u8 reserved[6];
};

static_assert(sizeof(struct lb_gossip_header) == 16);

/**
 * struct lb_gossip_entry - struct lb_node on the wire
 * @id: as there
 * @flags: as there
 * @cpus: as there
 * @guests: as there
 * @speed_milli: as there
 * @demand_milli: as there
 * @mem_total_kib: as there
 * @mem_free_kib: as there
 * @features: as there
 * @age_ms: how long ago the node was so: no two clocks need to agree
 * @version: as there
 * @util: as there
 * @mem_raw_share: of @mem_total_kib, in LB_GOSSIP_SHARE parts: with that an entry
 *	is no longer than it was
 */
struct lb_gossip_entry {
	__le16 id;
	__le16 flags;
	__le16 cpus;
	__le16 guests;
	__le32 speed_milli;
	__le32 demand_milli;
	__le32 mem_total_kib;
	__le32 mem_free_kib;
	__le64 features;
	__le32 age_ms;
	u8 version;
	u8 util;
	__le16 mem_raw_share;
};

static_assert(sizeof(struct lb_gossip_entry) == 40);

/**
 * struct lb_gossip_ask - struct lb_question on the wire
 * @number: as there
 * @features: as there
 * @pid: as there
 * @demand_milli: as there
 * @mem_kib: as there
 * @reserved: 0
 */
struct lb_gossip_ask {
	__le64 number;
	__le64 features;
	__le32 pid;
	__le32 demand_milli;
	__le32 mem_kib;
	__le32 reserved[3];
};

/** enum lb_gossip_word - what may be said to a question; frozen */
enum lb_gossip_word {
	/** @LB_WORD_INVALID: nothing */
	LB_WORD_INVALID = 0,
	/** @LB_WORD_ADMIT: LB_ADMIT, as the others have their names */
	LB_WORD_ADMIT = 1,
	/** @LB_WORD_BLOCKED: */
	LB_WORD_BLOCKED = 2,
	/** @LB_WORD_FULL: */
	LB_WORD_FULL = 3,
	/** @LB_WORD_MEMORY: */
	LB_WORD_MEMORY = 4,
	/** @LB_WORD_FEATURES: */
	LB_WORD_FEATURES = 5,
	/** @LB_WORD_LOAD: */
	LB_WORD_LOAD = 6,
	/** @LB_WORDS: how many there are */
	LB_WORDS
};

/**
 * struct lb_gossip_say - struct lb_answer on the wire
 * @number: of the question
 * @stretch_milli: as there; up to LB_GOSSIP_STRETCH_MAX
 * @youngest_ms: as there
 * @word: enum lb_gossip_word
 * @reserved: 0
 */
struct lb_gossip_say {
	__le64 number;
	__le64 stretch_milli;
	__le64 youngest_ms;
	__le32 word;
	__le32 reserved[3];
};

/* So the length of a message goes with its count, whatever it is. */
static_assert(sizeof(struct lb_gossip_ask) == sizeof(struct lb_gossip_entry));
static_assert(sizeof(struct lb_gossip_say) == sizeof(struct lb_gossip_entry));

/**
 * struct lb_gossip_message - a whole message, 8-byte aligned
 * @header: see there
 * @entry: @header.count of them; or
 * @ask: the question
 * @say: what is said to one
 */
struct lb_gossip_message {
	struct lb_gossip_header header;
	union {
		struct lb_gossip_entry entry[LB_GOSSIP_ENTRIES];
		struct lb_gossip_ask ask;
		struct lb_gossip_say say;
	};
};

/* One datagram, never a fragment: 1,280 less the IPv6 and UDP headers. */
static_assert(sizeof(struct lb_gossip_message) <= 1280 - 40 - 8);

/**
 * struct lb_peer - somebody to gossip with
 * @id: node, never 0
 * @flags: enum lb_node_flag, as of @heard_at_ms
 * @heard_at_ms: time of the freshest news about it, 0 for none
 */
struct lb_peer {
	u16 id;
	u16 flags;
	u64 heard_at_ms;
};

int lb_window_merge(struct lb_window *window, const struct lb_node *node,
		    u64 at_ms);
const struct lb_entry *lb_window_find(const struct lb_window *window, u16 id);
void lb_window_forget(struct lb_window *window, u16 id);
void lb_window_bump(struct lb_window *window, u16 id, u32 demand_milli,
		    u64 now_at_ms);
struct lb_node lb_window_node(const struct lb_entry *entry);

void lb_window_hear(struct lb_window *window, struct lb_peer *peer,
		    const struct lb_node *node, u64 at_ms);
void lb_window_bury(struct lb_window *window, struct lb_peer *peer,
		    u64 now_at_ms);

u32 lb_gossip_pack(struct lb_gossip_message *msg, const struct lb_node *self,
		   struct lb_window *window, u64 now_at_ms);
u32 lb_gossip_note(struct lb_gossip_message *msg, enum lb_gossip_kind kind,
		   struct lb_window *window, u64 now_at_ms);
u32 lb_gossip_ask(struct lb_gossip_message *msg, u16 self,
		  const struct lb_question *question);
void lb_gossip_asked(const struct lb_gossip_message *msg,
		     struct lb_question *question);
u32 lb_gossip_say(struct lb_gossip_message *msg, u16 self, u64 number,
		  const struct lb_answer *answer);
u64 lb_gossip_said(const struct lb_gossip_message *msg,
		   struct lb_answer *answer);
enum lb_gossip_kind lb_gossip_kind(const struct lb_gossip_message *msg);
u16 lb_gossip_sender(const struct lb_gossip_message *msg);
u32 lb_gossip_sends(u32 nodes);
int lb_gossip_check(const struct lb_gossip_message *msg, u32 len);
u32 lb_gossip_count(const struct lb_gossip_message *msg);
u64 lb_gossip_entry(const struct lb_gossip_message *msg, u32 i, u64 now_at_ms,
		    struct lb_node *node);
u16 lb_gossip_target(const struct lb_peer *peer, u32 count, u32 dice);
u32 lb_gossip_dice(u32 dice, u32 n);

#endif /* MOSIX_LOADINFO_GOSSIP_H */
