// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading and writing small text files. A write is one write(2): the kernel
 * takes a value whole or refuses it whole.
 */
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { NAME_LONGEST = 4096 };

static const char *root = "/proc";

/**
 * text_root - read another tree than /proc
 * @dir: a folder that outlives the program
 */
void text_root(const char *dir)
{
	root = dir;
}

/**
 * text_dir - the tree that is read
 *
 * Return: its folder.
 */
const char *text_dir(void)
{
	return root;
}

static int open_at(int flags, const char *format, va_list args)
{
	char name[NAME_LONGEST];
	int n = snprintf(name, sizeof(name), "%s/", root);
	int m;

	if (n < 0 || (size_t)n >= sizeof(name))
		return -ENAMETOOLONG;
	m = vsnprintf(name + n, sizeof(name) - n, format, args);
	if (m < 0 || (size_t)m >= sizeof(name) - n)
		return -ENAMETOOLONG;
	n = open(name, flags | O_CLOEXEC);
	return n < 0 ? -errno : n;
}

/**
 * text_read - read a short file
 * @value: receives it, without a newline at the end
 * @format: its name below the root, as for printf()
 *
 * Return: 0, or a negative errno; what is too long is cut.
 */
int text_read(char value[VALUE_MAX], const char *format, ...)
{
	size_t have = 0;
	va_list args;
	ssize_t n;
	int fd;

	va_start(args, format);
	fd = open_at(O_RDONLY, format, args);
	va_end(args);
	if (fd < 0)
		return fd;
	do {
		n = read(fd, value + have, VALUE_MAX - 1 - have);
		if (n > 0)
			have += n;
	} while (n > 0 || (n < 0 && errno == EINTR));
	n = n < 0 ? -errno : 0;
	close(fd);
	value[have] = '\0';
	if (have && value[have - 1] == '\n')
		value[have - 1] = '\0';
	return n;
}

/**
 * text_load - read a file of any length
 * @text: receives it, for free()
 * @format: its name below the root, as for printf()
 *
 * Return: 0, or a negative errno.
 */
int text_load(char **text, const char *format, ...)
{
	size_t room = 0, have = 0;
	char *grown;
	va_list args;
	ssize_t n;
	int fd;

	*text = NULL;
	va_start(args, format);
	fd = open_at(O_RDONLY, format, args);
	va_end(args);
	if (fd < 0)
		return fd;
	do {
		if (have + 1 >= room) {
			room = room ? room * 2 : VALUE_MAX;
			grown = realloc(*text, room);
			if (!grown) {
				n = -1;
				errno = ENOMEM;
				break;
			}
			*text = grown;
		}
		n = read(fd, *text + have, room - 1 - have);
		if (n > 0)
			have += n;
	} while (n > 0 || (n < 0 && errno == EINTR));
	n = n < 0 ? -errno : 0;
	close(fd);
	if (n) {
		free(*text);
		*text = NULL;
		return n;
	}
	(*text)[have] = '\0';
	return 0;
}

/**
 * text_write - write a value
 * @value: the value
 * @format: name of the file below the root, as for printf()
 *
 * Return: 0, or the negative errno with which it was refused.
 */
int text_write(const char *value, const char *format, ...)
{
	va_list args;
	ssize_t n;
	int fd;

	va_start(args, format);
	fd = open_at(O_WRONLY, format, args);
	va_end(args);
	if (fd < 0)
		return fd;
	n = write(fd, value, strlen(value));
	n = n < 0 ? -errno : (size_t)n == strlen(value) ? 0 : -EIO;
	close(fd);
	return n;
}

/**
 * text_copy - copy a file to standard output, for people
 * @name: its name below the root
 *
 * Return: 0, or a negative errno.
 */
int text_copy(const char *name)
{
	char path[NAME_LONGEST], line[VALUE_MAX], *end, last;
	FILE *file;
	int ret;

	snprintf(path, sizeof(path), "%s/%s", root, name);
	file = fopen(path, "re");
	if (!file)
		return -errno;
	while (fgets(line, sizeof(line), file)) {
		end = line + strcspn(line, "\n");
		last = *end;
		*end = '\0';
		text_plain(line);
		fputs(line, stdout);
		if (last)
			putchar(last);
	}
	ret = ferror(file) ? -EIO : 0;
	fclose(file);
	return ret;
}

/**
 * text_character - how long is the character that a text begins with?
 * @text: of UTF-8, it may be
 *
 * Return: its bytes, 1 to 4; 0: it is no character, or not all of one.
 */
int text_character(const char *text)
{
	const unsigned char *at = (const unsigned char *)text;
	int i, n = *at < 0x80 ? 1 : *at < 0xc2 ? 0 : *at < 0xe0 ? 2 :
		   *at < 0xf0 ? 3 : *at < 0xf5 ? 4 : 0;

	for (i = 1; i < n; i++)
		if ((at[i] & 0xc0) != 0x80)
			return 0;
	/* Longer than need be, half of a pair, or behind the last one. */
	if ((*at == 0xe0 && at[1] < 0xa0) || (*at == 0xed && at[1] > 0x9f) ||
	    (*at == 0xf0 && at[1] < 0x90) || (*at == 0xf4 && at[1] > 0x8f))
		return 0;
	return n;
}

static int is_control(const char *text, int n)
{
	const unsigned char *at = (const unsigned char *)text;

	return n == 1 ? *at < ' ' || *at == 0x7f :
	       n == 2 && *at == 0xc2 && at[1] < 0xa0;
}

/**
 * text_plain - what no terminal should get is written over
 * @text: by anybody
 */
void text_plain(char *text)
{
	int n;

	for (; *text; text += n) {
		n = text_character(text);
		if (!n || is_control(text, n)) {
			n = n ? n : 1;
			memset(text, '?', n);
		}
	}
}

/**
 * text_from - read a file of the admin's, wherever it is
 * @text: receives it, for free()
 * @file: its name; - is standard input
 *
 * Return: 0, or a negative errno: -EINVAL for what is no text, or too large.
 */
int text_from(char **text, const char *file)
{
	FILE *in = strcmp(file, "-") ? fopen(file, "re") : stdin;
	size_t n;
	int ret;

	if (!in)
		return -errno;
	*text = malloc(TEXT_LARGEST + 1);
	if (!*text) {
		ret = -ENOMEM;
	} else {
		errno = 0;
		n = fread(*text, 1, TEXT_LARGEST, in);
		(*text)[n] = '\0';
		ret = ferror(in) ? -(errno ? errno : EIO) :
		      n == TEXT_LARGEST || strlen(*text) != n ? -EINVAL : 0;
	}
	if (in != stdin)
		fclose(in);
	if (ret) {
		free(*text);
		*text = NULL;
	}
	return ret;
}
