// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writes a text to a file in one write() and says what came of it:
 *
 *	tell FILE TEXT
 *
 * A FILE of - is what somebody else has opened as standard error. Prints "ok", or the
 * name of the error ("EBUSY"), which no shell does. A backslash n in TEXT is a new
 * line. Not a victim.
 */
#include "victim.h"

static size_t unescape(char *text)
{
	char *to = text;

	for (const char *from = text; *from; from++) {
		if (from[0] == '\\' && from[1] == 'n') {
			*to++ = '\n';
			from++;
		} else {
			*to++ = *from;
		}
	}
	return to - text;
}

int main(int argc, char **argv)
{
	size_t size;
	ssize_t ret;
	int fd;

	CHECK(argc == 3, "tell which file, and what?");
	size = unescape(argv[2]);
	fd = strcmp(argv[1], "-") ? open(argv[1], O_WRONLY) : STDERR_FILENO;
	ret = fd < 0 ? -1 : write(fd, argv[2], size);
	if (ret == (ssize_t)size) {
		printf("ok\n");
		return 0;
	}
	printf("%s\n", ret < 0 ? strerrorname_np(errno) : "short");
	return 1;
}
