/* SPDX-License-Identifier: GPL-2.0-only */
/* What victims that map memory share. */
#ifndef MEMORY_H
#define MEMORY_H

#include "victim.h"

#include <sys/mman.h>

enum { PAGE = 4096 };

/* Private pages of nothing, which must be had. */
static inline char *memory_map(size_t pages, int prot)
{
	char *at = mmap(NULL, pages * PAGE, prot, MAP_PRIVATE | MAP_ANONYMOUS,
			-1, 0);

	CHECK(at != MAP_FAILED, "mmap: %s", strerror(errno));
	return at;
}

/* Of @pages at @at just each @each-th is used, from @first on. */
static inline void memory_use(char *at, size_t pages, size_t each, size_t first)
{
	CHECK_CALL(madvise(at, pages * PAGE, MADV_DONTNEED));
	for (size_t i = first; i < pages; i += each)
		at[i * PAGE] = i % 255 + 1;
}

/* What is locked, as /proc says it; -1: it does not. */
static inline long memory_locked_kib(void)
{
	FILE *status = fopen("/proc/self/status", "r");
	char line[256];
	long kib = -1;

	CHECK(status, "/proc/self/status: %s", strerror(errno));
	while (fgets(line, sizeof(line), status))
		if (sscanf(line, "VmLck: %ld", &kib) == 1)
			break;
	fclose(status);
	return kib;
}

#endif
