/* SPDX-License-Identifier: GPL-2.0-only */
/* JSON on standard output, written as one goes. */
#ifndef MOSIX_TOOLS_JSON_H
#define MOSIX_TOOLS_JSON_H

void json_open(const char *key, char bracket);
void json_close(char bracket);
void json_text(const char *key, const char *value);
void json_number(const char *key, long long value);
void json_truth(const char *key, int value);
void json_word(const char *key, const char *value);

#endif /* MOSIX_TOOLS_JSON_H */
