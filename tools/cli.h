/* SPDX-License-Identifier: GPL-2.0-only */
/* The command line of a tool: what all of them have in common. */
#ifndef MOSIX_TOOLS_CLI_H
#define MOSIX_TOOLS_CLI_H

#include <getopt.h>

struct cli {
	const char *name;		/* of the tool */
	const char *usage;		/* what --help prints */
	const char *letters;		/* options of its own, as for getopt */
	const struct option *options;	/* the same, long */
};

int cli_next(const struct cli *cli, int argc, char **argv);
void cli_wrong(const struct cli *cli) __attribute__((noreturn));
int cli_number(const char *text, long least, long most, long *value);
const char *cli_error(int error);

#endif /* MOSIX_TOOLS_CLI_H */
