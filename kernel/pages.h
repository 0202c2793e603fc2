/* SPDX-License-Identifier: GPL-2.0-only */
/* Single-copy pages: which node has what, and how it gets to the other. */
#ifndef MOSIX_PAGES_H
#define MOSIX_PAGES_H

#include "ahead.h"
#include "wire.h"

#include <linux/maple_tree.h>
#include <linux/mm_types.h>
#include <linux/mutex.h>
#include <linux/refcount.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

struct mosix_early;
struct mosix_link;
struct mosix_msg;

/* Which half of the process this mm is. */
enum mosix_pages_side {
	PAGES_OFF,		/* whole: the hooks do nothing */
	PAGES_HOME,		/* the deputy's: absent is what is not in H */
	PAGES_BODY,		/* the body's: absent is what is in H */
};

enum {
	MOSIX_PAGES_RECENT	= 8,
	MOSIX_PAGES_CHANGES	= 2,
};

/**
 * struct mosix_change - page numbers whose mappings are being changed
 * @first: the first one
 * @last: the last one
 */
struct mosix_change {
	unsigned long first;
	unsigned long last;
};

/**
 * struct mosix_move_map - a mapping is to get another address (mremap)
 * @tid: thread of the body that asks home for it; 0: none does
 * @fixed: the new address was named: what is mapped there goes
 * @from: address, page aligned
 * @old: its length, bytes
 * @len: its new length, bytes
 */
struct mosix_move_map {
	u32 tid;
	bool fixed;
	u64 from;
	u64 old;
	u64 len;
};

/**
 * struct mosix_pages - page state of one mm of a split process
 * @ref: the mm, the process and whoever works on it hold one
 * @mm: the address space, mmgrab()bed
 * @mem_lock: body: one change of the mappings at a time, over its round trip, by
 *	whoever has this memory; outside @lock
 * @lock: protects all below but @reqs; nests inside mmap_lock and VMA locks;
 *	not the page tables
 * @side: what "absent" means here
 * @committed: home: the body runs, pages may leave; body: always set
 * @mapped: body: its mappings are there, pages can be put in place
 * @begun: body: it is whole, and goes on without its home's process
 * @small: the process wanted no huge pages before it had two halves
 * @leaving: body: all is being pushed home, nothing is asked or answered
 * @forking: the process is being copied: nothing is asked for, and home gives
 *	nothing
 * @error: 0, or why no page will come any more
 * @home: H, the pages that live at home, as ranges of page numbers
 * @pushed: home: sent ahead, still here until the body runs
 * @kinds: ranges of mappings with a file behind them: enum wire_vma_flags
 * @change: ranges of which faults wait and no page leaves, since H is changed
 *	with the mappings
 * @nchanges: entries in @change
 * @changer: who changes them, NULL nobody
 * @move: body: H follows it when home has answered
 * @ahead: how the process touches its memory
 * @flight: pages asked for or arrived and not yet in the page tables
 * @wait: woken when anything of that changes
 * @link: to the other half, reference held while @side is not PAGES_OFF
 * @recent: pages that came last, and when
 * @recent_ns: ktime of each
 * @recent_next: slot to be used next
 * @reqs_lock: protects @reqs
 * @reqs: requests of the peer, oldest first
 * @asking: who has entered a request and not sent it yet
 * @unanswered: how many there are, with the one that is being answered
 * @work: answers them
 * @early: home: what was sent while the process ran, NULL nothing
 * @kept: body: what came so, by page number, a reference to each
 * @early_nr: how many pages came so
 * @early_max: how many were offered
 * @kept_nr: home: pages that needed not be sent again
 * @follows: home: what is still here is to follow the body, by the strategy
 * @pushing: home: it shall now
 * @push: does that
 * @pushes: home: @push waits for its turn, or has not ended
 * @install: body: puts in place what has landed
 * @fetched: pages that came
 * @ahead_nr: of them with one that somebody waited for
 * @served: pages that went on request
 * @pushed_nr: pages that went unasked
 * @away: home: pages that the body has, by enum wire_page_kind
 * @faults: times that somebody waited
 */
struct mosix_pages {
	refcount_t ref;
	struct mm_struct *mm;
	struct mutex mem_lock;	/* see above */
	struct mutex lock;	/* see above */
	enum mosix_pages_side side;
	u8 committed;
	u8 mapped;
	u8 begun;
	u8 leaving;
	u8 forking;
	u8 small;
	int error;
	struct maple_tree home;
	struct maple_tree pushed;
	struct maple_tree kinds;
	struct mosix_change change[MOSIX_PAGES_CHANGES];
	u32 nchanges;
	struct task_struct *changer;
	struct mosix_move_map move;
	struct ahead ahead;
	struct xarray flight;
	wait_queue_head_t wait;
	struct mosix_link *link;
	unsigned long recent[MOSIX_PAGES_RECENT];
	u64 recent_ns[MOSIX_PAGES_RECENT];
	u32 recent_next;
	spinlock_t reqs_lock;	/* protects reqs */
	struct list_head reqs;
	u32 asking;
	atomic_t unanswered;
	struct work_struct work;
	struct mosix_early *early;
	struct xarray kept;
	u64 early_nr;
	u64 early_max;
	u64 kept_nr;
	u8 follows;
	u8 pushing;
	u8 pushes;
	struct work_struct push;
	struct work_struct install;
	u64 fetched;
	u64 ahead_nr;
	u64 served;
	u64 pushed_nr;
	u64 faults;
	unsigned long away[WIRE_PAGE_KINDS];
};

/* Life of a page that is not where it was and not yet where it will be. */
enum flight_state {
	FLIGHT_REQUESTED = 1,	/* asked for, or about to be; somebody waits */
	FLIGHT_LANDED,		/* ours, in no page table yet */
	FLIGHT_NONE,		/* the peer has nothing there */
};

/**
 * struct mosix_flight - one such page
 * @state: enum flight_state
 * @wanted: somebody waits for it
 * @page: LANDED: its content, NULL: all zero
 */
struct mosix_flight {
	enum flight_state state;
	bool wanted;
	struct page *page;
};

struct mosix_pages *mosix_pages_new(struct mm_struct *mm);
struct mosix_pages *mosix_pages_begin(struct mm_struct *mm,
				      struct mosix_link *link,
				      enum mosix_pages_side side);
void mosix_pages_get(struct mosix_pages *pg);
void mosix_pages_put(struct mosix_pages *pg);
int mosix_pages_end(struct mosix_pages *pg);
void mosix_pages_abort(struct mosix_pages *pg);
void mosix_pages_lost(struct mosix_pages *pg, const struct mosix_link *link,
		      int error);
int mosix_pages_await(struct mosix_pages *pg,
		      bool (*done)(struct mosix_pages *pg));
int mosix_pages_await_commit(struct mosix_pages *pg);

void mosix_pages_show_away(struct mosix_pages *pg, const u64 *pages);
bool mosix_pages_governed(const struct vm_area_struct *vma);
bool mosix_pages_absent(struct mosix_pages *pg, unsigned long nr);
unsigned long mosix_pages_alike(struct mosix_pages *pg, unsigned long nr,
				unsigned long count, bool absent);
int mosix_pages_own(struct mosix_pages *pg, unsigned long nr,
		    unsigned long count);
int mosix_pages_give(struct mosix_pages *pg, unsigned long nr,
		     unsigned long count);
int mosix_pages_add_home(struct mosix_pages *pg, u64 first, u64 end);
int mosix_pages_add_kind(struct mosix_pages *pg, u64 start, u64 end,
			 u32 flags);
int mosix_pages_have_file(struct mosix_pages *pg, u64 start, u64 len,
			  u32 flags);
bool mosix_pages_has_file(struct mosix_pages *pg, u64 start, u64 end);
void mosix_pages_forget(struct mosix_pages *pg, u64 start, u64 len);
void mosix_pages_change(struct mosix_pages *pg, u64 start, u64 len);
void mosix_pages_changed(struct mosix_pages *pg);
bool mosix_pages_changing(struct mosix_pages *pg, unsigned long nr);
void mosix_pages_drop_flight(struct mosix_pages *pg, unsigned long nr,
			     struct mosix_flight *f);

/* dup.c: a process that is away forks */
int mosix_pages_fork_begin(struct mosix_pages *pg);
void mosix_pages_fork_end(struct mosix_pages *pg);
void mosix_pages_join(struct mosix_pages *pg, struct mosix_link *link);

/* remap.c: a mapping gets another address */
int mosix_pages_moved(struct mosix_pages *pg, const struct mosix_move_map *move,
		      u64 to);
void mosix_pages_will_move(struct mosix_pages *pg,
			   const struct mosix_move_map *move);
int mosix_pages_answered(struct mosix_pages *pg, u32 tid, u64 ret);

/* fetch.c: pages that are wanted */
struct mosix_msg *mosix_fetch_msg(u64 addr, u32 count, s32 step);
int mosix_fetch_one(struct mosix_pages *pg, unsigned long nr, u32 count);

/* anon.c: pages become anonymous memory */
pmd_t *mosix_anon_table(struct mm_struct *mm, unsigned long addr);
u32 mosix_anon_place(struct vm_area_struct *vma, unsigned long addr,
		     struct page **pages, u32 count);

/* install.c: pages that arrive */
int mosix_pages_landed(struct mosix_pages *pg, struct mosix_msg *msg);
void mosix_pages_none(struct mosix_pages *pg, u64 addr);
vm_fault_t mosix_pages_install_in_fault(struct mosix_pages *pg,
					struct vm_area_struct *vma,
					unsigned long nr, unsigned int flags);
int mosix_pages_install(struct mosix_pages *pg, unsigned long most);
void mosix_pages_mapped(struct mosix_pages *pg);
int mosix_pages_begin_body(struct mosix_pages *pg);
void mosix_pages_install_landed(struct mosix_pages *pg);

/* serve.c: pages that the other half asks for */
int mosix_serve_start(void);
void mosix_serve_init(struct mosix_pages *pg);
int mosix_serve_request(struct mosix_pages *pg, struct mosix_msg *msg);
u32 mosix_serve_unasked(struct mosix_pages *pg, struct mosix_link *link,
			unsigned long nr, u32 count);
void mosix_serve_await(struct mosix_pages *pg, struct mosix_link *link);
void mosix_serve_take_out(struct vm_area_struct *vma, unsigned long start,
			  unsigned long end);
void mosix_serve_fill(struct mosix_msg *msg, u32 count);
struct mosix_msg *mosix_serve_msg(unsigned long nr);
int mosix_serve_none(struct mosix_link *link, const struct wire_header *like,
		     u64 addr);
void mosix_serve_add(struct mosix_msg *msg, struct page *page);

/* push.c: pages that leave unasked */
int mosix_push_depart(struct mosix_pages *pg);
int mosix_push_leave(struct mosix_pages *pg);
int mosix_push_touched(struct mosix_pages *pg);
int mosix_push_hot(struct mosix_pages *pg, const unsigned long *addr,
		   u32 count);
int mosix_push_all(struct mosix_pages *pg);
int mosix_push_commit(struct mosix_pages *pg);

/* background.c: what goes on behind a process that is away */
void mosix_background_init(struct mosix_pages *pg);
void mosix_background_rest(struct mosix_pages *pg);
void mosix_background_install(struct mosix_pages *pg);
void mosix_background_stop(struct mosix_pages *pg);

#endif /* MOSIX_PAGES_H */
