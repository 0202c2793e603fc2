// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's own codec judges every message: what the kernel would refuse
 * from a peer must not be what it sends.
 */
#include "messages.h"

#include <stdio.h>
#include <string.h>

static void complain(const struct stream *s, const char *what, u16 type,
		     int error)
{
	printf("bad: %s: %s at byte %llu: %s (%s)\n", packet_ends(&s->key),
	       wire_type_name(type), s->offset, what, strerror(-error));
}

/* HELLO or RESUME opens what the opener says, their answers what the other one. */
static int wrong_first(const struct stream *s, u16 type)
{
	if (s->messages)
		return 0;
	if (s->opener)
		return type != MSG_HELLO && type != MSG_RESUME;
	return type != MSG_WELCOME && type != MSG_RESUMED && type != MSG_REFUSE;
}

/* Returns 1 when a message was eaten, 0 when bytes are missing, -1 if bad. */
static int eat_one(struct stream *s, message_fn tell)
{
	const char *bytes = s->bytes.data + s->bytes.start;
	struct wire_header h;
	struct message m = { .stream = s };
	int error;

	if (buf_len(&s->bytes) < sizeof(h))
		return 0;
	memcpy(&h, bytes, sizeof(h));
	m.type = le16_to_cpu(h.type);
	m.len = le32_to_cpu(h.len);
	m.tid = le32_to_cpu(h.tid);
	m.id = le64_to_cpu(h.id);
	error = wire_check_header(&h, s->opener ? SIDE_HOME : SIDE_HOST);
	if (error) {
		complain(s, "header", m.type, error);
		return -1;
	}
	if (buf_len(&s->bytes) < sizeof(h) + m.len)
		return 0;
	m.payload = bytes + sizeof(h);
	error = wire_check_payload(m.type, m.payload, m.len);
	if (error)
		complain(s, "payload", m.type, error);
	else if (wrong_first(s, m.type))
		complain(s, "not how a link begins", m.type, error = -EPROTO);
	if (error)
		return -1;
	if (tell)
		tell(&m);
	s->messages++;
	s->offset += sizeof(h) + m.len;
	buf_take(&s->bytes, sizeof(h) + m.len);
	return 1;
}

enum {
	RECORD_HEAD	= 5,
	RECORD_DATA	= 23,		/* all that TLS 1.3 shows of a type */
	RECORD_MAX	= 16384 + 256,
	TEXT_HEAD	= 4,		/* its length */
	TEXT_MAX	= 512 * 1024 + 64,
};

/**
 * messages_is_talk() - is it a conversation about the map, not a link?
 * @s: the stream
 *
 * Return: 1 or 0.
 */
int messages_is_talk(const struct stream *s)
{
	return s->key.sport == TALK_PORT || s->key.dport == TALK_PORT;
}

/* Is this direction a handshake and records? Of the map nothing is said in clear. */
static enum sealed how_it_begins(const struct stream *s)
{
	const struct hs_head *head = (void *)(s->bytes.data + s->bytes.start);

	if (messages_is_talk(s))
		return SEALED_FIRST;
	if (head->type != (s->opener ? HS_OPEN : HS_CHALLENGE))
		return SEALED_NOT;
	return SEALED_FIRST;
}

static int bad_seal(const struct stream *s, const char *what)
{
	printf("bad: %s: at byte %llu: %s\n", packet_ends(&s->key), s->offset,
	       what);
	return -1;
}

/* One question, one answer. */
static int text_len(const struct stream *s)
{
	const unsigned char *bytes = (void *)(s->bytes.data + s->bytes.start);
	unsigned int len;

	if (s->messages)
		return bad_seal(s, "more than one text");
	if (buf_len(&s->bytes) < TEXT_HEAD)
		return 0;
	len = bytes[0] | bytes[1] << 8 | bytes[2] << 16 |
	      (unsigned int)bytes[3] << 24;
	if (len < HS_TAG_LEN || len > TEXT_MAX + HS_TAG_LEN)
		return bad_seal(s, "not the length of a text");
	return TEXT_HEAD + len;
}

/* The length of the next thing; 0: not to be seen yet, -1: not lawful. */
static int sealed_len(const struct stream *s)
{
	const unsigned char *bytes = (void *)(s->bytes.data + s->bytes.start);
	unsigned int len;

	if (s->sealed == SEALED_FIRST)
		return s->opener ? sizeof(struct hs_open) :
				   sizeof(struct hs_challenge);
	if (s->sealed == SEALED_SECOND)
		return s->opener ? sizeof(struct hs_finish) :
				   sizeof(struct hs_answer);
	if (!buf_len(&s->bytes))
		return 0;
	if (messages_is_talk(s))
		return text_len(s);
	if (buf_len(&s->bytes) < RECORD_HEAD)
		return 0;
	len = bytes[3] << 8 | bytes[4];
	if (bytes[0] != RECORD_DATA || bytes[1] != 3 || bytes[2] != 3)
		return bad_seal(s, "not a record of TLS");
	if (len > RECORD_MAX)
		return bad_seal(s, "a record too long");
	return RECORD_HEAD + len;
}

static unsigned int wanted_type(const struct stream *s)
{
	if (s->sealed == SEALED_FIRST)
		return s->opener ? HS_OPEN : HS_CHALLENGE;
	return s->opener ? HS_FINISH : HS_ANSWER;
}

/* As eat_one(), of a link that is encrypted. */
static int eat_sealed(struct stream *s)
{
	const unsigned char *bytes = (void *)(s->bytes.data + s->bytes.start);
	int len = sealed_len(s);

	if (len <= 0 || buf_len(&s->bytes) < (size_t)len)
		return len < 0 ? -1 : 0;
	if (s->sealed != SEALED_RECORDS) {
		if (bytes[0] != wanted_type(s))
			return bad_seal(s, "not the message of the handshake");
		if (s->opener && s->sealed == SEALED_FIRST)
			memcpy(s->opening, bytes, sizeof(struct hs_open));
		s->sealed++;
	} else {
		s->messages++;
	}
	s->offset += len;
	buf_take(&s->bytes, len);
	return 1;
}

static int eat(struct stream *s, message_fn tell)
{
	if (s->sealed == SEALED_UNKNOWN) {
		if (!buf_len(&s->bytes))
			return 0;
		s->sealed = how_it_begins(s);
	}
	return s->sealed == SEALED_NOT ? eat_one(s, tell) : eat_sealed(s);
}

/**
 * messages_eat() - take the whole messages out of a stream
 * @s: the stream
 * @tell: called with each of them, in order; may be NULL
 *
 * Context: prints what is wrong. Of an encrypted link only that it is one can
 * be seen: a handshake, then records of TLS and nothing else; of a conversation
 * about the map, a handshake and a text each way.
 * Return: 0, or -1 when there was something that no node may send.
 */
int messages_eat(struct stream *s, message_fn tell)
{
	int got;

	/* A connection older than the capture: where does a message begin? */
	if (!s->begun) {
		buf_take(&s->bytes, buf_len(&s->bytes));
		return 0;
	}
	while ((got = eat(s, tell)) > 0)
		;
	return got;
}

static void say_offer(char *text, size_t size, const struct message *m)
{
	const struct wire_offer *o = m->payload;

	if (m->len == sizeof(*o))
		snprintf(text, size, "pid=%u at=%u uid=%u",
			 le32_to_cpu(o->pid), le16_to_cpu(o->at),
			 le32_to_cpu(o->uid));
	else
		snprintf(text, size, "pid=%u at=%u", le32_to_cpu(o->pid),
			 le16_to_cpu(o->at));
}

/**
 * message_detail() - what a message is about, in words
 * @m: the message, which the codec accepted
 *
 * Context: not re-entrant.
 * Return: a string that is good until the next call; may be empty.
 */
const char *message_detail(const struct message *m)
{
	static char text[96];
	const struct wire_hello *hello = m->payload;
	const struct wire_refuse *refuse = m->payload;
	const struct wire_record *record = m->payload;
	const struct wire_call *call = m->payload;
	const struct wire_reply *reply = m->payload;
	const struct wire_signal *sig = m->payload;
	const struct wire_page_req *req = m->payload;
	const struct wire_pages *pages = m->payload;
	const struct wire_took *took = m->payload;

	text[0] = 0;
	switch (m->type) {
	case MSG_HELLO:
	case MSG_WELCOME:
		snprintf(text, sizeof(text), "node=%u peer=%u versions=%u-%u",
			 le16_to_cpu(hello->node), le16_to_cpu(hello->peer),
			 le16_to_cpu(hello->version_min),
			 le16_to_cpu(hello->version_max));
		break;
	case MSG_OFFER:
		say_offer(text, sizeof(text), m);
		break;
	case MSG_TOOK:
		snprintf(text, sizeof(text), "took=%llu",
			 le64_to_cpu(took->took));
		break;
	case MSG_REFUSE:
		snprintf(text, sizeof(text), "reason=%u (%s)",
			 le32_to_cpu(refuse->reason),
			 wire_refusal_name(le32_to_cpu(refuse->reason)));
		break;
	case MSG_IMAGE:
		snprintf(text, sizeof(text), "record=%u",
			 le32_to_cpu(record->type));
		break;
	case MSG_CALL:
		snprintf(text, sizeof(text), "nr=%llu",
			 le64_to_cpu(call->nr));
		break;
	case MSG_REPLY:
		snprintf(text, sizeof(text), "ret=%lld",
			 (s64)le64_to_cpu(reply->ret));
		break;
	case MSG_SIGNAL:
		snprintf(text, sizeof(text), "signo=%u",
			 le32_to_cpu(sig->signo));
		break;
	case MSG_PAGE_REQ:
		snprintf(text, sizeof(text), "addr=%llx count=%u step=%d",
			 le64_to_cpu(req->addr), le32_to_cpu(req->count),
			 wire_step(req->step));
		break;
	case MSG_PAGES:
		snprintf(text, sizeof(text), "addr=%llx count=%u step=%d zero=%x kept=%x flags=%x",
			 le64_to_cpu(pages->addr), le32_to_cpu(pages->count),
			 wire_step(pages->step), le32_to_cpu(pages->zero),
			 le32_to_cpu(pages->kept), le32_to_cpu(pages->flags));
		break;
	}
	return text;
}
