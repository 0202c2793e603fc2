#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: what runs on a host whose CPU has more than its home's uses no more than home
# has: a program that is executed there, or code that is mapped there, begins at home,
# which is the only place that all nodes it may come to have in common. Among nodes
# that are alike it goes where its maker was, as ever.
#
#   n1 (home; a CPU with less) --> n2, n3; not n2 --> n1
#
# limit: 400
# nodes: 3
. "$TOP/qemu-tests/lib/test.sh"
. "$TOP/qemu-tests/lib/victim.sh"

all=$ACCEL
all_up() { # as node I sees it
	(($(node "$1" "grep -c ' up' /proc/mosix/vector") == NODES))
}
boot_with() { # WORDS OF QEMU
	kill_node 1
	ACCEL=$1 boot_node 1
	wait_node 1
	wait_for 60 all_up 1 && wait_for 60 all_up 2 && wait_for 60 all_up 3
}
has_less() {
	local less more
	less=$(n1 cat /proc/mosix/nodes/1/features)
	more=$(n1 cat "/proc/mosix/nodes/$1/features")
	((0x$less != 0x$more && (0x$less & ~0x$more) == 0))
}

must "node 1 boots with a CPU that has less" boot_with "$all,-adx"
claim "it knows that node 2 has more" wait_for 20 has_less 2
claim "and that node 3 has" wait_for 20 has_less 3

for how in exec map; do
	must "one that begins by $how starts" victim "begins-$how" 1 begins $how 1000
	for to in 2 3 2; do
		must "it moves to $to ($how)" move "begins-$how" $to
		claim "and comes home for it ($how)" wait_for 30 is_on "begins-$how" 1
		claim "it goes on ($how)" goes_on "begins-$how"
		claim "and is still there ($how)" is_on "begins-$how" 1
	done
	claim "it has always found the same ($how)" passes "begins-$how"
done

# However little it does between two children, it is not better off at home.
for i in 1 2 3; do node $i tell /proc/mosix/admin/eager_kib 0; done
must "one that spawns starts" victim begins-spawn 1 begins spawn 1000
must "it moves to 2 (spawn)" move begins-spawn 2
claim "it goes on (spawn)" goes_on begins-spawn
claim "and once more (spawn)" goes_on begins-spawn
assert_eq "$(where begins-spawn)" 2 "who spawns others stays where it is"
claim "what it spawns has always found the same" passes begins-spawn

must "one of node 2 starts" victim begins-two 2 begins exec 1000
assert_eq "$(tell begins-two goto 1)" ECONNREFUSED "where there is less it cannot go"
must "it moves to 3" move begins-two 3
claim "it goes on there" goes_on begins-two
claim "and once more there" goes_on begins-two
claim "where all is alike it begins where it was" wait_for 30 is_on begins-two 3
claim "it has always found the same" passes begins-two
for i in 2 3; do node $i tell /proc/mosix/admin/eager_kib 2048; done
must "node 1 boots with all it had" boot_with "$all"
