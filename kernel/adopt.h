/* SPDX-License-Identifier: GPL-2.0-only */
/* A body makes a process, at the host. */
#ifndef MOSIX_ADOPT_H
#define MOSIX_ADOPT_H

#include "task.h"

struct kernel_clone_args;

bool mosix_adopt_room(void);
struct mosix_task *mosix_adopt_new(u32 pid);
long mosix_adopt_failed(u32 pid, long error);
long mosix_adopt_make(struct mosix_task *mt, struct kernel_clone_args *args);
int mosix_adopt(struct mosix_link *link, struct mosix_msg *msg);

#endif /* MOSIX_ADOPT_H */
