/* SPDX-License-Identifier: GPL-2.0-only */
/* Jobs: names for processes that mosrun started, and all they started. */
#ifndef MOSIX_TOOLS_JOB_H
#define MOSIX_TOOLS_JOB_H

int job_is_name(const char *name);
int job_add(const char *name, int pid);
int job_pids(const char *name, int **pids);

#endif /* MOSIX_TOOLS_JOB_H */
