/* SPDX-License-Identifier: GPL-2.0-only */
/* Trace events: /sys/kernel/tracing/events/mosix. */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM mosix

#if !defined(MOSIX_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define MOSIX_TRACE_H

#include "migrate.h"
#include "node.h"

#include <linux/tracepoint.h>

/* What the balancer has decided, as it is remembered in "decisions". */
TRACE_EVENT(mosix_decision,
	    TP_PROTO(pid_t pid, u16 from, u16 node, const char *reason,
		     s64 gain_milli, u64 cost_ms, s64 worth_ms),
	    TP_ARGS(pid, from, node, reason, gain_milli, cost_ms, worth_ms),
	    TP_STRUCT__entry(__field(pid_t, pid)
			     __field(u16, from)
			     __field(u16, node)
			     __string(reason, reason)
			     __field(s64, gain_milli)
			     __field(u64, cost_ms)
			     __field(s64, worth_ms)),
	    TP_fast_assign(__entry->pid = pid;
			   __entry->from = from;
			   __entry->node = node;
			   __assign_str(reason);
			   __entry->gain_milli = gain_milli;
			   __entry->cost_ms = cost_ms;
			   __entry->worth_ms = worth_ms;),
	    TP_printk("pid=%d from=%u node=%u reason=%s gain=%lld cost=%llu worth=%lld",
		      __entry->pid, __entry->from, __entry->node,
		      __get_str(reason), __entry->gain_milli,
		      __entry->cost_ms, __entry->worth_ms)
);

#define show_mosix_state(state) \
	__print_symbolic(state, { ST_HOME, "home" }, { ST_FROZEN, "frozen" }, \
			 { ST_AWAY, "away" }, { ST_RETURNING, "returning" }, \
			 { ST_ENDED, "ended" }, { ST_OFFERED, "offered" }, \
			 { ST_RUNNING, "running" }, { ST_LEAVING, "leaving" }, \
			 { ST_GONE, "gone" })

/* A process, or guest, is in another state on this node. */
TRACE_EVENT(mosix_state,
	    TP_PROTO(struct mosix_proc *proc, enum mosix_state from,
		     enum mosix_state to),
	    TP_ARGS(proc, from, to),
	    TP_STRUCT__entry(__field(pid_t, pid)
			     __field(u16, home)
			     __field(u8, from)
			     __field(u8, to)),
	    TP_fast_assign(__entry->pid = proc->pid;
			   __entry->home = proc->home ?: mosix_node_self();
			   __entry->from = from;
			   __entry->to = to;),
	    TP_printk("pid=%d home=%u from=%s to=%s", __entry->pid,
		      __entry->home, show_mosix_state(__entry->from),
		      show_mosix_state(__entry->to))
);

/* A move that was asked for has come to its end, well or not. */
TRACE_EVENT(mosix_move,
	    TP_PROTO(const struct mosix_move *move, int result),
	    TP_ARGS(move, result),
	    TP_STRUCT__entry(__field(pid_t, pid)
			     __field(u16, from)
			     __field(u16, to)
			     __field(u8, why)
			     __field(u8, strategy)
			     __field(int, result)
			     __field(u64, freeze_us)
			     __field(u64, bytes)
			     __field(u8, chosen)
			     __field(u64, mem_kib)
			     __field(u32, link_kib_s)
			     __field(u32, round_us)),
	    TP_fast_assign(__entry->pid = move->pid;
			   __entry->from = move->from ?: mosix_node_self();
			   __entry->to = move->to ?: mosix_node_self();
			   __entry->why = move->why;
			   __entry->strategy = move->choice.strategy;
			   __entry->result = result;
			   __entry->freeze_us = move->freeze_us;
			   __entry->bytes = move->bytes;
			   __entry->chosen = move->choice.why;
			   __entry->mem_kib = move->choice.facts.mem_kib;
			   __entry->link_kib_s = move->choice.facts.link_kib_s;
			   __entry->round_us = move->choice.facts.round_us;),
	    TP_printk("pid=%d from=%u to=%u why=%s strategy=%s result=%d freeze_us=%llu bytes=%llu chosen=%s mem_kib=%llu link_kib_s=%u round_us=%u",
		      __entry->pid, __entry->from, __entry->to,
		      __print_symbolic(__entry->why,
				       { MOSIX_WHY_USER, "user" },
				       { MOSIX_WHY_BALANCE, "balance" },
				       { MOSIX_WHY_HOST, "host" },
				       { MOSIX_WHY_VISIT, "visit" },
				       { MOSIX_WHY_STAY, "stay" },
				       { MOSIX_WHY_EXEC, "exec" }),
		      __print_symbolic(__entry->strategy,
				       { STRATEGY_AUTO, "-" },
				       { STRATEGY_DEMAND, "demand" },
				       { STRATEGY_EAGER, "eager" },
				       { STRATEGY_PUSH, "push" },
				       { STRATEGY_PRECOPY, "precopy" }),
		      __entry->result, __entry->freeze_us, __entry->bytes,
		      __print_symbolic(__entry->chosen,
				       { CHOICE_NONE, "-" },
				       { CHOICE_PROCESS, "process" },
				       { CHOICE_NODE, "node" },
				       { CHOICE_SMALL, "small" },
				       { CHOICE_LARGE, "large" },
				       { CHOICE_SLOW, "slow" },
				       { CHOICE_BRIEF, "brief" },
				       { CHOICE_READS, "reads" }),
		      __entry->mem_kib, __entry->link_kib_s,
		      __entry->round_us)
);

#endif /* MOSIX_TRACE_H */

/* This file is read again and again; the Kbuild says where it is. */
#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace

#include <trace/define_trace.h>
