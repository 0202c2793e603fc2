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

#endif
