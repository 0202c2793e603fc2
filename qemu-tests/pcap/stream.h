/* SPDX-License-Identifier: GPL-2.0-only */
/* TCP put together again: the bytes of one direction of one connection. */
#ifndef QEMU_TESTS_STREAM_H
#define QEMU_TESTS_STREAM_H

#include "packet.h"
#include "../lib/frame.h"

/**
 * struct piece - bytes that came before their turn
 * @next: another one
 * @seq: sequence number of the first byte
 * @len: how many bytes follow
 * @bytes: the bytes
 */
struct piece {
	struct piece *next;
	unsigned int seq;
	unsigned int len;
	unsigned char bytes[];
};

/** enum sealed - what bytes come next */
enum sealed {
	/** @SEALED_UNKNOWN: the first byte will tell */
	SEALED_UNKNOWN = 0,
	/** @SEALED_NOT: messages in clear */
	SEALED_NOT,
	/** @SEALED_FIRST: the first message of a handshake */
	SEALED_FIRST,
	/** @SEALED_SECOND: the second one of this end */
	SEALED_SECOND,
	/** @SEALED_RECORDS: records of TLS */
	SEALED_RECORDS,
};

/**
 * struct stream - one direction of a connection
 * @older: the stream that was made before this one
 * @key: its first packet: ends and time
 * @begun: the packet that opened the connection was seen
 * @opener: this is the direction of the end that opened it
 * @next_seq: sequence number of the next byte wanted
 * @when_us: time of the last packet
 * @bytes: in order and not yet eaten
 * @offset: bytes eaten
 * @messages: counted by whoever eats
 * @sealed: what a link that begins with a handshake is at, see messages.c
 * @opening: its first message, of the end that opened it
 * @early: pieces behind a hole
 */
struct stream {
	struct stream *older;
	struct packet key;
	int begun;
	int opener;
	unsigned int next_seq;
	long long when_us;
	struct buf bytes;
	unsigned long long offset;
	unsigned long messages;
	enum sealed sealed;
	unsigned char opening[64];
	struct piece *early;
};

struct stream *stream_add(const struct packet *p);
struct stream *stream_newest(void);

#endif /* QEMU_TESTS_STREAM_H */
