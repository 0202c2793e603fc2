// SPDX-License-Identifier: GPL-2.0-only
/*
 * Record what crosses an interface: pcapture INTERFACE FILE READY. The file
 * READY appears when nothing will be missed any more. SIGUSR1 makes it appear
 * again as soon as everything seen so far is in FILE. SIGTERM ends it, with
 * the same care, and the count of lost packets printed.
 */
#include <err.h>
#include <fcntl.h>
#include <pcap/pcap.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* A frame with segmentation offload is up to 64 KiB and its headers. */
#define SNAPLEN		(64 * 1024 + 256)
#define RING_BYTES	(32 * 1024 * 1024)
/* A run that moves gigabytes must not fill the disk. */
#define FILE_BYTES	(512L * 1024 * 1024)
/* The kernel hands a block over when it is full, or after this. */
#define BLOCK_MS	20

static pcap_t *capture;
static pcap_dumper_t *file;
static unsigned long recorded, left_out;
static volatile sig_atomic_t last_signal;

static void caught(int sig)
{
	last_signal = sig;
	pcap_breakloop(capture);
}

static void record(unsigned char *unused, const struct pcap_pkthdr *head,
		   const unsigned char *bytes)
{
	(void)unused;
	if (pcap_dump_ftell(file) > FILE_BYTES) {
		left_out++;
		return;
	}
	pcap_dump((unsigned char *)file, head, bytes);
	recorded++;
}

static void open_capture(const char *interface)
{
	char why[PCAP_ERRBUF_SIZE];

	capture = pcap_create(interface, why);
	if (!capture)
		errx(1, "%s", why);
	if (pcap_set_snaplen(capture, SNAPLEN) ||
	    pcap_set_promisc(capture, 1) ||
	    pcap_set_timeout(capture, BLOCK_MS) ||
	    pcap_set_buffer_size(capture, RING_BYTES) ||
	    pcap_activate(capture) < 0)
		errx(1, "%s: %s", interface, pcap_geterr(capture));
}

/* What is on the way to us: waits for the block that is being filled. */
static void catch_up(void)
{
	char why[PCAP_ERRBUF_SIZE];

	usleep(3 * BLOCK_MS * 1000);
	pcap_setnonblock(capture, 1, why);
	while (pcap_dispatch(capture, -1, record, NULL) > 0)
		;
	pcap_setnonblock(capture, 0, why);
	pcap_dump_flush(file);
}

static void say_ready(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	if (fd < 0)
		err(1, "%s", path);
	close(fd);
}

int main(int argc, char **argv)
{
	struct sigaction action = { .sa_handler = caught };
	struct pcap_stat stat = { 0 };
	int got;

	if (argc != 4)
		errx(2, "usage: pcapture INTERFACE FILE READY");
	open_capture(argv[1]);
	file = pcap_dump_open(capture, argv[2]);
	if (!file)
		errx(1, "%s", pcap_geterr(capture));
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGUSR1, &action, NULL);
	say_ready(argv[3]);

	while (last_signal != SIGTERM) {
		got = pcap_dispatch(capture, -1, record, NULL);
		if (got == PCAP_ERROR)
			errx(1, "%s", pcap_geterr(capture));
		if (last_signal == SIGUSR1) {
			last_signal = 0;
			catch_up();
			say_ready(argv[3]);
		}
	}
	catch_up();
	pcap_stats(capture, &stat);
	pcap_dump_close(file);
	fprintf(stderr, "%s: %lu recorded, %lu over the size limit, %u lost\n",
		argv[2], recorded, left_out, stat.ps_drop);
	return 0;
}
