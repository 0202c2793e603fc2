// SPDX-License-Identifier: GPL-2.0-only
/*
 * Waits in each call and gets a signal with a handler meanwhile: without
 * SA_RESTART the call ends with EINTR and has done nothing; with it the call goes
 * on, or still ends with EINTR if that is its way. A child at home sends the
 * signals, all of which must come, and wakes who goes on.
 */
#include "blocking.h"

enum { DELAY_MS = 3 };

static int enough[2], heard[2];		/* victim to child */
static volatile int handled;
static volatile bool tell;

static void on_signal(int sig)
{
	int before = errno;

	(void)sig;
	handled++;
	if (tell && write(heard[1], "!", 1) != 1)
		handled = -1000;
	errno = before;
}

static void on_word(int sig)
{
	(void)sig;
	word = 1;
}

/* Again and again, later each time: one of them meets the call. */
static long pester(long unused)
{
	struct pollfd stop = { enough[0], POLLIN, 0 };
	int sent = 0;
	char byte;

	(void)unused;
	for (int ms = DELAY_MS; !poll(&stop, 1, ms); ms *= 2, sent++)
		CHECK_CALL(kill(getppid(), SIGRTMIN + 9));
	CHECK_CALL(read(enough[0], &byte, 1));
	return sent;
}

/* Once, and then what the call waits for. */
static long disturb_and_wake(long way)
{
	char byte;

	usleep(DELAY_MS * 1000);
	CHECK_CALL(kill(getppid(), SIGRTMIN + 9));
	CHECK_CALL(read(heard[0], &byte, 1));
	usleep(DELAY_MS * 1000);
	ways[way].wake();
	return 1;
}

static void try(size_t i, int flags)
{
	struct sigaction sa = { .sa_handler = on_signal, .sa_flags = flags };
	const struct way *way = &ways[i];
	bool goes_on = flags && way->wake;
	long sent, prepared = 0;
	int error;

	CHECK_CALL(sigaction(SIGRTMIN + 9, &sa, NULL));
	handled = 0;
	tell = goes_on;
	if (way->prepare)
		prepared = partner_ask(way->prepare, 1);
	if (way->prepare == make_brother)
		brother = prepared;
	if (way->begin)
		way->begin();
	partner_tell(goes_on ? disturb_and_wake : pester, i);
	error = way->wait();
	if (!goes_on)
		CHECK(write(enough[1], "!", 1) == 1, "write: %s",
		      strerror(errno));
	sent = partner_hear();
	CHECK(error == (goes_on ? 0 : EINTR), "%s, %s: %s", way->name,
	      flags ? "SA_RESTART" : "no SA_RESTART", strerror(error));
	CHECK(handled == sent, "%s: %d of %ld signals", way->name, handled,
	      sent);
	if (way->prepare == hold_locks && !goes_on)
		partner_ask(hold_locks, 0);
	if (way->prepare == make_brother && !goes_on) {
		CHECK_CALL(kill(brother, SIGKILL));
		CHECK(!in_waitpid(), "a brother that was killed");
	}
}

int main(int argc, char **argv)
{
	struct sigaction sa = { .sa_handler = on_word, .sa_flags = SA_RESTART };

	victim_begin(argc, argv);
	folder_begin();
	CHECK_CALL(sigaction(SIGUSR2, &sa, NULL));
	open_kinds();
	CHECK_CALL(pipe(enough));
	CHECK_CALL(pipe(heard));
	partner_begin();
	CHECK(partner_ask(open_lock, 0) >= 0, "the child's lock file");
	while (victim_next())
		for (size_t i = 0; i < ARRAY_SIZE(ways); i++)
			try(i, (victim.done + i) % 2 ? SA_RESTART : 0);
	partner_end();
	close_kinds();
	folder_end();
	return victim_pass();
}
