// SPDX-License-Identifier: GPL-2.0-only
/*
 * Nothing is drawn outside of the screen, however small it is; a change of its
 * size comes as a key, and draws it anew.
 */
#include "screen.h"

#include <ncurses.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { LINE_LONGEST = 512 };

static void put(int row, int column, const char *format, va_list args)
{
	char line[LINE_LONGEST];
	int rows, columns;

	getmaxyx(stdscr, rows, columns);
	if (row < 0 || row >= rows || column < 0 || column >= columns)
		return;
	vsnprintf(line, sizeof(line), format, args);
	mvaddnstr(row, column, line, columns - column);
}

/**
 * screen_put - write text, cut at the edge
 * @row: from the top, 0 is the first
 * @column: from the left
 * @format: as for printf()
 */
void screen_put(int row, int column, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	put(row, column, format, args);
	va_end(args);
}

/**
 * screen_head - write a line that stands out, from edge to edge
 * @row: from the top
 * @format: as for printf()
 */
void screen_head(int row, const char *format, ...)
{
	va_list args;

	if (row < 0 || row >= LINES)
		return;
	attron(A_REVERSE);
	mvhline(row, 0, ' ', COLS);
	va_start(args, format);
	put(row, 0, format, args);
	va_end(args);
	attroff(A_REVERSE);
}

static long long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static void show(const struct screen *screen)
{
	erase();
	screen->draw(LINES, COLS);
	refresh();
}

static void end_screen(void)
{
	if (!isendwin())
		endwin();
}

/* Who is not ended by that (nohup) reads no key from it, at once, for ever. */
static int terminal_is_gone(void)
{
	struct pollfd terminal = { .fd = STDIN_FILENO };

	return poll(&terminal, 1, 0) > 0;
}

/**
 * screen_run - show until a key ends it
 * @screen: what to show
 *
 * Return: 0, or -1 when there is no terminal, or none any more.
 */
int screen_run(const struct screen *screen)
{
	long long next;
	int key = 0;

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO) || !initscr())
		return -1;
	atexit(end_screen);
	cbreak();
	noecho();
	curs_set(0);
	keypad(stdscr, TRUE);
	next = now_ms();
	do {
		if (now_ms() >= next) {
			screen->look();
			next = now_ms() + screen->seconds * 1000;
		}
		show(screen);
		timeout(next > now_ms() ? next - now_ms() : 0);
		key = getch();
		if (key == ERR && terminal_is_gone())
			return -1;
	} while (key == ERR || key == KEY_RESIZE || screen->key(key));
	return 0;
}
