/* SPDX-License-Identifier: GPL-2.0-only */
/* On which nodes a process may be. */
#ifndef MOSIX_ALLOW_H
#define MOSIX_ALLOW_H

#include <linux/types.h>

struct lb_nodeset;
struct mosix_link;
struct mosix_msg;
struct mosix_proc;

void mosix_allow_get(struct mosix_proc *proc, struct lb_nodeset *set);
int mosix_allow_set(struct mosix_proc *proc, const struct lb_nodeset *set);
bool mosix_allow_limits(const struct mosix_proc *proc);
bool mosix_allow_has(struct mosix_proc *proc, u16 node);
void mosix_allow_inherit(struct mosix_proc *to, struct mosix_proc *from);
void mosix_allow_tell(struct mosix_proc *proc);
int mosix_allow_heard(struct mosix_link *link, struct mosix_msg *msg);

#endif /* MOSIX_ALLOW_H */
