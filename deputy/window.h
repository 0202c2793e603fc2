/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MOSIX_DEPUTY_WINDOW_H
#define MOSIX_DEPUTY_WINDOW_H

/* PURE. Which windows a call may have. */

#include "syscall.h"

#include "../kernel/wire.h"

bool mosix_window_may_be_large(const struct mosix_window_desc *d);
bool mosix_windows_apply(const struct mosix_call_desc *desc, const u64 *args);
bool mosix_windows_described(const struct mosix_call_desc *desc,
			     const struct wire_call *call);

#endif /* MOSIX_DEPUTY_WINDOW_H */
