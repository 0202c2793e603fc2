// SPDX-License-Identifier: GPL-2.0-only
/*
 * Has the kernel write a record of each system call of one number, by whoever:
 *
 *	audit NR
 *
 * The records are in the kernel's log, since no daemon takes them. Programs that
 * were started before are not recorded. Not a victim.
 */
#include "victim.h"

#include <linux/audit.h>
#include <linux/netlink.h>
#include <sys/socket.h>

/* Sends one message and waits for the kernel's word. */
static void ask(int fd, int type, const void *data, size_t size)
{
	static struct {
		struct nlmsghdr head;
		union {
			struct nlmsgerr error;
			char data[sizeof(struct audit_rule_data)];
		};
	} msg;

	CHECK(size <= sizeof(msg.data), "too long");
	msg.head = (struct nlmsghdr) {
		.nlmsg_len = NLMSG_LENGTH(size),
		.nlmsg_type = type,
		.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK,
	};
	memcpy(msg.data, data, size);
	CHECK_CALL(send(fd, &msg, msg.head.nlmsg_len, 0));
	CHECK_CALL(recv(fd, &msg, sizeof(msg), 0));
	CHECK(msg.head.nlmsg_type == NLMSG_ERROR && !msg.error.error,
	      "message %d: %s", type, strerror(-msg.error.error));
}

int main(int argc, char **argv)
{
	const struct audit_status on = {
		.mask = AUDIT_STATUS_ENABLED,
		.enabled = 1,
	};
	struct audit_rule_data rule = {
		.flags = AUDIT_FILTER_EXIT,
		.action = AUDIT_ALWAYS,
	};
	unsigned int nr;
	int fd;

	CHECK(argc == 2, "audit which call?");
	nr = atoi(argv[1]);
	CHECK(AUDIT_WORD(nr) < AUDIT_BITMASK_SIZE, "no call %u", nr);
	rule.mask[AUDIT_WORD(nr)] = AUDIT_BIT(nr);
	fd = CHECK_CALL(socket(AF_NETLINK, SOCK_RAW, NETLINK_AUDIT));
	ask(fd, AUDIT_SET, &on, sizeof(on));
	ask(fd, AUDIT_ADD_RULE, &rule, sizeof(rule));
	return 0;
}
