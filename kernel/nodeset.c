// SPDX-License-Identifier: GPL-2.0-only
/*
 * PURE: on which nodes a process may be.
 *
 * A set is a list, "1-3,7": these nodes and no others; or one that begins with
 * an exclamation mark, "!4,9-12": any but these. "all" is what each process
 * begins with. Children inherit it (allow.c). Home is in each set, whatever it says: a
 * process must have a place to come back to (balance.c).
 */
#include "nodeset.h"

/* Reads a node's number; 0 is none. */
static u32 number(const char **at, const char *end)
{
	u32 n = 0;

	while (*at < end && **at >= '0' && **at <= '9' && n <= U16_MAX)
		n = n * 10 + (u32)(*(*at)++ - '0');
	return n <= U16_MAX ? n : 0;
}

static int parse_range(struct lb_nodeset *set, const char **at, const char *end)
{
	u32 first = number(at, end), last = first;

	if (*at < end && **at == '-') {
		++*at;
		last = number(at, end);
	}
	if (!first || last < first)
		return -EINVAL;
	if (set->ranges == LB_NODESET_RANGES)
		return -E2BIG;
	set->range[set->ranges].first = (u16)first;
	set->range[set->ranges].last = (u16)last;
	set->ranges++;
	return 0;
}

static bool is_all(const char *text, u32 len)
{
	return len == 3 && text[0] == 'a' && text[1] == 'l' && text[2] == 'l';
}

/**
 * lb_nodeset_parse() - a set from words
 * @set: filled in; as it was if the words are none
 * @text: the words, a line feed at the end allowed
 * @len: how long they are
 *
 * Return: 0; -EINVAL if they are no set; -E2BIG for too many ranges.
 * Context: Any.
 */
int lb_nodeset_parse(struct lb_nodeset *set, const char *text, u32 len)
{
	struct lb_nodeset got = {};
	const char *at = text, *end;
	int ret;

	if (len && text[len - 1] == '\n')
		len--;
	end = text + len;
	if (is_all(text, len)) {
		*set = got;
		return 0;
	}
	if (at < end && *at == '!') {
		got.deny = 1;
		at++;
	}
	for (;;) {
		ret = parse_range(&got, &at, end);
		if (ret)
			return ret;
		if (at == end)
			break;
		if (*at++ != ',')
			return -EINVAL;
	}
	*set = got;
	return 0;
}

/**
 * lb_print_number() - a number in decimal
 * @to: where to, room for 20 digits; no "\0" follows them
 * @n: the number
 *
 * Return: how many digits it has.
 * Context: Any.
 */
u32 lb_print_number(char *to, u64 n)
{
	char digit[20];
	u32 digits = 0, len = 0;

	do {
		digit[digits++] = (char)('0' + n % 10);
		n /= 10;
	} while (n);
	while (digits)
		to[len++] = digit[--digits];
	return len;
}

static u32 print_all(char *text)
{
	text[0] = 'a';
	text[1] = 'l';
	text[2] = 'l';
	text[3] = '\0';
	return 3;
}

/**
 * lb_nodeset_print() - a set in words, as lb_nodeset_parse() reads them
 * @set: the set; NULL for all nodes
 * @text: where to
 *
 * Return: how long it is, without the "\0" at its end.
 * Context: Any.
 */
u32 lb_nodeset_print(const struct lb_nodeset *set, char text[LB_NODESET_TEXT])
{
	u32 len = 0, i;

	if (!set || !set->ranges)
		return print_all(text);
	if (set->deny)
		text[len++] = '!';
	for (i = 0; i < min_t(u32, set->ranges, LB_NODESET_RANGES); i++) {
		if (i)
			text[len++] = ',';
		len += lb_print_number(text + len, set->range[i].first);
		if (set->range[i].last == set->range[i].first)
			continue;
		text[len++] = '-';
		len += lb_print_number(text + len, set->range[i].last);
	}
	text[len] = '\0';
	return len;
}
