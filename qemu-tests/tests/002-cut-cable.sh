#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Claim: a test can part the nodes and slow them, and join them again.
#
#   n1 ----+
#   n2 -X- +-- bridge
#   n3 ----+
# nodes: 3
. "$TOP/qemu-tests/lib/test.sh"

# Milliseconds of the fastest of five round trips from n1 to node I.
fastest() {
	n1 ping -c 5 -i 0.2 -W $((5 * SLOW)) "n$1" |
		sed -n 's|^round-trip.* = \([0-9]*\)\..*|\1|p'
}

must "n1 reaches n2" n1 ping -c 1 -W $((5 * SLOW)) n2
cut_port 2
claim_not "a cut cable parts n1 from n2" n1 ping -c 2 -W 2 n2
claim "and from n2 only" n1 ping -c 1 -W $((5 * SLOW)) n3
claim "n2 can still be asked" n2 true
restore_port 2
claim "and it is back" wait_for 30 n1 ping -c 1 -W 2 n2

near=$(fastest 3)
netem 3 delay 300ms
far=$(fastest 3)
netem_off 3
claim "netem slows one node down (${near:-?} to ${far:-?} ms)" \
	test "$far" -ge 300
netem 3 loss 100%
claim_not "and can lose everything" n1 ping -c 2 -W 2 n3
netem_off 3
claim "until it is off" wait_for 30 n1 ping -c 1 -W 2 n3
