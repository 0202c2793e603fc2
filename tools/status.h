/* SPDX-License-Identifier: GPL-2.0-only */
/* What mosctl shows of the nodes. */
#ifndef MOSIX_TOOLS_STATUS_H
#define MOSIX_TOOLS_STATUS_H

int status_print(int json);
int status_node(const char *word, const char *figure, int json);
int status_is_up(const char *word);
int status_whois(const char *word, int json);
int status_security(int json);

#endif /* MOSIX_TOOLS_STATUS_H */
