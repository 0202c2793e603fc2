/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Test tables: node sets, dry runs, where a program would start, journals. As
 * lb_cases.h, data only; a field left out has an ordinary value there as here.
 */
#ifndef MOSIX_LOADINFO_LB_PLACE_CASES_H
#define MOSIX_LOADINFO_LB_PLACE_CASES_H

#include "lb_check.h"

#define NODE(i, milli, ...) { .id = i, .demand_milli = milli, __VA_ARGS__ }
#define PROC(p, ...) { .pid = p, __VA_ARGS__ }
#define SET(...) (&(const struct lb_nodeset) { __VA_ARGS__ })
#define ROOM(milli) { LB_ADMIT, milli, U64_MAX }
#define CROWD(milli, youngest) { LB_ADMIT, milli, youngest }

static const struct lb_nodeset_case lb_nodeset_cases[] = {
	{ .name = "these", .text = "1-3,7", .in = 3, .out = 4 },
	{ .name = "the last of them", .text = "1-3,7", .in = 7, .out = 8 },
	{ .name = "all but these", .text = "!4,9-12", .in = 8, .out = 9 },
	{ .name = "all", .text = "all", .in = 65535 },
	{ .name = "the greatest node", .text = "65535", .in = 65535, .out = 1 },
	{ .name = "as many ranges as fit",
	  .text = "!1-99,101-199,201-299,301-399,401-499,501-599,601,65535",
	  .in = 600, .out = 601 },
	{ .name = "one more", .text = "1,3,5,7,9,11,13,15,17", .want = -E2BIG },
	{ .name = "nothing", .text = "", .want = -EINVAL },
	{ .name = "none but nobody", .text = "!", .want = -EINVAL },
	{ .name = "node 0", .text = "0-3", .want = -EINVAL },
	{ .name = "no such number", .text = "65536", .want = -EINVAL },
	{ .name = "a number that wraps", .text = "4294967297",
	  .want = -EINVAL },
	{ .name = "backwards", .text = "3-1", .want = -EINVAL },
	{ .name = "to nowhere", .text = "3-", .want = -EINVAL },
	{ .name = "a comma too many", .text = "1,", .want = -EINVAL },
	{ .name = "something behind", .text = "1;", .want = -EINVAL },
	{ .name = "a word", .text = "ally", .want = -EINVAL },
};

static const struct lb_balance_case lb_would_cases[] = {
	{
		.name = "all nodes are looked at, not two",
		.self = NODE(1, 9000),
		.other = { { NODE(2, 4000) }, { NODE(3, 4000) },
			   { NODE(4, 1000) } },
		.proc = { PROC(10) },
		.want = { .pid = 10, .node = 4, .reason = LB_MOVE_CPU },
	}, {
		.name = "another one that moves is no reason",
		.self = NODE(1, 9000), .other = { { NODE(2, 0) } },
		.history = { .moving = 1, .moved_at_ms = LB_CASE_NOW_MS },
		.proc = { PROC(10) },
		.want = { .pid = 10, .node = 2, .reason = LB_MOVE_CPU },
	}, {
		.name = "nor that it moved just now",
		.self = NODE(1, 9000), .other = { { NODE(2, 0) } },
		.history = { .moved_at_ms = LB_CASE_NOW_MS },
		.proc = { PROC(10) },
		.want = { .pid = 10, .node = 2, .reason = LB_MOVE_CPU },
	}, {
		.name = "what the admin said is one",
		.self = NODE(1, 9000, .flags = LB_NODE_STAY),
		.other = { { NODE(2, 0) } }, .proc = { PROC(10) },
		.want = { .pid = 10, .node = 0, .reason = LB_STAY_ADMIN },
	}, {
		.name = "a refusal, too",
		.self = NODE(1, 9000), .other = { { NODE(2, 0) } },
		.history = { .refusal = { { 2, LB_CASE_NOW_MS + 1 } } },
		.proc = { PROC(10) },
		.want = { .pid = 10, .node = 0, .reason = LB_STAY_NO_TARGET },
	}, {
		.name = "not where it may not be",
		.self = NODE(1, 9000),
		.other = { { NODE(2, 0) }, { NODE(3, 1000) } },
		.proc = { PROC(10, .nodes = SET(1, 0, { { 3, 3 } })) },
		.want = { .pid = 10, .node = 3, .reason = LB_MOVE_CPU },
	}, {
		.name = "away from where it may not be, though all is well there",
		.self = NODE(2, 1000),
		.other = { { NODE(3, 1000) }, { NODE(1, 9000) } },
		.proc = { PROC(10, .moves = 9, .here_ms = 1,
			       .nodes = SET(1, 1, { { 2, 2 } })) },
		.want = { .pid = 10, .node = 3, .reason = LB_MOVE_NODES },
	}, {
		.name = "home at least, whatever the set says",
		.self = NODE(2, 1000), .other = { { NODE(1, 9000) } },
		.proc = { PROC(10, .moves = 1, .demand_milli = 1,
			       .nodes = SET(1, 0, { { 7, 7 } })) },
		.want = { .pid = 10, .node = 1, .reason = LB_MOVE_NODES },
	}, {
		.name = "at home it may be, whatever the set says",
		.self = NODE(1, 1000), .other = { { NODE(2, 0) } },
		.proc = { PROC(10, .nodes = SET(1, 0, { { 2, 2 } })) },
		.want = { .pid = 10, .node = 2, .reason = LB_STAY_NO_WAIT },
	},
};

static const struct lb_place_case lb_place_cases[] = {
	{
		.name = "a CPU to spare here: nobody is asked",
		.self = NODE(1, 1000), .other = { { NODE(2, 0) } },
		.proc = PROC(10),
		.want = { .pid = 10, .reason = LB_STAY_NO_WAIT },
	}, {
		.name = "where it would wait, one with a CPU to spare ends it",
		.self = NODE(1, 2000),
		.other = { { NODE(2, 0) }, { NODE(3, 2000) } },
		.proc = PROC(10), .ask = { { 2, ROOM(1000) } },
		.want = { .pid = 10, .node = 2, .reason = LB_MOVE_CPU,
			  .gain_milli = 500 },
	}, {
		.name = "the example in place.c: C may be idle by now, and is",
		.self = NODE(1, 2000, .cpus = 1),
		.other = { { NODE(3, 2000, .cpus = 1) },
			   { NODE(2, 1000, .cpus = 1) } },
		.proc = PROC(10),
		.ask = { { 2, CROWD(2000, 5) }, { 3, ROOM(1000) } },
		.want = { .pid = 10, .node = 3, .reason = LB_MOVE_CPU,
			  .gain_milli = 2000 },
	}, {
		.name = "news are old, which is no harm",
		.self = NODE(1, 2000), .other = { { NODE(2, 0), 60000 } },
		.proc = PROC(10), .ask = { { 2, ROOM(1000) } },
		.want = { .pid = 10, .node = 2, .reason = LB_MOVE_CPU },
	}, {
		.name = "who refuses, or does not answer, is not taken",
		.self = NODE(1, 2000),
		.other = { { NODE(2, 0) }, { NODE(3, 2000) } },
		.proc = PROC(10),
		.ask = { { 2, { LB_REFUSE_FULL, 1000, 0 } },
			 { 3, ROOM(1000) } },
		.want = { .pid = 10, .node = 3, .reason = LB_MOVE_CPU },
	}, {
		.name = "all as busy: it starts here",
		.self = NODE(1, 2000), .other = { { NODE(2, 2000) } },
		.proc = PROC(10), .youngest_ms = 50,
		.ask = { { 2, CROWD(1500, 50) } },
		.want = { .pid = 10, .reason = LB_STAY_GAIN },
	}, {
		.name = "all as busy: it starts with the oldest",
		.self = NODE(1, 2000),
		.other = { { NODE(2, 2000) }, { NODE(3, 2100) } },
		.proc = PROC(10), .youngest_ms = 50,
		.ask = { { 2, CROWD(1500, 51) }, { 3, CROWD(1500, 50) } },
		.want = { .pid = 10, .node = 2, .reason = LB_MOVE_CPU },
	}, {
		.name = "a gain that a move would not be worth is not, either",
		.self = NODE(1, 2000), .other = { { NODE(2, 1900) } },
		.proc = PROC(10), .youngest_ms = 50,
		.ask = { { 2, CROWD(1401, 90) } },
		.want = { .pid = 10, .reason = LB_STAY_GAIN },
	}, {
		.name = "the least of all that answer",
		.self = NODE(1, 8000),
		.other = { { NODE(2, 4000) }, { NODE(3, 4100) } },
		.proc = PROC(10), .youngest_ms = 50,
		.ask = { { 2, CROWD(2500, 9) }, { 3, CROWD(2000, 1) } },
		.want = { .pid = 10, .node = 3, .reason = LB_MOVE_CPU,
			  .gain_milli = 2500 },
	}, {
		.name = "a faster node is worth asking, a slower one is not",
		.self = NODE(1, 0),
		.other = { { NODE(2, 0, .speed_milli = 500) },
			   { NODE(3, 3000, .speed_milli = 2000) } },
		.proc = PROC(10), .ask = { { 3, ROOM(500) } },
		.want = { .pid = 10, .node = 3, .reason = LB_MOVE_CPU,
			  .gain_milli = 500 },
	}, {
		.name = "who talks with home stays where it can",
		.self = NODE(1, 2000), .other = { { NODE(2, 0) } },
		.proc = PROC(10, .talk_milli = 500), .youngest_ms = 50,
		.want = { .pid = 10, .reason = LB_STAY_GAIN },
	}, {
		.name = "nobody is asked who blocks or lacks a feature",
		.self = NODE(1, 2000),
		.other = { { NODE(2, 0, .flags = LB_NODE_BLOCKED) },
			   { NODE(3, 0, .features = 0x07) } },
		.proc = PROC(10), .youngest_ms = 50,
		.want = { .pid = 10, .reason = LB_STAY_NO_TARGET },
	}, {
		.name = "nor who has refused just now, or is not in its set",
		.self = NODE(1, 2000),
		.other = { { NODE(2, 0) }, { NODE(3, 0) } },
		.history = { .refusal = { { 2, LB_CASE_NOW_MS + 1 } } },
		.proc = PROC(10, .nodes = SET(1, 1, { { 3, 3 } })),
		.youngest_ms = 50,
		.want = { .pid = 10, .reason = LB_STAY_NO_TARGET },
	}, {
		.name = "what the admin said",
		.self = NODE(1, 9000, .flags = LB_NODE_STAY),
		.other = { { NODE(2, 0) } }, .proc = PROC(10),
		.want = { .pid = 10, .reason = LB_STAY_ADMIN },
	}, {
		.name = "alone", .self = NODE(1, 9000), .proc = PROC(10),
		.want = { .pid = 10, .reason = LB_STAY_ALONE },
	},
};

static const struct lb_answer_case lb_answer_cases[] = {
	{
		.name = "a CPU to spare",
		.self = NODE(2, 1000), .youngest_ms = 7,
		.offer = { .demand_milli = 1000, .mem_kib = 4096 },
		.want = ROOM(1000),
	}, {
		.name = "company", .self = NODE(2, 2000), .youngest_ms = 7,
		.offer = { .demand_milli = 1000, .mem_kib = 4096 },
		.want = CROWD(1500, 7),
	}, {
		.name = "whether it pays is not asked here",
		.self = NODE(2, 9000), .youngest_ms = 7,
		.offer = { .demand_milli = 1000, .mem_kib = 4096,
			   .stretch_milli = 1000 },
		.want = CROWD(5000, 7),
	}, {
		.name = "blocked", .self = NODE(2, 0, .flags = LB_NODE_BLOCKED),
		.offer = { .demand_milli = 1000 },
		.want = { LB_REFUSE_BLOCKED, 1000, U64_MAX },
	}, {
		.name = "memory that would be short is company, too",
		.self = NODE(2, 0), .youngest_ms = 7,
		.offer = { .demand_milli = 1000, .mem_kib = 1 << 19 },
		.want = CROWD(10000, 7),
	},
};

static const struct lb_journal_case lb_journal_cases[] = {
	{ "a decision", "best 10 3 13 500 200 89800\n", 0 },
	{ "a negative one", "best 10 3 10 18446744073709551615 200 1\n", 0 },
	{ "no line feed", "round 5 7", 0 },
	{ "nothing", "", -EBADMSG },
	{ "another word", "bests 10 3 13 500 200 89800\n", -EBADMSG },
	{ "a number short", "best 10 3 13 500 200\n", -EBADMSG },
	{ "a number more", "best 10 3 13 500 200 89800 1\n", -EBADMSG },
	{ "two blanks", "round 5  7\n", -EBADMSG },
	{ "a blank at the end", "round 5 7 ", -EBADMSG },
	{ "no number", "round 5 x\n", -EBADMSG },
	{ "a sign", "round 5 -7\n", -EBADMSG },
	{ "no room for it", "round 5 4294967296\n", -EBADMSG },
	{ "beyond 64 bits", "round 18446744073709551616 7\n", -EBADMSG },
	{ "node 65536", "refusal 65536 7\n", -EBADMSG },
};

/* Each begins with a good one and spoils it. */
#define ASK	.kind = LB_GOSSIP_ASK
#define SAY	.kind = LB_GOSSIP_SAY

static const struct lb_ask_case lb_ask_cases[] = {
	{ .name = "a good question", ASK, .want = 0 },
	{ .name = "one byte short", ASK, .len = -1, .want = -EBADMSG },
	{ .name = "one byte more", ASK, .len = 1, .want = -EBADMSG },
	{ .name = "a header alone", ASK, .len = -40, .want = -EBADMSG },
	{ .name = "two questions", ASK, .len = 40, .at = 6, .flip = 3,
	  .want = -EBADMSG },
	{ .name = "no question", ASK, .len = -40, .at = 6, .flip = 1,
	  .want = -EBADMSG },
	{ .name = "of another version", ASK, .at = 4, .flip = 1,
	  .want = -EPROTONOSUPPORT },
	{ .name = "of nobody", ASK, .at = 8, .flip = 1, .want = -EBADMSG },
	{ .name = "for no program", ASK, .at = 32, .flip = 7,
	  .want = -EBADMSG },
	{ .name = "reserved in a question", ASK, .at = 44, .flip = 1,
	  .want = -EBADMSG },
	{ .name = "reserved at its end", ASK, .at = 55, .flip = 0x80,
	  .want = -EBADMSG },
	{ .name = "absurd demand", ASK, .at = 39, .flip = 0x80,
	  .want = -EBADMSG },
	{ .name = "a question is no answer", ASK, .at = 5, .flip = 1,
	  .want = -EBADMSG },
	{ .name = "good words", SAY, .want = 0 },
	{ .name = "words one byte short", SAY, .len = -1, .want = -EBADMSG },
	{ .name = "word 0", SAY, .at = 40, .flip = 1, .want = -EBADMSG },
	{ .name = "word 7", SAY, .at = 40, .flip = 6, .want = -EBADMSG },
	{ .name = "word 257", SAY, .at = 41, .flip = 1, .want = -EBADMSG },
	{ .name = "absurd stretch", SAY, .at = 31, .flip = 1,
	  .want = -EBADMSG },
	{ .name = "reserved in words", SAY, .at = 44, .flip = 1,
	  .want = -EBADMSG },
	{ .name = "reserved at their end", SAY, .at = 52, .flip = 1,
	  .want = -EBADMSG },
	{ .name = "words of nobody", SAY, .at = 8, .flip = 1,
	  .want = -EBADMSG },
};

#undef ASK
#undef SAY
#undef NODE
#undef PROC
#undef SET
#undef ROOM
#undef CROWD

#endif /* MOSIX_LOADINFO_LB_PLACE_CASES_H */
