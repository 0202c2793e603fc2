// SPDX-License-Identifier: GPL-2.0-only
/*
 * JSON is written in order, a value at a time. A key of NULL is for members
 * of a list and for the outermost value, behind which a newline goes.
 */
#include "json.h"
#include "text.h"

#include <stdio.h>
#include <string.h>

static int depth;
static int follows;	/* a member was written before, at this depth */

static void quote(const char *text)
{
	int n;

	putchar('"');
	for (; *text; text += n ? n : 1) {
		n = text_character(text);
		if (!n)		/* else all of it were no JSON */
			fputs("\\ufffd", stdout);
		else if (*text == '"' || *text == '\\')
			printf("\\%c", *text);
		else if (n == 1 && *text < ' ')
			printf("\\u%04x", *text);
		else
			fwrite(text, 1, n, stdout);
	}
	putchar('"');
}

static void begin(const char *key)
{
	if (follows)
		fputs(", ", stdout);
	follows = 1;
	if (!key)
		return;
	quote(key);
	fputs(": ", stdout);
}

/**
 * json_open - begin an object or a list
 * @key: its name in the object around it, or NULL
 * @bracket: { or [
 */
void json_open(const char *key, char bracket)
{
	begin(key);
	putchar(bracket);
	depth++;
	follows = 0;
}

/**
 * json_close - end what json_open() began
 * @bracket: } or ]
 */
void json_close(char bracket)
{
	putchar(bracket);
	follows = 1;
	if (--depth)
		return;
	putchar('\n');
	follows = 0;
}

/**
 * json_text - write a string
 * @key: its name, or NULL in a list
 * @value: what it is; quoted as needed
 */
void json_text(const char *key, const char *value)
{
	begin(key);
	quote(value);
}

/**
 * json_number - write a number
 * @key: its name, or NULL in a list
 * @value: what it is
 */
void json_number(const char *key, long long value)
{
	begin(key);
	printf("%lld", value);
}

/**
 * json_truth - write true or false
 * @key: its name, or NULL in a list
 * @value: false when 0
 */
void json_truth(const char *key, int value)
{
	begin(key);
	fputs(value ? "true" : "false", stdout);
}

/* The whole of it is what JSON, too, calls a number. */
static int is_number(const char *text)
{
	const char *digits = text + (*text == '-');
	size_t n = strspn(digits, "0123456789");

	if (!n || (n > 1 && *digits == '0'))
		return 0;
	if (digits[n] == '.')
		n += 1 + strspn(digits + n + 1, "0123456789");
	return !digits[n] && digits[n - 1] != '.';
}

/**
 * json_word - write what a file of the kernel had, as a number if it is one
 * @key: its name, or NULL in a list
 * @value: text
 */
void json_word(const char *key, const char *value)
{
	if (!is_number(value)) {
		json_text(key, value);
		return;
	}
	begin(key);
	fputs(value, stdout);
}
