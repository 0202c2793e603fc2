// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads lines from its standard input and answers each with its length and the
 * text backwards; ends at "quit" or at the end of the input. For terminals.
 */
#include "victim.h"

int main(void)
{
	char line[256];
	size_t length;

	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("pid %d tty %s\n", getpid(), isatty(0) ? "yes" : "no");
	while (fgets(line, sizeof(line), stdin)) {
		length = strcspn(line, "\n");
		line[length] = '\0';
		if (!strcmp(line, "quit"))
			break;
		printf("%zu:", length);
		for (size_t i = length; i > 0; i--)
			putchar(line[i - 1]);
		putchar('\n');
	}
	printf("bye\n");
	return 0;
}
