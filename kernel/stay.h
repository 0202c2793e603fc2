/* SPDX-License-Identifier: GPL-2.0-only */
/* Why a process cannot leave its home. */
#ifndef MOSIX_STAY_H
#define MOSIX_STAY_H

#include <linux/types.h>

struct task_struct;

enum mosix_stay {
	STAY_KERNEL,
	STAY_INIT,
	STAY_EXITING,
	STAY_SHARED_MM,
	STAY_VFORK,
	STAY_SHARED,
	STAY_DEVICE,
	STAY_HUGETLB,
	STAY_USERFAULTFD,
	STAY_AIO,
	STAY_IO_URING,
	STAY_REALTIME,
	STAY_32BIT,
	STAY_LDT,
	STAY_PORTS,
	STAY_TRACED,
	STAY_PRIVATE,
	STAY_XSAVE,
	STAY_AFFINITY,
	STAY_PKEYS,
	STAY_DISPATCH,
	STAY_TSC,
	STAY_SHADOW_STACK,
	STAY_UPROBES,
	STAY_HIGH,
	STAY_PERMIT,
	STAY_BUSY,
	STAY_REASONS
};

bool mosix_stay_passes(u64 why);
u64 mosix_stay_reasons(struct task_struct *p);
bool mosix_stay_lets_go(struct task_struct *p);
u64 mosix_stay_of_thread(struct task_struct *p);
const char *mosix_stay_name(enum mosix_stay reason);

#endif /* MOSIX_STAY_H */
