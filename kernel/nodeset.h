/* SPDX-License-Identifier: GPL-2.0-only */
/* PURE: on which nodes a process may be. */
#ifndef MOSIX_NODESET_H
#define MOSIX_NODESET_H

#include "pure.h"

/** enum lb_nodeset_limits - sizes */
enum lb_nodeset_limits {
	/** @LB_NODESET_RANGES: ranges that a set may have */
	LB_NODESET_RANGES = 8,
	/** @LB_NODESET_TEXT: the longest set in words, "\0" included */
	LB_NODESET_TEXT = LB_NODESET_RANGES * sizeof("65535-65535") + 1,
};

/**
 * struct lb_nodeset - nodes, or all nodes but these
 * @ranges: in use; 0: all nodes, or with @deny none
 * @deny: 1 if the ranges are those that are not in it
 * @range: each from @range.first to @range.last, both of them in it
 */
struct lb_nodeset {
	u16 ranges;
	u16 deny;
	struct {
		u16 first;
		u16 last;
	} range[LB_NODESET_RANGES];
};

/**
 * lb_nodeset_has() - is a node in a set?
 * @set: the set; NULL for all nodes
 * @node: the node
 *
 * Return: true if it is.
 * Context: Any.
 */
static inline bool lb_nodeset_has(const struct lb_nodeset *set, u16 node)
{
	u32 i;

	if (!set || !set->ranges)
		return true;
	for (i = 0; i < set->ranges && i < LB_NODESET_RANGES; i++) {
		if (node >= set->range[i].first && node <= set->range[i].last)
			return !set->deny;
	}
	return set->deny;
}

int lb_nodeset_parse(struct lb_nodeset *set, const char *text, u32 len);
u32 lb_print_number(char *to, u64 n);
u32 lb_nodeset_print(const struct lb_nodeset *set, char text[LB_NODESET_TEXT]);

#endif /* MOSIX_NODESET_H */
