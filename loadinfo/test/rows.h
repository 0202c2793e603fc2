/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Figures with what they should reach: results.tsv in the form of `make
 * bench`, and a claim each for KTAP.
 */
#ifndef LOADINFO_TEST_ROWS_H
#define LOADINFO_TEST_ROWS_H

#include "../../kernel/pure.h"

struct figure {
	double ours;
	const char *unit;
	double reference;
	const char *reach;	/* of ours by reference: "<= 1.05", "1 +- 0.05" */
};

void rows_open(const char *path);
/* Returns whether it is reached. A row that is only shown is no claim. */
bool row_claim(struct figure f, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
bool row_show(struct figure f, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
int rows_close(void);

#endif /* LOADINFO_TEST_ROWS_H */
