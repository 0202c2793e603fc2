// SPDX-License-Identifier: GPL-2.0-only
/*
 * "Why does my process not move?" has an answer for each process: what keeps
 * it, what keeps all of this node, what the balancer found, or that it has
 * found nothing yet.
 */
#include "why.h"
#include "node.h"
#include "process.h"
#include "text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *reason;
	const char *words;
} reasons[] = {
	{ "move-cpu", "it waits less for a CPU there" },
	{ "move-memory", "this node runs out of memory" },
	{ "move-home", "it is better off at home" },
	{ "failed", "the move was tried and came to nothing" },
	{ "stay-admin", "automatic moves are off here (mosctl nostay)" },
	{ "stay-alone", "no other node is known" },
	{ "stay-stale", "nothing fresh is known of any other node" },
	{ "stay-busy", "another process is moving out; it has its turn later" },
	{ "stay-gap", "another has only just begun to move" },
	{ "stay-no-process", "no process here may be moved" },
	{ "stay-idle", "it hardly wants a CPU" },
	{ "stay-no-wait", "nobody waits here for a CPU or for memory" },
	{ "stay-no-target",
	  "all other nodes block, refused, or lack memory or a CPU feature" },
	{ "stay-gain", "no other node is better by enough" },
	{ "stay-residency", "it has only just arrived" },
	{ "stay-young", "it may end before the move pays" },
};

/**
 * why_words - what a reason of the balancer means
 * @reason: its name; what follows behind a blank does not count
 *
 * Return: words for people, or NULL for a reason that is not known.
 */
const char *why_words(const char *reason)
{
	size_t i, n = strcspn(reason, " ");

	for (i = 0; i < sizeof(reasons) / sizeof(*reasons); i++)
		if (strlen(reasons[i].reason) == n &&
		    !strncmp(reasons[i].reason, reason, n))
			return reasons[i].words;
	return NULL;
}

/* Lines of a file, each behind the same words; returns how many. */
static int print_lines(const char *before, int pid, const char *file)
{
	char text[VALUE_MAX], *line, *rest = text;
	int n = 0;

	if (text_read(text, "%d/mosix/%s", pid, file))
		return 0;
	while ((line = strsep(&rest, "\n"))) {
		if (!*line || !strcmp(line, "-"))
			continue;
		printf("  %s: %s\n", before, line);
		n++;
	}
	return n;
}

static int is_set(const char *name)
{
	char text[VALUE_MAX];

	return !text_read(text, "mosix/admin/%s", name) && !strcmp(text, "1");
}

/* What holds for all processes of this node. */
static int print_node(const struct process *process)
{
	struct node *nodes;
	int i, n, up = 0, said = 0;

	if (!node_self()) {
		puts("  no node map is set here (mosctl config FILE)");
		return 1;
	}
	if (is_set("stay") ||
	    (is_set("lstay") && !process_is_guest(process))) {
		puts("  automatic moves are off on this node (mosctl nostay)");
		said = 1;
	}
	n = node_load(&nodes);
	if (n < 0)
		return said;
	for (i = 0; i < n; i++)
		up += nodes[i].up && nodes[i].id != node_self();
	free(nodes);
	if (up)
		return said;
	puts("  no other node is up (mosctl status)");
	return 1;
}

static void print_verdict(const struct process *process)
{
	const char *words = why_words(process->why);

	printf("  the balancer said last: %s\n", process->why);
	if (words)
		printf("    that is: %s\n", words);
}

static void print_place(const struct process *process)
{
	printf("%d %s: ", process->pid, process->name);
	if (process_is_guest(process))
		printf("a guest from node %u", process->home);
	else if (process_is_away(process))
		printf("on node %u, away from home", process->where);
	else
		printf("at home");
	printf("; moves so far: %u\n", process->moves);
}

/**
 * why_print - print all that is known of why a process is where it is
 * @pid: of the process
 *
 * Return: 0, or a negative errno.
 */
int why_print(int pid)
{
	struct process process;
	int ret = process_read(&process, pid);
	int said;

	if (ret)
		return ret;
	print_place(&process);
	said = print_lines("it cannot move", pid, "cantmove");
	if (process.locked) {
		puts("  it is locked: left alone (migrate PID balance)");
		said++;
	}
	said += print_lines("its last move failed", pid, "last");
	said += print_node(&process);
	if (strcmp(process.why, "-"))
		print_verdict(&process);
	else if (!said)
		puts("  nothing keeps it, and the balancer has found nothing\n"
		     "  better for it yet (mosctl decisions)");
	return 0;
}
