/* SPDX-License-Identifier: GPL-2.0-only */
/* Pages that were sent while their process still ran at home. */
#ifndef MOSIX_EARLY_H
#define MOSIX_EARLY_H

#include <linux/types.h>

struct mm_struct;
struct mosix_early;
struct mosix_link;
struct mosix_msg;
struct mosix_pages;
struct page;

/* home: what was sent */
struct mosix_early *mosix_early_new(struct mm_struct *mm, u64 most);
void mosix_early_free(struct mosix_early *early);
int mosix_early_note(struct mosix_early *early, unsigned long nr,
		     struct page *page);
void mosix_early_adopt(struct mosix_pages *pg, struct mosix_early *early,
		       struct mosix_link *link);
void mosix_early_drop(struct mosix_pages *pg, unsigned long nr, u32 count);
void mosix_early_fill(struct mosix_pages *pg, unsigned long nr,
		      struct mosix_msg *msg, u32 count);
void mosix_early_spent(struct mosix_pages *pg, struct mosix_link *link);

/* body: what came */
int mosix_early_keep(struct mosix_pages *pg, struct mosix_msg *msg);
int mosix_early_take(struct mosix_pages *pg, struct mosix_msg *msg);
void mosix_early_forget(struct mosix_pages *pg);

#endif /* MOSIX_EARLY_H */
