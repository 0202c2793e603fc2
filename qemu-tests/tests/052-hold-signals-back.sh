#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: ten thousand queued signals wait at home, where they are counted, until
# the body can take them; then all come, in order; and its host never has more than
# a handful of them.
#
#   n1: sigsend --> sigorder, its body on n2, n3 and n1 in turn
#
# limit: 600
# nodes: 3
. "$TOP/qemu-tests/lib/test.sh"
. "$TOP/qemu-tests/lib/victim.sh"

count=10000

# Signals that wait at home.
queued() {
	n1 "sed -n 's|^SigQ:[^0-9]*\([0-9]*\)/.*|\1|p' \
		/proc/$(pid_of order)/status"
}

# Only what others of the same user have waiting may be left.
all_went() {
	(($(queued) < 10))
}

is_stopped() {
	n1 "grep -q '^State:.*stopped' /proc/$(pid_of order)/status"
}

arrived() {
	out_of order | sed -n 's/^signals \([0-9]*\) from .*/\1/p'
}

# As many SIGNALs as home has sent since the test began.
signals_crossed() {
	pcap tally | awk '$1 == "SIGNAL" && $2 == "10.77.0.1" { n += $4 }
		END { print n + 0 }'
}

victim order 1 sigorder $((count + 2000))
must "the victim is away" move order 2
n1 kill -STOP "$(pid_of order)"
claim "and stopped" wait_for 30 is_stopped
claim "$count signals are queued to it, and none is refused" \
	timeout $((60 * SLOW)) "$WORK/bin/on" 1 sigsend "$(pid_of order)" $count
claim "all of them wait at home" test "$(queued)" -ge $count
claim "none of them is on its way" test "$(signals_crossed)" -lt 10
n1 kill -CONT "$(pid_of order)"
claim "it goes on, and takes them all" wait_for 240 all_went
claim "the victim goes on behind them" goes_on order
claim "all came in order" passes order
assert_eq "$(arrived)" $count "none is missing"

# The same without a stop, and on its way; who sends meets the limit of home.
victim order 1 sigorder
start sender 1 sigsend "$(pid_of order)" 3000
move_while order sender
claim "the sender sent all" finish sender $((120 * SLOW))
claim "the victim moved $moves times meanwhile" test "$moves" -ge 2
claim "they all went" wait_for 120 all_went
claim "the victim goes on after that" goes_on order
claim "and has all in order" passes order
assert_eq "$(arrived)" 3000 "none is missing of these"
