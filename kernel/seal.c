// SPDX-License-Identifier: GPL-2.0-only
/*
 * XChaCha20-Poly1305 with a key from the cluster's key. The nonce is the head:
 * sender, receiver, life and number of the datagram, so none comes twice, and
 * what is opened is from a node that has the key, for this node, and numbered.
 *
 * A life begins at boot, and again when the clock has gone far ahead of it: a
 * node that boots with its clock in the past, and then is told the time, is
 * heard again within EPOCH_NS by those that knew it before.
 */
#include "seal.h"

#include "key.h"
#include "node.h"

#include <crypto/chacha20poly1305.h>
#include <linux/errno.h>
#include <linux/ktime.h>
#include <linux/spinlock.h>
#include <linux/string.h>

static_assert(sizeof(struct mosix_seal) == XCHACHA20POLY1305_NONCE_SIZE);
static_assert((u32)SEAL_TAG_LEN == CHACHA20POLY1305_AUTHTAG_SIZE);

#define EPOCH_NS	(60ULL * NSEC_PER_SEC)

static DEFINE_SPINLOCK(seal_lock);	/* protects epoch, number */
static u64 epoch;
static u64 number;

static void number_it(struct mosix_seal *head)
{
	u64 now_ns = ktime_get_real_ns();

	spin_lock(&seal_lock);
	if (!epoch || now_ns > epoch + EPOCH_NS)
		epoch = now_ns;
	head->epoch = cpu_to_le64(epoch);
	head->number = cpu_to_le64(++number);
	spin_unlock(&seal_lock);
}

/**
 * mosix_seal - make a sealed datagram
 * @out: receives it: @len + SEAL_OVERHEAD bytes
 * @text: what to say
 * @len: bytes of it
 * @receiver: to whom
 *
 * Return: bytes in @out, -ENOKEY without a key.
 * Context: process context.
 */
int mosix_seal(void *out, const void *text, u32 len, u16 receiver)
{
	struct mosix_seal head = {
		.type = SEAL_TYPE,
		.version = SEAL_VERSION,
		.sender = cpu_to_le16(mosix_node_self()),
		.receiver = cpu_to_le16(receiver),
	};
	u8 key[HS_KEY_LEN];
	int ret = mosix_key_datagram(key);

	if (ret)
		return ret;
	number_it(&head);
	memcpy(out, &head, sizeof(head));
	xchacha20poly1305_encrypt(out + sizeof(head), text, len, NULL, 0,
				  (u8 *)&head, key);
	memzero_explicit(key, sizeof(key));
	return len + SEAL_OVERHEAD;
}

/**
 * mosix_unseal - open a sealed datagram
 * @text: receives what it says: @len - SEAL_OVERHEAD bytes
 * @in: the datagram; its head may be believed when it could be opened
 * @len: bytes of it
 *
 * Return: bytes in @text, -EBADMSG not from who has the key, or not for us.
 * Context: process context.
 */
int mosix_unseal(void *text, const void *in, u32 len)
{
	u8 key[HS_SLOTS][HS_KEY_LEN];
	struct mosix_seal head;
	u32 i, keys;
	bool open = false;

	if (len < SEAL_OVERHEAD)
		return -EBADMSG;
	memcpy(&head, in, sizeof(head));
	if (head.type != SEAL_TYPE || head.version != SEAL_VERSION ||
	    head.reserved[0] || head.reserved[1] ||
	    le16_to_cpu(head.receiver) != mosix_node_self())
		return -EBADMSG;
	keys = mosix_key_datagram_all(key);
	for (i = 0; i < keys && !open; i++)
		open = xchacha20poly1305_decrypt(text, in + sizeof(head),
						 len - sizeof(head), NULL, 0,
						 (u8 *)&head, key[i]);
	memzero_explicit(key, sizeof(key));
	return open ? len - SEAL_OVERHEAD : -EBADMSG;
}

/**
 * mosix_seal_is_fresh - was it not there before?
 * @seal: head of a datagram that could be opened
 * @replay: of its sender
 *
 * Return: true, the first time.
 * Context: any; the caller excludes others.
 */
bool mosix_seal_is_fresh(const struct mosix_seal *seal,
			 struct mosix_replay *replay)
{
	return mosix_replay_take(replay, le64_to_cpu(seal->epoch),
				 le64_to_cpu(seal->number));
}
