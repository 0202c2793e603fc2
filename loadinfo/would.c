// SPDX-License-Identifier: GPL-2.0-only
/*
 * A dry run: where would the balancer send this process if it were its turn?
 *
 * It is answered from copies of what the balancer knows at that moment: nothing
 * is done and nothing remembered, and the balancer does not wait.
 */
#include "would.h"

#include "balancer.h"
#include "decisions.h"
#include "vector.h"

#include "../kernel/node.h"
#include "../kernel/stay.h"
#include "../kernel/task.h"

#include <linux/seq_file.h>
#include <linux/slab.h>

/* All that the answer is made from. */
struct dry_run {
	struct lb_node self;
	struct lb_window window;
	struct lb_history history;
	struct lb_params params;
	struct sample_proc proc;
};

/* What is asked last of a process that is about to go, in the same order. */
static bool may_leave(struct task_struct *p, const struct sample_proc *seen)
{
	struct mosix_proc *proc = mosix_task_proc(p);

	return READ_ONCE(seen->movable) &&
	       !(proc && READ_ONCE(proc->user_lock)) && mosix_stay_lets_go(p);
}

static struct lb_decision decide(struct dry_run *run, struct task_struct *p)
{
	struct lb_view view = {
		.self = &run->self,
		.window = &run->window,
		.history = &run->history,
		.params = &run->params,
		.now_at_ms = mosix_sample_clock_ms(),
	};

	if (!may_leave(p, &run->proc))
		return (struct lb_decision) { .reason = LB_STAY_NO_PROC };
	run->self = mosix_vector_own();
	run->params = mosix_vector_params();
	mosix_vector_copy(&run->window);
	return lb_balance_would(&view, &run->proc.lb);
}

/**
 * mosix_would_show() - /proc/PID/mosix/would
 * @m: where to
 * @p: a task of the process, held
 *
 * Context: Process context.
 */
void mosix_would_show(struct seq_file *m, struct task_struct *p)
{
	struct mosix_proc *proc = mosix_task_proc(p);
	char text[MOSIX_LAST_LEN] = "-";
	struct lb_decision d;
	struct dry_run *run;

	/* Its host measures it and decides, not this node. */
	if (proc && mosix_proc_is_away(proc)) {
		seq_printf(m, "away node %u\n", mosix_proc_where(proc));
		return;
	}
	run = kvmalloc(sizeof(*run), GFP_KERNEL);
	if (run && mosix_node_self() &&
	    !mosix_balancer_look(p, &run->proc, &run->history)) {
		d = decide(run, p);
		mosix_decision_print(&d, text, sizeof(text));
	}
	kvfree(run);
	seq_printf(m, "%s\n", text);
}
