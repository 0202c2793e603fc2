// SPDX-License-Identifier: GPL-2.0-only
/*
 * PURE: a datagram counts once.
 *
 * A sender numbers what it sends, from 1 on, and begins again in each of its
 * lives, which it names by a growing number. Taken is what is newer than all
 * that was taken, or among the REPLAY_WINDOW last numbers and not yet seen: so
 * the network may reorder a little and repeat what it likes.
 *
 * top 70, seen ...0101 (70 and 68 were taken): 69 and 71 are fresh, 68 is not,
 * 6 is too old to know.
 */
#include "replay.h"

/**
 * mosix_replay_take - is it fresh? Then it is so no more
 * @replay: of the sender
 * @epoch: life of the sender, not 0; must be authentic
 * @number: of the datagram, not 0; must be authentic
 *
 * Return: false when it was taken before, or may have been.
 * Context: any; the caller excludes others.
 */
bool mosix_replay_take(struct mosix_replay *replay, u64 epoch, u64 number)
{
	u64 ahead;

	if (!epoch || !number || epoch < replay->epoch)
		return false;
	if (epoch > replay->epoch) {
		replay->epoch = epoch;
		replay->top = number;
		replay->seen = 1;
		return true;
	}
	if (number > replay->top) {
		ahead = number - replay->top;
		replay->seen = ahead < REPLAY_WINDOW ? replay->seen << ahead : 0;
		replay->seen |= 1;
		replay->top = number;
		return true;
	}
	ahead = replay->top - number;
	if (ahead >= REPLAY_WINDOW || replay->seen & BIT_ULL(ahead))
		return false;
	replay->seen |= BIT_ULL(ahead);
	return true;
}
