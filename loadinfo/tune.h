/* SPDX-License-Identifier: GPL-2.0-only */
/* The balancer's figures that an administrator may tune. */
#ifndef MOSIX_LOADINFO_TUNE_H
#define MOSIX_LOADINFO_TUNE_H

struct lb_params;

void mosix_tune_init(void);
void mosix_tune_read(struct lb_params *params);

#endif /* MOSIX_LOADINFO_TUNE_H */
