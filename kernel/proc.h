/* SPDX-License-Identifier: GPL-2.0-only */
/* /proc/mosix and /proc/PID/mosix. */
#ifndef MOSIX_PROC_H
#define MOSIX_PROC_H

#include <linux/types.h>

enum { MOSIX_VALUE_MAX = 256 };

struct file;
struct proc_dir_entry;
struct seq_file;
struct task_struct;

struct proc_dir_entry *mosix_proc_root(void);
void mosix_proc_set_would(void (*fn)(struct seq_file *m,
				     struct task_struct *p));
int mosix_proc_value(char value[MOSIX_VALUE_MAX], const char __user *buf,
		     size_t count, loff_t *pos);
ssize_t mosix_proc_obey(struct file *file, const char __user *buf, size_t count,
			loff_t *pos, int (*obey)(void *data, const char *value));
int mosix_proc_init(void);

#endif /* MOSIX_PROC_H */
