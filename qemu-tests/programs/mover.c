// SPDX-License-Identifier: GPL-2.0-only
/*
 * Moves a process and says how long it took:
 *
 *	mover PID NODE       until its body runs there, in us
 *	mover PID NODE MIB   until so much of its memory is there
 *
 * On the node that the process is at home on, where no message between host and
 * guest is measured along. Not a victim.
 */
#include "victim.h"

enum {
	POLL_MS = 1,
	/* Who pushes nothing for so long does not push any more. */
	PATIENCE_MS = 20000,
};

static int64_t now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static int open_about(const char *pid, const char *file, int flags)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%s/mosix/%s", pid, file);
	return CHECK_CALL(open(path, flags));
}

/* Pages that left, asked for or not. */
static uint64_t pages_sent(int fd)
{
	static const char * const names[] = { "pages_pushed ", "pages_served " };
	char text[4096] = "";
	uint64_t sum = 0;
	const char *at;

	CHECK_CALL(pread(fd, text, sizeof(text) - 1, 0));
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		at = strstr(text, names[i]);
		CHECK(at, "no %sin stats", names[i]);
		sum += strtoull(at + strlen(names[i]), NULL, 10);
	}
	return sum;
}

static void await_pages(int fd, uint64_t wanted)
{
	struct timespec pause = { .tv_nsec = POLL_MS * 1000000 };
	int64_t grown = now_us();
	uint64_t seen = 0, sent;

	while ((sent = pages_sent(fd)) < wanted) {
		if (sent > seen)
			grown = now_us();
		seen = sent;
		CHECK(now_us() - grown < PATIENCE_MS * 1000LL,
		      "%lu of %lu pages have left", sent, wanted);
		nanosleep(&pause, NULL);
	}
}

int main(int argc, char **argv)
{
	uint64_t before;
	int64_t began;
	int to, stats;

	CHECK(argc == 3 || argc == 4, "see the head of mover.c");
	to = open_about(argv[1], "goto", O_WRONLY);
	stats = open_about(argv[1], "stats", O_RDONLY);
	before = pages_sent(stats);
	began = now_us();
	CHECK_CALL(write(to, argv[2], strlen(argv[2])));
	if (argc == 4)
		await_pages(stats, before + (strtoull(argv[3], NULL, 10) << 8));
	printf("%lld\n", (long long)(now_us() - began));
	return 0;
}
