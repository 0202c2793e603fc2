// SPDX-License-Identifier: GPL-2.0-only
/*
 * What this node and its processes do, measured once a period.
 *
 * The demand of a process is the time that its threads ran plus the time that
 * they waited in a queue for a CPU, by the scheduler's own counters, divided
 * by the length of the period. It does not depend on the moment at which one
 * looks, and a job that gets a third of a CPU still counts as one job.
 *
 * Processes that come and go between two samples are in no snapshot. What they
 * use shows in how busy the CPUs were; the greater of the two sums counts.
 *
 * The kernel's list of processes keeps its order, new ones go to its end; so
 * the snapshot before is found by walking both side by side, without a table
 * and without a word in task_struct.
 */
#include "sample.h"

#include "../kernel/allow.h"
#include "../kernel/node.h"
#include "../kernel/param.h"
#include "../kernel/talk.h"
#include "../kernel/task.h"

#include <linux/cleanup.h>
#include <linux/cpumask.h>
#include <linux/kernel_stat.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/psi.h>
#include <linux/sched/clock.h>
#include <linux/sched/cputime.h>
#include <linux/sched/loadavg.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/stat.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/vmstat.h>
#include <asm/cpufeature.h>
#include <asm/tsc.h>

/* Processes that the first snapshot has room for. */
#define ROOM_FIRST	256U
/* More are not looked at: the busy CPUs still tell of them. */
#define ROOM_MAX	32768U

/* How much a process talks is a mean of so many periods, */
#define TALK_PERIODS	16
/* and less work and waiting than this tells nothing of it; */
#define TALK_LEAST_NS	(250 * NSEC_PER_MSEC)
/* the same, of all that its bodies did. */
#define PAST_RUN_NS	(200ULL * NSEC_PER_MSEC)

/* A CPU of this frequency is the reference; see also "speed" in /proc. */
#define REFERENCE_KHZ	3000000ULL

/*
 * Features that a program may have found here and gone on to use. The bit in
 * lb_node.features is the place in this table: append, never reorder.
 */
static const u16 features[] = {
	X86_FEATURE_XMM3, X86_FEATURE_SSSE3, X86_FEATURE_XMM4_1,
	X86_FEATURE_XMM4_2, X86_FEATURE_POPCNT, X86_FEATURE_MOVBE,
	X86_FEATURE_CX16, X86_FEATURE_AES, X86_FEATURE_PCLMULQDQ,
	X86_FEATURE_XSAVE, X86_FEATURE_AVX, X86_FEATURE_F16C,
	X86_FEATURE_RDRAND, X86_FEATURE_FMA, X86_FEATURE_AVX2,
	X86_FEATURE_BMI1, X86_FEATURE_BMI2, X86_FEATURE_ERMS,
	X86_FEATURE_ADX, X86_FEATURE_RDSEED, X86_FEATURE_SHA_NI,
	X86_FEATURE_FSGSBASE, X86_FEATURE_LAHF_LM, X86_FEATURE_ABM,
	X86_FEATURE_SSE4A, X86_FEATURE_XSAVEC, X86_FEATURE_XSAVES,
	X86_FEATURE_AVX512F, X86_FEATURE_AVX512DQ, X86_FEATURE_AVX512CD,
	X86_FEATURE_AVX512BW, X86_FEATURE_AVX512VL, X86_FEATURE_AVX512IFMA,
	X86_FEATURE_AVX512VBMI, X86_FEATURE_AVX512_VBMI2, X86_FEATURE_GFNI,
	X86_FEATURE_VAES, X86_FEATURE_VPCLMULQDQ, X86_FEATURE_AVX512_VNNI,
	X86_FEATURE_AVX512_BITALG, X86_FEATURE_AVX512_VPOPCNTDQ,
	X86_FEATURE_OSPKE, X86_FEATURE_RDPID, X86_FEATURE_CLFLUSHOPT,
	X86_FEATURE_CLWB, X86_FEATURE_AVX_VNNI, X86_FEATURE_AMX_TILE,
	X86_FEATURE_AMX_INT8, X86_FEATURE_AMX_BF16, X86_FEATURE_RDTSCP,
};

static_assert(ARRAY_SIZE(features) <= 64);

/**
 * mosix_sample_clock_ms() - the clock of the balancer
 *
 * Return: milliseconds since boot, never 0.
 * Context: Any.
 */
u64 mosix_sample_clock_ms(void)
{
	return ktime_get_ns() / NSEC_PER_MSEC + 1;
}

static u64 own_features(void)
{
	u64 found = 0;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(features); i++) {
		if (boot_cpu_has(features[i]))
			found |= BIT_ULL(i);
	}
	return found;
}

/*
 * By frequency: it knows nothing of how much a CPU does in a cycle, but it is
 * the same each time, and equal nodes are equal.
 */
static u32 own_speed(void)
{
	u64 khz = cpu_khz ? cpu_khz : tsc_khz;

	if (!khz)
		return LB_MILLI;
	return (u32)max(khz * LB_MILLI / REFERENCE_KHZ, 1ULL);
}

static u64 busy_ns(void)
{
	u64 sum = 0;
	int cpu;

	for_each_online_cpu(cpu) {
		struct kernel_cpustat stat;

		kcpustat_cpu_fetch(&stat, cpu);
		sum += stat.cpustat[CPUTIME_USER];
		sum += stat.cpustat[CPUTIME_NICE];
		sum += stat.cpustat[CPUTIME_SYSTEM];
		sum += stat.cpustat[CPUTIME_SOFTIRQ];
		sum += stat.cpustat[CPUTIME_IRQ];
	}
	return sum;
}

/* Others may look at these from now on, and at those before no more. */
static void publish(struct mosix_sample *sample, const struct sample_proc *proc)
{
	guard(spinlock)(&sample->lock);
	sample->seen = proc;
	sample->seen_count = proc ? sample->count : 0;
}

static int make_room(struct mosix_sample *sample, u32 room)
{
	struct sample_proc *proc, *old;
	u32 i;

	proc = kvcalloc(room, sizeof(*proc), GFP_KERNEL);
	old = kvcalloc(room, sizeof(*old), GFP_KERNEL);
	if (!proc || !old) {
		kvfree(proc);
		kvfree(old);
		return -ENOMEM;
	}
	if (sample->count)
		memcpy(proc, sample->proc, sample->count * sizeof(*proc));
	for (i = 0; i < sample->count; i++)
		sample_proc_settle(&proc[i]);
	publish(sample, proc);
	kvfree(sample->proc);
	kvfree(sample->old);
	sample->proc = proc;
	sample->old = old;
	sample->room = room;
	return 0;
}

/**
 * mosix_sample_init() - prepare for the first sample
 * @sample: filled in
 *
 * Return: 0, or -ENOMEM.
 * Context: Process context.
 */
int mosix_sample_init(struct mosix_sample *sample)
{
	memset(sample, 0, sizeof(*sample));
	spin_lock_init(&sample->lock);
	sample->node.features = own_features();
	sample->node.speed_milli = own_speed();
	sample->at_ns = ktime_get_ns();
	sample->busy_ns = busy_ns();
	return make_room(sample, ROOM_FIRST);
}

/**
 * mosix_sample_exit() - give back what mosix_sample_init() took
 * @sample: may have failed to be prepared
 *
 * Context: Process context.
 */
void mosix_sample_exit(struct mosix_sample *sample)
{
	publish(sample, NULL);
	kvfree(sample->proc);
	kvfree(sample->old);
	sample->proc = NULL;
	sample->old = NULL;
	sample->count = 0;
}

/*
 * Time that a thread waited for a CPU. The scheduler adds a wait when it ends:
 * the one that goes on is added here, or a node where each waits for seconds
 * would seem idle now and ten times as busy then. Should the wait end between
 * the two looks, this sample misses it and the next one has it.
 */
static u64 waited_ns(struct task_struct *t)
{
	u64 sum = READ_ONCE(t->sched_info.run_delay);
	u64 since = READ_ONCE(t->sched_info.last_queued);
	u64 now = local_clock();

	if (since && since < now)
		sum += now - since;
	return sum;
}

/**
 * mosix_sample_wanted_ns() - time that a thread ran or waited for a CPU
 * @t: the thread, held
 *
 * Return: nanoseconds since it began, whatever programs it was.
 * Context: Any.
 */
u64 mosix_sample_wanted_ns(struct task_struct *t)
{
	return READ_ONCE(t->se.sum_exec_runtime) + waited_ns(t);
}

/* What its body used elsewhere is no load of this node. */
static u64 booked_ns(struct task_struct *p)
{
	struct mosix_proc *proc = mosix_task_proc(p);

	return proc ? READ_ONCE(proc->booked_ns) : 0;
}

/* Reads and writes: nobody counts the calls of a process at home but these. */
static u64 io_calls(const struct task_io_accounting *io)
{
#ifdef CONFIG_TASK_XACCT
	return READ_ONCE(io->syscr) + READ_ONCE(io->syscw);
#else
	return 0;
#endif
}

/* Of a process at home that was away: as it did there, with calls of today. */
static u32 past_talk(struct mosix_proc *proc)
{
	u64 away_ns = proc ? READ_ONCE(proc->booked_ns) : 0;
	u64 lost_ns;

	if (away_ns < PAST_RUN_NS)
		return 0;
	lost_ns = min(READ_ONCE(proc->calls) * mosix_talk_loss_ns(),
		      U64_MAX / LB_MILLI);
	return (u32)min_t(u64, lost_ns * LB_MILLI / away_ns,
			  LB_MILLI * LB_MILLI);
}

/*
 * Time that the threads of a process ran or waited for a CPU; their calls. A
 * guest that waits for its memory would run if it had it: a node would seem
 * idle just because guests have come, and more would.
 */
static void add_up(struct sample_proc *s, struct task_struct *p)
{
	struct mosix_proc *proc = mosix_task_proc(p);
	struct task_struct *t;
	u64 waited = 0;

	s->run_ns = READ_ONCE(p->signal->sum_sched_runtime);
	s->calls = io_calls(&p->signal->ioac);
	for_each_thread(p, t) {
		s->run_ns += READ_ONCE(t->se.sum_exec_runtime);
		s->calls += io_calls(&t->ioac);
		waited += waited_ns(t);
	}
	s->run_ns -= min(s->run_ns, booked_ns(p));
	s->past_milli = past_talk(proc);
	if (proc && mosix_proc_is_guest(proc)) {
		s->talked_ns = atomic64_read(&proc->talked_ns);
		waited += atomic64_read(&proc->stalled_ns);
	}
	s->total_ns = s->run_ns + waited;
}

/*
 * A small process travels whole. Of a greater one the pages come when they are
 * touched, most of them before somebody has to wait: what stalls is about a
 * fifth of the working set (Hines and Gopalan's figure for post-copy).
 */
static u32 travelling(u32 own_kib)
{
	if (own_kib <= mosix_param(PARAM_EAGER_KIB))
		return own_kib;
	return own_kib / 5;
}

static u32 pages_to_kib(unsigned long pages)
{
	return (u32)min(pages, (unsigned long)U32_MAX >> (PAGE_SHIFT - 10)) <<
	       (PAGE_SHIFT - 10);
}

static u32 resident_kib(struct task_struct *p, u32 *travel_kib)
{
	unsigned long all = 0, own = 0;

	task_lock(p);
	if (p->mm) {
		all = get_mm_rss(p->mm);
		own = get_mm_counter(p->mm, MM_ANONPAGES);
	}
	task_unlock(p);
	*travel_kib = travelling(pages_to_kib(own));
	return pages_to_kib(all);
}

static u64 work_ms(const struct mosix_sample *sample, struct task_struct *p)
{
	struct task_cputime used;
	u64 ms;

	thread_group_cputime(p, &used);
	ms = (used.utime + used.stime) / NSEC_PER_MSEC;
	return ms * sample->node.speed_milli / LB_MILLI;
}

/* What the mechanism knows about it; little, unless somebody asked before. */
static void describe_move(struct sample_proc *s, struct mosix_proc *proc)
{
	u64 here_ms = jiffies_to_msecs(jiffies - READ_ONCE(proc->since));

	s->lb.home = mosix_proc_home(proc);
	s->lb.moves = min_t(u32, READ_ONCE(proc->nmigs), U16_MAX);
	if (mosix_proc_is_guest(proc) && s->lb.moves < U16_MAX)
		s->lb.moves++;		/* the move here: home told of those before */
	if (s->lb.moves)
		s->lb.here_ms = min(s->lb.here_ms, here_ms);
	s->movable = !READ_ONCE(proc->user_lock) && !READ_ONCE(proc->move) &&
		     (mosix_proc_state(proc) == ST_HOME ||
		      mosix_proc_state(proc) == ST_RUNNING);
	mosix_allow_get(proc, &s->nodes);
	sample_proc_settle(s);
	/* Of what is away its host knows. */
	if (!mosix_proc_is_away(proc))
		WRITE_ONCE(proc->cpu_milli, s->lb.demand_milli);
}

static void describe(struct mosix_sample *sample, struct sample_proc *s,
		     struct task_struct *p)
{
	struct mosix_proc *proc = mosix_task_proc(p);

	s->lb.home = sample->node.id;
	s->lb.features = sample->node.features;
	s->lb.work_ms = work_ms(sample, p);
	s->lb.here_ms = (sample->at_ns - s->start_ns) / NSEC_PER_MSEC;
	s->lb.mem_kib = resident_kib(p, &s->lb.travel_kib);
	s->movable = !is_global_init(p) && s->lb.mem_kib;
	if (proc)
		describe_move(s, proc);
	if (proc && mosix_proc_is_guest(proc))
		sample->node.guests++;
	else if (mosix_param(PARAM_LSTAY))
		s->movable = 0;
}

/* The same process in the snapshot before; *@from walks it. */
static const struct sample_proc *find_old(const struct mosix_sample *sample,
					  const struct sample_proc *s,
					  u32 *from)
{
	while (*from < sample->count) {
		const struct sample_proc *old = &sample->old[(*from)++];

		if (old->lb.pid == s->lb.pid && old->start_ns == s->start_ns)
			return old;
	}
	return NULL;
}

static u32 milli_of(u64 ns, u32 threads, u64 period_ns)
{
	return (u32)min_t(u64, ns * LB_MILLI / period_ns,
			  (u64)threads * LB_MILLI);
}

/* What its calls lost since the sample before. */
static u64 talked_ns(const struct sample_proc *s, const struct sample_proc *old)
{
	return s->talked_ns - min(s->talked_ns, old->talked_ns);
}

/*
 * Demand of a process in this period. A thread that ended takes its waiting
 * time with it: then the difference may be negative, and counts as none. The
 * figure that decisions use is decayed, that of the node is not: load.c does.
 * The time that a guest loses with its calls it would use at home; here, it is
 * no load.
 */
static u32 demand(struct sample_proc *s, const struct sample_proc *old,
		  u32 threads, u64 period_ns)
{
	u64 ns = s->total_ns - min(s->total_ns, old->total_ns);
	u32 milli = milli_of(ns + talked_ns(s, old), threads, period_ns);

	s->stays_ms = old->stays_ms;
	s->lb.demand_milli = milli;
	if (old->lb.demand_milli)
		s->lb.demand_milli = (5 * old->lb.demand_milli + 3 * milli) / 8;
	return milli_of(ns, threads, period_ns);
}

static u64 decayed(u64 sum, u64 now)
{
	return sum - sum / TALK_PERIODS + now;
}

/*
 * Time that it waits for its home in a second of work away from it: a guest as
 * it is, a process at home as it would, by its calls or as it did before: who
 * went home for that does not go again at once. Both are summed up, since one
 * call may take all of a period.
 */
static u32 talk(struct sample_proc *s, const struct sample_proc *old)
{
	u64 run_ns = s->run_ns - min(s->run_ns, old->run_ns);
	u64 calls = s->calls - min(s->calls, old->calls);
	u64 lost_ns = talked_ns(s, old) + calls * mosix_talk_loss_ns();
	u64 milli;

	s->recent_run_ns = decayed(old->recent_run_ns, run_ns);
	s->recent_lost_ns = decayed(old->recent_lost_ns, lost_ns);
	if (s->recent_run_ns + s->recent_lost_ns < TALK_LEAST_NS)
		return max(old->lb.talk_milli, s->past_milli);
	milli = s->recent_lost_ns * LB_MILLI /
		max_t(u64, s->recent_run_ns, NSEC_PER_MSEC);
	return (u32)clamp(milli, s->past_milli, LB_MILLI * LB_MILLI);
}

/* Returns how many processes there were room for or not; *@sum_milli of all. */
static u32 snapshot(struct mosix_sample *sample, u64 period_ns, u64 *sum_milli)
{
	struct task_struct *p;
	u32 from = 0, n = 0;

	rcu_read_lock();
	for_each_process(p) {
		const struct sample_proc *old;
		struct sample_proc *s;

		if (p->flags & (PF_KTHREAD | PF_EXITING) || n++ >= sample->room)
			continue;
		s = &sample->proc[n - 1];
		memset(s, 0, sizeof(*s));
		s->lb.pid = p->tgid;
		s->start_ns = p->start_time;
		add_up(s, p);
		old = find_old(sample, s, &from);
		if (old) {
			*sum_milli += demand(s, old, get_nr_threads(p),
					     period_ns);
			s->lb.talk_milli = talk(s, old);
		}
		describe(sample, s, p);
	}
	rcu_read_unlock();
	return n;
}

/*
 * What MOSIX called utilizability: less than 100 when nothing runs because all
 * that would waits for its memory, to be read in or reclaimed. The kernel's own
 * pressure figure, over the last ten seconds, is the rest.
 */
static u16 utilizability(void)
{
#ifdef CONFIG_PSI
	unsigned long stalled;

	if (static_branch_unlikely(&psi_disabled))
		return 0;
	stalled = LOAD_INT(READ_ONCE(psi_system.avg[PSI_MEM_FULL][0]));
	return (u16)(100 - min(stalled, 99UL));
#else
	return 0;
#endif
}

static void sample_memory(struct lb_node *node)
{
	unsigned long raw = global_zone_page_state(NR_FREE_PAGES);

	node->mem_total_kib = pages_to_kib(totalram_pages());
	node->mem_free_kib =
		min(pages_to_kib((unsigned long)max(si_mem_available(), 0L)),
		    node->mem_total_kib);
	node->mem_raw_kib = min(pages_to_kib(raw), node->mem_total_kib);
	node->util = utilizability();
}

/**
 * mosix_sample_take() - measure the period that just ended
 * @sample: of the last period; becomes that of this one
 *
 * Context: Process context; one thread alone uses @sample.
 */
void mosix_sample_take(struct mosix_sample *sample)
{
	u64 now_ns = ktime_get_ns();
	u64 period_ns = max(now_ns - sample->at_ns, (u64)NSEC_PER_MSEC);
	u64 busy = busy_ns();
	u64 used = busy - min(busy, sample->busy_ns);
	u64 sum_milli = 0;
	u32 n;

	sample->at_ns = now_ns;
	sample->busy_ns = busy;
	sample->node.id = mosix_node_self();
	sample->node.version = mosix_param(PARAM_WIRE_VERSION);
	sample->node.speed_milli = mosix_param(PARAM_SPEED) ?: own_speed();
	sample->node.cpus = (u16)num_online_cpus();
	sample->node.guests = 0;
	sample_memory(&sample->node);

	swap(sample->proc, sample->old);
	n = snapshot(sample, period_ns, &sum_milli);
	sample->count = min(n, sample->room);
	publish(sample, sample->proc);
	if (n > sample->room && sample->room < ROOM_MAX)
		make_room(sample, n < ROOM_MAX / 2 ? 2 * n : ROOM_MAX);

	sum_milli = max(sum_milli, used * LB_MILLI / period_ns);
	sample->node.demand_milli = (u32)min(sum_milli, 1000000000ULL);
}

/**
 * mosix_sample_find() - what the last sample has of a process
 * @sample: of the balancer's thread
 * @p: a task of the process, held
 * @found: filled in
 *
 * Return: 0, or -ENOENT if it is younger than the sample, or there was no room.
 * Context: Process context, any thread.
 */
int mosix_sample_find(struct mosix_sample *sample, struct task_struct *p,
		      struct sample_proc *found)
{
	u64 start_ns = 0;
	u32 i;

	rcu_read_lock();
	if (pid_alive(p))
		start_ns = p->group_leader->start_time;
	rcu_read_unlock();
	guard(spinlock)(&sample->lock);
	for (i = 0; i < sample->seen_count; i++) {
		const struct sample_proc *s = &sample->seen[i];

		if (s->lb.pid != p->tgid || s->start_ns != start_ns)
			continue;
		*found = *s;
		sample_proc_settle(found);
		return 0;
	}
	return -ENOENT;
}

/**
 * mosix_sample_runnable_milli() - how many CPUs are wanted at this moment
 *
 * By who runs or waits in a queue for a CPU, but for the caller.
 *
 * Return: thousandths of a job.
 * Context: Process context.
 */
u32 mosix_sample_runnable_milli(void)
{
	unsigned int n = nr_running();

	return min(n ? n - 1 : 0, 1000000U) * LB_MILLI;
}

/**
 * mosix_sample_youngest_ms() - work of the youngest process that wants a CPU
 * @sample: as last taken
 *
 * Return: milliseconds, U64_MAX if none did.
 * Context: The thread that takes the samples.
 */
u64 mosix_sample_youngest_ms(const struct mosix_sample *sample)
{
	u64 least = U64_MAX;
	u32 i;

	for (i = 0; i < sample->count; i++) {
		const struct lb_proc *p = &sample->proc[i].lb;

		/* Half a CPU: less is nobody's company. */
		if (p->demand_milli >= LB_MILLI / 2)
			least = min(least, p->work_ms);
	}
	return least;
}
