// SPDX-License-Identifier: GPL-2.0-only
/*
 * Options that every tool has (--proc, --help, --version), numbers in
 * arguments, and what the kernel means by an error.
 */
#include "cli.h"
#include "text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OPTIONS_MAX = 32, LETTERS_MAX = 80 };

static const struct option common[] = {
	{ "proc", required_argument, NULL, 'p' },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ }
};

/**
 * cli_wrong - the command line is not understood: say so and end
 * @cli: of the tool
 */
void cli_wrong(const struct cli *cli)
{
	/* One line is enough: the whole text is a --help away. */
	fprintf(stderr, "%.*s\nTry '%s --help'.\n",
		(int)strcspn(cli->usage, "\n"), cli->usage, cli->name);
	exit(EXIT_USAGE);
}

/**
 * cli_next - the next option, after those that all tools have
 * @cli: of the tool
 * @argc: as main() got it
 * @argv: as main() got it
 *
 * Return: a letter of @cli, or -1 behind the last option. Does not return
 * from --help, --version and what is no option.
 */
int cli_next(const struct cli *cli, int argc, char **argv)
{
	static struct option options[OPTIONS_MAX];
	char letters[LETTERS_MAX];
	size_t i, n = 0;
	int c;

	for (i = 0; cli->options[i].name; i++)
		options[n++] = cli->options[i];
	memcpy(options + n, common, sizeof(common));
	snprintf(letters, sizeof(letters), "%sp:hV", cli->letters);
	while ((c = getopt_long(argc, argv, letters, options, NULL)) != -1) {
		switch (c) {
		case 'p':
			text_root(optarg);
			break;
		case 'h':
			fputs(cli->usage, stdout);
			exit(EXIT_DONE);
		case 'V':
			printf("%s (mosix) %s\n", cli->name, MOSIX_VERSION);
			exit(EXIT_DONE);
		case '?':
			cli_wrong(cli);
		default:
			return c;
		}
	}
	return -1;
}

/**
 * cli_number - read a whole number
 * @text: decimal digits, maybe behind a sign, and nothing else
 * @least: smallest value that is taken
 * @most: largest value that is taken
 * @value: receives it
 *
 * Return: 0, or -EINVAL.
 */
int cli_number(const char *text, long least, long most, long *value)
{
	char *end;

	errno = 0;
	*value = strtol(text, &end, 10);
	if (errno || end == text || *end || *value < least || *value > most)
		return -EINVAL;
	return 0;
}

/**
 * cli_error - what the kernel means by an error
 * @error: a positive errno
 *
 * Return: words for people.
 */
const char *cli_error(int error)
{
	switch (error) {
	case EBUSY:
		return "it cannot move";
	case ENODEV:
		return "there is no such node";
	case EHOSTUNREACH:
		return "that node does not answer";
	case ECONNREFUSED:
		return "that node refused";
	case ENOMEM:
		return "not enough memory";
	case EPERM:
	case EACCES:
		return "not allowed";
	case ESRCH:
		return "no such process";
	case EINTR:
		return "interrupted; the move goes on";
	case EOPNOTSUPP:
		return "a guest can only be sent home from here";
	default:
		return strerror(error);
	}
}
