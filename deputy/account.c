// SPDX-License-Identifier: GPL-2.0-only
/*
 * CPU time that a thread of a body uses is added at home to what its deputy
 * has used, where times(2), wait(2), the clocks, ps and top look. The
 * body reports what it used on this stay with each call, once a second, when home
 * waits for it (cputimer.c), and as it ends or leaves. What else is seen of it from
 * outside (is it running, how much memory has it) comes with the report of each
 * second.
 */
#include "body.h"
#include "deputy.h"

#include "../kernel/clock.h"
#include "../kernel/pages.h"

#include <linux/cgroup.h>
#include <linux/kernel_stat.h>
#include <linux/mmu_context.h>
#include <linux/sched/cputime.h>
#include <linux/sched/signal.h>
#include <linux/workqueue.h>

#include <kernel/sched/sched.h>

enum {
	PERIOD_S	= 1,
	EARLY_S		= 10,	/* the body may run before home knows of it */
};

static void report_all(struct work_struct *work);
static DECLARE_DELAYED_WORK(report, report_all);

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
 * As if the task had run so long here. The scheduler adds to the sum, and counts
 * switches, under this lock; the times only share the sum out between user and
 * system. A deputy that counts a fault of its own at the same moment may win.
 */
static void book(struct task_struct *p, u64 utime, u64 stime, const u64 *counts)
{
	struct rq_flags rf;
	struct rq *rq = task_rq_lock(p, &rf);

	p->se.sum_exec_runtime += utime + stime;
	p->utime += utime;
	p->stime += stime;
	p->min_flt += counts[COUNT_MIN_FLT];
	p->maj_flt += counts[COUNT_MAJ_FLT];
	p->nvcsw += counts[COUNT_NVCSW];
	p->nivcsw += counts[COUNT_NIVCSW];
	book_group(p, utime, stime);
	task_rq_unlock(rq, p, &rf);
}

/*
 * No thread has run for longer than its stay lasts. The kernel divides by the sum of
 * such times: a host must not be able to make that overflow.
 */
static u64 most_ns(const struct mosix_proc *proc)
{
	return jiffies_to_nsecs(jiffies - proc->since) +
	       EARLY_S * (u64)NSEC_PER_SEC;
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
	u64 utime, stime, most, counts[WIRE_COUNTS];
	struct mosix_task *mt;
	u32 i;

	spin_lock(&proc->lock);
	mt = mosix_proc_thread(proc, tid);
	if (mt && mt->task) {
		most = most_ns(proc);
		utime = min(le64_to_cpu(usage->utime_ns), most);
		stime = min(le64_to_cpu(usage->stime_ns), most);
		utime = advance(&mt->utime_ns, utime);
		stime = advance(&mt->stime_ns, stime);
		for (i = 0; i < WIRE_COUNTS; i++)
			counts[i] = advance(&mt->counts[i],
					    le64_to_cpu(usage->counts[i]));
		proc->booked_ns += utime + stime;
		book(mt->task, utime, stime, counts);
		if (utime + stime)
			mosix_cputimer_booked(mt);
	}
	spin_unlock(&proc->lock);
}

/* What a look at this node's /proc would find. */
static void fill_report(struct wire_report *report, struct task_struct *task)
{
	u32 i;

	mosix_pack_usage(&report->usage, task);
	report->runs = cpu_to_le32(!READ_ONCE(task->__state));
	task_lock(task);
	for (i = 0; task->mm && i < WIRE_PAGE_KINDS; i++)
		report->pages[i] = cpu_to_le64(get_mm_counter(task->mm, i));
	task_unlock(task);
}

/**
 * mosix_account_heard - a report of a body's thread has come
 * @proc: its process, at home and away
 * @mt: record of the thread
 * @report: the report, in which a host may say anything
 *
 * Context: the link's receiver.
 */
void mosix_account_heard(struct mosix_proc *proc, struct mosix_task *mt,
			 const struct wire_report *report)
{
	u64 pages[WIRE_PAGE_KINDS];
	u32 i;

	for (i = 0; i < WIRE_PAGE_KINDS; i++)
		pages[i] = le64_to_cpu(report->pages[i]);
	WRITE_ONCE(mt->runs, report->runs != 0);
	mosix_account_add(proc, mt->tid, &report->usage);
	spin_lock(&proc->lock);
	if (proc->pages)
		mosix_pages_show_away(proc->pages, pages);
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
	msg = mosix_msg_new(MSG_USAGE, sizeof(struct wire_report));
	mosix_clock_keep(link, task);
	if (msg) {
		fill_report((void *)msg->data, task);
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

/**
 * mosix_account_report_all - tell home what each thread of a body has used
 * @proc: the process
 *
 * Context: process context.
 */
void mosix_account_report_all(struct mosix_proc *proc)
{
	mosix_proc_each(proc, report_one, NULL);
}

static void report_all(struct work_struct *work)
{
	struct mosix_proc *proc = NULL;

	while ((proc = mosix_proc_next(proc)))
		if (mosix_proc_state(proc) == ST_RUNNING)
			mosix_account_report_all(proc);
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
