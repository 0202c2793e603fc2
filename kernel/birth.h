/* SPDX-License-Identifier: GPL-2.0-only */
/* How a body is made of what has arrived of it. */
#ifndef MOSIX_BIRTH_H
#define MOSIX_BIRTH_H

#include <linux/types.h>

struct kernel_clone_args;
struct mosix_link;
struct mosix_proc;
struct mosix_task;

/* A PID may be that of an earlier body which is not buried yet. */
enum {
	BIRTH_TRIES	= 200,
	BIRTH_WAIT_MS	= 10,
};

/* realm.c */
long mosix_realm_bear(struct mosix_task *mt, int (*main)(void *mt), bool own);

/* build.c */
int mosix_build_nobody(void);
int mosix_build_space(struct mosix_proc *proc, struct mosix_link *link);
int mosix_build_memory(struct mosix_proc *proc);
int mosix_build_thread(struct mosix_task *mt);
int mosix_build_body(struct mosix_task *mt);

/* birth.c */
u32 mosix_birth_guests(void);
bool mosix_birth_room(void);

/* thread.c */
int mosix_thread_make_all(struct mosix_task *first);
void mosix_thread_forget(struct mosix_proc *proc);
int mosix_thread_await_all(struct mosix_task *mt);
long mosix_thread_clone(struct kernel_clone_args *args, pid_t tid);
void mosix_thread_enter(struct mosix_task *mt);

#endif /* MOSIX_BIRTH_H */
