#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: signals sent at home to a process that is away, or on its way, all
# arrive, once each, in order, and name their sender.
#
#   n1: sigsend --> sigorder, its body on n2, n3 and n1 in turn
#
# limit: 300
# nodes: 3
. "$TOP/qemu-tests/lib/test.sh"
. "$TOP/qemu-tests/lib/victim.sh"

count=300

arrived() {
	out_of order | sed -n 's/^signals \([0-9]*\) from .*/\1/p'
}

sender() {
	out_of order | sed -n 's/^signals .* from //p'
}

victim order 1 sigorder
must "the victim is away" move order 2
sent_by=$(n1 sigsend "$(pid_of order)" $count)
claim "the victim goes on" goes_on order
claim "and says all was in order" passes order
assert_eq "$(arrived)" $count "all signals to node 2 arrived"
assert_eq "$(sender)" "$sent_by" "each named its sender"

victim order 1 sigorder
start sender 1 sigsend "$(pid_of order)" $count 20
move_while order sender
claim "the sender sent all" finish sender
claim "the victim moved $moves times meanwhile" test "$moves" -ge 3
claim "the victim goes on after the moves" goes_on order
claim "and says all was in order again" passes order
assert_eq "$(arrived)" $count "all signals on the way arrived"
assert_eq "$(sender)" "$(out_of sender)" "each named its sender again"

# One that is blocked at first, and one that ends a syscall.
victim sigs 1 sigs
must "a victim that signals itself is away" move sigs 3
for ((i = 0; i < 20; i++)); do
	n1 kill -WINCH "$(pid_of sigs)"
done
claim "a handler of a foreign signal changes nothing for it" goes_on sigs
n1 kill -TERM "$(pid_of sigs)"
claim "SIGTERM, handled, stops it" finish sigs
assert_match "$(out_of sigs | tail -n 1)" '^PASS' "and it has seen nothing"
