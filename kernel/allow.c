// SPDX-License-Identifier: GPL-2.0-only
/*
 * On which nodes a process may be; the sets themselves are in nodeset.c.
 *
 * The home has the set and refuses what is against it. The host of a body is
 * told it, when the body has started and when it changes, so that its balancer
 * neither asks for what would be refused nor keeps what may not be there.
 */
#include "allow.h"

#include "link.h"
#include "nodeset.h"
#include "task.h"

#include <linux/mutex.h>

static_assert(ARRAY_SIZE(((struct lb_nodeset *)NULL)->range) == WIRE_NODES_RANGES);

/* The newest set is told last; what is told is read under it, too. */
static DEFINE_MUTEX(tell_lock);

/**
 * mosix_allow_get - where a process may be
 * @proc: the process
 * @set: receives the set, in which home need not be
 *
 * Context: any that may take the lock.
 */
void mosix_allow_get(struct mosix_proc *proc, struct lb_nodeset *set)
{
	spin_lock(&proc->lock);
	*set = proc->nodes;
	spin_unlock(&proc->lock);
}

static void put(struct mosix_proc *proc, const struct lb_nodeset *set)
{
	spin_lock(&proc->lock);
	proc->nodes = *set;
	spin_unlock(&proc->lock);
}

/**
 * mosix_allow_set - say where a process may be
 * @proc: the process, at its home
 * @set: the set
 *
 * Where it is now it stays until the balancer moves it.
 *
 * Return: 0, -EOPNOTSUPP for a guest: only its home can say so.
 * Context: process context.
 */
int mosix_allow_set(struct mosix_proc *proc, const struct lb_nodeset *set)
{
	if (mosix_proc_is_guest(proc))
		return -EOPNOTSUPP;
	put(proc, set);
	mosix_allow_tell(proc);
	return 0;
}

/**
 * mosix_allow_limits - is there a node where a process may not be?
 * @proc: the process
 *
 * Return: false for one that may be anywhere, as all begin.
 * Context: any.
 */
bool mosix_allow_limits(const struct mosix_proc *proc)
{
	return READ_ONCE(proc->nodes.ranges);
}

/**
 * mosix_allow_has - may a process be on a node?
 * @proc: the process
 * @node: the node
 *
 * Return: true if it may; of its home always.
 * Context: any that may take the lock.
 */
bool mosix_allow_has(struct mosix_proc *proc, u16 node)
{
	struct lb_nodeset set;

	mosix_allow_get(proc, &set);
	return node == proc->home || lb_nodeset_has(&set, node);
}

/**
 * mosix_allow_inherit - a process may be where the one that made it may
 * @to: the new process
 * @from: its maker
 *
 * Context: any that may take the locks, one after the other.
 */
void mosix_allow_inherit(struct mosix_proc *to, struct mosix_proc *from)
{
	struct lb_nodeset set;

	mosix_allow_get(from, &set);
	put(to, &set);
}

static struct mosix_msg *make_nodes(const struct lb_nodeset *set)
{
	struct mosix_msg *msg = mosix_msg_new(MSG_NODES,
					      sizeof(struct wire_nodes));
	struct wire_nodes *nodes;
	u32 i;

	if (!msg)
		return NULL;
	nodes = (void *)msg->data;
	memset(nodes, 0, sizeof(*nodes));
	nodes->ranges = cpu_to_le16(set->ranges);
	nodes->deny = cpu_to_le16(set->deny);
	for (i = 0; i < set->ranges; i++) {
		nodes->range[i].first = cpu_to_le16(set->range[i].first);
		nodes->range[i].last = cpu_to_le16(set->range[i].last);
	}
	return msg;
}

/**
 * mosix_allow_tell - the host of a body learns where it may be
 * @proc: the process; nothing is said unless it is away
 *
 * Without memory for the message nothing is said either: home refuses all the
 * same.
 *
 * Context: process context.
 */
void mosix_allow_tell(struct mosix_proc *proc)
{
	struct mosix_msg *msg = NULL;
	struct mosix_link *link;
	struct lb_nodeset set;

	mutex_lock(&tell_lock);
	link = mosix_proc_link(proc);
	mosix_allow_get(proc, &set);
	if (link && mosix_proc_state(proc) == ST_AWAY)
		msg = make_nodes(&set);
	if (msg)
		mosix_link_send(link, msg);
	mosix_link_put(link);
	mutex_unlock(&tell_lock);
}

/**
 * mosix_allow_heard - home says where a guest may be
 * @link: where
 * @msg: MSG_NODES, checked; consumed
 *
 * Return: 0, -EPROTO without a process.
 * Context: the link's receiver.
 */
int mosix_allow_heard(struct mosix_link *link, struct mosix_msg *msg)
{
	const struct wire_nodes *nodes = (void *)msg->data;
	struct mosix_proc *proc = mosix_link_proc(link);
	struct lb_nodeset set = {
		.ranges = le16_to_cpu(nodes->ranges),
		.deny = le16_to_cpu(nodes->deny),
	};
	u32 i;

	for (i = 0; i < set.ranges; i++) {
		set.range[i].first = le16_to_cpu(nodes->range[i].first);
		set.range[i].last = le16_to_cpu(nodes->range[i].last);
	}
	mosix_msg_free(msg);
	if (!proc)
		return -EPROTO;
	put(proc, &set);
	mosix_proc_put(proc);
	return 0;
}
