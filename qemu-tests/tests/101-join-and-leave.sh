#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: a node that joins is used within 10 s; one that blocks and is expelled, or
# that is shut down, is left by all guests and gets none, and its own come home; and
# no process is moved more often than the rules allow.
#
#   n1 (home of ten burners) -- n2, n3, n4, n5 -- n6 (joins)
#   n4 (home of four more, shut down)   n5 (blocked, expelled)
#
# nodes: 6
# share: 25
# flavour: normal
# limit: 600
. "$TOP/qemu-tests/lib/test.sh"
. "$TOP/qemu-tests/lib/victim.sh"
. "$TOP/qemu-tests/lib/six.sh"

set_map() { # I FILE: of node I
	node "$1" "dd if=$2 of=/proc/mosix/config bs=64k 2>/dev/null"
}

leave() {
	node "$1" "cat /proc/mosix/config >/tmp/map; echo >/tmp/no-map"
	set_map "$1" /tmp/no-map
}

knows_down() { # I
	n1 "grep -q ^down /proc/mosix/nodes/$1/status"
}

must "each node hears of the others" wait_for 30 all_know "$NODES"

# ---- joins ----
leave 6
burners 10
claim "ten burners are two on each of five nodes, give or take one, within 90 s" \
	wait_for 90 spread_is 2 2 2 2 2
spread
show_all
for ((i = 2; i <= 5; i++)); do
	claim "node $i has a guest" has_guests "$i"
done
claim_not "node 6 has none" has_guests 6
set_map 6 /tmp/map
began=$SECONDS
claim "node 6 has a guest within 10 s from when it joined" \
	wait_for 10 has_guests 6
echo "after $((SECONDS - began)) s"
sleep 20
spread
claim "nobody moves more often than the rules allow" moves_are_rare 1
claim "and nobody was taken for dead" all_know "$NODES"
show_all

# ---- is blocked, and expelled ----
admin 5 block 1
before=$(guests 5)
echo "node 5 has $before guests and takes no more"
sleep 10
claim "a node that blocks gets no more guests" test "$(guests 5)" -le "$before"
claim "expel ends" admin 5 expel 60
assert_eq "$(guests 5)" 0 "and all have left"
burners 2
sleep 15
assert_eq "$(guests 5)" 0 "none comes, though all others have more to do"
spread
admin 5 block 0
claim "unblocked, it gets some again" wait_for 30 has_guests 5

# ---- is shut down ----
own=()
for i in 1 2 3 4; do
	own+=("own$i")
	node 4 "rm -rf $(victim_dir "own$i"); mkdir $(victim_dir "own$i")"
	start "own$i" 4 burn -d "$(victim_dir "own$i")"
	echo 4 >"$TMP/job/own$i.home"
done
own_away() {
	local name
	for name in "${own[@]}"; do
		[[ $(where "$name") == 4 ]] || return 0
	done
	return 1
}
claim "some of node 4's own go" wait_for 60 own_away
spread
show_all
admin 4 leave 1
claim "all guests leave node 4" admin 4 expel 60
claim "and its own come home" admin 4 bring 60
assert_eq "$(guests 4)" 0 "it has no guest"
for name in "${own[@]}"; do
	claim "$name is at home" is_on "$name" 4
done
leave 4
sleep 5
for name in "${own[@]}"; do
	claim "$name goes on" goes_on "$name"
done
claim "the others know that it is down" wait_for 30 knows_down 4
spread
show_all

# ---- as it was ----
set_map 4 /tmp/map
for name in leave block lstay; do
	admin 4 "$name" 0
done
admin 5 lstay 0
claim "all are back" wait_for 30 all_know "$NODES"
burners_pass
for name in "${own[@]}"; do
	claim "$name has seen nothing" passes "$name"
done
