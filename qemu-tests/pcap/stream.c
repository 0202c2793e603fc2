// SPDX-License-Identifier: GPL-2.0-only
/*
 * Segments may be captured twice, overlapping or out of order; what comes out
 * of here is in order and without gaps.
 */
#include "stream.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

static struct stream *newest;

static struct stream *find_stream(const struct packet *p)
{
	struct stream *s;

	for (s = newest; s; s = s->older) {
		if (packet_same_flow(&s->key, p))
			break;
	}
	/* Ports are used again: another opening is another connection. */
	if (s && p->flags & TCP_SYN && s->next_seq != p->seq + 1)
		s = NULL;
	if (s)
		return s;
	s = calloc(1, sizeof(*s));
	if (!s)
		err(1, "a stream");
	s->key = *p;
	s->older = newest;
	s->begun = !!(p->flags & TCP_SYN);
	s->opener = s->begun && !(p->flags & TCP_ACK);
	s->next_seq = p->seq + s->begun;
	newest = s;
	return s;
}

/* Append what is new of bytes that begin at or before the next one wanted. */
static void append(struct stream *s, unsigned int seq,
		   const unsigned char *bytes, unsigned int len)
{
	unsigned int known = s->next_seq - seq;

	if (known >= len)
		return;
	buf_add(&s->bytes, bytes + known, len - known);
	s->next_seq += len - known;
}

static void keep_for_later(struct stream *s, const struct packet *p)
{
	struct piece *piece = malloc(sizeof(*piece) + p->len);

	if (!piece)
		err(1, "a segment");
	piece->next = s->early;
	piece->seq = p->seq;
	piece->len = p->len;
	memcpy(piece->bytes, p->payload, p->len);
	s->early = piece;
}

/* Returns 1 when a piece found its place. */
static int fill_hole(struct stream *s)
{
	struct piece **at, *piece;

	for (at = &s->early; *at; at = &(*at)->next) {
		piece = *at;
		if ((int)(piece->seq - s->next_seq) > 0)
			continue;
		append(s, piece->seq, piece->bytes, piece->len);
		*at = piece->next;
		free(piece);
		return 1;
	}
	return 0;
}

/**
 * stream_add() - put a TCP packet where it belongs
 * @p: the packet
 *
 * Context: ends the program when memory runs out.
 * Return: its stream; what is in order waits in its @bytes.
 */
struct stream *stream_add(const struct packet *p)
{
	struct stream *s = find_stream(p);

	s->when_us = p->when_us;
	if (!p->len || p->flags & TCP_SYN)
		return s;
	if ((int)(p->seq - s->next_seq) > 0) {
		keep_for_later(s, p);
		return s;
	}
	append(s, p->seq, p->payload, p->len);
	while (fill_hole(s))
		;
	return s;
}

/**
 * stream_newest() - all streams, by way of @older
 *
 * Context: any.
 * Return: the one made last, or NULL.
 */
struct stream *stream_newest(void)
{
	return newest;
}
