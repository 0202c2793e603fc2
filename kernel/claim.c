// SPDX-License-Identifier: GPL-2.0-only
/*
 * An id that two nodes have, or a node that speaks from an address which the map
 * does not have: who has the cluster's key, and is not where the map says that
 * this node is, is not heard; but the admin hears of it. Who lacks the key comes
 * not so far: anybody could say anything.
 */
#include "claim.h"

#include "node.h"

#include <linux/cleanup.h>
#include <linux/jiffies.h>
#include <linux/printk.h>
#include <linux/spinlock.h>

enum {
	CLAIMS		= 8,	/* ids that are remembered at a time */
	/* As often as a node's datagrams begin anew to count, and longer. */
	LASTS_S		= 180,
	AGAIN_S		= 60,	/* it is said no sooner */
};

/**
 * struct claim - a node that somebody says to be, elsewhere
 * @node: its id, 0: none
 * @generation: of the map that says otherwise
 * @seen: jiffies when it was last said
 * @told: jiffies when the admin was last told
 */
struct claim {
	u16 node;
	u32 generation;
	unsigned long seen;
	unsigned long told;
};

static DEFINE_SPINLOCK(lock);		/* protects what follows */
static struct claim claims[CLAIMS];

static bool lasts(const struct claim *c)
{
	return c->node && c->generation == mosix_node_generation() &&
	       time_before(jiffies, c->seen + LASTS_S * HZ);
}

static struct claim *find(u16 node)
{
	u32 i;

	lockdep_assert_held(&lock);
	for (i = 0; i < CLAIMS; i++)
		if (claims[i].node == node && lasts(&claims[i]))
			return &claims[i];
	return NULL;
}

/* A slot that is not in use, or the one that was so longest ago. */
static struct claim *oldest(void)
{
	struct claim *c = &claims[0];
	u32 i;

	lockdep_assert_held(&lock);
	for (i = 0; i < CLAIMS; i++) {
		if (!lasts(&claims[i]))
			return &claims[i];
		if (time_before(claims[i].seen, c->seen))
			c = &claims[i];
	}
	return c;
}

/* Returns true when the admin is to be told. */
static bool remember(u16 node)
{
	struct claim *c;
	bool tell;

	guard(spinlock)(&lock);
	c = find(node);
	tell = !c || time_after(jiffies, c->told + AGAIN_S * HZ);
	if (!c) {
		c = oldest();
		c->node = node;
		c->generation = mosix_node_generation();
	}
	c->seen = jiffies;
	if (tell)
		c->told = jiffies;
	return tell;
}

/**
 * mosix_claim_dispute - somebody says that it is a node, and is elsewhere
 * @node: the id that it says it has
 * @from: where it is; the caller knows that it has the cluster's key
 *
 * An id that the map does not have is nobody's.
 *
 * Context: process context.
 */
void mosix_claim_dispute(u16 node, const union mosix_addr *from)
{
	union mosix_addr known;

	if (mosix_node_addr(node, 0, &known) || !remember(node))
		return;
	pr_warn_ratelimited("mosix: %pISc says that it is node %u%s, which the map has at %pISc: an id twice, or an address not in the map\n",
			    &from->any, node,
			    node == mosix_node_self() ? ", this one" : "",
			    &known.any);
}

/**
 * mosix_claim_is_disputed - did somebody elsewhere say that it is this node?
 * @node: its id
 *
 * Return: true for some minutes after it did.
 * Context: any that may take a lock.
 */
bool mosix_claim_is_disputed(u16 node)
{
	guard(spinlock)(&lock);
	return find(node);
}
