// SPDX-License-Identifier: GPL-2.0-only
/*
 * A table is asked by the names of its columns: another kernel may have more
 * of them, or fewer, in another order. Rows may be shorter than the head.
 */
#include "table.h"
#include "json.h"
#include "text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int split(char *line, char *word[TABLE_COLUMNS])
{
	char *at, *rest = line;
	int n = 0;

	while (n < TABLE_COLUMNS && (at = strsep(&rest, " \t")))
		if (*at)
			word[n++] = at;
	return n;
}

static int count_lines(const char *text)
{
	int n = 1;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

static void fill(struct table *table)
{
	char *line, *rest = table->text;
	char *none = rest + strlen(rest);
	char **row;
	int i, n;

	line = strsep(&rest, "\n");
	table->columns = split(line, (char **)table->name);
	while ((line = strsep(&rest, "\n"))) {
		row = table->cell + table->rows * TABLE_COLUMNS;
		n = split(line, row);
		for (i = n; i < TABLE_COLUMNS; i++)
			row[i] = none;
		table->rows += n > 0;
	}
}

/**
 * table_load - read a table
 * @table: receives it; table_free() gives it back
 * @file: its name below the root
 *
 * Return: 0, or a negative errno.
 */
int table_load(struct table *table, const char *file)
{
	int ret;

	memset(table, 0, sizeof(*table));
	ret = text_load(&table->text, "%s", file);
	if (ret)
		return ret;
	table->cell = calloc(count_lines(table->text),
			     TABLE_COLUMNS * sizeof(*table->cell));
	if (!table->cell) {
		free(table->text);
		return -ENOMEM;
	}
	fill(table);
	return 0;
}

/**
 * table_free - give a table back
 * @table: what table_load() filled
 */
void table_free(struct table *table)
{
	free(table->cell);
	free(table->text);
}

/**
 * table_word - a cell
 * @table: of it
 * @row: from 0
 * @name: of the column
 *
 * Return: its word; "" where there is none.
 */
const char *table_word(const struct table *table, int row, const char *name)
{
	int i;

	for (i = 0; i < table->columns; i++)
		if (!strcmp(table->name[i], name))
			return table->cell[row * TABLE_COLUMNS + i];
	return "";
}

/**
 * table_number - a cell that is a number
 * @table: of it
 * @row: from 0
 * @name: of the column
 *
 * Return: the number, 0 where there is none.
 */
long long table_number(const struct table *table, int row, const char *name)
{
	return strtoll(table_word(table, row, name), NULL, 10);
}

/**
 * table_json - write all of a table as a list of objects
 * @table: which
 * @key: its name in the object around it, or NULL
 */
void table_json(const struct table *table, const char *key)
{
	const char *word;
	int i, row;

	json_open(key, '[');
	for (row = 0; row < table->rows; row++) {
		json_open(NULL, '{');
		for (i = 0; i < table->columns; i++) {
			word = table->cell[row * TABLE_COLUMNS + i];
			if (*word)
				json_word(table->name[i], word);
		}
		json_close('}');
	}
	json_close(']');
}
