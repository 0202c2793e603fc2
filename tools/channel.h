/* SPDX-License-Identifier: GPL-2.0-only */
/* A connection of two programs that both have the cluster's key. */
#ifndef MOSIX_TOOLS_CHANNEL_H
#define MOSIX_TOOLS_CHANNEL_H

#include "../kernel/handshake.h"

#include <stdint.h>

/* Longest text: a map as large as the kernel takes it, and what is said before. */
enum { CHANNEL_TEXT = 512 * 1024 + 64 };

/**
 * struct channel - one end
 * @fd: the connection, the caller's
 * @until_ms: all must be over then; of the monotonic clock
 * @hs: the handshake, whose transcript goes into each message
 * @session: its keys
 * @sent: messages so far
 * @taken: messages so far
 */
struct channel {
	int fd;
	int64_t until_ms;
	struct hs hs;
	struct hs_session session;
	u64 sent;
	u64 taken;
};

void channel_limit(struct channel *channel, int seconds);
int channel_ask(struct channel *channel, const u8 key[HS_KEY_LEN]);
int channel_answer(struct channel *channel, const u8 key[HS_KEY_LEN]);
int channel_send(struct channel *channel, const char *text);
int channel_take(struct channel *channel, char **text);
void channel_end(struct channel *channel);

#endif /* MOSIX_TOOLS_CHANNEL_H */
