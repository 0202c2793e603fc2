/* SPDX-License-Identifier: GPL-2.0-only */
/* What /proc/mosix shows of load and balancing. */
#ifndef MOSIX_LOADINFO_SHOW_H
#define MOSIX_LOADINFO_SHOW_H

int mosix_show_init(void);
void mosix_show_mapped(void);

#endif /* MOSIX_LOADINFO_SHOW_H */
