/* SPDX-License-Identifier: GPL-2.0-only */
/* What kernel/handshake.c needs of a library, from OpenSSL. */
#ifndef MOSIX_TOOLS_PRIMITIVE_H
#define MOSIX_TOOLS_PRIMITIVE_H

#include "../kernel/handshake.h"

extern const struct hs_crypto primitive_openssl;

#endif /* MOSIX_TOOLS_PRIMITIVE_H */
