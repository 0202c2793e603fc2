/* SPDX-License-Identifier: GPL-2.0-only */
/* Files with a line of names at their head, and a record a line below. */
#ifndef MOSIX_TOOLS_TABLE_H
#define MOSIX_TOOLS_TABLE_H

enum { TABLE_COLUMNS = 32 };

struct table {
	char *text;			/* what all words point into */
	const char *name[TABLE_COLUMNS];
	int columns;
	int rows;
	char **cell;			/* rows * TABLE_COLUMNS, "" where none is */
};

int table_load(struct table *table, const char *file);
void table_free(struct table *table);
const char *table_word(const struct table *table, int row, const char *name);
long long table_number(const struct table *table, int row, const char *name);
void table_json(const struct table *table, const char *key);

#endif /* MOSIX_TOOLS_TABLE_H */
