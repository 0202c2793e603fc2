// SPDX-License-Identifier: GPL-2.0-only
/*
 * All that one end of a link may send: a byte says which end, then messages
 * follow each other. Read as kernel/stream.c does: header, head of the payload,
 * the rest; the first that is wrong ends the link.
 */
#include "../handler.h"
#include "fuzz.h"

/* Of PAGES the pages themselves are received after the check. */
static bool is_sound(u16 type, const u8 *payload, u32 len)
{
	u32 there = type == MSG_PAGES ? wire_head_len(type) : len;
	u8 *part = malloc(there);
	int ret;

	if (!part)
		abort();
	memcpy(part, payload, there);
	ret = wire_check_payload(type, part, len);
	free(part);
	return !ret;
}

static bool take_message(struct fuzz_input *in, enum wire_side from)
{
	struct wire_header h;
	bool sound;
	u8 *payload;

	if (!fuzz_take(in, &h, sizeof(h)) || wire_check_header(&h, from))
		return false;
	fuzz_must(handler_header_is_sound(&h), "an accepted header is sound");
	payload = fuzz_copy(in, le32_to_cpu(h.len));
	if (!payload)
		return false;
	sound = is_sound(le16_to_cpu(h.type), payload, le32_to_cpu(h.len));
	if (sound)
		fuzz_must(handler_walk(le16_to_cpu(h.type), payload) ==
			  le32_to_cpu(h.len), "no byte is left over");
	free(payload);
	return sound;
}

int fuzz_one(const u8 *data, size_t len)
{
	struct fuzz_input in = { data, len };
	enum wire_side from = fuzz_byte(&in) & 1 ? SIDE_HOME : SIDE_HOST;

	while (take_message(&in, from))
		;
	return 0;
}
