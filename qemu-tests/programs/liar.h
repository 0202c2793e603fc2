/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the two liars share, liar.c the home and badhost.c the host: one message as
 * it is made, one as it came, over one connection.
 */
#ifndef LIAR_H
#define LIAR_H

#include "victim.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>

#include "../../kernel/wire.h"

enum { PATIENCE_MS = 10000 };

static struct {
	struct wire_header h;
	union {
		u8 bytes[WIRE_PAYLOAD_MAX];
		struct wire_hello hello;
		struct wire_offer offer;
		struct wire_clocks clocks;
		struct wire_signal signal;
		struct wire_look look;
		struct wire_pages pages;
		struct wire_took took;
		struct wire_resume resume;
		struct wire_welcome welcome;
		struct wire_refuse refuse;
		struct wire_call call;
		struct wire_mask mask;
		struct wire_exit exit;
		struct wire_report report;
		struct wire_taken taken;
		struct wire_leave leave;
		struct wire_made made;
		struct wire_home_end home_end;
		struct wire_page_req page_req;
		struct wire_seen seen;
		struct wire_resumed resumed;
		struct {
			struct wire_record head;
			union {
				struct wire_task task;
				struct wire_regs regs;
				struct wire_vmas vmas;
				struct wire_ranges ranges;
				u8 rest[WIRE_PAYLOAD_MAX -
					sizeof(struct wire_record)];
			};
		} record;
	};
} out;

static int sock = -1;
static struct wire_header said;		/* what came last, and its payload */
static u8 heard[WIRE_PAYLOAD_MAX];

static void begin(u16 type, u32 len)
{
	memset(&out, 0, sizeof(out.h) + len);
	out.h.magic = cpu_to_le32(WIRE_MAGIC);
	out.h.type = cpu_to_le16(type);
	out.h.len = cpu_to_le32(len);
	out.h.id = cpu_to_le64(1);
}

/* False: the other end is gone. */
static bool say(void)
{
	size_t left = sizeof(out.h) + le32_to_cpu(out.h.len);
	const char *at = (const char *)&out;
	ssize_t n;

	for (; left; left -= n, at += n) {
		n = send(sock, at, left, MSG_NOSIGNAL);
		if (n < 0)
			return false;
	}
	return true;
}

/* The type of what is said next; 0: nothing any more. */
static u16 hear(void)
{
	u32 len;

	if (recv(sock, &said, sizeof(said), MSG_WAITALL) != sizeof(said))
		return 0;
	len = le32_to_cpu(said.len);
	CHECK(len <= sizeof(heard), "%u bytes of payload", len);
	if (len && recv(sock, heard, len, MSG_WAITALL) != (ssize_t)len)
		return 0;
	return le16_to_cpu(said.type);
}

static void begin_record(u32 type, u32 len)
{
	begin(MSG_IMAGE, sizeof(out.record.head) + len);
	out.record.head.type = cpu_to_le32(type);
	out.record.head.version = cpu_to_le32(WIRE_RECORD_VERSION);
}

#endif /* LIAR_H */
