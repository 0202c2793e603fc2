/* SPDX-License-Identifier: GPL-2.0-only */
/* Programs of make bench: "ready", then nothing until SIGUSR1 says so. */
#ifndef AWAIT_H
#define AWAIT_H

#include "victim.h"

static inline void await_signal(void)
{
	sigset_t set;
	int sig;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	CHECK_CALL(sigprocmask(SIG_BLOCK, &set, NULL));
	printf("ready\n");
	fflush(stdout);
	do {
		sig = sigwaitinfo(&set, NULL);
	} while (sig == -1 && errno == EINTR);
}

#endif /* AWAIT_H */
