// SPDX-License-Identifier: GPL-2.0-only
/*
 * Frames and the byte queues they travel through. Used by the hub and its
 * client on the host, and by the agent in the guest.
 */
#include "frame.h"

#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Make room for @len more bytes at the end. */
static void make_room(struct buf *b, size_t len)
{
	size_t used = b->end - b->start;

	if (b->end + len <= b->room)
		return;
	if (b->start) {
		memmove(b->data, b->data + b->start, used);
		b->start = 0;
		b->end = used;
	}
	if (used + len > b->room) {
		b->room = 2 * (used + len);
		b->data = realloc(b->data, b->room);
		if (!b->data)
			err(1, "%zu bytes", b->room);
	}
}

/**
 * buf_add() - append bytes
 * @b: the queue
 * @data: what to append
 * @len: how many bytes
 *
 * Context: ends the program when memory runs out.
 * Return: nothing.
 */
void buf_add(struct buf *b, const void *data, size_t len)
{
	if (!len)
		return;
	make_room(b, len);
	memcpy(b->data + b->end, data, len);
	b->end += len;
}

/**
 * buf_take() - drop bytes from the front
 * @b: the queue
 * @len: how many bytes; not more than are there
 *
 * Context: any.
 * Return: nothing.
 */
void buf_take(struct buf *b, size_t len)
{
	b->start += len;
	if (b->start < b->end)
		return;
	b->start = 0;
	b->end = 0;
}

/**
 * buf_free() - give the memory back and leave an empty queue
 * @b: the queue
 *
 * Context: any.
 * Return: nothing.
 */
void buf_free(struct buf *b)
{
	free(b->data);
	memset(b, 0, sizeof(*b));
}

/**
 * buf_len() - bytes waiting
 * @b: the queue
 *
 * Context: any.
 * Return: the number of bytes.
 */
size_t buf_len(const struct buf *b)
{
	return b->end - b->start;
}

/**
 * buf_fill() - append what a file descriptor has to give
 * @b: the queue
 * @fd: where to read
 * @most: read no more than this
 *
 * Context: one read(2); blocks if @fd does.
 * Return: what read(2) returned.
 */
ssize_t buf_fill(struct buf *b, int fd, size_t most)
{
	ssize_t n;

	make_room(b, most);
	n = read(fd, b->data + b->end, most);
	if (n > 0)
		b->end += n;
	return n;
}

/**
 * buf_drain() - write what is waiting
 * @b: the queue
 * @fd: where to write
 *
 * Context: one write(2); blocks if @fd does.
 * Return: bytes written; 0 when @fd can take none now; -1 on an error.
 */
ssize_t buf_drain(struct buf *b, int fd)
{
	ssize_t n = write(fd, b->data + b->start, buf_len(b));

	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -1;
	buf_take(b, n);
	return n;
}

/**
 * frame_add() - append one frame
 * @b: the queue
 * @head: id, type, flags and len of the frame; the magic is filled in
 * @payload: @head.len bytes
 *
 * Context: ends the program when memory runs out.
 * Return: nothing.
 */
void frame_add(struct buf *b, struct frame head, const void *payload)
{
	head.magic = FRAME_MAGIC;
	buf_add(b, &head, sizeof(head));
	buf_add(b, payload, head.len);
}

/**
 * frame_next() - look at the first whole frame of a queue
 * @b: the queue
 * @head: the frame's header comes here
 * @payload: set to the frame's payload, valid until the queue changes
 *
 * Context: any.
 * Return: 1 when there is one, 0 when bytes are missing, -1 when the queue
 *	does not hold frames.
 */
int frame_next(const struct buf *b, struct frame *head, const char **payload)
{
	if (buf_len(b) < sizeof(*head))
		return 0;
	memcpy(head, b->data + b->start, sizeof(*head));
	if (head->magic != FRAME_MAGIC || head->len > FRAME_MAX)
		return -1;
	if (buf_len(b) < sizeof(*head) + head->len)
		return 0;
	*payload = b->data + b->start + sizeof(*head);
	return 1;
}

/**
 * frame_done() - drop the frame that frame_next() showed
 * @b: the queue
 * @head: the frame's header
 *
 * Context: any.
 * Return: nothing.
 */
void frame_done(struct buf *b, const struct frame *head)
{
	buf_take(b, sizeof(*head) + head->len);
}
