// SPDX-License-Identifier: GPL-2.0-only
/*
 * Signals from outside, sent by sigsend: none is lost, none comes twice, all
 * come in order, and each names its sender.
 *
 *	sigorder [MOST]		as many may wait (root's may be made more)
 */
#include "victim.h"

#include <sys/resource.h>

static volatile int expected, bad_value = -1, bad_place, bad_sender, sender;

static void on_queued(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	(void)context;
	if (!expected)
		sender = info->si_pid;
	if (info->si_pid != sender || info->si_code != SI_QUEUE)
		bad_sender = info->si_pid;
	if (bad_value < 0 && info->si_value.sival_int != expected) {
		bad_value = info->si_value.sival_int;
		bad_place = expected;
	}
	expected++;
}

int main(int argc, char **argv)
{
	struct sigaction sa = { .sa_sigaction = on_queued,
				.sa_flags = SA_SIGINFO | SA_RESTART };
	volatile uint64_t spin;

	victim_begin(argc, argv);
	if (optind < argc) {
		const struct rlimit most = { atoi(argv[optind]),
					     atoi(argv[optind]) };

		CHECK_CALL(setrlimit(RLIMIT_SIGPENDING, &most));
	}
	CHECK_CALL(sigaction(SIGRTMIN + 2, &sa, NULL));
	while (victim_next()) {
		for (spin = 0; spin < 200000; spin++)
			;
		CHECK(bad_value < 0, "value %d came in place of %d", bad_value,
		      bad_place);
		CHECK(!bad_sender, "a signal from %d", bad_sender);
	}
	printf("signals %d from %d\n", expected, sender);
	return victim_pass();
}
