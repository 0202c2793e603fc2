/* SPDX-License-Identifier: GPL-2.0-only */
/* Those who knock and have not yet said who they are. */
#ifndef MOSIX_GATE_H
#define MOSIX_GATE_H

struct socket;
union mosix_addr;

int mosix_gate_init(void);
void mosix_gate_knock(struct socket *sock, const union mosix_addr *from);

#endif /* MOSIX_GATE_H */
