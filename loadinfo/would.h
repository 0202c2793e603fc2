/* SPDX-License-Identifier: GPL-2.0-only */
/* A dry run: where would the balancer send this process? */
#ifndef MOSIX_LOADINFO_WOULD_H
#define MOSIX_LOADINFO_WOULD_H

struct seq_file;
struct task_struct;

void mosix_would_show(struct seq_file *m, struct task_struct *p);

#endif /* MOSIX_LOADINFO_WOULD_H */
