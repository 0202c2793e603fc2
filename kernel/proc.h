/* SPDX-License-Identifier: GPL-2.0-only */
/* /proc/mosix and /proc/PID/mosix. */
#ifndef MOSIX_PROC_H
#define MOSIX_PROC_H

struct proc_dir_entry;

struct proc_dir_entry *mosix_proc_root(void);
int mosix_proc_init(void);

#endif /* MOSIX_PROC_H */
