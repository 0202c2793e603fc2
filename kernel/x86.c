// SPDX-License-Identifier: GPL-2.0-only
/* What of a process lives in the CPU. All of it is current's own. */
#include "x86.h"

#include <linux/elf.h>
#include <linux/mm.h>
#include <linux/regset.h>
#include <linux/sched/task_stack.h>
#include <linux/slab.h>

#include <asm/cpufeature.h>
#include <asm/fpu/api.h>
#include <asm/fpu/regset.h>
#include <asm/fpu/sched.h>
#include <asm/fpu/xstate.h>
#include <asm/fsgsbase.h>
#include <asm/pkru.h>
#include <asm/prctl.h>
#include <asm/proto.h>
#include <asm/segment.h>
#include <asm/vdso.h>

#include <arch/x86/kernel/fpu/internal.h>
#include <arch/x86/kernel/fpu/xstate.h>

/* The flags that user code can set by itself. */
#define USER_FLAGS (X86_EFLAGS_AC | X86_EFLAGS_OF | X86_EFLAGS_DF | \
		    X86_EFLAGS_TF | X86_EFLAGS_SF | X86_EFLAGS_ZF | \
		    X86_EFLAGS_AF | X86_EFLAGS_PF | X86_EFLAGS_CF | \
		    X86_EFLAGS_RF | X86_EFLAGS_NT | X86_EFLAGS_ID)

/* The CPUID words with features that user code can use. */
static const u8 feature_words[] = {
	CPUID_1_EDX, CPUID_1_ECX, CPUID_8000_0001_EDX, CPUID_8000_0001_ECX,
	CPUID_7_0_EBX, CPUID_7_ECX, CPUID_7_EDX, CPUID_D_1_EAX, CPUID_7_1_EAX,
};

static_assert(ARRAY_SIZE(feature_words) <= WIRE_CPU_WORDS);

/**
 * mosix_x86_hold - what the CPU has of current goes to memory, and stays there
 *
 * From here until it enters user mode another task can read it.
 *
 * Context: current, on its way to user mode.
 */
void mosix_x86_hold(void)
{
	struct fpu *fpu = &current->thread.fpu;

	fpregs_lock();
	if (!test_thread_flag(TIF_NEED_FPU_LOAD)) {
		save_fpregs_to_fpstate(fpu);
		set_thread_flag(TIF_NEED_FPU_LOAD);
	}
	fpu->last_cpu = -1;
	/* The copy takes PKRU from here, where only a switch puts it. */
	if (cpu_feature_enabled(X86_FEATURE_OSPKE))
		current->thread.pkru = read_pkru();
	current_save_fsgs();
	fpregs_unlock();
}

/**
 * mosix_x86_save_regs - general registers of a thread
 * @task: current, or one that stands still after mosix_x86_hold()
 * @to: receives them as the kernel saved them: restart not yet fixed up
 *
 * Context: process context.
 */
void mosix_x86_save_regs(struct task_struct *task, struct wire_regs *to)
{
	const struct pt_regs *regs = task_pt_regs(task);

	memset(to, 0, sizeof(*to));
#define SAVE(r) (to->r = cpu_to_le64(regs->r))
	SAVE(r15), SAVE(r14), SAVE(r13), SAVE(r12), SAVE(bp), SAVE(bx);
	SAVE(r11), SAVE(r10), SAVE(r9), SAVE(r8), SAVE(ax), SAVE(cx);
	SAVE(dx), SAVE(si), SAVE(di), SAVE(orig_ax), SAVE(ip), SAVE(flags);
	SAVE(sp);
#undef SAVE
	to->fs_base = cpu_to_le64(x86_fsbase_read_task(task));
	to->gs_base = cpu_to_le64(x86_gsbase_read_task(task));
	to->cs = cpu_to_le32(regs->cs);
	to->ss = cpu_to_le32(regs->ss);
}

/**
 * mosix_x86_check_regs - may user mode be entered with these?
 * @from: registers from a peer
 *
 * At any instruction: a program may have jumped to where no program is, and is at home
 * to die of that. Its own sigreturn(2) can do the same.
 *
 * Return: 0, -EINVAL.
 * Context: any.
 */
int mosix_x86_check_regs(const struct wire_regs *from)
{
	if (le32_to_cpu(from->cs) != __USER_CS ||
	    le32_to_cpu(from->ss) != __USER_DS)
		return -EINVAL;
	if (from->ds || from->es || from->fs || from->gs)
		return -EINVAL;
	if (le64_to_cpu(from->fs_base) >= TASK_SIZE_MAX ||
	    le64_to_cpu(from->gs_base) >= TASK_SIZE_MAX)
		return -EINVAL;
	return 0;
}

/**
 * mosix_x86_load_regs - current goes on with these registers
 * @from: registers that mosix_x86_check_regs() accepted
 *
 * Context: current, on its way to user mode.
 */
void mosix_x86_load_regs(const struct wire_regs *from)
{
	struct pt_regs *regs = task_pt_regs(current);

#define LOAD(r) (regs->r = le64_to_cpu(from->r))
	LOAD(r15), LOAD(r14), LOAD(r13), LOAD(r12), LOAD(bp), LOAD(bx);
	LOAD(r11), LOAD(r10), LOAD(r9), LOAD(r8), LOAD(ax), LOAD(cx);
	LOAD(dx), LOAD(si), LOAD(di), LOAD(orig_ax), LOAD(ip), LOAD(sp);
#undef LOAD
	regs->flags = (le64_to_cpu(from->flags) & USER_FLAGS) |
		      X86_EFLAGS_FIXED | X86_EFLAGS_IF;
	regs->cs = __USER_CS;
	regs->ss = __USER_DS;
	do_arch_prctl_64(current, ARCH_SET_FS, le64_to_cpu(from->fs_base));
	do_arch_prctl_64(current, ARCH_SET_GS, le64_to_cpu(from->gs_base));
}

/**
 * mosix_x86_xstate_size - bytes of extended state in XSAVE's standard format
 *
 * Return: bytes, 0 when this CPU has no XSAVE.
 * Context: any.
 */
u32 mosix_x86_xstate_size(void)
{
	if (!cpu_feature_enabled(X86_FEATURE_XSAVE))
		return 0;
	return fpu_user_cfg.max_size;
}

/**
 * mosix_x86_save_xstate - extended state of a thread
 * @task: current, or one that stands still after mosix_x86_hold()
 * @buf: receives it
 * @size: mosix_x86_xstate_size()
 *
 * Return: 0, -ENODEV without XSAVE.
 * Context: process context.
 */
int mosix_x86_save_xstate(struct task_struct *task, void *buf, u32 size)
{
	struct membuf to = { .p = buf, .left = size };

	if (task == current)
		mosix_x86_hold();
	return xstateregs_get(task, NULL, to);
}

/*
 * A CPU that has protection keys gives its rights for them to who takes a signal there.
 * Where there are none nothing is lost without those, and they would be refused.
 */
static void drop_keys(struct xregs_state *state)
{
	if (!cpu_feature_enabled(X86_FEATURE_OSPKE))
		state->header.xfeatures &= ~(u64)XFEATURE_MASK_PKRU;
}

/**
 * mosix_x86_load_xstate - current goes on with this extended state
 * @buf: state in XSAVE's standard format; header and MXCSR are checked
 * @size: bytes there; what is missing is in its initial state
 *
 * Return: 0, -EINVAL a state that this CPU does not take, -ENOMEM.
 * Context: current, on its way to user mode.
 */
int mosix_x86_load_xstate(const void *buf, u32 size)
{
	struct fpu *fpu = &current->thread.fpu;
	u32 full = fpu_user_cfg.max_size;
	void *state;
	int ret;

	if (size < FXSAVE_SIZE + XSAVE_HDR_SIZE)
		return -EINVAL;
	state = kvzalloc(max(full, size), GFP_KERNEL);
	if (!state)
		return -ENOMEM;
	memcpy(state, buf, size);
	drop_keys(state);
	/* From here on memory holds the state, and the way out loads it. */
	mosix_x86_hold();
	ret = copy_uabi_from_kernel_to_xstate(fpu->fpstate, state,
					      &current->thread.pkru);
	if (!ret && cpu_feature_enabled(X86_FEATURE_OSPKE))
		write_pkru(current->thread.pkru);
	kvfree(state);
	return ret;
}

/**
 * mosix_x86_features - what user code of this node may have seen in CPUID
 * @words: receives the feature words
 *
 * Context: any.
 */
void mosix_x86_features(__le32 words[WIRE_CPU_WORDS])
{
	u32 i;

	memset(words, 0, WIRE_CPU_WORDS * sizeof(*words));
	for (i = 0; i < ARRAY_SIZE(feature_words); i++)
		words[i] = cpu_to_le32(boot_cpu_data.x86_capability
				       [feature_words[i]]);
}

/**
 * mosix_x86_has_features - does this node have all of them?
 * @words: feature words of another node
 *
 * Return: true when a program that relies on them can run here.
 * Context: any.
 */
bool mosix_x86_has_features(const __le32 words[WIRE_CPU_WORDS])
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(feature_words); i++)
		if (le32_to_cpu(words[i]) &
		    ~boot_cpu_data.x86_capability[feature_words[i]])
			return false;
	return true;
}

/**
 * mosix_x86_in_vdso - is current in the midst of reading a clock?
 *
 * Inside the vDSO it may hold half of a clock value of this node. A system call
 * made from there is no such place: what follows it is the return.
 *
 * Return: true when it was interrupted there.
 * Context: current.
 */
bool mosix_x86_in_vdso(void)
{
	unsigned long vdso = (unsigned long)current->mm->context.vdso;
	const struct pt_regs *regs = task_pt_regs(current);

	return vdso && regs->ip - vdso < vdso_image_64.size &&
	       (int)regs->orig_ax < 0;
}

/**
 * mosix_x86_in_wait - was a thread interrupted in a call that it will make again?
 * @task: one that stands still
 *
 * Return: true when it was.
 * Context: any.
 */
bool mosix_x86_in_wait(struct task_struct *task)
{
	struct pt_regs *regs = task_pt_regs(task);

	if (syscall_get_nr(task, regs) == -1)
		return false;
	switch (syscall_get_error(task, regs)) {
	case -ERESTARTSYS:
	case -ERESTARTNOHAND:
	case -ERESTART_RESTARTBLOCK:
		return true;
	default:
		return false;
	}
}

/**
 * mosix_x86_pointers - addresses that a thread will soon use
 * @task: current, or one that stands still
 * @addr: receives up to MOSIX_X86_POINTERS of them: next instructions, stack,
 *	thread-local storage, and what any register holds, an address or not
 *
 * Return: how many.
 * Context: process context.
 */
u32 mosix_x86_pointers(struct task_struct *task, unsigned long *addr)
{
	const struct pt_regs *regs = task_pt_regs(task);
	const unsigned long all[] = {
		regs->ip, regs->ip + PAGE_SIZE, regs->sp, regs->sp + PAGE_SIZE,
		regs->sp - PAGE_SIZE, x86_fsbase_read_task(task),
		regs->ax, regs->bx, regs->cx, regs->dx, regs->si, regs->di,
		regs->bp, regs->r8, regs->r9, regs->r10, regs->r12, regs->r13,
		regs->r14, regs->r15,
	};

	static_assert(ARRAY_SIZE(all) == MOSIX_X86_POINTERS);
	memcpy(addr, all, sizeof(all));
	return ARRAY_SIZE(all);
}
