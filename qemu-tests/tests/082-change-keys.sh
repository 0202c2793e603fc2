#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: the cluster's key is changed node by node while processes move; when
# the time of the old key is over, who still has it alone is outside.
#
#   n1: new    n2: old, then new    n3: old, until the end
#
# limit: 400
# nodes: 3
. "$TOP/qemu-tests/lib/test.sh"
. "$TOP/qemu-tests/lib/victim.sh"

overlap=$((40 * SLOW))

old_is_over() {
	[[ $(security "$1" old_key_left_s) == 0 ]]
}

hears() {
	node "$1" cat /proc/mosix/vector | awk -v n="$2" \
		'$1 == n && $2 == "up" && $NF < 5000 { found = 1 }
		END { exit !found }'
}

old=$(make_key)
new=$(make_key)
for ((i = 1; i <= NODES; i++)); do
	node "$i" tell /proc/mosix/admin/key_old_s "$overlap" >/dev/null
done
keys_on "$old"
victim stays 1 heap
victim moves 1 heap
victim comes 2 heap
claim "a process is away when it begins" move stays 2

set_key 1 "$new"
claim "node 1 has a new key, which leaves the old one for a while" \
	test "$(security 1 old_key_left_s)" -gt 0
claim "new calls old" move moves 2
claim "old calls new" move comes 1
claim "and back" move moves home
claim "new hears old" hears 1 2
claim "old hears new" hears 2 1
set_key 2 "$new"
claim "new calls new" move moves 2
claim "new calls the last old one" move comes 3
claim "home again" move comes home
claim "what was away has not noticed" goes_on stays

claim "the old key is over on node 1" wait_for 60 old_is_over 1
claim "and on node 2" wait_for 60 old_is_over 2
claim "home again" move moves home
claim "new calls new as before" move moves 2
assert_eq "$(tell comes goto 3 || true)" EHOSTUNREACH \
	"who has the old key alone is outside"
set_key 3 "$new"
claim "until it gets the new one" move comes 3
claim "what was away has not noticed" goes_on stays
claim "and sees nothing" passes stays
claim "nor do those that moved" passes moves
claim "all the time" passes comes
for ((i = 1; i <= NODES; i++)); do
	node "$i" tell /proc/mosix/admin/key_old_s 600 >/dev/null
done
