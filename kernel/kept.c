// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a link has written and the other end has not taken yet, as far as it told: it
 * may have to be written again (remake.c). And what this end tells of what it took.
 */
#include "kept.h"

#include "remake.h"

enum {
	/* More than all buffers hold, less than what makes a link stuffed, since it may
	 * have to be queued again.
	 */
	KEEP_MAX	= 16 * 1024 * 1024,
};

/* Also one without payload takes memory. */
static size_t weight(const struct mosix_msg *msg)
{
	return sizeof(*msg) + le32_to_cpu(msg->h.len);
}

/**
 * mosix_kept_reap - what was taken is not needed any more
 * @link: the link
 *
 * Context: process context; @tx held.
 */
void mosix_kept_reap(struct mosix_link *link)
{
	u64 heard = READ_ONCE(link->tally.heard);
	struct mosix_msg *msg;

	while (link->reaped < heard) {
		msg = list_first_entry_or_null(&link->untaken,
					       struct mosix_msg, node);
		if (!msg)
			break;
		list_del(&msg->node);
		link->untaken_bytes -= weight(msg);
		link->reaped++;
		mosix_msg_free(msg);
	}
}

/**
 * mosix_kept_forget - keep nothing of what was written
 * @link: the link
 *
 * Context: process context; @tx held, or nobody has the link.
 */
void mosix_kept_forget(struct mosix_link *link)
{
	struct mosix_msg *msg, *next;

	list_for_each_entry_safe(msg, next, &link->untaken, node) {
		list_del(&msg->node);
		mosix_msg_free(msg);
	}
	link->untaken_bytes = 0;
}

/**
 * mosix_kept_add - a message was written, as far as anybody can tell
 * @link: where
 * @msg: the message, which was counted; consumed
 *
 * Context: process context; @tx held.
 */
void mosix_kept_add(struct mosix_link *link, struct mosix_msg *msg)
{
	if (READ_ONCE(link->stubborn)) {
		mosix_msg_free(msg);
		return;
	}
	list_add_tail(&msg->node, &link->untaken);
	link->untaken_bytes += weight(msg);
	mosix_kept_reap(link);
	if (likely(link->untaken_bytes <= KEEP_MAX))
		return;
	/* It reads and does not tell: then this connection is the only one. */
	WRITE_ONCE(link->stubborn, 1);
	mosix_kept_forget(link);
}

static void tell(struct mosix_link *link,
		 int (*send)(struct mosix_link *link, struct mosix_msg *msg))
{
	struct mosix_msg *msg = mosix_msg_new(MSG_TOOK,
					      sizeof(struct wire_took));
	struct wire_took *took;

	if (!msg)
		return;		/* the next one tells of it, too */
	took = (void *)msg->data;
	spin_lock(&link->lock);
	took->took = cpu_to_le64(tally_tell(&link->tally));
	spin_unlock(&link->lock);
	send(link, msg);
}

/**
 * mosix_kept_took - a message has come, whole
 * @link: where
 * @msg: the message, not handled yet
 *
 * Context: the link's receiver.
 */
void mosix_kept_took(struct mosix_link *link, const struct mosix_msg *msg)
{
	bool due;

	if (!tally_counts(mosix_msg_type(msg)))
		return;
	mosix_remake_note(link, mosix_msg_type(msg));
	spin_lock(&link->lock);
	due = tally_take(&link->tally, le32_to_cpu(msg->h.len));
	spin_unlock(&link->lock);
	if (due)
		tell(link, mosix_link_send_now);
}

/**
 * mosix_kept_tidy - say what was taken, and keep nothing that need not be
 * @link: the link
 *
 * Who looks at all links must not wait for memory of the socket of one.
 *
 * Context: process context, sleeps; once a second, and when nothing more will be
 * said.
 */
void mosix_kept_tidy(struct mosix_link *link)
{
	if (READ_ONCE(link->lasts) &&
	    READ_ONCE(link->tally.took) != READ_ONCE(link->tally.told))
		tell(link, mosix_link_send);
	if (mutex_trylock(&link->tx)) {
		mosix_kept_reap(link);
		mutex_unlock(&link->tx);
	}
}

/**
 * mosix_kept_heard - MSG_TOOK
 * @link: where
 * @msg: the message; consumed
 *
 * Return: 0, -EPROTO when that cannot be.
 * Context: the link's receiver.
 */
int mosix_kept_heard(struct mosix_link *link, struct mosix_msg *msg)
{
	const struct wire_took *took = (void *)msg->data;
	bool may_end;
	int ret;

	spin_lock(&link->lock);
	ret = tally_hear(&link->tally, le64_to_cpu(took->took));
	may_end = link->closing && tally_is_even(&link->tally);
	spin_unlock(&link->lock);
	mosix_msg_free(msg);
	/* Who writes does it as well, behind what he writes. */
	if (mutex_trylock(&link->tx)) {
		mosix_kept_reap(link);
		mutex_unlock(&link->tx);
	}
	if (may_end)
		wake_up_all(&link->wait);
	return ret;
}
