// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory that somebody else looks at: pages at a fixed address, each full of
 * one text with its number in it, and a mailbox page in front.
 *
 *	mark [PAGES [receive]]	(64 when not given)
 *
 * MARK_BASE is page 65536 of the address space, so that
 * "dd bs=4096 skip=65537 count=1 if=/proc/PID/mem" reads the first text. What is
 * written to the first word of the mailbox is answered in its second: the
 * complement of it. With "receive" it spends its time in waits for something to
 * be received into page 5, and nothing comes: the text there must stay.
 */
#include "victim.h"

#include <sys/mman.h>
#include <sys/socket.h>

enum { PAGE = 4096, TEXT = 32, MAX_PAGES = 1000000 };

#define MARK_BASE ((char *)0x10000000)

static void text_of(char *text, size_t page)
{
	snprintf(text, TEXT + 1, "<mark page %06zu of the victim>",
		 page % MAX_PAGES);
}

static int make_socket(void)
{
	struct timeval limit = { .tv_usec = 300000 };
	int pair[2];

	CHECK_CALL(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
	CHECK_CALL(setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &limit,
			      sizeof(limit)));
	return pair[0];
}

static void receive_nothing(int fd, char *page)
{
	ssize_t got = recv(fd, page, PAGE / 2, 0);

	CHECK(got == -1 && (errno == EAGAIN || errno == EINTR),
	      "received %zd: %s", got, strerror(errno));
}

int main(int argc, char **argv)
{
	int fd = -1;
	volatile uint64_t *mailbox = (void *)MARK_BASE;
	size_t pages = 64, page, at;
	char text[TEXT + 1], *base;

	victim_begin(argc, argv);
	if (optind < argc)
		pages = strtoul(argv[optind], NULL, 10);
	CHECK(pages && pages < MAX_PAGES, "%zu pages", pages);
	base = mmap(MARK_BASE, (pages + 1) * PAGE, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
	CHECK(base == MARK_BASE, "mmap: %s", strerror(errno));
	for (page = 1; page <= pages; page++) {
		text_of(text, page);
		for (at = 0; at < PAGE; at += TEXT)
			memcpy(base + page * PAGE + at, text, TEXT);
	}
	if (optind + 1 < argc)
		fd = make_socket();
	while (victim_next()) {
		if (fd >= 0)
			receive_nothing(fd, base + 5 * PAGE);
		page = 1 + victim_mix(victim.done) % pages;
		text_of(text, page);
		for (at = 0; at < PAGE; at += TEXT)
			CHECK(!memcmp(base + page * PAGE + at, text, TEXT),
			      "the text in page %zu changed", page);
		if (mailbox[0])
			mailbox[1] = ~mailbox[0];
	}
	return victim_pass();
}
