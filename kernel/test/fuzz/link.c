// SPDX-License-Identifier: GPL-2.0-only
/*
 * All that one end of a link may send: a byte says which end and version, then
 * messages follow each other. Read as kernel/stream.c does: header, head of the
 * payload, the rest; the first that is wrong ends the link.
 */
#include "../handler.h"
#include "fuzz.h"

/* Of PAGES the pages themselves are received after the check. */
static bool is_sound(u16 version, u16 type, const u8 *payload, u32 len)
{
	u32 there = type == MSG_PAGES ? wire_head_len(type) : len;
	u8 *part = malloc(there);
	int ret;

	if (!part)
		abort();
	memcpy(part, payload, there);
	ret = wire_check_payload(type, part, len) ?:
	      wire_check_version(version, type, len);
	free(part);
	return !ret;
}

static bool take_message(struct fuzz_input *in, enum wire_side from,
			 u16 version)
{
	struct wire_header h;
	bool sound;
	u8 *payload;
	u32 len;
	u16 type;

	if (!fuzz_take(in, &h, sizeof(h)) || wire_check_header(&h, from))
		return false;
	fuzz_must(handler_header_is_sound(&h), "an accepted header is sound");
	type = le16_to_cpu(h.type);
	len = le32_to_cpu(h.len);
	payload = fuzz_copy(in, len);
	if (!payload)
		return false;
	sound = is_sound(version, type, payload, len);
	if (sound)
		fuzz_must(handler_walk(version, type, payload) == len,
			  "no byte is left over");
	free(payload);
	return sound;
}

int fuzz_one(const u8 *data, size_t len)
{
	struct fuzz_input in = { data, len };
	u8 how = fuzz_byte(&in);
	enum wire_side from = how & 1 ? SIDE_HOME : SIDE_HOST;
	u16 version = how & 2 ? WIRE_VERSION_MAX : WIRE_VERSION_MIN;

	while (take_message(&in, from, version))
		;
	return 0;
}
