// SPDX-License-Identifier: GPL-2.0-only
/*
 * Guests are born in a control group of their own, if the admin has made it:
 * mosix.slice, next to the root of version 2. What holds there for processes,
 * holds for all guests together: memory.max, cpu.max, pids.max and so on.
 *
 * A group is inherited, by what a body makes as well. So who makes bodies goes
 * there for the moment in which it makes one, and its limit of processes holds
 * from the first one on; it comes back, since a group with a kernel thread in it
 * could not be removed. It moves itself, and is alone in its thread group: that
 * needs none of the locks that stop all forks and exits.
 */
#include "cgroup.h"

#include <linux/cgroup.h>
#include <linux/err.h>
#include <linux/memcontrol.h>
#include <linux/minmax.h>
#include <linux/printk.h>
#include <linux/sched.h>

#include <kernel/cgroup/cgroup-internal.h>

static const char path[] = "mosix.slice";

/* NULL: there is none. */
static struct cgroup *find(void)
{
	struct cgroup *cgrp = cgroup_get_from_path(path);

	return cgrp == ERR_PTR(-ENOENT) ? NULL : cgrp;
}

/* As a write to its cgroup.procs, by who may. */
static int attach(struct cgroup *cgrp)
{
	int ret = 0;

	cgroup_lock();
	cgroup_attach_lock(false);
	if (cgroup_is_dead(cgrp))
		ret = -ENOENT;
	ret = ret ?: cgroup_migrate_vet_dst(cgrp);
	ret = ret ?: cgroup_attach_task(cgrp, current, false);
	cgroup_attach_unlock(false);
	cgroup_unlock();
	return ret;
}

/**
 * mosix_cgroup_enter - what current makes from here on is in the guests' group
 *
 * Return: 0, without such a group as well; -EBUSY when nothing may be in it since
 * it has groups below it that are limited, or another negative errno: what cannot
 * be limited as the admin said is not to come.
 * Context: a kernel thread, the only one of its thread group; sleeps.
 */
int mosix_cgroup_enter(void)
{
	struct cgroup *cgrp = find();
	int ret;

	if (!cgrp)
		return 0;
	if (IS_ERR(cgrp))
		return PTR_ERR(cgrp);
	ret = attach(cgrp);
	cgroup_put(cgrp);
	/* Removed meanwhile. */
	if (ret == -ENOENT)
		return 0;
	if (ret)
		pr_warn_ratelimited("mosix: nothing may be in the group %s: %pe\n",
				    path, ERR_PTR(ret));
	return ret;
}

/**
 * mosix_cgroup_leave - and no more
 *
 * Context: who was in mosix_cgroup_enter().
 */
void mosix_cgroup_leave(void)
{
	bool inside;

	rcu_read_lock();
	inside = task_dfl_cgroup(current) != &cgrp_dfl_root.cgrp;
	rcu_read_unlock();
	/* Without memory for that it stays, and only the group cannot go. */
	if (inside)
		attach(&cgrp_dfl_root.cgrp);
}

#ifdef CONFIG_MEMCG
/**
 * mosix_cgroup_room_kib - memory that guests may still take
 *
 * Return: KiB that they are below the lowest limit of their group and of those
 * that it is in; more than any node has without a limit.
 * Context: process context.
 */
u64 mosix_cgroup_room_kib(void)
{
	struct cgroup *cgrp = mem_cgroup_disabled() ? NULL : find();
	struct cgroup_subsys_state *css;
	unsigned long max, used, room = PAGE_COUNTER_MAX;
	struct mem_cgroup *memcg;

	if (IS_ERR_OR_NULL(cgrp))
		return U64_MAX;
	/* Its own, or that of the nearest group above that has one. */
	css = cgroup_get_e_css(cgrp, &memory_cgrp_subsys);
	for (memcg = mem_cgroup_from_css(css); memcg;
	     memcg = parent_mem_cgroup(memcg)) {
		max = min(READ_ONCE(memcg->memory.max),
			  READ_ONCE(memcg->memory.high));
		used = page_counter_read(&memcg->memory);
		room = min(room, max - min(max, used));
	}
	css_put(css);
	cgroup_put(cgrp);
	return (u64)room << (PAGE_SHIFT - 10);
}
#endif
