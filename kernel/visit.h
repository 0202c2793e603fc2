/* SPDX-License-Identifier: GPL-2.0-only */
/* A visit: a body comes home for one call, and goes back. */
#ifndef MOSIX_VISIT_H
#define MOSIX_VISIT_H

#include "task.h"

#include <linux/time64.h>

/*
 * A process that does less between two calls of that kind is better off at home:
 * the two ways cost it more than its work gains.
 */
#define VISIT_WORK_MIN_NS	(250 * NSEC_PER_MSEC)

void mosix_visit_set_more(bool (*fn)(u16 node));
bool mosix_visit_has_more(const struct mosix_proc *proc);
bool mosix_visit_is_worth(const struct mosix_proc *proc);
void mosix_visit_begin(struct mosix_proc *proc, u32 tid, u16 node);
void mosix_visit_inherit(struct mosix_proc *proc, struct task_struct *child);
long mosix_visit_call(struct mosix_task *mt, long nr);

#endif /* MOSIX_VISIT_H */
