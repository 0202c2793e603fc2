// SPDX-License-Identifier: GPL-2.0-only
/*
 * Questions about a capture:
 *
 *   flows            one line a flow: protocol, from, to, packets, bytes of
 *                    payload
 *   count [FILTER]   packets and bytes of payload that match a pcap filter
 *   messages         one line a message of a link: seconds since the first
 *                    packet, from, to, type, id, tid, bytes of payload, details
 *   tally            one line a type and direction: type, from, to, messages,
 *                    bytes of payload
 *   pages            one line a link: home, host, private pages that went out,
 *                    that came back, copies of pages that never change
 *   sealed           one line an encrypted link: ends, records of TLS that its
 *                    opener sent, its first message in hex
 *   check            is every message one that a node may send, here and now
 *                    (see laws.c)? One line of totals; exit status 1 when one
 *                    is not
 */
#include "laws.h"
#include "messages.h"

#include <arpa/inet.h>
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROWS	4096

/**
 * struct row - something counted
 * @key: a packet with the ends
 * @type: of message; 0 in flows
 * @count: how many
 * @bytes: payload of all
 */
struct row {
	struct packet key;
	int type;
	unsigned long count;
	unsigned long long bytes;
};

static struct row rows[ROWS];
static int row_count;
static long long first_us;
static unsigned long message_count;
static unsigned long long message_bytes;

static void count_in_row(const struct packet *key, int type, unsigned int len)
{
	int i;

	for (i = 0; i < row_count; i++) {
		if (rows[i].type == type &&
		    packet_same_flow(&rows[i].key, key))
			break;
	}
	if (i == ROWS)
		errx(2, "more than %d kinds of things", ROWS);
	if (i == row_count) {
		rows[row_count].key = *key;
		rows[row_count++].type = type;
	}
	rows[i].count++;
	rows[i].bytes += len;
}

static int ask_flows(pcap_t *capture)
{
	struct pcap_pkthdr *head;
	const unsigned char *bytes;
	struct packet p;
	int i;

	while (pcap_next_ex(capture, &head, &bytes) == 1) {
		if (!packet_parse(head, bytes, &p))
			count_in_row(&p, 0, p.len);
	}
	for (i = 0; i < row_count; i++)
		printf("%s %s %lu %llu\n", packet_proto_name(rows[i].key.proto),
		       packet_ends(&rows[i].key), rows[i].count, rows[i].bytes);
	return 0;
}

static int ask_count(pcap_t *capture)
{
	unsigned long packets = 0, payload = 0;
	struct pcap_pkthdr *head;
	const unsigned char *bytes;
	struct packet p;

	while (pcap_next_ex(capture, &head, &bytes) == 1) {
		packets++;
		if (!packet_parse(head, bytes, &p))
			payload += p.len;
	}
	printf("%lu %lu\n", packets, payload);
	return 0;
}

static void print_message(const struct message *m)
{
	printf("%.6f %s %s id=%llu tid=%u len=%u %s\n",
	       (m->stream->when_us - first_us) / 1e6,
	       packet_ends(&m->stream->key), wire_type_name(m->type), m->id,
	       m->tid, m->len, message_detail(m));
}

/* Between nodes, whatever the connection: ports are left out. */
static void tally_message(const struct message *m)
{
	struct packet key = m->stream->key;

	key.sport = 0;
	key.dport = 0;
	count_in_row(&key, m->type, m->len);
}

static void count_message(const struct message *m)
{
	message_count++;
	message_bytes += m->len;
	laws_message(m);
}

static int is_ours(const struct packet *p)
{
	return p->proto == PROTO_TCP &&
	       (p->sport == LINK_PORT || p->dport == LINK_PORT ||
		p->sport == TALK_PORT || p->dport == TALK_PORT);
}

static int eat_capture(pcap_t *capture, message_fn tell)
{
	struct pcap_pkthdr *head;
	const unsigned char *bytes;
	struct packet p;
	int bad = 0;

	while (!bad && pcap_next_ex(capture, &head, &bytes) == 1) {
		if (packet_parse(head, bytes, &p) || !is_ours(&p))
			continue;
		if (!first_us)
			first_us = p.when_us;
		bad = messages_eat(stream_add(&p), tell);
	}
	return !!bad;
}

static int ask_messages(pcap_t *capture)
{
	return eat_capture(capture, print_message);
}

static int ask_tally(pcap_t *capture)
{
	char from[INET_ADDRSTRLEN], to[INET_ADDRSTRLEN];
	int bad = eat_capture(capture, tally_message);
	int i;

	for (i = 0; i < row_count; i++) {
		inet_ntop(AF_INET, &rows[i].key.from, from, sizeof(from));
		inet_ntop(AF_INET, &rows[i].key.to, to, sizeof(to));
		printf("%s %s %s %lu %llu\n", wire_type_name(rows[i].type),
		       from, to, rows[i].count, rows[i].bytes);
	}
	return bad;
}

static int ask_check(pcap_t *capture)
{
	int bad = eat_capture(capture, count_message);
	unsigned long links = 0, talks = 0, holes = 0, strangers = 0;
	const struct stream *s;

	for (s = stream_newest(); s; s = s->older) {
		links += s->opener && !messages_is_talk(s);
		talks += s->opener && messages_is_talk(s);
		holes += !!s->early;
		strangers += !s->begun;
	}
	printf("%lu links %lu messages %llu bytes %lu with holes %lu older %lu talks\n",
	       links, message_count, message_bytes, holes, strangers, talks);
	return bad || holes || laws_broken();
}

static int ask_pages(pcap_t *capture)
{
	int bad = eat_capture(capture, laws_message);
	struct link_pages pages;
	unsigned int i;

	for (i = 0; !laws_pages(i, &pages); i++)
		printf("%s %lu %lu %lu\n", packet_ends(&pages.ends), pages.out,
		       pages.back, pages.copies);
	return bad || laws_broken();
}

static int ask_sealed(pcap_t *capture)
{
	int bad = eat_capture(capture, NULL);
	const struct stream *s;
	size_t i;

	for (s = stream_newest(); s; s = s->older) {
		if (!s->opener || s->sealed < SEALED_FIRST || messages_is_talk(s))
			continue;
		printf("%s %lu ", packet_ends(&s->key), s->messages);
		for (i = 0; i < sizeof(struct hs_open); i++)
			printf("%02x", s->opening[i]);
		putchar('\n');
	}
	return bad;
}

static void set_filter(pcap_t *capture, const char *filter)
{
	struct bpf_program program;

	if (pcap_compile(capture, &program, filter, 1, PCAP_NETMASK_UNKNOWN) ||
	    pcap_setfilter(capture, &program))
		errx(2, "%s: %s", filter, pcap_geterr(capture));
	pcap_freecode(&program);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*ask)(pcap_t *capture);
	} questions[] = {
		{ "flows", ask_flows },
		{ "count", ask_count },
		{ "messages", ask_messages },
		{ "tally", ask_tally },
		{ "pages", ask_pages },
		{ "sealed", ask_sealed },
		{ "check", ask_check },
	};
	char why[PCAP_ERRBUF_SIZE];
	pcap_t *capture;
	size_t i;

	if (argc < 3 || argc > 4)
		errx(2, "usage: pcapcheck FILE QUESTION [FILTER]");
	capture = pcap_open_offline(argv[1], why);
	if (!capture)
		errx(2, "%s", why);
	if (argc == 4)
		set_filter(capture, argv[3]);
	for (i = 0; i < ARRAY_SIZE(questions); i++) {
		if (!strcmp(argv[2], questions[i].name))
			return questions[i].ask(capture);
	}
	errx(2, "%s: no such question", argv[2]);
}
