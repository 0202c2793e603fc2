// SPDX-License-Identifier: GPL-2.0-only
/*
 * An image becomes a body: rights, address space, limits, signals, and what
 * each thread has of its own.
 */
#include "birth.h"

#include "image.h"
#include "inject.h"
#include "link.h"
#include "pages.h"
#include "task.h"
#include "x86.h"

#include <linux/cred.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/mosix.h>
#include <linux/personality.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/user_namespace.h>

#include <asm/elf.h>
#include <asm/vdso.h>

/**
 * mosix_build_nobody - a guest owns nothing here
 *
 * No rights, no groups, nobody's user id.
 *
 * Return: 0, -ENOMEM.
 * Context: a thread of a body, before it can enter user mode.
 */
int mosix_build_nobody(void)
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

/**
 * mosix_build_space - an empty address space, and page state for what arrives
 * @proc: the guest
 * @link: to its home
 *
 * Return: 0, -ENOMEM.
 * Context: the first thread, which has no address space yet.
 */
int mosix_build_space(struct mosix_proc *proc, struct mosix_link *link)
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

/* What mmap() cannot be asked for. */
static unsigned long own_flags(u32 flags)
{
	unsigned long own = 0;

	if (flags & VMA_LOCKED)
		own |= VM_LOCKED_MASK;
	if (flags & VMA_SEALED)
		own |= VM_SEALED;
	if (flags & VMA_DONTFORK)
		own |= VM_DONTCOPY;
	if (flags & VMA_WIPEONFORK)
		own |= VM_WIPEONFORK;
	if (flags & VMA_DROPPABLE)
		own |= VM_DROPPABLE;
	return own;
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
	current->mm->def_flags = own_flags(flags);
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

static void set_limit(u32 which, __le64 value)
{
	struct rlimit *limit = &current->signal->rlim[which];

	limit->rlim_cur = le64_to_cpu(value);
	limit->rlim_max = le64_to_cpu(value);
}

static int build_mm(struct mosix_proc *proc, const struct mosix_image *image)
{
	u32 i;
	int ret;

	if (!landmarks_sane(&image->mm))
		return -EBADMSG;
	/* How much may be locked, or be pending, is for home to say. */
	task_lock(current->group_leader);
	set_limit(RLIMIT_MEMLOCK, cpu_to_le64(RLIM_INFINITY));
	set_limit(RLIMIT_SIGPENDING, cpu_to_le64(RLIM_INFINITY));
	task_unlock(current->group_leader);
	for (i = 0; i < image->nvmas; i++) {
		ret = map_one(proc->pages, &image->vmas[i]);
		if (ret)
			return ret;
	}
	current->mm->def_flags = 0;
	ret = map_vdso(&image->mm);
	if (ret)
		return ret;
	set_landmarks(&image->mm);
	return 0;
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

/**
 * mosix_build_thread - current becomes what its image says
 * @mt: its record
 *
 * Its registers are loaded later, on its way to user mode.
 *
 * Return: 0; -EBADMSG an image that no honest peer sends, -EINVAL, -ENOMEM.
 * Context: a thread of a body.
 */
int mosix_build_thread(struct mosix_task *mt)
{
	struct mosix_image *image = mt->image;
	const struct wire_task *t = &image->task;
	int ret;

	if (!mosix_image_complete(image, IMAGE_THREAD) ||
	    le32_to_cpu(t->tid) != mt->tid)
		return -EBADMSG;
	ret = mosix_unpack_task(mt);
	ret = ret ?: mosix_x86_load_xstate(image->xstate, image->xstate_size);
	if (ret)
		return ret;
	if (le32_to_cpu(t->personality) & READ_IMPLIES_EXEC)
		current->personality |= READ_IMPLIES_EXEC;
	mosix_unpack_blocked(image);
	set_task_comm(current, (const char *)t->comm);
	return 0;
}

/* What is the process's each of its threads tells. NULL: it has none. */
static const struct wire_task *any_task(struct mosix_proc *proc)
{
	const struct wire_task *found = NULL;
	struct mosix_task *mt;

	/* No record comes any more, and their tasks, which free them, are not there yet. */
	spin_lock(&proc->lock);
	list_for_each_entry(mt, &proc->threads, node) {
		if (mt->image) {
			found = &mt->image->task;
			break;
		}
	}
	spin_unlock(&proc->lock);
	return found;
}

static int build_process(struct mosix_proc *proc)
{
	const struct wire_task *t = any_task(proc);

	if (!t)
		return -EBADMSG;
	set_limits(t);
	if (le32_to_cpu(t->flags) & TASK_DUMPS)
		set_bit(MP_DUMPS, &proc->flags);
	if (le32_to_cpu(t->flags) & TASK_LOCKS)
		current->mm->def_flags = VM_LOCKED_MASK;
	return 0;
}

static int build_first(struct mosix_task *mt)
{
	/* A first thread that has ended has no image: it leads the group. */
	if (!mt->image) {
		set_bit(MT_GHOST, &mt->flags);
		return 0;
	}
	return mosix_build_thread(mt);
}

/**
 * mosix_build_memory - the address space of a body, before its pages come
 * @proc: the guest
 *
 * Return: 0, or a negative errno.
 * Context: the first thread, with all records of the image here.
 */
int mosix_build_memory(struct mosix_proc *proc)
{
	int ret;

	if (!mosix_image_complete(proc->image, IMAGE_LEAVE))
		return -EBADMSG;
	/* Without rights before anything is mapped: mmap_min_addr holds. */
	ret = mosix_build_nobody();
	ret = ret ?: build_mm(proc, proc->image);
	if (!ret)
		mosix_pages_mapped(proc->pages);
	return ret;
}

/**
 * mosix_build_body - a body out of what arrived
 * @mt: record of current, the first thread
 *
 * Return: 0, or a negative errno.
 * Context: the first thread, with all threads' images complete, and its memory built.
 */
int mosix_build_body(struct mosix_task *mt)
{
	struct mosix_image *image = mt->proc->image;
	int ret = mosix_inject_step(STEP_BUILD);

	if (ret)
		return ret;
	/* As long as it is alone: with others it would wait for all CPUs. */
	ret = mosix_barriers_set(le32_to_cpu(image->mm.barriers));
	ret = ret ?: build_process(mt->proc);
	ret = ret ?: mosix_thread_make_all(mt);
	ret = ret ?: build_first(mt);
	if (ret)
		return ret;
	mosix_unpack_actions(image);
	ret = mosix_pages_begin_body(mt->proc->pages);
	return ret ?: mosix_thread_await_all(mt);
}
