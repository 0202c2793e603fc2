// SPDX-License-Identifier: GPL-2.0-only
/*
 * Failures that a test asks for, at every step of every protocol.
 *
 * A step is a message: memory for it is taken, it is sent, it is handled. So the
 * points are the rows of wire.c, three for each, and a message that is new has its
 * points without a line here. What needs memory and is no message has a name of its
 * own. /proc/mosix/inject has them all, a line each:
 *
 *	POINT ACTION LEFT PASSED STRUCK
 *
 * and takes "POINT ACTION [NTH]": what happens when it is passed for the NTH time
 * from now on, once. Or "none": nothing does.
 *
 *	memory	there is none: make:TYPE and step:NAME
 *	lose	the link ends and this message is not sent, or not handled
 *	cut	it is, and then the link ends
 *	die	the process here is killed: the body at a host, the deputy at home
 *	hang	the link's thread sleeps for ten seconds
 *	reset	its connection is reset, in front of it: the link goes on
 *	panic	the node crashes
 */
#include "inject.h"

#include "proc.h"
#include "remake.h"
#include "task.h"

#include <linux/panic.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/spinlock.h>
#include <linux/string.h>

enum { HANG_S = 10 };

enum action {
	ACT_NONE,
	ACT_MEMORY,
	ACT_LOSE,
	ACT_CUT,
	ACT_DIE,
	ACT_HANG,
	ACT_RESET,
	ACT_PANIC,
	ACTIONS
};

static const char *const actions[ACTIONS] = {
	[ACT_NONE]	= "-",
	[ACT_MEMORY]	= "memory",
	[ACT_LOSE]	= "lose",
	[ACT_CUT]	= "cut",
	[ACT_DIE]	= "die",
	[ACT_HANG]	= "hang",
	[ACT_RESET]	= "reset",
	[ACT_PANIC]	= "panic",
};

static const char *const places[INJECT_PLACES] = {
	[INJECT_MAKE]	 = "make",
	[INJECT_SEND]	 = "send",
	[INJECT_RECEIVE] = "receive",
	[INJECT_STEP]	 = "step",
};

static const char *const steps[INJECT_STEPS] = {
	[STEP_BUILD]	= "build",
	[STEP_DUP]	= "dup",
	[STEP_LAND]	= "land",
	[STEP_RESTORE]	= "restore",
	[STEP_FREEZE]	= "freeze",
};

static_assert((u32)INJECT_STEPS <= MSG_TYPES);

/**
 * struct point - where something may fail
 * @action: enum action, ACT_NONE most of the time
 * @left: times that it is passed until then
 * @passed: times that it was passed
 * @struck: times that something did happen
 */
struct point {
	u8 action;
	u32 left;
	u64 passed;
	u64 struck;
};

static DEFINE_SPINLOCK(lock);	/* protects points */
static struct point points[INJECT_PLACES][MSG_TYPES];

static const char *name_of(u32 at, u32 which)
{
	if (at == INJECT_STEP)
		return which < INJECT_STEPS ? steps[which] : NULL;
	return *wire_type_name(which) == '?' ? NULL : wire_type_name(which);
}

static enum action pass(enum mosix_inject_at at, u32 which)
{
	struct point *p = &points[at][which];
	enum action action = ACT_NONE;

	spin_lock(&lock);
	p->passed++;
	if (p->action != ACT_NONE && !--p->left) {
		action = p->action;
		p->action = ACT_NONE;
		p->struck++;
	}
	spin_unlock(&lock);
	if (action != ACT_NONE)
		pr_info("mosix: injected: %s:%s %s\n", places[at],
			name_of(at, which), actions[action]);
	return action;
}

/**
 * mosix_inject_no_memory - is there to be no memory here?
 * @at: INJECT_MAKE or INJECT_STEP
 * @which: enum wire_type or enum mosix_inject_step
 *
 * Return: true when a test wants it.
 * Context: any that is no interrupt.
 */
bool mosix_inject_no_memory(enum mosix_inject_at at, u32 which)
{
	return pass(at, which) == ACT_MEMORY;
}

static void kill_process(struct mosix_link *link)
{
	struct mosix_proc *proc = mosix_link_proc(link);

	if (!proc)
		return;
	mosix_proc_kill(proc);
	mosix_proc_put(proc);
}

/**
 * mosix_inject_before - is a message to have an accident?
 * @link: where
 * @at: INJECT_SEND or INJECT_RECEIVE
 * @type: enum wire_type
 * @after: receives what is to become of the link behind it: 0 or a negative errno
 *
 * Return: 0 to go on; a negative errno: the link ends here, without it.
 * Context: who sends, or the receiver; may sleep.
 */
int mosix_inject_before(struct mosix_link *link, enum mosix_inject_at at,
			u16 type, int *after)
{
	*after = 0;
	switch (pass(at, type)) {
	case ACT_LOSE:
		return -ECONNABORTED;
	case ACT_CUT:
		*after = -ECONNABORTED;
		break;
	case ACT_DIE:
		kill_process(link);
		break;
	case ACT_HANG:
		schedule_timeout_uninterruptible(HANG_S * HZ);
		break;
	case ACT_RESET:
		mosix_remake_reset(link);
		break;
	case ACT_PANIC:
		panic("mosix: a test wants it");
	default:
		break;
	}
	return 0;
}

static int inject_show(struct seq_file *m, void *v)
{
	struct point p;
	u32 at, i;

	seq_puts(m, "point action left passed struck\n");
	for (at = 0; at < INJECT_PLACES; at++) {
		for (i = 0; i < MSG_TYPES; i++) {
			if (!name_of(at, i))
				continue;
			spin_lock(&lock);
			p = points[at][i];
			spin_unlock(&lock);
			seq_printf(m, "%s:%s %s %u %llu %llu\n", places[at],
				   name_of(at, i), actions[p.action],
				   p.action ? p.left : 0, p.passed, p.struck);
		}
	}
	return 0;
}

static void disarm_all(void)
{
	u32 at, i;

	spin_lock(&lock);
	for (at = 0; at < INJECT_PLACES; at++)
		for (i = 0; i < MSG_TYPES; i++)
			points[at][i].action = ACT_NONE;
	spin_unlock(&lock);
}

static struct point *find_point(const char *name, u32 *place)
{
	char full[32];
	u32 at, i;

	for (at = 0; at < INJECT_PLACES; at++) {
		for (i = 0; i < MSG_TYPES; i++) {
			if (!name_of(at, i))
				continue;
			scnprintf(full, sizeof(full), "%s:%s", places[at],
				  name_of(at, i));
			if (strcmp(full, name))
				continue;
			*place = at;
			return &points[at][i];
		}
	}
	return NULL;
}

/* Memory is what is made of, and only that. */
static bool may_happen(u32 place, int action)
{
	bool makes = place == INJECT_MAKE || place == INJECT_STEP;

	return action > ACT_NONE && makes == (action == ACT_MEMORY);
}

static int arm(char *text)
{
	const char *name = strsep(&text, " "), *what = strsep(&text, " ");
	struct point *p;
	u32 place, nth = 1;
	int action;

	if (!what && !strcmp(name, "none")) {
		disarm_all();
		return 0;
	}
	p = find_point(name, &place);
	action = what ? match_string(actions, ACTIONS, what) : -EINVAL;
	if (!p || !may_happen(place, action) ||
	    (text && (kstrtou32(text, 10, &nth) || !nth)))
		return -EINVAL;
	spin_lock(&lock);
	p->left = nth;
	p->action = action;
	spin_unlock(&lock);
	return 0;
}

static int inject_open(struct inode *inode, struct file *file)
{
	return single_open(file, inject_show, NULL);
}

static ssize_t inject_write(struct file *file, const char __user *buf,
			    size_t count, loff_t *pos)
{
	char value[MOSIX_VALUE_MAX];
	int ret = mosix_proc_value(value, buf, count, pos);

	return ret ?: (arm(value) ?: (ssize_t)count);
}

static const struct proc_ops inject_ops = {
	.proc_open	= inject_open,
	.proc_read	= seq_read,
	.proc_write	= inject_write,
	.proc_lseek	= seq_lseek,
	.proc_release	= single_release,
};

/**
 * mosix_inject_init - make /proc/mosix/inject
 *
 * Return: 0, -ENOMEM.
 * Context: boot, after mosix_proc_init().
 */
int __init mosix_inject_init(void)
{
	return proc_create("inject", 0600, mosix_proc_root(), &inject_ops) ?
	       0 : -ENOMEM;
}
