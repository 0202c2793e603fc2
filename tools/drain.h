/* SPDX-License-Identifier: GPL-2.0-only */
/* Verbs that take time: send guests home, call back what is away. */
#ifndef MOSIX_TOOLS_DRAIN_H
#define MOSIX_TOOLS_DRAIN_H

enum drain { DRAIN_GUESTS = 1, DRAIN_AWAY = 2 };

int drain_node(unsigned int what, long timeout_s);

#endif /* MOSIX_TOOLS_DRAIN_H */
