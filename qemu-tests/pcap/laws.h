/* SPDX-License-Identifier: GPL-2.0-only */
/* What must hold between the messages of a link, not only inside each. */
#ifndef QEMU_TESTS_LAWS_H
#define QEMU_TESTS_LAWS_H

#include "messages.h"

/**
 * struct link_pages - what the pages of a link did
 * @ends: a packet from home to host
 * @out: pages that went from home to host
 * @back: pages that went from host to home
 * @copies: immutable pages that went either way and stayed as well
 */
struct link_pages {
	struct packet ends;
	unsigned long out;
	unsigned long back;
	unsigned long copies;
};

void laws_message(const struct message *m);
unsigned long laws_broken(void);
int laws_pages(unsigned int index, struct link_pages *pages);

#endif /* QEMU_TESTS_LAWS_H */
