// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory that a parent, its child and its grandchild have from one: each writes
 * pages of it and never sees what the others write, in whatever order. While
 * the child waits, its parent reads and writes the child's memory.
 */
#include "child.h"

#include <sys/mman.h>
#include <sys/uio.h>

enum { PAGE = 4096, PAGES = 48, WORDS = PAGE / 8, PASSES = 4 };

/**
 * struct talk - one word each way, so that the two take turns
 * @down: from parent to child
 * @up: from child to parent
 */
struct talk {
	int down[2];
	int up[2];
};

static uint64_t *area;
static uint64_t text[PAGES];	/* what this process wrote to each page */

static void write_page(size_t page, uint64_t value)
{
	text[page] = value;
	area[page * WORDS] = victim_mix(value);
	area[page * WORDS + WORDS - 1] = ~victim_mix(value);
}

static void check(const char *who)
{
	for (size_t i = 0; i < PAGES; i++)
		CHECK(area[i * WORDS] == victim_mix(text[i]) &&
		      area[i * WORDS + WORDS - 1] == ~victim_mix(text[i]),
		      "%s: page %zu is %lx and %lx, not %lx", who, i,
		      area[i * WORDS], area[i * WORDS + WORDS - 1],
		      victim_mix(text[i]));
}

/* Every third page, from another one in each pass. */
static void write_some(uint64_t seed, int pass)
{
	for (size_t i = pass % 3; i < PAGES; i += 3)
		write_page(i, seed + pass * PAGES + i);
}

static void grandchild(uint64_t seed)
{
	check("the grandchild, before");
	for (int pass = 0; pass < PASSES; pass++) {
		write_some(seed, pass);
		check("the grandchild");
	}
	_exit(21);
}

/* In turns with the parent, which has its say about the page 0 at the end. */
static void child(struct talk *talk, uint64_t seed)
{
	pid_t pid = 0;
	char c;

	check("the child, before");
	for (int pass = 0; pass < PASSES; pass++) {
		write_some(seed, pass);
		check("the child");
		if (pass == 1) {
			pid = CHECK_CALL(fork());
			if (!pid)
				grandchild(seed + 100000);
		}
		child_say(talk->up[1], "u", 1);
		CHECK(child_hear(talk->down[0], &c, 1), "no parent");
		check("the child, after its parent's turn");
	}
	child_exits(pid, 21, "the grandchild");
	child_say(talk->up[1], &text[5], 8);
	CHECK(child_hear(talk->down[0], &text[0], 8), "no parent");
	check("the child, after its parent wrote to it");
	_exit(22);
}

/* It waits for a word: its memory does not change. */
static void look_into(pid_t pid, uint64_t was)
{
	uint64_t words[2], value = victim_mix(was), other = ~value;
	struct iovec local = { words, 16 };
	struct iovec remote[2] = {
		{ &area[5 * WORDS], 8 }, { &area[6 * WORDS - 1], 8 } };
	char path[64];
	int fd;

	CHECK(process_vm_readv(pid, &local, 1, remote, 2, 0) == 16,
	      "process_vm_readv: %s", strerror(errno));
	CHECK(words[0] == value && words[1] == other,
	      "the child's page is %lx and %lx", words[0], words[1]);
	words[0] = victim_mix(was + 1);
	words[1] = ~words[0];
	remote[0].iov_base = &area[0];
	CHECK(process_vm_writev(pid, &local, 1, remote, 1, 0) == 8,
	      "process_vm_writev: %s", strerror(errno));
	snprintf(path, sizeof(path), "/proc/%d/mem", pid);
	fd = CHECK_CALL(open(path, O_RDWR));
	CHECK(pwrite(fd, &words[1], 8, (uintptr_t)&area[WORDS - 1]) == 8,
	      "%s: %s", path, strerror(errno));
	CHECK(pread(fd, &value, 8, (uintptr_t)&area[0]) == 8 &&
	      value == words[0], "%s has %lx, not %lx", path, value, words[0]);
	close(fd);
}

static void with_a_child(uint64_t seed)
{
	struct talk talk;
	uint64_t was;
	pid_t pid;
	char c;

	CHECK_CALL(pipe(talk.down));
	CHECK_CALL(pipe(talk.up));
	pid = child_fork();
	if (!pid) {
		close(talk.down[1]);
		close(talk.up[0]);
		child(&talk, seed + 50000);
	}
	close(talk.down[0]);
	close(talk.up[1]);
	for (int pass = 0; pass < PASSES; pass++) {
		CHECK(child_hear(talk.up[0], &c, 1), "no child");
		check("the parent, after its child's turn");
		write_some(seed, pass);
		child_work();
		check("the parent");
		child_say(talk.down[1], "d", 1);
	}
	CHECK(child_hear(talk.up[0], &was, 8), "no child");
	look_into(pid, was);
	was++;
	child_say(talk.down[1], &was, 8);
	child_exits(pid, 22, "the child");
	check("the parent, alone");
	close(talk.down[1]);
	close(talk.up[0]);
}

int main(int argc, char **argv)
{
	child_begin(argc, argv);
	area = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(area != MAP_FAILED, "mmap: %s", strerror(errno));
	for (size_t i = 0; i < PAGES; i++)
		write_page(i, i);
	while (victim_next())
		with_a_child(victim.done * 1000000);
	return victim_pass();
}
