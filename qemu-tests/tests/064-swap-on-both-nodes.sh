#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: memory that is swapped out at home moves like any other, memory that is
# away is swapped out there, and nothing of it is lost.
#
#   n1 (home, with swap) --> n2 (with swap) --> n3 (without)
#
# limit: 600
# nodes: 3
. "$TOP/qemu-tests/lib/test.sh"
. "$TOP/qemu-tests/lib/victim.sh"

add_swap() {
	node "$1" "mkswap /dev/ram0 >/dev/null && swapon /dev/ram0"
}

# What all processes of that name have swapped out on a node, KiB.
swapped_on() {
	node "$1" "grep -l '^Name:.*$2' /proc/[0-9]*/status 2>/dev/null |
		xargs cat 2>/dev/null" | awk '$1 == "VmSwap:" { n += $2 }
		END { print n + 0 }'
}

has_swapped() {
	local kib
	kib=$(swapped_on "$1" swaps)
	echo "node $1: $kib KiB are swapped out"
	((kib > 500))
}

must "node 1 has swap" add_swap 1
must "node 2 has swap" add_swap 2
claim_victim swaps 1 swaps
claim "memory is swapped out at home" wait_for 20 has_swapped 1
claim_trip swaps 2
claim "memory is swapped out away" wait_for 20 has_swapped 2
claim_trip swaps 3 2 home
claim "memory is swapped out at home again" wait_for 20 has_swapped 1
claim "it has seen nothing" passes swaps
for strategy in demand eager push precopy; do
	n1 tell /proc/mosix/admin/strategy $strategy
	claim_tour 2 home 2 home -- swaps
done
n1 tell /proc/mosix/admin/strategy auto
claim_restless 3 swaps
for i in 1 2; do
	node $i swapoff /dev/ram0
done
