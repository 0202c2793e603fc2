#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: the balancer leaves alone what is locked, what its admin keeps, and
# nodes that take no guests; a move by hand is done all the same.
#
#   n1: five burners, one of them locked      n2 blocks, n3 takes
#
# limit: 400
# nodes: 3
. "$TOP/qemu-tests/lib/test.sh"
. "$TOP/qemu-tests/lib/victim.sh"

names=(burner1 burner2 burner3 burner4)

start_burner() {
	n1 "rm -rf $(victim_dir "$1"); mkdir $(victim_dir "$1")"
	start "$1" 1 burn -d "$(victim_dir "$1")"
	echo 1 >"$TMP/job/$1.home"
}

somebody_left() {
	local name
	for name in "${names[@]}"; do
		[[ $(where "$name") == 1 ]] || return 0
	done
	return 1
}

on_node_2() {
	local name
	for name in "${names[@]}"; do
		[[ $(where "$name") != 2 ]] || return 0
	done
	return 1
}

n1 tell /proc/mosix/admin/stay 1
n2 tell /proc/mosix/admin/block 1
victim locked 1 burn
for name in "${names[@]}"; do
	start_burner "$name"
done
sleep $((20 * SLOW))
claim_not "while the admin says stay, nothing leaves" somebody_left
n1 tell /proc/mosix/admin/stay 0
claim "then something leaves" wait_for 60 somebody_left
sleep $((5 * SLOW))
claim_not "but not to a node that blocks" on_node_2
claim "the locked one has stayed" is_on locked 1
claim "by hand it moves, locked or not" move locked 3
claim "and it is there" is_on locked 3
n2 tell /proc/mosix/admin/block 0
for name in "${names[@]}" locked; do
	claim "$name has seen nothing" passes "$name"
done
