// SPDX-License-Identifier: GPL-2.0-only
/*
 * One payload: a byte is its type, all that follows is the payload, so that
 * each byte more or less is another length to the check. One that must not be
 * longer than its head is cut there, as the check of the header sees to it.
 */
#include "../handler.h"
#include "fuzz.h"

static bool has_no_tail(u16 type)
{
	return type != MSG_IMAGE && type != MSG_CALL && type != MSG_REPLY &&
	       type != MSG_PAGES && type != MSG_OFFER;
}

int fuzz_one(const u8 *data, size_t len)
{
	struct fuzz_input in = { data, len };
	u16 type = fuzz_byte(&in);
	u32 size = in.left;
	u16 version;
	u8 *payload;

	if (has_no_tail(type))
		size = min(size, wire_head_len(type));
	payload = fuzz_copy(&in, size);

	if (!wire_check_payload(type, payload, size)) {
		fuzz_must(strcmp(wire_type_name(type), "?"),
			  "an accepted type has a name");
		version = handler_version(type, size);
		fuzz_must(version, "some version has that length");
		fuzz_must(handler_walk(version, type, payload) == size,
			  "no byte is left over");
	}
	free(payload);
	return 0;
}
