// SPDX-License-Identifier: GPL-2.0-only
/*
 * The links' handshake (kernel/handshake.h) with a key of its own use, and then
 * texts, each sealed whole:
 *
 *	length of what follows, 4 bytes		the text, sealed	tag, 16 bytes
 *
 * A text is sealed with the key of its direction, its number as the nonce, and
 * the transcript of the handshake as what belongs to it: so none is taken twice,
 * in another order, or in another conversation. Who accepts allocates nothing
 * before the other end has proved that it has the key.
 */
#include "channel.h"
#include "primitive.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>

/* In the place of the nodes' ids: who asks has none yet. */
enum { ASKS = 1, ANSWERS = 2 };

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/**
 * channel_limit - all must be over in so many seconds
 * @channel: one end, from the first on that is said
 * @seconds: from now on
 */
void channel_limit(struct channel *channel, int seconds)
{
	channel->until_ms = now_ms() + seconds * 1000LL;
}

static int await(const struct channel *channel, short events)
{
	struct pollfd poll_fd = { .fd = channel->fd, .events = events };
	int64_t left = channel->until_ms - now_ms();
	int ret;

	if (left <= 0)
		return -ETIMEDOUT;
	ret = poll(&poll_fd, 1, left);
	if (ret < 0)
		return errno == EINTR ? 0 : -errno;
	return ret ? 0 : -ETIMEDOUT;
}

/* Either all of it goes, or the conversation is over. */
static int put(struct channel *channel, const void *data, size_t len)
{
	const char *at = data;
	ssize_t n;
	int ret;

	while (len) {
		ret = await(channel, POLLOUT);
		if (ret)
			return ret;
		n = send(channel->fd, at, len, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return -errno;
		if (n > 0) {
			at += n;
			len -= n;
		}
	}
	return 0;
}

static int get(struct channel *channel, void *data, size_t len)
{
	char *at = data;
	ssize_t n;
	int ret;

	while (len) {
		ret = await(channel, POLLIN);
		if (ret)
			return ret;
		n = recv(channel->fd, at, len, MSG_DONTWAIT);
		if (!n)
			return -ECONNRESET;
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return -errno;
		if (n > 0) {
			at += n;
			len -= n;
		}
	}
	return 0;
}

/* A node has no key of its own in this: the map pins those of links. */
static int begin(struct channel *channel, const u8 *key, u16 self, u16 other)
{
	struct hs *hs = &channel->hs;

	hs->crypto = &primitive_openssl;
	hs->self = self;
	hs->other = other;
	hs->slots = 1;
	mosix_hs_derive(hs->crypto, hs->psk[0], key, "mosix join key 1");
	if (getrandom(hs->secret, HS_KEY_LEN, 0) != HS_KEY_LEN ||
	    getrandom(hs->ephemeral, HS_KEY_LEN, 0) != HS_KEY_LEN)
		return -EIO;
	return 0;
}

/**
 * channel_ask - be the end that connected
 * @channel: with its connection and limit set, the rest zero
 * @key: the cluster's
 *
 * Return: 0; -EKEYREJECTED the other has another key; -EBADMSG,
 * -EPROTONOSUPPORT it speaks something else; -ETIMEDOUT; another negative errno
 * of the connection.
 */
int channel_ask(struct channel *channel, const u8 key[HS_KEY_LEN])
{
	struct hs_challenge challenge;
	struct hs_answer answer;
	struct hs_finish finish;
	struct hs_open open;
	int ret;

	ret = begin(channel, key, ASKS, ANSWERS);
	if (!ret)
		ret = get(channel, &challenge, sizeof(challenge));
	if (!ret)
		ret = mosix_hs_open(&channel->hs, &challenge, &open);
	if (!ret)
		ret = put(channel, &open, sizeof(open));
	if (!ret)
		ret = get(channel, &answer, sizeof(answer));
	if (!ret)
		ret = mosix_hs_finish(&channel->hs, &answer, &finish,
				      &channel->session);
	if (!ret)
		ret = put(channel, &finish, sizeof(finish));
	return ret;
}

/**
 * channel_answer - be the end that accepted
 * @channel: with its connection and limit set, the rest zero
 * @key: the cluster's
 *
 * Return: 0: the other end has the key; errors as of channel_ask().
 */
int channel_answer(struct channel *channel, const u8 key[HS_KEY_LEN])
{
	u8 random[HS_KEY_LEN + HS_TAG_LEN];
	struct hs_challenge challenge;
	struct hs_answer answer;
	struct hs_finish finish;
	struct hs_open open;
	int ret;

	ret = begin(channel, key, ANSWERS, ASKS);
	if (!ret && getrandom(random, sizeof(random), 0) != sizeof(random))
		ret = -EIO;
	if (!ret)
		ret = mosix_hs_challenge(&channel->hs, random, &challenge);
	if (!ret)
		ret = put(channel, &challenge, sizeof(challenge));
	if (!ret)
		ret = get(channel, &open, sizeof(open));
	if (!ret)
		ret = mosix_hs_answer(&channel->hs, &open, &answer);
	if (!ret)
		ret = put(channel, &answer, sizeof(answer));
	if (!ret)
		ret = get(channel, &finish, sizeof(finish));
	if (!ret)
		ret = mosix_hs_complete(&channel->hs, &finish,
					&channel->session);
	return ret;
}

/**
 * channel_send - say a text
 * @channel: after the handshake
 * @text: of CHANNEL_TEXT bytes at most
 *
 * Return: 0, -E2BIG, -ENOMEM, or what the connection failed with.
 */
int channel_send(struct channel *channel, const char *text)
{
	struct hs_box box = { channel->session.send, channel->sent,
			      channel->hs.transcript };
	size_t len = strlen(text);
	__le32 size = cpu_to_le32(len + HS_TAG_LEN);
	u8 *sealed;
	int ret;

	if (len > CHANNEL_TEXT)
		return -E2BIG;
	sealed = malloc(len + HS_TAG_LEN);
	if (!sealed)
		return -ENOMEM;
	channel->sent++;
	channel->hs.crypto->seal(&box, sealed, (const u8 *)text, len);
	ret = put(channel, &size, sizeof(size));
	if (!ret)
		ret = put(channel, sealed, len + HS_TAG_LEN);
	free(sealed);
	return ret;
}

static int unseal(struct channel *channel, const u8 *sealed, char *text,
		  size_t len)
{
	struct hs_box box = { channel->session.receive, channel->taken,
			      channel->hs.transcript };

	channel->taken++;
	if (!channel->hs.crypto->unseal(&box, (u8 *)text, sealed, len))
		return -EBADMSG;
	text[len] = '\0';
	return strlen(text) == len ? 0 : -EBADMSG;
}

/**
 * channel_take - wait for a text
 * @channel: after the handshake
 * @text: receives it, for free()
 *
 * Return: 0; -EBADMSG it is too long, not from the other end, or no text; -ENOMEM;
 * -ETIMEDOUT; what the connection failed with.
 */
int channel_take(struct channel *channel, char **text)
{
	u8 *sealed;
	__le32 size;
	size_t len;
	int ret;

	*text = NULL;
	ret = get(channel, &size, sizeof(size));
	if (ret)
		return ret;
	len = le32_to_cpu(size);
	if (len < HS_TAG_LEN || len > CHANNEL_TEXT + HS_TAG_LEN)
		return -EBADMSG;
	sealed = malloc(len);
	*text = malloc(len + 1);
	ret = sealed && *text ? get(channel, sealed, len) : -ENOMEM;
	if (!ret)
		ret = unseal(channel, sealed, *text, len - HS_TAG_LEN);
	free(sealed);
	if (ret) {
		free(*text);
		*text = NULL;
	}
	return ret;
}

/**
 * channel_end - forget its keys
 * @channel: one end, whatever became of it
 */
void channel_end(struct channel *channel)
{
	explicit_bzero(&channel->hs, sizeof(channel->hs));
	explicit_bzero(&channel->session, sizeof(channel->session));
}
