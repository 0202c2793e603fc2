// SPDX-License-Identifier: GPL-2.0-only
/*
 * seeds FOLDER: inputs to begin with, one file each in FOLDER/TARGET, made from
 * the tables that the unit tests have. So a new message is tried at once.
 */
#include <errno.h>
#include <sys/stat.h>

#include "../../../loadinfo/gossip.h"
#include "../../handshake_cases.h"
#include "../handler.h"
#include "../payloads.h"
#include "fuzz.h"

enum { INPUT_MAX = 8300 };	/* two pages and what is in front of them */

static const char *folder;

/* An input in the making. */
static struct {
	u8 bytes[INPUT_MAX];
	size_t len;
	bool full;
} input;

static void put(const void *bytes, size_t len)
{
	if (input.full || len > sizeof(input.bytes) - input.len) {
		input.full = true;
		return;
	}
	memcpy(input.bytes + input.len, bytes, len);
	input.len += len;
}

static void put_byte(u8 byte)
{
	put(&byte, 1);
}

/* What became too long is left out. */
static void end(const char *target)
{
	static u32 number;
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", folder, target);
	if (mkdir(path, 0777) && errno != EEXIST)
		goto err;
	snprintf(path, sizeof(path), "%s/%s/%04u", folder, target, number++);
	if (!input.full) {
		f = fopen(path, "w");
		if (!f || fwrite(input.bytes, 1, input.len, f) != input.len ||
		    fclose(f))
			goto err;
	}
	input.len = 0;
	input.full = false;
	return;
err:
	perror(path);
	exit(1);
}

static void put_message(u16 type, const u8 *payload, u32 len)
{
	struct wire_header h = {
		.magic = cpu_to_le32(WIRE_MAGIC),
		.type = cpu_to_le16(type),
		.len = cpu_to_le32(len),
	};

	put(&h, sizeof(h));
	put(payload, len);
}

static u8 side_of(u16 type)
{
	for (size_t i = 0; i < ARRAY_SIZE(wire_type_cases); i++)
		if (wire_type_cases[i].type == type)
			return wire_type_cases[i].from & SIDE_HOME;
	return 0;
}

/* As link.c reads it: which end, which version. */
static u8 how(enum wire_side from, u16 version)
{
	return (from & SIDE_HOME) | (version == WIRE_VERSION_MAX ? 2 : 0);
}

/* A payload for both targets that take one. */
static void end_payload(const char *name, u16 type, const u8 *payload, u32 len,
			int want)
{
	(void)name;
	(void)want;
	put_byte(how(side_of(type), handler_version(type, len)));
	put_message(type, payload, len);
	end("link");
	put_byte(type);
	put(payload, len);
	end("payload");
}

/* Each message with a payload of zeros, and each header of the table. */
static void headers(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(wire_type_cases); i++) {
		const struct wire_type_case *c = &wire_type_cases[i];
		u8 *payload = payload_zeros(c->head);

		end_payload(c->name, c->type, payload, c->head, 0);
		free(payload);
	}
	for (size_t i = 0; i < ARRAY_SIZE(wire_header_cases); i++) {
		const struct wire_header_case *c = &wire_header_cases[i];
		struct wire_header h = wire_case_head(c);

		put_byte(c->from & SIDE_HOME);
		put(&h, sizeof(h));
		end("link");
	}
}

/* What one side may say, all of it on one link. */
static void conversation(enum wire_side from, u16 version)
{
	put_byte(how(from, version));
	for (size_t i = 0; i < ARRAY_SIZE(wire_payload_cases); i++) {
		const struct wire_payload_case *c = &wire_payload_cases[i];
		u8 payload[256] = { 0 };

		if (c->want || c->len > sizeof(payload) ||
		    wire_case_header(c->type, c->len, from) ||
		    wire_check_version(version, c->type, c->len))
			continue;
		wire_case_fill(c, payload);
		put_message(c->type, payload, c->len);
	}
	end("link");
}

/* A message of the vector as handshake.c takes it in place of the other end's. */
static void put_forged(const u8 *message, size_t len, size_t fixed, size_t tag)
{
	u8 bytes[128];

	memcpy(bytes, message, len);
	if (fixed)
		bytes[fixed + HS_KEY_LEN] = FUZZ_ANY_TAG;
	if (tag)
		bytes[tag] = FUZZ_ANY_TAG;
	put(bytes, len);
}

static void put_step(u8 step)
{
	switch (step) {
	case 1:
		put_forged(hs_vector_challenge, sizeof(hs_vector_challenge),
			   0, 0);
		break;
	case 2:
		put_forged(hs_vector_open, sizeof(hs_vector_open), 0,
			   offsetof(struct hs_open, tag));
		break;
	case 3:
		put_forged(hs_vector_answer, sizeof(hs_vector_answer),
			   offsetof(struct hs_answer, fixed),
			   offsetof(struct hs_answer, tag));
		break;
	case 4:
		put_forged(hs_vector_finish, sizeof(hs_vector_finish),
			   offsetof(struct hs_finish, fixed),
			   offsetof(struct hs_finish, tag));
		break;
	}
}

/* Steps of handshake.c: who (1: home), what (from bit 2 on), 2: forged. */
static void handshakes(void)
{
	static const u8 honest[] = {
		0 << 2, 1 << 2 | 1, 2 << 2, 3 << 2 | 1, 4 << 2,
	};

	for (u8 how = 0; how < 0x40; how += 5) {
		put_byte(how);
		put(honest, sizeof(honest));
		end("handshake");
	}
	for (u8 how = 5; how < 10; how += 4) {
		for (u8 step = 1; step < sizeof(honest); step++) {
			put_byte(how);
			put(honest, step);
			put_byte(honest[step] | 2);
			put_step(step);
			put(honest + step + 1, sizeof(honest) - step - 1);
			end("handshake");
		}
	}
}

static void put_datagram(const struct lb_gossip_message *msg, u16 len)
{
	put_byte(0);
	put(&len, sizeof(len));
	put(msg, len);
}

/* A cluster of a few nodes of which each tells what it knows. */
static void datagrams(void)
{
	/* Of gossip.c: time, an offer, who is asked, what is told, decided. */
	static const u8 others[] = {
		0x80, 20, 0xe0, 0xe8, 3, 0, 0, 1, 1, 0, 0, 2, 0, 0, 0, 0xf0, 3,
		0xa1, 0xa2, 0xc0, 7, 0xc0, 8,
	};
	struct lb_window w = { .self = 2, .sends = 4 };
	struct lb_peer peer = { .id = 3 };
	struct lb_gossip_message msg;
	struct lb_node node = {
		.cpus = 4, .speed_milli = 1500, .mem_total_kib = 1 << 20,
		.mem_free_kib = 1 << 19, .mem_raw_kib = 1 << 18,
		.version = WIRE_VERSION_MAX, .util = 97,
	};
	u16 len;

	for (u16 id = 2; id < 20; id++) {
		w.self = id;
		node.id = id;
		put_datagram(&msg, lb_gossip_pack(&msg, &node, &w, 5000));
		put(others, sizeof(others));
		end("gossip");
		w.self = 0;
		lb_window_merge(&w, &node, 4000 + id);
	}
	/* As many good entries as fit, and one more promised. */
	w.self = 2;
	node.id = 2;
	len = lb_gossip_pack(&msg, &node, &w, 5000);
	msg.header.count = cpu_to_le16(LB_GOSSIP_ENTRIES + 1);
	len += sizeof(msg.entry[0]);
	put_byte(0);
	put(&len, sizeof(len));
	put(&msg, sizeof(msg));
	put(others, sizeof(others));
	end("gossip");
	lb_window_bury(&w, &peer, 4500);
	put_datagram(&msg, lb_gossip_note(&msg, LB_GOSSIP_PROBE, &w, 5000));
	put_datagram(&msg, lb_gossip_note(&msg, LB_GOSSIP_ANSWER, &w, 5000));
	put(others, sizeof(others));
	end("gossip");
	/* A question, and each thing that may be said to one. */
	for (u32 reason = LB_ADMIT; reason <= LB_REFUSE_LOAD; reason++) {
		const struct lb_question q = {
			.number = 1, .pid = 7, .demand_milli = 1000,
			.mem_kib = reason << 17,
		};
		const struct lb_answer a = {
			.reason = reason, .stretch_milli = 1000,
		};

		w.self = 2;
		put_datagram(&msg, lb_gossip_pack(&msg, &node, &w, 5000));
		put_datagram(&msg, lb_gossip_ask(&msg, 3, &q));
		put_datagram(&msg, lb_gossip_say(&msg, 3, 1, &a));
		put(others, sizeof(others));
		end("gossip");
	}
	/* Asked for 13 seconds in vain. */
	for (u32 i = 0; i < 13; i++)
		put((u8[]){ 0xf0, 0, 0x80, 10 }, 4);
	put(others, sizeof(others));
	end("gossip");
}

/* Lines of the tables that say more than an input could guess. */
static void numbers(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(replay_cases); i++) {
		put_byte(0);
		put(&replay_cases[i].epoch, 8);
		put(&replay_cases[i].number, 8);
	}
	end("replay");
	for (u8 step = 1; step < 4; step++) {
		for (u32 i = 0; i < 64; i++) {
			put_byte(1);
			put_byte(i % 2 ? step : -step * 2);
		}
		end("ahead");
	}
	for (u8 step = 3; step < 40; step += 12) {
		for (u32 i = 0; i < 200; i++)
			put_byte(i * step + i / 16);
		end("tally");
	}
}

int main(int argc, char **argv)
{
	folder = argc > 1 ? argv[1] : ".";
	headers();
	payload_each(end_payload);
	for (u16 version = WIRE_VERSION_MIN; version <= WIRE_VERSION_MAX;
	     version++) {
		conversation(SIDE_HOME, version);
		conversation(SIDE_HOST, version);
	}
	handshakes();
	datagrams();
	numbers();
	return 0;
}
