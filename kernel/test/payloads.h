/* SPDX-License-Identifier: GPL-2.0-only */
/* The payloads of wire_cases.h, in user space and one by one. */
#ifndef MOSIX_TEST_PAYLOADS_H
#define MOSIX_TEST_PAYLOADS_H

#include <stdlib.h>

#include "../wire_cases.h"

/* Exactly @len bytes, so that the sanitizer sees who reads on. */
static inline u8 *payload_zeros(u32 len)
{
	u8 *payload = calloc(1, len);

	if (!payload)
		abort();
	return payload;
}

typedef void (*payload_fn)(const char *name, u16 type, const u8 *payload,
			   u32 len, int want);

/* Each payload and each record of the tables, made and freed here. */
static inline void payload_each(payload_fn fn)
{
	for (size_t i = 0; i < ARRAY_SIZE(wire_payload_cases); i++) {
		const struct wire_payload_case *c = &wire_payload_cases[i];
		u8 *payload = payload_zeros(c->len);

		wire_case_fill(c, payload);
		fn(c->name, c->type, payload, c->len, c->want);
		free(payload);
	}
	for (size_t i = 0; i < ARRAY_SIZE(wire_record_cases); i++) {
		const struct wire_record_case *c = &wire_record_cases[i];
		u32 len = sizeof(struct wire_record) + c->len;
		u8 *payload = payload_zeros(len);

		wire_case_fill_record(c, payload);
		fn(c->name, MSG_IMAGE, payload, len, c->want);
		free(payload);
	}
}

#endif /* MOSIX_TEST_PAYLOADS_H */
