/* SPDX-License-Identifier: GPL-2.0-only */
/* /proc/mosix/key and /proc/mosix/security. */
#ifndef MOSIX_SECURITY_H
#define MOSIX_SECURITY_H

int mosix_security_init(void);

#endif /* MOSIX_SECURITY_H */
