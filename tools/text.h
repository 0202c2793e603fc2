/* SPDX-License-Identifier: GPL-2.0-only */
/* The text files below /proc, as the tools read and write them. */
#ifndef MOSIX_TOOLS_TEXT_H
#define MOSIX_TOOLS_TEXT_H

#include <stddef.h>

/* Exit codes of all tools. */
enum exit_code {
	EXIT_DONE	= 0,
	EXIT_FAILED	= 1,	/* the kernel refused, or nobody is there */
	EXIT_USAGE	= 2,
	EXIT_WAITING	= 3,	/* asked for, but not done in time */
};

enum {
	VALUE_MAX	= 4096,
	TEXT_LARGEST	= 512 * 1024,	/* what the kernel takes of a map */
};

void text_root(const char *dir);
int text_read(char value[VALUE_MAX], const char *format, ...)
	__attribute__((format(printf, 2, 3)));
int text_load(char **text, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
int text_write(const char *value, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
int text_copy(const char *name);
int text_character(const char *text);
void text_plain(char *text);
int text_from(char **text, const char *file);
const char *text_dir(void);

#endif /* MOSIX_TOOLS_TEXT_H */
