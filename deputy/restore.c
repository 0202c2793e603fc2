// SPDX-License-Identifier: GPL-2.0-only
/*
 * A body comes home: its image becomes the process again.
 *
 * The deputy of the thread that led it installs the pages and the process's
 * part; each deputy takes its own registers. All signals but those that stop
 * and kill are blocked until all of them have: the mask is the last that each
 * takes back, when the process is whole.
 */
#include "deputy.h"

#include "body.h"

#include "../kernel/image.h"
#include "../kernel/inject.h"
#include "../kernel/migrate.h"
#include "../kernel/moves.h"
#include "../kernel/pages.h"
#include "../kernel/sigmig.h"
#include "../kernel/strategy.h"
#include "../kernel/visit.h"

#include <linux/delay.h>
#include <linux/sched/signal.h>
#include <linux/sched/task_stack.h>

/* A body that claims more than this was never told so by us. */
#define MAX_AHEAD_NS	(5ULL * NSEC_PER_SEC)

/* A wait that was local over there and did not come along begins anew. */
static void fix_restart(struct mosix_task *mt)
{
	struct pt_regs *regs = task_pt_regs(current);

	if (regs->ax == -ERESTART_RESTARTBLOCK &&
	    le32_to_cpu(mt->image->task.restart) == RESTART_NONE)
		regs->ax = -ERESTARTNOINTR;
	clear_bit(MT_RESTART_HOME, &mt->flags);
}

/* One thread becomes what its image says, but for its mask. */
static int restore_thread(struct mosix_task *mt)
{
	int ret;

	if (!mt->image || !mosix_image_complete(mt->image, IMAGE_THREAD))
		return -EBADMSG;
	mosix_scratch_end(mt);
	ret = mosix_unpack_cpu(mt->image);
	ret = ret ?: mosix_unpack_task(mt);
	if (!ret)
		fix_restart(mt);
	return ret;
}

/**
 * mosix_restore_done - the process is whole: the last step of each thread
 * @mt: record of current
 *
 * Context: the deputy, which is none any more.
 */
void mosix_restore_done(struct mosix_task *mt)
{
	struct mosix_image *image = mt->image;

	if (image)
		mosix_unpack_blocked(image);
	mt->image = NULL;
	mosix_image_free(image);
}

static int restore_process(struct mosix_proc *proc)
{
	struct mosix_image *image = proc->image;
	int ret;

	if (!image || !mosix_image_complete(image, IMAGE_RETURN))
		return -EBADMSG;
	ret = mosix_inject_step(STEP_RESTORE) ?: mosix_pages_end(proc->pages);
	if (ret)
		return ret;
	mosix_unpack_actions(image);
	proc->image = NULL;
	mosix_image_free(image);
	return 0;
}

/* After days away its clock may have drifted: it must not go back. */
static void catch_up(u64 mono_ns)
{
	u64 now = ktime_get_ns();

	if (mono_ns > now && mono_ns - now < MAX_AHEAD_NS)
		fsleep(div_u64(mono_ns - now, NSEC_PER_USEC) + 1);
}

static bool all_restored(struct mosix_proc *proc)
{
	return READ_ONCE(proc->arrived) >= READ_ONCE(proc->nlive) ||
	       test_bit(MP_FAILED, &proc->flags);
}

/* All deputies take their registers, in their own time: one may be stopped. */
static int restore_threads(struct mosix_task *mt)
{
	struct mosix_proc *proc = mt->proc;
	int ret = restore_thread(mt);

	if (ret)
		return ret;
	spin_lock(&proc->lock);
	proc->arrived = 1;
	set_bit(MP_RESTORE, &proc->flags);
	spin_unlock(&proc->lock);
	mosix_proc_wake(proc);
	while (!all_restored(proc)) {
		/* Only what stops or kills is not blocked by now. */
		mosix_deputy_signals(mt);
		wait_event_interruptible(proc->wait, all_restored(proc));
	}
	return test_bit(MP_FAILED, &proc->flags) ? -EIO : 0;
}

static bool is_decided(struct mosix_proc *proc)
{
	return mosix_proc_state(proc) != ST_RETURNING ||
	       test_bit(MP_FAILED, &proc->flags);
}

/**
 * mosix_restore_own - a thread that does not lead, restored, waits for the rest
 * @mt: record of current
 *
 * Context: the deputy, with the image complete.
 */
void mosix_restore_own(struct mosix_task *mt)
{
	struct mosix_proc *proc = mt->proc;

	if (restore_thread(mt))
		mosix_proc_fail(proc);
	mosix_proc_arrive(proc);
	while (!is_decided(proc)) {
		mosix_deputy_signals(mt);
		wait_event_interruptible(mt->wait, is_decided(proc));
	}
}

/*
 * Where it is from now on, in one step with what was wanted of it: on its way from one
 * host to another home is half of a move, else it has moved. True when it is to hear of
 * that now, and not when it goes @back.
 */
static bool be_here(struct mosix_proc *proc, u32 visitor, u16 *back)
{
	struct mosix_move *move;
	bool onward;

	spin_lock(&proc->lock);
	*back = visitor && mosix_visit_is_worth(proc) &&
		!test_bit(MP_LOADS, &proc->flags) ? proc->where : 0;
	move = proc->move;
	onward = move && move->link;
	if (onward)
		move->halfway = true;
	else
		mosix_sigmig_count(proc);
	proc->where = 0;
	proc->since = jiffies;
	proc->flags = 0;
	spin_unlock(&proc->lock);
	return !onward && !*back;
}

/**
 * mosix_restore_home_end - the body's image is complete
 * @mt: record of current
 * @msg: MSG_HOME_END; consumed
 *
 * Return: 0 when the process is whole again, here; a negative errno that
 * ends the link, and with it the process.
 * Context: the deputy.
 */
int mosix_restore_home_end(struct mosix_task *mt, struct mosix_msg *msg)
{
	const struct wire_home_end *end = (void *)msg->data;
	struct mosix_proc *proc = mt->proc;
	u32 visitor = le32_to_cpu(end->visitor);
	struct mosix_link *link;
	bool tell;
	u16 back;
	int ret;

	if (mosix_proc_state(proc) != ST_RETURNING) {
		mosix_msg_free(msg);
		return -EPROTO;
	}
	mosix_account_add(proc, mt->tid, &end->usage);
	ret = restore_process(proc);
	ret = ret ?: restore_threads(mt);
	if (ret) {
		mosix_proc_fail(proc);
		mosix_msg_free(msg);
		return ret;
	}
	catch_up(le64_to_cpu(end->mono_ns));
	link = mosix_proc_link(proc);
	mosix_proc_unlink(proc);
	mosix_strategy_returned(proc);
	tell = be_here(proc, visitor, &back);
	mosix_proc_event(proc, EV_RESTORED);
	wake_up_all(mosix_moves_queue());
	if (tell)
		mosix_sigmig_send(proc);
	if (visitor)
		mosix_visit_begin(proc, visitor, back);
	if (link) {
		mosix_link_send_plain(link, MSG_HOME_OK, mosix_msg_id(msg));
		mosix_link_finish(link);
	}
	mosix_link_put(link);
	mosix_proc_wake(proc);
	mosix_task_flush(mt);
	mosix_msg_free(msg);
	return 0;
}
