/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Test tables of the pure files: data only. lb_check.c runs a row; KUnit in
 * the kernel and test/run.c in user space print what it says.
 */
#ifndef MOSIX_LOADINFO_LB_CASES_H
#define MOSIX_LOADINFO_LB_CASES_H

#include "balance.h"
#include "lb_check.h"

/*
 * In the decision tables a field left out has an ordinary value: nodes have two
 * reference CPUs, 1 GiB, half of it free, and all features; processes are of
 * node 1, always compute, and have done so for a minute (lb_check.c).
 */
#define NODE(i, milli, ...) { .id = i, .demand_milli = milli, __VA_ARGS__ }
#define PROC(p, ...) { .pid = p, __VA_ARGS__ }
/* In the cost table nothing is filled in. */
#define PLACE(n, milli, ...) \
	{ .id = 1, .cpus = n, .demand_milli = milli, __VA_ARGS__ }
#define SPEED(milli) .speed_milli = milli
#define MEM(total, free) .mem_total_kib = total, .mem_free_kib = free

static const struct lb_load_case lb_load_cases[] = {
	{
		.name = "rises slowly inside, at once outside; falls otherwise",
		.step = {
			{ LB_DO_SAMPLE, 0, 0, 0, 0 },
			{ LB_DO_SAMPLE, 4000, 1500, 4000, 0 },
			{ LB_DO_SAMPLE, 4000, 2438, 4000, 0 },
			{ LB_DO_SAMPLE, 0, 0, 3000, 0 },
			{ LB_DO_SAMPLE, 0, 0, 2250, 0 },
		},
	}, {
		.name = "a rise ends at the sample, not beyond",
		.step = {
			{ LB_DO_SAMPLE, 1, 1, 1, 0 },
			{ LB_DO_SAMPLE, 2, 2, 2, 0 },
			{ LB_DO_SAMPLE, 1, 1, 1, 0 },
			{ LB_DO_SAMPLE, 0, 0, 0, 0 },
		},
	}, {
		.name = "one who leaves is gone before the next sample",
		.step = {
			{ LB_DO_SAMPLE, 2000, 750, 2000, 0 },
			{ LB_DO_DEPART, 1000, 0, 1000, 0 },
			{ LB_DO_DEPART, 5000, 0, 0, 0 },
		},
	}, {
		.name = "an accepted guest counts outside before it is measured",
		.step = {
			{ LB_DO_RESERVE, 1000, 0, 1000, 1 },
			{ LB_DO_RESERVE, 500, 0, 1500, 2 },
			{ LB_DO_SAMPLE, 200, 75, 1700, 2 },
			{ LB_DO_ARRIVE, 0, 75, 1700, 1 },
			{ LB_DO_EXPIRE, 1999, 75, 1700, 1 },
			{ LB_DO_EXPIRE, 2000, 75, 1200, 1 },
			{ LB_DO_CANCEL, 1, 75, 200, 0 },
		},
	}, {
		.name = "a guest that never comes is forgotten",
		.step = {
			{ LB_DO_RESERVE, 1000, 0, 1000, 1 },
			{ LB_DO_EXPIRE, 9999, 0, 1000, 1 },
			{ LB_DO_EXPIRE, 10000, 0, 0, 0 },
		},
	}, {
		.name = "no more guests on their way than there are slots",
		.step = {
			{ LB_DO_RESERVE, 1, 0, 1, 1 },
			{ LB_DO_RESERVE, 1, 0, 2, 2 },
			{ LB_DO_RESERVE, 1, 0, 3, 3 },
			{ LB_DO_RESERVE, 1, 0, 4, 4 },
			{ LB_DO_RESERVE, 1, 0, 5, 5 },
			{ LB_DO_RESERVE, 1, 0, 6, 6 },
			{ LB_DO_RESERVE, 1, 0, 7, 7 },
			{ LB_DO_RESERVE, 1, 0, 8, 8 },
			{ LB_DO_RESERVE, 1, 0, 8, 8 },
			{ LB_DO_CANCEL, 1, 0, 7, 7 },
		},
	}, {
		.name = "who has arrived takes nobody's slot",
		.step = {
			{ LB_DO_RESERVE, 1, 0, 1, 1 },
			{ LB_DO_RESERVE, 2, 0, 3, 2 },
			{ LB_DO_ARRIVE, 0, 0, 3, 1 },
			{ LB_DO_RESERVE, 4, 0, 7, 2 },
			{ LB_DO_RESERVE, 8, 0, 15, 3 },
			{ LB_DO_RESERVE, 16, 0, 31, 4 },
			{ LB_DO_RESERVE, 32, 0, 63, 5 },
			{ LB_DO_RESERVE, 64, 0, 127, 6 },
			{ LB_DO_RESERVE, 128, 0, 255, 7 },
			{ LB_DO_RESERVE, 256, 0, 509, 8 },
		},
	}, {
		.name = "the greatest demand does not wrap",
		.step = {
			{ LB_DO_SAMPLE, U32_MAX, 1610612736, U32_MAX, 0 },
			{ LB_DO_RESERVE, U32_MAX, 1610612736, U32_MAX, 1 },
			{ LB_DO_SAMPLE, U32_MAX, 2617245696, U32_MAX, 1 },
		},
	},
};

static const struct lb_window_case lb_window_cases[] = {
	{
		.name = "the fresher news stays",
		.step = {
			{ LB_WINDOW_HEAR, 2, 1000, 500, 500 },
			{ LB_WINDOW_HEAR, 2, 1001, 700, 700 },
			{ LB_WINDOW_HEAR, 2, 1000, 900, 700 },
			{ LB_WINDOW_HEAR, 2, 1001, 900, 700 },
		},
	}, {
		.name = "what went there counts until the news include it",
		.step = {
			{ LB_WINDOW_HEAR, 2, 1000, 500, 500 },
			{ LB_WINDOW_BUMP, 2, 2000, 1000, 1500 },
			{ LB_WINDOW_HEAR, 2, 1900, 600, 1600 },
			{ LB_WINDOW_HEAR, 2, 2999, 700, 1700 },
			{ LB_WINDOW_HEAR, 2, 3000, 1600, 1600 },
		},
	}, {
		.name = "two that went there count as two",
		.step = {
			{ LB_WINDOW_HEAR, 2, 1000, 0, 0 },
			{ LB_WINDOW_BUMP, 2, 2000, 1000, 1000 },
			{ LB_WINDOW_BUMP, 2, 2500, 1000, 2000 },
			{ LB_WINDOW_HEAR, 2, 3100, 1000, 3000 },
			{ LB_WINDOW_HEAR, 2, 3500, 2000, 2000 },
		},
	}, {
		.name = "who is forgotten is not known, until heard of again",
		.step = {
			{ LB_WINDOW_HEAR, 2, 1000, 500, 500 },
			{ LB_WINDOW_FORGET, 3, 0, 0, LB_WINDOW_ABSENT },
			{ LB_WINDOW_FORGET, 2, 0, 0, LB_WINDOW_ABSENT },
			{ LB_WINDOW_BUMP, 2, 2000, 1000, LB_WINDOW_ABSENT },
			{ LB_WINDOW_HEAR, 2, 900, 300, 300 },
		},
	}, {
		.name = "nobody tells this node about itself",
		.step = {
			{ LB_WINDOW_HEAR, 1, 1000, 500, LB_WINDOW_ABSENT },
		},
	}, {
		.name = "no change of flags is urgent, even if it is news",
		.step = {
			{ LB_WINDOW_HEAR_OF, 2, 1000, 0, 0 },
			{ LB_WINDOW_HEAR_OF, 2, 2000, 0, 0 },
			{ LB_WINDOW_SAY, 0, 2000, 0, 0 },
		},
	}, {
		.name = "a node that blocks is told of as often as is wanted",
		.step = {
			{ LB_WINDOW_HEAR_OF, 2, 1000, LB_NODE_BLOCKED,
			  LB_NODE_BLOCKED },
			{ LB_WINDOW_SAY, 0, 1100, 0, 1 },
			{ LB_WINDOW_HEAR_OF, 2, 1000, LB_NODE_BLOCKED,
			  LB_NODE_BLOCKED },
			{ LB_WINDOW_SAY, 0, 1200, 0, 1 },
			{ LB_WINDOW_SAY, 0, 1300, 0, 0 },
			{ LB_WINDOW_HEAR_OF, 2, 1400, LB_NODE_BLOCKED,
			  LB_NODE_BLOCKED },
			{ LB_WINDOW_SAY, 0, 1500, 0, 0 },
		},
	}, {
		.name = "older news of a node do not undo fresher ones",
		.step = {
			{ LB_WINDOW_HEAR_OF, 2, 1000, LB_NODE_BLOCKED,
			  LB_NODE_BLOCKED },
			{ LB_WINDOW_HEAR_OF, 2, 900, 0, LB_NODE_BLOCKED },
			{ LB_WINDOW_HEAR_OF, 2, 1100, 0, 0 },
		},
	}, {
		.name = "the dead leave the window and are told of",
		.step = {
			{ LB_WINDOW_HEAR_OF, 2, 1000, 0, 0 },
			{ LB_WINDOW_BURY, 2, 2000, 0, LB_WINDOW_ABSENT },
			{ LB_WINDOW_SAY, 0, 2000, 0, 1 },
			{ LB_WINDOW_HEAR_OF, 2, 1900, 0, LB_NODE_DEAD },
			{ LB_WINDOW_HEAR_OF, 2, 2001, 0, 0 },
		},
	}, {
		.name = "two that changed are told of in one message",
		.step = {
			{ LB_WINDOW_HEAR_OF, 2, 1000, LB_NODE_LEAVING,
			  LB_NODE_LEAVING },
			{ LB_WINDOW_HEAR_OF, 3, 1000, LB_NODE_DEAD,
			  LB_NODE_DEAD },
			{ LB_WINDOW_SAY, 0, 1000, 0, 2 },
		},
	},
};

static const struct lb_watch_case lb_watch_cases[] = {
	{
		.name = "who was asked in this period is not asked again",
		.step = {
			{ LB_WATCH_PERIOD, 0, 1000, 0, 0, 0 },
			{ LB_WATCH_ASK, 2, 1000, 0, 0, 0 },
			{ LB_WATCH_PERIOD, 0, 1500, 0, 2, 0 },
		},
	}, {
		.name = "who answers is no suspect",
		.step = {
			{ LB_WATCH_ASK, 2, 1000, 0, 0, 0 },
			{ LB_WATCH_ANSWER, 2, 1010, 0, 0, 0 },
		},
	}, {
		.name = "nor who was measured since",
		.step = {
			{ LB_WATCH_PERIOD, 0, 1000, 0, 0, 0 },
			{ LB_WATCH_ASK, 2, 1000, 0, 0, 0 },
			{ LB_WATCH_HEAR, 2, 1000, 0, 0, 0 },
			{ LB_WATCH_PERIOD, 0, 1500, 0, 2, 0 },
			{ LB_WATCH_HEAR, 2, 1001, 0, 0, 0 },
			{ LB_WATCH_PERIOD, 0, 2000, 0, 0, 0 },
		},
	}, {
		.name = "asked longest ago, asked first",
		.step = {
			{ LB_WATCH_ASK, 3, 1000, 0, 0, 0 },
			{ LB_WATCH_ASK, 2, 1001, 0, 3, 0 },
			{ LB_WATCH_ASK, 3, 1002, 0, 2, 0 },
		},
	}, {
		.name = "silent for long enough is dead, once",
		.step = {
			{ LB_WATCH_PERIOD, 0, 1000, 0, 0, 0 },
			{ LB_WATCH_ASK, 2, 1000, 24, 2, 0 },
			{ LB_WATCH_PERIOD, 0, 1500, 23, 2, 0 },
			{ LB_WATCH_PERIOD, 0, 13000, 0, 2, 2 },
			{ LB_WATCH_PERIOD, 0, 13500, 0, 0, 0 },
		},
	}, {
		.name = "unless it was hardly asked",
		.step = {
			{ LB_WATCH_PERIOD, 0, 1000, 0, 0, 0 },
			{ LB_WATCH_ASK, 2, 1000, 9, 0, 0 },
			{ LB_WATCH_PERIOD, 0, 1500, 25, 2, 0 },
			{ LB_WATCH_ASK, 2, 14000, 0, 2, 2 },
		},
	}, {
		.name = "who stalls distrusts itself and waits anew",
		.step = {
			{ LB_WATCH_PERIOD, 0, 1000, 0, 0, 0 },
			{ LB_WATCH_ASK, 2, 1000, 12, 0, 0 },
			{ LB_WATCH_PERIOD, 0, 13000, 0, 2, 0 },
			{ LB_WATCH_ASK, 2, 13000, 24, 2, 0 },
			{ LB_WATCH_PERIOD, 0, 13500, 23, 2, 0 },
			{ LB_WATCH_PERIOD, 0, 25000, 0, 2, 2 },
		},
	},
};

static const struct lb_cost_case lb_cost_cases[] = {
	{
		.name = "an idle node: a second takes a second",
		.node = PLACE(2, 0, SPEED(1000)),
		.stretch_milli = 1000, .cost_milli = 0,
	}, {
		.name = "as many jobs as CPUs: nobody waits",
		.node = PLACE(2, 2000, SPEED(1000)),
		.stretch_milli = 1000, .cost_milli = 2000,
	}, {
		.name = "three jobs on two CPUs",
		.node = PLACE(2, 3000, SPEED(1000)),
		.stretch_milli = 1500, .cost_milli = 4500,
	}, {
		.name = "twice the speed, half the stretch",
		.node = PLACE(2, 2000, SPEED(2000)),
		.stretch_milli = 500, .cost_milli = 1000,
	}, {
		.name = "memory at the knee costs nothing",
		.node = PLACE(2, 1000, SPEED(1000), MEM(1000, 100)),
		.stretch_milli = 1000, .cost_milli = 1000,
	}, {
		.name = "half way from the knee to full: a quarter of the way",
		.node = PLACE(2, 1000, SPEED(1000), MEM(1000, 50)),
		.stretch_milli = 3250, .cost_milli = 3250,
	}, {
		.name = "full memory: ten times as long",
		.node = PLACE(2, 1000, SPEED(1000), MEM(1000, 0)),
		.stretch_milli = 10000, .cost_milli = 10000,
	}, {
		.name = "more wanted than there is: worse than full",
		.node = PLACE(2, 1000, SPEED(1000), MEM(1000, 0)),
		.more_kib = 100, .stretch_milli = 37000, .cost_milli = 37000,
	}, {
		.name = "memory unknown is no reason to fear",
		.node = PLACE(2, 1000, SPEED(1000)), .more_kib = 100,
		.stretch_milli = 1000, .cost_milli = 1000,
	}, {
		.name = "no CPU and no speed do not divide by zero",
		.node = PLACE(0, 1000),
		.stretch_milli = 1000000, .cost_milli = 1000000,
	}, {
		.name = "absurd figures stay in range",
		.node = PLACE(1, U32_MAX, SPEED(1), MEM(1, 0)),
		.more_kib = U32_MAX, .stretch_milli = 1000000000,
		.cost_milli = 1000000000000000ULL,
	},
};

static const struct lb_balance_case lb_balance_cases[] = {
	{
		.name = "the worked example of Documentation/balancing.rst",
		.self = NODE(1, 3000),
		.other = { { NODE(2, 1000) }, { NODE(3, 0) } },
		.proc = { PROC(10, .travel_kib = 2048) },
		.want = { .pid = 10, .node = 3, .reason = LB_MOVE_CPU,
			  .gain_milli = 500, .cost_ms = 200,
			  .worth_ms = 89800 },
	}, {
		.name = "three jobs on two CPUs, an idle node: one goes",
		.self = NODE(1, 3000), .other = { { NODE(2, 0) } },
		.proc = { PROC(10), PROC(11, .work_ms = 50000) },
		.want = { .pid = 10, .node = 2, .reason = LB_MOVE_CPU },
	}, {
		.name = "two jobs on two CPUs: nobody waits, nobody goes",
		.self = NODE(1, 2000), .other = { { NODE(2, 0) } },
		.proc = { PROC(10) },
		.want = { .pid = 10, .node = 2, .reason = LB_STAY_NO_WAIT },
	}, {
		.name = "three here, two there: it would only change sides",
		.self = NODE(1, 3000), .other = { { NODE(2, 2000) } },
		.proc = { PROC(10) },
		.want = { .pid = 10, .node = 2, .reason = LB_STAY_GAIN },
	}, {
		.name = "a little more than three here: still not enough",
		.self = NODE(1, 3400), .other = { { NODE(2, 2000) } },
		.proc = { PROC(10) },
		.want = { .pid = 10, .node = 2, .reason = LB_STAY_GAIN,
			  .gain_milli = 50 },
	}, {
		.name = "what it would win the others there would lose",
		.self = NODE(1, 1000, .speed_milli = 500),
		.other = { { NODE(2, 2000) } }, .proc = { PROC(10) },
		.want = { .pid = 10, .node = 2, .reason = LB_STAY_NO_WAIT,
			  .gain_milli = 350 },
	}, {
		.name = "four here, two there: one goes",
		.self = NODE(1, 4000), .other = { { NODE(2, 2000) } },
		.proc = { PROC(10) },
		.want = { .pid = 10, .node = 2, .reason = LB_MOVE_CPU },
	}, {
		.name = "the less busy of two candidates",
		.self = NODE(1, 9000),
		.other = { { NODE(2, 4000) }, { NODE(3, 3000) } },
		.proc = { PROC(10) },
		.want = { .pid = 10, .node = 3, .reason = LB_MOVE_CPU },
	}, {
		.name = "what has just gone there counts as being there",
		.self = NODE(1, 9000),
		.other = { { NODE(2, 4000) }, { NODE(3, 3000), 0, 3000 } },
		.proc = { PROC(10) },
		.want = { .pid = 10, .node = 2, .reason = LB_MOVE_CPU },
	}, {
		.name = "the fast node, though it has as many jobs",
		.self = NODE(1, 4000),
		.other = { { NODE(2, 2000) },
			   { NODE(3, 2000, .speed_milli = 3000) } },
		.proc = { PROC(10) },
		.want = { .pid = 10, .node = 3, .reason = LB_MOVE_CPU },
	}, {
		.name = "alone but slow: the faster node is worth it",
		.self = NODE(1, 1000, .speed_milli = 500),
		.other = { { NODE(2, 0) } },
		.proc = { PROC(10) },
		.want = { .pid = 10, .node = 2, .reason = LB_MOVE_CPU },
	}, {
		.name = "no other node known",
		.self = NODE(1, 9000), .proc = { PROC(10) },
		.want = { .pid = 0, .node = 0, .reason = LB_STAY_ALONE },
	}, {
		.name = "nothing fresh known",
		.self = NODE(1, 9000), .other = { { NODE(2, 0), 5001 } },
		.proc = { PROC(10) },
		.want = { .pid = 0, .node = 0, .reason = LB_STAY_STALE },
	}, {
		.name = "just fresh enough",
		.self = NODE(1, 9000), .other = { { NODE(2, 0), 5000 } },
		.proc = { PROC(10) },
		.want = { .pid = 10, .node = 2, .reason = LB_MOVE_CPU },
	}, {
		.name = "a node that blocks is no target",
		.self = NODE(1, 9000),
		.other = { { NODE(2, 0, .flags = LB_NODE_BLOCKED) } },
		.proc = { PROC(10) },
		.want = { .pid = 10, .node = 0, .reason = LB_STAY_NO_TARGET },
	}, {
		.name = "unless it is home",
		.self = NODE(2, 9000),
		.other = { { NODE(1, 0, .flags = LB_NODE_BLOCKED) } },
		.proc = { PROC(10) },
		.want = { .pid = 10, .node = 1, .reason = LB_MOVE_HOME },
	}, {
		.name = "a node that is being emptied is no target, nor a home",
		.self = NODE(2, 9000),
		.other = { { NODE(1, 0, .flags = LB_NODE_LEAVING) } },
		.proc = { PROC(10) },
		.want = { .pid = 10, .node = 0, .reason = LB_STAY_NO_TARGET },
	}, {
		.name = "a node that has refused is not asked again",
		.self = NODE(1, 9000), .other = { { NODE(2, 0) } },
		.history = { .refusal = { { 2, LB_CASE_NOW_MS + 1 } } },
		.proc = { PROC(10) },
		.want = { .pid = 10, .node = 0, .reason = LB_STAY_NO_TARGET },
	}, {
		.name = "until the refusal is forgotten",
		.self = NODE(1, 9000), .other = { { NODE(2, 0) } },
		.history = { .refusal = { { 2, LB_CASE_NOW_MS } } },
		.proc = { PROC(10) },
		.want = { .pid = 10, .node = 2, .reason = LB_MOVE_CPU },
	}, {
		.name = "a CPU that lacks what home has is no target",
		.self = NODE(1, 9000),
		.other = { { NODE(2, 0, .features = 0x07) } },
		.proc = { PROC(10) },
		.want = { .pid = 10, .node = 0, .reason = LB_STAY_NO_TARGET },
	}, {
		.name = "nor a node that has no room for its memory",
		.self = NODE(1, 9000), .other = { { NODE(2, 0) } },
		.proc = { PROC(10, .mem_kib = (1 << 19) + 1) },
		.want = { .pid = 10, .node = 0, .reason = LB_STAY_NO_TARGET },
	}, {
		.name = "this node keeps its processes",
		.self = NODE(1, 9000, .flags = LB_NODE_STAY),
		.other = { { NODE(2, 0) } }, .proc = { PROC(10) },
		.want = { .pid = 0, .node = 0, .reason = LB_STAY_ADMIN },
	}, {
		.name = "one at a time",
		.self = NODE(1, 9000), .other = { { NODE(2, 0) } },
		.history = { .moving = 1, .moved_at_ms = 1 },
		.proc = { PROC(10) },
		.want = { .pid = 0, .node = 0, .reason = LB_STAY_BUSY },
	}, {
		.name = "and a pause between two",
		.self = NODE(1, 9000), .other = { { NODE(2, 0) } },
		.history = { .moved_at_ms = LB_CASE_NOW_MS - 19 },
		.proc = { PROC(10) },
		.want = { .pid = 0, .node = 0, .reason = LB_STAY_GAP },
	}, {
		.name = "which ends",
		.self = NODE(1, 9000), .other = { { NODE(2, 0) } },
		.history = { .moved_at_ms = LB_CASE_NOW_MS - 20 },
		.proc = { PROC(10) },
		.want = { .pid = 10, .node = 2, .reason = LB_MOVE_CPU },
	}, {
		.name = "no process may move",
		.self = NODE(1, 9000), .other = { { NODE(2, 0) } },
		.want = { .pid = 0, .node = 0, .reason = LB_STAY_NO_PROC },
	}, {
		.name = "a process that sleeps is not why the node is busy",
		.self = NODE(1, 9000), .other = { { NODE(2, 0) } },
		.proc = { PROC(10, .demand_milli = 99) },
		.want = { .pid = 10, .node = 0, .reason = LB_STAY_IDLE },
	}, {
		.name = "too young: it may end before the move pays",
		.self = NODE(1, 3000), .other = { { NODE(2, 0) } },
		.proc = { PROC(10, .work_ms = 199) },
		.want = { .pid = 10, .node = 2, .reason = LB_STAY_YOUNG },
	}, {
		.name = "too young, whatever it would gain",
		.self = NODE(1, 18000), .other = { { NODE(2, 0) } },
		.proc = { PROC(10, .work_ms = 22) },
		.want = { .pid = 10, .node = 2, .reason = LB_STAY_YOUNG },
	}, {
		.name = "where many wait, little work is done in a long time",
		.self = NODE(1, 18000), .other = { { NODE(2, 0) } },
		.proc = { PROC(10, .work_ms = 23) },
		.want = { .pid = 10, .node = 2, .reason = LB_MOVE_CPU },
	}, {
		.name = "one that goes, not one that would be worth more",
		.self = NODE(1, 9000), .other = { { NODE(2, 0) } },
		.proc = { PROC(10, .moves = 1, .here_ms = 1,
			       .work_ms = 600000), PROC(11) },
		.want = { .pid = 11, .node = 2, .reason = LB_MOVE_CPU },
	}, {
		.name = "old enough, just",
		.self = NODE(1, 3000), .other = { { NODE(2, 0) } },
		.proc = { PROC(10, .work_ms = 200) },
		.want = { .pid = 10, .node = 2, .reason = LB_MOVE_CPU },
	}, {
		/* 100 ms + 20480 KiB at 20480 KiB/s = 1100 ms; gain 500 */
		.name = "what travels makes a move dear: 2199 ms are too few",
		.self = NODE(1, 3000), .other = { { NODE(2, 0) } },
		.proc = { PROC(10, .work_ms = 2199, .travel_kib = 20480) },
		.want = { .pid = 10, .node = 2, .reason = LB_STAY_YOUNG },
	}, {
		.name = "what travels makes a move dear: 2200 ms are enough",
		.self = NODE(1, 3000), .other = { { NODE(2, 0) } },
		.proc = { PROC(10, .work_ms = 2200, .travel_kib = 20480) },
		.want = { .pid = 10, .node = 2, .reason = LB_MOVE_CPU },
	}, {
		.name = "of two that may go the cheaper one",
		.self = NODE(1, 3000), .other = { { NODE(2, 0) } },
		.proc = { PROC(10, .travel_kib = 20480), PROC(11) },
		.want = { .pid = 11, .node = 2, .reason = LB_MOVE_CPU },
	}, {
		.name = "an arrived process stays for a while",
		.self = NODE(2, 9000), .other = { { NODE(3, 0) } },
		.proc = { PROC(10, .moves = 1, .here_ms = 4999) },
		.want = { .pid = 10, .node = 3, .reason = LB_STAY_RESIDENCY },
	}, {
		.name = "then it may go on",
		.self = NODE(2, 9000), .other = { { NODE(3, 0) } },
		.proc = { PROC(10, .moves = 1, .here_ms = 5000) },
		.want = { .pid = 10, .node = 3, .reason = LB_MOVE_CPU },
	}, {
		.name = "who has moved three times stays for twice as long",
		.self = NODE(2, 9000), .other = { { NODE(3, 0) } },
		.proc = { PROC(10, .moves = 3, .here_ms = 9999) },
		.want = { .pid = 10, .node = 3, .reason = LB_STAY_RESIDENCY },
	}, {
		.name = "and no longer",
		.self = NODE(2, 9000), .other = { { NODE(3, 0) } },
		.proc = { PROC(10, .moves = 3, .here_ms = 10000) },
		.want = { .pid = 10, .node = 3, .reason = LB_MOVE_CPU },
	}, {
		.name = "who has moved without end does not stay for ever",
		.self = NODE(2, 9000), .other = { { NODE(3, 0) } },
		.proc = { PROC(10, .moves = 65535, .here_ms = 320000) },
		.want = { .pid = 10, .node = 3, .reason = LB_MOVE_CPU },
	}, {
		.name = "its own gain does not pay what the others lose",
		.self = NODE(1, 1200, .speed_milli = 500),
		.other = { { NODE(2, 1300) } },
		.proc = { PROC(10, .work_ms = 300) },
		.want = { .pid = 10, .node = 2, .reason = LB_STAY_YOUNG,
			  .gain_milli = 700 },
	}, {
		.name = "a guest goes on to where it is best, not only home",
		.self = NODE(2, 9000),
		.other = { { NODE(3, 0) }, { NODE(1, 3000) } },
		.proc = { PROC(10, .moves = 1) },
		.want = { .pid = 10, .node = 3, .reason = LB_MOVE_CPU },
	}, {
		.name = "home is better than an equal stranger",
		.self = NODE(2, 9000),
		.other = { { NODE(3, 1000) }, { NODE(1, 1000) } },
		.proc = { PROC(10, .moves = 1) },
		.want = { .pid = 10, .node = 1, .reason = LB_MOVE_HOME },
	}, {
		.name = "who talks much with home stays there",
		.self = NODE(1, 3000), .other = { { NODE(2, 0) } },
		.proc = { PROC(10, .talk_milli = 500) },
		.want = { .pid = 10, .node = 2, .reason = LB_STAY_GAIN },
	}, {
		.name = "and goes back when there is room",
		.self = NODE(2, 2000), .other = { { NODE(1, 0) } },
		.proc = { PROC(10, .moves = 1, .talk_milli = 500) },
		.want = { .pid = 10, .node = 1, .reason = LB_MOVE_HOME },
	}, {
		.name = "a node out of memory sends its process to one with room",
		.self = NODE(1, 1000, MEM(1 << 20, 0)),
		.other = { { NODE(2, 1000) } },
		.proc = { PROC(10, .mem_kib = 400000) },
		.want = { .pid = 10, .node = 2, .reason = LB_MOVE_MEMORY,
			  .gain_milli = 8850, .cost_ms = 100,
			  .worth_ms = 519200 },
	}, {
		.name = "young, but nobody gets work done without memory",
		.self = NODE(1, 1000, MEM(1 << 20, 0)),
		.other = { { NODE(2, 1000) } },
		.proc = { PROC(10, .mem_kib = 400000, .work_ms = 20) },
		.want = { .pid = 10, .node = 2, .reason = LB_MOVE_MEMORY },
	}, {
		.name = "too young for the move to pay, even so",
		.self = NODE(1, 1000, MEM(1 << 20, 0)),
		.other = { { NODE(2, 1000) } },
		.proc = { PROC(10, .mem_kib = 400000, .work_ms = 11) },
		.want = { .pid = 10, .node = 2, .reason = LB_STAY_YOUNG },
	}, {
		.name = "of two the one whose going ends the shortage",
		.self = NODE(1, 2000, MEM(1 << 20, 0)),
		.other = { { NODE(2, 0) } },
		.proc = { PROC(10, .mem_kib = 1000),
			  PROC(11, .mem_kib = 300000) },
		.want = { .pid = 11, .node = 2, .reason = LB_MOVE_MEMORY },
	}, {
		.name = "who may not be here goes before who gains more",
		.self = NODE(2, 9000), .other = { { NODE(1, 0) } },
		.proc = { PROC(10, .moves = 1, .work_ms = 600000),
			  PROC(11, .moves = 1, .nodes = &(const struct
				lb_nodeset) { 1, 0, { { 3, 3 } } }) },
		.want = { .pid = 11, .node = 1, .reason = LB_MOVE_NODES },
	}, {
		.name = "not to a node that it would fill in turn",
		.self = NODE(1, 3000),
		.other = { { NODE(2, 0, MEM(1 << 20, 110000)) } },
		.proc = { PROC(10, .mem_kib = 100000) },
		.want = { .pid = 10, .node = 2, .reason = LB_STAY_GAIN },
	},
};

static const struct lb_admit_case lb_admit_cases[] = {
	{
		.name = "room for one",
		.self = NODE(2, 1000),
		.offer = { .demand_milli = 1000, .mem_kib = 4096,
			   .stretch_milli = 1500 },
		.want = LB_ADMIT,
	}, {
		.name = "got busy since: coming does not pay any more",
		.self = NODE(2, 2000),
		.offer = { .demand_milli = 1000, .mem_kib = 4096,
			   .stretch_milli = 1500 },
		.want = LB_REFUSE_LOAD,
	}, {
		.name = "but whoever asks for it may",
		.self = NODE(2, 2000),
		.offer = { .demand_milli = 1000, .mem_kib = 4096 },
		.want = LB_ADMIT,
	}, {
		.name = "blocked", .self = NODE(2, 0, .flags = LB_NODE_BLOCKED),
		.want = LB_REFUSE_BLOCKED,
	}, {
		.name = "being emptied",
		.self = NODE(2, 0, .flags = LB_NODE_LEAVING),
		.want = LB_REFUSE_BLOCKED,
	}, {
		.name = "enough guests", .self = NODE(2, 0, .guests = 256),
		.want = LB_REFUSE_FULL,
	}, {
		.name = "enough guests, one of them on its way",
		.self = NODE(2, 0, .guests = 255), .coming = 1,
		.want = LB_REFUSE_FULL,
	}, {
		.name = "too many on their way", .self = NODE(2, 0),
		.coming = LB_RESERVATIONS, .want = LB_REFUSE_FULL,
	}, {
		.name = "no room for its memory", .self = NODE(2, 0),
		.offer = { .mem_kib = (1 << 19) + 1 },
		.want = LB_REFUSE_MEMORY,
	}, {
		.name = "exactly room for its memory", .self = NODE(2, 0),
		.offer = { .mem_kib = 1 << 19 }, .want = LB_ADMIT,
	}, {
		.name = "a CPU that lacks something", .self = NODE(2, 0),
		.offer = { .features = 0x100 }, .want = LB_REFUSE_FEATURES,
	},
};

/* Each begins with a good message of two entries and spoils it. */
static const struct lb_codec_case lb_codec_cases[] = {
	{ .name = "a good message", .want = 0 },
	{ .name = "empty", .len = -96, .want = -EBADMSG },
	{ .name = "shorter than a header", .len = -81, .want = -EBADMSG },
	{ .name = "a header alone", .len = -80, .want = -EBADMSG },
	{ .name = "one byte short", .len = -1, .want = -EBADMSG },
	{ .name = "one byte more", .len = 1, .want = -EBADMSG },
	{ .name = "one entry more than it says", .len = 40, .want = -EBADMSG },
	{ .name = "not ours", .at = 0, .flip = 1, .want = -EBADMSG },
	{ .name = "version 2", .at = 4, .flip = 1, .want = -EPROTONOSUPPORT },
	{ .name = "version 4", .at = 4, .flip = 7, .want = -EPROTONOSUPPORT },
	{ .name = "kind 0", .at = 5, .flip = 1, .want = -EBADMSG },
	{ .name = "kind 6", .at = 5, .flip = 7, .want = -EBADMSG },
	{ .name = "two entries are no question", .at = 5, .flip = 5,
	  .want = -EBADMSG },
	{ .name = "count 0", .at = 6, .flip = 2, .want = -EBADMSG },
	{ .name = "count 258", .at = 7, .flip = 1, .want = -EBADMSG },
	{ .name = "sender is not first", .at = 8, .flip = 3, .want = -EBADMSG },
	{ .name = "first is not sender", .at = 16, .flip = 3,
	  .want = -EBADMSG },
	{ .name = "reserved in the header", .at = 15, .flip = 1,
	  .want = -EBADMSG },
	{ .name = "node 0", .at = 56, .flip = 3, .want = -EBADMSG },
	{ .name = "no CPUs", .at = 60, .flip = 2, .want = -EBADMSG },
	{ .name = "too many CPUs", .at = 61, .flip = 0x80, .want = -EBADMSG },
	{ .name = "absurd speed", .at = 67, .flip = 1, .want = -EBADMSG },
	{ .name = "absurd demand", .at = 71, .flip = 0x80, .want = -EBADMSG },
	{ .name = "more free than there is", .at = 79, .flip = 1,
	  .want = -EBADMSG },
	{ .name = "stale beyond belief", .at = 91, .flip = 1,
	  .want = -EBADMSG },
	{ .name = "more than always usable", .at = 93, .flip = 0x65,
	  .want = -EBADMSG },
	{ .name = "an unknown flag is not an error", .at = 59, .flip = 0x80,
	  .want = 0 },
};

#undef NODE
#undef PROC
#undef PLACE
#undef SPEED
#undef MEM

#endif /* MOSIX_LOADINFO_LB_CASES_H */
