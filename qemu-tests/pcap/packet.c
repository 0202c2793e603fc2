// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ethernet, IPv4 and the transport above it. Checksums are not looked at: with
 * offloads on they are filled in by a device that no packet here has reached.
 */
#include "packet.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#define ETHER_HEAD	14
#define ETHER_IPV4	0x0800

static unsigned int get16(const unsigned char *at)
{
	return at[0] << 8 | at[1];
}

static unsigned int get32(const unsigned char *at)
{
	return get16(at) << 16 | get16(at + 2);
}

/* The transport's head: its length, 0 when the packet is too short for it. */
static unsigned int transport_head(struct packet *p)
{
	const unsigned char *at = p->payload;

	switch (p->proto) {
	case PROTO_TCP:
		if (p->len < 20)
			return 0;
		p->seq = get32(at + 4);
		p->flags = at[13];
		p->sport = get16(at);
		p->dport = get16(at + 2);
		return (at[12] >> 4) * 4;
	case PROTO_UDP:
		if (p->len < 8)
			return 0;
		p->sport = get16(at);
		p->dport = get16(at + 2);
		return 8;
	default:
		return p->len < 8 ? 0 : 8;
	}
}

/**
 * packet_parse() - take a captured packet apart
 * @head: its header in the capture
 * @bytes: itself, as much as was captured
 * @p: comes out
 *
 * Context: any; @p points into @bytes.
 * Return: 0; -1 when it is not a whole IPv4 packet.
 */
int packet_parse(const struct pcap_pkthdr *head, const unsigned char *bytes,
		 struct packet *p)
{
	unsigned int len = head->caplen, ip, total;

	memset(p, 0, sizeof(*p));
	p->when_us = head->ts.tv_sec * 1000000LL + head->ts.tv_usec;
	if (len < ETHER_HEAD + 20 || get16(bytes + 12) != ETHER_IPV4)
		return -1;
	bytes += ETHER_HEAD;
	len -= ETHER_HEAD;
	ip = (bytes[0] & 15) * 4;
	total = get16(bytes + 2);
	if (ip < 20 || total < ip || total > len)
		return -1;
	p->proto = bytes[9];
	memcpy(&p->from, bytes + 12, 4);
	memcpy(&p->to, bytes + 16, 4);
	p->payload = bytes + ip;
	p->len = total - ip;
	ip = transport_head(p);
	if (!ip || ip > p->len)
		return -1;
	p->payload += ip;
	p->len -= ip;
	return 0;
}

/**
 * packet_same_flow() - have two packets the same ends?
 * @a: one
 * @b: the other
 *
 * Context: any.
 * Return: 1 when protocol, addresses and ports are the same, in this
 *	direction; else 0.
 */
int packet_same_flow(const struct packet *a, const struct packet *b)
{
	return a->proto == b->proto && a->from.s_addr == b->from.s_addr &&
	       a->to.s_addr == b->to.s_addr && a->sport == b->sport &&
	       a->dport == b->dport;
}

/**
 * packet_ends() - sender and receiver in words
 * @p: the packet
 *
 * Context: not re-entrant.
 * Return: a string that is good until the next call.
 */
const char *packet_ends(const struct packet *p)
{
	static char text[2 * INET_ADDRSTRLEN + 16];
	char from[INET_ADDRSTRLEN], to[INET_ADDRSTRLEN];

	inet_ntop(AF_INET, &p->from, from, sizeof(from));
	inet_ntop(AF_INET, &p->to, to, sizeof(to));
	snprintf(text, sizeof(text), "%s:%d %s:%d", from, p->sport, to,
		 p->dport);
	return text;
}

/**
 * packet_proto_name() - an IP protocol in words
 * @proto: its number
 *
 * Context: any.
 * Return: a constant string.
 */
const char *packet_proto_name(int proto)
{
	switch (proto) {
	case PROTO_TCP:
		return "tcp";
	case PROTO_UDP:
		return "udp";
	case PROTO_ICMP:
		return "icmp";
	default:
		return "other";
	}
}
