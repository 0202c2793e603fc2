// SPDX-License-Identifier: GPL-2.0-only
/*
 * A node that hears datagrams and offers of others that lie: what it takes for
 * a message it takes in as loadinfo/balancer.c and vector.c do, tells on, and
 * decides by.
 */
#include "../../../loadinfo/balance.h"
#include "../../../loadinfo/cost.h"
#include "../../../loadinfo/load.h"
#include "../../../loadinfo/place.h"
#include "../../../loadinfo/watch.h"
#include "../../wire.h"
#include "fuzz.h"

enum {
	SELF		= 1,
	PEERS		= 80,
	START_MS	= 10000,
};

struct node {
	struct lb_window window;
	struct lb_watch watch;
	struct lb_history history;
	struct lb_load load;
	struct lb_node own;
	struct lb_peer peer[PEERS];
	u64 now_ms;
};

static const struct lb_params params = LB_PARAMS_DEFAULT;

static struct lb_peer *find(struct node *n, u16 id)
{
	return id > SELF && id <= SELF + PEERS ? &n->peer[id - SELF - 1] : NULL;
}

static void begin(struct node *n)
{
	memset(n, 0, sizeof(*n));
	n->now_ms = START_MS;
	n->window.self = SELF;
	n->window.sends = lb_gossip_sends(PEERS + 1);
	n->own = (struct lb_node) {
		.id = SELF, .cpus = 2, .speed_milli = 1000,
		.demand_milli = 4000, .mem_total_kib = 1 << 20,
		.mem_free_kib = 1 << 19,
	};
	for (u16 i = 0; i < PEERS; i++)
		n->peer[i].id = SELF + 1 + i;
}

/* As the others shall see it. */
static struct lb_node exported(const struct node *n)
{
	struct lb_node node = n->own;

	node.demand_milli = lb_load_export(&n->load);
	node.mem_free_kib = lb_load_free_kib(&n->load, node.mem_free_kib);
	return node;
}

/* What is told on is a message to whoever runs the same check. */
static void tell(struct node *n, u8 kind)
{
	struct lb_node self = exported(n);
	struct lb_gossip_message msg;
	u32 len;

	kind %= LB_GOSSIP_ASK;
	if (kind > LB_GOSSIP_PUSH)
		len = lb_gossip_note(&msg, kind, &n->window, n->now_ms);
	else
		len = lb_gossip_pack(&msg, &self, &n->window, n->now_ms);
	fuzz_must(!lb_gossip_check(&msg, len), "what is told on is a message");
}

/* As mosix_vector_asked(). */
static void answer(struct node *n, u16 from, const struct lb_question *q)
{
	struct lb_gossip_message msg;
	struct lb_node self = exported(n);
	struct lb_answer said, read;
	struct lb_offer offer = {
		.demand_milli = q->demand_milli, .mem_kib = q->mem_kib,
		.features = q->features,
	};
	u64 key = (u64)from << 32 | q->pid;
	u32 len;

	lb_load_settle(&n->load, key, 0);
	said = lb_place_answer(&self, lb_load_coming(&n->load), 7, &offer,
			       &params);
	if (said.reason == LB_ADMIT &&
	    lb_load_reserve(&n->load, key, q->demand_milli, q->mem_kib,
			    n->now_ms + 500))
		said.reason = LB_REFUSE_FULL;
	fuzz_must(lb_load_keeps(&n->load, key) == (said.reason == LB_ADMIT),
		  "who may come has a place");
	len = lb_gossip_say(&msg, SELF, q->number, &said);
	fuzz_must(!lb_gossip_check(&msg, len) &&
		  lb_gossip_said(&msg, &read) == q->number &&
		  read.reason == said.reason, "what is said is understood");
}

/* What somebody says, of whom a program may have asked it. */
static void take(struct node *n, const struct lb_gossip_message *msg)
{
	static struct lb_place place;
	struct lb_node self = exported(n);
	const struct lb_view view = {
		.self = &self, .window = &n->window, .history = &n->history,
		.params = &params, .now_at_ms = n->now_ms,
	};
	const struct lb_proc proc = {
		.pid = 7, .home = SELF, .demand_milli = 1000,
	};
	struct lb_decision d;
	struct lb_answer said;

	fuzz_must(lb_gossip_said(msg, &said), "a question has a number");
	fuzz_must(said.reason >= LB_ADMIT && said.reason < LB_FAILED,
		  "a place is given or refused");
	lb_place_begin(&place, &view, &proc, U64_MAX - 1);
	while (lb_place_next(&place))
		lb_place_answered(&place, &said);
	d = lb_place_end(&place);
	fuzz_must(lb_reason_moves(d.reason) == !!d.node && d.node != SELF,
		  "a place is elsewhere");
}

static void hear(struct node *n, const struct lb_gossip_message *msg)
{
	struct lb_question q;

	lb_watch_answered(&n->watch, lb_gossip_sender(msg));
	if (lb_gossip_kind(msg) == LB_GOSSIP_ASK) {
		lb_gossip_asked(msg, &q);
		answer(n, lb_gossip_sender(msg), &q);
		return;
	}
	if (lb_gossip_kind(msg) == LB_GOSSIP_SAY) {
		take(n, msg);
		return;
	}
	for (u32 i = 0; i < lb_gossip_count(msg); i++) {
		struct lb_node news;
		u64 at_ms = lb_gossip_entry(msg, i, n->now_ms, &news);
		struct lb_peer *peer = find(n, news.id);

		if (!peer)
			continue;
		lb_watch_heard(&n->watch, news.id, at_ms);
		lb_window_hear(&n->window, peer, &news, at_ms);
	}
	if (lb_gossip_kind(msg) != LB_GOSSIP_ANSWER)
		tell(n, LB_GOSSIP_ANSWER);
}

/* Two bytes are its length, which may be more than there is room for. */
static void receive(struct node *n, struct fuzz_input *in)
{
	struct lb_gossip_message *msg;
	u16 len = 0;
	u32 there;

	if (!fuzz_take(in, &len, sizeof(len)))
		return;
	there = min_t(u32, min_t(u32, len, in->left), sizeof(*msg));
	msg = fuzz_copy(in, there);
	if (there == min_t(u32, len, sizeof(*msg)) &&
	    !lb_gossip_check(msg, len))
		hear(n, msg);
	free(msg);
}

static void pass_time(struct node *n, u8 by)
{
	u16 dead;

	n->now_ms += by * 100;
	lb_load_expire(&n->load, n->now_ms);
	lb_load_sample(&n->load, 1000 * (by % 8));
	lb_watch_period(&n->watch, n->now_ms);
	while ((dead = lb_watch_dead(&n->watch, n->now_ms)))
		if (find(n, dead))
			lb_window_bury(&n->window, find(n, dead), n->now_ms);
}

/* Somebody would send a process: how much it wants, its memory, where it is. */
static void admit(struct node *n, struct fuzz_input *in)
{
	struct { u32 demand_milli, mem_kib; u16 at; } said;
	struct lb_node self = exported(n);
	const struct lb_entry *e;
	struct lb_offer o = { 0 };
	enum lb_reason reason;

	if (!fuzz_take(in, &said, sizeof(said)))
		return;
	e = lb_window_find(&n->window, said.at);
	o.demand_milli = said.demand_milli % (WIRE_LOAD_MAX + 1);
	o.mem_kib = said.mem_kib;
	if (o.demand_milli && e)
		o.stretch_milli = lb_cost_stretch(&e->node,
						  lb_cost_state(&e->node),
						  &params);
	reason = lb_balance_admit(&self, lb_load_coming(&n->load), &o, &params);
	fuzz_must(reason >= LB_ADMIT && reason < LB_FAILED,
		  "an offer is taken or refused");
	if (reason == LB_ADMIT)
		lb_load_reserve(&n->load, said.at + 1, o.demand_milli,
				o.mem_kib, n->now_ms + START_MS);
	if (said.mem_kib & 1)
		lb_load_settle(&n->load, said.at + 1, 0);
}

static void decide(struct node *n, u8 dice)
{
	const struct lb_view view = {
		.self = &n->own, .window = &n->window, .history = &n->history,
		.params = &params, .now_at_ms = n->now_ms, .dice = dice,
	};
	const struct lb_proc proc = {
		.pid = 7, .home = dice & 1 ? SELF : SELF + 1 + dice % 8,
		.moves = dice % 4, .demand_milli = 1000, .work_ms = 1 << 20,
		.here_ms = 1 << 20, .mem_kib = dice << 12,
		.travel_kib = dice << 12,
	};
	struct lb_round round;
	struct lb_decision d;

	lb_balance_begin(&round, &view);
	d = lb_balance_consider(&round, &proc);
	fuzz_must(d.reason && d.reason < LB_REASONS, "a decision has a reason");
	fuzz_must(!lb_reason_moves(d.reason) || find(n, d.node),
		  "nothing is sent to who is not in the map");
	if (!lb_reason_moves(d.reason))
		return;
	lb_load_depart(&n->load, proc.demand_milli);
	lb_history_moved(&n->history, n->now_ms);
	lb_history_ended(&n->history);
	if (dice % 3)
		lb_history_refused(&n->history, d.node, n->now_ms + 3000);
	lb_window_bump(&n->window, d.node, proc.demand_milli, n->now_ms);
}

/* Whom to ask is said by dice; who was asked and is silent is asked again. */
static void ask(struct node *n, u8 dice)
{
	u16 again = lb_watch_again(&n->watch, n->now_ms);

	lb_watch_asked(&n->watch, lb_gossip_target(n->peer, PEERS, dice % 8),
		       n->now_ms);
	if (again)
		lb_watch_asked(&n->watch, again, n->now_ms);
}

static void check(const struct node *n)
{
	const struct lb_entry *e = n->window.entry;
	bool seen[SELF + PEERS + 1] = { [SELF] = true };

	fuzz_must(n->window.count <= LB_WINDOW, "the window is not overfull");
	for (u32 i = 0; i < n->window.count; i++) {
		fuzz_must(!seen[e[i].node.id], "a node is there once");
		seen[e[i].node.id] = true;
		fuzz_must(e[i].node.cpus && e[i].node.speed_milli,
			  "a node has a CPU");
		fuzz_must(!i || e[i - 1].at_ms >= e[i].at_ms,
			  "the freshest is first");
	}
}

int fuzz_one(const u8 *data, size_t len)
{
	struct fuzz_input in = { data, len };
	struct node n;

	begin(&n);
	while (in.left) {
		u8 op = fuzz_byte(&in);

		if (op < 0x80)
			receive(&n, &in);
		else if (op < 0xa0)
			pass_time(&n, fuzz_byte(&in));
		else if (op < 0xc0)
			tell(&n, op);
		else if (op < 0xe0)
			decide(&n, fuzz_byte(&in));
		else if (op < 0xf0)
			admit(&n, &in);
		else
			ask(&n, fuzz_byte(&in));
		check(&n);
	}
	return 0;
}
