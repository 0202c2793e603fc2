#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: a process is where its node set lets it be, and its children as well;
# who is where the set does not let him be is moved.
#
#   n1 home -- n2, n3
#
# limit: 300
# nodes: 3
. "$TOP/qemu-tests/lib/test.sh"
. "$TOP/qemu-tests/lib/victim.sh"

refuses() { # FILE TEXT ERROR: of the victim
	local said
	said=$(tell job "$1" "$2") || true
	[[ $said == *"$3"* ]] && return
	echo "$1 <- $2: $said"
	return 1
}
guest_nodes() { # I: the sets of guests of node 1 there
	node "$1" 'for d in /proc/[0-9]*/mosix; do
		[ "$(cat "$d/home" 2>/dev/null)" != 1 ] || cat "$d/nodes"
	done'
}
guest_refuses() { # I
	local said
	said=$(node "$1" 'for d in /proc/[0-9]*/mosix; do
		[ "$(cat "$d/home" 2>/dev/null)" != 1 ] || tell "$d/nodes" all
	done') || true
	[[ $said == *EOPNOTSUPP* ]] && return
	echo "the guest's set on node $1: $said"
	return 1
}
guest_has() { # I SET
	[[ $(guest_nodes "$1") == "$2" ]]
}
has_left() { # I
	[[ $(where job) != "$1" ]]
}

must "a victim" victim job 1 burn
assert_eq "$(about job nodes)" all "it may be anywhere"
for bad in 0 1-0 3-2 x '1,' ',1' 65536 '!' 'all but 1' '1 2'; do
	claim "'$bad' is no set" refuses nodes "$bad" EINVAL
done
claim "nine ranges are too many" refuses nodes 1,3,5,7,9,11,13,15,17 E2BIG
assert_eq "$(about job nodes)" all "and nothing has changed"

claim "it may be on node 3 alone" tell job nodes 3
assert_eq "$(about job nodes)" 3 "and says so"
claim "so node 2 is refused" refuses goto 2 EACCES
claim "node 3 is not" move job 3
claim "and it is there" is_on job 3
claim "where its set is known" wait_for 10 guest_has 3 3
claim "and can be changed by its home alone" guest_refuses 3
claim "onward to node 2 is refused, too" refuses goto 2 EACCES
claim "home it may go" move job home
claim "and back" move job 3
claim "it is told of again" wait_for 10 guest_has 3 3

claim "it may be anywhere but there" tell job nodes '!3'
claim "its host hears of it" wait_for 10 guest_has 3 '!3'
claim "locked it stays" is_on job 3
tell job lock 0
claim "unlocked it is moved" wait_for 90 has_left 3
tell job lock 1
claim "node 3 is refused now" refuses goto 3 EACCES
claim "node 2 is not" move job 2
claim "an empty line is all" tell job nodes '\n'
assert_eq "$(about job nodes)" all "as it says"
claim "so node 3 will do again" move job 3
claim "the victim has seen nothing" passes job

assert_eq "$(n1 'echo 2-3 >/proc/self/mosix/nodes
	sh -c "cat /proc/self/mosix/nodes"')" "2-3" "children inherit a set"
assert_eq "$(n1 'echo "!2,4-9" >/proc/self/mosix/nodes
	exec cat /proc/self/mosix/nodes')" '!2,4-9' "and exec keeps it"
