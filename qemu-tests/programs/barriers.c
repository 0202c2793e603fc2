// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counts on memory barriers that it has registered for. Each SIGUSR1 makes it
 * register for one kind more.
 */
#include "victim.h"

#include <linux/membarrier.h>
#include <sys/syscall.h>

/* MEMBARRIER_CMD_GET_REGISTRATIONS, which linux-libc-dev of Debian 12 has not. */
enum { GET_REGISTRATIONS = 1 << 9 };

static const struct kind {
	int enroll;
	int make;
} kinds[] = {
	{ MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED,
	  MEMBARRIER_CMD_PRIVATE_EXPEDITED },
	{ MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ,
	  MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ },
	{ MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE,
	  MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE },
	{ MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED,
	  MEMBARRIER_CMD_GLOBAL_EXPEDITED },
};

static volatile sig_atomic_t wanted = 1;

static int membarrier(int command)
{
	return syscall(SYS_membarrier, command, 0, 0);
}

static void want_more(int signo)
{
	(void)signo;
	wanted++;
}

int main(int argc, char **argv)
{
	struct sigaction sa = { .sa_handler = want_more };
	int enrolled = 0, mask = 0, is;

	victim_begin(argc, argv);
	CHECK_CALL(sigaction(SIGUSR1, &sa, NULL));
	while (victim_next()) {
		while (enrolled < wanted && enrolled < (int)ARRAY_SIZE(kinds)) {
			CHECK_CALL(membarrier(kinds[enrolled].enroll));
			mask |= kinds[enrolled++].enroll;
		}
		is = membarrier(GET_REGISTRATIONS);
		CHECK(is == mask, "registered for %#x, not %#x", is, mask);
		for (int i = 0; i < enrolled; i++)
			CHECK_CALL(membarrier(kinds[i].make));
	}
	return victim_pass();
}
