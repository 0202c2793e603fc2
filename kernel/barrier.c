// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a process has registered for with membarrier(): an address space that
 * is built anew must have it, or the barriers that it counts on are refused.
 *
 * Asked and told through the call itself, which alone keeps the run queues in
 * step with the address space.
 */
#include "image.h"

#include <linux/errno.h>
#include <linux/membarrier.h>
#include <linux/ptrace.h>
#include <linux/sched/task_stack.h>

#include <asm/syscall.h>
#include <asm/unistd.h>

#define REGISTRATIONS (MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED | \
		       MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED | \
		       MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE | \
		       MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ)

static long membarrier(u32 command)
{
	struct pt_regs regs = *task_pt_regs(current);

	regs.orig_ax = __NR_membarrier;
	regs.di = command;
	regs.si = 0;
	regs.dx = 0;
	return x64_sys_call(&regs, __NR_membarrier);
}

/**
 * mosix_barriers_get - what current's address space is registered for
 *
 * Return: MEMBARRIER_CMD_REGISTER_* together; 0 where nothing can be registered.
 * Context: process context.
 */
u32 mosix_barriers_get(void)
{
	long ret = membarrier(MEMBARRIER_CMD_GET_REGISTRATIONS);

	return ret < 0 ? 0 : ret;
}

/**
 * mosix_barriers_set - register current's address space
 * @registered: MEMBARRIER_CMD_REGISTER_* together
 *
 * Return: 0; -EBADMSG for what is no registration, -EXDEV for one that this
 * kernel does not have, -ENOMEM.
 * Context: process context, may sleep.
 */
int mosix_barriers_set(u32 registered)
{
	u32 command;
	long ret;

	if (registered & ~(u32)REGISTRATIONS)
		return -EBADMSG;
	for (command = 1; command <= registered; command <<= 1) {
		ret = registered & command ? membarrier(command) : 0;
		if (ret)
			return ret == -ENOMEM ? -ENOMEM : -EXDEV;
	}
	return 0;
}
