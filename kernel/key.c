// SPDX-License-Identifier: GPL-2.0-only
/*
 * The keys of the cluster and of this node, and the primitives they are for.
 *
 * Nothing here can be read back but the public half of the node's key. The
 * cluster's key itself is not kept: only what is derived from it, one key for
 * each use. What is replaced is overwritten.
 *
 * A new cluster key makes the one before it the old key, for as long as the
 * tunable key_old_s says. Links are accepted and made with both. Datagrams
 * are taken with both, and made with the old one in the first half of that
 * time and with the new one after it: so whoever gets the new key within that
 * half never meets a datagram that it cannot read.
 *
 *	node 1	old |....both, sends old....|....both, sends new....| new
 *	node 2	old      |....both, sends old....|....both, sends new....|
 */
#include "key.h"

#include "param.h"

#include <crypto/blake2s.h>
#include <crypto/chacha20poly1305.h>
#include <crypto/curve25519.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/workqueue.h>

static_assert((u32)HS_KEY_LEN == CURVE25519_KEY_SIZE);
static_assert((u32)HS_KEY_LEN == BLAKE2S_HASH_SIZE);
static_assert((u32)HS_KEY_LEN == CHACHA20POLY1305_KEY_SIZE);
static_assert((u32)HS_TAG_LEN == CHACHA20POLY1305_AUTHTAG_SIZE);

enum { HEX_LEN = 2 * HS_KEY_LEN };

/* What is kept of a cluster key. */
struct derived {
	u8 link[HS_KEY_LEN];
	u8 datagram[HS_KEY_LEN];
};

/* What a write says. */
struct wanted {
	enum mosix_key_mode mode;
	u8 has_node;
	u8 cluster[HS_KEY_LEN];
	u8 node[HS_KEY_LEN];
};

static DEFINE_SPINLOCK(key_lock);	/* protects all that follows */
static enum mosix_key_mode mode;
static struct derived now, old;
static u64 old_begin, old_end;		/* jiffies; 0: there is no old key */
static u8 node_secret[HS_KEY_LEN];
static u8 node_public[HS_KEY_LEN];
static bool has_node;

static void hash(u8 *out, const u8 *in, u32 len)
{
	blake2s(out, in, NULL, HS_KEY_LEN, len, 0);
}

static bool dh(u8 *out, const u8 *secret, const u8 *point)
{
	return curve25519(out, secret, point);
}

static void seal(const struct hs_box *box, u8 *out, const u8 *in, u32 len)
{
	chacha20poly1305_encrypt(out, in, len, box->ad, HS_KEY_LEN, box->nonce,
				 box->key);
}

static bool unseal(const struct hs_box *box, u8 *out, const u8 *in, u32 len)
{
	return chacha20poly1305_decrypt(out, in, len + HS_TAG_LEN, box->ad,
					HS_KEY_LEN, box->nonce, box->key);
}

const struct hs_crypto mosix_key_crypto = { hash, dh, seal, unseal };

static void drop_old(void)
{
	lockdep_assert_held(&key_lock);
	memzero_explicit(&old, sizeof(old));
	old_begin = 0;
	old_end = 0;
}

static void expire_work(struct work_struct *work);
static DECLARE_DELAYED_WORK(expire, expire_work);

static bool old_is_over(void)
{
	lockdep_assert_held(&key_lock);
	return old_end && time_after_eq64(get_jiffies_64(), old_end);
}

static void expire_work(struct work_struct *work)
{
	spin_lock(&key_lock);
	if (old_is_over())
		drop_old();
	spin_unlock(&key_lock);
}

/**
 * mosix_key_mode - what this node does with others
 *
 * Return: the mode.
 * Context: any.
 */
enum mosix_key_mode mosix_key_mode(void)
{
	return READ_ONCE(mode);
}

/* The line is one key in hex; a key of zeros is a mistake. */
static int parse_key(const char *text, u8 *key)
{
	if (strlen(text) != HEX_LEN || hex2bin(key, text, HS_KEY_LEN))
		return -EINVAL;
	return memchr_inv(key, 0, HS_KEY_LEN) ? 0 : -EINVAL;
}

static int parse_line(struct wanted *want, char *line)
{
	enum mosix_key_mode said = KEY_SET;
	char *comment = strchr(line, '#');

	if (comment)
		*comment = '\0';
	line = strim(line);
	if (!*line)
		return 0;
	if (str_has_prefix(line, "node ")) {
		if (want->has_node)
			return -EINVAL;
		want->has_node = 1;
		return parse_key(skip_spaces(line + 5), want->node);
	}
	if (want->mode != KEY_CLOSED)
		return -EINVAL;
	if (!strcmp(line, "insecure"))
		said = KEY_INSECURE;
	else if (parse_key(line, want->cluster))
		return -EINVAL;
	want->mode = said;
	return 0;
}

static void derive(struct derived *out, const u8 *cluster)
{
	mosix_hs_derive(&mosix_key_crypto, out->link, cluster,
			"mosix link key 1");
	mosix_hs_derive(&mosix_key_crypto, out->datagram, cluster,
			"mosix datagram key 1");
}

static void set_cluster(const struct derived *fresh)
{
	u64 overlap = (u64)mosix_param(PARAM_KEY_OLD_S) * HZ;

	lockdep_assert_held(&key_lock);
	if (mode == KEY_SET && !memcmp(&now, fresh, sizeof(now)))
		return;
	drop_old();
	if (mode == KEY_SET && overlap) {
		old = now;
		old_begin = get_jiffies_64();
		old_end = old_begin + overlap;
		mod_delayed_work(system_wq, &expire, overlap + 1);
	}
	now = *fresh;
	WRITE_ONCE(mode, KEY_SET);
}

static void forget_cluster(enum mosix_key_mode into)
{
	lockdep_assert_held(&key_lock);
	drop_old();
	memzero_explicit(&now, sizeof(now));
	WRITE_ONCE(mode, into);
}

/* The node's own key: the given one, the one it has, or one out of the dice. */
static int make_node_key(struct wanted *want, u8 *public)
{
	if (!want->has_node)
		curve25519_generate_secret(want->node);
	return curve25519_generate_public(public, want->node) ? 0 : -EINVAL;
}

static int apply(struct wanted *want)
{
	u8 public[HS_KEY_LEN];
	struct derived fresh;
	int ret;

	ret = make_node_key(want, public);
	if (ret)
		return ret;
	derive(&fresh, want->cluster);
	spin_lock(&key_lock);
	if (want->has_node || !has_node) {
		memcpy(node_secret, want->node, HS_KEY_LEN);
		memcpy(node_public, public, HS_KEY_LEN);
		has_node = true;
	}
	if (want->mode == KEY_SET)
		set_cluster(&fresh);
	else
		forget_cluster(want->mode);
	spin_unlock(&key_lock);
	memzero_explicit(&fresh, sizeof(fresh));
	return 0;
}

/**
 * mosix_key_write - set the keys from text
 * @text: a line with the cluster's key or the word insecure, and one with
 *	`node` and this node's key, each if wanted; written over while parsing
 *
 * A text with neither key nor word closes the node: it has no cluster key then.
 *
 * Return: 0, -EINVAL what is not understood; nothing changes then.
 * Context: process context; may wait for the random generator.
 */
int mosix_key_write(char *text)
{
	struct wanted want = { .mode = KEY_CLOSED };
	char *line;
	int ret = 0;

	while (!ret && (line = strsep(&text, "\n")))
		ret = parse_line(&want, line);
	if (!ret)
		ret = apply(&want);
	memzero_explicit(&want, sizeof(want));
	return ret;
}

/**
 * mosix_key_lend - what a handshake needs of the keys
 * @hs: receives them; to be wiped by the caller
 *
 * Return: 0, -ENOKEY when there is none.
 * Context: process context.
 */
int mosix_key_lend(struct hs *hs)
{
	int ret = -ENOKEY;

	spin_lock(&key_lock);
	if (old_is_over())
		drop_old();
	if (mode == KEY_SET) {
		memcpy(hs->secret, node_secret, HS_KEY_LEN);
		memcpy(hs->psk[0], now.link, HS_KEY_LEN);
		memcpy(hs->psk[1], old.link, HS_KEY_LEN);
		hs->slots = old_end ? 2 : 1;
		ret = 0;
	}
	spin_unlock(&key_lock);
	return ret;
}

/**
 * mosix_key_datagram - the key that datagrams are sealed with
 * @key: receives it; to be wiped by the caller
 *
 * Return: 0, -ENOKEY when there is none.
 * Context: process context.
 */
int mosix_key_datagram(u8 *key)
{
	const struct derived *use = &now;
	int ret = -ENOKEY;

	spin_lock(&key_lock);
	if (old_end && get_jiffies_64() - old_begin < (old_end - old_begin) / 2)
		use = &old;
	if (mode == KEY_SET) {
		memcpy(key, use->datagram, HS_KEY_LEN);
		ret = 0;
	}
	spin_unlock(&key_lock);
	return ret;
}

/**
 * mosix_key_datagram_all - the keys that datagrams may be sealed with
 * @key: receives them; to be wiped by the caller
 *
 * Return: how many.
 * Context: process context.
 */
u32 mosix_key_datagram_all(u8 key[HS_SLOTS][HS_KEY_LEN])
{
	u32 n = 0;

	spin_lock(&key_lock);
	if (old_is_over())
		drop_old();
	if (mode == KEY_SET)
		memcpy(key[n++], now.datagram, HS_KEY_LEN);
	if (mode == KEY_SET && old_end)
		memcpy(key[n++], old.datagram, HS_KEY_LEN);
	spin_unlock(&key_lock);
	return n;
}

/**
 * mosix_key_public - the public half of this node's own key
 * @key: receives it
 *
 * Return: false while it has none.
 * Context: process context.
 */
bool mosix_key_public(u8 *key)
{
	bool there;

	spin_lock(&key_lock);
	there = has_node;
	memcpy(key, node_public, HS_KEY_LEN);
	spin_unlock(&key_lock);
	return there;
}

/**
 * mosix_key_old_left - how long the old cluster key is still accepted
 *
 * Return: seconds, rounded up; 0 when there is none.
 * Context: process context.
 */
u32 mosix_key_old_left(void)
{
	u64 left = 0;

	spin_lock(&key_lock);
	if (old_is_over())
		drop_old();
	if (old_end)
		left = old_end - get_jiffies_64() + HZ - 1;
	spin_unlock(&key_lock);
	do_div(left, HZ);
	return left;
}
