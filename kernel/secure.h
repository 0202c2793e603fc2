/* SPDX-License-Identifier: GPL-2.0-only */
/* A connection becomes a link's: handshake and record layer on a socket. */
#ifndef MOSIX_SECURE_H
#define MOSIX_SECURE_H

#include "handshake.h"

struct socket;

/* What came of those who wanted to get in; shown in /proc/mosix/security. */
enum mosix_secure_count {
	SECURE_MADE,		/* links made from here */
	SECURE_ACCEPTED,	/* links made to here */
	SECURE_STRANGER,	/* not an address of the map */
	SECURE_RATE,		/* too many at a time */
	SECURE_SHED,		/* still not done when another one came */
	SECURE_LATE,		/* said nothing, or not enough, or went away */
	SECURE_BAD,		/* not from who has the cluster's key */
	SECURE_PIN,		/* its own key is not the one in the map */
	SECURE_DATAGRAM,	/* load message in clear, forged or for another */
	SECURE_REPLAY,		/* load message that was there before */
	SECURE_RECORD,		/* record of a link that failed at its tag */
	SECURE_END,		/* end of a link's stream without a word */
	SECURE_COUNTS
};

/**
 * struct mosix_shake - memory of a handshake, the caller's
 * @hs: this end
 * @pin: what @hs.pin points to
 * @session: what comes out of it
 * @challenge: messages
 * @open: messages
 * @answer: messages
 * @finish: messages
 */
struct mosix_shake {
	struct hs hs;
	u8 pin[HS_KEY_LEN];
	struct hs_session session;
	struct hs_challenge challenge;
	struct hs_open open;
	struct hs_answer answer;
	struct hs_finish finish;
};

int mosix_secure_connect(struct socket *sock, u16 node);
int mosix_secure_accept(struct socket *sock, struct mosix_shake *shake,
			u16 *node);
void mosix_secure_count(enum mosix_secure_count what);
u64 mosix_secure_counted(enum mosix_secure_count what);
const char *mosix_secure_count_name(enum mosix_secure_count what);
bool mosix_secure_is_sealed(struct socket *sock);
int mosix_secure_say_end(struct socket *sock);
bool mosix_secure_hear_end(struct socket *sock);
void mosix_secure_blame(struct socket *sock, int error);

#endif /* MOSIX_SECURE_H */
