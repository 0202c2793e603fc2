// SPDX-License-Identifier: GPL-2.0-only
/*
 * mkcap FILE: write a capture of one link by the script on standard input:
 *
 *   > TYPE [NAME=VALUE...]	a message from home, which opened the link
 *   < TYPE [NAME=VALUE...]	a message from the host
 *   segment BYTES		cut what follows into segments of this size
 *   order reverse|twice|normal	how the segments of a message are captured
 *   lose			leave out the first segment of the next message
 *   port N			the host's, before all else
 *   > raw BYTE LEN [BYTE LEN]...	bytes instead of a message: each so often
 *
 * NAME is id, tid, len (of the payload, as long as its head needs by default),
 * magic, or a field that the table below knows; all else is zero.
 */
#include <err.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../../kernel/wire.h"

#define HEADS		(14 + 20 + 20)
#define MESSAGE_MAX	(sizeof(struct wire_header) + WIRE_PAYLOAD_MAX + 64)

enum order { ORDER_NORMAL, ORDER_REVERSE, ORDER_TWICE };

static const struct {
	u16 type;
	const char *name;
	u16 at;
	u16 size;
} fields[] = {
	{ MSG_HELLO, "least", offsetof(struct wire_hello, version_min), 2 },
	{ MSG_HELLO, "most", offsetof(struct wire_hello, version_max), 2 },
	{ MSG_WELCOME, "least", offsetof(struct wire_hello, version_min), 2 },
	{ MSG_WELCOME, "most", offsetof(struct wire_hello, version_max), 2 },
	{ MSG_OFFER, "pid", offsetof(struct wire_offer, pid), 4 },
	{ MSG_OFFER, "uid", offsetof(struct wire_offer, uid), 4 },
	{ MSG_OFFER, "pad", offsetof(struct wire_offer, pad), 4 },
	{ MSG_OFFER, "at", offsetof(struct wire_offer, at), 2 },
	{ MSG_REFUSE, "reason", offsetof(struct wire_refuse, reason), 4 },
	{ MSG_IMAGE, "record", offsetof(struct wire_record, type), 4 },
	{ MSG_IMAGE, "version", offsetof(struct wire_record, version), 4 },
	{ MSG_CALL, "nr", offsetof(struct wire_call, nr), 8 },
	{ MSG_CALL, "nwin", offsetof(struct wire_call, nwin), 4 },
	{ MSG_CALL, "win", offsetof(struct wire_call, win[0].len), 4 },
	{ MSG_CALL, "dir", offsetof(struct wire_call, win[0].dir), 2 },
	{ MSG_CALL, "taken", offsetof(struct wire_call, signals), 4 },
	{ MSG_WELCOME, "token", offsetof(struct wire_welcome, token), 8 },
	{ MSG_RESUME, "token", offsetof(struct wire_resume, token), 8 },
	{ MSG_RESUME, "took", offsetof(struct wire_resume, took), 8 },
	{ MSG_RESUMED, "took", offsetof(struct wire_resumed, took), 8 },
	{ MSG_RESUMED, "gone", offsetof(struct wire_resumed, gone), 4 },
	{ MSG_TOOK, "took", offsetof(struct wire_took, took), 8 },
	{ MSG_TAKEN, "taken", offsetof(struct wire_taken, signals), 4 },
	{ MSG_SIGNAL, "signo", offsetof(struct wire_signal, signo), 4 },
	{ MSG_SIGNAL, "to", offsetof(struct wire_signal, to), 4 },
	{ MSG_REPLY, "out", offsetof(struct wire_reply, out[0]), 4 },
	{ MSG_PAGES, "addr", offsetof(struct wire_pages, addr), 8 },
	{ MSG_PAGES, "count", offsetof(struct wire_pages, count), 4 },
	{ MSG_PAGES, "zero", offsetof(struct wire_pages, zero), 4 },
	{ MSG_PAGES, "flags", offsetof(struct wire_pages, flags), 4 },
	{ MSG_PAGES, "kept", offsetof(struct wire_pages, kept), 4 },
};

static pcap_dumper_t *out;
static u32 next_seq[2];		/* of home, of the host */
static u16 home_port = 40000;
static u32 now_us;
static u32 segment = 1400;
static u32 port = 7236;
static int opened;
static enum order order;
static int lose;

static void put16(u8 *at, u32 value)
{
	at[0] = value >> 8;
	at[1] = value;
}

static void put32(u8 *at, u32 value)
{
	put16(at, value >> 16);
	put16(at + 2, value);
}

/* One TCP packet from home (0) or from the host (1). */
static void packet(int side, u32 seq, u8 flags, const u8 *bytes, u32 len)
{
	u8 frame[HEADS + 65000] = { [12] = 8, [14] = 0x45, [23] = 6 };
	struct pcap_pkthdr head = { .caplen = HEADS + len };
	u8 *ip = frame + 14, *tcp = ip + 20;

	put16(ip + 2, 40 + len);
	put32(ip + 12, 0x0a4d0001 + side);
	put32(ip + 16, 0x0a4d0002 - side);
	put16(tcp, side ? port : home_port);
	put16(tcp + 2, side ? home_port : port);
	put32(tcp + 4, seq);
	tcp[12] = 5 << 4;
	tcp[13] = flags;
	if (len)
		memcpy(tcp + 20, bytes, len);
	head.len = head.caplen;
	head.ts.tv_sec = 1;
	head.ts.tv_usec = now_us++;
	pcap_dump((u8 *)out, &head, frame);
}

static void send_segments(int side, const u8 *bytes, u32 len)
{
	u32 count = (len + segment - 1) / segment, i, at;

	for (i = 0; i < count; i++) {
		at = (order == ORDER_REVERSE ? count - 1 - i : i) * segment;
		if (lose && !at)
			continue;
		packet(side, next_seq[side] + at, 0x10, bytes + at,
		       len - at < segment ? len - at : segment);
	}
}

static void send_bytes(int side, const u8 *bytes, u32 len)
{
	send_segments(side, bytes, len);
	if (order == ORDER_TWICE)
		send_segments(side, bytes, len);
	lose = 0;
	next_seq[side] += len;
}

static u16 find_type(const char *name)
{
	u16 type;

	for (type = 1; type < MSG_TYPES; type++)
		if (!strcmp(wire_type_name(type), name))
			return type;
	return atoi(name);
}

static void set_field(u16 type, u8 *payload, const char *name, u64 value)
{
	size_t i;
	u32 b;

	for (i = 0; i < ARRAY_SIZE(fields); i++) {
		if (fields[i].type != type || strcmp(fields[i].name, name))
			continue;
		for (b = 0; b < fields[i].size; b++)
			payload[fields[i].at + b] = value >> (8 * b);
		return;
	}
	errx(2, "%s has no field %s", wire_type_name(type), name);
}

/* Of each kind so many. */
static void raw(int side, const char *words)
{
	static u8 bytes[MESSAGE_MAX];
	u32 byte, count, len = 0;
	int n;

	while (sscanf(words, "%u %u%n", &byte, &count, &n) == 2) {
		if (len + count > sizeof(bytes))
			errx(2, "too many bytes");
		memset(bytes + len, byte, count);
		len += count;
		words += n;
	}
	send_bytes(side, bytes, len);
}

static void message(int side, char *words)
{
	static u8 bytes[MESSAGE_MAX];
	struct wire_header *h = (void *)bytes;
	u8 *payload = bytes + sizeof(*h);
	char *word = strtok(words, "\n "), *value;
	u16 type = find_type(word);
	u64 number;

	memset(bytes, 0, sizeof(bytes));
	h->magic = cpu_to_le32(WIRE_MAGIC);
	h->type = cpu_to_le16(type);
	h->len = cpu_to_le32(wire_head_len(type));
	while ((word = strtok(NULL, "\n "))) {
		value = strchr(word, '=');
		if (!value)
			errx(2, "%s: no value", word);
		*value++ = 0;
		number = strtoull(value, NULL, 0);
		if (!strcmp(word, "id"))
			h->id = cpu_to_le64(number);
		else if (!strcmp(word, "tid"))
			h->tid = cpu_to_le32(number);
		else if (!strcmp(word, "len"))
			h->len = cpu_to_le32(number);
		else if (!strcmp(word, "magic"))
			h->magic = cpu_to_le32(number);
		else
			set_field(type, payload, word, number);
	}
	number = le32_to_cpu(h->len);
	if (number > WIRE_PAYLOAD_MAX + 1)
		number = 0;
	send_bytes(side, bytes, sizeof(*h) + number);
}

/* A connection, by another port than the one before. */
static void open_flow(void)
{
	opened = 1;
	home_port++;
	next_seq[0] = 0xfffffff0;	/* wraps soon */
	next_seq[1] = 5000;
	packet(0, next_seq[0]++, 2, NULL, 0);
	packet(1, next_seq[1]++, 0x12, NULL, 0);
}

static void say(int side, char *words)
{
	if (!opened)
		open_flow();
	if (strncmp(words, " raw ", 5))
		message(side, words);
	else
		raw(side, words + 5);
}

static void command(char *line)
{
	char word[16] = "";

	if (sscanf(line, "order %15s", word) != 1)
		word[0] = 0;
	if (!strcmp(word, "reverse"))
		order = ORDER_REVERSE;
	else if (!strcmp(word, "twice"))
		order = ORDER_TWICE;
	else if (!strcmp(word, "normal"))
		order = ORDER_NORMAL;
	else if (!strcmp(line, "again\n"))
		open_flow();
	else if (!strcmp(line, "lose\n"))
		lose = 1;
	else if (sscanf(line, "segment %u", &segment) != 1 &&
		 sscanf(line, "port %u", &port) != 1)
		errx(2, "what is: %s", line);
}

int main(int argc, char **argv)
{
	pcap_t *dead = pcap_open_dead(DLT_EN10MB, 1 << 18);
	char text[256], *line;

	if (argc != 2)
		errx(2, "usage: mkcap FILE <SCRIPT");
	out = pcap_dump_open(dead, argv[1]);
	if (!out)
		errx(2, "%s", pcap_geterr(dead));
	while (fgets(text, sizeof(text), stdin)) {
		line = text + strspn(text, " \t");
		if (line[0] == '>' || line[0] == '<')
			say(line[0] == '<', line + 1);
		else if (line[0] != '\n')
			command(line);
	}
	pcap_dump_close(out);
	pcap_close(dead);
	return 0;
}
