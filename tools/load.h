/* SPDX-License-Identifier: GPL-2.0-only */
/* Load of a known kind, made in rounds, that notices when it is spoiled. */
#ifndef MOSIX_TOOLS_LOAD_H
#define MOSIX_TOOLS_LOAD_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct load {
	/* what is wanted */
	int cpu_percent;
	size_t memory;		/* bytes held */
	int random;		/* they are touched in no order */
	long calls;		/* system calls a round */
	size_t read;		/* bytes a round */
	size_t write;
	const char *file;	/* NULL: one without a name */
	/* what is */
	uint64_t *words;	/* the memory */
	size_t next;		/* word to touch */
	uint64_t dice;
	int fd;
	off_t at;		/* where in the file */
	size_t size;		/* of the file, all of it written */
	int spoiled;
};

int load_begin(struct load *load);
void load_round(struct load *load, int ms);
void load_end(struct load *load);

#endif /* MOSIX_TOOLS_LOAD_H */
