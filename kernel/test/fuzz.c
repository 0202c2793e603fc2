// SPDX-License-Identifier: GPL-2.0-only
/*
 * fuzz [SEED [ROUNDS]]: hostile bytes for every decoder of wire.c, as KTAP.
 *
 * Payloads lie in memory of exactly their length, so that the sanitizer sees
 * a check that reads too far. What a check accepts is then walked through the
 * way a handler would (handler.h). Half of the payloads are cases of wire_cases.h with a
 * few bytes changed, since random bytes alone seldom get past the first test.
 */
#include <stdlib.h>
#include <string.h>

#include "handler.h"
#include "ktap.h"
#include "payloads.h"

static u64 dice;
static u64 accepted[MSG_TYPES];
static u64 refused[MSG_TYPES];
static u64 records[REC_TYPES];

/* xorshift64: the same seed gives the same run everywhere. */
static u32 roll(u32 sides)
{
	dice ^= dice << 13;
	dice ^= dice >> 7;
	dice ^= dice << 17;
	return (dice >> 32) % sides;
}

/* Values that sit on the borders of counts and lengths. */
static u32 edge(void)
{
	static const u32 edges[] = {
		0, 1, 2, 3, 7, 8, 31, 32, 33, 63, 64, 65, 4095, 4096, 4097,
		WIRE_VMAS_MAX, WIRE_RANGES_MAX, WIRE_XSTATE_MAX,
		WIRE_WINDOW_BYTES_MAX, WIRE_PAYLOAD_MAX, 0x7fffffff,
		0x80000000, 0x80000001, 0xaaaaaaab, 0xfffffff8, U32_MAX,
	};

	return edges[roll(ARRAY_SIZE(edges))] + roll(3) - 1;
}

static void change(u8 *payload, u32 len, u32 times)
{
	while (len && times--) {
		u32 at = roll(len < 160 ? len : 160);
		u32 value = roll(4) ? edge() : roll(256);

		if (at % 4 || len - at < 4)
			payload[at] = value;
		else
			memcpy(payload + at, &value, 4);
	}
}

/* Large cases are slow to walk: most are cut short. */
static u32 cut(u32 len)
{
	return len > 8192 && roll(16) ? roll(8192) : len;
}

static u8 *from_payload_case(u16 *type, u32 *len)
{
	const struct wire_payload_case *c;
	u8 *payload;

	c = &wire_payload_cases[roll(ARRAY_SIZE(wire_payload_cases))];
	*type = c->type;
	*len = cut(c->len);
	payload = payload_zeros(*len);
	wire_case_set(c->set, payload, *len);
	return payload;
}

static u8 *from_record_case(u16 *type, u32 *len)
{
	const struct wire_record_case *c;
	u32 body;
	u8 *payload;

	c = &wire_record_cases[roll(ARRAY_SIZE(wire_record_cases))];
	body = cut(c->len);
	*type = MSG_IMAGE;
	*len = sizeof(struct wire_record) + body;
	payload = payload_zeros(*len);
	payload[offsetof(struct wire_record, type)] = c->record;
	payload[offsetof(struct wire_record, version)] = WIRE_RECORD_VERSION;
	wire_case_set(c->set, payload + sizeof(struct wire_record), body);
	return payload;
}

static u8 *from_nothing(u16 *type, u32 *len)
{
	u8 *payload;

	*type = roll(MSG_TYPES + 2);
	*len = wire_head_len(*type) + (roll(2) ? 0 : roll(300));
	payload = payload_zeros(*len);
	change(payload, *len, 12);
	return payload;
}

/* One payload, from a case or from nothing, in memory of its length. */
static u8 *make_payload(u16 *type, u32 *len)
{
	u8 *payload;

	switch (roll(4)) {
	case 0:
		payload = from_payload_case(type, len);
		break;
	case 1:
		payload = from_record_case(type, len);
		break;
	default:
		payload = from_nothing(type, len);
		break;
	}
	change(payload, *len, roll(3));
	return payload;
}

static void count(u16 type, const u8 *payload)
{
	const struct wire_record *rec = (const void *)payload;

	accepted[type]++;
	if (type == MSG_IMAGE)
		records[le32_to_cpu(rec->type)]++;
}

static void fuzz_payload(void)
{
	u8 *payload;
	u32 len;
	u16 type;

	payload = make_payload(&type, &len);
	if (!wire_check_payload(type, payload, len)) {
		handler_walk(handler_version(type, len), type, payload);
		count(type, payload);
	} else if (type < MSG_TYPES) {
		refused[type]++;
	}
	free(payload);
}

/* Of MSG_PAGES only the head need be there when it is checked. */
static void fuzz_pages_head(void)
{
	struct wire_pages *p = (void *)payload_zeros(sizeof(*p));
	u32 len = sizeof(*p) + roll(WIRE_PAGES_MAX + 2) * WIRE_PAGE_SIZE;

	change((u8 *)p, sizeof(*p), 1 + roll(3));
	handler_walked += wire_check_payload(MSG_PAGES, p, len);
	free(p);
}

/* A header that is accepted announces a length that can be received. */
static bool fuzz_header(void)
{
	struct wire_header h = {
		.magic = cpu_to_le32(WIRE_MAGIC),
		.type = cpu_to_le16(roll(MSG_TYPES + 1)),
		.len = cpu_to_le32(roll(2) ? edge() : roll(300)),
	};
	u8 from = 1 + roll(2);

	change((u8 *)&h, sizeof(h), roll(2));
	if (wire_check_header(&h, from))
		return true;
	return handler_header_is_sound(&h);
}

/* A check that never says yes, or never no, has not been tried. */
static void report(u64 rounds, bool sound)
{
	ktap_claim(sound, "fuzz: accepted headers are sound, %llu rounds",
		   rounds);
	for (u16 type = 1; type < MSG_TYPES; type++) {
		bool is_none = !strcmp(wire_type_name(type), "?");

		ktap_claim(!accepted[type] == is_none,
			   "fuzz: %s (%u): %llu taken, %llu refused",
			   wire_type_name(type), type, accepted[type],
			   refused[type]);
	}
	for (u32 rec = 1; rec < REC_TYPES; rec++)
		ktap_claim(records[rec], "fuzz: record %u: %llu taken", rec,
			   records[rec]);
	printf("# %llu bytes walked\n", handler_walked);
}

int main(int argc, char **argv)
{
	u64 seed = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
	u64 rounds = argc > 2 ? strtoull(argv[2], NULL, 0) : 100000;
	bool sound = true;

	dice = seed ? seed : 1;
	ktap_begin();
	printf("# seed %llu\n", seed);
	for (u64 i = 0; i < rounds; i++) {
		fuzz_payload();
		fuzz_pages_head();
		sound &= fuzz_header();
	}
	report(rounds, sound);
	return ktap_end();
}
