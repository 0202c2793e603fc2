/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the balancer knows, as plain data.
 *
 * PURE, as are load.c, cost.c, balance.c and gossip.c, which work on it: no
 * kernel, no clock, no dice of their own, no allocation, no floating point.
 * The kernel fills these structures from the machine, the simulator from its
 * own; both get the same decisions.
 *
 * Units, here and everywhere in this folder:
 *
 *   *_milli	thousandths. Of demand: 1000 = one job that always wants a CPU.
 *		Of speed: 1000 = the reference CPU. Of stretch: 1000 = a second
 *		of work takes a second.
 *   *_ms	milliseconds: a moment on the caller's own monotonic clock when
 *		the name ends in at_ms, a duration otherwise.
 *   *_kib	memory in KiB.
 */
#ifndef MOSIX_LOADINFO_MODEL_H
#define MOSIX_LOADINFO_MODEL_H

#include "../kernel/pure.h"
#include "../kernel/nodeset.h"

/** enum lb_limits - sizes that are fixed when the kernel is built */
enum lb_limits {
	/** @LB_MILLI: one, in thousandths */
	LB_MILLI = 1000,
	/** @LB_WINDOW: entries in a gossip window */
	LB_WINDOW = 64,
	/** @LB_NEWS: urgent news that a node passes on at a time */
	LB_NEWS = 8,
	/** @LB_SUSPECTS: nodes that were asked and have not answered yet */
	LB_SUSPECTS = 16,
	/** @LB_REFUSALS: nodes remembered for having refused a process */
	LB_REFUSALS = 8,
	/** @LB_RESERVATIONS: accepted guests that have not been measured yet */
	LB_RESERVATIONS = 8,
	/** @LB_CHOICES: most candidates that one decision looks at */
	LB_CHOICES = 8,
};

/** enum lb_node_flag - what a node must not be taken for; travels */
enum lb_node_flag {
	/** @LB_NODE_BLOCKED: takes no guests */
	LB_NODE_BLOCKED = BIT(0),
	/** @LB_NODE_STAY: none of its processes leaves by itself */
	LB_NODE_STAY = BIT(1),
	/** @LB_NODE_LEAVING: is being emptied */
	LB_NODE_LEAVING = BIT(2),
	/** @LB_NODE_DEAD: does not answer; said by others, not by the node */
	LB_NODE_DEAD = BIT(3),
	/** @LB_NODE_LSTAY: none of its own processes leaves by itself */
	LB_NODE_LSTAY = BIT(4),
	/** @LB_NODE_QUIET: tells nobody of its load; so it alone knows */
	LB_NODE_QUIET = BIT(5),
};

/**
 * struct lb_node - one node, as it measured itself
 * @id: its number in the node map, never 0
 * @flags: enum lb_node_flag
 * @cpus: CPUs online, at least 1
 * @guests: processes of other nodes that run there
 * @speed_milli: speed of one of its CPUs, at least 1
 * @demand_milli: how many CPUs its processes would use if they could
 * @mem_total_kib: memory that it has
 * @mem_free_kib: memory that it could give away without swapping
 * @features: CPU features that user programs may find there, one bit each
 * @mem_raw_kib: memory that nothing is in; no decision needs it, nor what follows
 * @version: newest version of the links' protocol that it speaks
 * @util: share of time in which not all that would run waited for memory, in
 *	per cent, at least 1; 0 where that is not measured
 */
struct lb_node {
	u16 id;
	u16 flags;
	u16 cpus;
	u16 guests;
	u32 speed_milli;
	u32 demand_milli;
	u32 mem_total_kib;
	u32 mem_free_kib;
	u64 features;
	u32 mem_raw_kib;
	u16 version;
	u16 util;
};

/**
 * struct lb_proc - one process that runs on this node and may be moved
 * @pid: names it for the caller
 * @home: its home node
 * @moves: how often it was moved in its life
 * @demand_milli: how many CPUs it would use if it could, at home
 * @talk_milli: time that it waits for its home in a second of work while away
 * @work_ms: CPU time it used in its life, in milliseconds of a reference CPU
 * @here_ms: time since it arrived, or started, on this node
 * @mem_kib: memory that it occupies
 * @travel_kib: memory that a move would carry while the process stands still
 * @features: CPU features of its home, all of which it may have seen
 * @nodes: where it may be, but for its home, where it always may; NULL: anywhere
 */
struct lb_proc {
	s32 pid;
	u16 home;
	u16 moves;
	u32 demand_milli;
	u32 talk_milli;
	u64 work_ms;
	u64 here_ms;
	u32 mem_kib;
	u32 travel_kib;
	u64 features;
	const struct lb_nodeset *nodes;
};

/**
 * struct lb_params - what an administrator may tune
 * @hysteresis_milli: load that the target is thought to have beyond what it
 *	says once the process is there; 1300 = the process and 0.3 of another
 * @min_gain_milli: least stretch that a move must save
 * @min_work_ms: time that a process must have spent on its work, waiting for
 *	the CPU included, to be worth a thought
 * @residency_ms: time that an arrived process stays at least; doubled for each
 *	two moves that it has made
 * @gap_ms: least time between two moves out of this node
 * @fresh_ms: age beyond which an entry is no ground for a decision
 * @refusal_ms: how long a refusal is remembered
 * @choices: random candidates that are compared, at most LB_CHOICES
 * @move_ms: what a move costs whatever its size
 * @link_kib_per_s: how fast memory travels, at least 1
 * @mem_knee_milli: share of memory in use from where a node is thought to slow
 * @thrash_milli: stretch of a node all of whose memory is in use
 * @max_guests: guests that this node takes at most
 */
struct lb_params {
	u32 hysteresis_milli;
	u32 min_gain_milli;
	u32 min_work_ms;
	u32 residency_ms;
	u32 gap_ms;
	u32 fresh_ms;
	u32 refusal_ms;
	u32 choices;
	u32 move_ms;
	u32 link_kib_per_s;
	u32 mem_knee_milli;
	u32 thrash_milli;
	u32 max_guests;
};

/* Where a value comes from is said in Documentation/balancing.rst. */
#define LB_PARAMS_DEFAULT {			\
	.hysteresis_milli	= 1300,		\
	.min_gain_milli		= 100,		\
	.min_work_ms		= 200,		\
	.residency_ms		= 5000,		\
	.gap_ms			= 20,		\
	.fresh_ms		= 5000,		\
	.refusal_ms		= 3000,		\
	.choices		= 2,		\
	.move_ms		= 100,		\
	.link_kib_per_s		= 20480,	\
	.mem_knee_milli		= 900,		\
	.thrash_milli		= 10000,	\
	.max_guests		= 256,		\
}

/**
 * enum lb_reason - why a process moves, stays, or is refused
 *
 * Of two reasons to stay the one with the greater value came closer to a move;
 * a node reports the greatest of its processes. Names are in lb_reason_name().
 */
enum lb_reason {
	/** @LB_REASON_NONE: invalid */
	LB_REASON_NONE = 0,
	/** @LB_STAY_ADMIN: this node was told to keep its processes */
	LB_STAY_ADMIN,
	/** @LB_STAY_ALONE: no other node is known */
	LB_STAY_ALONE,
	/** @LB_STAY_STALE: nothing fresh is known about any other node */
	LB_STAY_STALE,
	/** @LB_STAY_BUSY: another process is being moved out */
	LB_STAY_BUSY,
	/** @LB_STAY_GAP: the last move out is too recent */
	LB_STAY_GAP,
	/** @LB_STAY_NO_PROC: no process here may be moved */
	LB_STAY_NO_PROC,
	/** @LB_STAY_IDLE: the process hardly wants a CPU */
	LB_STAY_IDLE,
	/** @LB_STAY_NO_WAIT: nobody waits for a CPU or for memory here */
	LB_STAY_NO_WAIT,
	/** @LB_STAY_NO_TARGET: every candidate blocks, has refused, or lacks */
	LB_STAY_NO_TARGET,
	/** @LB_STAY_GAIN: no candidate is better by enough */
	LB_STAY_GAIN,
	/** @LB_STAY_RESIDENCY: the process has only just arrived */
	LB_STAY_RESIDENCY,
	/** @LB_STAY_YOUNG: the process may end before the move pays */
	LB_STAY_YOUNG,
	/** @LB_MOVE_CPU: it waits less for a CPU there */
	LB_MOVE_CPU,
	/** @LB_MOVE_MEMORY: this node runs out of memory */
	LB_MOVE_MEMORY,
	/** @LB_MOVE_NODES: it may not be on this node */
	LB_MOVE_NODES,
	/** @LB_MOVE_HOME: it is better off at home */
	LB_MOVE_HOME,
	/** @LB_ADMIT: the guest may come */
	LB_ADMIT,
	/** @LB_REFUSE_BLOCKED: this node takes no guests */
	LB_REFUSE_BLOCKED,
	/** @LB_REFUSE_FULL: too many guests, or too many on their way */
	LB_REFUSE_FULL,
	/** @LB_REFUSE_MEMORY: no room for its memory */
	LB_REFUSE_MEMORY,
	/** @LB_REFUSE_FEATURES: this CPU lacks what its home has */
	LB_REFUSE_FEATURES,
	/** @LB_REFUSE_LOAD: since it was chosen this node has got busy */
	LB_REFUSE_LOAD,
	/** @LB_FAILED: the move was tried and came to nothing */
	LB_FAILED,
	/** @LB_REASONS: how many there are */
	LB_REASONS
};

/**
 * struct lb_answer - what a node says about having a program begin on it
 * @reason: LB_ADMIT, or LB_REFUSE_*
 * @stretch_milli: what a second of its work would take there, now
 * @youngest_ms: work of the youngest that it would share a CPU with; U64_MAX
 *	if it would have one for itself
 */
struct lb_answer {
	enum lb_reason reason;
	u64 stretch_milli;
	u64 youngest_ms;
};

/**
 * struct lb_decision - what to do with one process, or with none
 * @pid: the process that was looked at closest, 0 if none was
 * @node: where it should go, or the best candidate it does not go to, or 0
 * @reason: LB_MOVE_* or LB_STAY_*
 * @gain_milli: stretch that it would save there
 * @cost_ms: what the move would cost
 * @worth_ms: what the whole cluster is expected to save, the cost taken off
 */
struct lb_decision {
	s32 pid;
	u16 node;
	enum lb_reason reason;
	s64 gain_milli;
	u64 cost_ms;
	s64 worth_ms;
};

/**
 * lb_reason_moves() - does this reason say "go"?
 * @reason: of a decision
 *
 * Return: true for the LB_MOVE_* reasons.
 * Context: Any.
 */
static inline bool lb_reason_moves(enum lb_reason reason)
{
	return reason >= LB_MOVE_CPU && reason <= LB_MOVE_HOME;
}

#endif /* MOSIX_LOADINFO_MODEL_H */
