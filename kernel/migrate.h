/* SPDX-License-Identifier: GPL-2.0-only */
/* Moves: out, onward, home. */
#ifndef MOSIX_MIGRATE_H
#define MOSIX_MIGRATE_H

#include "image.h"
#include "task.h"

#include <linux/completion.h>
#include <linux/kref.h>
#include <linux/workqueue.h>

struct kernel_clone_args;
struct mosix_early;

/* Who wanted a move. */
enum mosix_why {
	MOSIX_WHY_USER	= 1,	/* a write to /proc/PID/mosix/goto */
	MOSIX_WHY_BALANCE,	/* the balancer */
	MOSIX_WHY_HOST,		/* the host wants to be rid of it */
	MOSIX_WHY_VISIT,	/* it came home for one call, and goes back */
	MOSIX_WHY_STAY,		/* while it was away a reason to stay came up */
	MOSIX_WHY_EXEC,		/* its program has only just begun */
};

/**
 * struct mosix_move - one wanted move
 * @ref: the process and each waiter hold one
 * @proc: who moves, reference held
 * @pid: its PID here
 * @from: node that it was on; 0: this one, its home
 * @to: node to go to; 0: home
 * @why: enum mosix_why
 * @choice: how its memory travels; STRATEGY_AUTO: none has yet
 * @passing: times that it was put off for a reason that passes
 * @late: times that a thread did not come to stand still
 * @halfway: it has come home on its way from one host to another
 * @watched: what it touches is known since it was offered
 * @offered_kib: memory that the host has room for
 * @early: what was sent while it ran, NULL nothing
 * @link: made and accepted by the host; NULL for a way home
 * @work: makes the link, in a kernel thread
 * @done: complete when @result counts
 * @result: 0 or a negative errno
 * @freeze_us: how long all of it stood still to go out
 * @bytes: that were sent in that time, and with the offer
 */
struct mosix_move {
	struct kref ref;
	struct mosix_proc *proc;
	pid_t pid;
	u16 from;
	u16 to;
	u8 why;
	u8 passing;
	u8 late;
	bool halfway;
	bool watched;
	struct choice choice;
	u64 offered_kib;
	struct mosix_early *early;
	struct mosix_link *link;
	struct work_struct work;
	struct completion done;
	int result;
	u64 freeze_us;
	u64 bytes;
};

/* A move is put off so often for a reason that passes, or a late thread. */
enum {
	MOSIX_PASSING_TRIES	= 100,
	MOSIX_LATE_TRIES	= 5,
};

/* request.c: moves that are asked for */
struct mosix_move *mosix_move_get(struct mosix_proc *proc);
void mosix_move_put(struct mosix_move *move);
int mosix_move_beg(struct mosix_proc *proc, u16 node, u32 insist);
int mosix_move_ask(struct mosix_link *link, struct mosix_msg *msg,
		   enum wire_type want, long timeout, const char **text);
int mosix_migrate_start(struct task_struct *p, u16 node, enum mosix_why why);
int mosix_migrate_request(struct task_struct *p, u16 node,
			  enum mosix_why why);
void mosix_migrate_end(struct mosix_proc *proc, int result, const char *text);
void mosix_move_stays(struct mosix_link *link, int error);
int mosix_move_heard(struct mosix_link *link, struct mosix_msg *msg);
bool mosix_migrate_wanted(struct mosix_proc *proc, u16 *to);
void mosix_migrate_kick_later(struct mosix_proc *proc);
void mosix_move_queue(struct work_struct *work);
int mosix_migrate_init(void);

/* migrate.c: the move itself */
void mosix_migrate_safe_point(struct callback_head *work);

/* birth.c: the host's side of an arrival */
void mosix_birth_set_admit(enum wire_refusal
			   (*fn)(u16 from, const struct wire_offer *offer));
int mosix_birth_offer(struct mosix_link *link, struct mosix_msg *msg);

/* thread.c */
long mosix_thread_make(struct mosix_task *mt, struct kernel_clone_args *args);

/* deputy/: a process away from home, both halves */
void mosix_fork_born(struct mosix_task *mt, struct task_struct *p);
void mosix_deputy_serve(struct mosix_task *mt);
void mosix_deputy_drop_pointers(void);
void mosix_body_safe_point(struct mosix_task *mt);
long mosix_call_soften(unsigned long nr, long ret);

#endif /* MOSIX_MIGRATE_H */
