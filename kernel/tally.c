// SPDX-License-Identifier: GPL-2.0-only
/*
 * PURE: which messages of a link have come, when its connection is another one.
 *
 * Each end counts what it writes and what it takes, and tells the other one now
 * and then how much it took. What was written and not taken is kept. When the
 * connection breaks, nobody knows what of that has come; over the next one both
 * say it first, and the rest is written again, in its order:
 *
 *	written 1 2 3 4 5, heard of 2		3 4 5 are kept
 *	the connection breaks; the other one says that it took 4
 *	5 is written again, as number 5
 *
 * What only holds for a connection is not counted, nor are levels, whose newest
 * one is said again. STOP and CONT are those.
 */
#include "tally.h"

#include "wire.h"

/**
 * tally_counts - is a message of this type counted?
 * @type: enum wire_type
 *
 * Return: false when it is not said again over the next connection.
 * Context: any.
 */
bool tally_counts(u16 type)
{
	switch (type) {
	case MSG_HELLO:
	case MSG_WELCOME:
	case MSG_STOP:
	case MSG_CONT:
	case MSG_RESUME:
	case MSG_RESUMED:
	case MSG_TOOK:
		return false;
	default:
		return true;
	}
}

/**
 * tally_write - one more is written
 * @t: of this end
 *
 * Return: its number.
 * Context: any; the caller excludes others, here and below.
 */
u64 tally_write(struct tally *t)
{
	return ++t->wrote;
}

/**
 * tally_take - one more has come, whole
 * @t: of this end
 * @bytes: its length
 *
 * Return: true when the other end should be told, so that it keeps no more.
 * Context: as above.
 */
bool tally_take(struct tally *t, u32 bytes)
{
	t->took++;
	t->bytes = min(t->bytes, U32_MAX - bytes) + bytes;
	return t->bytes >= TALLY_BYTES || t->took - t->told >= TALLY_COUNT;
}

/**
 * tally_tell - the other end is told what was taken
 * @t: of this end
 *
 * Return: the number of the last message that was.
 * Context: as above.
 */
u64 tally_tell(struct tally *t)
{
	t->told = t->took;
	t->bytes = 0;
	return t->took;
}

/**
 * tally_hear - the other end tells what it took
 * @t: of this end
 * @took: number of the last message
 *
 * What was told once may come again, and late, over the next connection.
 *
 * Return: 0; -EPROTO when that was never written.
 * Context: as above.
 */
int tally_hear(struct tally *t, u64 took)
{
	if (took > t->wrote)
		return -EPROTO;
	t->heard = max(t->heard, took);
	return 0;
}

/**
 * tally_again - there is another connection: go on behind what was taken
 * @t: of this end
 * @took: number of the last message that the other end has taken
 *
 * Return: 0; -EPROTO when that cannot be.
 * Context: as above; nothing is being written.
 */
int tally_again(struct tally *t, u64 took)
{
	if (took > t->wrote || took < t->heard)
		return -EPROTO;
	t->heard = took;
	t->wrote = took;
	return 0;
}
