#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: a process does not stand still for the longer, the more others compute where
# it leaves: its freeze is as long as on an idle node, but for what the wire and the
# node's other tasks cost; and it is as nice as before.
#
#   n1 (home, with 24 that compute) --> n2 --> n1, seven times
#
# nodes: 6
# limit: 600
# flavour: normal
. "$TOP/qemu-tests/lib/test.sh"
. "$TOP/qemu-tests/lib/victim.sh"

burners=24

median() {
	printf '%s\n' "$@" | sort -n | sed -n "$((($# + 1) / 2))p"
}

# Sets $frozen: the median of seven freezes, in microseconds.
measure() {
	local all=() i
	for i in 1 2 3 4 5 6 7; do
		move heap 2 || return
		all+=("$(about heap stats | awk '$1 == "frozen_us" { print $2 }')")
		move heap home || return
	done
	frozen=$(median "${all[@]}")
	echo "frozen for ${all[*]}: $frozen us"
}

nice_of() {
	n1 "sed 's/.*) //' /proc/$(pid_of heap)/stat" | awk '{ print $17 }'
}

claim_victim heap 1 heap
must "it moves seven times" measure
idle=$frozen
for ((i = 0; i < burners; i++)); do
	victim "burner$i" 1 burn
done
must "it does where $burners compute" measure
claim "it stands still for $frozen us, $idle on an idle node: six times that at most" \
	test "$frozen" -le $((6 * idle))
assert_eq "$(nice_of)" 0 "it is as nice as it was"
for ((i = 0; i < burners; i++)); do
	reap "burner$i"
done
claim "it has seen nothing" passes heap
