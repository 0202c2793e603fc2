/* SPDX-License-Identifier: GPL-2.0-only */
/* PURE: a datagram counts once, however often the network brings it. */
#ifndef MOSIX_REPLAY_H
#define MOSIX_REPLAY_H

#include "pure.h"

enum { REPLAY_WINDOW = 64 };

/**
 * struct mosix_replay - what was taken from one sender
 * @epoch: the sender's newest life; 0: nothing was taken so far
 * @top: highest number taken in it
 * @seen: bit i: number @top - i was taken
 */
struct mosix_replay {
	u64 epoch;
	u64 top;
	u64 seen;
};

bool mosix_replay_take(struct mosix_replay *replay, u64 epoch, u64 number);

#endif /* MOSIX_REPLAY_H */
