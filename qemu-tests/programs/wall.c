// SPDX-License-Identifier: GPL-2.0-only
/*
 * One wall clock for two nodes, so that what begins on one and ends on the other
 * can be measured:
 *
 *	wall now             what it says, in us
 *	wall serve PORT      tell whoever asks, for ever
 *	wall take HOST PORT  set this node's as that of HOST: prints the round trip of
 *	                     the best of many questions, in us. The clocks differ by
 *	                     less than half of that.
 *
 * Not a victim.
 */
#include "victim.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>

enum { QUESTIONS = 200 };

static int64_t now_us(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static struct sockaddr_in address(const char *port)
{
	struct sockaddr_in addr = { .sin_family = AF_INET,
				    .sin_port = htons(atoi(port)) };
	return addr;
}

static void serve(const char *port)
{
	int fd = CHECK_CALL(socket(AF_INET, SOCK_DGRAM, 0));
	struct sockaddr_in addr = address(port);
	socklen_t len;
	int64_t now;

	CHECK_CALL(bind(fd, (struct sockaddr *)&addr, sizeof(addr)));
	for (;;) {
		len = sizeof(addr);
		if (recvfrom(fd, &now, sizeof(now), 0, (struct sockaddr *)&addr,
			     &len) != sizeof(now))
			continue;
		now = now_us(CLOCK_REALTIME);
		sendto(fd, &now, sizeof(now), 0, (struct sockaddr *)&addr, len);
	}
}

/* The quickest answer says most: half of its way ago it was so late there. */
static int64_t take(const char *host, const char *port)
{
	int fd = CHECK_CALL(socket(AF_INET, SOCK_DGRAM, 0));
	struct sockaddr_in addr = address(port);
	struct timeval wait = { .tv_sec = 1 }, tv;
	int64_t best = INT64_MAX, ahead = 0, asked, took, there;

	CHECK(inet_pton(AF_INET, host, &addr.sin_addr) == 1, "no address");
	CHECK_CALL(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait)));
	CHECK_CALL(connect(fd, (struct sockaddr *)&addr, sizeof(addr)));
	for (int i = 0; i < QUESTIONS; i++) {
		asked = now_us(CLOCK_MONOTONIC);
		CHECK_CALL(send(fd, &asked, sizeof(asked), 0));
		if (recv(fd, &there, sizeof(there), 0) != sizeof(there))
			continue;
		took = now_us(CLOCK_MONOTONIC) - asked;
		if (took >= best)
			continue;
		best = took;
		ahead = there - (asked + took / 2);
	}
	CHECK(best != INT64_MAX, "no answer");
	there = now_us(CLOCK_MONOTONIC) + ahead;
	tv.tv_sec = there / 1000000;
	tv.tv_usec = there % 1000000;
	CHECK_CALL(settimeofday(&tv, NULL));
	return best;
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	if (argc == 2 && !strcmp(what, "now"))
		printf("%lld\n", (long long)now_us(CLOCK_REALTIME));
	else if (argc == 3 && !strcmp(what, "serve"))
		serve(argv[2]);
	else if (argc == 4 && !strcmp(what, "take"))
		printf("%lld\n", (long long)take(argv[2], argv[3]));
	else
		victim_fail("see the head of wall.c");
	return 0;
}
