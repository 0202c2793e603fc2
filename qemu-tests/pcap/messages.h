/* SPDX-License-Identifier: GPL-2.0-only */
/* The messages of the links in a capture. */
#ifndef QEMU_TESTS_MESSAGES_H
#define QEMU_TESTS_MESSAGES_H

#include "stream.h"
#include "../../kernel/handshake.h"
#include "../../kernel/wire.h"

/* The port that a node listens at when its line in the map names none. */
#define LINK_PORT	7236
/* Where nodes tell each other the map: tools/contact.h. */
#define TALK_PORT	7237

/**
 * struct message - one message as seen on the wire
 * @stream: whose it is
 * @type: enum wire_type
 * @len: bytes of payload
 * @tid: thread it is for or from
 * @id: number of the request
 * @payload: the bytes
 */
struct message {
	const struct stream *stream;
	u16 type;
	u32 len;
	u32 tid;
	u64 id;
	const void *payload;
};

typedef void (*message_fn)(const struct message *m);

int messages_eat(struct stream *s, message_fn tell);
int messages_is_talk(const struct stream *s);
const char *message_detail(const struct message *m);

#endif /* QEMU_TESTS_MESSAGES_H */
