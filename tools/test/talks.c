// SPDX-License-Identifier: GPL-2.0-only
/*
 * talks ROUNDS SEED: what tools/channel.c takes and what it refuses, and lines of a
 * map that another node might tell, spoiled in ROUNDS ways: what is taken must be
 * the same again when it is told on. Silent when all of it is right.
 */
#include "../channel.h"
#include "../map.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int failures;

#define EXPECT(what, got, want) do {					\
	long expect_got = (got), expect_want = (want);			\
									\
	if (expect_got != expect_want) {				\
		printf("%d: %s: %ld, not %ld\n", __LINE__, what,	\
		       expect_got, expect_want);			\
		failures++;						\
	}								\
} while (0)

/* Two ends, and what became of their handshake. */
struct pair {
	struct channel asks, answers;
	u8 asks_key[HS_KEY_LEN], answers_key[HS_KEY_LEN];
	int asked, answered;
};

static void *answer(void *arg)
{
	struct pair *pair = arg;

	pair->answered = channel_answer(&pair->answers, pair->answers_key);
	if (pair->answered)
		shutdown(pair->answers.fd, SHUT_RDWR);
	return NULL;
}

static void shake(struct pair *pair)
{
	pthread_t thread;
	int fd[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fd))
		abort();
	pair->asks.fd = fd[0];
	pair->answers.fd = fd[1];
	channel_limit(&pair->asks, 20);
	channel_limit(&pair->answers, 20);
	pthread_create(&thread, NULL, answer, pair);
	pair->asked = channel_ask(&pair->asks, pair->asks_key);
	if (pair->asked)
		shutdown(pair->asks.fd, SHUT_RDWR);
	pthread_join(thread, NULL);
}

static void end(struct pair *pair)
{
	static const struct hs_session wiped;

	channel_end(&pair->asks);
	channel_end(&pair->answers);
	EXPECT("keys are wiped", memcmp(&pair->asks.session, &wiped,
					sizeof(wiped)), 0);
	close(pair->asks.fd);
	close(pair->answers.fd);
}

static void *send_text(void *arg)
{
	struct pair *pair = arg;
	static char text[CHANNEL_TEXT + 2];

	memset(text, 'x', CHANNEL_TEXT + 1);
	pair->asked = channel_send(&pair->asks, text);
	text[CHANNEL_TEXT] = '\0';
	pair->answered = channel_send(&pair->asks, text);
	return NULL;
}

static void check_texts(void)
{
	struct pair pair = {};
	pthread_t thread;
	char *text;

	shake(&pair);
	EXPECT("asks", pair.asked, 0);
	EXPECT("answers", pair.answered, 0);
	EXPECT("send", channel_send(&pair.asks, "join 192.0.2.1\n"), 0);
	EXPECT("send nothing", channel_send(&pair.asks, ""), 0);
	EXPECT("take", channel_take(&pair.answers, &text), 0);
	EXPECT("as it was", strcmp(text ? text : "", "join 192.0.2.1\n"), 0);
	free(text);
	EXPECT("take nothing", channel_take(&pair.answers, &text), 0);
	EXPECT("as it was", text && !*text, 1);
	free(text);
	EXPECT("send back", channel_send(&pair.answers, "same\n"), 0);
	EXPECT("take back", channel_take(&pair.asks, &text), 0);
	free(text);
	pthread_create(&thread, NULL, send_text, &pair);
	EXPECT("the longest", channel_take(&pair.answers, &text), 0);
	EXPECT("its length", text ? (long)strlen(text) : 0, CHANNEL_TEXT);
	free(text);
	pthread_join(thread, NULL);
	EXPECT("one more is too long", pair.asked, -E2BIG);
	EXPECT("and the longest is not", pair.answered, 0);
	end(&pair);
}

static void check_keys(void)
{
	struct pair pair = { .asks_key = { 1 } };

	shake(&pair);
	EXPECT("another key asks", pair.asked, -EKEYREJECTED);
	EXPECT("another key is not answered", pair.answered < 0, 1);
	end(&pair);
}

/* A message on its way: what becomes of it when somebody has his hands on it. */
static int spoiled(int (*spoil)(u8 *message, int len))
{
	struct pair pair = {};
	u8 message[64];
	char *text;
	int len, ret;

	shake(&pair);
	channel_send(&pair.asks, "map");
	len = recv(pair.answers.fd, message, sizeof(message), 0);
	len = spoil(message, len);
	if (send(pair.asks.fd, message, len, 0) != len)
		abort();
	shutdown(pair.asks.fd, SHUT_WR);
	ret = channel_take(&pair.answers, &text);
	free(text);
	if (!ret) {	/* the second time, if it was doubled */
		ret = channel_take(&pair.answers, &text);
		free(text);
	}
	end(&pair);
	return ret;
}

static int a_bit(u8 *message, int len)
{
	message[5] ^= 1;
	return len;
}

static int the_tag(u8 *message, int len)
{
	message[len - 1] ^= 0x80;
	return len;
}

static int half(u8 *message, int len)
{
	(void)message;
	return len - 5;
}

static int twice(u8 *message, int len)
{
	memcpy(message + len, message, len);
	return 2 * len;
}

static int longer(u8 *message, int len)
{
	message[0]++;
	return len;
}

static int huge(u8 *message, int len)
{
	memset(message, 0xff, 4);
	return len;
}

static int tiny(u8 *message, int len)
{
	message[0] = 15;
	return len;
}

static void check_spoiled(void)
{
	struct pair pair = {};
	char *text;

	EXPECT("a bit", spoiled(a_bit), -EBADMSG);
	EXPECT("its tag", spoiled(the_tag), -EBADMSG);
	EXPECT("half of it", spoiled(half), -ECONNRESET);
	EXPECT("twice", spoiled(twice), -EBADMSG);
	EXPECT("a wrong length", spoiled(longer), -ECONNRESET);
	EXPECT("a huge length", spoiled(huge), -EBADMSG);
	EXPECT("less than a tag", spoiled(tiny), -EBADMSG);
	shake(&pair);
	channel_limit(&pair.answers, 1);
	EXPECT("silence", channel_take(&pair.answers, &text), -ETIMEDOUT);
	end(&pair);
}

static const char good[] =
	"serial 12\n"
	"node 1 192.0.2.1:7236\n"
	"alias 1 198.51.100.1\n"
	"alias 1 2001:db8::1\n"
	"node 2 192.0.2.2:99 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\n"
	"node 65535 192.0.2.3:7236\n";

static const char *const words[] = {
	"serial ", "node ", "alias ", "self 1\n", "\n", " ", "#", "65536",
	"0", "999999999", "4294967297", "[::1]", "2001:db8::2", "127.0.0.1",
	"fe80::1", "::ffff:192.0.2.9", "224.0.0.1", "n1.example.org", ":0",
	"1 192.0.2.1 4096\n", "1 192.0.2.200 100\n", "ALIAS", "]", "[",
};

static u32 dice(u32 most)
{
	static unsigned long long state;

	if (!most)
		return state = random();
	state = state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (state >> 33) % most;
}

static void spoil_text(char *text, size_t room)
{
	const char *word = words[dice(sizeof(words) / sizeof(*words))];
	size_t len = strlen(text), at = dice(len + 1), n = strlen(word);

	switch (dice(4)) {
	case 0:		/* a byte */
		if (at < len)
			text[at] = 1 + dice(255);
		break;
	case 1:		/* a part is gone */
		n = dice(len - at + 1);
		memmove(text + at, text + at + n, len - at - n + 1);
		break;
	case 2:		/* a part is there again */
		n = dice(len - at + 1);
		if (len + n < room)
			memmove(text + at + n, text + at, len - at + 1);
		break;
	default:
		if (len + n < room) {
			memmove(text + at + n, text + at, len - at + 1);
			memcpy(text + at, word, n);
		}
	}
}

/* What is believed of it: said again, it is the same. */
static int check_map(const char *text)
{
	struct map map = { .file = "map", .way = MAP_OF_ANOTHER }, again = map;
	char *copy = strdup(text), *first = NULL, *second = NULL;
	int taken = !map_parse(&map, copy) && map.serial && !map.self;

	if (taken) {
		first = map_shared(&map);
		free(copy);
		copy = strdup(first);
		EXPECT(text, map_parse(&again, copy), 0);
		second = map_shared(&again);
		EXPECT(text, strcmp(first, second), 0);
	}
	free(copy);
	free(first);
	free(second);
	map_end(&map);
	map_end(&again);
	return taken;
}

static void check_maps(long rounds)
{
	char text[2048];
	long taken = 0, i;
	int n;

	EXPECT("a map that is right", check_map(good), 1);
	EXPECT("a row that ends at a loopback",
	       check_map("serial 1\n1 126.255.255.254 9\n"), 0);
	for (i = 0; i < rounds; i++) {
		strcpy(text, good);
		for (n = 1 + dice(3); n; n--)
			spoil_text(text, sizeof(text));
		taken += check_map(text);
	}
	EXPECT("some are still right", rounds < 1000 || taken > rounds / 50, 1);
	EXPECT("and most are not", rounds < 1000 || taken < rounds / 2, 1);
}

int main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	srandom(atoi(argv[2]));
	dice(0);
	check_texts();
	check_keys();
	check_spoiled();
	check_maps(atol(argv[1]));
	return !!failures;
}
