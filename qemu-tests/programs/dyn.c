// SPDX-License-Identifier: GPL-2.0-only
/*
 * build: dynamic only
 *
 * A dynamic program: calls through the procedure linkage table, lazily bound
 * while it moves; a library opened, used and closed again; locale and stdio.
 */
#include "victim.h"

#include <dlfcn.h>
#include <libgen.h>
#include <locale.h>
#include <search.h>
#include <wchar.h>

static bool near(double a, double b)
{
	return a - b < 0.000001 && b - a < 0.000001;
}

static void use_library(void)
{
	void *lib = dlopen("libm.so.6", RTLD_NOW | RTLD_LOCAL);
	double (*cosine)(double x);
	double (*power)(double x, double y);

	CHECK(lib, "dlopen: %s", dlerror());
	*(void **)&cosine = dlsym(lib, "cos");
	*(void **)&power = dlsym(lib, "pow");
	CHECK(cosine && power, "dlsym: %s", dlerror());
	CHECK(near(cosine(1.0471975511965976), 0.5), "cos gives %g",
	      cosine(1.0471975511965976));
	CHECK(near(power(2.0, 10.0), 1024.0), "pow gives %g", power(2.0, 10.0));
	CHECK(!dlclose(lib), "dlclose: %s", dlerror());
}

static int by_value(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

/* A different part of the C library each round: most are bound just then. */
static void use_libc(void)
{
	char text[64], path[] = "/usr/lib/name", *end;
	int values[64], key = 7;
	wchar_t wide[32];
	struct tm tm;
	time_t zero = 0;

	for (int i = 0; i < 64; i++)
		values[i] = (i * 37 + 11) % 64;
	qsort(values, 64, sizeof(int), by_value);
	CHECK(bsearch(&key, values, 64, sizeof(int), by_value) == &values[7],
	      "qsort and bsearch disagree");
	snprintf(text, sizeof(text), "%.3f %05d %s", 3.14159, 42, "text");
	CHECK(!strcmp(text, "3.142 00042 text"), "printf gives '%s'", text);
	CHECK(strtod("2.5e3x", &end) == 2500.0 && *end == 'x', "strtod");
	CHECK(mbstowcs(wide, "wide", 32) == 4 && wcslen(wide) == 4, "mbstowcs");
	CHECK(gmtime_r(&zero, &tm) && tm.tm_year == 70, "gmtime");
	CHECK(strftime(text, sizeof(text), "%Y-%m-%d", &tm) == 10 &&
	      !strcmp(text, "1970-01-01"), "strftime gives '%s'", text);
	CHECK(!strcmp(basename(path), "name"), "basename");
}

int main(int argc, char **argv)
{
	victim_begin(argc, argv);
	CHECK(setlocale(LC_ALL, "C.UTF-8") || setlocale(LC_ALL, "C"), "locale");
	while (victim_next()) {
		use_libc();
		use_library();
	}
	return victim_pass();
}
