// SPDX-License-Identifier: GPL-2.0-only
/*
 * "Why does my process not move?" has an answer for each process: what keeps
 * it, what keeps all of this node, what the balancer found, or that it has
 * found nothing yet.
 */
#include "why.h"
#include "json.h"
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
	{ "move-nodes", "it may not be on this node" },
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

/* What helps against a reason of cantmove, where anything does. */
static const struct {
	const char *reason;
	const char *words;
} helps[] = {
	{ "kernel thread", NULL },
	{ "init process", NULL },
	{ "exiting", NULL },
	{ "memory shared with another process (CLONE_VM)",
	  "it can when that one ends" },
	{ "vfork child before exec", "it can in a moment" },
	{ "writable shared mapping",
	  "others may write the same memory; without a name and a child it moves" },
	{ "device mapping", "it can when it unmaps the device" },
	{ "hugetlb mapping", "run it with ordinary pages" },
	{ "userfaultfd", NULL },
	{ "asynchronous I/O context", "run it with ordinary reads and writes" },
	{ "io_uring", "run it with ordinary reads and writes" },
	{ "real-time scheduling", "chrt --other --pid 0 PID" },
	{ "32-bit program", "its 64-bit build moves" },
	{ "local descriptor table or segment register", NULL },
	{ "I/O port permissions", NULL },
	{ "traced", "it can when its debugger lets it go" },
	{ "private memory (not dumpable)",
	  "set-user-ID programs and keepers of secrets stay" },
	{ "CPU without XSAVE", NULL },
	{ "CPU affinity", "taskset --all-tasks --pid 0xffffffff PID, or do not pin it" },
	{ "memory protection keys", NULL },
	{ "syscall user dispatch", NULL },
	{ "TSC or CPUID disabled", NULL },
	{ "shadow stack", "GLIBC_TUNABLES=glibc.cpu.x86_shstk=off" },
	{ "uprobes", "it can when nobody traces it" },
	{ "addresses above 2^47", "boot its home with no5lvl" },
	{ "CPU state by permission (AMX)", "run it without AMX" },
	{ "mappings being changed", "it can in a moment" },
};

/**
 * why_help - what helps against a reason of cantmove
 * @reason: as the kernel has it
 *
 * Return: words for people; "" when nothing does, NULL for a reason that is
 * not known.
 */
const char *why_help(const char *reason)
{
	size_t i;

	for (i = 0; i < sizeof(helps) / sizeof(*helps); i++)
		if (!strcmp(helps[i].reason, reason))
			return helps[i].words ?: "";
	return NULL;
}

/* One answer: a line, and maybe one below it; or an object. */
static void say(int json, const char *kind, const char *before,
		const char *text, const char *more)
{
	if (json) {
		json_open(NULL, '{');
		json_text("kind", kind);
		json_text("text", text);
		if (more && *more)
			json_text("help", more);
		json_close('}');
		return;
	}
	printf("  %s%s\n", before, text);
	if (more && *more)
		printf("    %s\n", more);
}

/* Lines of a file, each behind the same words; returns how many. */
static int say_lines(int json, int pid, const char *file, const char *before)
{
	char text[VALUE_MAX], *line, *rest = text;
	int n = 0;

	if (text_read(text, "%d/mosix/%s", pid, file))
		return 0;
	while ((line = strsep(&rest, "\n"))) {
		if (!*line || !strcmp(line, "-"))
			continue;
		say(json, file, before, line, why_help(line));
		n++;
	}
	return n;
}

static int is_set(const char *name)
{
	char text[VALUE_MAX];

	return !text_read(text, "mosix/admin/%s", name) && !strcmp(text, "1");
}

/* How many others are up; -1 when that cannot be read. */
static int others_up(void)
{
	struct node *nodes;
	int i, n = node_load(&nodes), up = 0;

	if (n < 0)
		return -1;
	for (i = 0; i < n; i++)
		up += nodes[i].up && nodes[i].id != node_self();
	free(nodes);
	return up;
}

/* What holds for all processes of this node. */
static int say_node(int json, const struct process *process)
{
	int said = 0;

	if (!node_self()) {
		say(json, "no-map", "", "no node map is set here",
		    "mosctl config FILE");
		return 1;
	}
	if (node_links() == LINKS_CLOSED) {
		say(json, "no-key", "", "this node has no key: nothing goes or comes",
		    "mosctl key FILE");
		said = 1;
	}
	if (is_set("stay") ||
	    (is_set("lstay") && !process_is_guest(process))) {
		say(json, "stay", "", "automatic moves are off on this node",
		    "mosctl nostay, or mosctl nolstay");
		said = 1;
	}
	if (!others_up()) {
		say(json, "alone", "", "no other node is up", "mosctl status");
		said = 1;
	}
	return said;
}

static void say_place(int json, const struct process *process)
{
	if (json) {
		json_number("pid", process->pid);
		json_text("name", process->name);
		json_number("where", process->where);
		json_number("home", process->home);
		json_number("moves", process->moves);
		return;
	}
	printf("%d %s: ", process->pid, process_name(process));
	if (process_is_guest(process))
		printf("a guest from node %u", process->home);
	else if (process_is_away(process))
		printf("on node %u, away from home", process->where);
	else
		printf("at home");
	printf("; moves so far: %u\n", process->moves);
}

/*
 * What the balancer would do with it now, if it is its to say. That it cannot move
 * was said before, with the reason.
 */
static int say_would(int json, const struct process *process, int said)
{
	char text[VALUE_MAX];

	if (text_read(text, "%d/mosix/would", process->pid))
		return 0;
	text[strcspn(text, "\n")] = '\0';
	if (!strcmp(text, "-") || !strncmp(text, "away ", 5) ||
	    (said && !strncmp(text, "stay-no-process ", 16)))
		return 0;
	say(json, "would", "the balancer would say now: ", text,
	    why_words(text));
	return 1;
}

static void say_all(int json, const struct process *process)
{
	int said = say_lines(json, process->pid, "cantmove", "it cannot move: ");

	if (process->locked) {
		say(json, "locked", "", "it is locked: the balancer leaves it alone",
		    "migrate PID balance");
		said++;
	}
	said += say_lines(json, process->pid, "last", "its last move failed: ");
	said += say_node(json, process);
	if (strcmp(process->why, "-")) {
		say(json, "why", "the balancer said last: ", process->why,
		    why_words(process->why));
		said++;
	}
	said += say_would(json, process, said);
	if (!said)
		say(json, "nothing", "",
		    "nothing keeps it, and the balancer has found nothing better for it yet",
		    "mosctl decisions");
}

/**
 * why_print - print all that is known of why a process is where it is
 * @pid: of the process
 * @json: as one object
 *
 * Return: 0, or a negative errno.
 */
int why_print(int pid, int json)
{
	struct process process;
	int ret = process_read(&process, pid);

	if (ret)
		return ret;
	if (json)
		json_open(NULL, '{');
	say_place(json, &process);
	if (json)
		json_open("answers", '[');
	say_all(json, &process);
	if (json) {
		json_close(']');
		json_close('}');
	}
	return 0;
}
