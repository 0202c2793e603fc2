/* SPDX-License-Identifier: GPL-2.0-only */
/* A process, as /proc tells of it. */
#ifndef MOSIX_TOOLS_PROCESS_H
#define MOSIX_TOOLS_PROCESS_H

#include <stddef.h>
#include <sys/types.h>

enum { PROCESS_TEXT = 160 };

/* No user has that id. */
#define PROCESS_NO_USER	((uid_t)-1)

struct process {
	int pid;
	int parent;
	uid_t user;			/* of a guest: the one at its home */
	unsigned int where;		/* node, 0 without a map */
	unsigned int home;
	unsigned int moves;
	int locked;			/* the balancer leaves it alone */
	char state;			/* as ps has it */
	unsigned long long ticks;	/* CPU time used */
	unsigned long long start;	/* ticks after boot */
	unsigned long long rss_kib;
	char name[PROCESS_TEXT];
	char why[PROCESS_TEXT];
	char last[PROCESS_TEXT];
};

/* Which processes are wanted; zero is: any. */
struct process_filter {
	int moved;			/* away, a guest, or moved before */
	int away;
	int guests;
	int locked;
	int has_user;
	uid_t user;
	unsigned int where;
	unsigned int home;
	const int *pid;			/* only these */
	int pids;
};

int process_read(struct process *process, int pid);
int process_list(struct process **list, const struct process_filter *filter);
int process_sort(struct process *list, int n, const char *key);
int process_is_away(const struct process *process);
int process_is_guest(const struct process *process);
void process_json(const struct process *process);
const char *process_name(const struct process *process);
const char *process_user(uid_t user);
const char *process_user_column(uid_t user, size_t width);
int process_find_user(const char *name, uid_t *user);

#endif /* MOSIX_TOOLS_PROCESS_H */
