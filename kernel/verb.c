// SPDX-License-Identifier: GPL-2.0-only
/*
 * Verbs of the admin that take time: admin/expel sends all guests home,
 * admin/bring calls home what is away.
 *
 * Who writes how many seconds it may take waits until nothing is left. All are
 * asked, again and again: others may come meanwhile, and who cannot go now may be
 * able to later. What a verb has switched on for that, block or lstay, stays on
 * however it ends: the node was to be empty, and would not be for long.
 */
#include "verb.h"

#include "migrate.h"
#include "param.h"
#include "proc.h"
#include "task.h"

#include <linux/mutex.h>
#include <linux/proc_fs.h>
#include <linux/sched/task.h>
#include <linux/seq_file.h>
#include <linux/wait.h>

enum {
	ROUND_MS	= 200,		/* from one look at all to the next */
	AGAIN_ROUNDS	= 25,		/* who was asked is asked again then */
	SECONDS_MAX	= 7 * 24 * 3600,
};

enum verb_state {
	VERB_IDLE,
	VERB_RUNS,
	VERB_CANCELLED,
};

/**
 * struct verb - a verb and its file
 * @name: of the file
 * @param: what it switches on
 * @is_left: does it mean this process?
 * @ask: has one that is meant go, and does not wait for it
 * @lock: protects @state
 * @state: enum verb_state; whose write runs it ends it
 * @wait: woken when it is cancelled
 */
struct verb {
	const char *name;
	enum mosix_param_id param;
	bool (*is_left)(struct mosix_proc *proc);
	void (*ask)(struct mosix_proc *proc, u32 round);
	struct mutex lock;	/* see above */
	enum verb_state state;
	wait_queue_head_t wait;
};

static bool is_guest_left(struct mosix_proc *proc)
{
	return mosix_proc_is_guest(proc) && mosix_proc_state(proc) != ST_GONE;
}

/* One that arrives is asked when it runs; one that was asked may be packing. */
static void send_home(struct mosix_proc *proc, u32 round)
{
	if (mosix_proc_state(proc) != ST_RUNNING)
		return;
	if (round % AGAIN_ROUNDS && test_bit(MP_ASKED, &proc->flags))
		return;
	mosix_move_beg(proc, 0, 1);
}

/* Away, or about to be. */
static bool is_away_left(struct mosix_proc *proc)
{
	enum mosix_state state = mosix_proc_state(proc);
	bool leaves;

	if (mosix_proc_is_guest(proc) || state == ST_ENDED)
		return false;
	spin_lock(&proc->lock);
	leaves = proc->move && proc->move->to;
	spin_unlock(&proc->lock);
	return leaves || state != ST_HOME;
}

static void call_home(struct mosix_proc *proc, u32 round)
{
	struct task_struct *task;

	if (!mosix_proc_is_away(proc))
		return;
	task = mosix_proc_task(proc, 0);
	if (!task)
		return;
	mosix_migrate_start(task, 0, MOSIX_WHY_USER);
	put_task_struct(task);
}

static struct verb verbs[] = {
	{ "expel", PARAM_BLOCK, is_guest_left, send_home },
	{ "bring", PARAM_LSTAY, is_away_left, call_home },
};

/**
 * mosix_verb_expels - are the guests of this node being sent home?
 *
 * Return: true while somebody waits for that.
 * Context: any.
 */
bool mosix_verb_expels(void)
{
	return READ_ONCE(verbs[0].state) != VERB_IDLE;
}

static u32 count_left(const struct verb *verb)
{
	struct mosix_proc *proc = NULL;
	u32 left = 0;

	while ((proc = mosix_proc_next(proc)))
		left += verb->is_left(proc);
	return left;
}

static u32 ask_all(const struct verb *verb, u32 round)
{
	struct mosix_proc *proc = NULL;
	u32 left = 0;

	while ((proc = mosix_proc_next(proc))) {
		if (!verb->is_left(proc))
			continue;
		left++;
		verb->ask(proc, round);
	}
	return left;
}

static int begin(struct verb *verb)
{
	int ret = -EBUSY;

	mutex_lock(&verb->lock);
	if (verb->state == VERB_IDLE) {
		WRITE_ONCE(verb->state, VERB_RUNS);
		ret = 0;
	}
	mutex_unlock(&verb->lock);
	return ret;
}

static void end(struct verb *verb)
{
	mutex_lock(&verb->lock);
	WRITE_ONCE(verb->state, VERB_IDLE);
	mutex_unlock(&verb->lock);
}

static void cancel(struct verb *verb)
{
	mutex_lock(&verb->lock);
	if (verb->state == VERB_RUNS)
		WRITE_ONCE(verb->state, VERB_CANCELLED);
	mutex_unlock(&verb->lock);
	wake_up_all(&verb->wait);
}

static bool is_cancelled(const struct verb *verb)
{
	return READ_ONCE(verb->state) == VERB_CANCELLED;
}

/* @seconds: 0: without end. */
static int carry_out(struct verb *verb, u32 seconds)
{
	unsigned long until = jiffies + seconds * HZ;
	u32 round;

	mosix_param_switch_on(verb->param);
	for (round = 0; ask_all(verb, round); round++) {
		if (seconds && time_after_eq(jiffies, until))
			return -ETIME;
		if (wait_event_interruptible_timeout(verb->wait,
						     is_cancelled(verb),
						     msecs_to_jiffies(ROUND_MS)) < 0)
			return -EINTR;
		if (is_cancelled(verb))
			return -ECANCELED;
	}
	return 0;
}

static int obey(void *data, const char *value)
{
	struct verb *verb = data;
	u32 seconds;
	int ret;

	if (!strcmp(value, "cancel")) {
		cancel(verb);
		return 0;
	}
	if (kstrtou32(value, 10, &seconds) || seconds > SECONDS_MAX)
		return -EINVAL;
	ret = begin(verb);
	if (ret)
		return ret;
	ret = carry_out(verb, seconds);
	end(verb);
	return ret;
}

static ssize_t verb_write(struct file *file, const char __user *buf,
			  size_t count, loff_t *pos)
{
	return mosix_proc_obey(file, buf, count, pos, obey);
}

static int verb_show(struct seq_file *m, void *v)
{
	seq_printf(m, "%u\n", count_left(m->private));
	return 0;
}

static int verb_open(struct inode *inode, struct file *file)
{
	return single_open(file, verb_show, pde_data(inode));
}

static const struct proc_ops verb_ops = {
	.proc_open	= verb_open,
	.proc_read	= seq_read,
	.proc_write	= verb_write,
	.proc_lseek	= seq_lseek,
	.proc_release	= single_release,
};

/**
 * mosix_verb_init - make /proc/mosix/admin/expel and bring
 *
 * Return: 0, -ENOMEM.
 * Context: boot, after mosix_proc_init().
 */
int __init mosix_verb_init(void)
{
	char name[32];
	u32 i;

	for (i = 0; i < ARRAY_SIZE(verbs); i++) {
		mutex_init(&verbs[i].lock);
		init_waitqueue_head(&verbs[i].wait);
		scnprintf(name, sizeof(name), "admin/%s", verbs[i].name);
		if (!proc_create_data(name, 0644, mosix_proc_root(), &verb_ops,
				      &verbs[i]))
			return -ENOMEM;
	}
	return 0;
}
