/* SPDX-License-Identifier: GPL-2.0-only */
/* Whether the other ends of links are still there. */
#ifndef MOSIX_PULSE_H
#define MOSIX_PULSE_H

#include <linux/types.h>

struct mosix_link;
struct socket;

void mosix_pulse_tune(struct socket *sock);
void mosix_pulse_add(struct mosix_link *link);
void mosix_pulse_remove(struct mosix_link *link);
long mosix_pulse_patience(u32 seconds);
void mosix_pulse_outlive(u16 node, u64 boot);
struct mosix_link *mosix_pulse_find(const u8 *token);
bool mosix_pulse_was_quiet(struct mosix_link *link, unsigned long since);

#endif /* MOSIX_PULSE_H */
