// SPDX-License-Identifier: GPL-2.0-only
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../../kernel/test/ktap.h"
#include "rows.h"

enum { NAME_MAX_LEN = 160 };

static FILE *table;

void rows_open(const char *path)
{
	table = fopen(path, "w");
	if (!table) {
		perror(path);
		exit(2);
	}
	fputs("row\tours\tunit\treference\tratio\treach\tok\n", table);
	ktap_begin();
}

static bool reaches(double ratio, const char *reach)
{
	const char *within = strstr(reach, "+-");

	if (within)
		return fabs(ratio - atof(reach)) <= atof(within + 2);
	return reach[0] == '<' ? ratio <= atof(reach + 2) :
				 ratio >= atof(reach + 2);
}

/* Enters a row; its name is made into @name. */
static bool row(const struct figure *f, char name[NAME_MAX_LEN],
		const char *format, va_list args)
{
	double ratio = f->reference ? f->ours / f->reference : f->ours;
	bool ok = reaches(ratio, f->reach);

	vsnprintf(name, NAME_MAX_LEN, format, args);
	fprintf(table, "%s\t%.4g\t%s\t%.4g\t%.3f\t%s\t%s\n", name, f->ours,
		f->unit, f->reference, ratio, f->reach, ok ? "yes" : "no");
	fflush(table);
	printf("# %s: %.4g %s, reference %.4g, ratio %.3f, reach %s: %s\n",
	       name, f->ours, f->unit, f->reference, ratio, f->reach,
	       ok ? "yes" : "no");
	return ok;
}

bool row_claim(struct figure f, const char *format, ...)
{
	char name[NAME_MAX_LEN];
	va_list args;
	bool ok;

	va_start(args, format);
	ok = row(&f, name, format, args);
	va_end(args);
	return ktap_claim(ok, "%s", name);
}

bool row_show(struct figure f, const char *format, ...)
{
	char name[NAME_MAX_LEN];
	va_list args;
	bool ok;

	va_start(args, format);
	ok = row(&f, name, format, args);
	va_end(args);
	return ok;
}

int rows_close(void)
{
	fclose(table);
	return ktap_end();
}
