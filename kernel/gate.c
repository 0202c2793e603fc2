// SPDX-License-Identifier: GPL-2.0-only
/*
 * Between the listener and the links: who has connected is here until its
 * handshake is done.
 *
 * All memory for it is in this file and there from the beginning: a number of
 * slots, each with its connection and its handshake. When they are all in use
 * the oldest one loses its connection; when one address has its share of them,
 * that address's oldest. So a node that is slow, hangs or floods is in the way
 * of nobody but itself. How often an address, and all of them together, may
 * begin a handshake is limited too: what a handshake costs is then known.
 */
#include "gate.h"

#include "addr.h"
#include "key.h"
#include "link.h"
#include "secure.h"

#include <linux/hash.h>
#include <linux/ktime.h>
#include <linux/mutex.h>
#include <linux/workqueue.h>
#include <net/sock.h>

enum {
	SLOTS			= 32,
	SLOTS_PER_ADDRESS	= 8,
	BUCKETS_LOG		= 8,
	/*
	 * A handshake costs so many milliseconds of credit; a millisecond gives
	 * one, and at most CREDIT_MS are saved up: 50 a second from one
	 * address, 200 from all, in bursts of 100 and 400.
	 */
	ADDRESS_COST_MS		= 20,
	ALL_COST_MS		= 5,
	CREDIT_MS		= 2000,
	/* A connection that is taken away lets its slot go within that. */
	SHED_MS			= 500,
};

/**
 * struct slot - somebody at the gate
 * @work: its handshake
 * @busy: the slot is in use
 * @sock: its connection, NULL when it is no more this file's
 * @from: its address
 * @turn: they came in this order
 * @shake: memory of the handshake, of the work alone
 */
struct slot {
	struct work_struct work;
	u8 busy;
	struct socket *sock;
	union mosix_addr from;
	u64 turn;
	struct mosix_shake shake;
};

/* Credit as of @at_ms; the listener's alone. */
struct bucket {
	u64 at_ms;
	u64 credit_ms;
};

static DEFINE_MUTEX(slots_lock);	/* protects slots, but for their shake */
static struct slot slots[SLOTS];
static u64 turns;
static DECLARE_WAIT_QUEUE_HEAD(slot_free);
static struct workqueue_struct *workers;
static struct bucket address_bucket[1 << BUCKETS_LOG];
static struct bucket all_bucket;

static void update(struct bucket *bucket, u64 now_ms)
{
	bucket->credit_ms = min_t(u64, CREDIT_MS, bucket->credit_ms +
				  now_ms - bucket->at_ms);
	bucket->at_ms = now_ms;
}

/* Addresses that fall into one bucket share it: so much is always enough. */
static bool may_knock(const union mosix_addr *from)
{
	struct bucket *own;
	u64 now_ms = ktime_to_ms(ktime_get()) + CREDIT_MS;

	own = &address_bucket[hash_32(mosix_addr_hash(from), BUCKETS_LOG)];
	update(own, now_ms);
	update(&all_bucket, now_ms);
	if (own->credit_ms < ADDRESS_COST_MS ||
	    all_bucket.credit_ms < ALL_COST_MS)
		return false;
	own->credit_ms -= ADDRESS_COST_MS;
	all_bucket.credit_ms -= ALL_COST_MS;
	return true;
}

static void shake_hands(struct work_struct *work)
{
	struct slot *slot = container_of(work, struct slot, work);
	struct socket *sock;
	u16 node;
	int ret;

	ret = mosix_secure_accept(slot->sock, &slot->shake, &node);
	mutex_lock(&slots_lock);
	sock = slot->sock;
	slot->sock = NULL;
	mutex_unlock(&slots_lock);
	if (ret)
		sock_release(sock);
	else
		mosix_peer_accepted(sock, node);
	WRITE_ONCE(slot->busy, 0);
	wake_up(&slot_free);
}

static struct slot *find_free(void)
{
	u32 i;

	for (i = 0; i < SLOTS; i++)
		if (!READ_ONCE(slots[i].busy))
			return &slots[i];
	return NULL;
}

/* How many of this address there are, and the first of them. */
static u32 find_oldest(const union mosix_addr *from, struct slot **oldest)
{
	u32 i, n = 0;

	lockdep_assert_held(&slots_lock);
	*oldest = NULL;
	for (i = 0; i < SLOTS; i++) {
		if (!slots[i].sock ||
		    (from && !mosix_addr_is_same(&slots[i].from, from)))
			continue;
		n++;
		if (!*oldest || slots[i].turn < (*oldest)->turn)
			*oldest = &slots[i];
	}
	return n;
}

static void shed(struct slot *slot)
{
	lockdep_assert_held(&slots_lock);
	mosix_secure_count(SECURE_SHED);
	kernel_sock_shutdown(slot->sock, SHUT_RDWR);
}

/* Makes room where there is none; the slot, or NULL. */
static struct slot *make_room(const union mosix_addr *from)
{
	struct slot *oldest;
	u32 of_address;

	mutex_lock(&slots_lock);
	of_address = find_oldest(from, &oldest);
	if (of_address < SLOTS_PER_ADDRESS && !find_free())
		find_oldest(NULL, &oldest);
	else if (of_address < SLOTS_PER_ADDRESS)
		oldest = NULL;
	if (oldest)
		shed(oldest);
	mutex_unlock(&slots_lock);
	if (oldest)
		wait_event_timeout(slot_free, !READ_ONCE(oldest->busy),
				   msecs_to_jiffies(SHED_MS));
	return find_free();
}

/**
 * mosix_gate_knock - somebody has connected
 * @sock: the connection, the gate's from now on
 * @from: from there, an address of the map
 *
 * Context: the listener, one at a time; sleeps a moment when it is full.
 */
void mosix_gate_knock(struct socket *sock, const union mosix_addr *from)
{
	struct slot *slot = NULL;

	if (!may_knock(from))
		mosix_secure_count(SECURE_RATE);
	else
		slot = make_room(from);
	if (!slot) {
		sock_release(sock);
		return;
	}
	mutex_lock(&slots_lock);
	slot->busy = 1;
	slot->sock = sock;
	slot->from = *from;
	slot->turn = ++turns;
	mutex_unlock(&slots_lock);
	queue_work(workers, &slot->work);
}

/**
 * mosix_gate_init - be ready for those who knock
 *
 * Return: 0, -ENOMEM.
 * Context: boot.
 */
int __init mosix_gate_init(void)
{
	u32 i;

	workers = alloc_workqueue("mosix_gate", WQ_UNBOUND, SLOTS);
	if (!workers)
		return -ENOMEM;
	for (i = 0; i < SLOTS; i++)
		INIT_WORK(&slots[i].work, shake_hands);
	return 0;
}
