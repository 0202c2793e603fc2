// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writes what time it is to "now" in its control directory, in seconds.
 */
#include "victim.h"

#include <time.h>

int main(int argc, char **argv)
{
	char text[32];
	int fd;

	victim_begin(argc, argv);
	fd = CHECK_CALL(victim_open("now", O_WRONLY | O_CREAT));
	while (victim_next()) {
		snprintf(text, sizeof(text), "%010ld\n", (long)time(NULL));
		CHECK_CALL(pwrite(fd, text, strlen(text), 0));
		usleep(10000);
	}
	return victim_pass();
}
