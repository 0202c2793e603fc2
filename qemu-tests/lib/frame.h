/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the host and the agent of a guest say to each other over a virtio
 * serial port, and what the hub and its clients say over a unix socket.
 *
 * A conversation is one command. The client opens it with FRAME_EXEC, feeds
 * it with FRAME_STDIN, and it ends with exactly one FRAME_EXIT. The hub gives
 * every conversation a number, so many of them share one port.
 */
#ifndef QEMU_TESTS_FRAME_H
#define QEMU_TESTS_FRAME_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Both ends run on the same machine, so the byte order is the machine's. */
#define FRAME_MAGIC	0x4d534d58u

/* virtio_console cuts writes at 32 KiB: one frame should be one write. */
#define FRAME_CHUNK	(32 * 1024 - (int)sizeof(struct frame))

/* A longer command line belongs in a file. */
#define FRAME_MAX	(256 * 1024)

/* Bytes of standard input that may be on the way and not yet taken. */
#define FRAME_WINDOW	(256 * 1024)

enum frame_type {
	FRAME_INVALID = 0,
	FRAME_HELLO = 1,	/* agent -> hub: a guest came up */
	FRAME_EXEC = 2,		/* payload: shell command, flags FRAME_F_* */
	FRAME_STARTED = 3,	/* payload: uint32_t pid in the guest */
	FRAME_STDIN = 4,	/* payload: bytes; none: end of file */
	FRAME_TAKEN = 5,	/* payload: uint32_t bytes of input consumed */
	FRAME_STDOUT = 6,	/* payload: bytes */
	FRAME_STDERR = 7,	/* payload: bytes */
	FRAME_EXIT = 8,		/* payload: uint32_t status as a shell has it */
	FRAME_KILL = 9,		/* kill the command's process group */
	FRAME_WINCH = 10,	/* payload: uint16_t rows, uint16_t columns */
};

enum frame_flag {
	FRAME_F_STDIN = 1,	/* standard input follows; else /dev/null */
	FRAME_F_PTY = 2,	/* run on a terminal of its own */
	FRAME_F_WAIT = 4,	/* hub: hold this until the node is up */
};

/* Exit statuses that no command chose. */
enum frame_status {
	FRAME_STATUS_LIMIT = 124,	/* time limit, as timeout(1) has it */
	FRAME_STATUS_DOWN = 253,	/* the node is down, or went down */
	FRAME_STATUS_HUB = 254,		/* no hub: no cluster is running */
};

/**
 * struct frame - the header of every frame
 * @magic: FRAME_MAGIC
 * @id: number of the conversation, chosen by the hub; 0 in HELLO and from clients
 * @type: enum frame_type
 * @flags: enum frame_flag, only in FRAME_EXEC
 * @len: bytes of payload that follow
 */
struct frame {
	uint32_t magic;
	uint32_t id;
	uint16_t type;
	uint16_t flags;
	uint32_t len;
};

static_assert(sizeof(struct frame) == 16, "the header has no holes");

/**
 * struct buf - bytes waiting: appended at the end, taken from the front
 * @data: the bytes
 * @start: index of the first byte not yet taken
 * @end: index after the last byte
 * @room: bytes allocated
 */
struct buf {
	char *data;
	size_t start;
	size_t end;
	size_t room;
};

void buf_add(struct buf *b, const void *data, size_t len);
void buf_take(struct buf *b, size_t len);
void buf_free(struct buf *b);
size_t buf_len(const struct buf *b);
ssize_t buf_fill(struct buf *b, int fd, size_t most);
ssize_t buf_drain(struct buf *b, int fd);

void frame_add(struct buf *b, struct frame head, const void *payload);
int frame_next(const struct buf *b, struct frame *head, const char **payload);
void frame_done(struct buf *b, const struct frame *head);

#endif /* QEMU_TESTS_FRAME_H */
