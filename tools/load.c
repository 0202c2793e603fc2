// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each word of the memory holds its own place, mixed; the file holds a byte
 * that follows from its offset. What does not hold that any more is spoiled.
 */
#include "load.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum {
	CHUNK		= 4096,
	WORDS_A_ROUND	= 65536,
	FILE_LEAST	= 1 << 20,
	SPIN		= 2000,		/* turns between looks at the clock */
};

static uint64_t mix(uint64_t x)
{
	x ^= x >> 33;
	x *= 0xff51afd7ed558ccdULL;
	x ^= x >> 33;
	return x;
}

static long long now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000LL + now.tv_nsec / 1000;
}

static unsigned char byte_at(off_t at)
{
	return mix(at / CHUNK) + at;
}

static void fill(unsigned char chunk[CHUNK], off_t at)
{
	int i;

	for (i = 0; i < CHUNK; i++)
		chunk[i] = byte_at(at + i);
}

static int write_chunk(struct load *load)
{
	unsigned char chunk[CHUNK];

	fill(chunk, load->at);
	if (pwrite(load->fd, chunk, CHUNK, load->at) != CHUNK)
		return errno ? -errno : -EIO;
	load->at += CHUNK;
	if ((size_t)load->at >= load->size)
		load->at = 0;
	return 0;
}

static int open_file(struct load *load)
{
	load->fd = -1;
	if (!load->read && !load->write)
		return 0;
	if (load->file)
		load->fd = open(load->file, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	else
		load->fd = open("/tmp", O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);
	if (load->fd < 0)
		return -errno;
	load->size = FILE_LEAST;
	do {
		int ret = write_chunk(load);

		if (ret)
			return ret;
	} while (load->at);
	return 0;
}

/**
 * load_begin - take what is wanted
 * @load: with the first part filled in
 *
 * Return: 0, or a negative errno.
 */
int load_begin(struct load *load)
{
	size_t i, n = load->memory / sizeof(*load->words);

	load->dice = getpid();
	if (n) {
		load->words = malloc(load->memory);
		if (!load->words)
			return -ENOMEM;
		for (i = 0; i < n; i++)
			load->words[i] = mix(i);
	}
	return open_file(load);
}

static void walk(struct load *load)
{
	size_t n = load->memory / sizeof(*load->words);
	size_t i, at;

	for (i = 0; n && i < WORDS_A_ROUND && i < n; i++) {
		at = load->next;
		if (load->random) {
			load->dice = mix(load->dice + 1);
			at = load->dice % n;
		}
		if (load->words[at] != mix(at))
			load->spoiled = 1;
		load->words[at] = mix(at);
		load->next = at + 1 == n ? 0 : at + 1;
	}
}

static void read_file(struct load *load)
{
	unsigned char chunk[CHUNK], want[CHUNK];
	off_t at = load->at;
	size_t done;

	for (done = 0; done < load->read; done += CHUNK) {
		fill(want, at);
		if (pread(load->fd, chunk, CHUNK, at) != CHUNK ||
		    memcmp(chunk, want, CHUNK))
			load->spoiled = 1;
		at += CHUNK;
		if ((size_t)at >= load->size)
			at = 0;
	}
}

static void compute(long long us)
{
	long long end = now_us() + us;
	volatile uint64_t sink = 1;
	int i;

	while (now_us() < end)
		for (i = 0; i < SPIN; i++)
			sink = mix(sink + i);
}

/**
 * load_round - one round of load
 * @load: begun
 * @ms: how long it shall take at least
 */
void load_round(struct load *load, int ms)
{
	long long begin = now_us(), left;
	size_t done;
	long i;

	walk(load);
	for (i = 0; i < load->calls; i++)
		syscall(SYS_getppid);
	for (done = 0; done < load->write; done += CHUNK)
		if (write_chunk(load))
			load->spoiled = 1;
	if (load->read)
		read_file(load);
	compute(ms * 10LL * load->cpu_percent);
	left = begin + ms * 1000 - now_us();
	if (left > 0 && load->cpu_percent < 100)
		usleep(left);
}

/**
 * load_end - give back what load_begin() took
 * @load: which
 */
void load_end(struct load *load)
{
	free(load->words);
	if (load->fd >= 0)
		close(load->fd);
}
