#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: what is said of a process without a node map holds when the node joins;
# a node that comes back under another id is the home of its processes under that.
#
#   n1, n2 -- n3 (leaves as 3, joins as 9)
#
# limit: 300
# nodes: 3
. "$TOP/qemu-tests/lib/test.sh"
. "$TOP/qemu-tests/lib/victim.sh"

# What "node" calls 3 is 9 in the map of all; back with 3 9.
renumber() { # FROM TO
	local i
	for i in 1 2 3; do
		node "$i" "sed 's/^self $1\$/self $2/; s/^node $1 /node $2 /' \
			/tmp/map.085 >/tmp/map.new
			cat /tmp/map.new >/proc/mosix/config"
	done
}
is_up() { # ID BY
	[[ $(node "$2" cat "/proc/mosix/nodes/$1/status") == up ]]
}
guest_of() { # ID: on node 1, as its line in processes says
	n1 "awk '\$3 == $1 && \$4 == 1' /proc/mosix/processes | grep -q ."
}
moved_as() { # FROM TO
	n3 "awk '\$3 == $1 && \$4 == $2 && \$6 == 0' /proc/mosix/moves |
		grep -q ."
}
says() { # NAME FILE
	about "$1" "$2"
}
left_as_9() {
	n3 'grep -qE "^[^ ]+ [0-9]+ 9 [12] move-" /proc/mosix/decisions'
}

for i in 1 2 3; do
	node "$i" 'cat /proc/mosix/config >/tmp/map.085'
done
must "a victim" victim old 3 heap
claim "it has its home as 3" move old 1
claim "and comes back" move old home
assert_eq "$(says old home) $(says old where)" "3 3" "as it says"

# ---- without a map ----
n3 'echo >/proc/mosix/config'
assert_eq "$(n3 cat /proc/mosix/self)" 0 "node 3 has left"
assert_eq "$(says old home) $(says old where)" "0 0" "it is nowhere in a cluster"
must "a victim that begins without a map" victim new 3 heap
assert_eq "$(says new lock)" 1 "which takes a lock"
claim "and a set of nodes" tell new nodes '!2'
assert_eq "$(says new nodes)" '!2' "as it says"
assert_eq "$(n3 'echo 1 >/proc/self/mosix/lock; sh -c "cat /proc/self/mosix/lock"')" \
	1 "children inherit a lock without a map"
assert_eq "$(tell new goto 1 || true)" ENODEV "it cannot go"
claim "but home, where it is" tell new goto home
assert_eq "$(n3 tell /proc/2/mosix/lock 1 || true)" EBUSY \
	"a kernel thread has no lock"

# ---- under another id ----
renumber 3 9
claim "node 1 logs who came and who went" \
	n1 "dmesg | grep -q 'mosix: map of [0-9]* nodes, this is 1; came 9; went 3$'"
claim "node 1 hears of node 9" wait_for 30 is_up 9 1
claim "and node 9 of node 1" wait_for 30 is_up 1 3
for name in old new; do
	assert_eq "$(says $name home) $(says $name where)" "9 9" "$name is of 9"
done
assert_eq "$(says new lock) $(says new nodes)" "1 !2" "what was said holds"
assert_eq "$(tell new goto 2 || true)" EACCES "the set, too"
assert_eq "$(tell old goto 3 || true)" ENODEV "3 is nobody"
for name in old new; do
	claim "$name moves to 1" move $name 1
	claim "$name is there" is_on $name 1
	claim "node 1 has it as a guest of 9" guest_of 9
	assert_eq "$(says $name home)" 9 "its home says so"
	claim "$name goes on" goes_on $name
	claim "$name comes home" move $name 9
	claim "$name is there" is_on $name 9
done
claim "the moves have the id" moved_as 9 1
claim "both ways" moved_as 1 9
names=(burn1 burn2 burn3 burn4)
for name in "${names[@]}"; do
	victim "$name" 3 burn
	tell "$name" lock 0
done
claim "the balancer decides as 9" wait_for 90 left_as_9
for name in "${names[@]}" old new; do
	claim "$name has seen nothing" passes "$name"
done

# ---- a lost map and who is away ----
must "one more" victim away 3 heap
claim "goes away" move away 1
n3 'echo >/proc/mosix/config'
claim "without a map it can be called home" tell away goto home
assert_eq "$(says away nmigs)" 2 "and is there"
claim "away has seen nothing" passes away

for i in 1 2 3; do
	node "$i" 'cat /tmp/map.085 >/proc/mosix/config'
done
claim "all is as it was" wait_for 30 is_up 3 1
