/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MOSIX_TALLY_CASES_H
#define MOSIX_TALLY_CASES_H

/*
 * Two ends of a link whose connection breaks at any moment, for test/tally.c and
 * test/fuzz/tally.c: each message comes once, and in its turn.
 */

#include "tally.h"
#include "wire.h"

/**
 * struct tally_pair - two ends, and what is between them
 * @end: counts of each
 * @made: messages that each end has had to say so far; number n is the n-th
 * @came: number of the last message that came to each end over this connection
 * @late: what was told to each end last
 */
struct tally_pair {
	struct tally end[2];
	u64 made[2];
	u64 came[2];
	u64 late[2];
};

/* What no end may believe, and what is between them. */
static inline bool tally_case_lawful(const struct tally_pair *p)
{
	for (u32 i = 0; i < 2; i++) {
		const struct tally *from = &p->end[i], *to = &p->end[!i];
		struct tally lied = *from;

		/* What may be needed again is kept, what was taken is not new. */
		if (from->heard > to->took || to->took > from->wrote ||
		    from->wrote > p->made[i] || to->told > to->took)
			return false;
		if (!tally_hear(&lied, from->wrote + 1) ||
		    !tally_again(&lied, from->wrote + 1) ||
		    (from->heard && !tally_again(&lied, from->heard - 1)))
			return false;
	}
	return true;
}

static inline bool tally_case_write(struct tally_pair *p, u32 side)
{
	struct tally *t = &p->end[side];

	if (t->wrote == p->made[side])
		p->made[side]++;
	return tally_write(t) <= p->made[side];
}

/* Returns false when it is not the one whose turn it is. */
static inline bool tally_case_come(struct tally_pair *p, u32 side, u32 bytes)
{
	struct tally *t = &p->end[side];
	u64 took = t->took;

	if (p->came[side] == p->end[!side].wrote)
		return true;	/* nothing is on its way */
	if (++p->came[side] != took + 1)
		return false;
	tally_take(t, bytes);
	return t->took == took + 1;
}

/* As it is now, or once more as it was. */
static inline bool tally_case_tell(struct tally_pair *p, u32 side, bool again)
{
	struct tally *to = &p->end[!side];
	u64 heard = to->heard;

	if (!again)
		p->late[!side] = tally_tell(&p->end[side]);
	return !tally_hear(to, p->late[!side]) && to->heard >= heard;
}

/* What is on its way is lost, in both directions. */
static inline bool tally_case_break(struct tally_pair *p)
{
	u64 took[2] = { p->end[0].took, p->end[1].took };

	for (u32 i = 0; i < 2; i++) {
		p->came[i] = took[i];
		if (tally_again(&p->end[i], took[!i]))
			return false;
	}
	return true;
}

/* One event; @what says which. */
static inline bool tally_case_step(struct tally_pair *p, u8 what)
{
	u32 side = what & 1;
	bool fine;

	switch (what >> 1 & 7) {
	case 0:
	case 1:
		fine = tally_case_write(p, side);
		break;
	case 2:
	case 3:
	case 4:
		fine = tally_case_come(p, side, what << 8);
		break;
	case 5:
		fine = tally_case_tell(p, side, false);
		break;
	case 6:
		fine = tally_case_tell(p, side, true);
		break;
	default:
		fine = tally_case_break(p);
		break;
	}
	return fine && tally_case_lawful(p);
}

/* Nothing breaks any more: has all come? */
static inline bool tally_case_end(struct tally_pair *p)
{
	for (u32 i = 0; i < 2; i++) {
		while (p->end[i].wrote < p->made[i])
			if (!tally_case_write(p, i))
				return false;
		while (p->came[!i] < p->end[i].wrote)
			if (!tally_case_come(p, !i, 100))
				return false;
		if (!tally_case_tell(p, !i, false) ||
		    p->end[!i].took != p->made[i] || !tally_is_even(&p->end[i]))
			return false;
	}
	return tally_case_lawful(p);
}

#endif /* MOSIX_TALLY_CASES_H */
