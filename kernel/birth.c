// SPDX-License-Identifier: GPL-2.0-only
/*
 * How a body comes to life on the node that hosts it.
 *
 * For each home node there is a realm: a kernel thread in namespaces of its
 * own, whose PID namespace has the PIDs of that home. It makes the bodies,
 * so that each has at once the PID it has at home, and no other process of
 * this node in sight. A body begins as a kernel function, takes a fresh mm,
 * waits for its image, builds itself from it, and leaves for user mode.
 */
#include "call.h"
#include "image.h"
#include "link.h"
#include "migrate.h"
#include "node.h"
#include "pages.h"
#include "param.h"
#include "task.h"
#include "x86.h"

#include <linux/cred.h>
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/mosix.h>
#include <linux/nsproxy.h>
#include <linux/personality.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/time_namespace.h>
#include <linux/user_namespace.h>

#include <asm/elf.h>
#include <asm/vdso.h>

enum {
	PID_TRIES	= 200,	/* an earlier body may not be buried yet */
	PID_WAIT_MS	= 10,
};

/**
 * struct realm - where the bodies of one home node live
 * @node: in the list of all
 * @home: the home node
 * @lock: one birth at a time
 * @wait: the realm's thread and who waits for it
 * @mt: body to be born, NULL when there is none
 * @result: PID or negative errno of the last birth
 * @ready: 1 when the namespaces are there
 */
struct realm {
	struct list_head node;
	u16 home;
	struct mutex lock;	/* one birth at a time */
	wait_queue_head_t wait;
	struct mosix_task *mt;
	long result;
	u8 ready;
};

static LIST_HEAD(realms);
static DEFINE_MUTEX(realms_lock);	/* protects realms */

static int realm_init_main(void *arg)
{
	/* PID 1 of the realm: it reaps nobody, it only has to be there. */
	for (;;) {
		set_current_state(TASK_IDLE);
		schedule();
	}
	return 0;
}

static int enter_namespaces(void)
{
	struct nsproxy *ns;
	int ret;

	ret = unshare_nsproxy_namespaces(CLONE_NEWPID | CLONE_NEWNET |
					 CLONE_NEWIPC | CLONE_NEWUTS, &ns,
					 NULL, NULL);
	if (ret)
		return ret;
	switch_task_namespaces(current, ns);
	return 0;
}

static int body_main(void *arg);

static long give_birth(struct mosix_task *mt)
{
	pid_t tid = mt->tid;
	struct kernel_clone_args args = {
		.flags		= CLONE_UNTRACED,
		.exit_signal	= SIGCHLD,	/* ignored: nobody has to wait */
		.fn		= body_main,
		.fn_arg		= mt,
		.set_tid	= &tid,
		.set_tid_size	= 1,
		.no_files	= 1,
		.name		= "mosix_body",
	};

	return kernel_clone(&args);
}

static int realm_main(void *arg)
{
	struct kernel_clone_args init = {
		.flags		= CLONE_UNTRACED,
		.fn		= realm_init_main,
		.kthread	= 1,
		.no_files	= 1,
		.name		= "mosix_realm",
	};
	struct realm *realm = arg;
	long ret = enter_namespaces();

	if (!ret)
		ret = kernel_clone(&init);
	realm->result = ret < 0 ? ret : 0;
	smp_store_release(&realm->ready, 1);	/* result is set */
	wake_up_all(&realm->wait);
	while (ret > 0) {
		wait_event_idle(realm->wait, READ_ONCE(realm->mt));
		realm->result = give_birth(realm->mt);
		smp_store_release(&realm->mt, NULL);	/* result is set */
		wake_up_all(&realm->wait);
	}
	/* Without namespaces: the maker frees the realm after this thread. */
	while (!kthread_should_stop())
		schedule_timeout_idle(HZ / 10);
	return 0;
}

static struct realm *realm_new(u16 home)
{
	struct realm *realm = kzalloc(sizeof(*realm), GFP_KERNEL);
	struct task_struct *task;

	if (!realm)
		return NULL;
	realm->home = home;
	mutex_init(&realm->lock);
	init_waitqueue_head(&realm->wait);
	task = kthread_run(realm_main, realm, "mosix_home/%u", home);
	if (IS_ERR(task)) {
		kfree(realm);
		return NULL;
	}
	/* Pairs with the release of ready: result is valid. */
	wait_event_idle(realm->wait, smp_load_acquire(&realm->ready));
	if (realm->result < 0) {
		pr_warn("mosix: no namespaces for guests: %ld\n",
			realm->result);
		kthread_stop(task);
		kfree(realm);
		return NULL;
	}
	list_add_tail(&realm->node, &realms);
	return realm;
}

static struct realm *realm_of(u16 home)
{
	struct realm *realm;

	mutex_lock(&realms_lock);
	list_for_each_entry(realm, &realms, node)
		if (realm->home == home)
			goto out;
	realm = realm_new(home);
out:
	mutex_unlock(&realms_lock);
	return realm;
}

static long spawn(struct realm *realm, struct mosix_task *mt)
{
	u32 tries = PID_TRIES;
	long ret;

	do {
		mutex_lock(&realm->lock);
		smp_store_release(&realm->mt, mt);	/* mt is complete */
		wake_up_all(&realm->wait);
		/* Pairs with the release of NULL: result is valid. */
		wait_event_idle(realm->wait, !smp_load_acquire(&realm->mt));
		ret = realm->result;
		mutex_unlock(&realm->lock);
		if (ret != -EEXIST)
			break;
		msleep(PID_WAIT_MS);
	} while (--tries);
	return ret;
}

/* A guest owns nothing here: no rights, no groups, nobody's user id. */
static int become_nobody(void)
{
	kuid_t uid = make_kuid(&init_user_ns, overflowuid);
	kgid_t gid = make_kgid(&init_user_ns, overflowgid);
	struct group_info *groups = groups_alloc(0);
	struct cred *cred = prepare_creds();

	if (!cred || !groups) {
		if (cred)
			abort_creds(cred);
		if (groups)
			put_group_info(groups);
		return -ENOMEM;
	}
	cred->uid = uid;
	cred->euid = uid;
	cred->suid = uid;
	cred->fsuid = uid;
	cred->gid = gid;
	cred->egid = gid;
	cred->sgid = gid;
	cred->fsgid = gid;
	cap_clear(cred->cap_inheritable);
	cap_clear(cred->cap_permitted);
	cap_clear(cred->cap_effective);
	cap_clear(cred->cap_bset);
	cap_clear(cred->cap_ambient);
	set_groups(cred, groups);
	put_group_info(groups);
	return commit_creds(cred);
}

static int take_mm(struct mm_struct *mm)
{
	struct rlimit stack = current->signal->rlim[RLIMIT_STACK];
	int ret;

	sched_mm_cid_before_execve(current);
	ret = mosix_exec_mmap(mm);
	sched_mm_cid_after_execve(current);
	if (ret)
		return ret;
	up_write(&current->signal->exec_update_lock);
	flush_thread();
	arch_pick_mmap_layout(mm, &stack);
	mm->task_size = TASK_SIZE;
	return 0;
}

/* An empty address space, and page state for what will arrive. */
static int make_mm(struct mosix_proc *proc, struct mosix_link *link)
{
	struct mm_struct *mm = mm_alloc();
	struct mosix_pages *pg;
	int ret;

	if (!mm)
		return -ENOMEM;
	pg = mosix_pages_begin(mm, link, PAGES_BODY);
	if (!pg) {
		mmput(mm);
		return -ENOMEM;
	}
	ret = take_mm(mm);
	if (ret) {
		mosix_pages_put(pg);
		mmput(mm);
		return ret;
	}
	spin_lock(&proc->lock);
	proc->pages = pg;
	spin_unlock(&proc->lock);
	return 0;
}

static int map_one(struct mosix_pages *pg, const struct wire_vma *w)
{
	u64 start = le64_to_cpu(w->start), end = le64_to_cpu(w->end);
	u32 flags = le32_to_cpu(w->flags);
	unsigned long how = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE;
	unsigned long ret;

	if (flags & VMA_GROWSDOWN)
		how |= MAP_GROWSDOWN;
	if (flags & VMA_NORESERVE)
		how |= MAP_NORESERVE;
	ret = vm_mmap(NULL, start, end - start, le32_to_cpu(w->prot), how, 0);
	if (IS_ERR_VALUE(ret))
		return ret;
	if (ret != start)
		return -ENOMEM;
	if (flags & (VMA_FILE | VMA_SHARED))
		return mosix_pages_add_kind(pg, start, end, flags);
	return 0;
}

static int map_vdso(const struct wire_mm *w)
{
	const struct vdso_image *image = &vdso_image_64;
	unsigned long text = le64_to_cpu(w->vdso);
	int ret;

	if (!text)
		return 0;
	if (le64_to_cpu(w->vdso_size) != image->size)
		return -EXDEV;
	ret = map_vdso_once(image, text + image->sym_vvar_start);
	if (ret)
		return ret;
	if ((unsigned long)current->mm->context.vdso != text)
		return -EADDRINUSE;
	return 0;
}

static void set_landmarks(const struct wire_mm *w)
{
	struct mm_struct *mm = current->mm;

	mmap_write_lock(mm);
	spin_lock(&mm->arg_lock);
#define GET(f) (mm->f = le64_to_cpu(w->f))
	GET(start_code), GET(end_code), GET(start_data), GET(end_data);
	GET(start_brk), GET(brk), GET(start_stack), GET(mmap_base);
	GET(arg_start), GET(arg_end), GET(env_start), GET(env_end);
#undef GET
	spin_unlock(&mm->arg_lock);
	mmap_write_unlock(mm);
}

static bool landmarks_sane(const struct wire_mm *w)
{
	const __le64 *field = (const __le64 *)w;
	u32 i;

	for (i = 0; i < offsetof(struct wire_mm, vdso_size) / 8; i++)
		if (le64_to_cpu(field[i]) >= TASK_SIZE_MAX)
			return false;
	return le64_to_cpu(w->start_brk) <= le64_to_cpu(w->brk);
}

static int build_mm(struct mosix_proc *proc, const struct mosix_image *image)
{
	u32 i;
	int ret;

	if (!landmarks_sane(&image->mm))
		return -EBADMSG;
	for (i = 0; i < image->nvmas; i++) {
		ret = map_one(proc->pages, &image->vmas[i]);
		if (ret)
			return ret;
	}
	ret = map_vdso(&image->mm);
	if (ret)
		return ret;
	set_landmarks(&image->mm);
	return 0;
}

/*
 * Its monotonic and boot clocks go on where the home's are. They are set so
 * that they are never behind: GO, which tells them, left home after READY
 * left here. What they are ahead by is less than that round trip, and a body
 * that goes home waits there until the clock has caught up; so neither does
 * a clock go back nor a sleep that ends at home end early.
 */
static void enter_time(struct nsproxy *ns, const struct wire_go *go,
		       u64 ready_mono, u64 ready_boot)
{
	struct timens_offsets *off = &ns->time_ns_for_children->offsets;

	off->monotonic = ns_to_timespec64(le64_to_cpu(go->mono_ns) -
					  ready_mono);
	off->boottime = ns_to_timespec64(le64_to_cpu(go->boot_ns) -
					 ready_boot);
	timens_on_fork(ns, current);
	switch_task_namespaces(current, ns);
}

static void set_limit(u32 which, __le64 value)
{
	struct rlimit *limit = &current->signal->rlim[which];

	limit->rlim_cur = le64_to_cpu(value);
	limit->rlim_max = le64_to_cpu(value);
}

static void set_limits(const struct wire_task *t)
{
	task_lock(current->group_leader);
	set_limit(RLIMIT_STACK, t->rlim_stack);
	set_limit(RLIMIT_DATA, t->rlim_data);
	set_limit(RLIMIT_AS, t->rlim_as);
	set_limit(RLIMIT_CORE, cpu_to_le64(0));
	task_unlock(current->group_leader);
}

static int build_body(struct mosix_task *mt, struct mosix_image *image,
		      struct nsproxy **ns)
{
	const struct wire_task *t = &image->task;
	int ret;

	if (!mosix_image_complete(image, IMAGE_LEAVE) ||
	    le32_to_cpu(t->tid) != mt->tid)
		return -EBADMSG;
	ret = unshare_nsproxy_namespaces(CLONE_NEWTIME, ns, NULL, NULL);
	/* Without rights before anything is mapped: mmap_min_addr holds. */
	ret = ret ?: become_nobody();
	ret = ret ?: build_mm(mt->proc, image);
	ret = ret ?: mosix_unpack_task(mt, image);
	ret = ret ?: mosix_x86_load_xstate(image->xstate, image->xstate_size);
	if (ret)
		return ret;
	set_limits(t);
	if (le32_to_cpu(t->personality) & READ_IMPLIES_EXEC)
		current->personality |= READ_IMPLIES_EXEC;
	mosix_unpack_signals(image);
	set_task_comm(current, (const char *)t->comm);
	return mosix_pages_install_all(mt->proc->pages);
}

static enum wire_refusal refusal_of(int error)
{
	switch (error) {
	case -ENOMEM:
		return REFUSE_MEMORY;
	case -EBADMSG:
	case -EINVAL:
	case -EXDEV:
	case -EADDRINUSE:
	case -EEXIST:
	case -EFAULT:
		return REFUSE_IMAGE;
	default:
		return REFUSE_INTERNAL;
	}
}

/* The next message of one type; anything else ends the arrival. */
static struct mosix_msg *await(struct mosix_task *mt, struct mosix_link *link,
			       enum wire_type type)
{
	struct mosix_msg *msg = NULL;

	wait_event_killable(mt->wait, READ_ONCE(link->error) ||
			    (msg = mosix_task_receive(mt)));
	if (msg && mosix_msg_type(msg) != type) {
		mosix_link_close(link, -EPROTO);
		mosix_msg_free(msg);
		msg = NULL;
	}
	return msg;
}

static int wait_for_go(struct mosix_task *mt, struct mosix_link *link,
		       struct nsproxy *ns, u64 ready_id)
{
	u64 mono = ktime_get_ns(), boot = ktime_get_boottime_ns();
	struct mosix_msg *msg;
	int ret;

	mosix_link_send_plain(link, MSG_READY, ready_id);
	msg = await(mt, link, MSG_GO);
	if (!msg) {
		put_nsproxy(ns);
		return -ECONNRESET;
	}
	enter_time(ns, (void *)msg->data, mono, boot);
	ret = mosix_proc_event(mt->proc, EV_GO);
	if (!ret)
		ret = mosix_link_send_plain(link, MSG_STARTED,
					    mosix_msg_id(msg));
	mosix_msg_free(msg);
	return ret;
}

static int arrive(struct mosix_task *mt, struct mosix_link *link)
{
	struct mosix_proc *proc = mt->proc;
	struct mosix_msg *msg = await(mt, link, MSG_IMAGE_END);
	struct nsproxy *ns = NULL;
	u64 id;
	int ret;

	if (!msg)
		return -ECONNRESET;
	id = mosix_msg_id(msg);
	mosix_msg_free(msg);
	ret = build_body(mt, proc->image, &ns);
	if (!ret)
		ret = mosix_proc_event(proc, EV_BUILT);
	if (ret) {
		pr_warn_ratelimited("mosix: guest %d of node %u: %pe\n",
				    proc->pid, proc->home, ERR_PTR(ret));
		mosix_link_refuse(link, id, refusal_of(ret), ret);
		if (ns)
			put_nsproxy(ns);
		return ret;
	}
	return wait_for_go(mt, link, ns, id);
}

static int body_main(void *arg)
{
	struct mosix_task *mt = arg;
	struct mosix_proc *proc = mt->proc;
	struct mosix_link *link = mosix_proc_link(proc);
	struct mosix_msg *msg;
	int ret;

	mosix_task_attach(mt);
	flush_signal_handlers(current, 1);
	ret = make_mm(proc, link);
	msg = await(mt, link, MSG_OFFER);
	if (msg && !ret)
		mosix_link_send_plain(link, MSG_ACCEPT, mosix_msg_id(msg));
	else if (msg)
		mosix_link_refuse(link, mosix_msg_id(msg), refusal_of(ret),
				  ret);
	if (!ret && msg)
		ret = arrive(mt, link);
	if (!msg || ret) {
		mosix_msg_free(msg);
		set_bit(MT_VANISH, &mt->flags);
		mosix_link_finish(link);
		mosix_link_put(link);
		do_exit(0);
	}
	mosix_msg_free(msg);
	mosix_link_put(link);
	spin_lock(&proc->lock);
	proc->where = mosix_node_self();
	proc->since = jiffies;
	spin_unlock(&proc->lock);
	/* The registers are loaded at the safe point, on the way out. */
	set_task_syscall_work(current, MOSIX);
	mosix_task_kick(mt);
	return 0;
}

static u32 count_guests(void)
{
	struct mosix_proc *proc = NULL;
	u32 n = 0;

	while ((proc = mosix_proc_next(proc)))
		if (mosix_proc_is_guest(proc) &&
		    mosix_proc_state(proc) != ST_GONE)
			n++;
	return n;
}

/* Set at boot, before the first offer. */
static enum wire_refusal (*admit)(u16 from, const struct wire_offer *offer);

/**
 * mosix_birth_set_admit - who judges by load whether a guest may come
 * @fn: asked last, when nothing else speaks against it
 *
 * Context: at boot.
 */
void mosix_birth_set_admit(enum wire_refusal
			   (*fn)(u16 from, const struct wire_offer *offer))
{
	admit = fn;
}

static enum wire_refusal judge(u16 from, const struct wire_offer *offer)
{
	u64 need = le64_to_cpu(offer->mem_kib) +
		   mosix_param(PARAM_RESERVE_KIB);
	u32 pid = le32_to_cpu(offer->pid);

	if (mosix_param(PARAM_BLOCK))
		return REFUSE_BLOCKED;
	if (!mosix_x86_has_features(offer->cpu))
		return REFUSE_CPU;
	if (si_mem_available() < 0 ||
	    (u64)si_mem_available() << (PAGE_SHIFT - 10) < need)
		return REFUSE_MEMORY;
	if (count_guests() >= mosix_param(PARAM_MAX_GUESTS))
		return REFUSE_BUSY;
	if (pid < 2 || pid > PID_MAX_LIMIT)
		return REFUSE_IMAGE;
	return admit ? admit(from, offer) : REFUSE_INVALID;
}

static struct mosix_proc *guest_new(struct mosix_link *link,
				    const struct wire_offer *offer)
{
	struct mosix_proc *proc = mosix_proc_new(link->peer,
						 le32_to_cpu(offer->pid));
	struct mosix_image *image = mosix_image_new();

	if (!proc || !image || !mosix_task_new(proc, proc->pid))
		goto fail;
	WRITE_ONCE(proc->state, ST_OFFERED);	/* never was at home here */
	proc->where = mosix_node_self();
	proc->image = image;
	image = NULL;
	if (mosix_link_attach(link, proc))
		goto fail;
	mosix_link_get(link);
	proc->link = link;
	return proc;
fail:
	mosix_image_free(image);
	mosix_proc_put(proc);
	return NULL;
}

/* A PID that is in use, or larger than this node has them. */
static enum wire_refusal pid_refusal(long error)
{
	return error == -EEXIST || error == -EINVAL ? REFUSE_PID :
						      REFUSE_INTERNAL;
}

/**
 * mosix_birth_offer - a home offers a process
 * @link: where
 * @msg: MSG_OFFER, checked; consumed
 *
 * Return: 0, or a negative errno that ends the link.
 * Context: the link's receiver; nothing else comes over it meanwhile.
 */
int mosix_birth_offer(struct mosix_link *link, struct mosix_msg *msg)
{
	const struct wire_offer *offer = (void *)msg->data;
	enum wire_refusal no = judge(link->peer, offer);
	u64 id = mosix_msg_id(msg);
	struct mosix_proc *proc;
	struct realm *realm;
	long ret;

	if (no != REFUSE_INVALID) {
		mosix_msg_free(msg);
		return mosix_link_refuse(link, id, no, 0);
	}
	realm = realm_of(link->peer);
	proc = realm ? guest_new(link, offer) : NULL;
	if (!proc) {
		mosix_msg_free(msg);
		return mosix_link_refuse(link, id, REFUSE_INTERNAL, -ENOMEM);
	}
	/* The body itself answers, once it is there. */
	msg->h.tid = 0;
	mosix_task_deliver(proc, msg);
	ret = spawn(realm, mosix_proc_main(proc));
	if (ret < 0) {
		mosix_proc_event(proc, EV_FAILED);
		mosix_proc_unlink(proc);
		mosix_link_refuse(link, id, pid_refusal(ret), ret);
	}
	mosix_proc_put(proc);
	return 0;
}
