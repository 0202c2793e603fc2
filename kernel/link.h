/* SPDX-License-Identifier: GPL-2.0-only */
/* A link: the ordered connection between a deputy and its body. */
#ifndef MOSIX_LINK_H
#define MOSIX_LINK_H

#include "silence.h"
#include "tally.h"
#include "wire.h"

#include <linux/atomic.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/net.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

struct mosix_proc;
struct page;

enum { STOP_UNKNOWN = 2 };	/* of mosix_link.stop_sent */

/**
 * struct mosix_msg - one message, on its way out or in
 * @node: in the queue that owns it
 * @h: header as on the wire
 * @pages: MSG_PAGES: the pages that follow @data, references held
 * @npages: how many
 * @len: bytes in @data
 * @data: payload, without the pages
 */
struct mosix_msg {
	struct list_head node;
	struct wire_header h;
	struct page *pages[WIRE_PAGES_MAX];
	u32 npages;
	u32 len;
	u8 data[] __aligned(8);
};

/**
 * struct mosix_link - two ends, one connection at a time, two kernel threads
 * @ref: the process, each thread and whoever waits hold one
 * @all: among all links, see pulse.c
 * @side: which end we are
 * @peer: node at the other end, 0 until it said so
 * @known: the same as the handshake proved it, 0 on a link in clear
 * @greeted: HELLO was exchanged
 * @version: of the protocol, what both ends agreed on then and keep over another
 *	connection; 0 before. At home who connects sets it: the host says nothing that
 *	depends on it before home has offered it something
 * @sock: the connection; replaced by the receiver under @tx and @plug: hold one of
 *	them, or be the receiver
 * @plug: see there; inside @tx
 * @lock: protects @queue, @queued, @nqueued, @error, @closing, @calls, @next_id, @proc,
 *	@tally, @fresh, @fresh_took;
 *	not @stop_sent, which is @tx's
 * @tx: held by who writes to the socket; outside @lock
 * @queue: messages to send, oldest first
 * @queued: bytes in @queue
 * @nqueued: messages in it
 * @wait: the sender and throttled producers
 * @error: 0 while it works, else the negative errno that ended it
 * @closing: no message will follow those in @queue, but for TOOK
 * @ended: and none will be sent any more; @tx's
 * @told_end: the other end was told so in a record; @tx's
 * @heard_end: it told us; only the receiver writes it
 * @corked: more messages come at once: the sender waits for them
 * @calls: requests that wait for an answer
 * @next_id: number of the next request
 * @proc: the process it serves, reference held; NULL until it has one
 * @stopped: deputies that are stopped: the body stops while there is one
 * @stop_sent: what the peer was told last
 * @sent: bytes of messages that were written, headers included; @tx's, too
 * @ahead_ns: what the peer's monotonic clock is ahead of ours, at least; only
 *	the receiver writes it
 * @wall_ns: what the peer's wall clock is ahead of its monotonic one
 * @mono_ns: body: what its monotonic clock is ahead of its home's own
 * @token: names the link to both ends, when it goes on over another connection
 * @sealed: its connections are encrypted
 * @boot: host: which life of the home made it; 0: not told
 * @lasts: it does; see remake.c, as for all that follows
 * @may_run: the other end may think that it lasts
 * @down: there is no connection just now
 * @torn: the receiver's: it was the connection that failed, not what came over it
 * @stubborn: the peer does not tell what it takes: nothing is kept
 * @tally: what was written and taken
 * @untaken: what was written and may have to be again, oldest first; @tx's, as
 *	the next two
 * @untaken_bytes: memory that it takes
 * @reaped: number of the message in front of its first one
 * @fresh: host: the next connection
 * @fresh_took: what the home had taken when it made that
 * @silence: for how long nothing was heard; pulse.c's alone, as all that follows
 * @confirmed: what the other end had taken when we looked last
 * @confirmed_at: jiffies when that was news, or more could be said
 * @refused: segments that TCP had not taken then
 * @was_quiet: a call for an answer was not answered, sometime
 * @quiet_at: jiffies when that was so last
 */
struct mosix_link {
	struct kref ref;
	struct list_head all;
	enum wire_side side;
	u16 peer;
	u16 known;
	u8 greeted;
	u16 version;
	struct socket *sock;
	struct mutex plug;	/* see above */
	spinlock_t lock;	/* see above */
	struct mutex tx;
	struct list_head queue;
	size_t queued;
	u32 nqueued;
	wait_queue_head_t wait;
	int error;
	u8 closing;
	u8 ended;
	u8 told_end;
	u8 heard_end;
	u8 corked;
	struct list_head calls;
	u64 next_id;
	struct mosix_proc *proc;
	atomic_t stopped;
	u8 stop_sent;
	u64 sent;
	s64 ahead_ns;
	s64 wall_ns;
	s64 mono_ns;
	u8 token[WIRE_TOKEN_LEN];
	u64 boot;
	u8 sealed;
	u8 lasts;
	u8 may_run;
	u8 down;
	u8 torn;
	u8 stubborn;
	struct tally tally;
	struct list_head untaken;
	size_t untaken_bytes;
	u64 reaped;
	struct socket *fresh;
	u64 fresh_took;
	struct silence silence;
	u64 confirmed;
	unsigned long confirmed_at;
	u32 refused;
	u8 was_quiet;
	unsigned long quiet_at;
};

struct mosix_msg *mosix_msg_new(enum wire_type type, u32 len);
void mosix_msg_free(struct mosix_msg *msg);
void mosix_msg_measure(struct mosix_msg *msg);

static inline u16 mosix_msg_type(const struct mosix_msg *msg)
{
	return le16_to_cpu(msg->h.type);
}

static inline u64 mosix_msg_id(const struct mosix_msg *msg)
{
	return le64_to_cpu(msg->h.id);
}

struct mosix_link *mosix_link_new(struct socket *sock, enum wire_side side);
u32 mosix_link_hosted(void);
bool mosix_link_is_stuffed(struct mosix_link *link);
void mosix_link_get(struct mosix_link *link);
void mosix_link_put(struct mosix_link *link);
int mosix_link_attach(struct mosix_link *link, struct mosix_proc *proc);
struct mosix_proc *mosix_link_proc(struct mosix_link *link);
int mosix_link_send(struct mosix_link *link, struct mosix_msg *msg);
int mosix_link_send_now(struct mosix_link *link, struct mosix_msg *msg);
int mosix_link_send_plain(struct mosix_link *link, enum wire_type type,
			  u64 id);
int mosix_link_refuse(struct mosix_link *link, u64 id,
		      enum wire_refusal reason, int error);
int mosix_link_throttle(struct mosix_link *link, size_t max);
void mosix_link_stop_level(struct mosix_link *link, int by);
void mosix_link_cork(struct mosix_link *link, bool corked);
bool mosix_link_has_work(struct mosix_link *link);
void mosix_link_finish(struct mosix_link *link);
void mosix_link_close(struct mosix_link *link, int error);

/* stream.c */
int mosix_stream_start(struct mosix_link *link);
void mosix_stream_set_room(struct sock *sk);
bool mosix_stream_send_now(struct mosix_link *link, struct mosix_msg *msg);
bool mosix_stream_take_turn(struct mosix_link *link);
void mosix_stream_end_turn(struct mosix_link *link, struct mosix_msg *msg);
void mosix_stream_say_end(struct mosix_link *link);

/* peer.c */
struct mosix_link *mosix_peer_connect(u16 node);
struct socket *mosix_peer_dial(u16 node, bool sealed);
void mosix_peer_accepted(struct socket *sock, u16 node);
void mosix_peer_relisten(void);

#endif /* MOSIX_LINK_H */
