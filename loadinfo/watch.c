// SPDX-License-Identifier: GPL-2.0-only
/*
 * PURE: who was asked and does not answer.
 *
 * Each period a node asks two others at random: its push wants an answer, and
 * so does a probe. In a cluster of any size each node is so asked about twice
 * a period, by somebody. Who does not answer is asked again, LB_WATCH_AGAIN
 * times a period at most, in turn; who has not answered for longer than a live node can be
 * starved, however often it was asked, is dead, and that is told to all as
 * urgent news (gossip.c). Whatever comes from a suspect, or was measured on it
 * since, ends the suspicion.
 *
 * Nodes are overloaded here by design. A node whose own period came late was
 * itself without a CPU: the answers may lie unread in its socket. It distrusts
 * itself, not the others, and begins to wait anew.
 *
 * Example, periods of 500 ms: D dies at second 0. E happens to ask it at 0.3 s
 * and again at 0.8 s, 1.3 s and so on, twenty-one times. At 11.3 s E says that D is
 * dead; with 1,000 nodes, all know it three seconds later.
 */
#include "watch.h"

/**
 * lb_watch_period() - a period begins
 * @watch: of this node
 * @now_at_ms: the clock
 *
 * Context: Any; the caller serialises.
 */
void lb_watch_period(struct lb_watch *watch, u64 now_at_ms)
{
	bool late = now_at_ms > watch->period_at_ms + LB_WATCH_LATE_MS;
	u32 i;

	watch->period_at_ms = now_at_ms;
	for (i = 0; late && i < LB_SUSPECTS; i++) {
		watch->suspect[i].since_at_ms = now_at_ms;
		watch->suspect[i].asked = 0;
	}
}

static struct lb_suspect *find(struct lb_watch *watch, u16 id)
{
	u32 i;

	for (i = 0; i < LB_SUSPECTS; i++) {
		if (watch->suspect[i].id == id)
			return &watch->suspect[i];
	}
	return NULL;
}

/**
 * lb_watch_asked() - a node was sent something that wants an answer
 * @watch: of this node
 * @id: the other node
 * @now_at_ms: the clock
 *
 * When too many do not answer, the others that ask it will find out.
 *
 * Context: Any; the caller serialises.
 */
void lb_watch_asked(struct lb_watch *watch, u16 id, u64 now_at_ms)
{
	struct lb_suspect *s = find(watch, id);

	if (!s) {
		s = find(watch, 0);
		if (!s)
			return;
		*s = (struct lb_suspect) {
			.id = id, .since_at_ms = now_at_ms,
		};
	}
	s->asked_at_ms = now_at_ms;
	if (s->asked < U16_MAX)
		s->asked++;
}

/**
 * lb_watch_answered() - something came from a node
 * @watch: of this node
 * @id: the other node
 *
 * Context: Any; the caller serialises.
 */
void lb_watch_answered(struct lb_watch *watch, u16 id)
{
	struct lb_suspect *s = find(watch, id);

	if (s)
		s->id = 0;
}

/**
 * lb_watch_heard() - a third node told of a node
 * @watch: of this node
 * @id: the node
 * @at_ms: when it was so, on our clock
 *
 * Context: Any; the caller serialises.
 */
void lb_watch_heard(struct lb_watch *watch, u16 id, u64 at_ms)
{
	struct lb_suspect *s = find(watch, id);

	if (s && at_ms > s->since_at_ms)
		s->id = 0;
}

/* Once a period; as often as there is occasion when it should have a CPU. */
static bool is_due(const struct lb_suspect *s, u64 now_at_ms)
{
	return s->id && (now_at_ms > s->asked_at_ms ||
			 now_at_ms >= s->since_at_ms + LB_WATCH_STARVED_MS);
}

/**
 * lb_watch_again() - who should be asked again
 * @watch: of this node
 * @now_at_ms: the clock
 *
 * Return: of those whose turn it is the one that was asked longest ago; 0 if
 *	   there is none.
 * Context: Any; the caller serialises.
 */
u16 lb_watch_again(const struct lb_watch *watch, u64 now_at_ms)
{
	const struct lb_suspect *next = NULL;
	u32 i;

	for (i = 0; i < LB_SUSPECTS; i++) {
		const struct lb_suspect *s = &watch->suspect[i];

		if (!is_due(s, now_at_ms))
			continue;
		if (!next || s->asked_at_ms < next->asked_at_ms)
			next = s;
	}
	return next ? next->id : 0;
}

/**
 * lb_watch_dead() - whose silence has lasted too long
 * @watch: of this node
 * @now_at_ms: the clock
 *
 * Call it until it says 0.
 *
 * Return: a node that is dead and not a suspect any more; 0 if there is none.
 * Context: Any; the caller serialises.
 */
u16 lb_watch_dead(struct lb_watch *watch, u64 now_at_ms)
{
	u32 i;

	for (i = 0; i < LB_SUSPECTS; i++) {
		struct lb_suspect *s = &watch->suspect[i];
		u16 id = s->id;

		if (!id || s->asked < LB_WATCH_ASKED ||
		    now_at_ms < s->since_at_ms + LB_WATCH_SILENT_MS)
			continue;
		s->id = 0;
		return id;
	}
	return 0;
}
