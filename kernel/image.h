/* SPDX-License-Identifier: GPL-2.0-only */
/* The process image: a process as a stream of typed records. */
#ifndef MOSIX_IMAGE_H
#define MOSIX_IMAGE_H

#include "wire.h"

struct mosix_link;
struct mosix_pages;
struct mosix_proc;
struct mosix_task;

/**
 * struct mosix_image - what has arrived of a process, or of one thread
 * @have: bits of enum wire_record_type
 * @nvmas: entries in @vmas
 * @nranges: entries in @ranges
 * @ranges_in: ranges that came in all
 * @xstate_size: bytes in @xstate
 * @task: REC_TASK
 * @regs: REC_REGS, checked
 * @signals: REC_SIGNALS
 * @mm: REC_MM
 * @vmas: REC_VMAS, all of them in order, checked
 * @ranges: REC_HOME_PAGES, all of them
 * @xstate: REC_XSTATE
 *
 * The process has one with SIGNALS, MM, VMAS and HOME_PAGES; each thread has
 * one with TASK, REGS and XSTATE.
 */
struct mosix_image {
	u32 have;
	u32 nvmas;
	u32 nranges;
	u32 ranges_in;
	u32 xstate_size;
	struct wire_task task;
	struct wire_regs regs;
	struct wire_signals signals;
	struct wire_mm mm;
	struct wire_vma *vmas;
	struct wire_range *ranges;
	void *xstate;
};

/* pack.c: a process becomes records on a link */
int mosix_pack_leave(struct mosix_proc *proc, struct mosix_link *link,
		     struct mosix_pages *pg);
int mosix_pack_return(struct mosix_proc *proc, struct mosix_link *link);
void mosix_pack_child(struct mosix_task *mt, struct mosix_image *image,
		      u64 flags);
void mosix_pack_usage(struct wire_usage *usage, struct task_struct *task);

/* unpack.c: records become an image, an image becomes current's state */
struct mosix_image *mosix_image_new(void);
void mosix_image_free(struct mosix_image *image);
int mosix_image_add(struct mosix_image *image, const struct wire_record *rec,
		    u32 len);
bool mosix_image_complete(const struct mosix_image *image, u32 records);
int mosix_image_apply_ranges(struct mosix_image *image, struct mosix_pages *pg);
int mosix_unpack_task(struct mosix_task *mt);
void mosix_unpack_blocked(const struct mosix_image *image);
void mosix_unpack_actions(const struct mosix_image *image);
int mosix_unpack_cpu(const struct mosix_image *image);

/* barrier.c: what is registered with membarrier() */
u32 mosix_barriers_get(void);
int mosix_barriers_set(u32 registered);

/* What must have arrived before a body is built, and before one is home. */
#define IMAGE_THREAD	(BIT(REC_TASK) | BIT(REC_REGS) | BIT(REC_XSTATE))
#define IMAGE_LEAVE	(BIT(REC_SIGNALS) | BIT(REC_MM) | BIT(REC_VMAS))
#define IMAGE_RETURN	BIT(REC_SIGNALS)

#endif /* MOSIX_IMAGE_H */
