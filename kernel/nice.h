/* SPDX-License-Identifier: GPL-2.0-only */
/* How a thread is scheduled goes with it. */
#ifndef MOSIX_NICE_H
#define MOSIX_NICE_H

#include "wire.h"

struct mosix_link;
struct mosix_msg;
struct mosix_proc;
struct mosix_task;
struct task_struct;

void mosix_nice_read(struct wire_sched *s, struct task_struct *p);
void mosix_nice_hurry(struct mosix_task *mt);
void mosix_nice_calm(struct mosix_task *mt);
void mosix_nice_follow(struct task_struct *p, const struct wire_sched *s);
void mosix_nice_tell(struct mosix_link *link, struct mosix_proc *proc, u32 tid);
int mosix_nice_heard(struct mosix_link *link, struct mosix_msg *msg);

#endif /* MOSIX_NICE_H */
