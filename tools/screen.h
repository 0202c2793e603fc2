/* SPDX-License-Identifier: GPL-2.0-only */
/* A full screen that is drawn anew from time to time, and on a key. */
#ifndef MOSIX_TOOLS_SCREEN_H
#define MOSIX_TOOLS_SCREEN_H

struct screen {
	int seconds;			/* between looks */
	void (*look)(void);		/* read what is to be shown */
	void (*draw)(int rows, int columns);
	int (*key)(int key);		/* 0: end */
};

int screen_run(const struct screen *screen);
void screen_put(int row, int column, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void screen_head(int row, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif /* MOSIX_TOOLS_SCREEN_H */
