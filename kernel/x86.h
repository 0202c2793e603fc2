/* SPDX-License-Identifier: GPL-2.0-only */
/* Registers, extended state and CPU features. */
#ifndef MOSIX_X86_H
#define MOSIX_X86_H

#include "wire.h"

struct pt_regs;
struct task_struct;

void mosix_x86_hold(void);
void mosix_x86_save_regs(struct task_struct *task, struct wire_regs *to);
int mosix_x86_check_regs(const struct wire_regs *from);
void mosix_x86_load_regs(const struct wire_regs *from);
u32 mosix_x86_xstate_size(void);
int mosix_x86_save_xstate(struct task_struct *task, void *buf, u32 size);
int mosix_x86_load_xstate(const void *buf, u32 size);
void mosix_x86_features(__le32 words[WIRE_CPU_WORDS]);
bool mosix_x86_has_features(const __le32 words[WIRE_CPU_WORDS]);
bool mosix_x86_in_vdso(void);

enum { MOSIX_X86_POINTERS = 20 };

bool mosix_x86_in_wait(struct task_struct *task);
u32 mosix_x86_pointers(struct task_struct *task, unsigned long *addr);

#endif /* MOSIX_X86_H */
