/* SPDX-License-Identifier: GPL-2.0-only */
/* Why a process is where it is, in sentences. */
#ifndef MOSIX_TOOLS_WHY_H
#define MOSIX_TOOLS_WHY_H

const char *why_words(const char *reason);
const char *why_help(const char *reason);
int why_print(int pid, int json);

#endif /* MOSIX_TOOLS_WHY_H */
