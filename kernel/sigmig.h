/* SPDX-License-Identifier: GPL-2.0-only */
/* A signal that a process has asked for at each of its moves. */
#ifndef MOSIX_SIGMIG_H
#define MOSIX_SIGMIG_H

#include <linux/types.h>

struct mosix_proc;
struct task_struct;

int mosix_sigmig_ask(struct task_struct *p, const char *value);
u32 mosix_sigmig_asked(struct task_struct *p);
void mosix_sigmig_count(struct mosix_proc *proc);
void mosix_sigmig_send(struct mosix_proc *proc);

#endif /* MOSIX_SIGMIG_H */
