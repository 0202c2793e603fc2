// SPDX-License-Identifier: GPL-2.0-only
/*
 * Questions about a capture:
 *
 *   pcapcheck FILE flows             one line per flow: protocol, from, to,
 *                                    packets, bytes of payload
 *   pcapcheck FILE count [FILTER]    packets and bytes of payload that match
 *                                    a pcap filter expression
 */
#include <arpa/inet.h>
#include <err.h>
#include <pcap/pcap.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FLOWS		4096
#define ETHER_HEAD	14
#define ETHER_IPV4	0x0800
#define PROTO_ICMP	1
#define PROTO_TCP	6
#define PROTO_UDP	17

/**
 * struct packet - the parts of a packet that the questions are about
 * @proto: IP protocol
 * @from: sender's address
 * @to: receiver's address
 * @sport: sender's port; 0 when the protocol has none
 * @dport: receiver's port
 * @payload: what the transport carries
 * @len: bytes of it
 */
struct packet {
	int proto;
	struct in_addr from;
	struct in_addr to;
	int sport;
	int dport;
	const uint8_t *payload;
	uint32_t len;
};

/**
 * struct flow - packets with the same ends
 * @key: the first of them
 * @packets: how many
 * @bytes: payload of all
 */
struct flow {
	struct packet key;
	unsigned long packets;
	unsigned long bytes;
};

static struct flow flows[FLOWS];
static int flow_count;

static int get16(const uint8_t *at)
{
	return at[0] << 8 | at[1];
}

/* Returns 0 when the bytes are a whole IPv4 packet. */
static int parse(const uint8_t *bytes, uint32_t len, struct packet *p)
{
	uint32_t head, total;

	memset(p, 0, sizeof(*p));
	if (len < ETHER_HEAD + 20 || get16(bytes + 12) != ETHER_IPV4)
		return -1;
	bytes += ETHER_HEAD;
	len -= ETHER_HEAD;
	head = (bytes[0] & 15) * 4;
	total = get16(bytes + 2);
	if (head < 20 || total < head || total > len)
		return -1;
	p->proto = bytes[9];
	memcpy(&p->from, bytes + 12, 4);
	memcpy(&p->to, bytes + 16, 4);
	p->payload = bytes + head;
	p->len = total - head;
	if (p->proto == PROTO_TCP)
		head = p->len < 20 ? p->len : (p->payload[12] >> 4) * 4u;
	else
		head = p->proto == PROTO_UDP || p->proto == PROTO_ICMP ? 8 : 0;
	if (head > p->len)
		return -1;
	if (p->proto != PROTO_ICMP && head) {
		p->sport = get16(p->payload);
		p->dport = get16(p->payload + 2);
	}
	p->payload += head;
	p->len -= head;
	return 0;
}

static int same_flow(const struct packet *a, const struct packet *b)
{
	return a->proto == b->proto && a->from.s_addr == b->from.s_addr &&
	       a->to.s_addr == b->to.s_addr && a->sport == b->sport &&
	       a->dport == b->dport;
}

static void add_to_flow(const struct packet *p)
{
	int i;

	for (i = 0; i < flow_count && !same_flow(&flows[i].key, p); i++)
		;
	if (i == FLOWS)
		errx(1, "more than %d flows", FLOWS);
	if (i == flow_count)
		flows[flow_count++].key = *p;
	flows[i].packets++;
	flows[i].bytes += p->len;
}

static void print_flow(const struct flow *flow)
{
	const struct packet *p = &flow->key;
	char from[INET_ADDRSTRLEN], to[INET_ADDRSTRLEN];
	const char *name = p->proto == PROTO_TCP ? "tcp" :
			   p->proto == PROTO_UDP ? "udp" :
			   p->proto == PROTO_ICMP ? "icmp" : "other";

	inet_ntop(AF_INET, &p->from, from, sizeof(from));
	inet_ntop(AF_INET, &p->to, to, sizeof(to));
	printf("%s %s:%d %s:%d %lu %lu\n", name, from, p->sport, to, p->dport,
	       flow->packets, flow->bytes);
}

static void ask_flows(pcap_t *capture)
{
	struct pcap_pkthdr *head;
	const uint8_t *bytes;
	struct packet p;
	int i;

	while (pcap_next_ex(capture, &head, &bytes) == 1) {
		if (!parse(bytes, head->caplen, &p))
			add_to_flow(&p);
	}
	for (i = 0; i < flow_count; i++)
		print_flow(&flows[i]);
}

static void ask_count(pcap_t *capture, const char *filter)
{
	unsigned long packets = 0, payload = 0;
	struct bpf_program program;
	struct pcap_pkthdr *head;
	const uint8_t *bytes;
	struct packet p;

	if (pcap_compile(capture, &program, filter, 1, PCAP_NETMASK_UNKNOWN) ||
	    pcap_setfilter(capture, &program))
		errx(2, "%s: %s", filter, pcap_geterr(capture));
	while (pcap_next_ex(capture, &head, &bytes) == 1) {
		packets++;
		if (!parse(bytes, head->caplen, &p))
			payload += p.len;
	}
	pcap_freecode(&program);
	printf("%lu %lu\n", packets, payload);
}

int main(int argc, char **argv)
{
	char why[PCAP_ERRBUF_SIZE];
	pcap_t *capture;

	if (argc < 3)
		errx(2, "usage: pcapcheck FILE flows | count [FILTER]");
	capture = pcap_open_offline(argv[1], why);
	if (!capture)
		errx(2, "%s", why);
	if (!strcmp(argv[2], "flows") && argc == 3)
		ask_flows(capture);
	else if (!strcmp(argv[2], "count") && argc <= 4)
		ask_count(capture, argc == 4 ? argv[3] : "");
	else
		errx(2, "%s: no such question", argv[2]);
	pcap_close(capture);
	return 0;
}
