/* SPDX-License-Identifier: GPL-2.0-only */
/* One captured packet, taken apart. */
#ifndef QEMU_TESTS_PACKET_H
#define QEMU_TESTS_PACKET_H

#include <netinet/in.h>
#include <pcap/pcap.h>

enum packet_proto {
	PROTO_ICMP	= 1,
	PROTO_TCP	= 6,
	PROTO_UDP	= 17,
};

enum packet_flags {
	TCP_FIN		= 1,
	TCP_SYN		= 2,
	TCP_RST		= 4,
	TCP_ACK		= 16,
};

/**
 * struct packet - the parts that the questions are about
 * @when_us: when it was seen, microseconds since the epoch
 * @proto: IP protocol
 * @from: sender's address
 * @to: receiver's address
 * @sport: sender's port; 0 when the protocol has none
 * @dport: receiver's port
 * @seq: TCP sequence number of the first byte of @payload
 * @flags: of TCP, enum packet_flags
 * @payload: what the transport carries
 * @len: bytes of it
 */
struct packet {
	long long when_us;
	int proto;
	struct in_addr from;
	struct in_addr to;
	int sport;
	int dport;
	unsigned int seq;
	int flags;
	const unsigned char *payload;
	unsigned int len;
};

int packet_parse(const struct pcap_pkthdr *head, const unsigned char *bytes,
		 struct packet *p);
int packet_same_flow(const struct packet *a, const struct packet *b);
const char *packet_ends(const struct packet *p);
const char *packet_proto_name(int proto);

#endif /* QEMU_TESTS_PACKET_H */
