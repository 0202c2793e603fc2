// SPDX-License-Identifier: GPL-2.0-only
/*
 * CPU time that a thread of a body uses is added at home to what its deputy
 * has used, where times(2), wait(2), the clocks, ps and top look. The
 * body reports what it used on this stay with each call, once a second, when home
 * waits for it (cputimer.c), and as it ends or leaves.
 */
#include "body.h"
#include "deputy.h"

#include <linux/cgroup.h>
#include <linux/kernel_stat.h>
#include <linux/mmu_context.h>
#include <linux/sched/cputime.h>
#include <linux/sched/signal.h>
#include <linux/workqueue.h>

#include <kernel/sched/sched.h>

enum { PERIOD_S = 1 };

static void report_all(struct work_struct *work);
static DECLARE_DELAYED_WORK(report, report_all);

/**
 * mosix_account_read - what a thread of a body has used on this stay
 * @usage: receives it
 * @p: the thread
 *
 * Context: any.
 */
void mosix_account_read(struct wire_usage *usage, struct task_struct *p)
{
	u64 utime, stime;

	task_cputime_adjusted(p, &utime, &stime);
	usage->utime_ns = cpu_to_le64(utime);
	usage->stime_ns = cpu_to_le64(stime);
}

static u64 advance(u64 *seen, u64 now)
{
	u64 delta = now > *seen ? now - *seen : 0;

	*seen += delta;
	return delta;
}

/* What the tick adds to the sums of the task's process and control group. */
static void book_group(struct task_struct *p, u64 utime, u64 stime)
{
	account_group_user_time(p, utime);
	account_group_system_time(p, stime);
	account_group_exec_runtime(p, utime + stime);
	cgroup_account_cputime(p, utime + stime);
	cgroup_account_cputime_field(p, CPUTIME_USER, utime);
	cgroup_account_cputime_field(p, CPUTIME_SYSTEM, stime);
}

/*
 * As if the task had run so long here. The scheduler adds to the sum under
 * this lock; the other two only share it out between user and system.
 */
static void book(struct task_struct *p, u64 utime, u64 stime)
{
	struct rq_flags rf;
	struct rq *rq = task_rq_lock(p, &rf);

	p->se.sum_exec_runtime += utime + stime;
	p->utime += utime;
	p->stime += stime;
	book_group(p, utime, stime);
	task_rq_unlock(rq, p, &rf);
}

/**
 * mosix_account_add - a thread of a body reported what it used
 * @proc: its process, at home
 * @tid: the thread
 * @usage: total on this stay
 *
 * Context: process context.
 */
void mosix_account_add(struct mosix_proc *proc, u32 tid,
		       const struct wire_usage *usage)
{
	struct mosix_task *mt;
	u64 utime, stime;

	spin_lock(&proc->lock);
	mt = mosix_proc_thread(proc, tid);
	if (mt && mt->task) {
		utime = advance(&mt->utime_ns, le64_to_cpu(usage->utime_ns));
		stime = advance(&mt->stime_ns, le64_to_cpu(usage->stime_ns));
		proc->booked_ns += utime + stime;
		book(mt->task, utime, stime);
		if (utime + stime)
			mosix_cputimer_booked(mt);
	}
	spin_unlock(&proc->lock);
}

/**
 * mosix_account_report - tell home what a thread of a body has used
 * @mt: its record
 * @task: its task
 *
 * Return: 0, or why the message could not be sent.
 * Context: process context.
 */
int mosix_account_report(struct mosix_task *mt, struct task_struct *task)
{
	struct mosix_link *link = mosix_proc_link(mt->proc);
	struct mosix_msg *msg;
	int ret = -ENOMEM;

	if (!link)
		return -ENOTCONN;
	msg = mosix_msg_new(MSG_USAGE, sizeof(struct wire_usage));
	if (msg) {
		mosix_account_read((void *)msg->data, task);
		msg->h.tid = cpu_to_le32(mt->tid);
		ret = mosix_link_send(link, msg);
	}
	mosix_link_put(link);
	return ret;
}

static int report_one(struct mosix_task *mt, struct task_struct *task,
		      void *unused)
{
	return mosix_account_report(mt, task);
}

static void report_all(struct work_struct *work)
{
	struct mosix_proc *proc = NULL;

	while ((proc = mosix_proc_next(proc)))
		if (mosix_proc_state(proc) == ST_RUNNING)
			mosix_proc_each(proc, report_one, NULL);
	schedule_delayed_work(&report, PERIOD_S * HZ);
}

/**
 * mosix_account_init - begin to report
 *
 * Context: boot.
 */
void mosix_account_init(void)
{
	schedule_delayed_work(&report, PERIOD_S * HZ);
}
