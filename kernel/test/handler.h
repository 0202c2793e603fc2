/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a handler does with what wire.c accepted: it believes every length and
 * count in it. Here it reads each byte that they promise, so that the sanitizer
 * sees a check that accepts too much; and it tells how many these were, since
 * none may be left.
 */
#ifndef MOSIX_TEST_HANDLER_H
#define MOSIX_TEST_HANDLER_H

#include "../wire.h"

static u64 handler_walked;	/* keeps the compiler from dropping the walk */

static inline u64 handler_touch(const void *bytes, u64 len)
{
	for (u64 i = 0; i < len; i++)
		handler_walked += ((const u8 *)bytes)[i];
	return len;
}

/* The deputy's scratch area has room for all windows; args[] is turned to it. */
static inline void handler_window(const struct wire_window *w, u32 *used)
{
	static const u8 area[WIRE_WINDOW_BYTES_MAX + 1];
	static const u8 args[6];

	if (!(le16_to_cpu(w->dir) & WINDOW_BULK))
		*used += le32_to_cpu(w->len);
	handler_walked += area[*used] + args[le16_to_cpu(w->arg)];
}

static inline u64 handler_call(const struct wire_call *c)
{
	const u8 *bytes = (const u8 *)(c + 1);
	u32 used = 0;

	for (u32 i = 0; i < le16_to_cpu(c->nwin); i++) {
		handler_window(&c->win[i], &used);
		if ((le16_to_cpu(c->win[i].dir) & (WINDOW_IN | WINDOW_BULK)) ==
		    WINDOW_IN)
			bytes += handler_touch(bytes,
					       le32_to_cpu(c->win[i].len));
	}
	return bytes - (const u8 *)c;
}

static inline u64 handler_reply(const struct wire_reply *r)
{
	const u8 *bytes = (const u8 *)(r + 1);

	for (u32 i = 0; i < WIRE_WINDOWS_MAX; i++)
		bytes += handler_touch(bytes, le32_to_cpu(r->out[i]));
	return bytes - (const u8 *)r;
}

static inline u64 handler_pages(const struct wire_pages *p)
{
	const u8 *bytes = (const u8 *)(p + 1);

	for (u32 i = 0; i < le32_to_cpu(p->count); i++)
		if (!((le32_to_cpu(p->zero) | le32_to_cpu(p->kept)) & 1u << i))
			bytes += handler_touch(bytes, WIRE_PAGE_SIZE);
	return bytes - (const u8 *)p;
}

static inline u64 handler_seen(const struct wire_seen *s)
{
	return handler_touch(s->what, le32_to_cpu(s->count)) + sizeof(*s);
}

static inline u64 handler_signal(const struct wire_signal *s)
{
	static const u8 action[WIRE_SIGNALS];

	handler_walked += action[le32_to_cpu(s->signo) - 1];
	return sizeof(*s);
}

static inline u64 handler_record(const struct wire_record *rec)
{
	const void *body = rec + 1;
	const struct wire_xstate *x = body;
	const struct wire_vmas *v = body;
	u64 head = sizeof(*rec);

	switch (le32_to_cpu(rec->type)) {
	case REC_TASK:
		return head + handler_touch(body, sizeof(struct wire_task));
	case REC_REGS:
		return head + handler_touch(body, sizeof(struct wire_regs));
	case REC_XSTATE:
		return head + sizeof(*x) +
		       handler_touch(x + 1, le32_to_cpu(x->size));
	case REC_SIGNALS:
		return head + handler_touch(body, sizeof(struct wire_signals));
	case REC_MM:
		return head + handler_touch(body, sizeof(struct wire_mm));
	case REC_VMAS:
		return head + sizeof(*v) +
		       handler_touch(v + 1, (u64)le32_to_cpu(v->count) *
					    sizeof(struct wire_vma));
	case REC_HOME_PAGES:
		return head + sizeof(*v) +
		       handler_touch(v + 1, (u64)le32_to_cpu(v->count) *
					    sizeof(struct wire_range));
	default:
		return 0;
	}
}

/* A version in which a message may be so long; 0: there is none. */
static inline u16 handler_version(u16 type, u32 len)
{
	u16 version;

	for (version = WIRE_VERSION_MIN; version <= WIRE_VERSION_MAX; version++)
		if (!wire_check_version(version, type, len))
			return version;
	return 0;
}

static inline u64 handler_offer(const struct wire_offer *o, u16 version)
{
	handler_walked += wire_offer_user(o, version);
	return handler_touch(o, wire_offer_len(version));
}

/* Returns how long the payload must be, on a link of this version. */
static inline u64 handler_walk(u16 version, u16 type, const u8 *payload)
{
	u32 head = handler_touch(payload, wire_head_len(type));

	switch (type) {
	case MSG_OFFER:
		return handler_offer((const void *)payload, version);
	case MSG_CALL:
		return handler_call((const void *)payload);
	case MSG_REPLY:
		return handler_reply((const void *)payload);
	case MSG_PAGES:
		return handler_pages((const void *)payload);
	case MSG_SEEN:
		return handler_seen((const void *)payload);
	case MSG_SIGNAL:
		return handler_signal((const void *)payload);
	case MSG_IMAGE:
		return handler_record((const void *)payload);
	default:
		return head;
	}
}

/* A header that is accepted announces a length that can be received. */
static inline bool handler_header_is_sound(const struct wire_header *h)
{
	u16 type = le16_to_cpu(h->type);
	u32 len = le32_to_cpu(h->len);

	return type && type < MSG_TYPES && len >= wire_head_len(type) &&
	       len <= WIRE_PAYLOAD_MAX;
}

#endif /* MOSIX_TEST_HANDLER_H */
