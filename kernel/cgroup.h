/* SPDX-License-Identifier: GPL-2.0-only */
/* The control group that guests are in. */
#ifndef MOSIX_CGROUP_H
#define MOSIX_CGROUP_H

#include <linux/limits.h>
#include <linux/types.h>

#ifdef CONFIG_CGROUPS

int mosix_cgroup_enter(void);
void mosix_cgroup_leave(void);

#else

static inline int mosix_cgroup_enter(void)
{
	return 0;
}

static inline void mosix_cgroup_leave(void)
{
}

#endif

#ifdef CONFIG_MEMCG

u64 mosix_cgroup_room_kib(void);

#else

static inline u64 mosix_cgroup_room_kib(void)
{
	return U64_MAX;
}

#endif

#endif /* MOSIX_CGROUP_H */
