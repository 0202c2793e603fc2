/* SPDX-License-Identifier: GPL-2.0-only */
/* The last moves of this node's processes. */
#ifndef MOSIX_MOVES_H
#define MOSIX_MOVES_H

#include <linux/wait.h>

struct mosix_move;

void mosix_moves_add(const struct mosix_move *move);
wait_queue_head_t *mosix_moves_queue(void);
int mosix_moves_init(void);

#endif /* MOSIX_MOVES_H */
