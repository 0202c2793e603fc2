/* SPDX-License-Identifier: GPL-2.0-only */
/* Those who knock and have not yet said who they are. */
#ifndef MOSIX_GATE_H
#define MOSIX_GATE_H

#include <linux/in.h>

struct socket;

int mosix_gate_init(void);
void mosix_gate_knock(struct socket *sock, const struct sockaddr_in *from);

#endif /* MOSIX_GATE_H */
