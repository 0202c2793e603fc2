// SPDX-License-Identifier: GPL-2.0-only
/*
 * The last moves of this node's processes, in a ring: /proc/mosix/moves. And who
 * waits for a process to move, by poll() of its where or nmigs.
 */
#include "moves.h"

#include "migrate.h"
#include "node.h"
#include "proc.h"
#include "totals.h"

#include <linux/ktime.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>

enum { MOVES = 128 };

/**
 * struct moved - one move that has ended
 * @at_ms: when, on the monotonic clock
 * @pid: who, at home
 * @from: node it was on
 * @to: node it was to go to
 * @why: enum mosix_why
 * @error: 0, or why it failed as a positive errno
 * @frozen_us: how long it stood still; 0 for a way home, and what failed
 * @bytes: that were sent until it ran there; the same
 */
struct moved {
	u64 at_ms;
	pid_t pid;
	u16 from;
	u16 to;
	u8 why;
	int error;
	u64 frozen_us;
	u64 bytes;
};

static DEFINE_SPINLOCK(lock);		/* protects what follows */
static struct moved ring[MOVES];
static u64 added;
static DECLARE_WAIT_QUEUE_HEAD(queue);	/* woken when one has moved */

static const char *const why_names[] = {
	[MOSIX_WHY_USER]	= "user",
	[MOSIX_WHY_BALANCE]	= "balance",
	[MOSIX_WHY_HOST]	= "host",
	[MOSIX_WHY_VISIT]	= "visit",
	[MOSIX_WHY_STAY]	= "stay",
	[MOSIX_WHY_EXEC]	= "exec",
};

/**
 * mosix_moves_queue - who waits for a process to move
 *
 * One queue for all processes: one that was never asked about has no record.
 *
 * Return: the queue, to be woken when the number of moves of one has changed.
 * Context: any.
 */
wait_queue_head_t *mosix_moves_queue(void)
{
	return &queue;
}

/**
 * mosix_moves_add - a move has ended
 * @move: the move; one that had nowhere to go is none
 *
 * Context: any that may take a lock.
 */
void mosix_moves_add(const struct mosix_move *move)
{
	wake_up_all(&queue);
	if (move->from == move->to)
		return;
	if (!move->result && move->freeze_us) {
		mosix_totals_add(TOTAL_FREEZES, 1);
		mosix_totals_add(TOTAL_FROZEN_US, move->freeze_us);
	}
	spin_lock(&lock);
	ring[added++ % MOVES] = (struct moved) {
		.at_ms = ktime_get_ns() / NSEC_PER_MSEC,
		.pid = move->pid,
		.from = move->from ?: mosix_node_self(),
		.to = move->to ?: mosix_node_self(),
		.why = move->why,
		.error = -move->result,
		.frozen_us = move->result ? 0 : move->freeze_us,
		.bytes = move->result ? 0 : move->bytes,
	};
	spin_unlock(&lock);
}

/* @back: 0 for the last one; false when there is none so far back. */
static bool get(u32 back, struct moved *moved)
{
	bool found;

	spin_lock(&lock);
	found = back < added;
	if (found)
		*moved = ring[(added - 1 - back) % MOVES];
	spin_unlock(&lock);
	return found;
}

static int moves_show(struct seq_file *m, void *v)
{
	struct moved e;
	u32 back;

	seq_puts(m, "time pid from to why error frozen_us bytes\n");
	for (back = MOVES; back-- > 0;) {
		if (!get(back, &e))
			continue;
		seq_printf(m, "%llu.%03llu %d %u %u %s %d %llu %llu\n",
			   e.at_ms / 1000, e.at_ms % 1000, e.pid, e.from, e.to,
			   why_names[e.why], e.error, e.frozen_us, e.bytes);
	}
	return 0;
}

/**
 * mosix_moves_init - make /proc/mosix/moves
 *
 * Return: 0, -ENOMEM.
 * Context: boot, after mosix_proc_init().
 */
int __init mosix_moves_init(void)
{
	if (!proc_create_single("moves", 0444, mosix_proc_root(), moves_show))
		return -ENOMEM;
	return 0;
}
